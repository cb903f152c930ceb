"""Problems: refusals with a stable code, an HTTP status and words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Problem(Exception):
    """Base of every refusal an action raises; doors turn it into a page or problem+json.

    `errors` maps a field name to its messages; `detail` says what happened and what to do.
    """

    code = "problem"
    status = 400
    title: str | Promise = _("The request could not be carried out")

    def __init__(
        self, detail: str = "", *, errors: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.detail = str(detail) or str(self.title)
        self.errors = {name: [str(m) for m in found] for name, found in (errors or {}).items()}
        super().__init__(self.detail)


class NotFound(Problem):
    """Raised for what does not exist and for what the asker may not see: one answer for both."""

    code = "not-found"
    status = 404
    title = _("Nothing here, or not for you")


class NotAllowed(Problem):
    """Raised when a known person asks for a verb their role does not carry."""

    code = "not-allowed"
    status = 403
    title = _("Your role does not allow this")


class StaleState(Problem):
    """Raised when a record changed between reading and writing; read again, then decide."""

    code = "stale-state"
    status = 409
    title = _("Somebody else changed this record first")


class MoveRefused(Problem):
    """Raised when the table of moves has no such move from the present state."""

    code = "move-refused"
    status = 409
    title = _("This step is not possible in the present state")


class Invalid(Problem):
    """Raised for input that breaks a rule; `errors` names each field."""

    code = "invalid"
    status = 422
    title = _("Some answers need another look")
