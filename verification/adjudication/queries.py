"""Reads of cases. A ballot or a score is never read here before one's own ballot is sealed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import (
    Count,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement, Clause, Party
from reports.agreement.queries import clauses_in_force, parties_of
from reports.evidence.models import Item
from reports.evidence.queries import items_of
from reports.intake.models import Report
from reports.journal.queries import HistoryLine, history_lines
from reports.people.models import User
from reports.people.permissions import Verdict, may, require
from reports.problems import NotFound
from reports.questions.models import Question
from reports.questions.queries import last_answer_at, questions_on
from verification.adjudication.answers import Outcome
from verification.adjudication.models import Ballot, Case, Decision, DraftBallot, Seat, SecondBallot
from verification.adjudication.states import CaseState
from verification.corroboration.models import PartyPosition, Statement
from verification.corroboration.queries import positions_on, statements_on
from verification.incidents.models import Incident, Link
from verification.incidents.queries import (
    incident_by_code,
    incidents_of,
    link_times,
    linked_reports,
    member_ids,
)
from verification.incidents.states import IncidentState
from verification.scoring.models import Score
from verification.scoring.queries import latest_score


@dataclass(frozen=True)
class CaseFile:
    """Everything a reviewer judges from; `score` and `ballots` are None while they are hidden.

    What lies on the file is read when it is asked for: many doors only ask who sits.
    """

    case: Case
    seat: Seat | None
    seats: int
    sealed: int
    user: User

    @property
    def incident(self) -> Incident:
        """Return the incident that is judged."""
        return self.case.incident

    @property
    def own_ballot(self) -> Ballot | None:
        """Return one's own first ballot, once it is sealed."""
        return getattr(self.seat, "ballot", None)

    @property
    def draft(self) -> DraftBallot | None:
        """Return one's own draft, while nothing is sealed."""
        return getattr(self.seat, "draft", None) if self.own_ballot is None else None

    @property
    def may_see_score(self) -> bool:
        """Answer whether this is nobody who will still vote: they see no score and no ballot."""
        decided = self.case.state == CaseState.DECIDED
        return self.seat is None or self.own_ballot is not None or decided

    @property
    def may_see_ballots(self) -> bool:
        """Answer whether all are sealed, and nobody reads them who will still vote."""
        decided = self.case.state == CaseState.DECIDED
        return decided or (self.may_see_score and self.sealed == self.seats)

    @cached_property
    def members(self) -> list[uuid.UUID]:
        """Return the incident and all it has absorbed."""
        return member_ids(self.incident)

    @cached_property
    def reports(self) -> list[Report]:
        """Return the reports on file, by time received."""
        return linked_reports(self.incident, members=self.members)

    @cached_property
    def items(self) -> list[Item]:
        """Return the files of the reports, in their order."""
        return items_of(report.pk for report in self.reports)

    @cached_property
    def questions(self) -> list[Question]:
        """Return what the reports’ authors were asked, and answered."""
        return questions_on(report.pk for report in self.reports)

    @cached_property
    def statements(self) -> list[Statement]:
        """Return the standing statements on file."""
        return statements_on(self.incident, members=self.members)

    @cached_property
    def positions(self) -> list[PartyPosition]:
        """Return the parties’ positions on file."""
        return positions_on(self.incident, members=self.members)

    @cached_property
    def clauses(self) -> list[Clause]:
        """Return the clauses in force at the time, with the acts they prohibit."""
        window = (self.incident.window_from, self.incident.window_until)
        found = list(clauses_in_force(self.incident.agreement_id, window=window))
        prefetch_related_objects(found, "prohibits")
        return found

    @cached_property
    def parties(self) -> list[Party]:
        """Return the parties of the agreement."""
        return parties_of(self.incident.agreement_id)

    @cached_property
    def linked_at(self) -> dict[uuid.UUID, datetime]:
        """Return {report: since when it is on file}."""
        return link_times(self.members)

    @cached_property
    def score(self) -> Score | None:
        """Return the score the case goes with."""
        return _score_of(self.case) if self.may_see_score else None

    @cached_property
    def ballots(self) -> list[Ballot] | None:
        """Return the first ballots of those who sit."""
        return ballots_of(self.case) if self.may_see_ballots else None

    @cached_property
    def second_ballots(self) -> list[SecondBallot] | None:
        """Return the second ballots of those who sit."""
        return second_ballots_of(self.case) if self.may_see_ballots else None

    @cached_property
    def standing(self) -> list[Ballot | SecondBallot] | None:
        """Return what counts: the last ballot of each."""
        if self.ballots is None:
            return None
        last = {second.first_id: second for second in self.second_ballots or ()}
        return [last.get(ballot.pk, ballot) for ballot in self.ballots]

    @cached_property
    def may_vote_again(self) -> bool:
        """Answer whether one may seal a second ballot now."""
        return bool(may_vote_again(self.user, self.case)) if self.may_see_ballots else False


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("incident__agreement", "incident__act", "incident__place")


