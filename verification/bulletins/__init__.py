"""The numbered daily report: what the record said at a cut-off, in figures that add up.

Decided here: what a bulletin counts, when one is due, when it may be released, what it looks like
on paper. Its content is read as of its cut-off, so that anybody can make the same bytes again.
Hears: nothing; the clock drafts. Leaves: bulletin.drafted, bulletin.released.
"""
