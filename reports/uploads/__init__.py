"""Files on their way in, over lines that break: what came is kept until the rest comes.

Decided here: how much somebody may have under way, how long unfinished bytes are kept, when a file
is whole and is handed to the room of evidence. Hears: nothing. Leaves: nothing; the event is
evidence.added, and until then there is nothing to tell.
"""
