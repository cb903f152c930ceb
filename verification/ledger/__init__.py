"""The log nobody can rewrite: every event becomes a leaf under a signed checkpoint.

Decided here: the bytes of a leaf, when it may enter, in which order, and what stays sealed
(docs/log-format.md). Hears: the whole journal, through its Unlogged rows. Leaves: no event, for
an event of the log would have to be logged itself.
"""
