"""Independence: copies of copies count once, colleagues count once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.corroboration.rules import (
    Provenance,
    independent_groups,
    is_independent,
    may_corroborate,
)


def said(source: str, organisation: str = "", origin: str = "") -> Provenance:
    return Provenance(source, organisation, origin or f"of-{source}")


@pytest.mark.parametrize(
    ("a", "b", "independent"),
    [
        (said("a"), said("b"), True),
        (said("a"), said("a", origin="another"), False),
        (said("a", origin="x"), said("b", origin="x"), False),
        (said("a", "org"), said("b", "org"), False),
        (said("a", "org"), said("b", "other"), True),
        (said("a", ""), said("b", ""), True),  # two people of no organisation
        (said("a", "org"), said("b", ""), True),
    ],
)
def test_whether_two_statements_count_apart(
    a: Provenance, b: Provenance, independent: bool
) -> None:
    assert is_independent(a, b) is is_independent(b, a) is independent


@pytest.mark.parametrize(
    ("items", "groups"),
    [
        ([], []),
        ([said("a")], [0]),
        ([said("a"), said("b"), said("c")], [0, 1, 2]),
        ([said("a"), said("b"), said("a")], [0, 1, 0]),
        # b copies a, c copies b's publication: one origin chain.
        (
            [
                said("a", origin="x"),
                said("b", origin="x"),
                said("b", origin="y"),
                said("c", origin="y"),
            ],
            [0, 0, 0, 0],
        ),
        # The link between two groups comes last.
        ([said("a", "m"), said("b", "n"), said("c", "m", origin="of-b")], [0, 0, 0]),
        ([said("a", "m"), said("b"), said("c", "m"), said("d")], [0, 1, 0, 2]),
    ],
)
def test_copies_of_copies_stay_together(items: list[Provenance], groups: list[int]) -> None:
    assert independent_groups(items) == groups


ITEMS = st.lists(
    st.builds(
        Provenance,
        source=st.sampled_from("abcdef"),
        organisation=st.sampled_from(["", "", "m", "n"]),
        origin=st.sampled_from("uvwxyz"),
    ),
    max_size=10,
)


def partition(items: list[Provenance], order: list[int]) -> set[frozenset[int]]:
    numbers = independent_groups([items[i] for i in order])
    return {
        frozenset(i for i, n in zip(order, numbers, strict=True) if n == group)
        for group in set(numbers)
    }


@given(ITEMS, st.randoms())
def test_the_order_of_arrival_does_not_matter(items: list[Provenance], chance: object) -> None:
    order = list(range(len(items)))
    first = partition(items, order)
    chance.shuffle(order)  # type: ignore[attr-defined]
    assert partition(items, order) == first


@given(ITEMS)
def test_what_is_not_independent_is_never_counted_apart(items: list[Provenance]) -> None:
    groups = independent_groups(items)
    for i, a in enumerate(items):
        for j, b in enumerate(items):
            assert groups[i] == groups[j] or is_independent(a, b)
    assert sorted(set(groups)) == list(range(len(set(groups))))


@given(ITEMS, st.integers(0, 9))
def test_a_repetition_never_adds_an_origin(items: list[Provenance], which: int) -> None:
    if items:
        more = [*items, items[which % len(items)]]
        assert max(independent_groups(more)) == max(independent_groups(items))


@pytest.mark.parametrize(
    ("filers", "allowed"), [([], True), (["b", "c"], True), (["a"], False), (["b", "a"], False)]
)
def test_nobody_corroborates_their_own_report(filers: list[str], allowed: bool) -> None:
    verdict = may_corroborate(user_key="a", filer_keys=filers)
    assert bool(verdict) is allowed
    assert verdict.reason
