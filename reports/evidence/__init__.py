"""What was brought: files that belong to a report, kept as they came.

Decided here: which files are taken in and how large, what is read out of them and compared with
the claim, what of them may be shown. Hears: evidence.added, erasure.done. Leaves: evidence.added,
evidence.derived, evidence.altered.
"""
