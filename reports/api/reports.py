"""Doors for machines: file a report, and read one's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from reports.api.authentication import asker, keys_for
from reports.api.bodies import (
    NothingBody,
    ProblemShown,
    ReportBody,
    ReportShown,
    ReportWhole,
    read_body,
)
from reports.api.drafting import draft_from, report_body, with_pointers
from reports.api.parameters import CURSOR, LIMIT, address, asked_limit, list_of
from reports.api.versions import check_version, etag, if_match, repeatable
from reports.intake.actions import file_report, withdraw_report
from reports.intake.queries import Report, own_report, own_reports_after
from reports.intake.receipts import signed_receipt
from reports.people.permissions import require
from reports.problems import Invalid

PROBLEMS = {
    ("4XX", "application/problem+json"): ProblemShown,
}


@extend_schema(
    methods=["POST"],
    operation_id="file_report",
    extensions=repeatable("the client’s own id of the report tells a repetition"),
    summary="File a report",
    description="201 for a new report; 200 where the same was filed under this id already.",
    request=ReportBody,
    responses={200: ReportWhole, 201: ReportWhole, **PROBLEMS},
)
@extend_schema(
    methods=["GET"],
    operation_id="list_own_reports",
    summary="List one's own reports",
    parameters=[LIMIT, CURSOR],
    responses={200: list_of(ReportShown, count=False), **PROBLEMS},
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
    receipt = filing.report.receipt
    report = filing.report if filing.created else own_report(asker(request), receipt)
    address = reverse("api-report", args=[report.receipt], request=request)
    return Response(
        _whole(report),
        status=201 if filing.created else 200,
        headers={"Location": address, **etag(report.version)},
    )


def _list(request: Request) -> Response:
    size, cursor = asked_limit(request), request.query_params.get("cursor")
    if cursor is not None and not cursor.isprintable():
        raise Http404
    found = own_reports_after(asker(request), cursor, most=size + 1)
    rows = found[:size]
    onward = rows[-1].receipt if len(found) > size else None
    shown = [ReportShown(report_body(row)).data for row in rows]
    return Response({"next": address(request, onward), "previous": None, "results": shown})


@extend_schema(operation_id="read_own_report", responses={200: ReportWhole, **PROBLEMS})
@api_view(["GET"])
def report_door(request: Request, receipt: str) -> Response:
    """Read one of one's own reports."""
    report = own_report(asker(request), receipt)
    return Response(_whole(report), headers=etag(report.version))


@extend_schema(
    operation_id="withdraw_report",
    parameters=[if_match("report")],
    request=NothingBody,
    responses={200: ReportWhole, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(keys_for("withdrawals"))
def withdraw_door(request: Request, receipt: str) -> Response:
    """Withdraw one's own report; it stays on record as withdrawn."""
    at, user = timezone.now(), asker(request)
    report = own_report(user, receipt)
    check_version(request, report.version)
    read_body(NothingBody, request)
    withdraw_report(report=report, by=user, at=at)
    report = own_report(user, receipt)
    return Response(_whole(report), headers=etag(report.version))


def _whole(report: Report) -> dict[str, Any]:
    return ReportWhole(report_body(report) | {"signed_receipt": signed_receipt(report)}).data
