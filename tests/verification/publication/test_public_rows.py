"""The rows kept of what is public: the same as all of it computed, whenever they were kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reports.intake.actions import withdraw_report
from reports.intake.models import Report
from tests.factories import (
    LATER,
    NOW,
    World,
    a_decided_incident,
    an_allegation,
    an_incident,
    settle,
)
from tests.public_record import PublicRecord, build_public_record
from verification.caseload.queries import classes_of_files, classes_of_incidents, partition
from verification.incidents.actions import merge_incidents, undo_merge
from verification.incidents.models import Incident
from verification.publication import reading as reading_module
from verification.publication.actions import keep_public_rows, mark_all, recount
from verification.publication.assemble import case_book, case_totals, public_faces
from verification.publication.checking import faults_of_rows, faults_of_sums
from verification.publication.faces import PublicIncident
from verification.publication.filters import IncidentFilter
from verification.publication.models import ChangedFile, DayCount, PublicRow, ReportCount
from verification.publication.reading import Cursor, Reading, TooHeavy, bounded

FILTERS = [
    IncidentFilter(),
    IncidentFilter(act="shelling"),
    IncidentFilter(accused="ARM"),
    IncidentFilter(found="ARM"),
    IncidentFilter(category="undecided"),
    IncidentFilter(category="decided"),
    IncidentFilter(category="inadmissible"),
    IncidentFilter(shape="contested"),
    IncidentFilter(reply="AZE-denies"),
    IncidentFilter(area="ganja"),
    IncidentFilter(area="ganja", counted=True),
    IncidentFilter(counted=True),
    IncidentFilter(since=date(2020, 10, 11)),
    IncidentFilter(until=date(2020, 10, 10)),
    IncidentFilter(since=date(2020, 10, 11), until=date(2020, 10, 11), shape="finding"),
]


@pytest.fixture
def record(world: World, ticking: None) -> PublicRecord:
    return build_public_record(world)


def naive(world: World) -> list[PublicIncident]:
    """Return what is public as it was computed before any row was kept: everything read."""
    return public_faces(case_book(world.agreement))


def assert_equal_to_naive(world: World) -> None:
    """Hold every list, count and sum against all of it computed."""
    with bounded():
        reading, whole = Reading(world.agreement), naive(world)
        for wanted in FILTERS:
            asked = [face for face in whole if wanted.matches(face, reading.zone)]
            shown = list(reading.page(wanted, None, 1000).incidents)
            assert [one.code for one in shown] == [one.code for one in asked], wanted
            for one, other in zip(shown, asked, strict=True):
                assert asdict(one) == asdict(other)
            assert reading.count(wanted) == len(asked), wanted
            days = reading.grouped(wanted, "first_day", "shape")
            assert dict(days) == counted_days(asked, reading.zone), wanted
            assert_bars(reading, wanted, days)
        assert reading.totals() == case_totals(case_book(world.agreement))
        assert reading.partition() == partition(world.agreement.pk)
        assert sum(line.count for line in reading.partition()) == Report.objects.count()


def assert_bars(reading: Reading, wanted: IncidentFilter, days: Any) -> None:
    """Hold bars of a day, and one bar of all, against the days; the last start is the end."""
    first = date(2020, 10, 9)
    starts = [first + timedelta(days=n) for n in range(6)]
    found = reading.bars(wanted, starts)
    for bar, day in enumerate(starts[:-1]):
        for shape in ("allegation", "contested", "finding"):
            n = sum(n for (at, name, _state), n in found.items() if (at, name) == (bar, shape))
            assert n == days[day, shape]
    assert sum(reading.bars(wanted, [starts[0], starts[-1]]).values()) == sum(days.values())


def counted_days(faces: list[PublicIncident], zone: ZoneInfo) -> dict[tuple[date, str], int]:
    found: dict[tuple[date, str], int] = {}
    for face in faces:
        key = (face.window_from.astimezone(zone).date(), face.shape)
        found[key] = found.get(key, 0) + 1
    return found


def faults(world: World) -> list[str]:
    return [*faults_of_rows(world.agreement), *faults_of_sums(world.agreement)]


class TestTheSameNumbers:
    def test_kept_or_not_every_number_is_that_of_the_record(
        self, world: World, record: PublicRecord
    ) -> None:
        assert PublicRow.objects.count() == Incident.objects.exclude(state="merged").count()
        assert not ChangedFile.objects.exists()
        assert_equal_to_naive(world)  # from the kept rows alone
        mark_all(agreement=world.agreement)
        assert_equal_to_naive(world)  # from what is marked alone
        PublicRow.objects.all().delete()
        recount(world.agreement)
        assert_equal_to_naive(world)
        keep_public_rows()
        assert_equal_to_naive(world)
        assert faults(world) == []

    def test_what_changed_counts_before_it_is_kept(
        self, world: World, record: PublicRecord
    ) -> None:
        new = an_incident(world, an_allegation(world, world.mod_armenia, "AZE"))
        withdraw_report(report=_observers(world), by=world.filer, at=LATER)
        assert ChangedFile.objects.exists()
        assert_equal_to_naive(world)
        merge_incidents(
            kept=record.contested, absorbed=new, why="The same.", by=world.triage, at=LATER
        )
        assert_equal_to_naive(world)
        keep_public_rows()
        assert not PublicRow.objects.filter(code=new.code).exists()
        assert_equal_to_naive(world)
        undo_merge(merge=new.merges_out.get(), by=world.triage, at=LATER)
        assert_equal_to_naive(world)
        settle(at=LATER)
        assert_equal_to_naive(world)
        assert faults(world) == []

    def test_the_classes_of_files_are_the_classes(self, world: World, record: PublicRecord) -> None:
        whole = classes_of_incidents(world.agreement.pk)
        assert classes_of_files(list(whole)) == whole


def _observers(world: World) -> Report:
    """Return a report of the filer that is in an incident."""
    return Report.objects.filter(filed_by=world.filer, links__unlinked_at=None)[0]


class TestPages:
    def test_a_walk_by_cursor_meets_everything_once_there_and_back(
        self, world: World, record: PublicRecord
    ) -> None:
        an_incident(world, an_allegation(world, world.mod_armenia, "AZE"))  # not kept yet
        with bounded():
            reading, whole = Reading(world.agreement), [f.code for f in naive(world)]
            cursor, seen, way = None, [], []
            for _step in whole:
                page = reading.page(IncidentFilter(), cursor, 2)
                seen += [face.code for face in page.incidents]
                way.append(page)
                cursor = Cursor.read(str(page.older)) if page.older else None
                if cursor is None:
                    break
            assert seen == whole
            assert way[0].newer is None
            assert reading.page(IncidentFilter(), way[1].newer, 2).incidents == way[0].incidents
            assert reading.page(IncidentFilter(), way[-1].newer, 2).incidents == way[-2].incidents

    @pytest.mark.parametrize("text", ["", "after.", "after.2020", "x.2020-10-10T00:00:00Z_NK20-1"])
    def test_a_cursor_nobody_gave_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):
            Cursor.read(text)

    def test_the_order_does_not_tell_an_observers_hour(
        self, world: World, record: PublicRecord
    ) -> None:
        with bounded():
            found = Reading(world.agreement).page(IncidentFilter(), None, 100).incidents
        assert [f.code for f in found] == [
            f.code for f in sorted(found, key=lambda f: (-f.window_from.timestamp(), f.code))
        ]

    def test_a_question_that_takes_too_long_is_given_up(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading_module, "LONGEST_MS", 20)
        with pytest.raises(TooHeavy), bounded(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone()[0] == "0"


class TestKeeping:
    def test_it_may_run_twice(self, world: World, record: PublicRecord) -> None:
        mark_all(agreement=world.agreement)
        before = list(PublicRow.objects.order_by("pk").values())
        counts = list(DayCount.objects.order_by("first_day", "shape", "state").values_list("n"))
        while keep_public_rows():
            pass
        assert keep_public_rows() == 0
        assert list(PublicRow.objects.order_by("pk").values()) == before
        again = DayCount.objects.order_by("first_day", "shape", "state").values_list("n")
        assert list(again) == counts

    def test_the_steps_of_the_report_counts_are_folded(
        self, world: World, record: PublicRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("verification.publication.actions.MOST_STEPS", 1)
        keep_public_rows()
        states = ReportCount.objects.values_list("state", flat=True)
        assert sorted(states) == sorted(set(states))
        assert_equal_to_naive(world)

    def test_a_row_that_was_tampered_with_is_named_and_mended(
        self, world: World, record: PublicRecord
    ) -> None:
        PublicRow.objects.filter(pk=record.contested.pk).update(shape="finding", n_home=7)
        assert faults(world) == [f"{record.contested.code} is not what the record says"]
        out = StringIO()
        with pytest.raises(CommandError, match="1 faults"):
            call_command("public_rows", stdout=out)
        call_command("public_rows", rebuild=True, stdout=out)
        assert "the public rows say what the record says" in out.getvalue()

    def test_nothing_is_kept_that_the_face_does_not_show(
        self, world: World, record: PublicRecord
    ) -> None:
        kept = str(list(PublicRow.objects.values()))
        for canary in record.canaries:
            assert canary not in kept
        row = PublicRow.objects.get(pk=record.hidden.pk)
        assert row.window_until - row.window_from == timedelta(days=1)


@pytest.fixture
def marks(world: World, record: PublicRecord) -> Iterator[Any]:
    ChangedFile.objects.all().delete()
    yield lambda: set(ChangedFile.objects.values_list("incident_id", flat=True))


class TestMarks:
    """Each table a face is made of marks the file it belongs to, in the change's transaction."""

    @pytest.mark.parametrize(
        "table",
        ["verification_link", "verification_partyposition"],
    )
    def test_a_row_of_the_file_marks_it(self, record: PublicRecord, marks: Any, table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET incident_id = incident_id WHERE incident_id = %s",  # noqa: S608
                [record.contested.pk],
            )
        assert marks() == {record.contested.pk}

    def test_a_report_that_changes_its_state_marks_its_files(
        self, world: World, marks: Any
    ) -> None:
        report = _observers(world)
        withdraw_report(report=report, by=world.filer, at=NOW)
        assert set(report.links.values_list("incident_id", flat=True)) <= marks()


def test_a_verdict_that_is_not_signed_stays_hidden_though_its_row_is_kept(world: World) -> None:
    decided = a_decided_incident(world)
    assert PublicRow.objects.get(pk=decided.pk).state == "decided"
    with bounded():
        reading = Reading(world.agreement)
        (shown,) = reading.page(IncidentFilter(), None, 9).incidents
        assert (shown.state, shown.outcome, shown.attributed) == ("under_review", "", ())
        assert (shown.finding_code, reading.n_findings) == ("", 0)
        assert reading.findings(None, 9) == ([], False)
        assert reading.count(IncidentFilter(category="decided")) == 0
        assert reading.totals().decided == 0
        assert {o.key for o in reading.partition() if o.count} == {"under_review"}
