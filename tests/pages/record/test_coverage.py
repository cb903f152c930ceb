"""What was watched, what kept watchers out; from a refusal to a report in two taps."""

from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reports.coverage.actions import end_watch, record_denial, start_watch
from reports.coverage.models import Watch
from reports.intake.models import Report
from reports.journal.models import Event
from tests.factories import NOW, World, a_report
from tests.pages.record.test_own import as_member

HOUR = timedelta(hours=1)


def shown(answer: Any) -> str:
    return unescape(answer.content.decode())


def hidden_and_typed(html: str) -> dict[str, str]:
    """Return what a browser would send of the form as it came, without a key pressed."""
    found: dict[str, str] = {}

    class Form(HTMLParser):
        area = select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            told = dict(attrs)
            name = told.get("name") or ""
            sent = told.get("type") not in ("radio", "checkbox", "file") or "checked" in told
            if tag == "input" and name and sent:
                found[name] = told.get("value") or ""
            if tag == "select":
                self.select = name
            if tag == "option" and self.select and ("selected" in told or self.select not in found):
                found[self.select] = told.get("value") or ""
            self.area = name if tag == "textarea" else ""

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area] = found.get(self.area, "") + data

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

    Form().feed(html.split('class="stack loose filing"', 1)[1].split("</form>", 1)[0])
    return found


def a_refusal(world: World, **changes: Any) -> Watch:
    given = {"denied_by": world.armenia, "by": world.filer, "at": NOW} | changes
    return record_denial(agreement=world.agreement, place=world.ganja, means="saw", **given)


class TestTheWatchesPage:
    def test_a_camera_that_stands_still(self, world: World) -> None:
        client = as_member(world, "filer")
        typed = {"what": "down", "place": str(world.ganja.pk), "means": "recorded"}
        assert client.post("/watches/", typed).status_code == 302
        assert Watch.objects.get().state == "down"
        assert "It works again" in shown(client.get("/watches/"))

    def test_eyes_are_never_out_of_service(self, world: World) -> None:
        typed = {"what": "down", "place": str(world.ganja.pk), "means": "saw"}
        answer = as_member(world, "filer").post("/watches/", typed)
        assert answer.status_code == 422
        assert not Watch.objects.exists()

    def test_refused_by_nobody_known(self, world: World) -> None:
        typed = {"what": "denied", "place": str(world.ganja.pk), "means": "saw", "denied_by": ""}
        assert as_member(world, "filer").post("/watches/", typed).status_code == 302
        assert (Watch.objects.get().state, Watch.objects.get().denied_by) == ("denied", None)

    def test_every_official_spelling_stands_by_the_place(self, world: World) -> None:
        a_refusal(world)
        report = a_report(world)
        for address in ("/watches/", f"/reports/{report.receipt}/"):
            assert "Гянджа" in shown(as_member(world, "filer").get(address))


class TestFromARefusalToAReport:
    def test_the_form_opens_filled_in_and_is_filed_as_it_came(self, world: World) -> None:
        watch = a_refusal(world)
        client = as_member(world, "filer")
        address = f"/reports/new/?watch={watch.pk}"
        assert address in shown(client.get("/watches/"))
        typed = hidden_and_typed(client.get(address).content.decode())
        assert client.post("/reports/new/", typed).status_code == 302
        report = Report.objects.get()
        assert (report.act_id, report.accused) == ("access_denial", world.armenia)
        assert (report.place, report.observed_from) == (world.ganja, NOW)
        assert "denied" in report.narrative

    @pytest.mark.parametrize("whose", ["another's", "no refusal", "unknown"])
    def test_nothing_is_filled_in_for_anything_else(self, world: World, whose: str) -> None:
        theirs = a_refusal(world, by=world.witness)
        begun = start_watch(
            agreement=world.agreement, place=world.ganja, means="saw", by=world.filer, at=NOW
        )
        key = {"another's": theirs.pk, "no refusal": begun.pk, "unknown": "x"}[whose]
        answer = as_member(world, "filer").get(f"/reports/new/?watch={key}")
        assert answer.status_code == 200
        assert "was denied at" not in shown(answer)
        assert not Event.objects.filter(kind="report.filed").exists()


class TestTheCoveragePage:
    @pytest.fixture
    def client(self, world: World) -> Client:
        # From a midnight on, whatever the hour: one day is whole in every zone of the theatre.
        now = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        watch = start_watch(
            agreement=world.agreement,
            place=world.ganja,
            means="saw",
            by=world.filer,
            at=now - 60 * HOUR,
        )
        end_watch(watch=watch, by=world.filer, at=now - 5 * HOUR)
        a_refusal(world, by=world.witness, at=now - 58 * HOUR)
        return as_member(world, "chair")

    def test_a_strip_and_the_same_as_a_table(self, client: Client) -> None:
        html = shown(client.get("/coverage/"))
        assert html.count('class="strip"') == 1
        assert html.count('<text class="axis"') == 14
        assert "100 %" in html and "denied: ARM" in html

    def test_it_never_says_who_watched(self, client: Client, world: World) -> None:
        html = shown(client.get("/coverage/"))
        for person in (world.filer, world.witness):
            assert person.source.name not in html
            assert str(person.source.pk) not in html

    def test_other_days_hold_nothing(self, client: Client) -> None:
        assert "Nothing was recorded" in shown(client.get("/coverage/?until=2019-01-31"))
        assert client.get("/coverage/?until=soon").status_code == 200
