"""Where the links of the masthead lead, by role; and which screen each role sees first."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reports.people.permissions import MAY, roles_of

# URL name, words, and the verb its page needs (None: open to everybody).
LINKS: tuple[tuple[str, str, str | None], ...] = (
    ("triage", gettext_noop("Triage"), "report.triage"),
    ("chair", gettext_noop("Cases"), "case.decide"),
    ("overdue", gettext_noop("Overdue"), "overdue.read"),
    ("review", gettext_noop("My reviews"), "case.review"),
    ("notices", gettext_noop("Notices"), "position.answer"),
    ("reopenings", gettext_noop("Reopenings"), "reopening.ask"),
    ("publish", gettext_noop("To release"), "bulletin.release"),
    ("withheld", gettext_noop("Withheld"), "publication.withhold"),
    ("disclosures", gettext_noop("Shown to partners"), "disclosure.grant"),
    ("report-new", gettext_noop("New report"), "report.file"),
    ("reports-own", gettext_noop("My reports"), "report.file"),
    ("corroborate", gettext_noop("Corroborate"), "incident.corroborate"),
    ("imports", gettext_noop("Imports"), "report.import"),
    ("watches", gettext_noop("Watches"), "watch.record"),
    ("coverage", gettext_noop("Coverage"), "coverage.read"),
    ("keys", gettext_noop("API keys"), "key.manage"),
    ("webhooks", gettext_noop("Webhooks"), "webhook.manage"),
    ("health", gettext_noop("Health"), "health.read"),
    ("keys-all", gettext_noop("Everybody’s keys"), "people.manage"),
    ("home", gettext_noop("Overview"), None),
    ("incidents", gettext_noop("Incidents"), None),
    ("findings", gettext_noop("Findings"), None),
    ("bulletins", gettext_noop("Bulletins"), None),
    ("standings", gettext_noop("Standings"), None),
    ("recommendations", gettext_noop("Recommendations"), None),
)

# Role -> its first screen. Whoever holds several lands where somebody waits for them.
FIRST_SCREENS: tuple[tuple[str, str], ...] = (
    ("liaison", "notices"),
    ("chair", "chair"),
    ("reviewer", "review"),
    ("triage", "triage"),
    ("monitor", "reports-own"),
    ("operator", "health"),
    ("publisher", "publish"),
    ("partner", "api-docs"),
)


def address_of(name: str) -> str:
    """Return the address behind a URL name, or nothing where that page does not exist yet."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def items_for(request: HttpRequest) -> list[dict[str, object]]:
    """Return the links this reader may follow: their own work first, then what all may read."""
    user = getattr(request, "user", None)
    held = roles_of(user, at=timezone.now())
    return [
        {"url": url, "label": _(words)}
        for name, words, verb in LINKS
        if (verb is None or held & MAY[verb]) and (url := address_of(name))
    ]


def first_screen(roles: Iterable[str]) -> str:
    """Return the address of the screen a person with these roles works on first."""
    held = frozenset(roles)
    wanted = [name for role, name in FIRST_SCREENS if role in held]
    return next((url for name in [*wanted, "home"] if (url := address_of(name))), "/")
