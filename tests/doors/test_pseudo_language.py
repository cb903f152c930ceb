"""Every page in a language nobody speaks: no sentence of ours stays in plain English.

What people wrote is data and stays as it was; so do codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from tests.doors.places import Two
from tests.doors.table import DOORS
from tests.pseudo import CODE, pseudo_language

SPOKEN = ("title", "aria-label", "alt", "placeholder", "content")
SILENT = {"script", "style", "code", "pre", "kbd", "textarea"}
VOID = {"meta", "link", "input", "br", "img", "hr", "wbr", "path", "rect", "circle", "line", "use"}
# Names of files, kinds of events, fields and keys: the same in every language.
CODE_WORD = re.compile(r"\S*\w[+=]\S*|[\w:/-]*\w(?:[._/]+[\w-]+)+/?|\.[a-z]+\b")
PLAIN_WORD = re.compile(r"[A-Za-z]{4,}")
# Names that are the same in every language.
ENGLISH = {"api-reference", "api-reference-part"}  # the API's document, marked as English
NAMES = {"English", "français", "Esperanto", "GeoJSON", "NDJSON", "DCAT", "SHA-256", "ACLED"} | {
    "UCDP GED"
}


class Words(HTMLParser):
    """Gathers what a page says: text, and what is read out instead of pictures."""

    def __init__(self, *, english: bool = False) -> None:
        super().__init__()
        self.english = english  # whether what is marked as English may be
        self.inside: list[str] = []
        self.marked: list[int] = []  # how deep
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.inside.append(tag)
            if self.english and given.get("lang") == "en":
                self.marked.append(len(self.inside))
        if tag == "meta" and given.get("property") != "og:description":
            return
        self.said += [str(given[name]) for name in SPOKEN if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass
            self.marked = [depth for depth in self.marked if depth <= len(self.inside)]

    def handle_data(self, data: str) -> None:
        if not self.marked and not SILENT.intersection(self.inside):
            self.said.append(data)


def stored_words() -> set[str]:
    """Return every text the database holds: what people and seeds wrote."""
    found: set[str] = set()
    for model in apps.get_models():
        names = [
            one.attname
            for one in model._meta.concrete_fields
            if isinstance(one, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values_list(*names) if names else ():
            found.update(texts_in(row))
    return {text for text in found if PLAIN_WORD.search(text)}


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


@pytest.fixture(scope="module")
def stored(two: Two, django_db_blocker: Any) -> list[str]:
    with django_db_blocker.unblock():
        return sorted(stored_words() | NAMES, key=len, reverse=True)


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.shows == 200])
def test_every_sentence_of_ours_can_be_translated(
    two: Two, clients: dict[str, Client], stored: list[str], db: None, name: str
) -> None:
    one = next(iter(DOORS[name].tries(name, two)))
    who = next((who for who in clients if one.lets_in(who)), None)
    if who is None:
        pytest.skip("its first record opens to nobody")
    with pseudo_language():
        answer = clients[who].get(one.url, HTTP_ACCEPT_LANGUAGE=CODE)
    if not answer["Content-Type"].startswith("text/html"):
        return
    page = Words(english=name in ENGLISH)
    page.feed(answer.content.decode())
    left = set()
    for said in page.said:
        rest = CODE_WORD.sub(" ", said)
        if PLAIN_WORD.search(rest):
            for text in stored:
                rest = rest.replace(text, " ")
        if PLAIN_WORD.search(rest):
            left.add(" ".join(rest.split()))
    assert not left, f"{name} as {who}: {sorted(left)}"
