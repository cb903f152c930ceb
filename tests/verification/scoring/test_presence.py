"""Silence counts only for a group that watched all of a place for all of the time."""

from datetime import timedelta

import numpy as np
import pytest

from reports.coverage.actions import end_watch, start_watch
from reports.coverage.rules import settled_until
from reports.people.models import User
from tests.factories import LATER, World, an_incident
from tests.verification.scoring.missions import CANDIDATES, a_mission
from verification.incidents.models import Incident
from verification.scoring.actions import refit_sources, rescore_incident
from verification.scoring.mission import (
    answers_of,
    fit_mission,
    live_answer,
    live_scores,
    mission_of,
)
from verification.scoring.presence import present_groups
from verification.scoring.queries import latest_score
from verification.scoring.replay import differences, replay

HOUR = timedelta(hours=1)


def watched(
    world: World, incident: Incident, by: User, *, early: float = 1, late: float = 1
) -> None:
    """Let somebody watch Ganja from before the incident's window until after it."""
    place = world.ganja
    watch = start_watch(
        agreement=world.agreement,
        place=place,
        means="saw",
        by=by,
        at=incident.window_from - early * HOUR,
    )
    end_watch(watch=watch, by=by, at=incident.window_until + late * HOUR)


def narrowed(incident: Incident, **changes: float) -> Incident:
    """Return the incident at Ganja's very centre, or as changed."""
    place = incident.place
    assert place is not None
    exact = {"lat": place.lat, "lon": place.lon, "radius_m": 100.0} | changes
    Incident.objects.filter(pk=incident.pk).update(**exact)
    incident.refresh_from_db()
    return incident


class TestWhoWasThere:
    def test_nobody_watched(self, world: World) -> None:
        incident = narrowed(an_incident(world))
        assert present_groups([incident], at=LATER) == {incident.pk: []}

    def test_a_watch_over_all_of_it(self, world: World) -> None:
        incident = narrowed(an_incident(world))
        watched(world, incident, world.filer)
        assert present_groups([incident], at=LATER) == {incident.pk: ["monitor"]}

    @pytest.mark.parametrize(("early", "late"), [(-0.01, 1), (1, -0.01)])
    def test_part_of_the_time_is_not_enough(self, world: World, early: float, late: float) -> None:
        incident = narrowed(an_incident(world))
        watched(world, incident, world.filer, early=early, late=late)
        assert present_groups([incident], at=LATER) == {incident.pk: []}

    def test_part_of_the_place_is_not_enough(self, world: World) -> None:
        incident = narrowed(an_incident(world), radius_m=float(world.ganja.radius_m + 1))
        watched(world, incident, world.filer)
        assert present_groups([incident], at=LATER) == {incident.pk: []}

    def test_a_watch_is_told_only_when_its_quarter_day_is_over(self, world: World) -> None:
        """Else the instant at which scores move would say when a monitor went home."""
        incident = narrowed(an_incident(world))
        watched(world, incident, world.filer)
        over = settled_until(incident.window_until) + 6 * HOUR
        for at, present in ((over - timedelta(seconds=1), []), (over, ["monitor"])):
            assert present_groups([incident], at=at) == {incident.pk: present}

    def test_watches_of_one_group_may_take_turns(self, world: World) -> None:
        incident = narrowed(an_incident(world))
        span = (incident.window_until - incident.window_from) / HOUR
        watched(world, incident, world.filer, late=-span / 2)
        watched(world, incident, world.filer, early=-span / 2)
        assert present_groups([incident], at=LATER) == {incident.pk: ["monitor"]}

    def test_an_incident_without_a_place_was_watched_by_nobody(self, world: World) -> None:
        incident = narrowed(an_incident(world))
        watched(world, incident, world.filer)
        Incident.objects.filter(pk=incident.pk).update(lat=None, lon=None)
        incident.refresh_from_db()
        assert present_groups([incident], at=LATER) == {}


class TestScored:
    def test_a_watch_makes_a_new_fit_and_stands_in_its_rows(self, world: World) -> None:
        incident = narrowed(an_incident(world))
        first = refit_sources(agreement=world.agreement, gold={}, at=LATER)
        watched(world, incident, world.filer)
        second = refit_sources(agreement=world.agreement, gold={}, at=LATER + HOUR)
        assert first is not None and second is not None
        assert (first.inputs["presence"], second.inputs["presence"]) == (
            {},
            {incident.code: ["monitor"]},
        )
        score = latest_score(incident)
        assert (score.fit, score.presence) == (second, ["monitor"])
        assert [part["group"] for part in score.parts if part["kind"] == "silence"] == ["monitor"]
        assert not differences(score, replay(score))

    def test_a_single_rescore_keeps_it_too(self, world: World) -> None:
        incident = narrowed(an_incident(world))
        watched(world, incident, world.filer)
        score = rescore_incident(incident=incident, at=LATER)
        assert score.presence == ["monitor"]
        assert not differences(score, replay(score))
        assert rescore_incident(incident=incident, at=LATER) == score


def test_silence_speaks_in_a_large_mission_as_in_its_fit() -> None:
    files, truth = a_mission(150)
    present = {code: ["ngo", "ARM"] for code in list(files)[::2]}
    gold = {code: truth[code] for code in list(truth)[:40]}
    mission = mission_of(files, candidates=CANDIDATES, gold=gold, present=present)
    scored = fit_mission(mission)
    whole, live = answers_of(scored), live_scores(scored)
    silent = answers_of(fit_mission(mission_of(files, candidates=CANDIDATES, gold=gold)))
    assert np.abs(whole.p - silent.p).max() > 0.01, "silence says something here"
    apart, deaf = [], []
    for at, code in enumerate(mission.indexed.incidents):
        alone = mission_of(
            {code: files[code]}, candidates=CANDIDATES, present={code: present.get(code, [])}
        )
        single = live_answer(live, mission, alone)
        apart.append(np.abs(single.p[0] - whole.p[at]).max())
        apart.append(np.abs(single.p_without_aligned[0] - whole.p_without_aligned[at]).max())
        unheard = live_answer(live, mission, mission_of({code: files[code]}, candidates=CANDIDATES))
        deaf.append(np.abs(unheard.p[0] - whole.p[at]).max())
    assert max(apart) < 1e-4 < 0.02 < max(deaf)
