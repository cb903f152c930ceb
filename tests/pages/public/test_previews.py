"""Pictures for links: made from what is public, always the same, and of the promised size."""

from __future__ import annotations

import struct

import pytest
from django.test import Client

from tests.public_record import PublicRecord
from verification.pages import previews
from verification.pages.previews import CARDS

SIZE = (1200, 630)


@pytest.fixture
def address(record: PublicRecord) -> str:
    return f"/preview/finding/{record.decided.code}-F1.png"


def test_a_picture_is_the_same_each_time(client: Client, address: str) -> None:
    one, other = client.get(address), client.get(address)
    assert (one.status_code, one["Content-Type"]) == (200, "image/png")
    assert one.content == other.content
    assert struct.unpack(">II", one.content[16:24]) == SIZE
    assert len(one.content) < 250_000


def test_the_pages_point_to_it(client: Client, record: PublicRecord, address: str) -> None:
    page = client.get(f"/findings/{record.decided.code}-F1/").content.decode()
    assert f'property="og:image" content="http://testserver{address}"' in page
    assert "/preview/standing/nk2020.png" in client.get("/comparison/").content.decode()


def test_it_says_what_the_finding_says_and_no_more(record: PublicRecord) -> None:
    card = CARDS["finding"](f"{record.decided.code}-F1")
    assert card.said == "Violation, attributed: Armenia"
    # Who did it is never said without how sure the panel was of it.
    assert card.lines[0].startswith("That it happened: ")
    assert card.lines[1].startswith("That the party named did it: ")
    words = " ".join((card.agreement, card.title, card.said, *card.lines, card.foot))
    assert [c for c in record.canaries if c in words] == []
    ruled = CARDS["finding"](f"{record.ruled.code}-F1")
    assert ruled.lines == ()
    assert "Azerbaijan" not in ruled.said


def test_the_standings_carry_their_caveat(client: Client, record: PublicRecord) -> None:
    card = CARDS["standing"]("nk2020")
    assert card.said.startswith("No comparison between the parties is supported")
    assert len(card.lines) == 2
    assert client.get("/preview/standing/nk2020.png").status_code == 200


@pytest.mark.parametrize(
    "path", ["finding/NK20-0009-F1", "bulletin/NK20-B0009", "standing/none", "desk/x"]
)
def test_what_is_not_public_has_no_picture(client: Client, record: PublicRecord, path: str) -> None:
    assert client.get(f"/preview/{path}.png").status_code == 404


def test_without_the_printer_there_is_none(
    client: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "can_print", lambda: False)
    assert client.get(address).status_code == 404
