"""The comparison page and each party's own: one rule, one scale, every number with its rows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reports.coverage.actions import end_watch, start_watch
from tests.factories import LATER, NOW, World
from tests.public_record import PublicRecord
from verification.pages.comparison import caveat_of, verdicts_of
from verification.publication.queries import standings
from verification.standing.actions import recompute_standing
from verification.standing.models import Standing


@pytest.fixture
def watched(world: World, record: PublicRecord, publish: Any) -> PublicRecord:
    """Let somebody watch for half a day, so that there are rates."""
    given = {"agreement": world.agreement, "place": world.ganja, "means": "saw"}
    watch = start_watch(**given, by=world.filer, at=NOW)
    end_watch(watch=watch, by=world.filer, at=NOW + timedelta(hours=12))
    recompute_standing(agreement=world.agreement, at=LATER)
    publish()
    return record


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_both_parties_stand_in_every_line(client: Client, watched: PublicRecord) -> None:
    html = shown(client, "/comparison/")
    body = html.split('id="lines"', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    rows = body.split("<tr>")[1:]
    assert len(rows) >= 14
    for row in rows:
        assert row.count('<td class="num"><a href=') == 2, row  # each number leads somewhere
    heads = html.split('id="lines"', 1)[1].split("<thead>", 1)[1].split("</thead>", 1)[0]
    assert heads.index("ARM") < heads.index("AZE")


def test_every_row_behind_a_number_opens(client: Client, watched: PublicRecord) -> None:
    html = shown(client, "/comparison/") + shown(client, "/standings/ARM/")
    found = set(re.findall(r'<td class="num"><a href="(/[^"]+)"', html))
    assert len(found) > 12
    for address in found:
        shown(client, address.replace("&amp;", "&").split("#")[0])


def test_no_comparison_says_why_inside_the_picture(client: Client, watched: PublicRecord) -> None:
    html = shown(client, "/comparison/")
    picture = html.split('<figure class="chart-box">', 1)[1].split("</svg>", 1)[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", picture).split())
    assert "No comparison between the parties is supported" in words
    assert "As of" in words
    assert "Armenia" in words
    assert "Azerbaijan" in words


def test_the_rule_is_shown_with_what_there_is(client: Client, watched: PublicRecord) -> None:
    html = shown(client, "/comparison/")
    rule = html.split('id="rule"', 1)[1].split("</section>", 1)[0]
    cells = re.findall(r'<td class="num">([^<]+)</td>', rule)
    assert cells[:2] == ["20", "1"]  # decided: asked, and now
    assert rule.count("<b>no</b>") == 4


def test_a_supported_comparison_is_said_once_with_its_probability(
    world: World, watched: PublicRecord, publish: Any
) -> None:
    rows = list(Standing.objects.order_by("party__code", "-as_of").distinct("party__code"))
    for row, other, p in zip(rows, ("AZE", "ARM"), (0.97, 0.03), strict=True):
        row.pk, row._state.adding = None, True
        row.as_of = datetime(2020, 12, 1, tzinfo=UTC)
        row.comparison, row.comparison_reason = "rates", ""
        row.p_rate_exceeds, row.n_audited = {other: p}, 40
        row.estimate, row.interval_low, row.interval_high = 3.0, 1.0, 6.0
        row.rate_low, row.rate_high, row.n_open = 0.1, 0.4, 0
        row.save(force_insert=True)
    seen = standings(world.agreement, at=datetime(2020, 12, 2, tzinfo=UTC))
    assert seen.refusal == ""
    said = verdicts_of(seen)
    assert len(said) == 1
    assert said[0].endswith("exceeds that of Azerbaijan: 0.97.")
    assert said[0] in caveat_of(seen)


def test_each_party_has_its_page_and_nobody_else(client: Client, watched: PublicRecord) -> None:
    html = shown(client, "/standings/AZE/")
    assert "The record of" in html
    assert html.count('class="card stack tight"') == 1
    assert client.get("/standings/NOBODY/").status_code == 404
    assert "/standings/AZE/" in shown(client, "/standings/")


def test_without_a_watch_there_is_no_rate(client: Client, record: PublicRecord) -> None:
    assert "No rate can be given" in shown(client, "/comparison/")
