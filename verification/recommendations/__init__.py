"""What a party is recommended to do after a decision, and whether it did.

Decided here: who may recommend, answer and assess; when a recommendation is overdue. Overdue ones
are facts beside a party's standing, never part of its rate. Hears: nothing. Leaves:
recommendation.issued, .answered, .compliance_reported, .assessed, .withdrawn.
"""
