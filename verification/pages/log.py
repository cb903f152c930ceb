"""The public log: its files for machines and mirrors, and pages that prove one thing at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from reports.pages.answers import answers_problems, asker, signed_in
from reports.problems import NotFound
from verification.bulletins.proofs import any_record, bulletin_proof
from verification.ledger.queries import log_status, newest_checkpoint, public_tile
from verification.publication.proofs import (
    FindingProof,
    ReportProof,
    finding_proof,
    report_proof,
)

TEXT, BYTES, JSON = "text/plain; charset=utf-8", "application/octet-stream", "application/json"
FOR_EVER = 365 * 24 * 3600  # seconds
FULL = 256  # hashes of a tile
_TILE = re.compile(r"(0|[1-9][0-9]?|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")

Door = Callable[..., HttpResponse]


@require_safe
@answers_problems
def log(request: HttpRequest) -> HttpResponse:
    """Say what the log is, how far it is, and how to audit all of it."""
    at = timezone.now()
    context = {"as_of": at, "log": log_status(at=at), "address": _address(request, "log")}
    return render(request, "verification/log.html", context)


@require_safe
@answers_problems
@cache_control(public=True, max_age=5)
def log_checkpoint(request: HttpRequest) -> HttpResponse:
    """Answer the newest signed checkpoint."""
    note = newest_checkpoint()
    if not note:
        raise NotFound("Nothing was signed yet.")
    return HttpResponse(note, content_type=TEXT)


@require_safe
@answers_problems
@cache_control(public=True, max_age=3600)
def log_key(request: HttpRequest) -> HttpResponse:
    """Answer the log's public key."""
    return _key(log_status(at=timezone.now()).verifier)


@require_safe
@answers_problems
@cache_control(public=True, max_age=60)
def log_receipts_key(request: HttpRequest) -> HttpResponse:
    """Answer the public key of receipts."""
    return _key(log_status(at=timezone.now()).receipts)


def _key(line: str) -> HttpResponse:
    if not line:
        raise NotFound("Nothing was signed yet.")
    return HttpResponse(f"{line}\n", content_type=TEXT)


@require_safe
@answers_problems
@cache_control(public=True, max_age=FOR_EVER, immutable=True)
def log_tile(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a tile or a bundle of leaves; neither ever changes."""
    found = _TILE.fullmatch(path)
    if found is None:
        raise NotFound("No such part of the log.")
    level, number, width = found.groups()
    digits = number.replace("x", "").replace("/", "")
    if len(digits) > 15:
        raise NotFound("No such part of the log.")
    body = public_tile(
        None if level == "entries" else int(level), int(digits), int(width) if width else FULL
    )
    return HttpResponse(body, content_type=BYTES)


@require_safe
@answers_problems
@cache_control(public=True, max_age=FOR_EVER, immutable=True)
def log_record_file(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a public record in the very bytes whose hash stands in the log."""
    return HttpResponse(any_record(code), content_type=JSON)


@require_safe
@answers_problems
def finding_proof_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show how to check that a finding is the one that was published, and when."""
    at = timezone.now()
    found = finding_proof(code, at=at)
    page = request.build_absolute_uri(reverse("finding-proof", args=[found.code]))
    record = request.build_absolute_uri(reverse("log-record", args=[found.code]))
    context = {
        **_proof_context(request, found, page),
        "finding": found.code,
        "record_url": record,
        "about_url": reverse("finding", args=[found.code]),
        "about": found.code,
        "as_of": at,
    }
    return render(request, "verification/log_proof.html", context)


@require_safe
@answers_problems
def bulletin_proof_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show how to check that a bulletin is the one that was released, and when."""
    at = timezone.now()
    found = bulletin_proof(code, at=at)
    page = request.build_absolute_uri(reverse("bulletin-proof", args=[found.code]))
    context = {
        **_proof_context(request, found, page),
        "finding": found.code,
        "bulletin": True,
        "record_url": request.build_absolute_uri(reverse("log-record", args=[found.code])),
        "about_url": reverse("bulletin", args=[found.code]),
        "about": found.code,
        "as_of": at,
    }
    return render(request, "verification/log_proof.html", context)


@require_safe
@answers_problems
@cache_control(public=True, max_age=60)
def bulletin_proof_file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Answer a bulletin's leaf or its proof file."""
    return _file(bulletin_proof(code, at=timezone.now()), name)


@never_cache
@require_safe
@signed_in
def report_proof_page(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show the author what the log promises, and then proves, of their report."""
    at = timezone.now()
    found = report_proof(asker(request), receipt, at=at)
    page = request.build_absolute_uri(reverse("report-proof", args=[found.receipt]))
    context = {
        **_proof_context(request, found, page),
        "receipt": found,
        "receipt_url": f"{page}receipt.txt" if found.note else "",
        "field_url": f"{page}field.json" if found.field else "",
        "about_url": reverse("report", args=[found.receipt]),
        "about": found.receipt,
        "as_of": at,
    }
    return render(request, "verification/log_proof.html", context)


def _proof_context(
    request: HttpRequest, found: FindingProof | ReportProof, page: str
) -> dict[str, Any]:
    leaf = found.leaf
    return {
        "log": found.log,
        "leaf": leaf,
        "leaf_shown": json.dumps(json.loads(leaf.body), indent=2) if leaf else "",
        "leaf_url": f"{page}leaf.json",
        "proof_url": f"{page}log.tlog-proof",
        "address": _address(request, "log"),
    }


def _address(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(reverse(name)).rstrip("/")


@require_safe
@answers_problems
@cache_control(public=True, max_age=60)
def finding_proof_file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Answer a finding's leaf or its proof file."""
    return _file(finding_proof(code, at=timezone.now()), name)


@never_cache
@require_safe
@signed_in
def report_proof_file(request: HttpRequest, receipt: str, name: str) -> HttpResponse:
    """Answer the files that prove one's own report: nobody else's."""
    found = report_proof(asker(request), receipt, at=timezone.now())
    if name == "receipt.txt" and found.note:
        return HttpResponse(found.note, content_type=TEXT)
    if name == "field.json" and found.field:
        return HttpResponse(found.field, content_type=JSON)
    return _file(found, name)


def _file(found: FindingProof | ReportProof, name: str) -> HttpResponse:
    if found.leaf is None:
        raise NotFound("It is not in the log yet.")
    if name == "leaf.json":
        return HttpResponse(found.leaf.body, content_type=JSON)
    if name == "log.tlog-proof":
        return HttpResponse(found.leaf.proof.text, content_type=TEXT)
    raise NotFound("There is no such file.")
