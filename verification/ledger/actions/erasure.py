"""Erasing one report: its content, the salts of its leaves and their key. The log stays whole."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.channels.actions import empty_messages
from reports.evidence.actions import empty_items
from reports.intake.choices import AccusedKind
from reports.intake.models import Report
from reports.intake.states import ReportState
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.open_door.actions import drop_open_key
from reports.openrosa.actions import empty_submissions
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, Problem
from reports.questions.actions import empty_questions
from reports.redactions.actions import empty_redactions
from reports.repeats.actions import empty_answers
from reports.timestamps.actions import empty_timestamps
from reports.uploads.actions import drop_uploads
from verification.ledger.models import LeafKey, Opening
from verification.ledger.queries import is_erased
from verification.ledger.rules import BASES, BUCKET_H, bucket_start
from verification.ledger.signing import SignerRefused, SignerSilent, ask

ERASABLE = (ReportState.WITHDRAWN, ReportState.REJECTED)  # what counts for nothing any more
# What a report holds of a person, a place or a time, and what stands there afterwards.
EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(("narrative", "weapon", "place_typed", "place_accuracy", "publisher"), ""),
    **dict.fromkeys(("source_url", "own_confidence", "sha256", "means", "state_reason"), ""),
    **dict.fromkeys(("place", "lat", "lon", "radius_m", "observer_lat", "observer_lon"), None),
    **dict.fromkeys(("end_one", "end_other"), None),
    **dict.fromkeys(("range_m", "bearing_deg", "range_error_m", "bearing_error_deg"), None),
    "observation_count": None,
    "observation_unit": "",
    "tolls": [],
    "accused": None,
    "accused_kind": AccusedKind.UNKNOWN,
    "raw": b"",
    "time_precision": "day",
}


class CannotEraseNow(Problem):
    """Raised while the signer is silent: without its memory a restore would bring it all back."""

    code = "cannot-erase-now"
    status = 503
    title = gettext_lazy("Nothing was erased: the log’s signer does not answer")


def erase_report(*, report: Report, basis: str, by: User, at: datetime) -> Report:
    """Erase what a report says, for good. What the log proved before, it still proves.

    Needs: report.erase; a report that was withdrawn or rejected; the signer, which remembers.
    Leaves: the row without its content, no opening and no key of its leaves, erasure.done.
    Errors: Invalid; CannotEraseNow.
    """
    role = require(by, "report.erase", at=at, agreement_id=report.agreement_id)
    if basis not in BASES:
        raise Invalid(errors={"basis": [_("Name the legal ground by its code.")]})
    if report.state not in ERASABLE:
        raise Invalid(_("Only a report that was withdrawn or rejected can be erased."))
    try:
        ask({"ask": "erase", "digest": erasure_digest(report.pk)})
    except (SignerSilent, SignerRefused) as problem:
        raise CannotEraseNow(_("Try again when the log is being signed.")) from problem
    return _erase(report, basis, by, at, role)


def replay_erasure(*, report: Report, at: datetime) -> Report:
    """Erase again what a restored backup brought back. Leaves: as erase_report."""
    return _erase(report, "restored", None, at, "machine")


def replay_erasures(*, at: datetime) -> int:
    """Erase again whatever the signer remembers as erased and is there; return how many.

    Run before a site opens. Errors: SignerSilent.
    """
    digests = set(ask({"ask": "erased"})["digests"])
    if not digests:
        return 0
    back = [
        report_id
        for report_id in Report.objects.exclude(raw=b"").values_list("pk", flat=True)
        if erasure_digest(report_id) in digests
    ]
    for report in Report.objects.filter(pk__in=back):
        replay_erasure(report=report, at=at)
    return len(back)


def erasure_digest(report_id: uuid.UUID) -> str:
    """Return by what the signer remembers an erased report: its id tells its time, this nothing."""
    return hashlib.sha256(b"cvr erased" + report_id.bytes).hexdigest()


@transaction.atomic
def _erase(report: Report, basis: str, by: User | None, at: datetime, role: str) -> Report:
    held = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if is_erased(held.pk) and not held.raw:
        return held
    since = bucket_start(held.received_at)
    times = {
        "received_at": since,
        "observed_from": since,
        "observed_until": since + timedelta(hours=BUCKET_H),
    }
    with pgtrigger.ignore("reports.Report:report_statement_is_immutable"):
        Report.objects.filter(pk=held.pk).update(**EMPTY, **times)
    drop_uploads(report=held)
    drop_open_key(report=held)
    empty_submissions(report=held, since=since)
    empty_messages(report=held, since=since)
    empty_redactions(report=held, since=since)
    empty_timestamps(report=held, since=since)
    empty_answers()
    emptied = (
        *empty_items(report=held, since=since),
        *empty_questions(report=held, since=since),
    )
    for subject in (held, *emptied):
        _destroy_key(subject.pk, at)
    record_event(
        kind=Kind.ERASURE_DONE,
        subject=held,
        by=by,
        at=at,
        acting_as=role,
        payload={"basis": basis},
    )
    return Report.objects.get(pk=held.pk)


def _destroy_key(subject_id: uuid.UUID, at: datetime) -> None:
    """Destroy what opens a record's leaves; what comes after stays closed too."""
    key, _made = LeafKey.objects.select_for_update().get_or_create(
        subject_id=subject_id, defaults={"secret": None, "destroyed_at": at}
    )
    Opening.objects.filter(key=key).delete()
    LeafKey.objects.filter(pk=key.pk).update(secret=None, destroyed_at=at)
