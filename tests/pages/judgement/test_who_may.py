"""Who reaches which inner door: the status for every member of the cast."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tests.factories import World, a_case, a_report, an_incident
from tests.pages.judgement.conftest import Browse
from verification.corroboration.queries import positions_on


def statuses(browse: Browse, cast: dict[str, Any], url: str) -> dict[str, int]:
    return {name: browse(user).get(url).status_code for name, user in cast.items()}


def expected(cast: dict[str, Any], otherwise: int, **special: int) -> dict[str, int]:
    return dict.fromkeys(cast, otherwise) | {"anonymous": 302} | special


class TestLists:
    def test_the_verb_opens_the_list_and_everybody_else_reads_why_not(
        self, world: World, browse: Browse, cast: dict[str, Any]
    ) -> None:
        reviewers = dict.fromkeys(("chair", "reviewer_arm", "reviewer_aze", "reviewer_spare"), 200)
        monitors = dict.fromkeys(("filer", "witness", "colleague", "partner"), 200)
        for name, allowed in (
            ("triage", {"triage": 200}),
            ("corroborate", monitors),
            ("notices", {"liaison_arm": 200, "liaison_aze": 200}),
            ("review", reviewers),
            ("chair", {"chair": 200}),
        ):
            found = statuses(browse, cast, reverse(name))
            assert found == expected(cast, 403, **allowed), name
        refused = browse(world.outsider).get(reverse("triage"))
        assert "you need one of these roles" in refused.content.decode()


class TestRecords:
    def test_not_yours_and_not_there_answer_alike(
        self, world: World, browse: Browse, cast: dict[str, Any]
    ) -> None:
        report = a_report(world)
        incident = an_incident(world)
        case = a_case(world, incident)
        position = positions_on(incident)[0]  # Armenia is accused
        seated = {
            name: 200
            for name, user in cast.items()
            if user and case.seats.filter(reviewer=user).exists()
        }
        assert len(seated) == 3
        monitors = dict.fromkeys(("filer", "witness", "colleague", "partner"), 200)
        for url, allowed in (
            (reverse("triage-report", args=[report.pk]), {"triage": 200}),
            (reverse("triage-incident", args=[incident.code]), {"triage": 200}),
            (reverse("corroborate-incident", args=[incident.code]), monitors),
            (reverse("notice", args=[position.pk]), {"liaison_arm": 200}),
            (reverse("review-case", args=[case.pk]), seated),
            (reverse("chair-case", args=[case.pk]), {"chair": 200}),
        ):
            assert statuses(browse, cast, url) == expected(cast, 404, **allowed), url
        history = statuses(browse, cast, reverse("history", args=[incident.code]))
        assert set(history.values()) == {200}

    def test_what_is_not_there(self, world: World, browse: Browse, cast: dict[str, Any]) -> None:
        nothing = world.agreement.pk
        for name, args, who in (
            ("triage-report", [nothing], "triage"),
            ("triage-incident", ["NK20-9999"], "triage"),
            ("corroborate-incident", ["NK20-9999"], "witness"),
            ("notice", [nothing], "liaison_arm"),
            ("review-case", [nothing], "reviewer_arm"),
            ("chair-case", [nothing], "chair"),
            ("history", ["NK20-9999"], "anonymous"),
        ):
            assert browse(cast[who]).get(reverse(name, args=args)).status_code == 404, name

    def test_no_door_takes_other_methods(self, world: World, browse: Browse) -> None:
        assert browse(world.triage).delete(reverse("triage")).status_code == 405
        assert browse(world.triage).post(reverse("triage")).status_code == 405
        assert browse(world.chair).put(reverse("chair")).status_code == 405
