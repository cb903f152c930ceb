"""Incidents of one exchange, and which of them came first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reports.journal.kinds import Kind
from reports.problems import Invalid, StaleState
from tests.factories import NOW, World, a_draft, an_accepted_report, an_allegation, an_incident
from tests.proofs import one_event, refused
from verification.incidents.actions import link_report, merge_incidents
from verification.incidents.models import Incident
from verification.linking.actions import tie_incidents, undo_tie
from verification.linking.queries import exchange_of, ties_of
from verification.publication.order import public_order
from verification.scoring.chains import Timed, chain_of

T = datetime(2020, 10, 11, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHY = "Fire that answered fire."


def tie(world: World, one: Incident, other: Incident) -> Any:
    return tie_incidents(incident=one, other=other, why=WHY, by=world.triage, at=NOW)


class TestTies:
    def test_tied_once_whichever_way_and_undone(self, world: World) -> None:
        one, other = an_incident(world), an_incident(world)
        with one_event(Kind.INCIDENTS_TIED):
            made = tie(world, other, one)
        assert ties_of(one) == ties_of(other) == [made]
        with refused(StaleState):
            tie(world, one, other)
        with one_event(Kind.TIE_UNDONE):
            undo_tie(tie=made, by=world.triage, at=NOW)
        with refused(StaleState):
            undo_tie(tie=made, by=world.triage, at=NOW)
        assert exchange_of(one) == []
        tie(world, one, other)

    def test_not_to_itself_nor_to_what_it_absorbed(self, world: World) -> None:
        one, other = an_incident(world), an_incident(world)
        merge_incidents(kept=one, absorbed=other, why="One.", by=world.triage, at=NOW)
        for same in (one, other):
            with refused(Invalid, "incident"):
                tie(world, one, same)

    def test_an_exchange_reaches_further_than_one_tie(self, world: World) -> None:
        a, b, c, alone = (an_incident(world) for _ in range(4))
        tie(world, a, b)
        tie(world, b, c)
        assert {i.code for i in exchange_of(c)} == {a.code, b.code, c.code}
        assert exchange_of(alone) == []


class TestOrder:
    def test_half_an_overlap(self) -> None:
        chain = chain_of([Timed("B", T + HOUR, T + 3 * HOUR), Timed("A", T, T + 2 * HOUR)])
        assert chain is not None
        assert chain.codes == ("A", "B")
        (step,) = chain.steps
        assert step.p_before == pytest.approx(7 / 8)  # by hand: half of a quarter is against
        assert chain.first == pytest.approx({"A": 7 / 8, "B": 1 / 8})
        assert chain.p_order == pytest.approx(7 / 8)
        assert step.p_within == pytest.approx(7 / 8)

    def test_windows_apart_are_certain_and_equal_ones_even(self) -> None:
        apart = chain_of([Timed("A", T, T + HOUR), Timed("B", T + 30 * HOUR, T + 31 * HOUR)])
        even = chain_of([Timed("A", T, T + HOUR), Timed("B", T, T + HOUR)])
        assert apart is not None and even is not None
        assert (apart.steps[0].p_before, apart.steps[0].p_within) == (1.0, 0.0)
        assert even.steps[0].p_before == pytest.approx(0.5)

    def test_one_incident_has_no_order(self) -> None:
        assert chain_of([Timed("A", T, T + HOUR)]) is None

    def test_eight_incidents_of_one_day_still_add_up(self) -> None:
        day = [Timed(f"I{n}", T + n * HOUR, T + (n + 20) * HOUR) for n in range(8)]
        chain = chain_of(day)
        assert chain is not None
        assert sum(chain.first.values()) == pytest.approx(1.0)
        assert 0 < chain.p_order < 1

    def test_the_public_reads_it_from_public_windows(self, world: World) -> None:
        public = an_incident(world)
        begins = a_draft(world).observed_from + 2 * HOUR
        seen = a_draft(world, observed_from=begins, observed_until=begins + HOUR)
        observed = an_incident(world, seen)
        assert public_order(public) is None
        tie(world, public, observed)
        order = public_order(public)
        assert order is not None and order == public_order(observed)
        by_code = {row["code"]: row for row in order["incidents"]}
        shown = by_code[observed.code]
        assert shown["precision"] == "day"  # an observer's hour is never told
        width = datetime.fromisoformat(shown["window_until"]) - datetime.fromisoformat(
            shown["window_from"]
        )
        assert width >= timedelta(days=1)
        assert 0 < order["steps"][0]["p_before"] < 1

    def test_a_report_that_sharpens_the_time_sharpens_the_order(self, world: World) -> None:
        one = an_incident(world)
        begins = one.window_from
        late = an_allegation(
            world,
            world.mod_armenia,
            "AZE",
            observed_from=begins - 12 * HOUR,
            observed_until=begins + 12 * HOUR,
            time_precision="day",
        )
        other = an_incident(world, late)
        tie(world, one, other)
        before = public_order(one)
        exact = an_allegation(
            world,
            world.mod_armenia,
            "AZE",
            observed_from=begins + 5 * HOUR,
            observed_until=begins + 6 * HOUR,
        )
        report = an_accepted_report(world, exact)
        link_report(report=report, incident=other, why="Same.", by=world.triage, at=NOW)
        after = public_order(one)
        assert before is not None and after is not None
        assert after["steps"][0]["p_before"] == 1.0 > before["steps"][0]["p_before"]
