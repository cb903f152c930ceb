"""Who may do what: the one table from verb to roles, answered with its reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.once import once
from reports.people.models import Role, RoleGrant
from reports.problems import NotAllowed

MAY: Mapping[str, frozenset[str]] = {
    # the record
    "report.file": frozenset({Role.MONITOR, Role.LIAISON, Role.PARTNER, Role.TRIAGE}),
    "report.import": frozenset({Role.PARTNER, Role.OPERATOR}),
    "report.triage": frozenset({Role.TRIAGE}),
    "invite.make": frozenset({Role.TRIAGE, Role.CHAIR}),
    "report.erase": frozenset({Role.OPERATOR}),
    "watch.record": frozenset({Role.MONITOR, Role.TRIAGE}),
    "coverage.read": frozenset({Role.MONITOR, Role.TRIAGE, Role.CHAIR}),
    "evidence.read": frozenset({Role.TRIAGE, Role.CHAIR}),
    "evidence.redact": frozenset({Role.TRIAGE, Role.CHAIR}),
    # the judgement
    "incident.triage": frozenset({Role.TRIAGE}),
    "incident.corroborate": frozenset({Role.MONITOR, Role.PARTNER}),
    "bundle.request": frozenset({Role.TRIAGE, Role.CHAIR}),
    "bundle.answer": frozenset({Role.TRIAGE, Role.CHAIR}),  # never who asked: bundles/actions.py
    "position.answer": frozenset({Role.LIAISON}),
    "position.extend": frozenset({Role.CHAIR}),
    "case.open": frozenset({Role.CHAIR}),
    "case.review": frozenset({Role.REVIEWER}),
    "case.decide": frozenset({Role.CHAIR}),
    "recommendation.assess": frozenset({Role.CHAIR}),
    "recommendation.answer": frozenset({Role.LIAISON}),
    "overdue.read": frozenset({Role.TRIAGE, Role.CHAIR}),
    "reopening.ask": frozenset({Role.LIAISON, Role.REVIEWER}),
    "reopening.answer": frozenset({Role.CHAIR}),
    "reopening.second": frozenset({Role.CHAIR, Role.REVIEWER}),
    "audit.draw": frozenset({Role.CHAIR, Role.OPERATOR}),
    "reliability.read": frozenset({Role.CHAIR}),
    "history.read": frozenset({Role.TRIAGE, Role.CHAIR, Role.REVIEWER, Role.PUBLISHER}),
    "publication.withhold": frozenset({Role.CHAIR, Role.PUBLISHER}),
    "bulletin.release": frozenset({Role.PUBLISHER}),
    "webhook.manage": frozenset({Role.PARTNER}),
    "key.manage": frozenset({Role.PARTNER}),
    "disclosure.grant": frozenset({Role.CHAIR}),
    "disclosure.read": frozenset({Role.PARTNER}),
    # the house
    "health.read": frozenset({Role.OPERATOR}),
    "archive.carry_over": frozenset({Role.OPERATOR}),
    "people.manage": frozenset({Role.OPERATOR}),
}

# Whoever can change a finding or reach sealed material enrols a second factor outside the demo.
SECOND_FACTOR_ROLES = frozenset({Role.REVIEWER, Role.CHAIR, Role.PUBLISHER, Role.OPERATOR})

VERB_NAMES: Mapping[str, Any] = {
    "report.file": gettext_lazy("file reports"),
    "report.import": gettext_lazy("send in files of reports"),
    "report.triage": gettext_lazy("accept or reject reports"),
    "invite.make": gettext_lazy("make invites to report without an account"),
    "report.erase": gettext_lazy("erase reports"),
    "watch.record": gettext_lazy("record watches"),
    "coverage.read": gettext_lazy("see where and when somebody watched"),
    "evidence.read": gettext_lazy("look at the files of reports"),
    "evidence.redact": gettext_lazy("cover parts of pictures before others see them"),
    "incident.triage": gettext_lazy("link reports to incidents"),
    "incident.corroborate": gettext_lazy("corroborate incidents"),
    "bundle.request": gettext_lazy("ask for a case’s evidence as one file"),
    "bundle.answer": gettext_lazy("approve or refuse a bundle of evidence"),
    "position.answer": gettext_lazy("answer for a party"),
    "position.extend": gettext_lazy("extend a party’s time to answer"),
    "case.open": gettext_lazy("open cases"),
    "case.review": gettext_lazy("review cases"),
    "case.decide": gettext_lazy("seal decisions"),
    "recommendation.assess": gettext_lazy("issue and assess recommendations"),
    "recommendation.answer": gettext_lazy("answer to recommendations"),
    "overdue.read": gettext_lazy("read what is overdue"),
    "reopening.ask": gettext_lazy("ask for a case to be reopened"),
    "reopening.answer": gettext_lazy("answer a request to reopen"),
    "reopening.second": gettext_lazy("second an answer to a request to reopen"),
    "audit.draw": gettext_lazy("hold the audit lottery"),
    "reliability.read": gettext_lazy("read what was learned of each source"),
    "history.read": gettext_lazy("read an incident's full history"),
    "publication.withhold": gettext_lazy("keep incidents from the public for a time"),
    "bulletin.release": gettext_lazy("release bulletins"),
    "webhook.manage": gettext_lazy("have your machine told of what happens"),
    "key.manage": gettext_lazy("make keys of your own"),
    "disclosure.grant": gettext_lazy("let partners see more of reports than the public"),
    "disclosure.read": gettext_lazy("see what was disclosed to partners"),
    "health.read": gettext_lazy("read the health page"),
    "archive.carry_over": gettext_lazy("carry published tables over"),
    "people.manage": gettext_lazy("manage people"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer with its reason; true or false as a bool."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def roles_of(user: Any, *, at: datetime, agreement_id: uuid.UUID | None = None) -> frozenset[str]:
    """Return the roles a person holds at an instant, on one agreement or on any."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    return frozenset(
        role
        for role, on, since, until in _grants(user)
        if since <= at
        and (until is None or until > at)
        and (agreement_id is None or on in (agreement_id, None))
    )


