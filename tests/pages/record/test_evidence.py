"""Files on the pages of the record: brought with a filing or later; refused ones cost nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from reports.evidence import uploads
from reports.evidence.models import Item
from reports.intake.models import Report
from tests.factories import World, a_report, settle
from tests.pages.record.test_filing import answers, shown
from tests.pictures import photo, upload
from tests.proofs import no_trace


@pytest.fixture
def filer(client: Client, world: World) -> Client:
    client.force_login(world.filer)
    return client


def files_page(report: Report) -> str:
    return f"/reports/{report.receipt}/files/"


class TestWithAFiling:
    def test_files_are_sealed_with_the_report(self, filer: Client, world: World) -> None:
        typed = answers(world) | {
            "evidence-upload": [upload(photo(1)), upload(photo(2))],
            "evidence-sensitivity": "graphic",
        }
        page = shown(filer.post("/reports/new/", typed, follow=True))
        report = Report.objects.get()
        assert report.items.count() == 2
        assert set(report.items.values_list("sensitivity", flat=True)) == {"graphic"}
        assert "2 files are sealed" in page
        assert all(item.code in page for item in report.items.all())

    def test_a_refused_file_costs_neither_the_report_nor_the_others(
        self, filer: Client, world: World
    ) -> None:
        typed = answers(world) | {
            "evidence-upload": [upload(b"<svg/>", "a.svg"), upload(photo(1))],
            "evidence-sensitivity": "ordinary",
        }
        page = shown(filer.post("/reports/new/", typed, follow=True))
        assert Report.objects.get().items.count() == 1
        assert "File 1 of 2 was not taken in." in page
        assert "Your report is filed" in page

    def test_a_form_that_comes_back_says_that_files_must_be_chosen_again(
        self, filer: Client, world: World
    ) -> None:
        typed = answers(world, narrative="") | {"evidence-upload": upload(photo(1))}
        with no_trace():
            answer = filer.post("/reports/new/", typed)
        assert answer.status_code == 422
        assert "Choose them again" in shown(answer)

    def test_limits_are_told_before_a_file_is_chosen(self, filer: Client, world: World) -> None:
        page = shown(filer.get("/reports/new/"))
        assert "up to 200 MB" in page and 'accept="image/jpeg' in page
        assert 'enctype="multipart/form-data"' in page


class TestAddedLater:
    def test_with_all_that_is_said_of_it(self, filer: Client, world: World) -> None:
        report = a_report(world)
        typed = {
            "upload": upload(photo(1), "Anna Petrosyan home.jpg"),
            "kind": "crater_analysis",
            "caption": "A crater at the mill",
            "day": "2020-10-11",
            "clock": "02:10",
            "sensitivity": "identifying",
        }
        page = shown(filer.post(files_page(report), typed, follow=True))
        item = report.items.get()
        assert (item.kind, item.caption) == ("crater_analysis", "A crater at the mill")
        assert item.claimed_at is not None
        assert item.claimed_at.isoformat() == "2020-10-10T22:10:00+00:00"
        assert "A crater at the mill" in page and "being read" in page
        settle()
        assert "A working copy was made" in shown(filer.get(files_page(report)))

    def test_no_name_of_a_file_is_kept_anywhere(self, filer: Client, world: World) -> None:
        report = a_report(world)
        name = "CANARYNAME‮gpj.exe" + "x" * 300 + ".jpg"
        filer.post(files_page(report), {"upload": upload(photo(1), name)}, follow=True)
        item = Item.objects.get()
        assert all("CANARY" not in str(value) for value in vars(item).values())

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"sensitivity": "ordinary"}, "id_upload"),
            ({"upload": [photo(n) for n in range(11)]}, "id_upload"),
            ({"upload": [b""]}, "id_upload"),
            ({"upload": [photo(1)], "clock": "10:00"}, "id_day"),
            ({"upload": [photo(1)], "kind": "poem"}, "id_kind"),
        ],
        ids=["none", "eleven", "empty", "time alone", "kind"],
    )
    def test_a_fault_is_named_at_its_field(
        self, filer: Client, world: World, typed: dict[str, Any], field: str
    ) -> None:
        report = a_report(world)
        sent = {
            name: [upload(one) for one in value] if name == "upload" else value
            for name, value in typed.items()
        }
        with no_trace():
            answer = filer.post(files_page(report), sent)
        assert answer.status_code == 422
        assert f'href="#{field}"' in shown(answer)

    def test_too_long_a_file_is_dropped_while_it_comes(
        self, filer: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploads, "MOST_BYTES", 70_000)
        report = a_report(world)
        sent = {"upload": [upload(photo(1)), upload(b"\0" * 200_000), upload(photo(2))]}
        answer = filer.post(files_page(report), sent)
        assert answer.status_code == 422
        assert "File 2 of 3 was not taken in. The file is larger than" in shown(answer)
        assert report.items.count() == 2

    def test_the_author_does_not_read_what_was_found_in_it(
        self, filer: Client, world: World
    ) -> None:
        report = a_report(world)
        filer.post(files_page(report), {"upload": upload(photo(1, device=("CANARY", "CANARY")))})
        settle()
        page = shown(filer.get(f"/evidence/{report.items.get().code}/"))
        assert "CANARY" not in page and "Custody" not in page
