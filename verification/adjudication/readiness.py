"""Reads of what a decision still lacks: each precondition, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from reports.people.permissions import Verdict
from verification.adjudication.eligible import conflicts_in, sitting
from verification.adjudication.models import Case
from verification.adjudication.queries import ballots_of, grown_at, standing_ballots
from verification.adjudication.rules import (
    is_party_heard,
    is_second_look_offered,
    meets_quorum,
)
from verification.corroboration.queries import accused_parties, positions_on
from verification.corroboration.states import PositionState
from verification.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a case can be decided now: each precondition with its reason."""

    quorum: Verdict
    heard: Verdict
    complete: Verdict
    offered: Verdict  # whoever voted on less than is on file now may look again
    unconflicted: Verdict

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return all of them, in the order they are shown."""
        return (self.quorum, self.complete, self.heard, self.offered, self.unconflicted)

    def __bool__(self) -> bool:
        return all(self.verdicts())


def awaited_parties(incident: Incident) -> list[str]:
    """Return the names of the accused parties that have neither answered nor fallen silent.

    After a reopening only the hearing that followed it counts.
    """
    positions = [p for p in positions_on(incident) if p.hearing == incident.hearing]
    heard = {p.party_id for p in positions if p.state != PositionState.AWAITED}
    awaited = {p.party_id for p in positions if p.state == PositionState.AWAITED}
    return [
        party.name
        for party in accused_parties(incident)
        if party.pk in awaited or party.pk not in heard
    ]


def readiness(case: Case, *, at: datetime) -> Readiness:
    """Return whether a case can be decided now, precondition by precondition."""
    seats = sitting(case)
    voted = [str(s.reviewer.organisation_id) for s in seats if hasattr(s, "ballot")]
    missing = len(seats) - len(voted)
    if missing and at < case.ballots_due_at:
        words = _("%(missing)s of %(seats)s seated reviewers have not sealed a ballot.")
        complete = Verdict(False, words % {"missing": missing, "seats": len(seats)})
    else:
        complete = Verdict(
            True, _("Every seated reviewer has voted, or the time for ballots is over.")
        )
    return Readiness(
        quorum=meets_quorum(voted, quorum=case.quorum),
        heard=is_party_heard(awaited_parties(case.incident)),
        complete=complete,
        offered=_second_look(case, all_sealed=not missing, at=at),
        unconflicted=_unconflicted(conflicts_in(case)),
    )


def _second_look(case: Case, *, all_sealed: bool, at: datetime) -> Verdict:
    if not all_sealed:
        return Verdict(True, _("The ballots are still sealed: nobody has seen another’s."))
    standing = standing_ballots(case)
    grown = grown_at(case.incident)
    older = [ballot.seat.number for ballot in standing if grown and ballot.sealed_at < grown]
    if grown is None or not older:
        return is_second_look_offered([], since=at, at=at)
    opened = max(ballot.sealed_at for ballot in ballots_of(case))
    return is_second_look_offered(older, since=max(grown, opened), at=at)


def _unconflicted(conflicts: dict[int, str]) -> Verdict:
    if conflicts:
        words = _("A conflict of interest has come up in seat %(seats)s; replace the reviewer.")
        return Verdict(False, words % {"seats": ", ".join(map(str, sorted(conflicts)))})
    return Verdict(True, _("Nobody who sits has a conflict of interest."))
