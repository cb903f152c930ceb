"""Where someone was looking: watches, outages, access denied. The denominator of comparisons.

Decided here: what counts as covered time. Hears: nothing. Leaves: watch.started,
watch.ended, watch.failed, watch.refused.
"""
