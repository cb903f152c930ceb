"""The filing form: what is typed becomes a report, or comes back whole with every error named."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.intake.models import Report
from reports.journal.models import Event
from tests.factories import World, a_report

NEW = "/reports/new/"


@pytest.fixture
def filer(client: Client, world: World) -> Client:
    client.force_login(world.filer)
    return client


def answers(world: World, **changes: Any) -> dict[str, Any]:
    """Return what a monitor types about explosions heard in Ganja in the night to 11 October."""
    typed: dict[str, Any] = {
        "client_uuid": str(uuid.uuid4()),
        "act": "missile_strike",
        "stance": "observes",
        "means": "heard",
        "day": "2020-10-11",
        "time_precision": "hour",
        "time_from": "02:00",
        "location_kind": "place",
        "place_typed": "Ganja",
        "place": str(world.ganja.pk),
        "accused": "unknown",
        "origin_kind": "observation",
        "effect": "impact",
        "count_qualifier": "at_least",
        "observation_count": "3",
        "observation_unit": "explosion",
        "narrative": "Three heavy explosions were heard from the centre of the city.",
        "language": "en",
    }
    return typed | changes


def shown(answer: Any) -> str:
    return answer.content.decode()


def invalid_fields(html: str) -> set[str]:
    """Return the fields the summary at the top leads to."""
    summary = html.split("data-summary", 1)[1].split("</ul>", 1)[0]
    return set(re.findall(r'href="#id_(\w+)"', summary))


class TestFiling:
    def test_a_report_is_filed_and_its_receipt_is_shown(self, filer: Client, world: World) -> None:
        answer = filer.post(
            NEW, answers(world, killed_civilians_least="5", killed_civilians_most="9")
        )
        report = Report.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == f"/reports/{report.receipt}/"
        assert report.observed_from == datetime(2020, 10, 10, 22, tzinfo=UTC)
        assert report.observed_until == datetime(2020, 10, 10, 23, tzinfo=UTC)
        assert (report.lat, report.radius_m) == (world.ganja.lat, 5000)
        assert report.tolls == [
            {"harm": "killed", "category": "civilians", "least": 5, "best": None, "most": 9}
        ]
        assert (report.count_qualifier, report.observation_count) == ("at_least", 3)
        assert report.receipt in shown(filer.get(answer["Location"]))

    def test_a_resend_leads_to_the_same_receipt(self, filer: Client, world: World) -> None:
        typed = answers(world)
        first, second = filer.post(NEW, typed), filer.post(NEW, typed)
        assert first["Location"] == second["Location"]
        assert Report.objects.count() == Event.objects.filter(kind="report.filed").count() == 1

    def test_other_answers_under_one_key_are_kept_and_offered_a_new_one(
        self, filer: Client, world: World
    ) -> None:
        typed = answers(world)
        filer.post(NEW, typed)
        other = typed | {"narrative": "Another event: a drone was heard over the river."}
        answer = filer.post(NEW, other)
        html = shown(answer)
        assert answer.status_code == 409
        assert "a drone was heard over the river" in html
        assert Report.objects.get().receipt in html
        key = re.search(r'name="client_uuid" value="([0-9a-f-]+)"', html)
        assert key
        assert key[1] != typed["client_uuid"]
        assert filer.post(NEW, other | {"client_uuid": key[1]}).status_code == 302
        assert Report.objects.count() == 2

    def test_the_form_makes_its_own_key(self, filer: Client, world: World) -> None:
        first, second = (
            re.search(r'name="client_uuid" value="([0-9a-f-]+)"', shown(filer.get(NEW)))[1]
            for _time in range(2)
        )
        assert uuid.UUID(first) != uuid.UUID(second)

    def test_what_somebody_else_said_names_its_speaker(self, filer: Client, world: World) -> None:
        typed = answers(
            world,
            stance="alleges",
            means="told",
            accused="party:ARM",
            origin_kind="statement",
            speaker=str(world.mod_azerbaijan.pk),
            publisher="News (example)",
            source_url="https://news.example/1",
            published_on="2020-10-11",
        )
        assert filer.post(NEW, typed).status_code == 302
        report = Report.objects.get()
        assert (report.source, report.accused) == (world.mod_azerbaijan, world.armenia)
        assert report.origin.published_on.isoformat() == "2020-10-11"

    def test_a_position_with_range_and_bearing(self, filer: Client, world: World) -> None:
        typed = answers(
            world, location_kind="bearing", lat="40,5", lon="46.3", range_m="2000", bearing_deg="90"
        )
        assert filer.post(NEW, typed).status_code == 302
        report = Report.objects.get()
        assert report.lon == pytest.approx(46.3236, abs=1e-3)
        page = shown(filer.get(f"/reports/{report.receipt}/"))
        assert '"Polygon"' in page

    def test_what_another_form_of_location_holds_is_no_part_of_it(
        self, filer: Client, world: World
    ) -> None:
        typed = answers(world, location_kind="named", place_typed="The old mill", lat="1", lon="2")
        assert filer.post(NEW, typed).status_code == 302
        report = Report.objects.get()
        assert (report.place, report.lat, report.place_typed) == (None, None, "The old mill")


class TestTheBlankForm:
    def test_it_asks_few_questions_of_the_database_and_all_of_the_filer(
        self, filer: Client, world: World
    ) -> None:
        with CaptureQueriesContext(connection) as made:
            html = shown(filer.get(NEW))
        assert len(made) <= 16
        for words in (world.agreement.title, "Asia/Baku", "Armenia", "Azerbaijan", "Sniper fire"):
            assert words in html
        assert world.mod_armenia.name in html
        for person in (world.witness, world.filer):
            assert person.source.name not in html  # a person's own source is nobody's to name

    def test_it_needs_no_script_and_no_second_request(self, filer: Client, world: World) -> None:
        html = shown(filer.get(NEW))
        assert "<style" not in html
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", html)
        assert len(html) < 100_000


class TestPlaces:
    def test_finding_a_place_keeps_everything_and_picks_nothing(
        self, filer: Client, world: World
    ) -> None:
        typed = answers(world, place="", place_typed="GANCA", find="1", narrative="Half a sent")
        answer = filer.post(NEW, typed)
        html = shown(answer)
        assert answer.status_code == 200
        assert str(world.ganja.pk) in html
        assert "Half a sent" in html
        assert not re.search(rf'value="{world.ganja.pk}"[^>]*checked', html)
        assert "data-summary" not in html
        assert Report.objects.count() == 0

    def test_a_name_without_a_choice_comes_back_with_candidates(
        self, filer: Client, world: World
    ) -> None:
        answer = filer.post(NEW, answers(world, place=""))
        assert answer.status_code == 422
        assert invalid_fields(shown(answer)) == {"place"}
        assert f'value="{world.ganja.pk}"' in shown(answer)

    def test_a_name_nobody_knows_says_what_to_do(self, filer: Client, world: World) -> None:
        html = shown(filer.post(NEW, answers(world, place="", place_typed="Xyzzyq")))
        assert "No place in the list is like this name" in html
        assert 'value="Xyzzyq"' in html

    def test_the_search_answers_json_with_where_it_lies(self, filer: Client, world: World) -> None:
        rows = (
            filer.get("/places/search", {"q": "Тертер"}).json()
            or filer.get("/places/search", {"q": "Terter"}).json()
        )
        assert rows[0]["label"] == "Terter / Tərtər"
        assert rows[0]["detail"] == "Town; 61 km south-east of Ganja / Gəncə"
        assert len(rows[0]["names"]) <= 6
        assert filer.get("/places/search", {"q": "\x00"}).json() == []
        assert Client().get("/places/search", {"q": "Ganja"}).status_code == 302


# What is typed wrong, and the field that must be named for it.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"act": ""}, "act"),
    ({"act": "jaywalking"}, "act"),
    ({"stance": "\x00"}, "stance"),
    ({"stance": ""}, "stance"),
    ({"means": ""}, "means"),
    ({"day": ""}, "day"),
    ({"day": "yesterday"}, "day"),
    ({"day": "2020-02-30"}, "day"),
    ({"day": "0001-01-01"}, "day"),
    ({"day": "2199-01-01"}, "day"),
    ({"time_from": ""}, "time_from"),
    ({"time_from": "25:00"}, "time_from"),
    ({"time_until": "01:00"}, "time_until"),
    ({"day_until": "2020-10-12"}, "time_until"),
    ({"time_precision": "part_of_day"}, "part"),
    ({"time_precision": "days"}, "day_until"),
    ({"time_precision": "days", "day_until": "2020-10-01"}, "day_until"),
    ({"time_precision": "era"}, "time_precision"),
    ({"location_kind": ""}, "location_kind"),
    ({"place": "nowhere"}, "place"),
    ({"place": str(uuid.UUID(int=0))}, "place"),
    ({"place_typed": "x" * 201}, "place_typed"),
    ({"location_kind": "named", "place_typed": " "}, "place_typed"),
    ({"location_kind": "point", "lat": "91", "lon": "46", "accuracy_m": "9"}, "lat"),
    ({"location_kind": "point", "lat": "nan", "lon": "46", "accuracy_m": "9"}, "lat"),
    ({"location_kind": "point", "lat": "40", "lon": "inf", "accuracy_m": "9"}, "lon"),
    ({"location_kind": "point", "lat": "40", "lon": "46"}, "accuracy_m"),
    ({"location_kind": "bearing", "lat": "40", "lon": "46", "bearing_deg": "9"}, "range_m"),
    ({"location_kind": "bearing", "lat": "1", "lon": "4", "range_m": "9"}, "bearing_deg"),
    ({"accused": "party:XXX"}, "accused"),
    ({"origin_kind": "statement"}, "speaker"),
    ({"origin_kind": "statement", "speaker": str(uuid.UUID(int=1))}, "speaker"),
    ({"origin_kind": "document", "source_url": "javascript:1"}, "source_url"),
    ({"origin_kind": "document", "source_url": "http://["}, "source_url"),
    ({"origin_kind": "document", "published_on": "soon"}, "published_on"),
    ({"publisher": "x" * 201}, "publisher"),
    ({"own_confidence": "sure"}, "own_confidence"),
    ({"observation_count": "many"}, "observation_count"),
    ({"observation_count": "1" * 5000}, "observation_count"),
    ({"observation_count": "100001"}, "observation_count"),
    ({"observation_unit": ""}, "observation_unit"),
    ({"killed_civilians_least": "five"}, "killed_civilians"),
    ({"killed_civilians_least": "5", "killed_civilians_most": "4"}, "killed_civilians"),
    ({"injured_unspecified_best": "-1"}, "injured_unspecified"),
    ({"weapon": "x" * 201}, "weapon"),
    ({"effect": "loud"}, "effect"),
    ({"narrative": "short"}, "narrative"),
    ({"narrative": "A sentence with a\x00NUL in it."}, "narrative"),
    ({"narrative": "x" * 10_001}, "narrative"),
    ({"language": "klingon"}, "language"),
]


class TestWrongAnswers:
    def test_each_is_named_and_nothing_is_written_or_lost(
        self, filer: Client, world: World
    ) -> None:
        before = Event.objects.count()
        for change, field in WRONG:
            typed = answers(world, **change) | {"weapon": change.get("weapon", "Grad <b>")}
            answer = filer.post(NEW, typed)
            assert answer.status_code == 422, change
            html = shown(answer)
            assert field in invalid_fields(html), (change, invalid_fields(html))
            assert typed["client_uuid"] in html
            if "weapon" not in change:
                assert "Grad &lt;b&gt;" in html
        assert Report.objects.count() == 0
        assert Event.objects.count() == before

    def test_all_are_named_at_once(self, filer: Client, world: World) -> None:
        typed = answers(
            world, act="", day="soon", location_kind="point", lat="x", narrative="short"
        )
        html = shown(filer.post(NEW, typed))
        found = invalid_fields(html)
        assert found == {"act", "day", "lat", "lon", "accuracy_m", "narrative"}
        assert 'value="soon"' in html
        assert 'type="text" name="day"' in html
        assert "<title>Error: " in html

    def test_an_empty_form_names_what_is_missing(self, filer: Client, world: World) -> None:
        found = invalid_fields(shown(filer.post(NEW, {})))
        assert {"act", "stance", "day", "location_kind", "accused", "narrative"} <= found


class TestComingTooLate:
    def test_who_was_signed_out_keeps_what_they_typed(self, world: World) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.filer)
        token = client.get(NEW).cookies["csrftoken"].value
        typed = answers(world) | {"csrfmiddlewaretoken": token}
        client.cookies.pop("sessionid")
        answer = client.post(NEW, typed)
        html = shown(answer)
        assert answer.status_code == 403
        assert "Sign in in a new tab" in html
        assert typed["narrative"] in html
        assert typed["client_uuid"] in html
        # After signing in elsewhere the old page's token is refused: kept again, then filed.
        client.force_login(world.filer)
        client.cookies["csrftoken"] = "x" * 32
        second = client.post(NEW, typed)
        assert second.status_code == 403
        assert "Look it over and send it again" in shown(second)
        assert typed["narrative"] in shown(second)
        assert Report.objects.count() == 0
        fresh = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown(second))
        assert fresh
        assert client.post(NEW, typed | {"csrfmiddlewaretoken": fresh[1]}).status_code == 302
        assert Report.objects.count() == 1

    def test_other_forms_say_that_nothing_was_done(self, world: World) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.filer)
        answer = client.post("/watches/", {})
        assert answer.status_code == 403
        assert "The form was open too long" in shown(answer)


class TestCorrecting:
    def test_the_form_says_what_the_report_said(self, filer: Client, world: World) -> None:
        filer.post(NEW, answers(world, killed_civilians_least="5", killed_civilians_best="7"))
        earlier = Report.objects.get()
        page = filer.get(f"/reports/{earlier.receipt}/correct/")
        form = page.context["form"]
        typed = {
            field.html_name: field.value()
            for field in form
            if field.value() not in (None, "") and not isinstance(field.value(), tuple)
        }
        typed |= {"day": "2020-10-11", "time_from": "02:00"}
        typed |= {"killed_civilians_least": "5", "killed_civilians_best": "7"}
        typed |= {"narrative": "Four, not three, explosions were heard from the centre."}
        answer = filer.post(f"/reports/{earlier.receipt}/correct/", typed)
        assert answer.status_code == 302, invalid_fields(shown(answer))
        newer = Report.objects.exclude(pk=earlier.pk).get()
        assert newer.supersedes == earlier
        assert newer.origin == earlier.origin
        for name in ("act_id", "observed_from", "observed_until", "place_id", "tolls", "effect"):
            assert getattr(newer, name) == getattr(earlier, name)
        assert newer.receipt in shown(filer.get(f"/reports/{earlier.receipt}/"))
        again = filer.post(f"/reports/{earlier.receipt}/correct/", answers(world))
        assert again.status_code == 422
        assert newer.receipt in shown(again)

    def test_nobody_corrects_what_is_not_theirs(self, client: Client, world: World) -> None:
        report = a_report(world)
        client.force_login(world.witness)
        assert client.get(f"/reports/{report.receipt}/correct/").status_code == 404
