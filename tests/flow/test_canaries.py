"""What a camera, a file name or a monitor tells gets into nothing that others see.

Files with canaries in every place that a file has for words are brought, with words that are not
for the public; a case is judged, published, redacted and bundled over them. Then every row, derived
file, page, answer, download, mail, log line and all of Redis are searched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from redis import Redis

from reports.evidence.models import Item
from reports.evidence.storage import ORIGINAL, path_of, vault
from reports.intake.models import Report
from reports.journal.doorbell import ring
from tests.brought import loaded_files
from tests.factories import (
    NOW,
    World,
    a_bundle,
    a_case,
    a_draft,
    a_redaction,
    an_accepted_report,
    an_incident,
    built,
    seal_all,
    settle,
)
from tests.pictures import upload
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.models import Case
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import link_report
from verification.notifications.actions import send_digest, set_preferences

WORD, TEXT = "CANARY", "KANARI"  # of files; of what people write for those who judge
SPOT = (40.123456, 46.654321)
SPOTS = ("40.1234", "46.6543", "40.123", "46.654")
# Where what people wrote for those who judge may stand, and nowhere else.
WRITTEN = {"reports_report", "reports_item", "reports_redaction", "verification_bundle"}
PUBLIC = (
    *("/", "/incidents/", "/findings/", "/data/", "/data/incidents.csv", "/data/incidents.geojson"),
    *("/data/about.json", "/data/dcat.jsonld", "/feeds/findings.atom"),
    *("/feeds/corrections.atom", "/corrections/", "/standings/", "/log/", "/bulletins/"),
    *("/api/v1/findings", "/api/v1/incidents", "/recommendations/", "/mechanism/", "/procedure/"),
)


@dataclass(frozen=True)
class Told:
    """A case with loaded files, judged and all."""

    world: World
    case: Case
    report: Report
    items: list[Item]
    before: set[str]  # files of other tests that are in the storage


def all_rows() -> dict[str, str]:
    """Return {table: all its rows as text}, sessions among them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT json_agg(t)::text FROM {table} t")  # noqa: S608 - our tables
            found[table] = str(cursor.fetchone()[0])
    return found


