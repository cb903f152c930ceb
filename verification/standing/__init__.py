"""Which party keeps the truce and which does not: a record per party, with honest limits.

Decided here: what counts for a party, and when a comparison is refused. Hears: case.decided,
incident.scored, sources.refitted, incident.ruled_inadmissible. Leaves: standing.computed,
audit.drawn.
"""
