"""The public face: findings, and everything the public pages and the interface show.

Decided here: which fields become public (redaction.py, an allow-list), what shape an incident
has on the map, how the counts add up. Hears: case.decided, incident.ruled_inadmissible.
Leaves: finding.published.
"""
