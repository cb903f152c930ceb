"""A published score names who spoke in public, and lets nobody else be told apart."""

from math import log
from typing import Any

import pytest

from tests.factories import NOW, World, an_allegation, an_incident
from tests.verification.scoring.missions import CANDIDATES, a_mission, said
from verification.publication.published_score import public_score
from verification.scoring.assemble import as_json
from verification.scoring.mission import (
    answers_of,
    fit_mission,
    majority_of,
    mission_of,
    values_of,
)
from verification.scoring.models import Score
from verification.scoring.queries import latest_score

FILE = [
    said(1, "AZE", "accuses", "ARM", label="Ministry", public=True, basis="document"),
    said(2, "ngo", "accuses", "ARM", label="Hidden One"),
    said(3, "monitor", "accuses", "AZE", label="Hidden Two"),
]


def a_score(present: list[str]) -> Score:
    """Return an unsaved score of one incident among others."""
    files, _truth = a_mission(30)
    files["G"] = FILE
    mission = mission_of(files, candidates=CANDIDATES, present={"G": present, "T-0001": present})
    values = values_of(
        mission, answers_of(fit_mission(mission)), majority_of(mission), "G", digest="x"
    )
    return Score(inputs=as_json(FILE), presence=present, at=NOW, **values)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for one in value.values() for n in numbers(one)]
    if isinstance(value, list):
        return [n for one in value for n in numbers(one)]
    return [float(value)] if isinstance(value, int | float) else []


class TestPublicScore:
    def test_persons_are_one_row(self) -> None:
        rows = public_score(a_score([]))["contributions"]
        assert [row["who"] for row in rows] == [["Ministry"], []]
        assert (rows[1]["origins"], rows[1]["copies"], rows[1]["says"]) == (2, 2, [])

    def test_figures_are_too_coarse_to_know_a_source_by(self) -> None:
        shown = public_score(a_score(["ngo"]))
        assert all(round(n, 3) == n for n in numbers(shown))
        for row in (*shown["contributions"], *shown["parts"]):
            assert all(round(n, 1) == n for n in row["nats"].values())

    def test_no_silence_tells_where_somebody_watched(self) -> None:
        watched, not_watched = public_score(a_score(["ngo"])), public_score(a_score([]))
        for shown in (watched, not_watched):
            assert [set(part) for part in shown["parts"]] == [{"kind", "nats"}] * 2
            assert [part["kind"] for part in shown["parts"]] == ["prior", "rest"]
            assert "presence" not in shown
            assert "ngo" not in str(shown)

    def test_the_rows_still_add_up_as_far_as_they_are_shown(self) -> None:
        score = a_score(["ngo"])
        shown = public_score(score)
        rows = [*shown["contributions"], *shown["parts"]]
        for name in CANDIDATES[1:]:
            summed = sum(row["nats"]["ARM"] - row["nats"][name] for row in rows)
            assert summed == pytest.approx(log(score.p["ARM"] / score.p[name]), abs=0.1 * len(rows))

    def test_an_older_score_without_explanation_still_shows(self, world: World) -> None:
        score = latest_score(an_incident(world, an_allegation(world, world.mod_azerbaijan, "ARM")))
        score.baseline, score.parts, score.flip = {}, [], {}
        shown = public_score(score)
        assert (shown["baseline"], shown["parts"], shown["flip"]) == ({}, [], {})
