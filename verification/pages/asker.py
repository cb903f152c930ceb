"""Who asks, and whether what they act on is still what they saw."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reports.people.queries import User
from reports.problems import StaleState


def asker(request: HttpRequest) -> User:
    """Return the signed-in person; for pages that `signed_in` guards."""
    return cast(User, request.user)


def check_fresh(record: Any, seen: str | None) -> None:
    """Raise StaleState if a record moved on after the page a form was made from.

    `seen` is the version the form carries. The action swaps on the version loaded here, so
    whoever comes between this check and the write is refused as well.
    """
    if not seen or seen == str(record.version):
        return
    raise StaleState(
        _(
            "While your page was open somebody else handled this record: it is now “%(state)s”. "
            "Nothing of yours was changed."
        )
        % {"state": record.get_state_display()}
    )
