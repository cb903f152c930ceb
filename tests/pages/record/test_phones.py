"""The page of one's own phones: a code shown once, and the way to shut a phone out."""

from __future__ import annotations

import base64
import html
import json
import re
import zlib
from collections.abc import Mapping
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from reports.journal.models import Event
from reports.openrosa.models import Phone
from reports.openrosa.provision import drawn, packed, settings_for
from reports.openrosa.queries import phone_by_token
from reports.problems import NotFound
from tests.factories import World
from tests.lines.phones import a_handset
from tests.proofs import no_trace

# The keys of Collect's settings that we use, and what may stand there (its public schema).
GENERAL: Mapping[str, type | tuple[str, ...]] = {
    "server_url": str,
    "form_update_mode": ("manual", "previously_downloaded", "match_exactly"),
    "autosend": ("off", "wifi_only", "cellular_only", "wifi_and_cellular"),
    "delete_send": bool,
    "image_size": ("original_image_size", "small", "very_small", "medium", "large"),
    "analytics": bool,
}
ADMIN = {"view_sent", "change_form_metadata", "analytics"}
PAGE = "/phones/?agreement=nk2020"


@pytest.fixture
def filer(world: World) -> Client:
    client = Client()
    client.force_login(world.filer)
    return client


def test_a_phone_is_let_in_and_its_code_is_shown_once(world: World, filer: Client) -> None:
    page = filer.post("/phones/", {"agreement": "nk2020", "label": "The old one"})
    assert page.status_code == 200 and page["Cache-Control"].count("no-store")
    text = html.unescape(page.content.decode())
    server = re.search(r"http://testserver/v1/key/([\w-]+)/projects/(\d+)<", text)
    assert server is not None
    phone = phone_by_token(server[1], int(server[2]), at=timezone.now())
    assert (phone.user, phone.label) == (world.filer, "The old one")
    assert "data:image/svg+xml" in text
    assert server[1] not in filer.get(PAGE).content.decode()
    assert Event.objects.filter(kind="phone.added", subject_id=phone.pk).count() == 1


def test_the_code_holds_settings_that_collect_knows() -> None:
    server = "https://reports.example/v1/key/" + "x" * 43 + "/projects/1"
    told = json.loads(zlib.decompress(base64.b64decode(packed(settings_for(server)))))
    assert set(told) == {"general", "admin", "project"}
    assert set(told["project"]) == {"name", "icon", "color"}
    assert set(told["admin"]) <= ADMIN and set(told["general"]) == set(GENERAL)
    for name, value in told["general"].items():
        wanted = GENERAL[name]
        assert value in wanted if isinstance(wanted, tuple) else isinstance(value, wanted)
    assert told["general"]["server_url"] == server
    assert told["general"]["delete_send"] is True and told["general"]["analytics"] is False
    assert len(packed(settings_for(server))) < 600
    assert "<svg" in unquote(drawn(packed(settings_for(server))))


def test_a_phone_is_shut_out(world: World, filer: Client) -> None:
    handset = a_handset(world)
    key = re.search(r'name="remove" value="([^"]+)"', filer.get(PAGE).content.decode())
    assert key is not None and str(handset.phone.pk) not in key[1]
    assert filer.post("/phones/", {"agreement": "nk2020", "remove": key[1]}).status_code == 302
    with pytest.raises(NotFound):
        phone_by_token(handset.given.token, handset.number, at=timezone.now())
    assert handset.get("formList").status_code == 404
    assert Event.objects.filter(kind="phone.removed").count() == 1


def test_nobody_shuts_out_a_phone_of_somebody_else(world: World, filer: Client) -> None:
    a_handset(world, world.witness)
    other = Client()
    other.force_login(world.witness)
    key = re.search(r'name="remove" value="([^"]+)"', other.get(PAGE).content.decode())
    assert key is not None
    with no_trace():
        sent = filer.post("/phones/", {"agreement": "nk2020", "remove": key[1]})
    assert sent.status_code == 404


def test_a_phone_needs_a_name_and_there_are_not_too_many(world: World, filer: Client) -> None:
    with no_trace():
        assert filer.post("/phones/", {"agreement": "nk2020", "label": " "}).status_code == 422
    for _number in range(10):
        a_handset(world)
    with no_trace():
        sent = filer.post("/phones/", {"agreement": "nk2020", "label": "One more"})
    assert sent.status_code == 422 and Phone.objects.count() == 10