def _grants(user: Any) -> list[tuple[Any, ...]]:
    """Return (role, agreement, from, until) of everything a person was ever granted.

    Grants change by commands alone, so a request reads them once, as it does the terms.
    """
    rows = RoleGrant.objects.filter(user_id=user.pk)
    found = rows.values_list("role", "agreement_id", "granted_from", "granted_until")
    return once(("grants", user.pk), lambda: list(found))


def may(user: Any, verb: str, *, at: datetime, agreement_id: uuid.UUID | None = None) -> Verdict:
    """Answer whether a person may do a verb now, and why or why not."""
    return _judged(user, verb, at, agreement_id)[0]


def _judged(
    user: Any, verb: str, at: datetime, agreement_id: uuid.UUID | None
) -> tuple[Verdict, frozenset[str]]:
    """Return the verdict, and the roles on which it rests."""
    if not getattr(user, "is_authenticated", False):
        return Verdict(False, _("Sign in first.")), frozenset()
    wanted = MAY[verb]
    held = roles_of(user, at=at, agreement_id=agreement_id) & wanted
    if held:
        names = ", ".join(sorted(str(Role(role).label) for role in held))
        return Verdict(True, _("You hold the role: %(roles)s.") % {"roles": names}), held
    names = ", ".join(sorted(str(Role(role).label) for role in wanted))
    words = _("To %(verb)s you need one of these roles here: %(roles)s. An operator can grant it.")
    return Verdict(False, words % {"verb": VERB_NAMES[verb], "roles": names}), held


def require(user: Any, verb: str, *, at: datetime, agreement_id: uuid.UUID | None = None) -> str:
    """Return the role under which a person does a verb; raise NotAllowed with the reason."""
    verdict, held = _judged(user, verb, at, agreement_id)
    if not verdict:
        raise NotAllowed(verdict.reason)
    return min(held)
