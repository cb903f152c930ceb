"""Writes of bundles: ask, approve, refuse, build, fetch, revoke, destroy what is spent."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from tempfile import TemporaryFile

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from reports.evidence.storage import Hashed, digest_of, path_of, vault
from reports.journal.actions import move_state, record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, NotAllowed, NotFound
from verification.adjudication.models import Case
from verification.bundles.choices import Contents
from verification.bundles.gathering import Gathered, gather, size_of
from verification.bundles.models import Bundle
from verification.bundles.packing import pack
from verification.bundles.queries import (
    BUNDLES,
    PROGRESS_S,
    contents_open_to,
    may_be_fetched,
    progress_key,
)
from verification.bundles.rules import LIFE, LINK_LIFE, MEGA, MOST_BYTES, MOST_WORDS
from verification.bundles.states import MOVES, BundleState

SALT = "evidence-bundle"


@transaction.atomic
def request_bundle(*, case: Case, contents: str, why: str, by: User, at: datetime) -> Bundle:
    """Ask for a case's evidence as one file.

    Needs: bundle.request; for originals, not to sit on the panel; a reason. Leaves: Bundle,
    bundle.requested. Errors: Invalid; NotAllowed.
    """
    role = require(by, "bundle.request", at=at, agreement_id=case.incident.agreement_id)
    problems: dict[str, list[str]] = {}
    if contents not in Contents.values:
        problems["contents"] = [_("Choose from the list.")]
    elif contents not in contents_open_to(by, case):
        problems["contents"] = [_("Whoever sits on the panel of a case gets no originals of it.")]
    if not why.strip():
        problems["why"] = [_("Say who needs it and what for.")]
    elif len(why.strip()) > MOST_WORDS:
        problems["why"] = [_("At most 500 characters.")]
    if problems:
        raise Invalid(_("Nothing was asked for yet."), errors=problems)
    made = Bundle.objects.create(
        case=case, contents=contents, why=why.strip(), requested_by=by, requested_at=at
    )
    if size_of(made, as_of=at) > MOST_BYTES:
        most = {"most": MOST_BYTES // MEGA}
        raise Invalid(errors={"contents": [_("A bundle may have at most %(most)d MB.") % most]})
    record_event(
        kind=Kind.BUNDLE_REQUESTED,
        subject=made,
        by=by,
        at=at,
        acting_as=role,
        file_id=case.incident_id,
        payload={"contents": contents},
    )
    return made


def approve_bundle(*, bundle: Bundle, by: User, at: datetime) -> Bundle:
    """Approve what another asked for; it is built then.

    Needs: bundle.answer; to be somebody else than who asked. Leaves: the bundle approved,
    bundle.approved. Errors: NotAllowed; MoveRefused; StaleState.
    """
    return _answer(bundle, BundleState.APPROVED, Kind.BUNDLE_APPROVED, by, at)


def refuse_bundle(*, bundle: Bundle, by: User, at: datetime) -> Bundle:
    """Refuse what another asked for.

    Needs: bundle.answer; to be somebody else than who asked. Leaves: the bundle refused,
    bundle.refused. Errors: NotAllowed; MoveRefused; StaleState.
    """
    return _answer(bundle, BundleState.REFUSED, Kind.BUNDLE_REFUSED, by, at)


def _answer(bundle: Bundle, to: BundleState, kind: Kind, by: User, at: datetime) -> Bundle:
    agreement_id = bundle.case.incident.agreement_id
    role = require(by, "bundle.answer", at=at, agreement_id=agreement_id)
    if bundle.requested_by_id == by.pk:
        raise NotAllowed(_("A second person has to answer what you have asked for yourself."))
    move_state(
        bundle,
        to=to,
        moves=MOVES,
        kind=kind,
        by=by,
        at=at,
        acting_as=role,
        file_id=bundle.case.incident_id,
        changes={"answered_by": by, "answered_at": at},
    )
    return bundle


@transaction.atomic
def build_bundle(*, bundle: Bundle, at: datetime) -> Bundle:
    """Pack a bundle that was approved; may run twice.

    Leaves: its bytes in the storage, bundle.built. The same files and custody make the same
    bytes. Errors: OSError while the storage does not answer or holds something else.
    """
    rows = Bundle.objects.select_for_update(of=("self",))
    held = rows.select_related("case__incident__agreement").get(pk=bundle.pk)
    if held.state != BundleState.APPROVED or held.answered_at is None:
        return held
    gathered = gather(held, as_of=held.answered_at)
    place, kept = secrets.token_hex(16), False
    try:
        with TemporaryFile() as packed:
            manifest = pack(packed, gathered.about, gathered.parts, tell=_teller(held, gathered))
            sha256, size = digest_of(packed)
            vault().save(path_of(BUNDLES, place), Hashed(packed))
        move_state(
            held,
            to=BundleState.READY,
            moves=MOVES,
            kind=Kind.BUNDLE_BUILT,
            by=None,
            at=at,
            acting_as="machine",
            file_id=held.case.incident_id,
            changes={
                "built_at": at,
                "expires_at": at + LIFE,
                "items": [item.pk for item in gathered.items],
                "size": size,
                "sha256": sha256,
                "manifest_sha256": _digest(manifest),
                "stored_as": place,
            },
            payload={"files": len(gathered.parts), "sha256": sha256},
        )
        kept = True
    finally:
        if not kept:
            vault().delete(path_of(BUNDLES, place))
    return held


def _teller(bundle: Bundle, gathered: Gathered) -> Callable[[int], None]:
    """Return what remembers, for whoever waits, how far a building is; the cache may be gone."""
    whole = max(1, sum(part.size for part in gathered.parts))
    said = 0

    def tell(done: int) -> None:
        nonlocal said
        percent = min(100, 100 * done // whole)
        if percent >= said + 5:
            said = percent
            cache.set(progress_key(bundle), percent, PROGRESS_S)

    return tell


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def link_for(bundle: Bundle, user: User) -> str:
    """Return the word that lets this person, signed in, fetch this bundle for a short time."""
    return signing.dumps([bundle.code, str(user.pk)], salt=SALT)


def _is_link(bundle: Bundle, user: User, link: str) -> bool:
    try:
        told = signing.loads(link, salt=SALT, max_age=LINK_LIFE)
    except signing.BadSignature:
        return False
    return bool(told == [bundle.code, str(user.pk)])


@transaction.atomic
def download_bundle(*, bundle: Bundle, link: str, by: User, at: datetime) -> Bundle:
    """Hand a bundle out to who asked for it, and to nobody else.

    Needs: bundle.request still; a link of one's own, fresh; the bundle ready and not over; of
    originals, still no seat on the panel. Leaves: bundle.downloaded.
    Errors: NotFound for anybody else; Invalid where its time is over.
    """
    held = Bundle.objects.select_for_update(of=("self",)).select_related("case__incident")
    bundle = held.get(pk=bundle.pk)
    agreement_id = bundle.case.incident.agreement_id
    role = require(by, "bundle.request", at=at, agreement_id=agreement_id)
    if bundle.requested_by_id != by.pk or not _is_link(bundle, by, link):
        raise NotFound()
    if bundle.contents not in contents_open_to(by, bundle.case):
        raise NotFound()
    if not may_be_fetched(bundle, at=at):
        raise Invalid(_("This bundle is over. Ask for a new one."))
    record_event(
        kind=Kind.BUNDLE_DOWNLOADED,
        subject=bundle,
        by=by,
        at=at,
        acting_as=role,
        file_id=bundle.case.incident_id,
    )
    return bundle


@transaction.atomic
def revoke_bundle(*, bundle: Bundle, by: User, at: datetime) -> Bundle:
    """Revoke a bundle before its time is over: nobody can fetch it any more.

    Needs: bundle.request; to be who asked, or who may answer. Leaves: the bundle revoked, its
    bytes to be destroyed, bundle.revoked. Errors: NotAllowed; MoveRefused; StaleState.
    """
    agreement_id = bundle.case.incident.agreement_id
    role = require(by, "bundle.request", at=at, agreement_id=agreement_id)
    move_state(
        bundle,
        to=BundleState.REVOKED,
        moves=MOVES,
        kind=Kind.BUNDLE_REVOKED,
        by=by,
        at=at,
        acting_as=role,
        file_id=bundle.case.incident_id,
    )
    return bundle


def destroy_bundles(*, bundles: Sequence[Bundle]) -> int:
    """Destroy the bytes of bundles that are over; may run twice.

    Leaves: nothing in the storage, no name of it in the row. Errors: OSError, to be tried again.
    """
    for bundle in bundles:
        vault().delete(path_of(BUNDLES, bundle.stored_as))
        Bundle.objects.filter(pk=bundle.pk).update(stored_as="")
    return len(bundles)
