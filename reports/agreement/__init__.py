"""Terms: agreements in versions, clauses, parties and what they are bound by, act kinds.

Decided here: which clause was in force at an instant, who is bound. Hears: nothing.
Leaves: agreement.recorded.
"""
