"""A file becomes reports: each row once, under the rules of intake, whatever dies on the way."""

from __future__ import annotations

from typing import Any

import pytest

from reports.imports.actions import batches
from reports.imports.actions.batches import import_batch
from reports.imports.actions.requests import (
    AnotherImportHasThisId,
    Handed,
    TooManyImports,
    cancel_import,
    request_import,
    sweep_imports,
)
from reports.imports.files import path_of
from reports.imports.models import Import, ImportedRow
from reports.imports.queries import preview_of, problems_of
from reports.imports.rules import KEPT_FOR
from reports.imports.running import advance, run_going
from reports.intake.actions import accept_report
from reports.intake.models import Origin, Report
from reports.journal.kinds import Kind
from reports.journal.models import Event, Unlogged
from reports.people.actions import revoke_role
from reports.problems import Invalid, MoveRefused
from tests.factories import NOW, World, a_report
from tests.imported import (
    a_data_source,
    a_mapping,
    acled_row,
    an_import,
    as_csv,
    brought,
    ged_row,
    own_row,
    taken_in,
)


def left(kind: Kind) -> int:
    return Event.objects.filter(kind=kind).count()


class TestRowsAreReports:
    def test_each_row_is_filed_with_its_event(self, world: World) -> None:
        job = taken_in(world, [ged_row(n) for n in range(7)])
        assert (job.state, job.n_read, job.n_filed) == ("succeeded", 7, 7)
        rows = Report.objects.filter(channel="file")
        assert rows.count() == left(Kind.REPORT_IMPORTED) == ImportedRow.objects.count() == 7
        assert {row.state for row in rows} == {"filed"}
        assert {row.source for row in rows} == {a_data_source(world)}
        assert left(Kind.IMPORT_REQUESTED) == left(Kind.IMPORT_ENDED) == 1

    def test_its_event_is_like_that_of_a_report_filed_by_hand(self, world: World) -> None:
        by_hand = Event.objects.get(kind=Kind.REPORT_FILED, subject_id=a_report(world).pk)
        taken_in(world, [ged_row(1)])
        event = Event.objects.get(kind=Kind.REPORT_IMPORTED)
        assert (event.subject_kind, event.actor, event.acting_as) == (
            by_hand.subject_kind,
            world.partner,
            "partner",
        )
        assert event.recorded_at is not None
        assert Unlogged.objects.filter(event=event).exists()

    def test_it_alleges_and_was_told_and_waits_for_triage(self, world: World) -> None:
        taken_in(world, [acled_row(1)], "acled")
        row = Report.objects.get(channel="file")
        assert (row.stance, row.means, row.state) == ("alleges", "told", "filed")
        assert accept_report(report=row, by=world.triage, at=NOW).state == "accepted"

    def test_a_record_has_one_origin_whoever_imports_it(self, world: World) -> None:
        other = a_mapping(
            world, "acled", name="Again", source=a_data_source(world, "relief-second")
        )
        taken_in(world, [acled_row(1)], "acled")
        taken_in(world, [acled_row(1)], "acled", mapping=other)
        assert Report.objects.filter(channel="file").count() == 2
        assert Origin.objects.filter(key="acled:AZE1").count() == 1

    def test_a_dry_run_files_nothing_and_says_what_it_would(self, world: World) -> None:
        rows = [ged_row(1), ged_row(2, latitude="north")]
        job = taken_in(world, rows, dry_run=True)
        assert (job.state, job.n_filed, job.n_refused) == ("partial", 1, 1)
        assert [(one.row, one.field) for one in problems_of(job)] == [(3, "lat")]
        assert not Report.objects.exists() and not ImportedRow.objects.exists()
        assert left(Kind.REPORT_IMPORTED) == 0


