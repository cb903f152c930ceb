"""A decided case comes back: who may ask, on which ground, who answers, and what answers to it.

Decided here: whether what has come in since contradicts a decision, who may ask for a reopening,
who may answer it alone. Hears: report.linked and statement.given on decided incidents.
Leaves: reopening.asked, reopening.flagged, reopening.withdrawn, reopening.proposed,
reopening.returned, reopening.admitted, reopening.refused.
"""
