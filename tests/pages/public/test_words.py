"""The pages that explain: the glossary holds every word, the method every step there is."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from reports.journal.kinds import PUBLIC_KINDS, Kind
from verification.pages.words import GROUPS, event_words, words_as_markdown

ROOT = Path(__file__).resolve().parents[3]

# Every term the product defines; adding one there means adding it here and to the glossary.
TERMS = (
    *("agreement", "clause", "party", "zone", "source", "alignment", "origin", "report", "stance"),
    *("observation unit", "incident", "admissible", "statement", "party position", "score"),
    *(
        "contribution",
        "ballot",
        "decision",
        "reopening",
        "standing",
        "finding",
        "bulletin",
        "correction",
    ),
    *("event", "leaf", "checkpoint"),
)


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_the_paper_and_the_page_hold_the_same_words() -> None:
    with override("en"):
        assert (ROOT / "docs" / "words.md").read_text(encoding="utf-8") == words_as_markdown()


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_defined_once(term: str) -> None:
    with override("en"):
        terms = [str(word.term) for group in GROUPS for word in group.words]
    assert terms.count(term) == 1


def test_every_event_kind_is_defined_and_says_whether_it_is_public() -> None:
    listed = {event.code: event.public for event in event_words()}
    assert listed == {str(kind.value): kind in PUBLIC_KINDS for kind in Kind}


@pytest.mark.django_db
def test_the_glossary_page_shows_all_of_it(client: Client) -> None:
    text = shown(client.get("/words/"))
    for group in GROUPS:
        for word in group.words:
            assert str(word.text) in text
    for kind in Kind:
        assert f">{kind.value}<" in text


@pytest.mark.django_db
def test_the_method_page_leads_to_every_step(client: Client) -> None:
    text = shown(client.get("/method/"))
    assert 'href="/procedure/"' in text
    assert "majority vote over independent origins" in text
