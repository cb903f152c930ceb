"""The history page: in full for those who work on it, its public part for everybody else."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tests.factories import World, a_case, an_incident, seal_all
from tests.pages.judgement.conftest import CAST, Browse

FULL = {"triage", "chair", "publisher", "reviewer_arm", "reviewer_aze", "reviewer_spare"}
PUBLIC_LINES = (
    "An incident was opened",
    "The accused party was notified",
    "A case was opened and its panel seated",
)
INNER_LINES = ("A report was filed", "A report was accepted", "The incident was scored")
BALLOT = "A ballot was sealed"


def test_who_reads_which_part_and_nobody_reads_a_name(
    world: World, browse: Browse, cast: dict[str, Any]
) -> None:
    case = a_case(world, an_incident(world))
    seal_all(case)
    url = reverse("history", args=[case.incident.code])
    for name, user in cast.items():
        text = browse(user).get(url).content.decode()
        for line in PUBLIC_LINES:
            assert line in text, (name, line)
        for line in (*INNER_LINES, BALLOT):
            assert (line in text) == (name in FULL), (name, line)
        assert ("First report of it." in text) == (name in FULL), name
        for member in CAST:
            assert getattr(world, member).pseudonym not in text, (name, member)
    inside = browse(world.triage).get(url).content.decode()
    assert "Triage officer" in inside
    assert "by rule" in inside
    assert "the clock" in inside


def test_a_code_in_lower_case_finds_it(world: World, browse: Browse) -> None:
    incident = an_incident(world)
    answer = browse(None).get(reverse("history", args=[incident.code.lower()]))
    assert answer.status_code == 200
    assert incident.code in answer.content.decode()