class TestOnce:
    def test_a_second_time_brings_nothing(self, world: World) -> None:
        rows = [ged_row(n) for n in range(5)]
        taken_in(world, rows)
        again = taken_in(world, rows)
        assert (again.state, again.n_unchanged, again.n_filed) == ("succeeded", 5, 0)
        assert Report.objects.count() == 5

    def test_the_same_handing_in_twice_is_one_import(self, world: World) -> None:
        job = an_import(world, as_csv([ged_row(1)]))
        same = Handed(job.client_uuid, job.mapping, "csv", [as_csv([ged_row(1)])])
        assert request_import(handed=same, by=world.partner, at=NOW) == (job, False)
        other = Handed(job.client_uuid, job.mapping, "csv", [as_csv([ged_row(2)])])
        with pytest.raises(AnotherImportHasThisId):
            request_import(handed=other, by=world.partner, at=NOW)
        assert Import.objects.count() == left(Kind.IMPORT_REQUESTED) == 1

    def test_a_changed_row_corrects_its_report(self, world: World) -> None:
        taken_in(world, [ged_row(1), ged_row(2)])
        job = taken_in(world, [ged_row(1, best="9", high="9", low="9"), ged_row(2)])
        assert (job.n_corrected, job.n_unchanged) == (1, 1)
        newer = Report.objects.get(supersedes__isnull=False)
        assert newer.origin == newer.supersedes.origin  # type: ignore[union-attr]
        assert ImportedRow.objects.get(external_id="400001").report == newer

    def test_two_contents_of_one_id_in_a_file_are_told(self, world: World) -> None:
        job = taken_in(world, [ged_row(1), ged_row(1, best="8", high="8"), ged_row(1)])
        assert (job.n_filed, job.n_unchanged, job.n_refused) == (1, 1, 1)
        assert [one.code for one in problems_of(job)] == ["twice"]

    def test_also_where_they_lie_in_two_batches(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = an_import(world, as_csv([ged_row(1), ged_row(1, best="8", high="8")]))
        import_batch(import_id=job.pk, at=NOW, size=1)
        import_batch(import_id=job.pk, at=NOW, size=1)
        job.refresh_from_db()
        assert (job.n_filed, job.n_refused) == (1, 1)


class TestInterrupted:
    def test_what_dies_in_a_batch_leaves_nothing_of_it(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = an_import(world, as_csv([ged_row(n) for n in range(30)]))
        import_batch(import_id=job.pk, at=NOW, size=10)

        def dies(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(batches, "_mark", dies)
            import_batch(import_id=job.pk, at=NOW, size=10)
        assert Report.objects.count() == left(Kind.REPORT_IMPORTED) == 10
        job = brought(job)
        assert (job.state, job.n_filed) == ("succeeded", 30)
        assert Report.objects.count() == left(Kind.REPORT_IMPORTED) == 30
        assert list(ImportedRow.objects.order_by("row").values_list("row", flat=True)) == list(
            range(2, 32)
        )

    def test_it_can_be_cancelled_and_keeps_what_came(self, world: World) -> None:
        job = an_import(world, as_csv([ged_row(n) for n in range(9)]))
        import_batch(import_id=job.pk, at=NOW, size=4)
        cancel_import(job=job, by=world.partner, at=NOW)
        assert advance(job.pk, at=NOW) is None
        assert Report.objects.count() == 4
        with pytest.raises(MoveRefused):
            cancel_import(job=job, by=world.partner, at=NOW)

    def test_it_goes_no_further_than_its_requester_may(self, world: World) -> None:
        job = an_import(world, as_csv([ged_row(n) for n in range(9)]))
        import_batch(import_id=job.pk, at=NOW, size=4)
        revoke_role(grant=world.partner.grants.get(), by=None, at=NOW)
        job = brought(job)
        assert (job.state, job.state_reason, job.n_filed) == ("partial", "role-ended", 4)

    def test_a_lost_file_ends_it(self, world: World) -> None:
        job = an_import(world, as_csv([ged_row(1)]))
        path_of(job.pk).unlink()
        assert run_going(clock=lambda: NOW) == 1
        job.refresh_from_db()
        assert (job.state, job.state_reason) == ("failed", "file-lost")

    def test_files_of_imports_that_are_over_are_removed(self, world: World) -> None:
        over, going = taken_in(world, [ged_row(1)]), an_import(world, as_csv([ged_row(2)]))
        much_later = NOW + KEPT_FOR * 1000
        sweep_imports(at=much_later)
        assert not path_of(over.pk).exists()
        assert path_of(going.pk).exists()
        assert preview_of(over) == []


class TestRefused:
    def test_a_mapping_s_partner_hands_in_so_many_at_once(self, world: World) -> None:
        for n in range(3):
            an_import(world, as_csv([ged_row(n)]))
        with pytest.raises(TooManyImports):
            an_import(world, as_csv([ged_row(9)]))

    @pytest.mark.parametrize(
        ("content", "how"),
        [
            (b"", {}),
            (b"one,two\n1,2\n", {}),
            (b"[1]", {"format": "geojson"}),
            (as_csv([own_row(1)]), {"shape": "acled"}),
        ],
    )
    def test_what_is_not_of_its_format(
        self, world: World, content: bytes, how: dict[str, Any]
    ) -> None:
        with pytest.raises(Invalid) as refused:
            an_import(world, content, **how)
        assert list(refused.value.errors) == ["file"]
        assert not Import.objects.exists()

    def test_rules_of_filing_hold_and_are_told_by_row(self, world: World) -> None:
        rows = [
            own_row(1),
            own_row(2, day="2030-01-01"),
            own_row(3, kind="nonsense"),
            own_row(4, by="Somebody"),
            own_row(5, ref=""),
            own_row(6, lat="95"),
            own_row(7, dead="many"),
            own_row(8, text="short"),
        ]
        job = taken_in(world, rows, "own")
        told = {(one.row, one.field, one.code) for one in problems_of(job)}
        assert told == {
            (3, "observed_from", "rule"),
            (4, "kind", "act"),
            (5, "by", "accused"),
            (6, "ref", "no_id"),
            (7, "lat", "rule"),
            (8, "dead", "number"),
            (9, "text", "rule"),
        }
        assert (job.state, job.n_filed, job.n_refused) == ("partial", 1, 7)
        assert all(one.reason and one.advice for one in problems_of(job))

    def test_a_preview_shows_the_first_rows(self, world: World) -> None:
        job = an_import(world, as_csv([own_row(1), own_row(2, kind="nonsense")]), "own")
        good, bad = preview_of(job)
        assert good.draft is not None and good.draft.act == "shelling"
        assert (bad.row, bad.draft, bad.faults[0].field) == (3, None, "kind")
