"""The published procedure says every step the program can make, in words, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from reports.journal.kinds import Kind
from tests.factories import LATER, NOW, World
from tests.proofs import no_trace, one_event
from verification.caseload import procedure
from verification.caseload.actions import publish_procedure
from verification.caseload.procedure import LIMIT_WORDS, RECORDS, changes_between
from verification.caseload.queries import procedure_now, procedures


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.key)
def test_every_move_has_its_words_and_no_words_are_of_another(record: Any) -> None:
    moves = {
        (str(before), str(after)) for before, targets in record.moves.items() for after in targets
    }
    assert {(str(a), str(b)) for a, b in record.words} == moves
    assert all(str(move.who) and str(move.needs) for move in record.words.values())


def test_it_is_published_once_until_it_changes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with one_event(Kind.PROCEDURE_PUBLISHED):
        publish_procedure(at=NOW)
    with no_trace():
        assert publish_procedure(at=LATER) is None
    monkeypatch.setattr(procedure, "RECORDS", RECORDS[:2])
    second = publish_procedure(at=LATER)
    assert second is not None
    assert [version.number for version in procedures()] == [2, 1]
    changes = changes_between(procedures()[1].content, second.content)
    assert ("A case before a panel", "Ballots open", "Decided") in changes["removed"]
    assert changes["added"] == []


def test_it_gives_the_time_limits_of_every_text(world: World) -> None:
    (limits,) = procedure_now()["limits"]
    assert (limits["agreement"], limits["version"]) == ("nk2020", 1)
    assert set(limits["hours"]) == {name for name, _label, _since in LIMIT_WORDS}
    assert limits["hours"]["reply"] == 72


def test_the_reader_s_language_does_not_change_the_version(world: World) -> None:
    plain = procedure_now()
    with translation.override("ar"):
        assert procedure_now() == plain
