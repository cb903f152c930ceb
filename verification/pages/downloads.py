"""Open data: the published set as files, what every column means, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from reports.agreement.queries import Agreement
from reports.cells import csv_lines
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from reports.problems import NotFound
from verification.ledger.queries import log_status
from verification.publication.exports import precision_of
from verification.publication.faces import PublicIncident
from verification.publication.layouts import LAYOUTS
from verification.publication.open_data import (
    INCIDENTS,
    LICENCE,
    LICENCE_URL,
    TABLES,
    incident_cells,
    provenance,
    public_incidents,
)
from verification.publication.parquet import is_there
from verification.publication.sheets import geojson_parts, workbook

CSV, JSON = "text/csv; charset=utf-8", "application/json"
GEOJSON, JSONLD = "application/geo+json", "application/ld+json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Inside a script element nothing may end it; these are the same characters to whoever reads JSON.
ESCAPED = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@require_safe
@answers_problems
def data(request: HttpRequest) -> HttpResponse:
    """Show what can be downloaded, what every column means, licence and source."""
    agreement, at = current_agreement(request), timezone.now()
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement": agreement,
        "agreement_title": agreement.title,
        "tables": TABLES.values(),
        "exports": _exports(agreement),
        "parquet": is_there(),
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "metadata": _in_script(schema_org(request, agreement, at)),
    }
    return render(request, "verification/data.html", context)


def _exports(agreement: Agreement) -> list[dict[str, Any]]:
    """Return the layouts of other systems: what each is for, and where its files are."""
    daily = (
        "daily",
        _("The daily table"),
        _("What each bulletin counted, incidents and observations apart, with the day’s cut."),
    )
    named = [(one.name, one.title, one.purpose) for one in LAYOUTS.values()]
    query = f"?agreement={agreement.slug}"
    views = ("csv", "mapping", "readme")
    return [
        {"name": name, "title": title, "purpose": purpose}
        | {view: reverse(f"export-{view}", args=[name]) + query for view in views}
        for name, title, purpose in (*named, daily)
    ]


def _in_script(value: dict[str, Any]) -> SafeString:
    """Return a block of data for search engines, as they want it: a script that is never run."""
    text = json.dumps(value, ensure_ascii=False).translate(ESCAPED)
    # Nothing in it can end the element.
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 # nosec B308 B703


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def data_csv(request: HttpRequest, table: str) -> Any:  # a stream
    """Answer one table as CSV."""
    agreement, at = current_agreement(request), timezone.now()
    if table not in TABLES:
        raise NotFound("There is no such table.")
    asked = TABLES[table]
    lines = csv_lines([c.name for c in asked.columns], asked.rows(agreement, at))
    answer = StreamingHttpResponse(lines, content_type=CSV)
    return _named(answer, request, agreement, f"{table}.csv")


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def data_geojson(request: HttpRequest) -> Any:  # a stream
    """Answer the located incidents as GeoJSON: a cell or a point with its radius."""
    agreement, at = current_agreement(request), timezone.now()
    members = provenance(agreement, at=at).record()
    parts = geojson_parts(_features(public_incidents(agreement, at)), members)
    return _named(
        StreamingHttpResponse(parts, content_type=GEOJSON), request, agreement, "incidents.geojson"
    )


def _features(incidents: Iterable[PublicIncident]) -> Iterator[dict[str, Any]]:
    names = [column.name for column in INCIDENTS.columns]
    for one in incidents:
        geometry: dict[str, Any] | None = None
        if one.ring:
            corners = [list(corner) for corner in one.ring]
            closed = corners if corners[0] == corners[-1] else [*corners, corners[0]]
            geometry = {"type": "Polygon", "coordinates": [closed]}
        elif one.lat is not None and one.lon is not None:
            geometry = {"type": "Point", "coordinates": [one.lon, one.lat]}
        cells = dict(zip(names, incident_cells(one), strict=True))
        properties = {key: value for key, value in cells.items() if key not in ("lat", "lon")}
        properties["precision_m"] = precision_of(one)
        yield {"type": "Feature", "id": one.code, "geometry": geometry, "properties": properties}


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def data_xlsx(request: HttpRequest) -> Any:  # a stream
    """Answer the whole published set as a workbook, its provenance on the first sheet."""
    agreement, at = current_agreement(request), timezone.now()
    record = provenance(agreement, at=at).record()
    about = ("about", ["what", "value"], [(key, value) for key, value in record.items()])
    meanings = (
        (table.name, column.name, column.type, str(column.meaning))
        for table in TABLES.values()
        for column in table.columns
    )
    dictionary = ("dictionary", ["table", "column", "type", "meaning"], meanings)
    tables = [(t.name, [c.name for c in t.columns], t.rows(agreement, at)) for t in TABLES.values()]
    file = workbook([about, *tables, dictionary])
    return _named(FileResponse(file, content_type=XLSX), request, agreement, "published.xlsx")


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def data_about(request: HttpRequest) -> HttpResponse:
    """Answer the sidecar: as of when, licence, checkpoint, and every column of every table."""
    agreement, at = current_agreement(request), timezone.now()
    tables = {
        table.name: [
            {"name": c.name, "type": c.type, "meaning": str(c.meaning)} for c in table.columns
        ]
        for table in TABLES.values()
    }
    body = {**provenance(agreement, at=at).record(), "tables": tables}
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return _named(HttpResponse(text, content_type=JSON), request, agreement, "about.json")


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def data_dcat(request: HttpRequest) -> HttpResponse:
    """Answer the dataset's description in DCAT, for catalogues that harvest."""
    agreement, at = current_agreement(request), timezone.now()
    home = _address(request, agreement, "data")
    body = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
        },
        "@id": home,
        "@type": "dcat:Dataset",
        "dct:title": _name(agreement),
        "dct:description": _description(),
        "dct:license": {"@id": LICENCE_URL},
        "dct:modified": at.isoformat(),
        "dcat:landingPage": {"@id": home},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": name,
                "dcat:downloadURL": {"@id": address},
                "dcat:mediaType": kind,
                "dct:license": {"@id": LICENCE_URL},
            }
            for name, kind, address in _distributions(request, agreement)
        ],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type=JSONLD)


