"""Bundles of evidence by machine: ask, answer, revoke, fetch, under the rules of their pages."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Strict, Text, read_body
from reports.api.reports import PROBLEMS
from reports.api.versions import check_version, etag, if_match
from reports.pages.bytes_out import PRIVATE
from reports.pages.choosing import current_agreement
from reports.problems import Invalid
from verification.api.pages import AGREEMENT, LISTED, page_of, paged
from verification.bundles.actions import (
    approve_bundle,
    download_bundle,
    link_for,
    refuse_bundle,
    request_bundle,
    revoke_bundle,
)
from verification.bundles.choices import Contents
from verification.bundles.queries import (
    Bundle,
    bundle_for,
    bundles_for,
    case_to_bundle,
    may_be_fetched,
    packed_bytes,
)

MINE = keys_for("chair")


class BundleBody(Strict):
    """Of which incident, how much, and what for."""

    incident = Text(max_length=20)
    contents = s.ChoiceField(Contents.choices)
    why = Text(max_length=500)


class BundleMoveBody(Strict):
    """What becomes of a bundle: approved or refused by a second person, or revoked."""

    do = s.ChoiceField(("approve", "refuse", "revoke"))


class BundleOut(s.Serializer[Any]):
    """A bundle; `link` is filled while who asked can fetch it, and lives for a few minutes."""

    code = s.CharField()
    incident = s.CharField(source="case.incident.code")
    contents = s.CharField()
    why = s.CharField()
    state = s.CharField()
    version = s.IntegerField(help_text="goes into If-Match")
    requested_at = s.DateTimeField()
    built_at = s.DateTimeField(allow_null=True)
    expires_at = s.DateTimeField(allow_null=True)
    size = s.IntegerField(help_text="bytes")
    sha256 = s.CharField()
    manifest_sha256 = s.CharField()


@extend_schema(
    methods=["GET"],
    operation_id="list_bundles",
    parameters=LISTED,
    summary="List bundles of evidence",
    responses={200: page_of(BundleOut), **PROBLEMS},
)
@extend_schema(
    methods=["POST"],
    operation_id="request_bundle",
    parameters=[AGREEMENT],
    summary="Ask for a bundle of evidence",
    request=BundleBody,
    responses={201: BundleOut, **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(MINE)
def bundles(request: Request) -> Response:
    """List an agreement's bundles, or ask for one."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    rows = bundles_for(user, agreement, at=at)  # refuses whoever may not ask, too
    if request.method != "POST":
        return paged(request, {"as_of": at, "agreement": agreement.slug}, rows, BundleOut)
    read = read_body(BundleBody, request)
    case = case_to_bundle(user, read["incident"], at=at)
    if case is None:
        raise Invalid(errors={"incident": [_("There is no case on an incident with this code.")]})
    made = request_bundle(case=case, contents=read["contents"], why=read["why"], by=user, at=at)
    return _shown(made, request, status=201)


@extend_schema(
    methods=["GET"],
    operation_id="read_bundle",
    summary="Read a bundle",
    responses={200: dict, **PROBLEMS},
)
@extend_schema(
    methods=["POST"],
    operation_id="move_bundle",
    summary="Approve, refuse or revoke a bundle",
    request=BundleMoveBody,
    parameters=[if_match("bundle")],
    responses={200: dict, **PROBLEMS},
)
@api_view(["GET", "POST"])
@permission_classes(MINE)
def bundle(request: Request, code: str) -> Response:
    """Read a bundle; approve or refuse another's, revoke one."""
    at, user = timezone.now(), asker(request)
    found = bundle_for(user, code, at=at)
    if request.method == "POST":
        check_version(request, found.version)
        moves = {"approve": approve_bundle, "refuse": refuse_bundle, "revoke": revoke_bundle}
        moves[read_body(BundleMoveBody, request)["do"]](bundle=found, by=user, at=at)
        found = bundle_for(user, code, at=at)
    return _shown(found, request)


def _shown(found: Bundle, request: Request, *, status: int = 200) -> Response:
    user, link = asker(request), ""
    if found.requested_by_id == user.pk and may_be_fetched(found, at=timezone.now()):
        path = reverse("api-bundle-file", args=[found.code])
        link = f"{path}?link={link_for(found, user)}"
    body = {**BundleOut(found).data, "link": link}
    return Response(body, status=status, headers=etag(found.version))


@extend_schema(
    operation_id="fetch_bundle",
    parameters=[OpenApiParameter("link", str, description="as reading the bundle gave it")],
    responses={(200, "application/zip"): OpenApiTypes.BINARY},
)
@api_view(["GET"])
@permission_classes(MINE)
def bundle_file(request: Request, code: str) -> Any:
    """Fetch one's own bundle by the link that reading it gave."""
    at, user = timezone.now(), asker(request)
    found = bundle_for(user, code, at=at)
    link = str(request.query_params.get("link", ""))
    found = download_bundle(bundle=found, link=link, by=user, at=at)
    return FileResponse(
        packed_bytes(found),
        as_attachment=True,
        filename=f"evidence-{found.code}.zip",
        content_type="application/zip",
        headers=PRIVATE,
    )
