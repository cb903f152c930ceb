"""The case machine, driven at random: whatever people do in whatever order, three promises hold.

Every complaint is in exactly one class; no decision without its preconditions; no ballot and no
score is visible early. Every day a few short runs; `CVR_LONG=300` makes 300 of 60 steps, which
takes a quarter of an hour of a processor, so by hand, before a release and after changes here.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from reports.intake.actions import accept_report, file_report, reject_report, withdraw_report
from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import Problem
from tests.factories import NOW, World, a_draft, an_allegation, settle, some_answers
from tests.second_round import REASON, WHY, Reserve, a_reserve
from verification.adjudication.actions.ballots import BallotDraft, seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import (
    declare_interest,
    open_case,
    override_seat,
    recuse_reviewer,
    replace_reviewer,
)
from verification.adjudication.actions.second_ballots import change_ballot
from verification.adjudication.models import Ballot, Case, Decision, Seat
from verification.adjudication.queries import case_for_chair, case_for_reviewer
from verification.caseload.classes import CLASSES
from verification.corroboration.actions import (
    Answer,
    StatementDraft,
    answer_notice,
    give_statement,
    lapse_overdue_positions,
)
from verification.corroboration.models import PartyPosition
from verification.incidents.actions import (
    link_report,
    merge_incidents,
    open_incident,
    rule_inadmissible,
    undo_merge,
    unlink_report,
)
from verification.incidents.models import Incident, Link, Merge
from verification.reopening.actions import (
    Request,
    admit_reopening,
    ask_reopening,
    propose_answer,
    refuse_reopening,
    withdraw_reopening,
)
from verification.reopening.models import Reopening

LONG = int(os.environ.get("CVR_LONG", "0"))
RUNS, STEPS = (LONG, 60) if LONG else (4, 40)
PICK = st.integers(0, 7)
ANSWERS = st.sampled_from(
    [
        some_answers(),
        some_answers(parties=("AZE",)),
        some_answers(attribution="not_attributable", parties=(), attribution_likelihood=""),
        some_answers(
            occurrence="not_established",
            occurrence_likelihood="roughly_even",
            breach="not_asked",
            breach_likelihood="",
            breach_confidence="",
            clause="",
            attribution="not_asked",
            parties=(),
            attribution_likelihood="",
            attribution_confidence="",
            severity="",
        ),
    ]
)
GOES_TO = (
    *(Kind.INCIDENTS_MERGED, Kind.MERGE_UNDONE, Kind.CASE_OPENED, Kind.REVIEWER_RECUSED),
    *(Kind.PANEL_OVERRIDDEN, Kind.REVIEWER_REPLACED, Kind.BALLOT_SEALED, Kind.CASE_DECIDED),
    *(Kind.BALLOT_CHANGED,),
    *(Kind.REOPENING_ASKED, Kind.REOPENING_FLAGGED, Kind.REOPENING_ADMITTED),
    *(Kind.FINDING_PUBLISHED, Kind.CORRECTION_PUBLISHED),
)
HERE: dict[str, Any] = {}  # the world, set up once for all runs


def preconditions_lacking(case: Case, at: datetime) -> set[str]:
    """Work out from the rows alone, apart from the program's own rules, what a decision lacks."""
    lacking = set()
    seats = list(case.seats.filter(recused_at=None).select_related("reviewer"))
    ballots = Ballot.objects.filter(seat__in=seats)
    voters = [seat.reviewer for seat in seats if ballots.filter(seat=seat).exists()]
    if len(voters) < case.quorum or len({v.organisation_id for v in voters}) < 2:
        lacking.add("quorum")
    if len(voters) < len(seats) and at < case.ballots_due_at:
        lacking.add("ballots awaited")
    if ballots.filter(seat__declared_at=None).exists():
        lacking.add("interest not declared")
    family = {case.incident_id}
    while True:
        more = set(Incident.objects.filter(merged_into_id__in=family).values_list("pk", flat=True))
        if more <= family:
            break
        family |= more
    reports = Report.objects.filter(
        links__incident_id__in=family, links__unlinked_at=None, state="accepted"
    )
    accused = set(reports.exclude(accused=None).values_list("accused_id", flat=True))
    hearing = Incident.objects.get(pk=case.incident_id).hearing
    positions = PartyPosition.objects.filter(incident_id__in=family, hearing=hearing)
    heard = set(positions.exclude(state="awaited").values_list("party_id", flat=True))
    waiting = set(positions.filter(state="awaited").values_list("party_id", flat=True))
    if accused & waiting or accused - heard:
        lacking.add("a party not heard")
    filers = set(reports.values_list("filed_by_id", flat=True))
    if filers & {seat.reviewer_id for seat in seats}:
        lacking.add("conflict of interest")
    return lacking


