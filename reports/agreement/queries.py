"""Reads of the terms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.validators import slug_re
from django.db.models import Q

from reports.agreement.models import ActKind, Agreement, AgreementVersion, Clause, Party
from reports.agreement.rules import Period, TimeLimits, limits_at
from reports.once import once
from reports.problems import NotFound


def agreement_by_slug(slug: str) -> Agreement:
    """Return the agreement with this slug; NotFound otherwise."""
    # What is no slug is not asked for: the database refuses some characters outright.
    if not slug_re.match(slug):
        raise NotFound("There is no agreement with this name.")
    # With its parties, for hardly anybody asks for it without them.
    rows = Party.objects.filter(agreement__slug=slug).select_related("agreement").order_by("code")
    if parties := list(rows):
        once(("parties", parties[0].agreement_id), lambda: parties)
        return parties[0].agreement
    found = Agreement.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no agreement with this name.")
    return found


def agreement_or_first(slug: str | None) -> Agreement:
    """Return the agreement that is named, else the first by slug. Errors: NotFound."""
    if slug:
        return agreement_by_slug(slug)
    known = agreements()
    if not known:
        raise NotFound("No agreement has been recorded yet.")
    return known[0]


def agreements() -> list[Agreement]:
    """Return all agreements, by slug."""
    return list(Agreement.objects.order_by("slug"))


def parties_of(agreement_id: uuid.UUID) -> list[Party]:
    """Return the parties of an agreement, in alphabetical order of their codes."""
    rows = Party.objects.filter(agreement_id=agreement_id).order_by("code")
    return once(("parties", agreement_id), lambda: list(rows))


def act_kinds() -> list[ActKind]:
    """Return the taxonomy of acts, in its own order."""
    return once("acts", lambda: list(ActKind.objects.all()))


def periods_in_force(agreement_id: uuid.UUID) -> list[Period]:
    """Return the half-open periods in which some version of the text was in force."""
    rows = _versions(agreement_id)
    return [Period(row.in_force_from, row.in_force_until) for row in rows]


def _versions(agreement_id: uuid.UUID) -> list[AgreementVersion]:
    """Return the versions of an agreement, by when they came into force."""
    rows = AgreementVersion.objects.filter(agreement_id=agreement_id)
    rows = rows.order_by("in_force_from", "number")
    return once(("versions", agreement_id), lambda: list(rows))


def versions_of(agreement_id: uuid.UUID) -> list[AgreementVersion]:
    """Return the versions of an agreement with their clauses and the acts these prohibit."""
    return list(
        AgreementVersion.objects.filter(agreement_id=agreement_id)
        .prefetch_related("clauses__prohibits")
        .order_by("number")
    )


def limits_of_versions(agreement_id: uuid.UUID) -> list[tuple[datetime, TimeLimits]]:
    """Return (in force from, time limits) of every version of an agreement, earliest first."""
    return [
        (
            row.in_force_from,
            TimeLimits(
                version=row.number,
                triage=timedelta(hours=row.triage_hours),
                reply=timedelta(hours=row.reply_hours),
                ballots=timedelta(hours=row.ballot_hours),
                decision=timedelta(hours=row.decision_hours),
                recommendation=timedelta(days=row.recommendation_days),
            ),
        )
        for row in _versions(agreement_id)
    ]


def time_limits(agreement_id: uuid.UUID, *, at: datetime) -> TimeLimits:
    """Return how long a step begun at an instant may take; NotFound without any version."""
    versions = limits_of_versions(agreement_id)
    if not versions:
        raise NotFound("No version of this agreement is on record.")
    return limits_at(versions, at)


def open_daily_cap(agreement_id: uuid.UUID, *, at: datetime) -> int:
    """Return how many reports a day may be filed without an account; 0 where none may.

    The text last begun by an instant says so, and goes on saying so after its end.
    """
    begun = AgreementVersion.objects.filter(agreement_id=agreement_id, in_force_from__lte=at)
    last = begun.order_by("in_force_from", "number").last()
    return last.open_daily_cap if last is not None and last.open_filing else 0


def clauses_in_force(
    agreement_id: uuid.UUID, *, window: tuple[datetime, datetime], act: str | None = None
) -> Sequence[Clause]:
    """Return the clauses whose text was in force at some instant of a half-open window."""
    begins, ends = window
    found = Clause.objects.filter(
        Q(version__in_force_until=None) | Q(version__in_force_until__gt=begins),
        version__agreement_id=agreement_id,
        version__in_force_from__lt=ends,
    )
    if act:
        found = found.filter(prohibits=act)
    return list(found.select_related("version").distinct().order_by("version__number", "code"))


def prohibitions(agreement_id: uuid.UUID) -> list[tuple[str, Period]]:
    """Return every (act, period) in which some clause of an agreement prohibits that act."""
    rows = Clause.objects.filter(version__agreement_id=agreement_id, prohibits__isnull=False)
    found = rows.values_list(
        "prohibits", "version__in_force_from", "version__in_force_until"
    ).distinct()
    return [(act, Period(begins, ends)) for act, begins, ends in found]
