"""What is withheld is counted and nothing else: at every door, until its time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from reports.agreement.models import ActKind
from reports.intake.models import Report
from reports.problems import Invalid, NotFound, StaleState
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_decided_incident,
    a_recommendation,
    an_incident,
    seal_all,
    settle,
)
from tests.proofs import no_trace
from tests.public_record import PublicRecord, build_public_record
from verification.adjudication.actions.decisions import decide_case
from verification.bulletins.figures import content_of
from verification.bulletins.rules import sums_that_fail
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import merge_incidents
from verification.incidents.models import Incident
from verification.publication.checking import faults_of_rows
from verification.publication.models import Finding, PublicRow
from verification.publication.queries import (
    incident_list,
    incidents_by_codes,
    known_incident,
    public_incident,
    standings,
)
from verification.tasks import keep_public_rows
from verification.withholding.actions import (
    AlreadyFound,
    end_withholdings,
    lift_embargo,
    place_embargo,
    set_delay,
)
from verification.withholding.models import Withholding
from verification.withholding.rules import midnight_after

WHY = "People are being moved."


@pytest.fixture
def record(world: World, ticking: None) -> PublicRecord:
    return build_public_record(world)


def embargo(world: World, incident: Incident, days: int = 3) -> Withholding:
    held = place_embargo(incident=incident, days=days, reason=WHY, by=world.chair, at=NOW)
    settle()
    return held


def every_public_byte(client: Client, hidden: Incident) -> bytes:
    """Return what all public doors say, one after the other."""
    found = b""
    for address in (
        *("/", "/incidents/", "/standings/", "/data/incidents.csv", "/data/incidents.geojson"),
        *("/api/v1/incidents", "/feeds/findings.atom", "/map/6/40/24.json", "/findings/"),
        *(f"/incidents/?act={hidden.act_id}", "/?from=2020-10-11&until=2020-10-11"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        found += b"".join(answer.streaming_content) if answer.streaming else answer.content
    return found


class TestNothingShows:
    def test_no_door_tells_of_a_withheld_incident(
        self, client: Client, world: World, record: PublicRecord
    ) -> None:
        code = record.hidden.code.encode()
        assert code in every_public_byte(client, record.hidden)
        embargo(world, record.hidden)
        assert code not in every_public_byte(client, record.hidden)
        for name in ("incident", "history", "api-incident"):
            assert client.get(reverse(name, args=[record.hidden.code])).status_code == 404
        row = PublicRow.objects.get(pk=record.hidden.pk)
        assert (row.act, row.area, row.lat, row.n_reports, row.accused) == ("", "", None, 0, [])
        told = b"1 incident is counted in all totals and not shown yet"
        for page in ("/", "/incidents/", "/standings/"):
            assert told in client.get(page).content

    def test_what_follows_from_it_waits_as_well(
        self, client: Client, world: World, record: PublicRecord
    ) -> None:
        incident = an_incident(world)
        held = place_embargo(incident=incident, days=30, reason=WHY, by=world.chair, at=NOW)
        case = a_case(world, incident)
        seal_all(case)
        lapse_overdue_positions(at=LATER)
        decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
        advice = a_recommendation(world, Incident.objects.get(pk=incident.pk))
        settle()
        page = reverse("recommendation", args=[advice.code])
        lists = ("/recommendations/", "/api/v1/recommendations")
        assert client.get(page).status_code == 404
        assert all(advice.code.encode() not in client.get(one).content for one in lists)
        lift_embargo(withholding=held, by=world.chair, at=LATER)
        settle()
        assert client.get(page).status_code == 200
        assert all(advice.code.encode() in client.get(one).content for one in lists)

    def test_all_sums_still_hold(self, world: World, record: PublicRecord) -> None:
        before = standings(world.agreement, at=LATER)
        embargo(world, record.hidden)
        after = standings(world.agreement, at=LATER)
        assert after.partition == before.partition
        assert after.received == Report.objects.count()
        assert after.totals == before.totals
        listed = incident_list(world.agreement, at=LATER)
        assert listed.withheld is not None
        assert listed.n_all + listed.withheld.n == after.totals.standing
        assert len(listed.incidents) == listed.n_shown == listed.n_all
        assert list(faults_of_rows(world.agreement)) == []

    def test_it_holds_before_the_keeper_ran(self, world: World, record: PublicRecord) -> None:
        place_embargo(incident=record.hidden, days=3, reason=WHY, by=world.chair, at=NOW)
        listed = incident_list(world.agreement, at=LATER)
        assert record.hidden.code not in {one.code for one in listed.incidents}
        assert listed.withheld is not None
        assert listed.withheld.n == 1

    def test_a_file_that_takes_in_a_withheld_one_is_withheld(
        self, world: World, record: PublicRecord
    ) -> None:
        embargo(world, record.hidden)
        merge_incidents(
            kept=record.contested, absorbed=record.hidden, why="One.", by=world.triage, at=NOW
        )
        settle()
        with pytest.raises(NotFound):
            public_incident(record.contested.code, at=LATER)

    def test_those_who_work_on_it_still_see_it(self, world: World, record: PublicRecord) -> None:
        embargo(world, record.hidden)
        known, _face = known_incident(record.hidden.code, at=LATER)
        found, _face = incidents_by_codes(world.agreement, [record.hidden.code], at=LATER)
        assert known.code == found[0].code == record.hidden.code
        assert found[0].cell


class TestTheEnd:
    def test_it_shows_by_itself_when_its_time_is_over(
        self, world: World, record: PublicRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = embargo(world, record.hidden)
        for at, shown in ((held.until - timedelta(seconds=1), False), (held.until, True)):
            monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
            keep_public_rows()
            listed = incident_list(world.agreement, at=at)
            assert (record.hidden.code in {one.code for one in listed.incidents}) == shown
        held.refresh_from_db()
        assert (held.ended_at, held.ended_by) == (held.until, None)
        assert end_withholdings(at=held.until + timedelta(days=9)) == 0

    def test_a_person_can_let_it_go_once(self, world: World, record: PublicRecord) -> None:
        held = embargo(world, record.hidden)
        lift_embargo(withholding=held, by=world.publisher, at=NOW)
        settle()
        assert public_incident(record.hidden.code, at=LATER)[0].code == record.hidden.code
        with no_trace(), pytest.raises(StaleState):
            lift_embargo(withholding=held, by=world.publisher, at=NOW)

    def test_a_finding_waits_for_it(self, world: World, ticking: None) -> None:
        incident = a_decided_incident(world)
        assert Finding.objects.filter(incident=incident).exists()
        with no_trace(), pytest.raises(AlreadyFound):
            place_embargo(incident=incident, days=1, reason=WHY, by=world.chair, at=NOW)


def test_a_finding_is_published_when_the_embargo_ends(world: World, ticking: None) -> None:
    given = {"agreement": world.agreement, "reason": WHY, "by": world.chair}
    for act in ActKind.objects.all():
        set_delay(act=act, days=90, at=NOW - timedelta(minutes=1), **given)
    incident = a_decided_incident(world)
    assert not Finding.objects.filter(incident=incident).exists()
    held = Withholding.objects.get(incident=incident)
    lift_embargo(withholding=held, by=world.chair, at=LATER)
    settle()
    assert Finding.objects.filter(incident=incident).exists()


@pytest.mark.parametrize("by", ["chair", None])
def test_what_was_held_back_waits_for_its_signature(
    client: Client, world: World, publish: Callable[[], None], by: str | None
) -> None:
    case = a_case(world)
    held = embargo(world, case.incident)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    settle()
    publish()  # all that was done so far is signed; the finding waits for the end of the embargo
    if by is None:
        end_withholdings(at=held.until)
    else:
        lift_embargo(withholding=held, by=world.chair, at=LATER)
    settle()
    finding = Finding.objects.get(incident=case.incident)
    page = f"/findings/{finding.code}/"
    assert client.get(page).status_code == 404
    assert finding.code.encode() not in every_public_byte(client, case.incident)
    publish()
    assert client.get(page).status_code == 200


class TestDelays:
    def test_a_delay_counts_from_the_day_it_was_opened(self) -> None:
        baku = ZoneInfo("Asia/Baku")
        late = datetime(2020, 10, 11, 23, 30, tzinfo=baku)
        assert midnight_after(late, 1, baku) == datetime(2020, 10, 12, tzinfo=baku)
        assert midnight_after(late, 3, baku) == datetime(2020, 10, 14, tzinfo=baku)

    def test_it_holds_for_what_is_opened_from_then_on(self, world: World) -> None:
        before = an_incident(world)
        given = {"agreement": world.agreement, "act": before.act, "reason": WHY}
        set_delay(days=5, by=world.publisher, at=NOW, **given)
        during = an_incident(world)
        set_delay(days=0, by=world.publisher, at=NOW + timedelta(minutes=1), **given)
        after = an_incident(world)
        held = set(Withholding.objects.values_list("incident_id", flat=True))
        assert held & {before.pk, during.pk, after.pk} == {during.pk}

    @pytest.mark.parametrize(("days", "reason"), [(-1, WHY), (91, WHY), (3, " ")])
    def test_it_is_bounded_and_has_its_reason(self, world: World, days: int, reason: str) -> None:
        act = ActKind.objects.get(code="shelling")
        with no_trace(), pytest.raises(Invalid):
            set_delay(
                agreement=world.agreement,
                act=act,
                days=days,
                reason=reason,
                by=world.chair,
                at=NOW,
            )


class TestBulletins:
    def test_a_bulletin_leaves_out_what_was_withheld_at_its_cut_off(
        self, world: World, record: PublicRecord
    ) -> None:
        day = NOW.astimezone(ZoneInfo(world.agreement.timezone)).date()
        whole = content_of(world.agreement, day=day, number=1)
        held = embargo(world, record.hidden)
        content = content_of(world.agreement, day=day, number=1)
        assert sums_that_fail(content) == []
        assert content["incidents"]["withheld"] == 1
        assert content["complaints"] == whole["complaints"]
        assert record.hidden.code not in repr(content)
        assert {"class": "withheld", "count": 1} in content["observations"]["not_counted"]
        # The bulletin of the day on which it is let go tells of it as new.
        end_withholdings(at=held.until)
        settle()
        then: date = held.until.astimezone(ZoneInfo(world.agreement.timezone)).date()
        later = content_of(world.agreement, day=then, number=2)
        assert record.hidden.code in {one["code"] for one in later["incidents"]["new"]}
        assert content_of(world.agreement, day=day, number=1) == content
