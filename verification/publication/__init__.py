"""The public face: findings, and everything the public pages and the interface show.

Decided here: which fields become public (redaction.py, an allow-list), what shape an incident
has on the map, what a correction says. Hears: case.decided, incident.ruled_inadmissible,
finding.published. Leaves: finding.published, correction.published.
"""