def schema_org(request: HttpRequest, agreement: Agreement, at: datetime) -> dict[str, Any]:
    """Return the description of the dataset in the words of Schema.org, for search engines."""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": _name(agreement),
        "description": _description(),
        "url": _address(request, agreement, "data"),
        "license": LICENCE_URL,
        "isAccessibleForFree": True,
        "dateModified": at.isoformat(),
        "creator": {"@type": "Organization", "name": _("Ceasefire verification")},
        "variableMeasured": [column.name for column in INCIDENTS.columns],
        "distribution": [
            {"@type": "DataDownload", "name": name, "encodingFormat": kind, "contentUrl": address}
            for name, kind, address in _distributions(request, agreement)
        ],
    }


def _name(agreement: Agreement) -> str:
    return _("Incidents, findings and corrections: %(agreement)s") % {"agreement": agreement.title}


def _description() -> str:
    return _(
        "Reported incidents of a ceasefire with what was decided on each: allegations, contested "
        "incidents and findings kept apart, places coarsened to protect those who report, every "
        "finding signed in a public log."
    )


def _distributions(request: HttpRequest, agreement: Agreement) -> list[tuple[str, str, str]]:
    """Return (name, media type, address) of every file."""
    tables = [
        (f"{name}.csv", "text/csv", _address(request, agreement, "data-csv", name))
        for name in TABLES
    ]
    return [
        *tables,
        ("incidents.geojson", GEOJSON, _address(request, agreement, "data-geojson")),
        ("published.xlsx", XLSX, _address(request, agreement, "data-xlsx")),
    ]


def _address(request: HttpRequest, agreement: Agreement, name: str, *args: str) -> str:
    path = f"{reverse(name, args=args)}?agreement={agreement.slug}"
    return request.build_absolute_uri(path)


def _named(answer: Any, request: HttpRequest, agreement: Agreement, name: str) -> Any:
    """Return a download under its name, with the address of what describes it."""
    answer["Content-Disposition"] = f'attachment; filename="{agreement.slug}-{name}"'
    described = _address(request, agreement, "data-about")
    answer["Link"] = f'<{described}>; rel="describedby"; type="{JSON}"'
    return answer
