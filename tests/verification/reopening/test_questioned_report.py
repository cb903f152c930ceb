"""A wrong report on a decided file: triage questions it, a chair admits, a new panel decides."""

import pytest

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_decided_incident,
    an_accepted_report,
    an_allegation,
    an_incident,
    seal_all,
    settle,
)
from tests.proofs import one_event, refused
from tests.second_round import MONTHS_LATER, REASON, Reserve, a_decided, a_reserve
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.models import Decision
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import link_report, unlink_report
from verification.incidents.models import Incident, Link
from verification.notifications.models import Notification
from verification.publication.models import Finding
from verification.reopening.actions import (
    Request,
    admit_reopening,
    ask_reopening,
    refuse_reopening,
)
from verification.reopening.models import Reopening

WHY = "This report speaks of the night before; the date was misread."


@pytest.fixture
def decided(world: World) -> Decision:
    """A decision on a file of two reports."""
    incident = an_incident(world)
    second = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
    link_report(report=second, incident=incident, why="Same.", by=world.triage, at=NOW)
    settle()
    incident.refresh_from_db()
    return a_decided(world, incident=incident)


@pytest.fixture
def reserve(world: World, decided: Decision) -> Reserve:
    return a_reserve(world)


@pytest.fixture
def link(decided: Decision) -> Link:
    found: Link = Link.objects.select_related("incident", "report").order_by("linked_at", "id")[1]
    return found


def questioned(world: World, link: Link, why: str = WHY) -> Reopening:
    incident = Incident.objects.get(pk=link.incident_id)
    request = Request("wrong_report", why, link)
    return ask_reopening(incident=incident, request=request, by=world.triage, at=MONTHS_LATER)


def test_nobody_takes_it_off_by_themselves(world: World, link: Link) -> None:
    with refused(MoveRefused):
        unlink_report(link=link, why="Another event.", by=world.triage, at=MONTHS_LATER)


def test_it_leaves_the_file_once_a_chair_admits(
    world: World, decided: Decision, link: Link, reserve: Reserve
) -> None:
    with one_event(Kind.REOPENING_ASKED):
        asked = questioned(world, link)
    assert (asked.asker, asked.report, asked.ground) == ("triage", link.report, "wrong_report")
    with one_event(Kind.REOPENING_ADMITTED):
        admit_reopening(reopening=asked, reason=REASON, by=reserve.deputy, at=MONTHS_LATER)
    settle()
    left = Event.objects.get(kind=Kind.REPORT_UNLINKED)
    assert (left.actor, left.acting_as) == (None, "machine")
    link.refresh_from_db()
    assert (link.unlinked_at, link.unlinked_by, link.unlink_why) == (MONTHS_LATER, None, WHY)
    settle()  # again: nothing more follows
    assert Notification.objects.filter(topic="question_answered", user=world.triage).count() == 1


def test_both_versions_stay_readable(
    world: World, decided: Decision, link: Link, reserve: Reserve
) -> None:
    admit_reopening(
        reopening=questioned(world, link), reason=REASON, by=reserve.deputy, at=MONTHS_LATER
    )
    settle()
    incident = Incident.objects.get(pk=decided.incident_id)
    case = a_case(world, incident, at=MONTHS_LATER)
    seal_all(case, at=MONTHS_LATER)
    over = MONTHS_LATER + (LATER - NOW)
    lapse_overdue_positions(at=over)
    decide_case(case=case, reasons=REASON, by=world.chair, at=over)
    settle()
    one, two = Finding.objects.filter(incident=incident).order_by("version")
    assert [f.content["counts"]["reports"] for f in (one, two)] == [2, 1]
    assert two.corrects.corrected == one


def test_refused_it_stays(world: World, decided: Decision, link: Link, reserve: Reserve) -> None:
    refuse_reopening(
        reopening=questioned(world, link), reason=REASON, by=reserve.deputy, at=MONTHS_LATER
    )
    settle()
    link.refresh_from_db()
    assert link.unlinked_at is None


def test_never_the_only_report(world: World) -> None:
    incident = a_decided_incident(world)
    with refused(MoveRefused, saying="only report"):
        questioned(world, incident.links.select_related("incident", "report").get())


def test_only_triage_and_only_of_this_file(world: World, decided: Decision, link: Link) -> None:
    incident = Incident.objects.get(pk=decided.incident_id)
    given = {"incident": incident, "at": MONTHS_LATER}
    with refused(NotAllowed):
        ask_reopening(request=Request("wrong_report", WHY, link), by=world.reviewer_arm, **given)
    with refused(Invalid, "ground"):  # a reviewer names no report
        ask_reopening(request=Request("wrong_report", WHY), by=world.reviewer_arm, **given)
    elsewhere = an_incident(world).links.select_related("incident", "report").get()
    with refused(NotFound):
        ask_reopening(request=Request("wrong_report", WHY, elsewhere), by=world.triage, **given)
    with refused(Invalid, "text"):
        questioned(world, link, "Too short.")
