"""Originals are read again, longest unread first; one bit that changed is told, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from reports.evidence.actions import check_original, check_originals
from reports.evidence.models import Item, Vigil
from reports.evidence.queries import longest_unchecked, originals_not_whole
from reports.evidence.rules import EVERY
from reports.evidence.storage import ORIGINAL, path_of, vault
from reports.journal.kinds import Kind
from tests.factories import LATER, NOW, World, an_item, settle
from tests.pages.record.test_filing import shown
from tests.pictures import photo
from tests.proofs import no_trace, one_event
from verification.notifications.models import Notification


@pytest.fixture
def item(world: World) -> Item:
    return an_item(world)


def rewrite(item: Item, content: bytes) -> None:
    """Do what nobody may: write over an original."""
    path = path_of(ORIGINAL, item.stored_as)
    vault().delete(path)
    vault().save(path, ContentFile(content))


def one_bit_off(content: bytes) -> bytes:
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


class TestReadingAgain:
    def test_each_once_a_week_the_longest_unread_first(self, world: World, item: Item) -> None:
        other = an_item(world, content=photo(2))
        assert longest_unchecked(before=NOW, most=9) == [item, other]
        assert check_originals(at=NOW) == 2
        assert check_originals(at=NOW + EVERY) == 0
        check_original(item=item, at=NOW + timedelta(days=1))
        later = NOW + EVERY + timedelta(days=2)
        assert longest_unchecked(before=later - EVERY, most=9) == [other, item]
        assert set(Vigil.objects.values_list("found", flat=True)) == {"whole"}

    def test_it_stops_when_its_time_is_over(self, item: Item) -> None:
        assert check_originals(at=NOW, budget_s=-1) == 0

    def test_one_bit_is_told_once(self, world: World, item: Item) -> None:
        check_originals(at=NOW)
        rewrite(item, one_bit_off(photo()))
        with one_event(Kind.EVIDENCE_ALTERED) as left:
            assert check_original(item=item, at=LATER) == "changed"
        assert left[0].payload == {"found": "changed"}
        with no_trace():
            assert check_original(item=item, at=LATER) == "changed"
        assert originals_not_whole() == 1

    def test_one_that_is_gone_is_told(self, item: Item) -> None:
        vault().delete(path_of(ORIGINAL, item.stored_as))
        with one_event(Kind.EVIDENCE_ALTERED) as left:
            check_original(item=item, at=LATER)
        assert left[0].payload == {"found": "missing"}

    def test_people_hear_of_it(self, world: World, item: Item, client: Client) -> None:
        rewrite(item, one_bit_off(photo()))
        check_originals(at=LATER)
        settle()
        told = Notification.objects.filter(topic="original_altered")
        names = set(told.values_list("user__username", flat=True))
        assert names == {"triage", "chair"}
        client.force_login(world.operator)
        assert "1 sealed file is not what it was" in shown(client.get("/health/"))
        client.force_login(world.triage)
        assert "An original is not what was sealed" in shown(client.get(f"/evidence/{item.code}/"))

    def test_the_clock_calls_it(self, item: Item, settings: Any) -> None:
        from config.celery import app
        from reports.tasks import check_evidence

        assert app.conf.beat_schedule["check-evidence"]["task"] == check_evidence.name
        assert check_evidence() == 1
