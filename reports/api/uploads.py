"""Doors for files over bad lines: tus 1.0.0 (core, creation, expiration, termination, checksum).

People's pages use them with their session and its CSRF token, machines with a key. The method is
never taken from a header.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reports.api.authentication import asker
from reports.api.bodies import Instant, ProblemShown, Strict
from reports.api.tus import (
    BYTES,
    EXTENSIONS,
    NOT_KEPT,
    VERSION,
    as_metadata,
    checksum_in,
    expiry,
    metadata_in,
    number_in,
)
from reports.api.versions import no_version, repeatable
from reports.evidence.choices import EvidenceKind, Sensitivity
from reports.evidence.drafts import ItemDraft
from reports.evidence.rules import MOST_BYTES
from reports.intake.queries import own_report
from reports.people.permissions import require
from reports.uploads.actions import Declared, Piece, append_bytes, end_upload, start_upload
from reports.uploads.problems import Elsewhere, OtherProtocol, WrongHeader, WrongType
from reports.uploads.queries import Upload, offset_of, own_upload
from reports.uploads.rules import ALGORITHMS, SILENCE_S

FIRST_YEAR, LAST_YEAR = 1900, 2200
PROBLEMS = {("4XX", "application/problem+json"): ProblemShown}


BYTE_COUNT = "^[0-9]{1,15}$"
BASE64 = "[A-Za-z0-9+/]*={0,2}"


def header(
    name: str, what: str, *, needed: bool = True, form: str = "", example: str = ""
) -> OpenApiParameter:
    """Return how the schema describes a request's header."""
    kind: Any = {"type": "string", "pattern": form} if form else OpenApiTypes.STR
    shown = [OpenApiExample("one", value=example)] if example else []
    return OpenApiParameter(name, kind, "header", required=needed, description=what, examples=shown)


SPOKEN = OpenApiParameter("Tus-Resumable", str, "header", required=True, enum=[VERSION])


class LocalInstant(serializers.DateTimeField):
    """A date and a time of the clock at the place of the event, as 2020-10-11T02:00."""

    def to_internal_value(self, value: Any) -> datetime:
        """Return it as it was told, without a zone."""
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("invalid", format="2020-10-11T02:00")
        if read.tzinfo is not None or not FIRST_YEAR <= read.year <= LAST_YEAR:
            self.fail("invalid", format="2020-10-11T02:00")
        return read


class Told(Strict):
    """What Upload-Metadata may tell of a file. Its name is not kept."""

    receipt = serializers.CharField(max_length=20)
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z", required=False, default="")
    filetype = serializers.CharField(required=False, default="", max_length=100)
    type = serializers.CharField(required=False, default="", max_length=100)
    kind = serializers.ChoiceField(EvidenceKind.choices, required=False, default="")
    sensitivity = serializers.ChoiceField(
        Sensitivity.choices, required=False, default=Sensitivity.ORDINARY
    )
    caption = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    claimed_at = Instant(required=False, default=None)
    claimed_local = LocalInstant(required=False, default=None)
    lat = serializers.FloatField(required=False, default=None, min_value=-90, max_value=90)
    lon = serializers.FloatField(required=False, default=None, min_value=-180, max_value=180)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what was told; half a position says nothing."""
        if (attrs["lat"] is None) != (attrs["lon"] is None):
            raise serializers.ValidationError({"lat": [_("Give both lat and lon, or neither.")]})
        return attrs


PAIR = f"({'|'.join(sorted({*Told().fields, *NOT_KEPT}))}) {BASE64}"


class UploadShown(serializers.Serializer[Any]):
    """How far an upload is, and what became of it."""

    offset = serializers.IntegerField(help_text="bytes that have come")
    length = serializers.IntegerField(help_text="bytes")
    expires_at = serializers.DateTimeField()
    evidence = serializers.CharField(help_text="code of the sealed file; empty until it is whole")
    sha256 = serializers.CharField(help_text="of the sealed file; empty until it is whole")


class TusDoor(APIView):
    """What both doors have in common: every answer names the protocol and is kept by nobody."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return the headers of every answer, refusals too."""
        own = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
        return {**super().default_response_headers, **own}

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Tell what is spoken here."""
        self.headers |= {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(MOST_BYTES),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        return Response(status=204)

    def speaks(self, request: Request) -> None:
        """Check that the sender speaks our version. Errors: OtherProtocol."""
        if request.headers.get("Tus-Resumable") != VERSION:
            self.headers["Tus-Version"] = VERSION
            raise OtherProtocol

    def tell(self, upload: Upload, offset: int) -> None:
        """Say in the answer's headers how far an upload is, and what became of it."""
        self.headers |= {"Upload-Offset": str(offset), "Upload-Expires": expiry(upload.expires_at)}
        if upload.item is not None:
            self.headers |= {
                "Evidence-Code": upload.item.code,
                "Evidence-SHA256": upload.item.sha256,
            }


