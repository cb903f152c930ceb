"""Phones with ODK Collect, and what they send: OpenRosa 1.0, as its clients speak it.

Decided here: which form is handed out, which phone may send, when a sending is the same, an edit or
another, which files belong to it. What is said becomes a report by intake's own action. Hears:
nothing. Leaves: phone.added, phone.removed; a submission leaves what intake and evidence leave.
"""
