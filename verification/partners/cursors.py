"""Where a reader of the feed stands, as an address holds it: sealed, so that none is made up."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext_lazy

from reports.problems import Problem

LONGEST = 200  # characters of a cursor


class ForeignCursor(Problem):
    """Raised for a cursor that this feed did not give out."""

    code = "foreign-cursor"
    status = 400
    title = gettext_lazy("Take the cursor as this feed gave it, or begin without one")


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """A place in one agreement's feed.

    `began` is the last position there was when the reader began: of what had gone out of sight by
    then the reader never knew, and is not told.
    """

    began: int
    after: int

    @classmethod
    def read(cls, text: str, *, slug: str) -> FeedCursor:
        """Return the cursor in an address. Errors: ForeignCursor."""
        try:
            began, after = _seal(slug).unsign_object(text[:LONGEST])
            return cls(int(began), int(after))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise ForeignCursor() from error

    def sealed(self, *, slug: str) -> str:
        """Return the cursor as it stands in an address."""
        return _seal(slug).sign_object([self.began, self.after])


def _seal(slug: str) -> signing.Signer:
    return signing.Signer(salt=f"changes of {slug}")
