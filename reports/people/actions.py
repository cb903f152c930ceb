"""Writes about people. Set-up actions take `by=None` only from the command line (the operator)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reports.identity import new_receipt
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import (
    Alignment,
    ApiKey,
    Grade,
    Organisation,
    Role,
    RoleGrant,
    Source,
    SourceKind,
    User,
)
from reports.people.permissions import may, require
from reports.people.rules import KEY_LIFETIME, LABEL_MOST, MOST_KEYS, PARTNER_SCOPES
from reports.problems import Invalid, StaleState


def _require_operator(by: User | None, at: datetime) -> str:
    """The command line acts as operator: whoever has a shell there already holds the house."""
    return Role.OPERATOR if by is None else require(by, "people.manage", at=at)


@transaction.atomic
def register_organisation(
    *, key: str, name: str, kind: str, by: User | None, at: datetime
) -> Organisation:
    """Register an organisation. Needs: operator. Leaves: Organisation, organisation.registered."""
    role = _require_operator(by, at)
    organisation = Organisation.objects.create(key=key, name=name, kind=kind)
    record_event(
        kind=Kind.ORGANISATION_REGISTERED, subject=organisation, by=by, at=at, acting_as=role
    )
    return organisation


@transaction.atomic
def register_source(
    *,
    key: str,
    name: str,
    kind: str,
    organisation: Organisation | None,
    grade: str = Grade.F,
    grade_reason: str = "",
    by: User | None,
    at: datetime,
) -> Source:
    """Register who may be quoted. Needs: operator. Leaves: Source, source.registered."""
    role = _require_operator(by, at)
    source = Source.objects.create(
        key=key,
        name=name,
        kind=kind,
        organisation=organisation,
        grade=grade,
        grade_reason=grade_reason,
    )
    record_event(kind=Kind.SOURCE_REGISTERED, subject=source, by=by, at=at, acting_as=role)
    return source


@transaction.atomic
def register_user(
    *,
    username: str,
    display_name: str,
    organisation: Organisation | None,
    password: str | None,
    email: str = "",
    source_kind: str = SourceKind.MONITOR,
    by: User | None,
    at: datetime,
) -> User:
    """Give a person an account and their own source.

    Needs: operator. Leaves: User, Source, user.registered (without any personal data).
    """
    role = _require_operator(by, at)
    user = User(
        username=username,
        display_name=display_name,
        organisation=organisation,
        email=email,
        pseudonym=f"P-{new_receipt()}",
    )
    user.set_password(password)
    user.save()
    Source.objects.create(
        key=f"person-{user.pk.hex}",
        name=user.pseudonym,
        kind=source_kind,
        organisation=organisation,
        user=user,
    )
    record_event(kind=Kind.USER_REGISTERED, subject=user, by=by, at=at, acting_as=role)
    return user


@transaction.atomic
def grant_role(
    *, user: User, role: str, agreement: Any, by: User | None, at: datetime
) -> RoleGrant:
    """Grant a role on an agreement (None: on all). Needs: operator. Leaves: role.granted."""
    acting_as = _require_operator(by, at)
    grant = RoleGrant.objects.create(
        user=user, role=role, agreement=agreement, granted_from=at, granted_by=by
    )
    record_event(
        kind=Kind.ROLE_GRANTED,
        subject=grant,
        by=by,
        at=at,
        acting_as=acting_as,
        payload={"role": role},
    )
    return grant


@transaction.atomic
def revoke_role(*, grant: RoleGrant, by: User | None, at: datetime) -> RoleGrant:
    """End a role now. Needs: operator. Leaves: role.revoked."""
    acting_as = _require_operator(by, at)
    hit = RoleGrant.objects.filter(pk=grant.pk, granted_until=None).update(granted_until=at)
    if hit != 1:
        raise StaleState("This role had already been revoked.")
    grant.granted_until = at
    record_event(kind=Kind.ROLE_REVOKED, subject=grant, by=by, at=at, acting_as=acting_as)
    return grant


@transaction.atomic
def record_alignment(
    *,
    party: Any,
    organisation: Organisation | None = None,
    user: User | None = None,
    reason: str,
    aligned_from: datetime,
    by: User | None,
    at: datetime,
) -> Alignment:
    """Record with which party someone stands. Needs: operator. Leaves: alignment.recorded."""
    acting_as = _require_operator(by, at)
    alignment = Alignment.objects.create(
        party=party,
        organisation=organisation,
        user=user,
        reason=reason,
        aligned_from=aligned_from,
    )
    record_event(kind=Kind.ALIGNMENT_RECORDED, subject=alignment, by=by, at=at, acting_as=acting_as)
    return alignment


@transaction.atomic
def issue_api_key(
    *,
    user: User,
    label: str,
    scopes: Sequence[str],
    lifetime: timedelta = KEY_LIFETIME,
    by: User | None,
    at: datetime,
) -> tuple[ApiKey, str]:
    """Issue a key and return it with the token, which is shown this once and never stored.

    Needs: operator; or key.manage for a key of one's own, with scopes that partners hand out
    themselves. Leaves: ApiKey (hash only), key.issued. Errors: NotAllowed, Invalid.
    """
    acting_as = _require_key_holder(user, by, at)
    if acting_as != Role.OPERATOR:
        _check_own_key(user, label, scopes, lifetime, at)
    key, token = fresh_key(user=user, label=label, scopes=scopes, at=at, expires_at=at + lifetime)
    record_event(kind=Kind.KEY_ISSUED, subject=key, by=by, at=at, acting_as=acting_as)
    return key, token


@transaction.atomic
def revoke_api_key(*, key: ApiKey, by: User | None, at: datetime) -> ApiKey:
    """Revoke a key at once, and every token it lent. Needs: operator, or that it is one's own.

    Leaves: key.revoked. Errors: NotAllowed, StaleState.
    """
    acting_as = _require_key_holder(key.user, by, at)
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at) != 1:
        raise StaleState("This key had already been revoked.")
    key.revoked_at = at
    record_event(kind=Kind.KEY_REVOKED, subject=key, by=by, at=at, acting_as=acting_as)
    return key


def fresh_key(
    *, user: User, label: str, scopes: Sequence[str], at: datetime, expires_at: datetime
) -> tuple[ApiKey, str]:
    """Write a key down; part of the actions that issue and rotate, whose events tell it."""
    prefix = f"cvr{secrets.token_hex(4)}"
    token = f"{prefix}.{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        user=user,
        label=label,
        prefix=prefix,
        hashed=hashlib.sha256(token.encode()).hexdigest(),
        scopes=list(scopes),
        issued_at=at,
        expires_at=expires_at,
    )
    return key, token


def _require_key_holder(user: User, by: User | None, at: datetime) -> str:
    if by is not None and by.pk == user.pk and may(by, "key.manage", at=at):
        return require(by, "key.manage", at=at)
    return _require_operator(by, at)


def _check_own_key(
    user: User, label: str, scopes: Sequence[str], lifetime: timedelta, at: datetime
) -> None:
    problems = {}
    if not 0 < len(label.strip()) <= LABEL_MOST:
        problems["label"] = [_("Give it a name of at most 80 characters.")]
    if not scopes or set(scopes) - set(PARTNER_SCOPES):
        problems["scopes"] = [_("Choose at least one, of those offered.")]
    if not timedelta(0) < lifetime <= KEY_LIFETIME:
        problems["lifetime"] = [_("A key lasts a year at most.")]
    if problems:
        raise Invalid(errors=problems)
    User.objects.select_for_update().get(pk=user.pk)  # two at once are counted one by one
    good = ApiKey.objects.filter(user=user, revoked_at=None, expires_at__gt=at)
    if good.count() >= MOST_KEYS:
        raise Invalid(_("You have as many keys as you can have. Revoke one first."))