class CaseMachine(RuleBasedStateMachine):
    """People who do what they can, in any order; what the rules refuse they may not do."""

    @initialize(opens=st.sampled_from([True, True, False]))
    def begin(self, opens: bool) -> None:
        self.at = NOW
        self.looked: tuple[int, datetime] | None = None  # events and hour of the last look
        self.world: World = HERE["world"]
        self.reserve: Reserve = HERE["reserve"]
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.file_a_report("ARM", False)
        self.take_in(0, 1)
        if opens:
            self.open_a_case(0)
        else:  # two that can be merged
            self.file_a_report("ARM", True)
            self.take_in(0, 1)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            HERE["reached"].update(Event.objects.values_list("kind", flat=True))
            HERE["runs"] += 1
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def attempt(self, act: Callable[..., Any], **named: Any) -> Any:
        """Do it, with all that follows; a refusal is an answer like any other."""
        with suppress(Problem), transaction.atomic():
            done = act(**named, at=self.at)
            settle(at=self.at)
            return done
        return None

    def pick(self, rows: Any, number: int) -> Any:
        found = list(rows.order_by("pk")[:8])
        return found[number % len(found)] if found else None

    # -- what is said ---------------------------------------------------------------------
    @rule(accused=st.sampled_from(["ARM", "AZE", "?"]), independent=st.booleans())
    def file_a_report(self, accused: str, independent: bool) -> None:
        world = self.world
        if accused == "?":
            draft = a_draft(world)
        else:
            of = {"ARM": world.mod_azerbaijan, "AZE": world.mod_armenia}[accused]
            speaker = self.reserve.inquiry if independent else of
            draft = an_allegation(world, speaker, accused)
        report = file_report(draft=draft, by=world.filer, at=self.at).report
        self.attempt(accept_report, report=report, by=world.triage)

    @rule(n=PICK, into=PICK)
    def take_in(self, n: int, into: int) -> None:
        linked = Link.objects.filter(unlinked_at=None)
        free = Report.objects.filter(state="accepted").exclude(pk__in=linked.values("report_id"))
        report = self.pick(free, n)
        incident = self.pick(Incident.objects.all(), into)
        why: dict[str, Any] = {"why": "The same event.", "by": self.world.triage}
        if report is None:
            return
        if incident is None or into % 2:
            self.attempt(open_incident, report=report, **why)
        else:
            self.attempt(link_report, report=report, incident=incident, **why)

    @rule(n=PICK, how=st.sampled_from(["withdraw", "reject", "unlink"]))
    def take_out(self, n: int, how: str) -> None:
        if how == "unlink":
            link = self.pick(Link.objects.filter(unlinked_at=None), n)
            if link is not None:
                self.attempt(unlink_report, link=link, why="Another event.", by=self.world.triage)
            return
        report = self.pick(Report.objects.all(), n)
        if how == "withdraw":
            self.attempt(withdraw_report, report=report, by=self.world.filer)
        else:
            self.attempt(reject_report, report=report, reason="Twice.", by=self.world.triage)

    @rule(n=PICK, m=PICK, back=st.booleans())
    def merge(self, n: int, m: int, back: bool) -> None:
        kept = self.pick(Incident.objects.all(), n)
        absorbed = self.pick(Incident.objects.all(), m)
        if kept is not None:
            done = self.attempt(
                merge_incidents, kept=kept, absorbed=absorbed, why="One.", by=self.world.triage
            )
            if done is not None and back:
                self.attempt(undo_merge, merge=done, by=self.world.triage)

    @rule(n=PICK, how=st.sampled_from(["undo", "outside"]))
    def undo_or_rule(self, n: int, how: str) -> None:
        merge = self.pick(Merge.objects.filter(undone_at=None), n)
        incident = self.pick(Incident.objects.all(), n)
        if how == "undo" and merge is not None:
            self.attempt(undo_merge, merge=merge, by=self.world.triage)
        elif incident is not None:
            self.attempt(
                rule_inadmissible, incident=incident, ruling="x" * 30, by=self.world.triage
            )

    @rule(n=PICK, says=st.sampled_from(["supports", "contradicts"]))
    def state(self, n: int, says: str) -> None:
        incident = self.pick(Incident.objects.all(), n)
        if incident is not None:
            said = StatementDraft("actor", says, "site_visit", "I went there and looked.", "ARM")
            self.attempt(give_statement, incident=incident, draft=said, by=self.world.witness)

    @rule(n=PICK)
    def answer(self, n: int) -> None:
        position = self.pick(PartyPosition.objects.select_related("party", "incident"), n)
        if position is not None:
            world = self.world
            by = world.liaison_arm if position.party.code == "ARM" else world.liaison_aze
            said = Answer("denies", "other", "Not us.")
            self.attempt(answer_notice, position=position, answer=said, by=by)

    @rule(hours=st.sampled_from([1, 30, 90, 130]))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        lapse_overdue_positions(at=self.at)
        settle(at=self.at)

    # -- the panel ------------------------------------------------------------------------
    @rule(n=PICK)
    def open_a_case(self, n: int) -> None:
        open_ones = Incident.objects.filter(state__in=["open", "reopened"])
        incident = self.pick(open_ones, n)
        if incident is not None:
            self.attempt(open_case, incident=incident, by=self.world.chair)

    @rule(n=PICK, how=st.sampled_from(["declare", "declare", "recuse", "override", "replace"]))
    def seat(self, n: int, how: str) -> None:
        seat = self.pick(Seat.objects.filter(recused_at=None, case__state="balloting"), n)
        if seat is None:
            return
        case, number, by = seat.case, seat.number, self.world.chair
        if how == "declare":
            self.attempt(declare_interest, case=case, by=seat.reviewer)
        elif how == "recuse":
            self.attempt(recuse_reviewer, case=case, reason="A cousin of mine.", by=seat.reviewer)
        elif how == "override":
            self.attempt(override_seat, case=case, seat_number=number, reason=WHY, by=by)
        else:  # the rule vacates a seat whose time is over; by chance alone few get there
            left = (case.ballots_due_at - self.at) // timedelta(hours=1)
            self.wait(max(left, 0) + 2)
            self.attempt(replace_reviewer, case=case, seat_number=number, by=by)

    @rule(n=PICK, answers=ANSWERS, everybody=st.booleans())
    def vote(self, n: int, answers: Any, everybody: bool) -> None:
        case = self.pick(Case.objects.filter(state="balloting"), n)
        if case is None:
            return
        seats = list(case.seats.filter(recused_at=None).select_related("reviewer"))
        for seat in seats if everybody else seats[n % len(seats) :][:1]:
            link = case.incident.links.filter(unlinked_at=None).first()
            if everybody:
                self.attempt(declare_interest, case=case, by=seat.reviewer)
            cited = (str(link.report_id),) if link is not None else ()
            draft = BallotDraft(answers, "Because of what the report says.", cited)
            self.attempt(seal_ballot, case=case, draft=draft, by=seat.reviewer)

    @rule(n=PICK, answers=ANSWERS)
    def vote_again(self, n: int, answers: Any) -> None:
        first = self.pick(Ballot.objects.filter(seat__recused_at=None), n)
        if first is not None:
            cited = tuple(str(key) for key in first.cited_reports)
            draft = BallotDraft(answers, "The others read it better than I did.", cited)
            by = first.seat.reviewer
            done = self.attempt(change_ballot, case=first.case, draft=draft, why=WHY, by=by)
            seats = first.case.seats.filter(recused_at=None)
            assert done is None or not seats.filter(ballot=None).exists()

    @rule(n=PICK)
    def decide(self, n: int) -> None:
        case = self.pick(Case.objects.select_related("incident"), n)
        if case is None:
            return
        lacking = preconditions_lacking(case, self.at)
        was_open = case.state == "balloting"
        decision = self.attempt(decide_case, case=case, reasons=REASON, by=self.world.chair)
        if decision is not None:
            assert was_open
            assert lacking == set(), lacking

    @rule(n=PICK, answers=ANSWERS)
    def see_through(self, n: int, answers: Any) -> None:
        """Go the whole way at once, a reopened case first: by chance alone few get to its end."""
        back = Incident.objects.filter(state="reopened")
        incident = self.pick(back, n) or self.pick(Incident.objects.filter(state="open"), n)
        if incident is not None:
            self.attempt(open_case, incident=incident, by=self.world.chair)
        self.wait(90)
        self.vote(n, answers, True)
        self.wait(130)
        self.decide(n)

    # -- the case comes back ---------------------------------------------------------------
    @rule(n=PICK, who=st.sampled_from(["liaison_arm", "liaison_aze", "reviewer_spare"]))
    def ask(self, n: int, who: str) -> None:
        incident = self.pick(Incident.objects.filter(state="decided"), n)
        if incident is not None:
            by = getattr(self.world, who)
            request = Request("new_evidence", WHY)
            self.attempt(ask_reopening, incident=incident, request=request, by=by)

    @precondition(lambda self: Reopening.objects.exists())
    @rule(
        n=PICK,
        how=st.sampled_from(
            ["admit", "admit", "refuse", "refuse", "propose", "second", "withdraw"]
        ),
    )
    def answer_request(self, n: int, how: str) -> None:
        row = self.pick(Reopening.objects.select_related("incident", "decision"), n)
        deputy, chair = self.reserve.deputy, self.world.chair
        if how == "admit":
            self.attempt(admit_reopening, reopening=row, reason=REASON, by=deputy)
        elif how == "refuse":
            self.attempt(refuse_reopening, reopening=row, reason=REASON, by=deputy)
        elif how == "propose":
            self.attempt(propose_answer, reopening=row, proposal="admit", reason=REASON, by=chair)
        elif how == "second":
            self.attempt(admit_reopening, reopening=row, by=self.reserve.neutral)
        elif row.asked_by is not None:
            self.attempt(withdraw_reopening, reopening=row, by=row.asked_by)

    # -- what always holds -----------------------------------------------------------------
    @invariant()
    def every_complaint_is_in_one_class(self) -> None:
        if not hasattr(self, "atomic"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(
                "SELECT report_id, class FROM verification_report_classes(%s)",
                [self.world.agreement.pk],
            )
            rows = cursor.fetchall()
        assert sorted(row[0] for row in rows) == sorted(Report.objects.values_list("pk", flat=True))
        assert {row[1] for row in rows} <= set(CLASSES)

    @invariant()
    def decisions_form_one_line(self) -> None:
        if not hasattr(self, "atomic"):
            return
        for incident in Incident.objects.filter(decisions__isnull=False).distinct():
            line = list(incident.decisions.order_by("case__round"))
            assert [one.overrides_id for one in line] == [None, *(one.pk for one in line[:-1])]
            reopened = incident.reopenings.filter(state="admitted").count()
            assert len(line) + (incident.state in ("reopened", "under_review")) == reopened + 1

    @invariant()
    def no_ballot_is_visible_early(self) -> None:
        if not hasattr(self, "atomic"):
            return
        # Whatever is done leaves an event; looking again after a refusal took most of a run.
        now = (Event.objects.count(), self.at)
        if now == self.looked:
            return
        self.looked = now
        for case in Case.objects.filter(state="balloting"):
            seats = list(case.seats.filter(recused_at=None).select_related("reviewer"))
            sealed = {seat.pk for seat in seats if Ballot.objects.filter(seat=seat).exists()}
            everybody = len(sealed) == len(seats)
            for seat in seats:
                seen = case_for_reviewer(seat.reviewer, case.pk)
                assert (seen.score is None) or seat.pk in sealed
                assert (seen.ballots is None) == (not everybody)
                assert seen.own_ballot is None or seen.own_ballot.seat_id == seat.pk
            chair = case_for_chair(self.world.chair, case.pk, at=self.at)
            sits = {seat.reviewer_id: seat.pk for seat in seats}
            if (own := sits.get(self.world.chair.pk)) and own not in sealed:
                assert chair.score is None
            assert (chair.ballots is None) == (not everybody)


@pytest.mark.django_db
def test_whatever_is_done_in_whatever_order(world: World) -> None:
    HERE.update(world=world, reserve=a_reserve(world), reached=Counter(), runs=0)
    run_machine(
        CaseMachine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not Decision.objects.exists()  # each run was taken back
    print(f"\n{HERE['runs']} runs: {dict(HERE['reached'])}")
    assert str(Kind.INCIDENT_OPENED) in HERE["reached"]
    if LONG >= 100:  # the machine went where it was meant to go
        assert set(map(str, GOES_TO)) <= set(HERE["reached"])
