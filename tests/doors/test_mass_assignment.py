"""A form or body takes its own fields and no others: what is sent beside them changes nothing.

Each writer is run twice from the same state, once with every field name of every table beside its
own; both runs must leave the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client

from tests.doors.places import Two
from tests.doors.table import DOORS
from tests.doors.writers import EXEMPT, WRITERS, Sent
from tests.pictures import upload
from tests.proofs import no_trace
from verification.adjudication.actions import panels
from verification.corroboration.replies import HARMS, toll_names

MODELS = [m for app in ("reports", "verification") for m in apps.get_app_config(app).get_models()]
FIELDS = [field for model in MODELS for field in model._meta.concrete_fields]
NAMES = sorted({name for field in FIELDS for name in (field.name, field.attname)})
# What differs between two runs of one act: keys, and what is drawn or digested from them.
DRAWN = (
    *("id", "receipt", "sha256", "raw", "panel_seed", "seed", "salt", "code"),
    *("stored_as", "secret", "earlier_secret", "prefix", "hashed"),
    *("recorded_at", "created_at", "not_before"),  # by the clock of the database
)
Row = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture(autouse=True)
def all_names_at_once(settings: Any) -> None:
    """Let a form carry every name of every table; a reader's form may hold 500 fields."""
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5 * len(NAMES)


@pytest.fixture(scope="module")
def writers(two: Two, django_db_blocker: Any) -> Iterator[dict[str, Sent]]:
    with django_db_blocker.unblock():
        yield {name: sent for made in WRITERS for name, sent in made(two).items()}


def hostile(field: str, two: Two) -> str:
    """Return a value that would do harm if this field took it."""
    if field in ("state", "admissibility", "outcome"):
        return "decided"
    if field.endswith(("_at", "_from", "_until")):
        return "1999-01-01T00:00:00Z"
    if field in ("filed_by", "filed_by_id", "actor", "given_by", "user", "user_id", "id"):
        return str(two.here.world.outsider.pk)
    return "1"


def rows() -> set[Row]:
    """Return every row of every table of ours, without what is drawn."""
    found: list[Row] = []
    with connection.cursor() as cursor:
        for model in MODELS:
            columns = [f.column for f in model._meta.concrete_fields if _compared(f)]
            if not columns:
                continue
            listed = ", ".join(f'"{column}"::text' for column in columns)
            cursor.execute(f"SELECT {listed} FROM {model._meta.db_table}")  # noqa: S608
            seen: dict[tuple[str, ...], int] = {}
            for values in cursor.fetchall():
                key = tuple(str(value) for value in values)
                seen[key] = seen.get(key, 0) + 1
                pairs = tuple(zip(columns, key, strict=True))
                found.append((model._meta.db_table, (*pairs, ("n", str(seen[key])))))
    return set(found)


def _compared(field: Any) -> bool:
    """Keys of rows made in a run are drawn, so references to them cannot be compared."""
    if field.name in DRAWN or isinstance(field, models.UUIDField | models.BinaryField):
        return False
    if isinstance(field, models.JSONField):
        return field.name not in ("payload", "inputs", "contributions", "eligible", "staying")
    fixed = ("reports.User", "reports.Party", "reports.Agreement", "reports.ActKind")
    if field.is_relation:
        return field.related_model._meta.label in fixed
    return not field.get_internal_type().startswith("ArrayField")


def send(client: Client, sent: Sent, extra: dict[str, str]) -> Any:
    data = {**extra, **sent.data}
    data = {k: upload(v) if isinstance(v, bytes) else v for k, v in data.items()}
    if sent.door.startswith("api-") and sent.door != "api-evidence":
        return client.post(
            sent.url, json.dumps(data), content_type="application/json", headers=sent.headers
        )
    return client.post(sent.url, data)


def left_by(client: Client, sent: Sent, extra: dict[str, str]) -> tuple[int, set[Row]]:
    """Return the status and the rows after a writer ran; nothing of it stays."""
    with transaction.atomic():
        status = send(client, sent, extra).status_code
        after = rows()
        transaction.set_rollback(True)
    return status, after


