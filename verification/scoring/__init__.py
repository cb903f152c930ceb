"""How sure we are who did it, as rows: each score with its inputs, hash and engine version.

Decided here: how rows become claims. Hears: report.linked, report.unlinked, statement.given,
position.answered, position.lapsed, incidents.merged, merge.undone, report.withdrawn.
Leaves: incident.scored.
"""
