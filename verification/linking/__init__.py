"""What belongs together: suggestions with their reasons, refusals, splits, ties of one exchange.

Decided here: which incidents a report or an incident may belong to, and what is not suggested
again. A machine suggests, a person confirms. Hears: nothing. Leaves: suggestion.refused,
refusal.undone, incident.split, split.undone, incidents.tied, tie.undone.
"""
