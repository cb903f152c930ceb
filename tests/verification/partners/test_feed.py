"""The change feed: every change once it may be told, in the order it was told, none left out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from reports.identity import new_key
from tests.factories import (
    LATER,
    NOW,
    World,
    a_decided_incident,
    a_recommendation,
    an_allegation,
    an_incident,
    settle,
)
from tests.proofs import at_once
from verification.incidents.actions import merge_incidents
from verification.incidents.models import Incident
from verification.partners.actions.feed import tell_changes
from verification.partners.cursors import FeedCursor, ForeignCursor
from verification.partners.models import Change, UntoldRow
from verification.partners.queries import ChangePage, changes_after
from verification.publication.actions import keep_public_rows, mark_all
from verification.publication.models import PublicRow
from verification.withholding.actions import lift_embargo, place_embargo

WRITERS = 8
TURNS = 6


def told(page: ChangePage) -> list[tuple[str, str, str]]:
    return [(line.what, line.code, line.step) for line in page.lines]


def feed(world: World, after: str = "", **asked: Any) -> ChangePage:
    """Return what is told by now, once rows are kept."""
    keep_public_rows()
    tell_changes(at=LATER)
    return changes_after(world.agreement, after, **asked)


class TestWhatIsTold:
    def test_an_incident_is_added_then_changed_and_told_once_to_who_comes_late(
        self, world: World
    ) -> None:
        incident = an_incident(world)
        first = feed(world)
        assert told(first) == [("incident", incident.code, "added")]
        PublicRow.objects.filter(pk=incident.pk).update(n_reports=F("n_reports") + 1)
        assert told(feed(world, first.cursor)) == [("incident", incident.code, "changed")]
        assert told(feed(world)) == [("incident", incident.code, "changed")]

    def test_a_row_written_again_as_it_was_is_no_change(self, world: World) -> None:
        an_incident(world)
        first = feed(world)
        PublicRow.objects.all().delete()
        mark_all(agreement=world.agreement)
        assert told(feed(world, first.cursor)) == []
        assert not UntoldRow.objects.exists()

    def test_running_it_again_tells_nothing_twice(self, world: World) -> None:
        an_incident(world)
        feed(world)
        assert [tell_changes(at=LATER), tell_changes(at=LATER)] == [0, 0]

    def test_a_merged_incident_leaves_a_tombstone(self, world: World) -> None:
        one = an_incident(world)
        other = an_incident(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
        first = feed(world)
        merge_incidents(kept=one, absorbed=other, why="The same strike.", by=world.triage, at=NOW)
        settle()
        found = told(feed(world, first.cursor))
        assert ("incident", other.code, "removed") in found

    def test_verdicts_findings_and_advice_wait_for_their_signature(
        self, world: World, by_hand: Callable[[], None]
    ) -> None:
        incident = a_decided_incident(world)
        advice = a_recommendation(world, incident)
        settle()
        assert told(feed(world)) == []  # its only row tells of a verdict
        by_hand()
        found = told(feed(world))
        assert ("finding", f"{incident.code}-F1", "added") in found
        assert ("incident", incident.code, "added") in found
        assert ("recommendation", advice.code, "added") in found


class TestWithholding:
    def test_what_is_withheld_goes_at_once_leaves_a_tombstone_and_comes_back(
        self, world: World
    ) -> None:
        incident = an_incident(world)
        settle()
        first = feed(world)
        held = place_embargo(
            incident=incident, days=3, reason="People are moving.", by=world.chair, at=NOW
        )
        assert told(changes_after(world.agreement, "")) == []  # before anything else ran
        gone = feed(world, first.cursor)
        assert told(gone) == [("incident", incident.code, "removed")]
        assert told(feed(world)) == []  # who begins now never knew of it
        lift_embargo(withholding=held, by=world.chair, at=LATER)
        assert told(feed(world, gone.cursor)) == [("incident", incident.code, "added")]

    def test_what_was_withheld_from_the_first_leaves_no_trace(self, world: World) -> None:
        incident = an_incident(world)
        place_embargo(incident=incident, days=3, reason="At risk.", by=world.chair, at=NOW)
        settle()
        assert told(feed(world)) == []
        assert not Change.objects.exists()


class TestCursors:
    def test_a_page_goes_on_where_the_last_ended(self, world: World) -> None:
        codes = {
            an_incident(world, an_allegation(world, speaker, accused)).code
            for speaker, accused in ((world.mod_azerbaijan, "ARM"), (world.mod_armenia, "AZE"))
        }
        settle()
        one = feed(world, most=1)
        two = feed(world, one.cursor, most=1)
        assert {one.lines[0].code, two.lines[0].code} == codes
        assert (one.more, two.more) == (True, False)
        assert told(feed(world, one.lines[0].cursor)) == told(two)

    @pytest.mark.parametrize("text", ["x", "WzAsMF0:abc", "0.0", "é" * 300])
    def test_a_made_up_cursor_is_refused(self, world: World, text: str) -> None:
        with pytest.raises(ForeignCursor):
            changes_after(world.agreement, text)

    def test_a_cursor_of_another_feed_is_refused(self, world: World) -> None:
        with pytest.raises(ForeignCursor):
            changes_after(world.agreement, FeedCursor(0, 0).sealed(slug="there"))


def test_eight_writers_and_two_tellers_and_no_reader_misses_a_row(live_world: World) -> None:
    speakers = ((live_world.mod_azerbaijan, "ARM"), (live_world.mod_armenia, "AZE"))
    pks = [an_incident(live_world, an_allegation(live_world, *one)).pk for one in speakers]
    settle()
    more = [_copy(pk, n) for n in range(WRITERS) for pk in pks]
    keep_public_rows()
    ended = threading.Event()

    def write(number: int) -> None:
        for _turn in range(TURNS):
            with transaction.atomic(), connection.cursor() as cursor:
                mine = PublicRow.objects.filter(code__in=[r for r in more if f"-W{number}-" in r])
                mine.update(n_reports=F("n_reports") + 1)
                cursor.execute("SELECT pg_sleep(random() * 0.02)")  # others commit meanwhile

    def tell() -> None:
        while not ended.is_set():
            tell_changes(at=LATER)

    seen: dict[str, list[int]] = {}

    def read() -> None:
        cursor, last = "", 0
        while True:
            over = ended.is_set()
            page = changes_after(live_world.agreement, cursor, most=5, whole=True)
            for line in page.lines:
                place = FeedCursor.read(line.cursor, slug=live_world.agreement.slug).after
                assert place > last
                last = place
                if line.object is not None:
                    seen.setdefault(line.code, []).append(line.object.n_reports)
            cursor = page.cursor
            if over and not page.more:
                return

    def write_all() -> None:
        _gave, raised = at_once([lambda n=n: write(n) for n in range(WRITERS)])  # type: ignore[misc]
        tell_changes(at=LATER)
        while UntoldRow.objects.exists():
            tell_changes(at=LATER)
        ended.set()
        assert raised == []

    _gave, raised = at_once([write_all, tell, tell, read, read])
    assert raised == []
    final = dict(PublicRow.objects.filter(code__in=more).values_list("code", "n_reports"))
    assert len(final) == 2 * WRITERS
    assert {code: seen[code][-1] for code in final} == final
    assert all(numbers == sorted(numbers) for numbers in seen.values())


def _copy(pk: Any, number: int) -> str:
    """Make a further incident like one that is there, with its public row; return its code."""
    incident, row = Incident.objects.get(pk=pk), PublicRow.objects.get(pk=pk)
    code = f"{incident.code}-W{number}-"[:20]
    incident.pk, incident.code, incident._state.adding = new_key(), code, True
    incident.save(force_insert=True)
    row.incident_id, row.pk, row.code, row._state.adding = incident.pk, incident.pk, code, True
    row.save(force_insert=True)
    return code
