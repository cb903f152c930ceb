"""Every refusal can be worded in the reader's language."""

from collections.abc import Iterator

import pytest
from django.urls import get_resolver
from django.utils.functional import Promise

from reports.problems import Problem


def kinds_of(kind: type[Problem]) -> Iterator[type[Problem]]:
    """Yield a kind of problem and every kind below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds_of(below)


def test_every_title_waits_for_the_reader_s_language() -> None:
    assert get_resolver().url_patterns  # every room is loaded with its doors
    kinds = [kind for kind in kinds_of(Problem) if not kind.__module__.startswith("tests")]
    assert len(kinds) > 8
    assert [kind for kind in kinds if not isinstance(kind.title, Promise)] == []


@pytest.mark.parametrize("detail", ["", "Read it again."])
def test_a_problem_without_details_says_its_title(detail: str) -> None:
    assert Problem(detail).detail == (detail or str(Problem.title))
