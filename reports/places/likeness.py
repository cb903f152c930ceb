"""How like a typed name is to a name in the list, from 0 to 1. Pure.

The same sums are done on a phone (config/static/js/lib/place-names.js), in the same order, so that
both put the same place first; tests/vectors/names.json holds both to it.
"""

from __future__ import annotations

from rapidfuzz.distance import OSA

LETTERS_SHARE = 0.65  # of the mark; the rest is for the bare sounds
BEGUN = 0.9  # a name whose beginning was typed
ONE_WORD = 0.97  # one word of a longer name
FLOOR = 0.5  # below it a name is not offered
BEGINS_AT = 3  # letters; fewer begin too many names


def likeness(typed: str, typed_bones: str, name: str, name_bones: str) -> float:
    """Return how like two folded names are; 1 where they are the same.

    Edits count one each, two neighbours changed about as well; letters weigh more than sounds.
    """
    best = _marks(typed, typed_bones, name, name_bones)
    words, sounds = name.split(" "), name_bones.split(" ")
    if " " not in typed and len(words) > 1 and len(words) == len(sounds):
        for word, sound in zip(words, sounds, strict=True):
            best = max(best, ONE_WORD * _marks(typed, typed_bones, word, sound))
    return best


def _marks(typed: str, typed_bones: str, name: str, name_bones: str) -> float:
    if typed == name:
        return 1.0
    letters = _alike(typed, name)
    mark = LETTERS_SHARE * letters + (1 - LETTERS_SHARE) * _alike(typed_bones, name_bones)
    if len(typed) >= BEGINS_AT and name.startswith(typed):
        mark = max(mark, BEGUN + (1 - BEGUN) * letters)
    return mark


def _alike(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    return 1 - OSA.distance(one, other) / longest if longest else 0.0
