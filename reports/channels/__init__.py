"""Messages: what came as a text message, by a gateway or by mail, as it came.

Decided here: who a message is believed to be of, which of them can be filed as it stands. A channel
never sets the standing of anything: what is no report of a known monitor waits for a person. Hears:
nothing. Leaves: sender.allowed, sender.removed, message.received, message.handled; a message that
is a report leaves what intake leaves.
"""
