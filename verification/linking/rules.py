"""Pure rules of suggesting: what like words add, and what is worth a person's look."""

from __future__ import annotations

from django.utils.translation import gettext as _

from verification.incidents.rules import Match

ALIKE = 0.3  # trigram similarity from which two texts count as alike (pg_trgm's own threshold)
TEXT_BONUS = 0.15  # what the same words add; texts in two languages take nothing away
PICTURED = 0.6  # the least a shared picture is worth; an old picture used again has one too
NEARLY = 0.4  # strength from which texts are compared at all
SAME_EXCHANGE_HOURS = 24.0  # incidents this near in time may be one exchange


def with_picture(match: Match) -> Match:
    """Return a match of what shares a picture: always worth a look, however far apart they are."""
    words = _("The same picture, or nearly, is in both.")
    return Match(max(PICTURED, match.strength), (words, *match.reasons))


def with_text(match: Match, similarity: float) -> Match:
    """Return a match with what the likeness of the texts adds; unlike texts say nothing."""
    if similarity < ALIKE or match.strength == 0:
        return match
    more = TEXT_BONUS * (similarity - ALIKE) / (1 - ALIKE)
    words = _("The texts are alike: %(percent)s %%.") % {"percent": round(100 * similarity)}
    return Match(round(min(1.0, match.strength + more), 3), (*match.reasons, words))