def review_queue(user: User, *, at: datetime) -> list[tuple[Case, Seat]]:
    """Return the cases a reviewer sits on: those awaiting their ballot first, by deadline."""
    seats = (
        Seat.objects.filter(reviewer=user, recused_at=None)
        .annotate(
            has_voted=Exists(Ballot.objects.filter(seat=OuterRef("pk"))),
            has_draft=Exists(DraftBallot.objects.filter(seat=OuterRef("pk"))),
        )
        .select_related("case__incident__act", "case__incident__place", "case__incident__agreement")
        .order_by("has_voted", "case__ballots_due_at", "case_id")
    )
    return [(seat.case, seat) for seat in seats]


def case_for_reviewer(user: User, case_id: uuid.UUID | str) -> CaseFile:
    """Return the case file for a reviewer who sits on it; NotFound for anybody else."""
    case = _case(case_id)
    seat = _seat(case, user)
    if seat is None:
        raise NotFound()
    return _file(case, seat, user)


def awaits_declaration(file: CaseFile) -> bool:
    """Answer whether this reviewer has to declare before the file opens."""
    waiting = file.seat is not None and file.seat.declared_at is None
    return waiting and file.case.state == CaseState.BALLOTING


def case_for_chair(user: User, case_id: uuid.UUID | str, *, at: datetime) -> CaseFile:
    """Return the case file for the chair of its agreement; ballots only once all are sealed."""
    case = _case(case_id)
    if not may(user, "case.decide", at=at, agreement_id=case.incident.agreement_id):
        raise NotFound()
    return _file(case, _seat(case, user), user)


def _seat(case: Case, user: User) -> Seat | None:
    """Return the seat a person holds, with the ballot and the draft that are theirs."""
    rows = case.seats.filter(reviewer=user, recused_at=None)
    return rows.select_related("ballot__clause", "draft").first()


def _case(case_id: uuid.UUID | str) -> Case:
    """Return a case with how many sit on it and how many of these have sealed."""
    sits = Q(seats__recused_at=None)
    seats, sealed = Count("seats", filter=sits), Count("seats__ballot", filter=sits)
    try:
        found = _cases().filter(pk=case_id).annotate(n_seats=seats, n_sealed=sealed).first()
    except (ValidationError, ValueError) as error:
        raise NotFound() from error
    if found is None:
        raise NotFound()
    return found


def _file(case: Case, seat: Seat | None, user: User) -> CaseFile:
    counts: Any = case
    return CaseFile(case, seat, counts.n_seats, counts.n_sealed, user)


def own_standing(file: CaseFile) -> Ballot | SecondBallot | None:
    """Return what counts of one's own on an unsealed file: the last ballot one sealed."""
    own = file.own_ballot
    found = [b for b in file.standing or () if own is not None and b.seat.pk == own.seat_id]
    return found[0] if found else None


def case_history(file: CaseFile) -> list[HistoryLine]:
    """Return the history of a case file, for those the file was handed out to.

    What is not public is told by its day: the minute of a filing can name a monitor.
    """
    return history_lines(
        file.members,
        subject_ids=[report.pk for report in file.reports],
        public_only=False,
        days_of=ZoneInfo(file.incident.agreement.timezone),
    )


def _score_of(case: Case) -> Score | None:
    """Return the score a case goes with: of a decided one that which its panel had.

    After a reopening the newest is before another panel, on which a member may sit again.
    """
    if case.state == CaseState.DECIDED:
        decision = Decision.objects.filter(case=case).select_related("score").first()
        return decision.score if decision is not None else None
    return latest_score(case.incident)


