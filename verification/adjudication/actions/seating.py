"""Parts of the writes about panels: draw, seat, vacate. Each is told by the event of its action."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.people.models import Role, User
from reports.people.queries import alignment_of, holders_of
from reports.problems import Problem
from verification.adjudication.actions.drafts import drop_draft
from verification.adjudication.drawing import METHOD, drawn, entry_of
from verification.adjudication.eligible import (
    concerned_parties,
    involved,
    possible_reviewers,
    sitting_reviewers,
)
from verification.adjudication.models import Case, PanelDraw, Seat
from verification.adjudication.rules import has_conflict
from verification.incidents.models import Incident


class Conflicted(Problem):
    """Raised when a reviewer turns out to have a conflict of interest."""

    code = "conflict-of-interest"
    status = 409
    title = gettext_lazy("A conflict of interest rules this out")


class NoPanel(Problem):
    """Raised when no balanced panel without conflicts can be seated."""

    code = "no-panel"
    status = 409
    title = gettext_lazy("No panel can be seated by the rules")


def seat_reviewer(case: Case, user: User, number: int, at: datetime) -> Seat:
    return Seat.objects.create(
        case=case,
        reviewer=user,
        number=number,
        alignment=alignment_of(user, at=at),
        seated_at=at,
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw gave: whom it seats, and the record of it."""

    users: list[User]
    record: dict[str, Any]


def draw_panel(
    incident: Incident,
    *,
    size: int,
    seed: str,
    at: datetime,
    but: Collection[UUID] = (),
    seated: Sequence[User] = (),
) -> Drawn:
    """Return the members to seat: a whole panel, or the one who replaces a recused member."""
    people, organisations = involved(incident)
    possible = possible_reviewers(incident, at=at)
    free = [
        (user, reviewer)
        for user, reviewer in possible
        if user.pk not in but
        and not has_conflict(reviewer, people=people, organisations=organisations)
    ]
    entries = [entry_of(reviewer, seed=seed) for _user, reviewer in free]
    record = {
        "method": METHOD,
        "seed": seed,
        "size": size,
        "concerned": sorted(concerned_parties(incident, at=at)),
        "staying": _by_ticket(
            entry_of(sitting, seed=seed) for sitting in sitting_reviewers(incident, seated, at=at)
        ),
        "eligible": _by_ticket(entries),
    }
    users = {entry["ticket"]: user for entry, (user, _r) in zip(entries, free, strict=True)}
    chosen = drawn(record)
    if len(chosen) != size:
        raise NoPanel(_why_no_panel(len(free), size, bool(seated)))
    return Drawn([users[ticket] for ticket in chosen], record | {"chosen": chosen})


def _by_ticket(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda entry: str(entry["ticket"]))


def _why_no_panel(free: int, size: int, replaces: bool) -> str:
    if replaces:
        return _("Nobody eligible can take this seat and keep the panel balanced.")
    return _(
        "%(free)s reviewers have no conflict of interest; a balanced panel of %(size)s "
        "needs more. An operator can grant the role to further people."
    ) % {"free": free, "size": size}


def keep_draw(case: Case, drawn_now: Drawn, seats: Sequence[Seat], *, at: datetime) -> None:
    """Keep the record of a draw, for the finding and for whoever draws again."""
    PanelDraw.objects.create(
        case=case,
        number=case.draws.count() + 1,
        seats=[seat.number for seat in seats],
        drawn_at=at,
        **drawn_now.record,
    )


def vacate_seat(seat: Seat, *, kind: str, reason: str, at: datetime) -> None:
    seat.recused_at, seat.recusal_kind, seat.recusal_reason = at, kind, reason
    seat.save(update_fields=["recused_at", "recusal_kind", "recusal_reason"])
    drop_draft(seat=seat)


def replace_seat(case: Case, *, at: datetime) -> Seat:
    seats = list(case.seats.select_related("reviewer"))
    staying = [seat.reviewer for seat in seats if seat.recused_at is None]
    chosen = draw_panel(
        case.incident,
        size=1,
        seed=f"{case.panel_seed}/{len(seats) + 1}",
        at=at,
        but=[seat.reviewer_id for seat in seats] + _who_saw_the_score(case, at=at),
        seated=staying,
    )
    seat = seat_reviewer(case, chosen.users[0], len(seats) + 1, at)
    keep_draw(case, chosen, [seat], at=at)
    return seat


def _who_saw_the_score(case: Case, *, at: datetime) -> list[UUID]:
    """A chair without a seat reads the score of an open case, so may not be seated later."""
    chairs = holders_of(Role.CHAIR, agreement_id=case.incident.agreement_id, at=at)
    return [user.pk for user in chairs]
