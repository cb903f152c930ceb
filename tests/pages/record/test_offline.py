"""What a phone keeps of the site, and what its script is told when it sends what it kept."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import translation

from reports.evidence.models import Item
from reports.intake.models import Report
from reports.pages.answers import owner_word
from tests.factories import World
from tests.pages.record.test_filing import NEW, answers, shown
from tests.pictures import photo, upload

DATA = {"HTTP_ACCEPT": "application/json"}
BLANK = ("/offline/report/", "/offline/reports/", "/outbox/")


@pytest.fixture
def filer(client: Client, world: World) -> Client:
    client.force_login(world.filer)
    return client


class TestBlankPages:
    def test_they_are_the_same_for_everybody_and_hold_no_token(
        self, filer: Client, world: World
    ) -> None:
        second = Client()
        second.force_login(world.witness)
        for page in BLANK:
            first = filer.get(page)
            assert first.content == second.get(page).content
            html = shown(first)
            assert "csrfmiddlewaretoken" not in html
            assert world.filer.username not in html and owner_word(world.filer) not in html
            assert not re.search(r'name="client_uuid" value="\S', html)

    def test_they_are_sent_anew_only_if_they_changed(self, filer: Client) -> None:
        for page in BLANK:
            first = filer.get(page)
            assert "no-store" not in first["Cache-Control"]
            assert filer.get(page, headers={"If-None-Match": first["ETag"]}).status_code == 304

    def test_pages_made_for_a_person_are_kept_nowhere(self, filer: Client, world: World) -> None:
        sent = filer.post(NEW, answers(world))
        for page in (NEW, "/reports/", sent["Location"], "/offline/reports/rows"):
            assert "no-store" in filer.get(page)["Cache-Control"]

    def test_the_rows_kept_for_later_are_ones_own(self, filer: Client, world: World) -> None:
        filer.post(NEW, answers(world))
        receipt = Report.objects.get().receipt
        assert receipt in shown(filer.get("/offline/reports/rows"))
        other = Client()
        other.force_login(world.witness)
        assert receipt not in shown(other.get("/offline/reports/rows"))


class TestTheScriptIsTold:
    def test_of_a_report_its_receipt_and_once_more_the_same(
        self, filer: Client, world: World
    ) -> None:
        typed = answers(world)
        first, again = (filer.post(NEW, typed, **DATA) for _ in range(2))
        report = Report.objects.get()
        assert first.status_code == again.status_code == 200
        assert first.json() == again.json()
        assert first.json() == {
            "receipt": report.receipt,
            "url": f"/reports/{report.receipt}/",
            "files": f"/reports/{report.receipt}/files/",
        }

    def test_of_answers_that_need_another_look(self, filer: Client, world: World) -> None:
        answer = filer.post(NEW, answers(world, narrative="", means=""), **DATA)
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == {"narrative", "means"}
        assert not Report.objects.exists()

    def test_of_a_report_with_other_answers_under_the_same_id(
        self, filer: Client, world: World
    ) -> None:
        typed = answers(world)
        filer.post(NEW, typed)
        receipt = Report.objects.get().receipt
        answer = filer.post(NEW, typed | {"narrative": "Something else was seen here."}, **DATA)
        assert answer.status_code == 409
        assert answer.json() == {"code": "conflict", "url": f"/reports/{receipt}/"}
        other = Client()
        other.force_login(world.witness)
        told = other.post(NEW, typed, **DATA)
        assert told.status_code == 409
        assert told.json() == {"code": "conflict", "url": ""}  # whose it is, is not told

    def test_that_nobody_is_signed_in(self, client: Client, world: World) -> None:
        for answer in (
            client.post(NEW, answers(world), **DATA),
            client.get("/outbox/token", **DATA),
            client.post("/reports/22222-22222/files/", {}, **DATA),
        ):
            assert (answer.status_code, answer.json()) == (401, {"code": "sign-in"})

    def test_that_a_form_has_no_valid_token(self, world: World) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(world.filer)
        refused = strict.post(NEW, answers(world), **DATA)
        assert (refused.status_code, refused.json()["code"]) == (403, "stale-form")
        told = strict.get("/outbox/token", **DATA).json()
        assert told["who"] == owner_word(world.filer)
        sent = strict.post(NEW, answers(world), headers={"X-CSRFToken": told["token"]}, **DATA)
        assert sent.status_code == 200

    def test_of_a_file_that_it_is_taken_in_or_why_not(self, filer: Client, world: World) -> None:
        told = filer.post(NEW, answers(world), **DATA).json()
        picture = {"upload": upload(photo()), "sensitivity": "ordinary"}
        assert filer.post(told["files"], picture, **DATA).status_code == 200
        assert Item.objects.count() == 1
        empty = filer.post(told["files"], {"sensitivity": "ordinary"}, **DATA)
        assert empty.status_code == 422 and empty.json()["errors"]["upload"]


class TestFirstChecks:
    def test_the_server_says_the_same_of_what_the_phone_finds(
        self, filer: Client, world: World
    ) -> None:
        checks = _checks(filer)
        assert {check["field"] for check in checks} >= {"act", "day", "narrative", "lat", "place"}
        for check in checks:
            other, values = check.get("when", ("", [""]))
            for value in values:
                typed = answers(world, **({other: value} if other else {}))
                typed[check["field"]] = "?" if check["is"] in ("number", "whole") else ""
                if check["field"] == "place_typed" and not other:
                    continue
                errors = filer.post(NEW, typed, **DATA).json().get("errors", {})
                assert check["say"] in errors.get(check["field"], []), check

    def test_a_good_report_passes_them_all(self, filer: Client, world: World) -> None:
        typed = answers(world)
        for check in _checks(filer):
            other, values = check.get("when", ("", [""]))
            if check["is"] == "filled" and (not other or typed.get(other) in values):
                assert typed[check["field"]]


class TestTheApp:
    def test_the_worker_lies_at_the_root_and_imports_the_rest(self, client: Client) -> None:
        answer = client.get("/sw.js")
        assert answer["Content-Type"].startswith("text/javascript")
        assert "no-cache" in answer["Cache-Control"]
        assert "worker-src 'self'" in answer["Content-Security-Policy"]
        imported = re.findall(r'from "/static/([^"]+)"', shown(answer))
        assert imported and all(finders.find(path) for path in imported)

    def test_the_manifest_speaks_the_readers_language(self, client: Client) -> None:
        with translation.override("en"):  # the client leaves the language it was served in
            answer = client.get("/manifest.webmanifest", headers={"Accept-Language": "ar"})
        told = json.loads(answer.content)
        assert (told["lang"], told["dir"]) == ("ar", "rtl")
        assert told["start_url"] == NEW
        for icon in told["icons"]:
            assert finders.find(icon["src"].removeprefix("/static/"))

    def test_signing_out_clears_the_browser(self, filer: Client) -> None:
        assert not filer.get("/accounts/logout/").has_header("Clear-Site-Data")
        assert filer.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'

    def test_a_form_from_elsewhere_clears_nothing(self, world: World) -> None:
        strict = Client(enforce_csrf_checks=True)
        for _signed_in in (False, True):
            refused = strict.post("/accounts/logout/")
            assert refused.status_code == 403
            assert not refused.has_header("Clear-Site-Data")
            strict.force_login(world.filer)

    def test_only_who_may_file_is_given_the_worker(self, filer: Client, world: World) -> None:
        assert "data-worker" in shown(filer.get("/reports/"))
        operator = Client()
        operator.force_login(world.operator)
        for reader in (operator, Client()):
            page = shown(reader.get("/log/"))
            assert "data-worker" not in page and "data-leave" not in page


def _checks(filer: Client) -> list[dict[str, Any]]:
    html = shown(filer.get("/offline/report/"))
    found = re.search(r'<script id="first-checks" type="application/json">(.*?)</script>', html)
    assert found
    checks: list[dict[str, Any]] = json.loads(found[1])
    return checks