def may_see_score(user: User, incident: Incident) -> Verdict:
    """Answer whether a score can bias nobody by being shown to this person now.

    Whoever still has a ballot to seal on this file sees no score, whatever other role they hold.
    """
    waiting = Seat.objects.filter(
        reviewer=user,
        recused_at=None,
        ballot=None,
        case__incident=incident,
        case__state=CaseState.BALLOTING,
    )
    if waiting.exists():
        return Verdict(
            False, _("You sit on this case: the score shows once your ballot is sealed.")
        )
    return Verdict(True, _("You have no ballot to seal on this incident."))


def may_see_learned(user: User, agreement_id: uuid.UUID) -> Verdict:
    """Answer whether what was learned of the sources can bias nobody by being shown now.

    It is a sum over scores. Who knows the decided ones could work out the one still open.
    """
    waiting = Seat.objects.filter(
        reviewer=user,
        recused_at=None,
        ballot=None,
        case__incident__agreement_id=agreement_id,
        case__state=CaseState.BALLOTING,
    )
    if waiting.exists():
        return Verdict(
            False, _("You sit on a case: this page shows once all your ballots are sealed.")
        )
    return Verdict(True, _("You have no ballot to seal."))


def seats_of(case: Case) -> list[Seat]:
    """Return all seats of a case, recused ones too, with `has_voted`; by number."""
    voted = Ballot.objects.filter(seat=OuterRef("pk"))
    rows = case.seats.annotate(has_voted=Exists(voted)).select_related("reviewer__organisation")
    return list(rows.order_by("number"))


def ballots_of(case: Case) -> list[Ballot]:
    """Return the sealed ballots of those who still sit, by seat. Callers keep them blind."""
    rows = Ballot.objects.filter(case=case, seat__recused_at=None)
    return list(rows.select_related("seat__reviewer", "clause").order_by("seat__number"))


def second_ballots_of(case: Case) -> list[SecondBallot]:
    """Return the second ballots of those who still sit, oldest first. Callers keep them blind."""
    rows = SecondBallot.objects.filter(first__case=case, first__seat__recused_at=None)
    return list(rows.select_related("first__seat__reviewer", "clause").order_by("number", "id"))


def standing_ballots(case: Case) -> list[Ballot | SecondBallot]:
    """Return what counts of each who sits: the last ballot each has sealed, by seat."""
    last = {second.first_id: second for second in second_ballots_of(case)}
    return [last.get(ballot.pk, ballot) for ballot in ballots_of(case)]


def grown_at(incident: Incident) -> datetime | None:
    """Return when a file last grew: by a report, a file of one, a statement or an answer.

    An answer is a party’s or an author’s: what an author was asked adds nothing until then.
    """
    members = member_ids(incident)
    linked = Link.objects.filter(incident_id__in=members, unlinked_at=None)
    told = Statement.objects.filter(incident_id__in=members)
    heard = PartyPosition.objects.filter(incident_id__in=members)
    brought = Item.objects.filter(report__in=linked.values("report_id")).exclude(sha256="")
    found = [
        linked.aggregate(last=Max("linked_at"))["last"],
        brought.aggregate(last=Max("added_at"))["last"],
        told.aggregate(last=Max("given_at"))["last"],
        heard.aggregate(last=Max("answered_at"))["last"],
        last_answer_at(linked.values_list("report_id", flat=True)),
    ]
    return max((instant for instant in found if instant is not None), default=None)


def may_vote_again(user: User, case: Case) -> Verdict:
    """Answer whether a reviewer may seal a second ballot: after the unsealing, before deciding."""
    if case.state != CaseState.BALLOTING:
        return Verdict(False, _("The panel has decided."))
    first = Ballot.objects.filter(case=case, seat__reviewer=user, seat__recused_at=None).first()
    if first is None:
        return Verdict(False, _("You have not sealed a first ballot."))
    if case.seats.filter(recused_at=None, ballot=None).exists():
        return Verdict(False, _("The ballots are still sealed: nobody has seen another’s."))
    last = SecondBallot.objects.filter(first=first).order_by("number").last()
    grown = grown_at(case.incident) if last is not None else None
    if last is not None and (grown is None or grown <= last.sealed_at):
        return Verdict(False, _("You have sealed a second ballot already."))
    return Verdict(True, _("All ballots are open; you may change your mind once, with a reason."))


