"""One's own reports and watches: who may see them, and what they show."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.coverage.models import Watch
from reports.intake.actions import reject_report
from reports.intake.drafts import OriginDraft
from reports.intake.models import Report
from reports.journal.models import Event
from tests.factories import NOW, World, a_draft, a_report, an_accepted_report, an_allegation

# The whole cast; the pages of the record and the status each member gets.
CAST = (
    *("filer", "witness", "colleague", "triage", "chair", "reviewer_arm", "reviewer_aze"),
    *("reviewer_spare", "liaison_arm", "liaison_aze", "publisher", "partner", "operator"),
    "outsider",
)
MAY_FILE = {"filer", "witness", "colleague", "triage", "liaison_arm", "liaison_aze", "partner"}
MAY_WATCH = {"filer", "witness", "colleague", "triage"}


def shown(answer: Any) -> str:
    return answer.content.decode()


def as_member(world: World, name: str) -> Client:
    client = Client()
    client.force_login(getattr(world, name))
    return client


class TestWhoSeesWhat:
    def test_status_for_every_member_of_the_cast(self, world: World) -> None:
        receipt = a_report(world).receipt
        for name in CAST:
            client = as_member(world, name)
            filing = 200 if name in MAY_FILE else 403
            own = 200 if name == "filer" else 404
            wanted = {
                "/desk/": 302,
                "/reports/": filing,
                "/reports/new/": filing,
                f"/reports/{receipt}/": own,
                f"/reports/{receipt.lower()}/": own,
                f"/reports/{receipt}/correct/": own,
                f"/reports/{receipt}/withdraw/": own,
                "/reports/AAAAA-AAAAA/": 404,
                "/reports/nonsense/": 404,
                "/watches/": 200 if name in MAY_WATCH else 403,
                "/places/search?q=Ganja": 200,
            }
            for address, status in wanted.items():
                assert client.get(address).status_code == status, (name, address)

    def test_the_anonymous_sign_in_first_and_come_back(self, client: Client, world: World) -> None:
        receipt = a_report(world).receipt
        for address in (
            "/desk/",
            "/reports/",
            "/reports/new/",
            f"/reports/{receipt}/",
            "/watches/",
        ):
            answer = client.get(address)
            assert answer.status_code == 302
            assert answer["Location"] == f"/accounts/login/?next={address}"
        assert client.post(f"/reports/{receipt}/withdraw/").status_code == 302
        assert Report.objects.get().state == "filed"

    def test_a_refusal_gives_its_reason_and_writes_nothing(self, world: World) -> None:
        client = as_member(world, "outsider")
        events = Event.objects.count()
        answer = client.post("/reports/new/", {"narrative": "x"})
        assert answer.status_code == 403
        assert "you need one of these roles" in shown(answer)
        assert Event.objects.count() == events

    def test_nobody_withdraws_what_is_not_theirs(self, world: World) -> None:
        report = a_report(world)
        for name in ("witness", "triage", "operator"):
            assert (
                as_member(world, name).post(f"/reports/{report.receipt}/withdraw/").status_code
                == 404
            )
        assert Report.objects.get().state == "filed"

    def test_an_unknown_agreement_is_not_found(self, world: World) -> None:
        client = as_member(world, "filer")
        for slug in ("elsewhere", "%00", "a b"):
            assert client.get(f"/reports/new/?agreement={slug}").status_code == 404


class TestDesk:
    def test_a_role_less_person_lands_on_the_overview(self, world: World) -> None:
        assert as_member(world, "outsider").get("/desk/")["Location"] == "/"

    def test_a_monitor_lands_on_their_own_list(self, world: World) -> None:
        assert as_member(world, "filer").get("/desk/")["Location"] == "/reports/"

    def test_a_partner_lands_where_machines_are_told_what_to_do(self, world: World) -> None:
        client = as_member(world, "partner")
        assert client.get("/desk/")["Location"] == "/api/"
        html = shown(client.get("/api/"))
        for words in ("POST /api/v1/reports", "/api/v1/schema", "http://testserver/api/v1/"):
            assert words in html

    def test_links_are_of_those_pages_that_open(self, world: World) -> None:
        for name in CAST:
            client = as_member(world, name)
            page = client.get("/reports/AAAAA-AAAAA/")
            for link in page.context["house"]["nav"]:
                assert client.get(link.url).status_code in (200, 302), (name, link.url)


class TestOwnList:
    def test_states_reasons_and_filter(self, world: World) -> None:
        client = as_member(world, "filer")
        assert "Nothing filed yet" in shown(client.get("/reports/"))
        filed, accepted, rejected = a_report(world), an_accepted_report(world), a_report(world)
        reject_report(report=rejected, reason="A copy of another.", by=world.triage, at=NOW)
        html = shown(client.get("/reports/"))
        for report in (filed, accepted, rejected):
            assert report.receipt in html
        assert "A copy of another." in html
        only = shown(client.get("/reports/?state=rejected"))
        assert rejected.receipt in only
        assert filed.receipt not in only
        assert "No report in this state" in shown(client.get("/reports/?state=withdrawn"))
        assert filed.receipt in shown(client.get("/reports/?state=%00"))

    def test_pages_and_a_bounded_number_of_queries(self, world: World) -> None:
        client = as_member(world, "filer")
        counts = []
        for wanted in (2, 23):
            while Report.objects.count() < wanted:
                a_report(world)
            with CaptureQueriesContext(connection) as made:
                assert client.get("/reports/").status_code == 200
            counts.append(len(made))
        assert counts[1] - counts[0] <= 1
        assert counts[1] <= 14
        assert "1 to 20 of 23" in shown(client.get("/reports/"))
        assert "21 to 23 of 23" in shown(client.get("/reports/?page=2"))
        assert "21 to 23 of 23" in shown(client.get("/reports/?page=99"))


class TestReportPage:
    def test_what_was_said_stands_there_in_words(self, world: World) -> None:
        draft = an_allegation(world, world.mod_azerbaijan, "ARM")
        report = a_report(world, draft)
        html = shown(as_member(world, "filer").get(f"/reports/{report.receipt}/"))
        for words in (
            "Missile or long-range rocket strike",
            "Ministry of Defence of Azerbaijan",
            "Ganja / Gəncə",
            "02:00",
            "UTC+4",
            "Asia/Baku",
            "News (example)",
        ):
            assert words in html, words
        assert '"radius_m": 5000' in html

    def test_links_and_words_of_others_cannot_act(self, world: World) -> None:
        draft = a_draft(
            world,
            narrative="<script>alert(1)</script> was written on the wall of the school.",
            weapon='"><img src=x>',
            origin=OriginDraft(kind="document", url="https://news.example/?a=<b>"),
        )
        html = shown(as_member(world, "filer").get(f"/reports/{a_report(world, draft).receipt}/"))
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "?a=<b>" not in html

    def test_the_reason_of_a_rejection_is_read(self, world: World) -> None:
        report = a_report(world)
        reject_report(report=report, reason="The date is missing.", by=world.triage, at=NOW)
        html = shown(as_member(world, "filer").get(f"/reports/{report.receipt}/"))
        assert "The date is missing." in html
        assert "/withdraw/" not in html

    def test_withdrawing_asks_first_and_happens_once(self, world: World) -> None:
        client, report = as_member(world, "filer"), a_report(world)
        address = f"/reports/{report.receipt}/withdraw/"
        assert "cannot be undone" in shown(client.get(address))
        assert Report.objects.get().state == "filed"
        assert client.post(address).status_code == 302
        assert Report.objects.get().state == "withdrawn"
        again = client.post(address)
        assert again.status_code == 409
        assert "Read it again" in shown(again)
        assert Event.objects.filter(kind="report.withdrawn").count() == 1


class TestWatches:
    def test_begin_and_end(self, world: World) -> None:
        client = as_member(world, "filer")
        typed = {"place_typed": "Ganja", "place": str(world.ganja.pk), "means": "saw"}
        assert client.post("/watches/", typed).status_code == 302
        watch = Watch.objects.get()
        assert "Ganja / Gəncə" in shown(client.get("/watches/"))
        address = f"/watches/{watch.pk}/end/"
        assert as_member(world, "witness").post(address).status_code == 404
        assert client.get(address).status_code == 405
        assert client.post(address).status_code == 302
        watch.refresh_from_db()
        assert timezone.now() - watch.watched_until < timedelta(minutes=1)
        assert client.post(address).status_code == 409
        assert client.post(f"/watches/{uuid.uuid4()}/end/").status_code == 404

    def test_a_refusal_of_access_names_who_refused(self, world: World) -> None:
        client = as_member(world, "filer")
        typed = {"place": str(world.ganja.pk), "means": "saw", "denied_by": "ARM"}
        assert client.post("/watches/", typed).status_code == 302
        assert (Watch.objects.get().state, Watch.objects.get().denied_by) == (
            "denied",
            world.armenia,
        )

    @pytest.mark.parametrize(
        "change",
        [{"place": ""}, {"place": "x"}, {"means": "dreamt"}, {"denied_by": "XXX"}, {"means": ""}],
    )
    def test_wrong_answers_write_nothing(self, world: World, change: dict[str, str]) -> None:
        client = as_member(world, "filer")
        typed = {"place": str(world.ganja.pk), "means": "saw", "place_typed": "Ganja"} | change
        answer = client.post("/watches/", typed)
        assert answer.status_code == 422
        assert "data-summary" in shown(answer)
        assert Watch.objects.count() == 0
