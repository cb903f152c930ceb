"""What a camera and a file name tell of a monitor gets into nothing that others see.

A file with canaries in every place that a picture has for words is brought, judged and
published over; then every row, page, download, log line and cached value is searched for them.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from reports.evidence.storage import COPY, ORIGINAL, THUMB, path_of, vault
from reports.intake.models import Report
from tests.factories import NOW, World, a_case, seal_all, settle
from tests.pictures import drawn, encoded, exif_of, upload
from verification.adjudication.actions.decisions import decide_case
from verification.corroboration.actions import lapse_overdue_positions

WORD = "CANARY"
SPOT = (40.123456, 46.654321)
SPOTS = ("40.1234", "46.6543", "40.123", "46.654")
PUBLIC = (
    *("/", "/incidents/", "/findings/", "/data/", "/data/incidents.csv", "/data/incidents.geojson"),
    *("/data/about.json", "/feeds/findings.atom", "/corrections/", "/standings/", "/log/"),
    *("/api/v1/findings", "/api/v1/incidents"),
)


def a_loaded_picture() -> bytes:
    words = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{WORD}</x:xmpmeta>".encode()
    exif = exif_of(
        taken=NOW, position=SPOT, Artist=WORD, BodySerialNumber=WORD, ImageDescription=WORD
    )
    return encoded(drawn(), exif=exif, xmp=words, comment=WORD) + WORD.encode()


def all_rows() -> dict[str, str]:
    """Return {table: all its rows as text}, sessions among them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT json_agg(t)::text FROM {table} t")  # noqa: S608 - our tables
            found[table] = str(cursor.fetchone()[0])
    return found


def stored(folder: str, place: str) -> bytes:
    with vault().open(path_of(folder, place)) as file:
        return bytes(file.read())


@pytest.mark.usefixtures("ticking")
def test_nobody_finds_them(
    world: World,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = a_loaded_picture()
    caplog.set_level(logging.DEBUG)
    caplog.clear()  # the library that made the picture tells of its tags
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    case = a_case(world)
    report = Report.objects.get(links__incident=case.incident)
    client.force_login(world.filer)
    sent: dict[str, Any] = {"upload": upload(picture, f"{WORD} at home.jpg")}
    assert client.post(f"/reports/{report.receipt}/files/", sent, follow=True).status_code == 200
    settle()
    item = report.items.get()
    assert WORD.encode() in stored(ORIGINAL, item.stored_as)  # sealed whole, and nowhere else:
    assert WORD.encode() not in stored(COPY, item.stored_as) + stored(THUMB, item.stored_as)
    panel = case.seats.exclude(reviewer=world.chair).select_related("reviewer").first()
    assert panel is not None
    client.force_login(panel.reviewer)
    for url in (f"/review/{case.pk}/", f"/evidence/{item.code}/", f"/evidence/{item.code}/picture"):
        seen = client.get(url)
        assert seen.status_code == 200
        assert not [word for word in (WORD, *SPOTS) if word.encode() in seen.content], url
    seal_all(case)
    lapse_overdue_positions(at=case.ballots_due_at)
    decide_case(
        case=case, reasons="As the ballots say, all three.", by=world.chair, at=case.ballots_due_at
    )
    settle()
    client.logout()
    for url in (*PUBLIC, f"/incidents/{case.incident.code}/"):
        answer = client.get(url)
        content = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200, url
        hidden = (WORD, *SPOTS, item.code, item.sha256, "evidence/")
        assert not [word for word in hidden if word.encode() in content], url
    rows = all_rows()
    assert [table for table, text in rows.items() if WORD in text] == []
    assert [table for table, text in rows.items() if SPOTS[0] in text] == ["reports_reading"]
    assert WORD not in caplog.text and SPOTS[2] not in caplog.text
    assert WORD not in str(getattr(cache, "_cache", {}))
