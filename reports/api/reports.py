"""Doors for machines: file a report, and read one's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from reports.api.authentication import asker
from reports.api.bodies import ProblemShown, ReportBody, ReportsShown, ReportWhole
from reports.api.drafting import draft_from, report_body, with_pointers
from reports.intake.actions import file_report
from reports.intake.queries import Report, own_report, own_reports_after
from reports.intake.receipts import signed_receipt
from reports.people.permissions import require
from reports.problems import Invalid

PAGE_SIZE = 50
PROBLEMS = {
    ("4XX", "application/problem+json"): ProblemShown,
}


@extend_schema(
    methods=["POST"],
    operation_id="file_report",
    summary="File a report",
    description="201 for a new report; 200 where the same was filed under this id already.",
    request=ReportBody,
    responses={200: ReportWhole, 201: ReportWhole, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="list_own_reports",
    summary="List one's own reports",
    parameters=[OpenApiParameter("cursor", str, description="as given in `next`")],
    responses={200: ReportsShown, **PROBLEMS},
)
@api_view(["GET", "POST"])
def reports_door(request: Request) -> Response:
    """File one report, or list one's own, latest first."""
    return _file(request) if request.method == "POST" else _list(request)


def _file(request: Request) -> Response:
    at = timezone.now()
    require(request.user, "report.file", at=at)
    body = ReportBody(data=request.data)
    body.is_valid(raise_exception=True)
    read = body.validated_data
    try:
        filing = file_report(draft=draft_from(read), by=asker(request), at=at)
    except Invalid as problem:
        raise with_pointers(problem, read.get("tolls") or ()) from problem
    report = own_report(asker(request), filing.report.receipt)
    address = reverse("api-report", args=[report.receipt], request=request)
    return Response(
        _whole(report),
        status=201 if filing.created else 200,
        headers={"Location": address},
    )


def _list(request: Request) -> Response:
    cursor = request.query_params.get("cursor")
    if cursor is not None and not cursor.isprintable():
        raise Http404
    found = own_reports_after(asker(request), cursor, most=PAGE_SIZE + 1)
    rows = found[:PAGE_SIZE]
    onward = None
    if len(found) > PAGE_SIZE:
        onward = f"{reverse('api-reports', request=request)}?cursor={rows[-1].receipt}"
    return Response(ReportsShown({"results": [report_body(r) for r in rows], "next": onward}).data)


@extend_schema(operation_id="read_own_report", responses={200: ReportWhole, **PROBLEMS})
@api_view(["GET"])
def report_door(request: Request, receipt: str) -> Response:
    """Read one of one's own reports."""
    return Response(_whole(own_report(asker(request), receipt)))


def _whole(report: Report) -> dict[str, Any]:
    return ReportWhole(report_body(report) | {"signed_receipt": signed_receipt(report)}).data