def stored_in(folder: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield every file of the storage below a folder as (path, content)."""
    folders, names = vault().listdir(folder)
    for name in names:
        path = f"{folder}/{name}".strip("/")
        with vault().open(path) as file:
            yield path, file.read()
    for name in folders:
        yield from stored_in(f"{folder}/{name}".strip("/"))


def all_of_redis(url: str) -> dict[bytes, bytes]:
    """Return every key of our Redis with its value as bytes, whatever its type."""
    client = Redis.from_url(url)
    ask: dict[bytes, Any] = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }
    return {key: repr(ask[client.type(key)](key)).encode() for key in client.scan_iter("*")}


def hidden_in(content: bytes, *more: str) -> list[str]:
    return [word for word in (WORD, *SPOTS, *more) if word.encode() in content]


def get(client: Client, url: str) -> bytes:
    answer: Any = client.get(url)
    content = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200, (url, answer.status_code)
    return bytes(content)


@pytest.fixture
def told(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Bring the files and have a case opened on them, with the real Redis behind the site."""
    settings.CACHES = {**settings.CACHES, "default": settings.CACHES["redis"]}
    settings.PUBLIC_CACHE_SECONDS = 60
    cache.clear()
    before = {path for path, _content in stored_in()}
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    incident = an_incident(world)
    said = a_draft(world, narrative=f"{TEXT}: I stood at the well of my uncle.", weapon=TEXT)
    report = an_accepted_report(world, said)
    link_report(report=report, incident=incident, why="Same night.", by=world.triage, at=NOW)
    client = Client()
    client.force_login(world.filer)
    for name, content in loaded_files(WORD, SPOT, NOW).items():
        sent: dict[str, Any] = {"upload": upload(content, name), "caption": TEXT}
        answer = client.post(f"/reports/{report.receipt}/files/", sent, follow=True)
        assert answer.status_code == 200, name
    settle()
    items = list(report.items.order_by("added_at", "id"))
    assert len(items) == 6
    return Told(world, a_case(world, incident), report, items, before)


def judge(told: Told) -> None:
    """Redact, look, vote, decide, publish, bundle, mail: what a case goes through."""
    world, case = told.world, told.case
    pictures = [item for item in told.items if item.detected.startswith("image/")]
    for item in pictures:
        a_redaction(item, world.triage, shown_to="parties", why=TEXT)
    seal_all(case)
    lapse_overdue_positions(at=case.ballots_due_at)
    decide_case(
        case=case, reasons="As the ballots say, all three.", by=world.chair, at=case.ballots_due_at
    )
    settle()
    for contents in ("copies", "shown"):
        asked = a_bundle(world, case, contents)
        type(asked).objects.filter(pk=asked.pk).update(why=TEXT)
        built(world, asked)
    world.chair.email = "chair@example.org"
    set_preferences(digest="daily", muted=[], language="en", by=world.chair, at=NOW)
    send_digest(user=world.chair, unread=3, at=NOW)
    ring()


def panel_client(told: Told) -> Client:
    seat = told.case.seats.exclude(reviewer=told.world.chair).select_related("reviewer").first()
    assert seat is not None
    client = Client()
    client.force_login(seat.reviewer)
    return client


@pytest.mark.usefixtures("ticking")
def test_nobody_finds_them(
    told: Told, settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.clear()  # the library that made the pictures tells of its tags
    sealed = dict(stored_in(ORIGINAL))
    for item in told.items:  # whole, and nowhere else:
        assert WORD.encode() in sealed[path_of(ORIGINAL, item.stored_as)]
    panel = panel_client(told)
    seen = [f"/review/{told.case.pk}/", *(f"/evidence/{item.code}/" for item in told.items)]
    for url in seen:
        assert not hidden_in(get(panel, url)), url
    judge(told)
    _nothing_is_public(told)
    _nothing_reaches_a_party(told)
    _nothing_is_in_an_error(told, monkeypatch)
    left = {path: content for path, content in stored_in() if path not in told.before}
    derived = {path: content for path, content in left.items() if not path.startswith(ORIGINAL)}
    assert len(derived) == 4 * 3 + 2  # of each picture a copy, a small one, a redacted one
    assert not [path for path, content in derived.items() if hidden_in(content)]
    assert not [path for path in derived if hidden_in(path.encode(), TEXT)]
    rows = all_rows()
    assert [table for table, text in rows.items() if WORD in text] == []
    assert [table for table, text in rows.items() if SPOTS[0] in text] == ["reports_reading"]
    assert {table for table, text in rows.items() if TEXT in text} == WRITTEN
    assert not hidden_in(caplog.text.encode(), TEXT)
    assert mail.outbox and not hidden_in(
        b"".join(message.message().as_bytes() for message in mail.outbox), TEXT
    )
    kept = all_of_redis(settings.REDIS_URL)
    assert kept  # or nothing was looked through
    assert not [key for key, value in kept.items() if hidden_in(key + value, TEXT)]


def _nothing_is_public(told: Told) -> None:
    code = told.case.incident.code
    finding = told.case.incident.findings.get().code
    client = Client()
    more = (f"/incidents/{code}/", f"/findings/{finding}/", f"/api/v1/incidents/{code}")
    own = [word for item in told.items for word in (item.code, item.sha256)]
    for url in (*PUBLIC, *more):
        for _again in range(2):  # the second time perhaps from a kept copy
            content = get(client, url)
            assert not hidden_in(content, TEXT, told.report.receipt, "evidence/", *own), url


def _nothing_reaches_a_party(told: Told) -> None:
    client = Client()
    client.force_login(told.world.liaison_arm)
    notice = told.case.incident.positions.get(party__code="ARM")
    for url in (f"/notices/{notice.pk}/", f"/evidence/{told.items[0].code}/"):
        content = get(client, url)
        assert not hidden_in(content, TEXT, told.report.receipt, told.items[0].sha256), url


def _nothing_is_in_an_error(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is not there, one that is not for them, one that breaks, a form sent back."""
    client = Client(raise_request_exception=False)
    code = told.items[0].code
    client.force_login(told.world.outsider)
    answers = [client.get(url) for url in (f"/evidence/{code}/", f"/evidence/{code}/original")]
    client.force_login(told.world.triage)
    answers.append(client.post(f"/evidence/{code}/redact/", {"why": ""}))
    with monkeypatch.context() as broken:

        def gone(*_given: object, **_named: object) -> None:
            raise OSError("the storage does not answer")

        broken.setattr("verification.pages.evidence.bytes_of", gone)
        answers.append(client.get(f"/evidence/{code}/picture"))
    assert [answer.status_code for answer in answers] == [404, 404, 422, 500]
    for answer in answers:
        assert not hidden_in(answer.content)
