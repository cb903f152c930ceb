"""How probable each party's responsibility is, and how often each one breaks the truce.

Pure numpy: claims in, posterior out. No database, no clock, no randomness without a seed.
Hears no event and leaves none; only the scoring and standing rooms may call it.
Start reading at types.py (the interface), then baseline.py (majority vote).
"""
