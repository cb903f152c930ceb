"""How sure we are who did it, as rows: each score with its inputs, hash and engine version.

Decided here: how rows become claims, when sources are learned anew, what a score can be replayed
from. Read mission.py for the one computation, replay.py for what it rests on.
Hears: report.linked, report.unlinked, statement.given, position.answered, position.lapsed,
incidents.merged, merge.undone, report.withdrawn. Leaves: incident.scored, sources.refitted.
"""
