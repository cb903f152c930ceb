"""What instruments say: it raises a question or bears a report out, and decides nothing.

Decided here: how an instrument's line is read, and which reports speak of the same hour and place.
Nothing counts observations. No room of the judgement may look in here (a contract holds
that): an observation makes no incident and names nobody. Leaves: observations.recorded.
"""
