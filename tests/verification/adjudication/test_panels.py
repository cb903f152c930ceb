"""Who may sit: conflicts, balance, quorum, and how a panel is drawn."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.adjudication.drawing import choose_panel, is_of_several, ticket_of
from verification.adjudication.rules import (
    Reviewer,
    has_conflict,
    is_balanced,
    is_party_heard,
    meets_quorum,
    reaches,
)

ME = Reviewer("me", "institute", "")


@pytest.mark.parametrize(
    ("reviewer", "people", "organisations", "conflict"),
    [
        (ME, set(), set(), False),
        (ME, {"you"}, {"ministry"}, False),
        (ME, {"me"}, set(), True),
        (ME, set(), {"institute"}, True),
        (Reviewer("me", "", ""), {"you"}, {""}, False),  # to have no organisation ties nobody
    ],
)
def test_conflicts_of_interest(
    reviewer: Reviewer, people: set[str], organisations: set[str], conflict: bool
) -> None:
    verdict = has_conflict(reviewer, people=people, organisations=organisations)
    assert bool(verdict) is conflict
    assert verdict.reason


@pytest.mark.parametrize(
    ("alignments", "concerned", "balanced"),
    [
        (["", "", ""], {"ARM", "AZE"}, True),
        (["ARM", "AZE", ""], {"ARM", "AZE"}, True),
        (["ARM", "", ""], {"ARM", "AZE"}, False),
        (["ARM", "ARM", "AZE"], {"ARM", "AZE"}, False),
        (["ARM", "AZE"], {"ARM"}, False),  # a stranger to this case
        (["ARM", ""], {"ARM"}, True),
        (["", ""], set(), True),
        (["ARM"], set(), False),
        ([], {"ARM", "AZE"}, True),
    ],
)
def test_balance(alignments: list[str], concerned: set[str], balanced: bool) -> None:
    verdict = is_balanced(alignments, concerned=concerned)
    assert bool(verdict) is balanced
    assert verdict.reason


@pytest.mark.parametrize(
    ("organisations", "quorum", "met", "saying"),
    [
        (["a", "b", "c"], 3, True, "3 ballots from 3 organisations"),
        (["a", "a", "b"], 3, True, "from 2 organisations"),
        (["a", "b"], 3, False, "2 of 3"),
        (["a", "a", "a"], 3, False, "one organisation"),
        ([], 2, False, "0 of 2"),
        (["a", "b", "c", "d"], 3, True, "4 ballots"),
    ],
)
def test_quorum(organisations: list[str], quorum: int, met: bool, saying: str) -> None:
    verdict = meets_quorum(organisations, quorum=quorum)
    assert bool(verdict) is met
    assert saying in verdict.reason


def test_the_accused_is_heard() -> None:
    assert is_party_heard([])
    verdict = is_party_heard(["Armenia"])
    assert not verdict
    assert "Armenia" in verdict.reason


@pytest.mark.parametrize(
    ("word", "floor", "enough"),
    [
        ("likely", "likely", True),
        ("very_likely", "likely", True),
        ("roughly_even", "likely", False),
        ("almost_certain", "almost_certain", True),
        ("almost_no_chance", "very_unlikely", False),
    ],
)
def test_likelihood_words_have_an_order(word: str, floor: str, enough: bool) -> None:
    assert reaches(word, floor=floor) is enough


def people(*described: str) -> list[Reviewer]:
    """Return reviewers from words such as "a:orgA:ARM:2" (key, organisation, side, load)."""
    found = []
    for text in described:
        key, organisation, side, load = (*text.split(":"), "", "", "")[:4]
        found.append(Reviewer(key, organisation, side, int(load or 0)))
    return found


def drawn(pool: list[Reviewer], *concerned: str, size: int = 3, seed: int = 1) -> list[str]:
    """Return the keys drawn: each reviewer gets the ticket of their key under the seed."""
    keys = {ticket_of(str(seed), r.key): r.key for r in pool}
    tickets = [replace(r, key=ticket_of(str(seed), r.key)) for r in pool]
    return [keys[r.key] for r in choose_panel(tickets, concerned=concerned, size=size)]


BOTH = ("ARM", "AZE")


class TestTheDraw:
    def test_each_side_has_its_voice_beside_a_neutral_member(self) -> None:
        pool = people("a:o1:ARM", "z:o2:AZE", "n:o3")
        assert set(drawn(pool, *BOTH)) == {"a", "z", "n"}

    def test_without_one_side_none_sits(self) -> None:
        pool = people("a:o1:ARM", "n:o3", "m:o4", "k:o5")
        assert set(drawn(pool, *BOTH)) == {"n", "m", "k"}

    def test_no_neutral_member_no_panel(self) -> None:
        assert drawn(people("a:o1:ARM", "z:o2:AZE", "b:o1:ARM", "y:o2:AZE"), *BOTH) == []

    def test_too_few_no_panel(self) -> None:
        assert drawn(people("n:o1", "m:o2"), *BOTH) == []
        assert drawn([], *BOTH) == []

    def test_strangers_to_the_case_never_sit(self) -> None:
        assert set(drawn(people("a:o1:ARM", "n:o3", "m:o4", "k:o5"))) == {"n", "m", "k"}

    def test_those_with_least_work_first(self) -> None:
        pool = people("n:o1::3", "m:o2::0", "k:o3::1", "l:o4::2")
        for seed in range(10):
            assert set(drawn(pool, *BOTH, seed=seed)) == {"m", "k", "l"}

    def test_the_draw_breaks_ties_and_can_be_drawn_again(self) -> None:
        pool = people(*(f"n{i}:o{i}" for i in range(9)))
        panels = {tuple(drawn(pool, *BOTH, seed=seed)) for seed in range(30)}
        assert len(panels) > 10
        assert drawn(pool, *BOTH, seed=7) == drawn(pool, *BOTH, seed=7)

    @pytest.mark.parametrize("concerned", [(), BOTH])
    def test_never_all_of_one_organisation(self, concerned: tuple[str, ...]) -> None:
        assert drawn(people("n:o1", "m:o1", "k:o1"), *concerned) == []

    @pytest.mark.parametrize("concerned", [(), BOTH])
    def test_somebody_of_another_organisation_is_found(self, concerned: tuple[str, ...]) -> None:
        pool = people("n:o1", "m:o1", "k:o1", "busy:o2::5")
        assert "busy" in drawn(pool, *concerned)


REVIEWERS = st.lists(
    st.builds(
        Reviewer,
        key=st.uuids().map(str),
        organisation=st.sampled_from(["o1", "o2", "o3"]),
        alignment=st.sampled_from(["", "", "ARM", "AZE", "XXX"]),
        load=st.integers(0, 3),
    ),
    max_size=9,
    unique_by=lambda r: r.key,
)


@given(REVIEWERS, st.integers(2, 5), st.sampled_from([(), ("ARM",), BOTH]), st.integers())
def test_every_panel_drawn_keeps_the_rules(
    pool: list[Reviewer], size: int, concerned: tuple[str, ...], seed: int
) -> None:
    keys = drawn(pool, *concerned, size=size, seed=seed)
    panel = [r for r in pool if r.key in keys]
    if panel:
        assert len(panel) == len(keys) == size
        assert is_balanced([r.alignment for r in panel], concerned=concerned)
        assert is_of_several(panel)
        assert meets_quorum([r.organisation for r in panel], quorum=size)
        for side in concerned:
            assert 2 * sum(r.alignment == side for r in panel) <= size
