"""A phone with ODK Collect, as far as it can be told from outside: what it asks and posts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from reports.openrosa.actions import Credentials, add_phone
from reports.openrosa.forms import CURRENT
from reports.openrosa.models import Phone
from reports.openrosa.queries import number_of
from reports.people.models import User
from tests.factories import World
from tests.lines.wire import Wire

ANSWERS = {
    "act": "missile_strike",
    "means": "heard",
    "day": "2020-10-11",
    "time_precision": "hour",
    "time_from": "02:00:00.000+04:00",
    "location_kind": "place",
    "place": "ganja",
    "accused": "unknown",
    "narrative": "Three heavy explosions were heard from the centre of the city.",
    "language": "en",
}


def new_id() -> str:
    return f"uuid:{uuid.uuid4()}"


def a_form(
    instance_id: str = "",
    *,
    replaces: str = "",
    photos: tuple[str, ...] = (),
    version: str = CURRENT,
    **changes: str,
) -> bytes:
    """Return a filled form, as JavaRosa writes one."""
    said = ANSWERS | changes
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in said.items() if text)
    rows = "".join(
        f"<file><photo>{name}</photo><sensitivity>ordinary</sensitivity></file>" for name in photos
    )
    edited = f"<orx:deprecatedID>{replaces}</orx:deprecatedID>" if replaces else ""
    spaces = (
        'xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" '
        'xmlns:orx="http://openrosa.org/xforms" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    )
    return (
        f'<?xml version=\'1.0\' ?><data id="cvr_violation" version="{version}" {spaces}>'
        f"{inner}{rows}<orx:meta><orx:instanceID>{instance_id or new_id()}</orx:instanceID>"
        f"{edited}</orx:meta></data>"
    ).encode()


@dataclass
class Handset:
    """One phone of one person, with its addresses."""

    phone: Phone
    given: Credentials
    number: int
    client: Any = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def base(self) -> str:
        return f"/v1/key/{self.given.token}/projects/{self.number}"

    def get(self, tail: str) -> Any:
        return self.client.get(f"{self.base}/{tail}?deviceID=collect%3Aabc")

    def send(self, form: bytes, files: dict[str, bytes] | None = None, **more: Any) -> Any:
        """Post a form and its files, each under its own name."""
        parts: dict[str, Any] = {"xml_submission_file": SimpleUploadedFile("s.xml", form)}
        for name, content in (files or {}).items():
            parts[name] = SimpleUploadedFile(name or "x", content, "")
        return self.client.post(f"{self.base}/submission?deviceID=x", {**parts, **more})


def a_handset(world: World, user: User | None = None, wire: Wire | None = None) -> Handset:
    """Let a phone in for somebody (the filer); it speaks over a wire where it is given one."""
    phone, given = add_phone(
        agreement=world.agreement, label="Field phone", by=user or world.filer, at=timezone.now()
    )
    handset = Handset(phone, given, number_of(world.agreement))
    if wire is not None:
        handset.client = wire
    return handset


def a_pdf(number: int) -> bytes:
    """Return a document of its own for each number: small, and taken in."""
    return BytesIO(b"%%PDF-1.4\n%% %d\nstartxref\n0\n%%%%EOF\n" % number).getvalue()
