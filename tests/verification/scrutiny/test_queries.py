"""The mechanism's figures: every group by one rule, nothing of open cases, small ones withheld."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import LATER, NOW, World, a_case, a_decided_incident, an_incident, seal_all
from verification.scrutiny.queries import Scrutiny, scrutiny
from verification.scrutiny.rules import ALL, FEWEST, Figure, agreements, rates, waits

ARM, AZE = "accused:ARM", "accused:AZE"
BY_ARM, BY_AZE, BY_NONE = "accusing:ARM", "accusing:AZE", "accusing:none"


def figures(seen: Scrutiny, key: str) -> dict[str, Figure]:
    (measure,) = [one for one in seen.measures if one.key == key]
    return {figure.group: figure for figure in measure.figures}


def counted(found: dict[str, Figure]) -> dict[str, tuple[int, int]]:
    return {group: (f.hits, f.n) for group, f in found.items() if f.n}


class TestTheSameRuleForAll:
    def test_every_measure_has_every_group_in_one_order(self, world: World) -> None:
        seen = scrutiny(world.agreement, at=LATER)
        keys = [group.key for group in seen.groups]
        assert keys == [ALL, ARM, AZE, BY_ARM, BY_AZE, BY_NONE]
        for measure in seen.measures:
            assert [figure.group for figure in measure.figures] == keys, measure.key

    def test_an_incident_counts_for_whom_it_accuses_and_who_reported_it(self, world: World) -> None:
        a_decided_incident(world)  # Azerbaijan's ministry accuses Armenia, and is followed
        seen = scrutiny(world.agreement, at=LATER)
        once = {ALL: (1, 1), ARM: (1, 1), BY_AZE: (1, 1)}
        assert counted(figures(seen, "attributed")) == once
        assert counted(figures(seen, "decision_wait")) == once
        assert figures(seen, "decision_wait")[ARM].estimate.value == pytest.approx(4 * 24)
        assert counted(figures(seen, "reversed")) == {ALL: (0, 1), ARM: (0, 1), BY_AZE: (0, 1)}
        assert counted(figures(seen, "decided_late"))[ALL] == (0, 1)

    def test_what_waits_too_long_is_counted(self, world: World) -> None:
        an_incident(world)
        seen = scrutiny(world.agreement, at=NOW + timedelta(days=40))
        assert counted(figures(seen, "decided_late"))[ARM] == (1, 1)
        wait = figures(seen, "decision_wait")[ARM]
        assert (wait.hits, wait.n, wait.estimate.value) == (0, 1, None)


class TestBlindness:
    def test_nothing_of_a_case_before_its_panel(self, world: World) -> None:
        before = scrutiny(world.agreement, at=LATER)
        case = a_case(world)
        seal_all(case)
        after = scrutiny(world.agreement, at=LATER)
        for key in (
            "recused",
            "attributed",
            *(f"alpha_{q}" for q in ("occurrence", "attribution")),
        ):
            assert figures(after, key) == figures(before, key), key


class TestSmallNumbers:
    def test_one_small_part_hides_all_parts(self) -> None:
        groups = {ALL: [True] * 12, ARM: [True] * 9, AZE: [False] * 3, BY_ARM: []}
        found = {f.group: f for f in rates(groups, public=False)}
        assert [f.group for f in found.values() if f.withheld] == [ARM, AZE]
        assert (found[ARM].n, found[ARM].estimate.value) == (0, None)
        assert found[ALL].hits == 12
        assert not found[BY_ARM].withheld

    def test_the_whole_is_hidden_where_it_is_small_itself(self) -> None:
        groups = {ALL: [True] * (FEWEST - 1), ARM: [True] * (FEWEST - 1)}
        assert all(f.withheld for f in rates(groups, public=False))

    def test_what_is_public_anyway_is_shown_and_marked(self) -> None:
        (found,) = rates({ARM: [True, False]}, public=True)
        assert (found.withheld, found.few, found.hits, found.n) == (False, True, 1, 2)

    @pytest.mark.parametrize(
        "make",
        [
            lambda groups: waits({k: [(1.0, True)] * n for k, n in groups.items()}, public=False),
            lambda groups: agreements({k: [["a", "b"]] * n for k, n in groups.items()}),
        ],
    )
    def test_waits_and_agreement_likewise(self, make: Any) -> None:
        found = make({ALL: 9, ARM: 7, AZE: 2})
        assert [f.withheld for f in found] == [False, True, True]

    def test_recusals_and_triage_are_protected(self, world: World) -> None:
        a_decided_incident(world)
        seen = scrutiny(world.agreement, at=LATER)
        for key in ("recused", "triage_wait", "turned_away", "alpha_occurrence"):
            assert figures(seen, key)[ALL].withheld, key
