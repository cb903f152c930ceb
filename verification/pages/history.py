"""An incident's history: in full for those who work on it, else its public part. Never a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reports.journal.queries import HistoryLine
from reports.pages.answers import answers_problems
from reports.people.permissions import may
from reports.people.queries import Role
from reports.problems import NotFound
from verification.incidents.queries import incident_by_code, member_ids, root_of
from verification.pages.asker import asker
from verification.pages.cards import incident_card
from verification.publication.queries import seen_history, told_state
from verification.withholding.queries import withheld_until

NOT_PERSONS = {
    "clock": gettext_lazy("the clock"),
    "machine": gettext_lazy("by rule"),
    "unidentified": gettext_lazy("somebody without an account"),
}
KEY_KINDS = frozenset(
    {"incident.opened", "case.opened", "case.decided", "finding.published", "position.answered"}
)


@require_safe
@answers_problems
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was done on an incident, when, and in which role."""
    at = timezone.now()
    incident = incident_by_code(code)
    lines = seen_history(incident, asker(request), at=at)
    full = bool(may(request.user, "history.read", at=at, agreement_id=incident.agreement_id))
    if not full and withheld_until(member_ids(root_of(incident))):
        raise NotFound("There is no incident with this code.")
    card = incident_card(incident)
    context = {
        "code": card.code,
        "act": card.act,
        "state": card.state if full else told_state(incident),
        "merged_into": card.merged_into,
        "items": history_items(lines),
        "full": full,
        "zone": incident.agreement.timezone,
        "agreement_title": incident.agreement.title,
        "as_of": at,
    }
    return render(request, "verification/history.html", context)


def history_items(lines: Iterable[HistoryLine]) -> list[dict[str, Any]]:
    """Return history lines as the timeline part draws them."""
    return [
        {
            "at": line.at,
            "precision": line.precision,
            "title": line.label,
            "text": line.note,
            "actor": role_words(line.acting_as),
            "look": "key" if line.kind in KEY_KINDS else "",
        }
        for line in lines
    ]


def role_words(acting_as: str) -> str:
    """Return the role somebody acted in, in words."""
    if not acting_as:
        return ""
    if acting_as in NOT_PERSONS:
        return str(NOT_PERSONS[acting_as])
    return str(Role(acting_as).label) if acting_as in Role.values else _("the house")
