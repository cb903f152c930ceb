"""Where: places with all their names, distances, and how exact a place is in public.

Decided here: which places a typed name may mean (never picked by the machine), how far apart two
points are, how coarse a public place is (blur.py). Hears: nothing. Leaves: places.recorded.
"""
