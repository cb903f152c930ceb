"""What is covered in a picture before those see it who may not see all of it.

Decided here: how boxes are burnt into a copy, and to whom a redacted copy may be shown. Leaves:
evidence.redacted.
"""
