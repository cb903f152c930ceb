"""The mechanism looked at by its own figures: how long, how often reversed, how far agreed.

Decided here: what is measured of the mechanism, for which groups, with which interval, and which
numbers are too small to show. It rests on decided cases and public steps. Hears and leaves nothing.
"""
