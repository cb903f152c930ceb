"""Accept, reject, reinstate, withdraw: one event each; every other way is refused."""

import pytest

from reports.intake.actions import (
    accept_report,
    reinstate_report,
    reject_report,
    withdraw_report,
)
from reports.intake.models import Report
from reports.intake.queries import inbox, report_for_triage
from reports.journal.kinds import Kind
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound, StaleState
from tests.factories import NOW, World, a_report, an_accepted_report
from tests.proofs import one_event, refused

WHY = "The same as another report."


def a_rejected_report(world: World) -> Report:
    return reject_report(report=a_report(world), reason=WHY, by=world.triage, at=NOW)


def test_accept(world: World) -> None:
    report = a_report(world)
    with one_event(Kind.REPORT_ACCEPTED) as left:
        accept_report(report=report, by=world.triage, at=NOW)
    report.refresh_from_db()
    assert (report.state, report.version) == ("accepted", 2)
    assert (left[0].actor, left[0].acting_as) == (world.triage, "triage")


def test_reject_with_the_reason_its_author_reads(world: World) -> None:
    report = a_report(world)
    with one_event(Kind.REPORT_REJECTED) as left:
        reject_report(report=report, reason=f"  {WHY} ", by=world.triage, at=NOW)
    report.refresh_from_db()
    assert (report.state, report.state_reason) == ("rejected", WHY)
    assert left[0].payload["why"] == WHY


@pytest.mark.parametrize("reason", ["", "    ", "no", "no  \n "])
def test_no_rejection_without_a_reason(world: World, reason: str) -> None:
    report = a_report(world)
    with refused(Invalid, "reason"):
        reject_report(report=report, reason=reason, by=world.triage, at=NOW)


def test_a_long_reason_is_cut_not_refused(world: World) -> None:
    report = reject_report(report=a_report(world), reason="x" * 900, by=world.triage, at=NOW)
    assert len(report.state_reason) == 500


def test_reinstate(world: World) -> None:
    report = a_rejected_report(world)
    with one_event(Kind.REPORT_REINSTATED):
        reinstate_report(report=report, by=world.triage, at=NOW)
    report.refresh_from_db()
    assert (report.state, report.state_reason) == ("filed", "")


@pytest.mark.parametrize("accepted", [True, False])
def test_withdraw_one_s_own(world: World, accepted: bool) -> None:
    report = an_accepted_report(world) if accepted else a_report(world)
    with one_event(Kind.REPORT_WITHDRAWN):
        withdraw_report(report=report, by=world.filer, at=NOW)
    assert Report.objects.get().state == "withdrawn"  # it stays, visibly


def test_nobody_withdraws_another_s_report(world: World) -> None:
    report = a_report(world)
    with refused(Invalid, saying="Only its author"):
        withdraw_report(report=report, by=world.colleague, at=NOW)


def test_ways_that_do_not_exist(world: World) -> None:
    accepted, rejected = an_accepted_report(world), a_rejected_report(world)
    gone = withdraw_report(report=a_report(world), by=world.filer, at=NOW)
    triage = {"by": world.triage, "at": NOW}
    for report in (accepted, rejected, gone):
        with refused(MoveRefused):
            accept_report(report=report, **triage)
        with refused(MoveRefused):
            reject_report(report=report, reason=WHY, **triage)
    for report in (rejected, gone):
        with refused(MoveRefused):
            withdraw_report(report=report, by=world.filer, at=NOW)
    for report in (accepted, gone, a_report(world)):
        with refused(MoveRefused):
            reinstate_report(report=report, **triage)


def test_who_read_it_before_the_other_acted_is_told_to_read_again(world: World) -> None:
    report = a_report(world)
    same = Report.objects.get(pk=report.pk)
    accept_report(report=report, by=world.triage, at=NOW)
    with refused(StaleState):
        reject_report(report=same, reason=WHY, by=world.triage, at=NOW)


class TestTheInbox:
    def test_oldest_first_one_state_at_a_time(self, world: World) -> None:
        first, second = a_report(world), a_report(world)
        an_accepted_report(world)
        assert list(inbox(world.agreement, world.triage, state="filed", at=NOW)) == [first, second]

    def test_for_triage_only(self, world: World) -> None:
        report = a_report(world)
        assert report_for_triage(world.triage, str(report.pk), at=NOW) == report
        with pytest.raises(NotAllowed):
            inbox(world.agreement, world.filer, state="filed", at=NOW)
        for user, key in ((world.filer, report.pk), (world.triage, "no"), (world.triage, None)):
            with pytest.raises(NotFound):
                report_for_triage(user, key, at=NOW)  # type: ignore[arg-type]
