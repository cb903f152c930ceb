"""Which shape an incident is drawn in: a table of cases."""

from __future__ import annotations

import pytest

from verification.publication.shapes import ALLEGATION, CONTESTED, FINDING, shape_of


@pytest.mark.parametrize(
    ("state", "origins", "accused", "denied", "expected"),
    [
        ("open", 1, 1, False, ALLEGATION),
        ("open", 1, 0, False, ALLEGATION),
        ("open", 3, 1, False, ALLEGATION),  # corroborated, and all accuse one party
        ("open", 1, 1, True, CONTESTED),
        ("open", 2, 0, False, CONTESTED),  # it happened; by whom nobody says
        ("open", 2, 2, False, CONTESTED),  # each accuses another party
        ("under_review", 1, 1, False, ALLEGATION),
        ("reopened", 1, 1, True, CONTESTED),
        ("decided", 1, 1, True, FINDING),
        ("inadmissible", 1, 1, True, FINDING),
    ],
)
def test_shape(state: str, origins: int, accused: int, denied: bool, expected: str) -> None:
    assert shape_of(state=state, origins=origins, accused=accused, denied=denied) == expected
