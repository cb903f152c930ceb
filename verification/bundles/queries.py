"""Reads of bundles; each that takes a user checks access as it loads."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast

from django.core.cache import cache
from django.core.files.base import File
from django.db.models import QuerySet

from reports.agreement.models import Agreement
from reports.evidence.models import Item
from reports.evidence.queries import items_of
from reports.evidence.storage import path_of, vault
from reports.people.models import User
from reports.people.permissions import may, require
from reports.problems import NotFound
from verification.adjudication.exhibits import sits_on
from verification.adjudication.models import Case
from verification.bundles.choices import Contents
from verification.bundles.models import Bundle
from verification.bundles.states import BundleState
from verification.incidents.queries import linked_reports

BUNDLES = "bundles"  # the folder
PROGRESS_S = 3600  # seconds for which it is remembered how far a building is


def _rows() -> QuerySet[Bundle]:
    return Bundle.objects.select_related("case__incident__agreement", "case__incident__act")


def bundles_for(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[Bundle]:
    """Return an agreement's bundles for whoever may ask for one, the latest first."""
    require(user, "bundle.request", at=at, agreement_id=agreement.pk)
    return _rows().filter(case__incident__agreement=agreement).order_by("-requested_at", "-id")


def bundle_for(user: User, code: str, *, at: datetime) -> Bundle:
    """Return a bundle for whoever may ask for one there; NotFound for others."""
    found = _rows().filter(code=code).first()
    if found is None:
        raise NotFound()
    agreement_id = found.case.incident.agreement_id
    if not may(user, "bundle.request", at=at, agreement_id=agreement_id):
        raise NotFound()
    return found


def case_to_bundle(user: User, code: str, *, at: datetime) -> Case | None:
    """Return the latest case on an incident for whoever may ask for its evidence, else None."""
    rows = Case.objects.select_related("incident__agreement", "incident__act")
    found = rows.filter(incident__code=code).order_by("-round").first()
    if found is None or not may(
        user, "bundle.request", at=at, agreement_id=found.incident.agreement_id
    ):
        return None
    return found


def contents_open_to(user: User, case: Case) -> list[Contents]:
    """Return what somebody may ask for: no original for whoever sits on the panel."""
    if sits_on(user, case):
        return [Contents.COPIES, Contents.SHOWN]
    return list(Contents)


def items_before(case: Case) -> list[Item]:
    """Return the files of a case, in the order in which its pages number them."""
    return items_of(report.pk for report in linked_reports(case.incident))


def bundle_by_id(bundle_id: uuid.UUID) -> Bundle:
    """Return a bundle by its key, for what follows from it."""
    return _rows().get(pk=bundle_id)


def bundles_holding(item: Item) -> list[uuid.UUID]:
    """Return the keys of the bundles that hold something of a file: its custody tells of them."""
    return list(Bundle.objects.filter(items__contains=[item.pk]).values_list("pk", flat=True))


def bundles_holding_report(report_id: uuid.UUID) -> list[Bundle]:
    """Return the bundles whose bytes are there and hold something of a report's files."""
    items = list(Item.objects.filter(report_id=report_id).values_list("pk", flat=True))
    return list(Bundle.objects.filter(items__overlap=items).exclude(stored_as=""))


def spent_bundles(*, at: datetime) -> list[Bundle]:
    """Return the bundles whose bytes are there and that nobody can fetch any more."""
    there = Bundle.objects.exclude(stored_as="")
    return list(there.filter(expires_at__lte=at) | there.filter(state=BundleState.REVOKED))


def may_be_fetched(bundle: Bundle, *, at: datetime) -> bool:
    """Answer whether a bundle is ready, and its time not over."""
    ready = bundle.state == BundleState.READY and bool(bundle.stored_as)
    return ready and bundle.expires_at is not None and at < bundle.expires_at


def packed_bytes(bundle: Bundle) -> File[bytes]:
    """Return a bundle, open for reading; whoever gets it is noted by download_bundle."""
    return cast("File[bytes]", vault().open(path_of(BUNDLES, bundle.stored_as)))


def progress_of(bundle: Bundle) -> int:
    """Return how many hundredths of a bundle are packed, as far as anybody remembers."""
    found = cache.get(progress_key(bundle))
    return found if isinstance(found, int) and 0 <= found <= 100 else 0


def progress_key(bundle: Bundle) -> str:
    """Return under what the cache remembers how far the building of a bundle is."""
    return f"bundle-progress:{bundle.code}"
