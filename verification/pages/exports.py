"""Exports: the published incidents in layouts of other systems, each with what it drops."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from reports.agreement.queries import Agreement
from reports.cells import csv_lines
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from reports.problems import NotFound, Problem
from verification.bulletins.daily import HEADER, MEANINGS, daily_rows
from verification.publication.exports import Layout, Status, exported, sidecar
from verification.publication.layouts import LAYOUTS
from verification.publication.open_data import provenance
from verification.publication.parquet import is_there, parquet_file

CSV, JSON, TEXT = "text/csv; charset=utf-8", "application/json", "text/plain; charset=utf-8"
PARQUET = "application/vnd.apache.parquet"
DAILY = "daily"
DAILY_LOSES = (
    "which incident and which report a count is made of, and where it was",
    "counts that fewer than three observers gave",
    "days without a released bulletin",
)


class UnknownStatus(Problem):
    """Raised for a status no export knows: nobody gets allegations by a slip of the pen."""

    code = "unknown-status"
    status = 400
    title = gettext_lazy("Ask for status=confirmed, decided or all")


def _status(request: HttpRequest) -> str:
    asked = request.GET.get("status", Status.CONFIRMED)
    if asked not in Status.values:
        raise UnknownStatus()
    return asked


def _layout(name: str) -> Layout:
    if name not in LAYOUTS:
        raise NotFound("There is no such layout.")
    return LAYOUTS[name]


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def export_csv(request: HttpRequest, name: str) -> Any:  # a stream
    """Answer the published incidents in one layout, or the daily table, as CSV."""
    agreement, at = current_agreement(request), timezone.now()
    if name == DAILY:
        lines = csv_lines(HEADER, daily_rows(agreement))
        return _named(StreamingHttpResponse(lines, content_type=CSV), agreement, f"{DAILY}.csv")
    layout, status = _layout(name), _status(request)
    lines = csv_lines(layout.header, layout.lines(exported(agreement, at, status)))
    answer = StreamingHttpResponse(lines, content_type=CSV)
    described = _address(request, "export-mapping", name, agreement, status)
    answer["Link"] = f'<{described}>; rel="describedby"; type="{JSON}"'
    return _named(answer, agreement, f"{name}-{status}.csv")


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def export_mapping(request: HttpRequest, name: str) -> HttpResponse:
    """Answer what each column of a layout holds, what is dropped, and how many rows are."""
    agreement = current_agreement(request)
    told = _told(request, name, agreement)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type=JSON)
    return _named(answer, agreement, f"{name}.mapping.json")


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def export_readme(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the same to be read by people."""
    agreement = current_agreement(request)
    told = _told(request, name, agreement)
    answer = HttpResponse("\n".join(_readme(told)), content_type=TEXT)
    return _named(answer, agreement, f"{name}.README.txt")


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def export_parquet(request: HttpRequest) -> Any:  # a stream
    """Answer the incidents for analysts, with typed columns; NotFound where the extra is not."""
    agreement, at = current_agreement(request), timezone.now()
    if not is_there():
        raise NotFound("This site writes no Parquet.")
    status = _status(request)
    file = parquet_file(exported(agreement, at, status), provenance(agreement, at=at).record())
    answer = FileResponse(file, content_type=PARQUET)
    return _named(answer, agreement, f"incidents-{status}.parquet")


def _told(request: HttpRequest, name: str, agreement: Agreement) -> dict[str, Any]:
    at = timezone.now()
    source = provenance(agreement, at=at).record()
    if name == DAILY:
        columns = [{"column": c, "holds": c, "how": MEANINGS[c]} for c in HEADER]
        told: dict[str, Any] = {"layout": DAILY, "status": "released", "columns": columns}
        return {**told, "dropped": list(DAILY_LOSES), **source}
    layout, status = _layout(name), _status(request)
    return {**sidecar(layout, exported(agreement, at, status), status), **source}


def _readme(told: dict[str, Any]) -> Iterable[str]:
    yield f"{told['title']}: {told['layout']}, status {told['status']}"
    yield f"As of {told['as_of']}. Licence: {told['licence']} ({told['licence_url']})."
    if "rows" in told:
        yield f"{told['rows']} rows; {told['left_out']} incidents this layout cannot hold."
    if told.get("rows") == 0:
        yield "The record holds no incident that this layout can say."
    yield ""
    yield "A row is a finding of a panel or, where you asked for it, an allegation; see the status."
    yield "Positions are places or areas, never the point of an event."
    yield ""
    yield "Dropped:"
    yield from (f"- {one}" for one in told["dropped"])
    yield ""
    yield "Columns (those not named are empty):"
    for column in told["columns"]:
        if column["holds"]:
            how = f" ({column['how']})" if column["how"] else ""
            yield f"- {column['column']}: {column['holds']}{how}"
    yield ""
    yield "Checkpoint of the log when this was made:"
    yield told["checkpoint"] or "none yet"


def _address(request: HttpRequest, view: str, name: str, agreement: Agreement, status: str) -> str:
    path = f"{reverse(view, args=[name])}?agreement={agreement.slug}&status={status}"
    return request.build_absolute_uri(path)


def _named(answer: Any, agreement: Agreement, name: str) -> Any:
    answer["Content-Disposition"] = f'attachment; filename="{agreement.slug}-{name}"'
    return answer
