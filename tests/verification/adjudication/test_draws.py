"""A draw is published whole: anybody draws it again, with our command or with none of our code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import LATER, NOW, World, a_case, seal_all, settle
from tests.second_round import a_decided, a_reserve
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import recuse_reviewer
from verification.adjudication.drawing import METHOD, drawn, ticket_of
from verification.adjudication.models import PanelDraw
from verification.corroboration.actions import lapse_overdue_positions

pytestmark = pytest.mark.usefixtures("ticking")  # what is read here is signed first
ROOT = Path(__file__).resolve().parents[3]
RECIPE = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "panels.md").read_text(), re.S)


def published(world: World, client: Client) -> dict[str, Any]:
    """Publish a finding whose panel lost a member on the way; return what the interface says."""
    a_reserve(world)
    case = a_case(world)
    member = case.seats.get(alignment="ARM").reviewer
    recuse_reviewer(case=case, reason="A cousin of mine serves there.", by=member, at=NOW)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    settle()
    answer: dict[str, Any] = client.get(f"/api/v1/findings/{case.incident.code}-F1").json()
    return answer


def by_recipe(finding: dict[str, Any], folder: Path) -> list[str]:
    """Run the page's own lines, in a Python of their own, on a published finding."""
    assert RECIPE is not None
    (folder / "recipe.py").write_text(RECIPE[1])
    (folder / "finding.json").write_text(json.dumps(finding))
    run = subprocess.run(
        [sys.executable, "-I", "recipe.py", "finding.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split()[-1] for line in run.stdout.splitlines()]


@pytest.mark.django_db
def test_anybody_can_draw_it_again(world: World, client: Client, tmp_path: Path) -> None:
    finding = published(world, client)
    draws = finding["content"]["panel"]["draws"]
    assert [len(draw["chosen"]) for draw in draws] == [3, 1]
    assert finding["content"]["panel"]["vacated"] == {"declared": 1, "by_rule": 0, "override": 0}
    assert by_recipe(finding, tmp_path) == ["same", "same"]
    out = StringIO()
    call_command("redraw", finding["code"], stdout=out)
    call_command("redraw", str(tmp_path / "finding.json"), stdout=out)
    assert out.getvalue().count("the same panel") == 4


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["load", "alignment", "earlier", "eligible"])
def test_a_record_that_was_touched_comes_out_differently(
    world: World, client: Client, tmp_path: Path, what: str
) -> None:
    finding = published(world, client)
    draw = finding["content"]["panel"]["draws"][0]
    sits = next(one for one in draw["eligible"] if one["ticket"] == draw["chosen"][0])
    if what == "eligible":
        draw["eligible"].remove(sits)
    else:
        sits[what] = {"load": 9, "alignment": "GEO", "earlier": True}[what]
    assert by_recipe(finding, tmp_path)[0] == "DIFFERENT"
    with pytest.raises(CommandError, match="1 of 2 draws"):
        call_command("redraw", str(tmp_path / "finding.json"), stdout=StringIO())


@pytest.mark.django_db
def test_the_record_names_nobody(world: World, client: Client) -> None:
    finding = published(world, client)
    text = json.dumps(finding["content"]["panel"])
    draw = PanelDraw.objects.get(number=1)
    sitting = draw.case.seats.order_by("number").select_related("reviewer__organisation")[:3]
    assert draw.chosen == [ticket_of(draw.seed, str(seat.reviewer_id)) for seat in sitting]
    for seat in sitting:
        reviewer = seat.reviewer
        assert reviewer.organisation is not None
        for secret in (reviewer.pk, reviewer.username, reviewer.organisation.key):
            assert str(secret) not in text


@pytest.mark.django_db
def test_the_second_round_shows_who_decided_before(world: World) -> None:
    first = a_decided(world)
    assert not any(one["earlier"] for one in PanelDraw.objects.get(case=first.case).eligible)


@pytest.mark.django_db
def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    for text, said in (("{", "no JSON"), ("{}", "no draw"), (_of("old"), "was made by old")):
        broken.write_text(text)
        with pytest.raises(CommandError, match=said):
            call_command("redraw", str(broken))
    with pytest.raises(CommandError, match="no finding"):
        call_command("redraw", "NK20-9999-F1")


def _of(method: str) -> str:
    return json.dumps({"content": {"panel": {"draws": [{"method": method}]}}})


ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "ticket": st.uuids().map(str),
            "organisation": st.sampled_from(["o1", "o2", "o3"]),
            "alignment": st.sampled_from(["", "", "ARM", "AZE", "XXX"]),
            "load": st.integers(0, 2),
            "earlier": st.booleans(),
        }
    ),
    max_size=8,
    unique_by=lambda one: str(one["ticket"]),
)


@given(ENTRIES, ENTRIES, st.integers(2, 5), st.sampled_from([[], ["ARM"], ["ARM", "AZE"]]))
def test_the_recipe_and_the_program_are_one_rule(
    eligible: list[dict[str, Any]],
    staying: list[dict[str, Any]],
    size: int,
    concerned: list[str],
) -> None:
    assert RECIPE is not None
    rule: dict[str, Any] = {}
    exec(RECIPE[1].split("finding =")[0], rule)  # noqa: S102 - our own page
    record = {
        "method": METHOD,
        "eligible": eligible,
        "staying": staying[: size - 1],
        "size": size,
        "concerned": concerned,
    }
    assert rule["draw_again"](record) == drawn(record)
