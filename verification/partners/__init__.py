"""What partners read by machine and are told of: the change feed, and messages to their endpoints.

Decided here: in which order changes of public records are told, what is left to tell of what went
out of sight, which machines may be reached. Hears: what is published, once it is signed;
report.accepted, report.linked, incident.opened. Leaves: nothing.
"""
