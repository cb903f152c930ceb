"""What the log proves of a finding and of one's own report, and the log's files with its records.

Doors and commands read the log through this module and `ledger.queries`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.intake.queries import Report, own_report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.queries import User
from reports.problems import NotFound
from verification.ledger.queries import (
    LoggedLeaf,
    LogStatus,
    disclosure,
    log_status,
    logged_leaf,
    public_files,
    published_events,
)
from verification.ledger.rules import promised_by, time_in_clear
from verification.ledger.signing import SignerRefused, SignerSilent, ask
from verification.publication.logged import public_record
from verification.publication.models import Finding

RECEIPT_S = 1.0  # how long somebody who filed waits for the signer, at most


@dataclass(frozen=True, slots=True)
class FindingProof:
    """A published finding with its leaf."""

    code: str
    leaf: LoggedLeaf
    record: bytes
    log: LogStatus


@dataclass(frozen=True, slots=True)
class ReportProof:
    """One's own report in the log: the promise, and once it is kept, the proof."""

    receipt: str
    body: str
    bucket: str
    promised: datetime
    kept: bool  # under a checkpoint
    note: str  # the signed receipt; '' while the signer is silent
    leaf: LoggedLeaf | None
    field: bytes  # JSON: salt, name, value, slot, path of the committed `body`; b"" if erased
    log: LogStatus


def finding_proof(code: str, *, at: datetime) -> FindingProof:
    """Return a finding's proof. Errors: NotFound."""
    finding = Finding.objects.filter(code=code.strip().upper()).first()
    if finding is None:
        raise NotFound("There is no finding with this code.")
    return proof_of(finding.pk, Kind.FINDING_PUBLISHED, finding.code, public_record(finding), at=at)


def proof_of(
    subject_id: uuid.UUID, kind: Kind, code: str, record: bytes, *, at: datetime
) -> FindingProof:
    """Return the proof of what was published under a code, by the event that published it.

    Errors: NotFound while no checkpoint covers it.
    """
    event = _event_on(subject_id, kind)
    leaf = logged_leaf(event.pk) if event else None
    if leaf is None:
        raise NotFound("There is nothing published under this code.")
    return FindingProof(code, leaf, record, log_status(at=at))


def report_proof(user: User, receipt: str, *, at: datetime) -> ReportProof:
    """Return the proof of one's own report. Errors: NotFound for everybody else's."""
    report = own_report(user, receipt)
    event = _event_on(report.pk, Kind.REPORT_FILED, Kind.REPORT_IMPORTED)
    leaf = logged_leaf(event.pk) if event else None
    shown = disclosure(event.pk, "body") if event and leaf else None
    bucket = time_in_clear(Kind.REPORT_FILED, report.received_at)["bucket"]
    promised = promised_by(report.received_at)
    return ReportProof(
        receipt=report.receipt,
        body=report.sha256,
        bucket=bucket,
        promised=promised,
        kept=leaf is not None,
        note=receipt_note(report),
        leaf=leaf,
        field=_field(
            {"salt": shown.salt, "name": shown.name, "value": shown.value}
            | {"slot": shown.slot, "path": [one.hex() for one in shown.path]}
        )
        if shown
        else b"",
        log=log_status(at=at),
    )


def _event_on(subject_id: uuid.UUID, *kinds: Kind) -> Event | None:
    return Event.objects.filter(subject_id=subject_id, kind__in=kinds).order_by("at").first()


def _field(shown: dict[str, Any]) -> bytes:
    return json.dumps(shown, ensure_ascii=False).encode()


def receipt_note(report: Report) -> str:
    """Return a report's signed receipt; '' while the signer is silent or the report is erased.

    Everything in it stands in columns that never change, and Ed25519 signs alike each time: it is
    the same bytes whenever it is asked for.
    """
    if not report.sha256:
        return ""
    question = {
        "ask": "receipt",
        "code": report.receipt,
        "body": report.sha256,
        "bucket": time_in_clear(Kind.REPORT_FILED, report.received_at)["bucket"],
        "promised": f"{promised_by(report.received_at):%Y-%m-%dT%H:%M:%SZ}",
    }
    try:
        return str(ask(question, patience=RECEIPT_S)["note"])
    except (SignerSilent, SignerRefused):
        return ""


def log_record(code: str) -> bytes:
    """Return the public record that a leaf vouches for. Errors: NotFound."""
    for finding in _published(code=code.strip().upper()):
        return public_record(finding)
    raise NotFound("There is no such record.")


def log_files() -> Iterator[tuple[str, bytes]]:
    """Yield every file of the log with its public records, the checkpoint last."""
    for finding in _published():
        yield f"records/{finding.code}.json", public_record(finding)
    yield from public_files()


def _published(**asked: str) -> Iterator[Finding]:
    subjects = published_events([Kind.FINDING_PUBLISHED]).values("subject_id")
    yield from Finding.objects.filter(pk__in=subjects, **asked).order_by("published_at", "id")
