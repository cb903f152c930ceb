"""Whoever adds an address says in the matrix (tests/doors/table.py) who may pass."""

from tests.doors.table import DOORS, all_names


def test_every_address_of_ours_stands_in_the_matrix() -> None:
    assert set(DOORS) == all_names()
