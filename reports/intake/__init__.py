"""What was said: reports and their origins.

Decided here: which filings are complete, which resend is harmless, what admissibility means
(area, period, covered actors). Hears: nothing. Leaves: report.filed, report.accepted,
report.rejected, report.reinstated, report.withdrawn.
"""
