"""Rulings of an earlier mechanism, carried over in bulk from what it published.

Decided here: how a line of a published table becomes records, and whether the records add up to
the table again. Leaves: archive.carried_over.
"""
