"""What partners read by machine and are told of: the change feed, and later their endpoints.

Decided here: in which order changes of public records are told, and what is left to tell of what
went out of sight. Hears: what is published, once it is signed. Leaves: nothing; rows are derived.
"""