class UploadsDoor(TusDoor):
    """Where uploads begin."""

    @extend_schema(
        operation_id="start_upload",
        extensions=repeatable("the file’s SHA-256 tells a repetition"),
        description=(
            "201 with the address of a new upload, 200 with that of the same file (by its SHA-256) "
            "that is under way or sealed already; Upload-Offset says where to go on."
        ),
        parameters=[
            SPOKEN,
            header("Upload-Length", "bytes", form=BYTE_COUNT, example="1048576"),
            header(
                "Upload-Metadata",
                "receipt (needed), sha256, filetype, kind, sensitivity, caption, claimed_at or "
                "claimed_local (the clock of the place), lat, lon; each with its value in base64. "
                "Names of files are dropped.",
                form=f"^{PAIR}(,{PAIR})*$",
                example="receipt N0szUUYtOU0yWEQ=,filetype aW1hZ2UvanBlZw==",
            ),
        ],
        request=None,
        responses={200: None, 201: None, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Begin to send a file for one of one's own reports."""
        self.speaks(request)
        if number_in({"Content-Length": "0", **request.headers}, "Content-Length"):
            raise WrongHeader(_("Bytes are sent by PATCH to the address of the upload."))
        length = number_in(request.headers, "Upload-Length")
        told = Told(data=metadata_in(request.headers))
        told.is_valid(raise_exception=True)
        read = told.validated_data
        report = own_report(asker(request), read["receipt"])
        claimed = read["claimed_at"]
        if claimed is None and read["claimed_local"] is not None:
            claimed = read["claimed_local"].replace(tzinfo=ZoneInfo(report.agreement.timezone))
        upload, created = start_upload(
            report=report,
            declared=Declared(length, read["sha256"], read["filetype"] or read["type"]),
            draft=ItemDraft(
                kind=read["kind"],
                sensitivity=read["sensitivity"],
                caption=read["caption"],
                claimed_at=claimed,
                claimed_lat=read["lat"],
                claimed_lon=read["lon"],
            ),
            by=asker(request),
            at=timezone.now(),
        )
        self.tell(upload, offset_of(upload))
        self.headers["Location"] = reverse("api-upload", args=[upload.pk])
        return Response(status=201 if created else 200)


class UploadDoor(TusDoor):
    """One upload of one's own."""

    @extend_schema(operation_id="get_upload", responses={200: UploadShown, **PROBLEMS})
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Show how far an upload is."""
        upload = self.found(request, upload_id)
        item = upload.item
        shown = {
            "offset": offset_of(upload),
            "length": upload.length,
            "expires_at": upload.expires_at,
            "evidence": item.code if item is not None else "",
            "sha256": item.sha256 if item is not None else "",
        }
        return Response(UploadShown(shown).data)

    @extend_schema(exclude=True)
    def head(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Say how many bytes have come, and the evidence code once all are sealed."""
        upload = self.found(request, upload_id)
        self.speaks(request)
        self.tell(upload, offset_of(upload))
        self.headers |= {
            "Upload-Length": str(upload.length),
            "Upload-Metadata": as_metadata(
                {
                    "receipt": upload.report.receipt,
                    "sha256": upload.sha256,
                    "kind": upload.kind,
                    "sensitivity": upload.sensitivity,
                    "caption": upload.caption,
                }
            ),
        }
        return Response(status=200)

    @extend_schema(
        operation_id="send_bytes",
        extensions=no_version("Upload-Offset names where the sender stands"),
        description=(
            "What comes is kept, also of a line that breaks. 204 with the new Upload-Offset; after "
            "the last byte also Evidence-Code and Evidence-SHA256 of the sealed file."
        ),
        parameters=[
            SPOKEN,
            header("Upload-Offset", "bytes", form=BYTE_COUNT, example="0"),
            header(
                "Upload-Checksum",
                "sha1 or sha256, and the sum in base64",
                needed=False,
                form=f"^(sha1|sha256) {BASE64}$",
                example="sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
            ),
        ],
        request={BYTES: OpenApiTypes.BINARY},
        responses={204: None, **PROBLEMS},
    )
    def patch(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Take further bytes of a file; the last one seals it."""
        upload = self.found(request, upload_id)
        self.speaks(request)
        length = number_in({"Content-Length": "0", **request.headers}, "Content-Length")
        if length and request.headers.get("Content-Type", "").split(";")[0].strip() != BYTES:
            raise WrongType
        algorithm, checksum = checksum_in(request.headers)
        offset = number_in(request.headers, "Upload-Offset")
        piece = Piece(offset, length, algorithm, checksum)
        stream, line = request._request, request.META.get("gunicorn.socket")
        if line is not None:  # a line that went dead would keep the file locked
            line.settimeout(SILENCE_S)
        try:
            upload, offset = append_bytes(
                upload=upload, stream=stream, piece=piece, by=asker(request), at=timezone.now()
            )
        except Elsewhere:
            self.headers["Upload-Offset"] = str(offset_of(upload))
            raise
        self.tell(upload, offset)
        return Response(status=204)

    @extend_schema(
        operation_id="end_upload",
        extensions=no_version("what came is destroyed, however far it was"),
        parameters=[SPOKEN],
        responses={204: None, **PROBLEMS},
    )
    def give_up(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Give up an upload; what came is destroyed. A sealed file stays sealed."""
        upload = self.found(request, upload_id)
        self.speaks(request)
        end_upload(upload=upload, by=asker(request))
        return Response(status=204)

    delete = give_up

    def found(self, request: Request, upload_id: uuid.UUID) -> Upload:
        """Return one's own upload. Errors: NotFound, NotAllowed once one's role has ended."""
        upload = own_upload(asker(request), upload_id)
        require(
            request.user,
            "report.file",
            at=timezone.now(),
            agreement_id=upload.report.agreement_id,
        )
        return upload
