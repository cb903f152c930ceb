"""Files of other record keepers, made up in the shape they have; and imports of them."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from reports.imports.actions.mappings import MappingDraft, save_mapping
from reports.imports.actions.requests import Handed, request_import
from reports.imports.layouts import ACLED_COLUMNS, GED_COLUMNS
from reports.imports.models import ColumnMapping, Import
from reports.imports.running import advance
from reports.people.actions import register_source
from reports.people.models import Source
from tests.factories import NOW, SET_UP_AT, World

FIRST_DAY = date(2020, 10, 10)


def a_data_source(world: World, key: str = "relief-records", **changes: Any) -> Source:
    """Return the partner's records as a source: told, unchecked, graded D."""
    found = Source.objects.filter(key=key).first()
    said = {
        "name": "Records of Relief",
        "kind": "partner",
        "organisation": world.partner.organisation,
        "grade": "D",
        "grade_reason": "Collected from media; not checked here.",
    }
    return found or register_source(key=key, by=None, at=SET_UP_AT, **(said | changes))


def a_mapping_draft(world: World, shape: str = "ged", **changes: Any) -> MappingDraft:
    own = {
        "id": "ref",
        "act": "kind",
        "date": "day",
        "lat": "lat",
        "lon": "lon",
        "place": "town",
        "accused": "by",
        "killed": "dead",
        "narrative": "text",
    }
    said: dict[str, Any] = {
        "agreement": world.agreement,
        "name": shape.upper(),
        "shape": shape,
        "source": a_data_source(world),
        "licence": "CC BY 4.0",
        "columns": own if shape == "own" else {},
        "values": {"accused": {"Government of Armenia": "ARM", "Government of Azerbaijan": "AZE"}},
        "fixed": {"accuracy_m": "1500"} if shape == "own" else {},
    }
    return MappingDraft(**(said | changes))


def a_mapping(world: World, shape: str = "ged", **changes: Any) -> ColumnMapping:
    draft = a_mapping_draft(world, shape, **changes)
    found = ColumnMapping.objects.filter(name=draft.name, organisation=world.partner.organisation)
    return found.first() or save_mapping(draft=draft, by=world.partner, at=NOW)


def ged_row(number: int, **changes: Any) -> dict[str, str]:
    """Return a made-up row in the shape of UCDP GED; all in the area of the agreement."""
    day = FIRST_DAY + timedelta(days=number % 2)
    row = dict.fromkeys(GED_COLUMNS, "") | {
        "id": str(400_000 + number),
        "relid": f"AZE-2020-1-{number}",
        "year": "2020",
        "active_year": "1",
        "code_status": "Clear",
        "type_of_violence": "1",
        "conflict_name": "Government of Azerbaijan: Nagorno-Karabakh",
        "dyad_name": "Government of Armenia - Government of Azerbaijan",
        "side_a": "Government of Armenia",
        "side_b": "Government of Azerbaijan",
        "number_of_sources": "1",
        "source_article": f"Agency (example), {day}, Fighting goes on, number {number}",
        "source_office": "Agency (example)",
        "source_date": str(day),
        "source_headline": "Fighting goes on",
        "where_prec": str(1 + number % 4),
        "where_coordinates": "Ganja town",
        "adm_1": "Ganja city",
        "latitude": f"{40 + (number % 900) / 1000:.3f}",
        "longitude": f"{46 + (number % 700) / 1000:.3f}",
        "country": "Azerbaijan",
        "event_clarity": "1",
        "date_prec": "1",
        "date_start": f"{day} 00:00:00.000",
        "date_end": f"{day} 00:00:00.000",
        "deaths_a": "1",
        "deaths_b": "0",
        "deaths_civilians": str(number % 3),
        "deaths_unknown": "0",
        "best": str(1 + number % 3),
        "high": str(3 + number % 3),
        "low": str(1 + number % 3),
        "gwnoa": "371",
        "gwnob": "373",
    }
    return row | changes


def acled_row(number: int, **changes: Any) -> dict[str, str]:
    """Return a made-up row in the shape of ACLED's 31 columns."""
    row = dict.fromkeys(ACLED_COLUMNS, "") | {
        "event_id_cnty": f"AZE{number}",
        "event_date": "2020-10-11",
        "year": "2020",
        "time_precision": "1",
        "disorder_type": "Political violence",
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Shelling/artillery/missile attack",
        "actor1": "Government of Armenia",
        "inter1": "8",
        "actor2": "Civilians (Azerbaijan)",
        "inter2": "Civilians",
        "interaction": "18",
        "civilian_targeting": "Civilian targeting",
        "iso": "31",
        "country": "Azerbaijan",
        "admin1": "Ganja",
        "location": "Ganja",
        "latitude": "40.6828",
        "longitude": "46.3606",
        "geo_precision": "1",
        "source": "Agency (example); Daily (example)",
        "source_scale": "National",
        "notes": "On 11 October 2020, shells were said to have hit a quarter of Ganja.",
        "fatalities": "5",
        "timestamp": "1602547200",
    }
    return row | changes


def own_row(number: int, **changes: Any) -> dict[str, str]:
    row = {
        "ref": f"R-{number}",
        "kind": "shelling",
        "day": "2020-10-11",
        "lat": "40.68",
        "lon": "46.36",
        "town": "Ganja",
        "by": "unknown",
        "dead": "0",
        "text": f"Shells were heard by our staff, entry {number}.",
    }
    return row | changes


def as_csv(
    rows: Sequence[Mapping[str, str]], *, header: bool = True, delimiter: str = ","
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def an_import(
    world: World,
    content: bytes,
    shape: str = "ged",
    *,
    mapping: ColumnMapping | None = None,
    at: datetime = NOW,
    **changes: Any,
) -> Import:
    """Hand a file in; nothing of it is read yet."""
    handed = Handed(
        **{
            "client_uuid": uuid.uuid4(),
            "mapping": mapping or a_mapping(world, shape),
            "format": "csv",
            "pieces": [content],
            **changes,
        }
    )
    return request_import(handed=handed, by=world.partner, at=at)[0]


def brought(job: Import, *, at: datetime = NOW) -> Import:
    """Let an import run to its end."""
    while advance(job.pk, at=at) is not None:
        pass
    job.refresh_from_db()
    return job


def taken_in(
    world: World, rows: Iterable[Mapping[str, str]], shape: str = "ged", **how: Any
) -> Import:
    """Hand rows in as CSV and let them be taken in."""
    return brought(an_import(world, as_csv(list(rows)), shape, **how))
