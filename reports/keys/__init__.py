"""Keys at work: rotated, lent out as short tokens, and counted against their owner’s quota.

Decides how much a partner may ask for in a minute and a day, in which lane, and how long a token
lives. Issuing and revoking are in `people`. Hears nothing. Leaves key.rotated and quota.set.
"""
