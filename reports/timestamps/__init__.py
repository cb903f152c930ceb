"""What somebody outside the house vouches for: that a file was there by a certain time (RFC 3161).

Decided here: whom the site asks, what a token must prove to be kept. Optional: without an
authority, or without requirements/extra-timestamp.lock, none is asked. Leaves:
evidence.timestamped.
"""
