"""A file before those who judge: who sees what of it, and that each look is noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reports.evidence.models import Item
from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from tests.factories import World, a_case, a_report, an_item
from tests.pages.record.test_filing import shown
from tests.pictures import drawn, encoded, photo
from verification.adjudication.models import Case

TAKEN = datetime(2020, 10, 8, 12, 0)


@dataclass(frozen=True)
class Before:
    """A file that is before a panel."""

    world: World
    case: Case
    item: Item

    def client(self, name: str) -> Client:
        client = Client()
        client.force_login(getattr(self.world, name))
        return client

    def panel(self) -> str:
        """Return a member who is neither chair nor filer."""
        seated = self.case.seats.values_list("reviewer_id", flat=True)
        return next(
            name
            for name in ("reviewer_arm", "reviewer_aze", "reviewer_spare")
            if getattr(self.world, name).pk in seated
        )

    def url(self, tail: str = "") -> str:
        return f"/evidence/{self.item.code}/{tail}"


@pytest.fixture
def before(world: World) -> Before:
    case = a_case(world)
    report = Report.objects.get(links__incident=case.incident)
    content = photo(
        taken=TAKEN, position=(41.0, 45.0), device=("CANARY-DEVICE", ""), Software="Editor 9"
    )
    return Before(world, case, an_item(world, report, content, sensitivity="graphic"))


def looks(item: Item) -> list[tuple[str, str]]:
    rows = Event.objects.filter(subject_id=item.pk, actor__isnull=False).order_by("at", "id")
    return [(row.kind, row.acting_as) for row in rows if row.kind != Kind.EVIDENCE_ADDED]


class TestThePage:
    def test_differences_are_told_in_words(self, before: Before) -> None:
        for name in ("triage", before.panel()):
            page = shown(before.client(name).get(before.url()))
            assert "before what is claimed" in page
            assert "from the place claimed" in page
            assert "Editor 9" in page and before.item.sha256 in page
            assert "41.0" not in page  # a distance, never the spot

    def test_the_device_is_for_triage(self, before: Before) -> None:
        assert "CANARY-DEVICE" in shown(before.client("triage").get(before.url()))
        assert "CANARY-DEVICE" not in shown(before.client(before.panel()).get(before.url()))

    def test_the_picture_is_behind_a_guard(self, before: Before) -> None:
        page = shown(before.client(before.panel()).get(before.url()))
        guard = page.split('<details class="guard"', 1)[1].split("</summary>", 1)[0]
        assert guard.startswith(">") and "Injured or dead persons" in guard

    def test_custody_names_roles_and_to_a_panel_days_only(self, before: Before) -> None:
        before.client("triage").get(before.url("picture"))
        page = shown(before.client(before.panel()).get(before.url()))
        custody = page.split('id="custody"', 1)[1].split("</section>", 1)[0]
        assert "A picture was looked at" in custody and "triage" in custody
        assert before.world.triage.username + "@" not in custody
        assert "Days only" in custody
        assert "08:00" not in custody

    def test_a_seat_that_was_given_up_shuts_it(self, before: Before) -> None:
        name = before.panel()
        seat = before.case.seats.get(reviewer=getattr(before.world, name))
        type(seat).objects.filter(pk=seat.pk).update(recused_at=timezone.now(), recusal_reason="x")
        assert before.client(name).get(before.url()).status_code == 404

    def test_a_seat_that_has_not_declared_waits(self, before: Before) -> None:
        before.case.seats.update(declared_at=None)
        assert before.client(before.panel()).get(before.url("picture")).status_code == 404


class TestItsBytes:
    def test_the_copy_is_a_clean_picture(self, before: Before) -> None:
        for tail in ("picture", "thumbnail"):
            answer = before.client(before.panel()).get(before.url(tail))
            assert answer["Content-Type"] == "image/jpeg"
            assert answer["Cache-Control"] == "private, no-store"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert b"CANARY" not in answer.content and answer.content[:2] == b"\xff\xd8"

    def test_the_original_goes_out_as_a_file_under_a_sandbox(self, before: Before) -> None:
        answer: Any = before.client("triage").get(before.url("original"))
        assert b"CANARY-DEVICE" in b"".join(answer.streaming_content)
        assert answer["Content-Disposition"] == f'attachment; filename="{before.item.code}.jpg"'
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert looks(before.item) == [(Kind.EVIDENCE_DOWNLOADED, "triage")]

    def test_a_panel_gets_no_original(self, before: Before) -> None:
        assert before.client(before.panel()).get(before.url("original")).status_code == 404
        assert looks(before.item) == []

    def test_each_look_is_noted_once(self, before: Before, monkeypatch: pytest.MonkeyPatch) -> None:
        client, now = before.client(before.panel()), timezone.now()
        for minutes in (0, 5, 30):
            monkeypatch.setattr(timezone, "now", lambda m=minutes: now + timedelta(minutes=m))
            client.get(before.url("picture"))
            client.get(before.url("thumbnail"))
        assert looks(before.item) == [(Kind.EVIDENCE_VIEWED, "reviewer")] * 2

    def test_what_has_no_picture_has_no_address_for_one(self, world: World) -> None:
        from tests.reports.evidence.test_adding import PDF

        item = an_item(world, content=PDF)
        client = Client()
        client.force_login(world.filer)
        assert client.get(f"/evidence/{item.code}/picture").status_code == 404
        assert "no working copy" in shown(client.get(f"/evidence/{item.code}/"))


class TestTheSamePicture:
    def test_triage_reads_where_and_a_panel_that_it_is(self, before: Before) -> None:
        other = a_report(before.world)
        again = encoded(drawn(1).resize((640, 480)), quality=40)
        an_item(before.world, other, again)
        an_item(before.world, a_report(before.world), photo(7))
        page = shown(before.client("triage").get(before.url()))
        assert "is in another report" in page and other.receipt in page
        page = shown(before.client(before.panel()).get(before.url()))
        assert "is in another report" in page and other.receipt not in page

    def test_an_erased_or_lone_picture_is_nowhere_else(self, before: Before) -> None:
        assert "in another report" not in shown(before.client("triage").get(before.url()))
