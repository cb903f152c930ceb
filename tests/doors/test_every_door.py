"""Who x door x object: every door answers each member of both casts as the table says.

One test walks one door with everybody, so that a case costs a request and no more.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.doors.places import ANONYMOUS, HERE, MISSING, Two
from tests.doors.table import DOORS, UNKNOWN, Door, Try, at
from tests.proofs import no_trace

AT_LEAST = 1_000  # cases, so that a door that answers to nobody is not taken for a safe one
METHODS = ("POST", "PUT", "PATCH", "DELETE")
# Where everybody may look, or nothing can be sent, these stand for all.
SOME = frozenset({ANONYMOUS, "outsider", "filer", "chair", "operator", "triage@there"})
counted: dict[str, int] = {}


def expected(door: Door, one: Try, name: str) -> int:
    """Return how a door answers somebody who looks."""
    if one.lets_in(name):
        return door.shows
    return door.stranger if name == ANONYMOUS else door.refuses


def refusal(door: Door, name: str) -> int:
    """Return how a door answers a form of somebody it does not open to."""
    if name == ANONYMOUS:
        return door.stranger_sends or door.stranger
    return door.refuses_forms or door.refuses


@pytest.mark.parametrize("name", DOORS)
def test_it_opens_to_whom_it_should_and_to_nobody_else(
    two: Two, clients: dict[str, Client], db: None, name: str
) -> None:
    door, wrong = DOORS[name], []
    for one in door.tries(name, two):
        for who, client in clients.items():
            if "*" in one.opens_to and who not in SOME:
                continue
            counted[name] = counted.get(name, 0) + 1
            status = client.get(one.url).status_code
            wanted = expected(door, one, who)
            if door.shows == 405 and (who != ANONYMOUS or door.stranger != UNKNOWN):
                wanted = 405  # it takes a form and nothing else: the next test tries that
            if status != wanted:
                wrong.append(f"{who} GET {one.what}: {status}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", DOORS)
def test_who_may_not_read_may_not_write_either(
    two: Two, clients: dict[str, Client], db: None, name: str
) -> None:
    door, wrong = DOORS[name], []
    with no_trace():
        for number, one in enumerate(door.tries(name, two)):
            for who, client in clients.items():
                if one.lets_in(who) and door.takes:
                    continue
                if ("POST" not in door.takes or number) and who not in SOME:
                    continue
                for method in METHODS if who in ("outsider", ANONYMOUS) else METHODS[:1]:
                    counted[name] = counted.get(name, 0) + 1
                    status = client.generic(method, one.url).status_code
                    refusals = {door.refuses, door.stranger, 405, 403, 401}
                    if method in door.takes:
                        refusals = {refusal(door, who)}
                    if status not in refusals:
                        wrong.append(f"{who} {method} {one.what}: {status}")
    assert not wrong, "\n".join(wrong)


def test_there_are_enough_cases() -> None:
    print(f"{sum(counted.values())} cases at {len(DOORS)} doors")
    assert sum(counted.values()) >= AT_LEAST
    assert all(counted.get(name) for name in DOORS)


def told_to_another(two: Two) -> str:
    """Return the key of a message in the inbox of the liaison."""
    told = two.here.world.liaison_arm.notifications.first()
    assert told is not None
    return str(told.pk)


class TestForeignParents:
    """A child sent under a parent it does not belong to is refused, also to who may handle both."""

    def attempts(self, two: Two) -> list[tuple[str, str, dict[str, Any]]]:
        here, there = two.here, two.there
        page = at("triage-incident", here.judged.code)
        foreign_link = here.incident.links.filter(unlinked_at=None).first()
        far_link = there.incident.links.filter(unlinked_at=None).first()
        assert foreign_link is not None and far_link is not None
        why = {"why": "The same night."}
        board = at("triage-board", query="?agreement=nk2020")
        return [
            ("triage", page, {"do": "unlink", "link": foreign_link.pk, **why}),
            ("triage", page, {"do": "unlink", "link": far_link.pk, **why}),
            ("triage", page, {"do": "relink", "report": there.taken.pk, **why}),
            ("triage", page, {"do": "merge", "incident": there.incident.code, **why}),
            ("triage", page, {"do": "tie", "other": there.incident.code, **why}),
            ("triage", page, {"do": "refuse", "incident": there.incident.code}),
            ("triage", page, {"do": "split", "links": [foreign_link.pk], **why}),
            ("triage", page, {"do": "undo_merge", "merge": MISSING}),
            ("triage", page, {"do": "unsplit", "split": MISSING}),
            ("triage", page, {"do": "untie", "tie": MISSING}),
            (
                "triage",
                at("triage-report", here.taken.pk),
                {"do": "link", "incident": there.incident.code, **why},
            ),
            (
                "triage",
                at("triage-report", here.taken.pk),
                {"do": "refuse", "incident": there.incident.code},
            ),
            (
                "triage",
                board,
                {"do": "confirm", "incident": here.incident.code, "report": there.taken.pk, **why},
            ),
            (
                "triage",
                board,
                {"do": "tie", "incident": here.incident.code, "other": there.incident.code, **why},
            ),
            ("chair", at("chair"), {"incident": there.incident.code, "version": 1, "do": "open"}),
            ("chair", at("chair-case", here.case.pk), {"replace": "99"}),
            ("witness", at("inbox"), {"read": told_to_another(two)}),
            ("witness", at("inbox"), {"open": told_to_another(two)}),
        ]

    def test_refused_without_a_trace(self, two: Two, clients: dict[str, Client], db: None) -> None:
        for who, url, sent in self.attempts(two):
            with no_trace():
                status = clients[who].post(url, sent).status_code
            assert status in (404, 409, 422), (who, url, sent, status)

    def test_a_child_of_another_incident_of_one_s_own_agreement(
        self, two: Two, clients: dict[str, Client], db: None
    ) -> None:
        link = two.here.incident.links.filter(unlinked_at=None).first()
        other = at("triage-incident", two.here.judged.code)
        assert link is not None
        with no_trace():
            sent = {"do": "unlink", "link": link.pk, "why": "Elsewhere."}
            assert clients["triage"].post(other, sent).status_code == 404


def test_both_casts_walk_through(two: Two) -> None:
    assert set(HERE) < set(two.everybody())
    assert all(side.seated(side.case) for side in (two.here, two.there))
