"""When something may be shown: delays by kind of act, and embargoes on single incidents.

Decided here: which incidents are kept from the public for now, and who may say so. Reading needs no
clock: what is withheld stays so until somebody, or the clock, has ended it. Hears: nothing.
Leaves: delay.set, embargo.placed, embargo.lifted, withholding.ended.
"""
