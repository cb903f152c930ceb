"""The overdue page, and the clocks on the pages of those who work on a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse

from tests.factories import NOW, World, a_case, a_report, an_incident
from tests.pages.judgement.conftest import Browse, Clock
from verification.corroboration.queries import positions_on


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestTheOverduePage:
    def test_nothing_is_overdue(self, world: World, browse: Browse) -> None:
        a_case(world)
        text = shown(browse(world.chair).get(reverse("overdue")))
        assert "Nothing is overdue" in text
        assert "still has time" in text

    def test_the_chair_reads_all_but_no_receipt(
        self, world: World, browse: Browse, clock: Clock
    ) -> None:
        report, case = a_report(world), a_case(world)
        clock.at = NOW + timedelta(days=31)
        text = shown(browse(world.chair).get(reverse("overdue")))
        assert case.incident.code in text
        assert reverse("chair-case", args=[case.pk]) in text
        assert "The panel seals its ballots" in text and "The incident is decided" in text
        assert "passed 26 days" in text
        assert "1 report nobody has looked at" in text
        assert report.receipt not in text and str(report.pk) not in text
        reports = text.split('id="late-reports"')[1].split("</section>")[0]
        assert "12 Oct 2020" in reports
        assert "UTC+4" not in reports  # the hour of a filing can name a monitor

    def test_triage_reads_its_own(self, world: World, browse: Browse, clock: Clock) -> None:
        report, case = a_report(world), a_case(world)
        clock.at = NOW + timedelta(days=31)
        text = shown(browse(world.triage).get(reverse("overdue")))
        assert report.receipt in text and reverse("triage-report", args=[report.pk]) in text
        assert case.incident.code not in text

    def test_who_reaches_it(self, world: World, browse: Browse, cast: dict[str, Any]) -> None:
        url = reverse("overdue")
        found = {name: browse(user).get(url).status_code for name, user in cast.items()}
        assert found == dict.fromkeys(cast, 403) | {"triage": 200, "chair": 200, "anonymous": 302}

    def test_it_is_only_read(self, world: World, browse: Browse) -> None:
        assert browse(world.chair).post(reverse("overdue")).status_code == 405


class TestClocksOnPages:
    def test_the_inbox_says_until_when(self, world: World, browse: Browse) -> None:
        a_report(world)
        assert "due in 2 days" in shown(browse(world.triage).get(reverse("triage")))

    def test_the_notice_shows_reply_and_decision_and_no_ballots(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)
        a_case(world, incident)
        notice = positions_on(incident)[0]
        text = shown(browse(world.liaison_arm).get(reverse("notice", args=[notice.pk])))
        assert "The accused party answers" in text and "due in 3 days" in text
        assert "The incident is decided" in text and "due in 30 days" in text
        assert "The panel seals its ballots" not in text

    def test_the_chair_s_case_shows_all_three(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        text = shown(browse(world.chair).get(reverse("chair-case", args=[case.pk])))
        for step in ("The accused party answers", "The panel seals its ballots"):
            assert step in text
        assert "The incident is decided" in text
