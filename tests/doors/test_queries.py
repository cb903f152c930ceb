"""How many queries a request takes: of every read and write of the API, by a key that may.

Counted is what asks for rows or writes them, with the key and its quota; not the statements that
open a transaction or bound its time, nor the one a day that notes that a key was used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.keys.actions import note_key_use
from reports.people.actions import issue_api_key
from reports.people.rules import SCOPES
from tests.doors.places import Two
from tests.doors.table import DOORS, Try
from tests.doors.test_mass_assignment import send
from tests.doors.writers import WRITERS, Sent
from tests.factories import NOW

MOST = 12
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
READS_MORE = {  # door: (its own bound, why)
    "api-chair-case": (22, "a panel's whole file: fifteen kinds of records beside who asks"),
    "api-my-case": (18, "the same file, for who sits"),
    "api-notice": (18, "an incident whole as the public knows it (12), for one party alone"),
    "api-mechanism": (20, "a dozen figures, each from records of its own"),
    "api-suggestions": (28, "two boards in one answer, of reports and of incidents"),
}
GETS = [name for name, door in DOORS.items() if name.startswith("api-") and door.shows != 405]


def is_question(sql: str) -> bool:
    """Answer whether a statement asks for rows or writes them."""
    return sql.lstrip().startswith(STATEMENTS) and "set_config" not in sql


@pytest.fixture(scope="module")
def machines(two: Two, django_db_blocker: Any) -> Iterator[dict[str, Client]]:
    """Return a machine with a key of everything, for everybody."""
    with django_db_blocker.unblock():
        found = {}
        for name, user in two.everybody().items():
            if user is not None:
                given: dict[str, Any] = {"label": "all", "scopes": list(SCOPES), "by": None}
                key, token = issue_api_key(user=user, **given, at=NOW)
                note_key_use(key=key, at=NOW)
                found[name] = Client(headers={"Authorization": f"Bearer {token}"})
        yield found


def askers(one: Try) -> list[str]:
    if "*" in one.opens_to:
        return ["partner"]
    if "+" in one.opens_to:
        return ["filer", "triage", "chair", "partner"]
    return sorted(one.opens_to)


@pytest.mark.parametrize("name", GETS)
def test_a_read(two: Two, machines: dict[str, Client], db: None, name: str) -> None:
    bound, _why = READS_MORE.get(name, (MOST, ""))
    took: dict[str, int] = {}
    for one in DOORS[name].tries(name, two):
        for who in set(askers(one)) & set(machines):
            with transaction.atomic(), CaptureQueriesContext(connection) as counted:
                answer = machines[who].get(one.url)
                b"".join(answer)  # of a stream, what sending it takes
                transaction.set_rollback(True)
            asked = [q["sql"] for q in counted.captured_queries if is_question(q["sql"])]
            if answer.status_code < 300:
                took[f"{who} {one.what}"] = len(asked)
    assert max(took.values(), default=0) <= bound, took


KEPT = "an Idempotency-Key costs three, and what is left is looked up, locked and recorded"
FILES = "what is public of every file it touches is worked out anew"
PANEL = "the rules look at the whole file, at everybody on it and at who sits"
WRITES_MORE = {  # what machines send beside reports and files; (bound, why)
    **dict.fromkeys(("refuse a bundle by machine", "refuse by machine"), (13, KEPT)),
    "reject by machine": (13, KEPT),
    "withdraw by machine": (13, KEPT),
    "say how files are read by machine": (14, KEPT),
    "answer a question by machine": (15, KEPT),
    "answer a request by machine": (16, KEPT),
    "accept a recommendation by machine": (16, KEPT),
    "answer by machine": (16, KEPT),
    "give more time by machine": (17, KEPT),
    "ask for a bundle by machine": (18, KEPT),
    "question by machine": (18, KEPT),
    "recommend by machine": (18, KEPT),
    "ask by machine": (18, KEPT),
    "declare by machine": (18, PANEL),
    "rule by machine": (20, FILES),
    "unlink by machine": (20, FILES),
    "confirm by machine": (22, FILES),
    "open by machine": (23, FILES),
    "state by machine": (24, FILES),
    "part by machine": (25, FILES),
    "split by machine": (29, FILES),
    "join by machine": (30, FILES),
    "ask as a panel by machine": (28, PANEL),
    "ask to reopen by machine": (30, PANEL),
    "seal a ballot by machine": (35, PANEL),
    "change a ballot by machine": (46, PANEL),
    "open a case by machine": (80, PANEL),
}


@pytest.fixture(scope="module")
def writers(two: Two, django_db_blocker: Any) -> Iterator[dict[str, Sent]]:
    with django_db_blocker.unblock():
        found = {name: sent for made in WRITERS for name, sent in made(two).items()}
        yield {name: sent for name, sent in found.items() if sent.door.startswith("api-")}


def test_writes(two: Two, machines: dict[str, Client], writers: dict[str, Sent], db: None) -> None:
    took: dict[str, int] = {}
    for name, sent in writers.items():
        once = {"Idempotency-Key": name.replace(" ", "-")}
        keyed = replace(sent, headers={**sent.headers, **once})
        with transaction.atomic(), CaptureQueriesContext(connection) as counted:
            status = send(machines[sent.who], keyed, {}).status_code
            transaction.set_rollback(True)
        assert status < 300, (name, status)
        took[name] = sum(is_question(q["sql"]) for q in counted.captured_queries)
    over = {name: n for name, n in took.items() if n > WRITES_MORE.get(name, (MOST, ""))[0]}
    assert not over
    assert {"file by machine", "add a file by machine"} <= set(took) - set(WRITES_MORE)
