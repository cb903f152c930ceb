"""No public byte depends on where in its area an observer saw it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reports.places.actions import record_places
from reports.places.blur import box_of
from reports.places.queries import public_areas
from tests.factories import LATER, NOW, World, settle
from tests.public_record import PublicRecord
from verification.bulletins.figures import content_of
from verification.incidents.models import Incident
from verification.publication.models import PublicRow

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
NUMBER = re.compile(rb"(?<![\d.])(\d{2}\.\d{3,})")
AROUND = [(40.50 + n / 7, 46.1 + n / 9) for n in range(6)]


@pytest.fixture
def villages(world: World) -> None:
    """Record enough villages for several areas."""
    rows = [
        {"key": f"v{n}", "kind": "village", "lat": lat, "lon": lon, "radius_m": 900}
        for n, (lat, lon) in enumerate(AROUND)
    ]
    record_places(places=rows, names=[], dataset="tests", by=None, at=NOW)


def addresses(hidden: Incident) -> list[str]:
    """Return every public door an incident is shown at, alone, listed, filtered and counted."""
    cell = PublicRow.objects.get(pk=hidden.pk).cell
    narrowed = f"act={hidden.act_id}&area={cell}"
    tiles = [f"/map/{z}/{int(226.4 / 360 * 2**z)}/{y}.json" for z, y in ((6, 24), (8, 96))]
    return [
        *("/", f"/?{narrowed}", "/?from=2020-10-11&until=2020-10-11", "/incidents/"),
        *(f"/incidents/?{narrowed}", "/data/incidents.csv", "/data/incidents.geojson"),
        *("/data/published.xlsx", "/data/about.json", "/feeds/findings.atom", "/standings/"),
        *("/api/v1/incidents", f"/api/v1/incidents?{narrowed}", *tiles),
        *(f"{tile}?{narrowed}" for tile in tiles),
        *(reverse(name, args=[hidden.code]) for name in ("incident", "api-incident")),
    ]


def public_bytes(client: Client, hidden: Incident) -> dict[str, bytes]:
    """Return what every public door answers at one frozen instant."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: LATER)
        for address in addresses(hidden):
            answer: Any = client.get(address)
            assert answer.status_code == 200, address
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if address.endswith(".xlsx"):
                body = cells(body)
            found[address] = TOKEN.sub(b"", body)
        content = content_of(hidden.agreement, day=NOW.date(), number=1)
    return {**found, "bulletin": repr(content).encode()}


def cells(file: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/"))
        return b"".join(archive.read(name) for name in names)


def moved(hidden: Incident, lat: float, lon: float) -> None:
    Incident.objects.filter(pk=hidden.pk).update(lat=lat, lon=lon)
    settle()


@pytest.mark.usefixtures("villages")
def test_two_points_of_one_area_look_alike_in_every_byte(
    client: Client, record: PublicRecord
) -> None:
    hidden = record.hidden
    areas = public_areas(hidden.agreement)
    assert hidden.lat is not None
    assert hidden.lon is not None
    own = areas.at(hidden.lat, hidden.lon)
    assert own is not None
    box = box_of(own.cell)
    moved(hidden, hidden.lat, hidden.lon)
    before = public_bytes(client, hidden)
    assert any(own.cell.encode() in body for body in before.values())
    # The far corner of the same area.
    moved(hidden, (box.south + 0.4) / 100, (box.east - 0.4) / 100)
    after = public_bytes(client, hidden)
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.usefixtures("villages")
def test_every_number_that_could_be_a_coordinate_is_a_middle_a_corner_or_a_gazetteers(
    client: Client, world: World, record: PublicRecord
) -> None:
    moved(record.hidden, 40.71234, 46.39876)
    for name, body in public_bytes(client, record.hidden).items():
        for found in NUMBER.findall(body):
            value = float(found)
            for exact in (40.71234, 46.39876):
                assert abs(value - exact) > 0.0049, (name, found)


def test_another_area_looks_different(client: Client, world: World, record: PublicRecord) -> None:
    """So the test above would notice a door that shows where it was."""
    moved(record.hidden, 40.71, 46.4)
    before = public_bytes(client, record.hidden)
    record_places(
        places=[
            {"key": f"w{n}", "kind": "town", "lat": lat, "lon": lon, "radius_m": 900}
            for n, (lat, lon) in enumerate(AROUND)
        ],
        names=[],
        dataset="tests",
        by=None,
        at=NOW + timedelta(hours=1),
    )
    moved(record.hidden, 39.2, 47.9)
    after = public_bytes(client, record.hidden)
    assert {name for name in before if before[name] != after.get(name)} >= {
        *("/", "/data/incidents.csv", "/data/incidents.geojson", "bulletin"),
        *("/data/published.xlsx", "/api/v1/incidents"),
    }
