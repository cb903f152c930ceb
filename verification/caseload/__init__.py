"""Where every complaint is, what it waits for, and since when: classes, clocks, overdue steps.

Decided here: in which one class a complaint is counted (held by the database), when each step is
due, and that a missed deadline is told once. Hears: the clock. Leaves: deadline.missed,
procedure.published.
"""
