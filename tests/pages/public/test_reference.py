"""The reference of the API: every operation stands on it, in full, without a script."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from reports.api.document.finishing import operations
from reports.api.document.reference import reference
from reports.api.document.tags import TAGS
from reports.api.document.written import written

TAGGED = list(reference())


def test_every_operation_is_listed_once(client: Client, db: None) -> None:
    html = client.get("/api/reference/").content.decode()
    named = re.findall(r'href="/api/reference/(\w+)/#(\w+)"', html)
    told = [(one["tags"][0], one["operationId"]) for _p, _m, one in operations(written())]
    assert sorted(named) == sorted(told)
    assert {tag for tag, _id in named} <= set(TAGS)


@pytest.mark.parametrize("tag", TAGGED)
def test_a_heading_tells_its_operations_in_full(client: Client, db: None, tag: str) -> None:
    answer = client.get(f"/api/reference/{tag}/")
    html = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "<script" not in html.split("<main", 1)[1].split("</main>", 1)[0]
    for path, method, one in operations(written()):
        if one["tags"] != [tag]:
            continue
        part = html.split(f'id="{one["operationId"]}"', 1)[1].split("</article>", 1)[0]
        assert one["summary"] in part
        assert f"<b>{method.upper()}</b> /api/v1{path}" in part
        for parameter in one.get("parameters", ()):
            assert f'<code class="hash">{parameter["name"]}</code>' in part
        for number in one["responses"]:
            assert number in part


def test_a_body_is_told_field_by_field(client: Client, db: None) -> None:
    html = client.get("/api/reference/reports/").content.decode()
    part = html.split('id="file_report"', 1)[1].split("</article>", 1)[0]
    for name in ("narrative", "location.kind", "tolls[].least", "origin.url"):
        assert f'<code class="hash">{name}</code>' in part
    assert "POST /api/v1/reports" in part and "Authorization: Bearer $KEY" in part


def test_a_heading_nobody_knows(client: Client, db: None) -> None:
    assert client.get("/api/reference/nothing/").status_code == 404


def test_in_arabic_the_technical_text_stays_english(client: Client, db: None) -> None:
    client.cookies["django_language"] = "ar"
    html = client.get("/api/reference/log/").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert re.search(r'<h2 id="h-\w+" lang="en" dir="ltr">', html)


def test_it_is_made_once(client: Client, db: None, monkeypatch: Any) -> None:
    first = client.get("/api/reference/log/").content
    monkeypatch.setattr("reports.api.reference.render_to_string", None)  # nothing is made again
    assert client.get("/api/reference/log/").content == first
