"""The numbers: they add up on the page, and page, interface and command say the same."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World, an_allegation, an_incident
from tests.public_record import PublicRecord


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def printed(**options: Any) -> str:
    out = StringIO()
    call_command("standing", agreement="nk2020", stdout=out, **options)
    return out.getvalue()


def partition_on(html: str) -> tuple[list[int], int]:
    """Return the counts of the partition's rows, and the sum its foot shows."""
    table = html.split('class="table partition"', 1)[1].split("</table>", 1)[0]
    body, foot = table.split("<tfoot>")
    return [int(n) for n in re.findall(r'"num">(\d+)<', body)], int(
        re.findall(r'"num">(\d+)<', foot)[0]
    )


def test_the_partition_adds_up_on_the_page(client: Client, record: PublicRecord) -> None:
    for address in ("/", "/standings/"):
        html = shown(client.get(address))
        rows, total = partition_on(html)
        assert sum(rows) == total == 8
        assert "8 received = 1 awaiting triage + 1 rejected at intake + 1 copies" in " ".join(
            html.split()
        )
        assert "Incidents opened: 4 = 1 decided + 2 undecided + 1 ruled inadmissible" in html


def test_page_interface_and_command_say_the_same(client: Client, record: PublicRecord) -> None:
    body = client.get("/api/v1/standings?agreement=nk2020").json()
    rows, total = partition_on(shown(client.get("/standings/")))
    assert [line["count"] for line in body["partition"]] == rows
    assert body["received"] == total
    parts = body["incidents"]
    assert parts["opened"] == 4
    assert parts["opened"] == sum(
        parts[k] for k in ("decided", "undecided", "inadmissible", "merged")
    )
    text = printed()
    assert f"reports: {total} received = " in text
    assert "incidents: 4 opened = 1 decided + 2 open + 1 inadmissible + 0 merged" in text
    html = shown(client.get("/standings/"))
    for line in body["standings"]:
        row = next(r for r in text.splitlines() if r.startswith(f"{line['party']} "))
        assert re.split(r"\s{2,}", row)[1:4] == [
            str(line["decided"]),
            "withheld",
            str(line["open_against"]),
        ]
        assert line["expected"] is None
        numbers = f"{line['decided']} decided · {line['open_against']} open against it"
        assert numbers in html
        assert numbers in shown(client.get("/"))


def test_every_number_leads_to_as_many_rows(client: Client, record: PublicRecord) -> None:
    html = shown(client.get("/standings/"))
    links = re.findall(r'class="num"><a href="(/incidents/[^"]+)">(\d+)</a>', html)
    assert len(links) >= 10
    for address, number in links:
        rows = shown(client.get(address.replace("&amp;", "&"))).count(
            '<th scope="row"><a class="id"'
        )
        assert rows == int(number), address


def test_the_headline_says_why_nothing_is_compared(client: Client, record: PublicRecord) -> None:
    words = re.sub(r"<[^>]+>|\s+", " ", shown(client.get("/")))
    words = re.sub(r"\s+", " ", words)
    assert "Since 10 Oct 2020, 12:00 UTC+4 : 8 reports received" in words
    assert "4 incidents , 1 decided , 1 ruled outside the agreement" in words
    assert "is supported, because too few incidents have been decided." in words


def test_filters_live_in_the_address(client: Client, record: PublicRecord) -> None:
    def codes(query: str) -> set[str]:
        return set(re.findall(r"NK20-\d{4}", shown(client.get(f"/incidents/?{query}"))))

    decided, ruled = record.decided.code, record.ruled.code
    contested, hidden = record.contested.code, record.hidden.code
    assert codes("") == {decided, ruled, contested, hidden}
    assert codes("class=undecided") == {contested, hidden}
    assert codes("class=attributed&found=ARM") == {decided}
    assert codes("accused=AZE") == {ruled, contested}
    assert codes("reply=AZE-denies") == {contested}
    assert codes("reply=ARM-silent") == {decided}
    assert codes("act=sniper_fire") == {hidden}
    assert codes("shape=contested") == {contested}
    assert codes("counted=on&accused=AZE") == {contested}
    assert codes("until=2020-10-10") == {ruled}


def test_a_filter_nobody_knows_is_ignored_and_named(client: Client, record: PublicRecord) -> None:
    for address in ("/", "/incidents/"):
        html = shown(client.get(f"{address}?act=bogus&accused=AZE&from=soon"))
        assert "were ignored: Kind of act, From day." in html
        assert record.contested.code in html
        assert record.hidden.code not in html.split("</form>", 1)[1]
    html = shown(client.get("/incidents/?from=2020-10-12&until=2020-10-11"))
    assert "were ignored: From day, To day." in html


def test_the_dashboard_reads_as_often_for_many_incidents_as_for_few(
    client: Client, world: World, record: PublicRecord
) -> None:
    client.get("/")  # what is read once a process
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as reads:
            assert client.get("/").status_code == 200
        counts.append(len(reads))
        for number in range(3):
            draft = an_allegation(
                world, world.mod_azerbaijan, "ARM", act=("shelling", "small_arms_fire")[number % 2]
            )
            an_incident(world, draft)
    assert counts[0] == counts[1] <= 42


def test_the_command_names_the_agreements_it_knows(world: World) -> None:
    with pytest.raises(CommandError, match=r"no agreement “nk2021”\. Known: nk2020\."):
        call_command("standing", agreement="nk2021")


def test_the_command_computes_anew_on_request(record: PublicRecord) -> None:
    assert "Computed anew." in printed(recompute=True)  # the period has grown since 2020
    assert "Nothing has changed." in printed(recompute=True)
