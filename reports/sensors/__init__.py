"""What instruments say: it raises a question or bears a report out, and decides nothing.

Decided here: how an instrument's line is read, when two of them are independent, which reports
speak of the same hour and place. No room of the judgement may look in here (a contract holds
that): an observation makes no incident and names nobody. Leaves: observations.recorded.
"""