def test_every_door_that_takes_something_has_its_writers(writers: dict[str, Sent]) -> None:
    takes = {name for name, door in DOORS.items() if "POST" in door.takes}
    assert {sent.door for sent in writers.values()} | set(EXEMPT) == takes


def test_what_is_sent_beside_a_form_s_own_fields_changes_nothing(
    two: Two,
    clients: dict[str, Client],
    writers: dict[str, Sent],
    db: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # there are more columns than a form may send
    # Both runs of one act draw by the same seed, so that whoever sits can be compared too.
    monkeypatch.setattr(panels, "secrets", SimpleNamespace(token_hex=lambda size: "a5" * size))
    before, wrong = rows(), []
    for name, sent in writers.items():
        if sent.door.startswith("api-"):
            continue
        client = clients[sent.who]
        own = legitimate(sent) | set(sent.data)
        extra = {name: hostile(name, two) for name in NAMES if name not in own}
        assert len(extra) > 100
        status, plain = left_by(client, sent, {})
        if status not in (200, 302) or plain == before:
            wrong.append(f"{name} did nothing: {status}")
        again, crowded = left_by(client, sent, extra)
        if again != status or crowded != plain:
            wrong.append(f"{name}: {status} and {again}, {sorted(crowded ^ plain)}")
    assert not wrong, "\n".join(wrong)


def legitimate(sent: Sent) -> set[str]:
    """Return names of columns that are boxes of this form too, and may be filled in."""
    boxes = {
        "report-new": {*FILING},
        "report-correct": {*FILING},
        "notice": {name for harm in HARMS for name in toll_names(harm)},
        "corroborate-incident": {"party", "party_id", "url", "publisher", "published_on", "relays"},
        "review-case": {"version"},
        "reopening-ask": {"ground", "text"},
        "reopening": {"proposal"},
        "recommend": {"party", "text"},
        "recommendation-work": {"text"},
        "inbox-preferences": {"digest"},
        "triage-board": {"report", "other", "incident"},
        "evidence-redact": {"shown_to"},
        "report-evidence": {"kind", "sensitivity", "caption", "day"},
        "imports": {"format", "mapping", "dry_run", "client_uuid"},
        "mapping-new": TOLD_OF_FILES,
        "mapping": TOLD_OF_FILES,
        "watches": {"place", "denied_by", "means", "what"},
    }
    return boxes.get(sent.door, set()) | {"version", "agreement", "reason", "why", "act"}


TOLD_OF_FILES = {"name", "shape", "source", "licence", "columns", "values", "fixed"}
FILING = (
    *("accused", "weapon", "publisher", "source_url", "own_confidence", "bearing_deg", "range_m"),
    *("lat", "lon", "place_accuracy", "origin", "source", "supersedes", "url", "published_on"),
    *("range_error_m", "bearing_error_deg", "accuracy_m", "part", "day_until", "time_until"),
    *("observer_lat", "observer_lon", "speaker", "key", "origin_key", "effect"),
)


def test_a_machine_s_body_with_a_field_too_many_is_refused_whole(
    two: Two, clients: dict[str, Client], writers: dict[str, Sent], db: None
) -> None:
    sent = writers["file by machine"]
    known = set(sent.data) | {
        *("weapon", "origin", "own_confidence", "observation", "language", "supersedes"),
        *("speaker", "effect", "location", "form_version", "tolls", "act", "means", "stance"),
    }
    for field in NAMES:
        if field in known:
            continue
        with no_trace():
            status = send(clients["filer"], sent, {field: hostile(field, two)}).status_code
        assert status == 400, (field, status)


def test_every_other_body_too(
    two: Two, clients: dict[str, Client], writers: dict[str, Sent], db: None
) -> None:
    machines = {name: sent for name, sent in writers.items() if sent.door.startswith("api-")}
    del machines["file by machine"]  # the test before
    assert len(machines) > 2
    for name, sent in machines.items():
        status, _after = left_by(clients[sent.who], sent, {})
        assert status in (200, 201, 204), (name, status)
        for field in ("state", "version", "id", "sealed_at", "by", "agreement_id", "party_id"):
            with no_trace():
                status = send(clients[sent.who], sent, {field: hostile(field, two)}).status_code
            assert status == 400, (name, field, status)
