"""How long a step may take is a term of the text: each version has its own, counted from notice."""

import json
from datetime import timedelta
from typing import Any

import pytest

from reports.agreement.actions import record_agreement
from reports.agreement.models import Agreement
from reports.agreement.queries import time_limits
from reports.problems import NotFound
from tests.factories import NOW, SEEDS, World

DAY = timedelta(days=1)


def two_versions(world: World) -> Agreement:
    """Record a second agreement whose second text gives parties one day instead of two."""
    document: dict[str, Any] = json.loads((SEEDS / "agreement" / "nk2020.json").read_text("utf-8"))
    first = {**document["versions"][0], "in_force_from": (NOW - 9 * DAY).isoformat()}
    first["in_force_until"] = NOW.isoformat()
    second = {**first, "number": 2, "in_force_from": NOW.isoformat(), "reply_hours": 24}
    second["in_force_until"] = (NOW + 9 * DAY).isoformat()
    document |= {"slug": "two", "prefix": "TWO", "versions": [first, second], "parties": []}
    document["mechanism"] = {"reply_hours": 48, "quorum": 3}
    return record_agreement(document=document, by=None, at=NOW)


def test_the_text_in_force_when_a_step_begins_gives_its_time(world: World) -> None:
    agreement = two_versions(world)
    for at, version, hours in (
        (NOW - 20 * DAY, 1, 48),  # before any text: the first one's
        (NOW - DAY, 1, 48),
        (NOW, 2, 24),
        (NOW + 99 * DAY, 2, 24),  # a case outlives the text it is judged by
    ):
        found = time_limits(agreement.pk, at=at)
        assert (found.version, found.reply) == (version, timedelta(hours=hours))


def test_what_a_document_does_not_say_has_its_default(world: World) -> None:
    found = time_limits(two_versions(world).pk, at=NOW)
    assert (found.triage, found.ballots) == (2 * DAY, 5 * DAY)
    assert (found.decision, found.recommendation) == (30 * DAY, 30 * DAY)


def test_an_agreement_without_a_text_gives_no_time(world: World) -> None:
    with pytest.raises(NotFound):
        time_limits(world.ganja.pk, at=NOW)
