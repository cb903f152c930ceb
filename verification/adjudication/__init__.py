"""The panel: who sits, blind ballots on five questions, one decision by quorum, dissents kept.

Decided here: conflicts of interest, balance of a panel, quorum, when the accused has been heard,
what the standard of proof lets a reviewer say, how far reviewers agree. Hears: nothing.
Leaves: case.opened, reviewer.recused, reviewer.replaced, ballot.sealed, case.decided.
"""
