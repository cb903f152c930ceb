"""What was done: append-only events, and the work each event calls for.

Decided here: how an event is recorded with its pending jobs in the transaction of the change,
how a state moves, how jobs are claimed and run exactly once. Hears: nothing. Leaves: every event.
"""
