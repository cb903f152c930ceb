"""A large agreement waits for the clock: reading all of it at every event would never end."""

from __future__ import annotations

import pytest

from tests.factories import LATER, World, a_decided_incident
from verification.standing import queries
from verification.standing.actions import recompute_standing
from verification.standing.models import Standing


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize(("large", "computed"), [(0, False), (5000, True)])
def test_an_event_recomputes_the_standings_of_a_small_agreement_only(
    world: World, monkeypatch: pytest.MonkeyPatch, large: int, computed: bool
) -> None:
    monkeypatch.setattr(queries, "LARGE", large)
    a_decided_incident(world)
    assert Standing.objects.exists() is computed
    recompute_standing(agreement=world.agreement, at=LATER)  # as the task does
    assert Standing.objects.exists()
