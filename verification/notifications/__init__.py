"""What each person is told in their own inbox, once per event; and the mail that only counts.

Decided here: who hears of what, under which role, and what nobody may learn this way. Hears: the
events of audience.py, through flow.py. Leaves: no event: to be told something is no act.
"""
