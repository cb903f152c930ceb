"""Every public page, for everybody: it answers, it adds up, and it gives nobody away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tests.public_record import PublicRecord

PLAIN = ("home", "incidents", "findings", "standings", "method", "glossary")
CAST = (
    *("filer", "witness", "colleague", "triage", "chair", "reviewer_arm", "reviewer_aze"),
    *("reviewer_spare", "liaison_arm", "liaison_aze", "publisher", "partner", "operator"),
    "outsider",
)


def public_addresses(record: PublicRecord) -> list[str]:
    """Return every public page of the record."""
    incidents = [record.decided, record.ruled, record.contested, record.hidden]
    return [
        *(reverse(name) for name in PLAIN),
        *(reverse("incident", args=[i.code]) for i in incidents),
        reverse("finding", args=[f"{record.decided.code}-F1"]),
        reverse("finding", args=[f"{record.ruled.code}-F1"]),
    ]


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def test_everybody_reads_every_public_page(
    client: Client, world: World, record: PublicRecord
) -> None:
    addresses = public_addresses(record)
    for address in addresses:
        assert client.get(address).status_code == 200, address
    for name in CAST:
        client.force_login(getattr(world, name))
        for address in (reverse("home"), reverse("incident", args=[record.hidden.code])):
            assert client.get(address).status_code == 200, (name, address)


def test_no_public_page_gives_an_observer_away(client: Client, record: PublicRecord) -> None:
    for address in public_addresses(record):
        html = shown(client.get(address))
        assert [c for c in record.canaries if c in html] == [], address
