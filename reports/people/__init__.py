"""Who: people, organisations, sources, roles and alignments.

Decided here: who may do what (permissions.py), who is aligned with whom and when. Hears: nothing.
Leaves: user.registered, role.granted, role.revoked, alignment.recorded, organisation.registered,
source.registered, key.issued, key.revoked.
"""
