"""The log for machines: how far it is, and what it proves of a finding, a bulletin, one's report.

The log's own files (checkpoint, tiles, records) have their addresses in docs/log-format.md; here
is what a client needs to check one thing at a time.
"""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Instant
from reports.api.reports import PROBLEMS
from verification.bulletins.proofs import bulletin_proof
from verification.ledger.queries import log_status, newest_checkpoint
from verification.publication.proofs import FindingProof, finding_proof, report_proof

STATUS = ("origin", "verifier", "receipts", "size", "signed_at", "behind", "witnesses", "quorum")


class WitnessOut(s.Serializer[Any]):
    """A witness, and how far it has cosigned."""

    name = s.CharField()
    size = s.IntegerField()


class LogOut(s.Serializer[Any]):
    """The log's newest checkpoint. `checkpoint` is a signed note; '' until anything is signed."""

    origin = s.CharField()
    verifier = s.CharField(help_text="the key that signs checkpoints")
    receipts = s.CharField(help_text="the key that signs receipts")
    size = s.IntegerField()
    signed_at = Instant(allow_null=True)
    behind = s.BooleanField(help_text="something should be signed by now, and is not")
    witnesses = WitnessOut(many=True)
    quorum = s.IntegerField()
    checkpoint = s.CharField()


class ProofOut(s.Serializer[Any]):
    """What proves that a record is the one that was published, and when."""

    code = s.CharField()
    record = s.CharField(help_text="the record, in the very bytes whose hash is in the leaf")
    record_url = s.CharField()
    leaf = s.CharField(help_text="the leaf, in the very bytes that were hashed")
    index = s.IntegerField(help_text="place of the leaf in the log")
    proof = s.CharField(help_text="a tlog-proof: inclusion under a signed checkpoint")


class FieldOut(s.Serializer[Any]):
    """The one field of a leaf that only its author can open."""

    salt = s.CharField()
    name = s.CharField()
    value = s.CharField()
    slot = s.IntegerField()
    path = s.ListField(child=s.CharField())


class ReportProofOut(s.Serializer[Any]):
    """What the log promises of one's own report, and once it is kept, proves."""

    receipt = s.CharField()
    body = s.CharField(help_text="SHA-256 of the report as it was filed")
    promised = Instant(help_text="when it is under a checkpoint at the latest")
    kept = s.BooleanField()
    signed_receipt = s.CharField()
    leaf = s.CharField(help_text="'' until it is kept")
    proof = s.CharField(help_text="'' until it is kept")
    field = FieldOut(allow_null=True)


@extend_schema(operation_id="read_log", responses=LogOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def show_log(request: Request) -> Response:
    """Say how far the log is, with its newest checkpoint and its keys."""
    found = log_status(at=timezone.now())
    body = {name: getattr(found, name) for name in STATUS}
    return Response(LogOut({**body, "checkpoint": newest_checkpoint()}).data)


@extend_schema(operation_id="prove_finding", responses=ProofOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def prove_finding(request: Request, code: str) -> Response:
    """Prove that a finding is the one that was published."""
    return _proved(request, finding_proof(code, at=timezone.now()))


@extend_schema(operation_id="prove_bulletin", responses=ProofOut)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def prove_bulletin(request: Request, code: str) -> Response:
    """Prove that a bulletin is the one that was released."""
    return _proved(request, bulletin_proof(code, at=timezone.now()))


def _proved(request: Request, found: FindingProof) -> Response:
    body = {
        "code": found.code,
        "record": found.record.decode(),
        "record_url": request.build_absolute_uri(reverse("log-record", args=[found.code])),
        "leaf": found.leaf.body.decode(),
        "index": found.leaf.index,
        "proof": found.leaf.proof.text,
    }
    return Response(ProofOut(body).data)


@extend_schema(operation_id="prove_own_report", responses={200: ReportProofOut, **PROBLEMS})
@api_view(["GET"])
@permission_classes(keys_for("reports"))
def prove_report(request: Request, receipt: str) -> Response:
    """Prove that one's own report is in the log, once its promise is kept."""
    found = report_proof(asker(request), receipt, at=timezone.now())
    body = {
        "receipt": found.receipt,
        "body": found.body,
        "promised": found.promised,
        "kept": found.kept,
        "signed_receipt": found.note,
        "leaf": found.leaf.body.decode() if found.leaf else "",
        "proof": found.leaf.proof.text if found.leaf else "",
        "field": json.loads(found.field) if found.field else None,
    }
    return Response(ReportProofOut(body).data)
