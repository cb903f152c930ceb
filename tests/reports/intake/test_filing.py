"""Filing: one report and one event, however often it is sent; a refusal leaves nothing."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports.intake.actions import (
    AnotherReportHasThisId,
    accept_report,
    file_report,
    reject_report,
    withdraw_report,
)
from reports.intake.drafts import OriginDraft, TollRange, Where
from reports.intake.models import Origin, Report
from reports.intake.queries import intake_counts, own_report, own_reports
from reports.journal.kinds import Kind
from reports.people.queries import source_by_id
from reports.places.geo import distance_m
from reports.places.models import Place
from reports.problems import Invalid, NotFound
from tests.factories import NOW, World, a_draft, a_report, an_accepted_report, an_allegation
from tests.proofs import no_trace, one_event, refused


class TestTheReceipt:
    def test_one_report_one_event(self, world: World) -> None:
        with one_event(Kind.REPORT_FILED) as left:
            filing = file_report(draft=a_draft(world), by=world.filer, at=NOW)
        assert filing.created
        assert (left[0].actor, left[0].acting_as) == (world.filer, "monitor")
        assert left[0].subject_id == filing.report.pk
        assert left[0].payload == {}  # nothing of what was said
        assert len(filing.report.receipt) == 11
        assert filing.report.state == "filed"

    def test_the_content_as_it_came_is_kept_with_its_hash(self, world: World) -> None:
        draft = a_draft(world, tolls=(TollRange("killed", "civilians", 1, None, 3),))
        report = a_report(world, draft)
        report.refresh_from_db()
        assert bytes(report.raw) == draft.raw()
        assert report.sha256 == draft.sha256()
        assert report.tolls == [
            {"harm": "killed", "category": "civilians", "least": 1, "best": None, "most": 3}
        ]

    def test_a_late_report_keeps_both_times(self, world: World) -> None:
        late = NOW + timedelta(days=400)
        report = file_report(draft=a_draft(world), by=world.filer, at=late).report
        assert report.received_at == late
        assert report.observed_until < NOW

    def test_one_s_own_list_and_nobody_else_s(self, world: World) -> None:
        report = a_report(world)
        assert list(own_reports(world.filer)) == [report]
        assert own_report(world.filer, f" {report.receipt.lower()} ") == report
        with pytest.raises(NotFound):
            own_report(world.witness, report.receipt)


class TestSendingAgain:
    def test_the_same_content_is_the_same_receipt(self, world: World) -> None:
        draft = a_draft(world)
        first = file_report(draft=draft, by=world.filer, at=NOW)
        with no_trace():
            again = file_report(draft=draft, by=world.filer, at=NOW + timedelta(hours=1))
        assert (again.created, again.report) == (False, first.report)

    def test_other_content_under_one_id_is_a_conflict(self, world: World) -> None:
        draft = a_draft(world)
        a_report(world, draft)
        with refused(AnotherReportHasThisId, saying="under a new one"):
            a_report(world, replace(draft, narrative="Four explosions were heard."))

    def test_somebody_else_s_id_is_a_conflict(self, world: World) -> None:
        draft = a_draft(world)
        a_report(world, draft)
        with refused(AnotherReportHasThisId):
            a_report(world, draft, by=world.witness)

    def test_after_the_gazetteer_changed(self, world: World) -> None:
        draft = a_draft(world)
        report = a_report(world, draft)
        Place.objects.filter(pk=world.ganja.pk).update(lat=41.0, key="moved")
        with no_trace():
            again = a_report(world, draft)
        assert (again, again.lat) == (report, 40.683)  # where it was when it was filed

    def test_after_the_clock_was_set_back(self, world: World) -> None:
        draft = a_draft(world)
        report = a_report(world, draft)
        before = draft.observed_from - timedelta(days=1)
        with no_trace():
            again = file_report(draft=draft, by=world.filer, at=before)
        assert again.report == report

    def test_in_whatever_state_the_report_is_by_now(self, world: World) -> None:
        draft = a_draft(world)
        report = withdraw_report(report=a_report(world, draft), by=world.filer, at=NOW)
        assert a_report(world, draft).state == report.state == "withdrawn"


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"stance": "?", "narrative": ""}, {"stance", "narrative"}),
            ({"act": "singing"}, {"act"}),
            ({"act": "shelling\x00"}, {"act"}),
            ({"where": Where(kind="place", place_id=uuid.UUID(int=7))}, {"place"}),
            ({"act": "", "where": Where(kind="place")}, {"act", "place"}),
            ({"accused_kind": "party", "accused_code": "X"}, {"accused"}),
            ({"narrative": "Half a character \ud83d here."}, {"narrative"}),
            ({"supersedes": "AAAAA-AAAAA"}, {"supersedes"}),
            ({"supersedes": "\x00"}, {"supersedes"}),
        ],
        ids=lambda value: repr(value)[:60],
    )
    def test_every_field_is_named_and_nothing_is_left(
        self, world: World, changes: dict[str, Any], fields: set[str]
    ) -> None:
        with refused(Invalid, *fields, saying="Nothing was filed yet"):
            a_report(world, a_draft(world, **changes))

    def test_a_person_s_own_source_is_no_speaker_to_choose(self, world: World) -> None:
        with pytest.raises(NotFound):
            source_by_id(world.witness.source.pk)
        with pytest.raises(NotFound):
            source_by_id("not-an-id")


class TestWhere:
    def test_a_place_has_its_centre_and_radius(self, world: World) -> None:
        report = a_report(world)
        assert (report.lat, report.lon, report.radius_m) == (40.683, 46.361, 5000)

    def test_a_point_has_its_accuracy(self, world: World) -> None:
        where = Where(kind="point", lat=40.1, lon=46.2, accuracy_m=30)
        report = a_report(world, a_draft(world, where=where))
        assert (report.lat, report.lon, report.radius_m) == (40.1, 46.2, 30)
        assert report.observer_lat is None

    def test_range_and_bearing_give_the_point_and_keep_the_position(self, world: World) -> None:
        where = Where(kind="bearing", lat=40.0, lon=46.0, range_m=3000, bearing_deg=90)
        report = a_report(world, a_draft(world, where=where))
        assert (report.observer_lat, report.observer_lon) == (40.0, 46.0)
        assert distance_m(40.0, 46.0, report.lat, report.lon) == pytest.approx(3000, rel=1e-6)
        assert (report.range_error_m, report.bearing_error_deg) == (600, 10)  # rules of thumb
        assert report.radius_m == 600

    def test_an_observer_as_exact_as_can_be_still_has_a_radius(self, world: World) -> None:
        where = Where(
            kind="bearing",
            lat=40.0,
            lon=46.0,
            range_m=3000,
            bearing_deg=0,
            range_error_m=0,
            bearing_error_deg=0,
        )
        assert a_report(world, a_draft(world, where=where)).radius_m == 1.0

    def test_a_name_the_list_does_not_have_is_kept_as_typed(self, world: World) -> None:
        report = a_report(world, a_draft(world, where=Where(kind="named", typed=" the mill ")))
        assert (report.place_typed, report.lat, report.radius_m) == ("the mill", None, None)


class TestOrigins:
    def test_an_observation_is_an_origin_of_its_own(self, world: World) -> None:
        assert a_report(world).origin != a_report(world).origin

    def test_the_same_speaker_and_link_is_one_origin(self, world: World) -> None:
        draft = an_allegation(world, world.mod_armenia, "AZE")
        first, copy = (
            a_report(world, draft),
            a_report(world, replace(draft, client_uuid=uuid.uuid4()), by=world.witness),
        )
        other = an_allegation(world, world.mod_azerbaijan, "ARM")
        assert first.origin == copy.origin != a_report(world, other).origin

    def test_the_same_key_is_one_origin_whoever_carried_it(self, world: World) -> None:
        origin = OriginDraft(kind="statement", key="brief-7", url="https://a.example/1")
        draft = an_allegation(world, world.mod_armenia, "AZE")
        first = a_report(world, replace(draft, origin=origin))
        second = a_report(
            world,
            replace(
                draft, client_uuid=uuid.uuid4(), origin=replace(origin, url="https://b.example/2")
            ),
        )
        assert first.origin == second.origin
        assert (second.source_url, second.origin.url) == ("https://b.example/2", first.source_url)
        assert Origin.objects.count() == 1


class TestCorrecting:
    def test_a_correction_names_its_earlier_report_and_shares_its_origin(
        self, world: World
    ) -> None:
        first = a_report(world)
        second = a_report(world, a_draft(world, supersedes=first.receipt, weapon="mortar"))
        assert second.supersedes == first
        assert second.origin == first.origin

    def test_only_one_s_own(self, world: World) -> None:
        first = a_report(world)
        with refused(Invalid, "supersedes", saying="of your own"):
            a_report(world, a_draft(world, supersedes=first.receipt), by=world.witness)

    def test_only_the_newest(self, world: World) -> None:
        first = a_report(world)
        second = a_report(world, a_draft(world, supersedes=first.receipt))
        with refused(Invalid, "supersedes", saying=second.receipt):
            a_report(world, a_draft(world, supersedes=first.receipt))

    def test_a_correction_sent_again_is_the_same_receipt(self, world: World) -> None:
        draft = a_draft(world, supersedes=a_report(world).receipt)
        assert a_report(world, draft) == a_report(world, draft)


def test_the_counts_add_up(world: World) -> None:
    a_report(world)
    an_accepted_report(world)
    reject_report(report=a_report(world), reason="No event.", by=world.triage, at=NOW)
    withdraw_report(
        report=accept_report(report=a_report(world), by=world.triage, at=NOW),
        by=world.filer,
        at=NOW,
    )
    counts = intake_counts(world.agreement.pk)
    parts = (counts.filed, counts.accepted, counts.rejected, counts.withdrawn)
    assert parts == (1, 1, 1, 1)
    assert counts.received == sum(parts) == Report.objects.count()