def cases_for_chair(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[Case]:
    """Return an agreement's cases for its chair, open ones by deadline first."""
    require(user, "case.decide", at=at, agreement_id=agreement.pk)
    return (
        _cases()
        .filter(incident__agreement=agreement)
        .annotate(
            n_seats=Count("seats", filter=Q(seats__recused_at=None), distinct=True),
            n_ballots=Count("ballots", filter=Q(ballots__seat__recused_at=None), distinct=True),
        )
        .order_by("state", "ballots_due_at", "id")
    )


def incidents_without_case(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[Incident]:
    """Return the open incidents a chair could open a case on, oldest first."""
    require(user, "case.open", at=at, agreement_id=agreement.pk)
    states = (IncidentState.OPEN, IncidentState.REOPENED)
    return incidents_of(agreement, states=states).order_by("opened_at", "code")


def incident_for_chair(user: User, code: str, *, at: datetime) -> Incident:
    """Return an incident for the chair of its agreement; NotFound for anybody else."""
    incident = incident_by_code(code)
    if not may(user, "case.open", at=at, agreement_id=incident.agreement_id):
        raise NotFound()
    return incident


def decision_on(incident: Incident) -> Decision | None:
    """Return the decision on an incident that no other overrides, or None."""
    rows = Decision.objects.filter(incident=incident, overridden_by=None)
    return rows.select_related("clause", "case", "score").order_by("-decided_at").first()


def citable_reports(incident: Incident) -> dict[str, str]:
    """Return {id: label} of what reasons may cite: the file's reports, their files, statements."""
    reports = linked_reports(incident)
    found = {str(r.pk): f"{r.receipt}" for r in reports}
    found.update({str(item.pk): item.code for item in items_of(r.pk for r in reports)})
    found.update({str(s.pk): f"S-{s.pk.hex[-6:]}" for s in statements_on(incident)})
    return found


def bound_parties(incident: Incident) -> list[str]:
    """Return the codes of the parties bound by a text in force in the incident's window."""
    window = (incident.window_from, incident.window_until)
    if not clauses_in_force(incident.agreement_id, window=window):
        return []
    return [p.code for p in parties_of(incident.agreement_id) if p.signatory or p.parent_id]


def decided_candidates(agreement_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return {incident: the one candidate its standing decision names}: what sources learn from.

    Blind ones only: every ballot of a first round is sealed before its reviewer can see a score
    (may_see_score). From then on the finding shows it to all, so a later round teaches nothing,
    and what it overrides no longer does. Nor does a decision in which a mind was changed with the
    score in view. Nor does a decision that names several parties or none:
    "not attributable" speaks of the evidence, not of a further actor.
    """
    rows = _blind().filter(incident__agreement_id=agreement_id)
    return {
        incident_id: candidate
        for incident_id, outcome, parties in rows.values_list("incident_id", "outcome", "parties")
        if (candidate := _candidate(outcome, parties))
    }


def _blind(
    untold: Collection[uuid.UUID] = (), unmoved: Collection[uuid.UUID] = ()
) -> QuerySet[Decision]:
    """Return the blind decisions that stand; `untold` cases and what reopened these do not count.

    `unmoved` are incidents of whose reopening the reader may not know yet.
    """
    rows = Decision.objects.filter(
        Q(incident__state=IncidentState.DECIDED) | Q(incident__in=unmoved),
        Q(overridden_by=None) | Q(overridden_by__case__in=untold),
        case__round=1,
        carried_from="",  # another mechanism's rulings say nothing of our ballots
    )
    changed = SecondBallot.objects.filter(first__case=OuterRef("case"), confirms=False)
    rows = rows.filter(~Exists(changed))
    return rows.order_by("decided_at", "id")


def _candidate(outcome: str, parties: list[str]) -> str:
    """Return the one candidate a decision names, or ''."""
    if outcome == Outcome.DID_NOT_HAPPEN:
        return "none"
    return parties[0] if outcome == Outcome.ATTRIBUTED and len(parties) == 1 else ""


def decided_with_scores(
    *, untold: Collection[uuid.UUID] = (), unmoved: Collection[uuid.UUID] = ()
) -> list[tuple[dict[str, float], str]]:
    """Return (score before the decision, decided answer) of every blind decision naming one.

    `untold` are cases of whose decision the reader may not know yet, `unmoved` incidents of whose
    reopening.
    """
    rows = _blind(untold, unmoved).filter(score__isnull=False).exclude(case__in=untold)
    return [
        (p, candidate)
        for outcome, parties, p in rows.values_list("outcome", "parties", "score__p")
        if (candidate := _candidate(outcome, parties))
    ]
