"""Many hands at one moment: one of them does it, the others are told plainly, nothing is torn."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from reports.intake.actions import (
    AnotherReportHasThisId,
    accept_report,
    file_report,
    reject_report,
    withdraw_report,
)
from reports.intake.drafts import OriginDraft
from reports.intake.models import Origin, Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import Invalid, MoveRefused, StaleState
from tests.factories import (
    LATER,
    NOW,
    World,
    a_ballot,
    a_case,
    a_draft,
    a_report,
    an_accepted_report,
    an_allegation,
    an_incident,
    seal_all,
)
from tests.proofs import at_once
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import open_case
from verification.adjudication.models import Ballot, Case, Decision
from verification.corroboration.actions import (
    Answer,
    answer_notice,
    lapse_overdue_positions,
    notify_accused,
)
from verification.corroboration.models import PartyPosition
from verification.incidents.actions import (
    NotLinkable,
    link_report,
    merge_incidents,
    open_incident,
    undo_merge,
)
from verification.incidents.models import Incident, Link, Merge
from verification.publication.actions import publish_finding
from verification.publication.models import Finding
from verification.scoring.actions import rescore_incident
from verification.standing.actions import recompute_standing

MANY = 16
REASONS = "The panel rests on the report of that night."


def events(kind: Kind) -> int:
    return Event.objects.filter(kind=kind).count()


def kinds_of(problems: list[Exception]) -> Counter[type[Exception]]:
    return Counter(type(problem) for problem in problems)


class TestIntake:
    def test_one_report_sent_by_sixteen_threads(self, live_world: World) -> None:
        draft = a_draft(live_world)
        file = partial(file_report, draft=draft, by=live_world.filer, at=NOW)
        filings, refused = at_once([file] * MANY)
        assert refused == []
        assert len({filing.report.pk for filing in filings}) == 1
        assert sum(filing.created for filing in filings) == 1
        assert (Report.objects.count(), events(Kind.REPORT_FILED)) == (1, 1)
        assert Origin.objects.count() == 1

    def test_one_id_with_sixteen_contents(self, live_world: World) -> None:
        draft = a_draft(live_world)
        calls = [
            partial(
                file_report,
                draft=replace(draft, narrative=f"Explosions were heard, {n} of them."),
                by=live_world.filer,
                at=NOW,
            )
            for n in range(MANY)
        ]
        filings, refused = at_once(calls)
        assert len(filings) == 1
        assert kinds_of(refused) == {AnotherReportHasThisId: MANY - 1}
        assert Report.objects.count() == 1

    def test_sixteen_reports_of_one_new_origin_share_it(self, live_world: World) -> None:
        draft = replace(
            an_allegation(live_world, live_world.mod_armenia, "AZE"),
            origin=OriginDraft(kind="statement", key="briefing-7"),
        )
        calls = [
            partial(
                file_report,
                draft=replace(draft, client_uuid=uuid.uuid4()),
                by=live_world.filer,
                at=NOW,
            )
            for _ in range(MANY)
        ]
        _filings, refused = at_once(calls)
        assert refused == []
        assert (Report.objects.count(), Origin.objects.count()) == (MANY, 1)

    def test_sixteen_corrections_of_one_report(self, live_world: World) -> None:
        first = a_report(live_world)
        calls = [
            partial(
                file_report,
                draft=a_draft(live_world, supersedes=first.receipt),
                by=live_world.filer,
                at=NOW,
            )
            for _ in range(MANY)
        ]
        filings, refused = at_once(calls)
        assert len(filings) == 1
        assert kinds_of(refused) == {Invalid: MANY - 1}
        assert all("supersedes" in problem.errors for problem in refused)  # type: ignore[attr-defined]

    def test_accepting_rejecting_and_withdrawing_one_report(self, live_world: World) -> None:
        report = a_report(live_world)
        ways: list[Callable[..., Any]] = [
            partial(accept_report, by=live_world.triage),
            partial(reject_report, reason="No such event.", by=live_world.triage),
            partial(withdraw_report, by=live_world.filer),
        ]
        calls = [
            partial(ways[n % 3], report=Report.objects.get(pk=report.pk), at=NOW)
            for n in range(MANY)
        ]
        done, refused = at_once(calls)
        assert len(done) == 1
        assert kinds_of(refused) == {StaleState: MANY - 1}
        report.refresh_from_db()
        assert (report.state, report.version) == (done[0].state, 2)
        assert Event.objects.filter(subject_id=report.pk).count() == 2


class TestTheCaseFile:
    def test_eight_incidents_opened_have_eight_codes_without_a_gap(self, live_world: World) -> None:
        reports = [an_accepted_report(live_world) for _ in range(8)]
        calls = [
            partial(open_incident, report=report, why="First.", by=live_world.triage, at=NOW)
            for report in reports
        ]
        _done, refused = at_once(calls)
        assert refused == []
        codes = sorted(Incident.objects.values_list("code", flat=True))
        assert codes == [f"NK20-{n:04d}" for n in range(1, 9)]

    def test_one_report_opens_one_incident(self, live_world: World) -> None:
        report = an_accepted_report(live_world)
        calls = [
            partial(
                open_incident,
                report=Report.objects.get(pk=report.pk),
                why="First.",
                by=live_world.triage,
                at=NOW,
            )
            for _ in range(8)
        ]
        done, refused = at_once(calls)
        assert len(done) == 1
        assert kinds_of(refused) == {NotLinkable: 7}
        live_world.agreement.refresh_from_db()
        assert live_world.agreement.last_number == 1  # refusals use up no code

    def test_one_report_is_linked_once(self, live_world: World) -> None:
        incident, report = an_incident(live_world), an_accepted_report(live_world)
        link = partial(
            link_report, report=report, incident=incident, why="Same.", by=live_world.triage, at=NOW
        )
        done, refused = at_once([link] * 8)
        assert len(done) == 1
        assert kinds_of(refused) == {StaleState: 7}
        assert Link.objects.filter(report=report).count() == 1

    def test_a_report_withdrawn_while_it_is_linked(self, live_world: World) -> None:
        incident, report = an_incident(live_world), an_accepted_report(live_world)
        link = partial(
            link_report,
            report=Report.objects.get(pk=report.pk),
            incident=incident,
            why="Same.",
            by=live_world.triage,
            at=NOW,
        )
        withdraw = partial(withdraw_report, report=report, by=live_world.filer, at=NOW)
        done, refused = at_once([link, withdraw])
        assert Report.objects.get(pk=report.pk).state == "withdrawn"
        assert len(done) == 2 or kinds_of(refused) == {NotLinkable: 1}

    def test_a_into_b_and_b_into_a(self, live_world: World) -> None:
        a, b = an_incident(live_world), an_incident(live_world)

        def merge(kept: Incident, absorbed: Incident) -> Callable[[], Merge]:
            fresh = {
                "kept": Incident.objects.get(pk=kept.pk),
                "absorbed": Incident.objects.get(pk=absorbed.pk),
            }
            return partial(merge_incidents, **fresh, why="One event.", by=live_world.triage, at=NOW)

        done, refused = at_once([merge(*((a, b) if n % 2 else (b, a))) for n in range(MANY)])
        assert len(done) == 1
        assert set(kinds_of(refused)) <= {StaleState, MoveRefused}
        assert sorted(Incident.objects.values_list("state", flat=True)) == ["merged", "open"]
        assert (Merge.objects.count(), events(Kind.INCIDENTS_MERGED)) == (1, 1)
        undo = partial(undo_merge, merge=done[0], by=live_world.triage, at=NOW)
        _done, refused = at_once([undo] * 4)
        assert len(refused) == 3
        assert set(Incident.objects.values_list("state", flat=True)) == {"open"}


class TestTheJudgement:
    def test_sixteen_chairs_decide_one_case(self, live_world: World) -> None:
        case = a_case(live_world)
        seal_all(case)
        lapse_overdue_positions(at=LATER)
        calls = [
            partial(
                decide_case,
                case=Case.objects.get(pk=case.pk),
                reasons=REASONS,
                by=live_world.chair,
                at=LATER,
            )
            for _ in range(MANY)
        ]
        done, refused = at_once(calls)
        assert len(done) == 1
        assert kinds_of(refused) == {StaleState: MANY - 1}
        assert (Decision.objects.count(), events(Kind.CASE_DECIDED)) == (1, 1)

    def test_sixteen_envelopes_of_one_reviewer(self, live_world: World) -> None:
        case = a_case(live_world)
        seal = partial(
            seal_ballot, case=case, draft=a_ballot(case), by=live_world.reviewer_arm, at=NOW
        )
        done, refused = at_once([seal] * MANY)
        assert len(done) == 1
        assert kinds_of(refused) == {StaleState: MANY - 1}
        assert (Ballot.objects.count(), events(Kind.BALLOT_SEALED)) == (1, 1)

    def test_one_incident_comes_before_one_panel(self, live_world: World) -> None:
        incident = an_incident(live_world)
        done, refused = at_once(
            [partial(open_case, incident=incident, by=live_world.chair, at=NOW)] * 8
        )
        assert len(done) == 1
        assert kinds_of(refused) == {MoveRefused: 7}
        assert Case.objects.get().seats.count() == 3

    def test_an_answer_in_the_second_the_deadline_passes(self, live_world: World) -> None:
        an_incident(live_world)
        position = PartyPosition.objects.get()
        reply = partial(
            answer_notice,
            position=position,
            answer=Answer("no_position", "", ""),
            by=live_world.liaison_arm,
            at=position.due_at,
        )
        silence = partial(lapse_overdue_positions, at=position.due_at)
        _done, refused = at_once([reply, *[silence] * 6])
        assert set(kinds_of(refused)) <= {StaleState}
        position.refresh_from_db()
        assert position.state in ("answered", "lapsed")
        kind = Kind.POSITION_ANSWERED if position.state == "answered" else Kind.POSITION_LAPSED
        assert events(Kind.POSITION_ANSWERED) + events(Kind.POSITION_LAPSED) == events(kind) == 1

    @pytest.mark.parametrize("times", [8])
    def test_what_machines_repeat_is_done_once(self, live_world: World, times: int) -> None:
        case = a_case(live_world)
        seal_all(case)
        lapse_overdue_positions(at=LATER)
        decide_case(case=case, reasons=REASONS, by=live_world.chair, at=LATER)
        incident = case.incident
        for machine in (
            partial(rescore_incident, incident=incident, at=LATER),
            partial(notify_accused, incident=incident, at=LATER),
            partial(publish_finding, incident=incident, at=LATER),
            partial(recompute_standing, agreement=live_world.agreement, at=LATER),
        ):
            _done, refused = at_once([machine] * times)
            assert refused == []
        assert Finding.objects.count() == events(Kind.FINDING_PUBLISHED) == 1
        assert events(Kind.POSITION_REQUESTED) == 1
