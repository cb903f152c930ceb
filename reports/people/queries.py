"""Reads about people: alignments at an instant, sources, keys."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from reports.people.models import (
    Alignment,
    ApiKey,
    Organisation,
    Role,
    RoleGrant,
    Source,
    SourceKind,  # noqa: F401 - doors take it from here
    User,
)
from reports.people.permissions import SECOND_FACTOR_ROLES, roles_of
from reports.problems import NotFound


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """A source as a form offers it."""

    id: uuid.UUID
    name: str
    kind: str


def named_sources() -> list[SourceChoice]:
    """Return the sources a filer may name as speaker (never a person's own source)."""
    rows = Source.objects.filter(user=None).order_by("name")
    return [SourceChoice(row.id, row.name, str(row.get_kind_display())) for row in rows]


def source_by_id(source_id: uuid.UUID | str) -> Source:
    """Return a speaker a filer may name; NotFound for anything else."""
    try:
        return Source.objects.select_related("organisation").get(pk=source_id, user=None)
    except (Source.DoesNotExist, ValidationError, ValueError) as error:
        raise NotFound("There is no such speaker in the list.") from error


def own_source(user: User) -> Source:
    """Return the source that stands for this person."""
    found = Source.objects.select_related("organisation").filter(user=user).first()
    if found is None:
        raise NotFound("This account has no source of its own; an operator can register one.")
    return found


def alignment_codes(
    *,
    organisation_ids: Iterable[uuid.UUID | None],
    user_ids: Iterable[uuid.UUID | None] = (),
    at: datetime,
) -> dict[uuid.UUID, str]:
    """Return {organisation or user id: party code} for those aligned with a party at `at`."""
    rows = Alignment.objects.filter(
        Q(organisation_id__in=[i for i in organisation_ids if i])
        | Q(user_id__in=[i for i in user_ids if i]),
        Q(aligned_until=None) | Q(aligned_until__gt=at),
        aligned_from__lte=at,
    ).values_list("organisation_id", "user_id", "party__code")
    return {(organisation or user): code for organisation, user, code in rows}


def alignment_spans(
    *, organisation_ids: Iterable[uuid.UUID | None], user_ids: Iterable[uuid.UUID | None]
) -> dict[uuid.UUID, list[tuple[datetime, datetime | None, str]]]:
    """Return {organisation or user id: its (from, until, party code) periods}, earliest first."""
    rows = Alignment.objects.filter(
        Q(organisation_id__in=[i for i in organisation_ids if i])
        | Q(user_id__in=[i for i in user_ids if i])
    ).order_by("aligned_from", "id")
    found: dict[uuid.UUID, list[tuple[datetime, datetime | None, str]]] = {}
    for row in rows.select_related("party"):
        key = row.organisation_id or row.user_id
        if key is not None:
            found.setdefault(key, []).append((row.aligned_from, row.aligned_until, row.party.code))
    return found


def alignment_of(user: User, *, at: datetime) -> str:
    """Return the code of the party a person (or their organisation) is aligned with, or ''."""
    found = alignment_codes(organisation_ids=[user.organisation_id], user_ids=[user.pk], at=at)
    return found.get(user.pk) or found.get(user.organisation_id) or ""  # type: ignore[arg-type]


def holders_of(
    role: Role, *, agreement_id: uuid.UUID, at: datetime, since: datetime | None = None
) -> QuerySet[User]:
    """Return the active people who hold a role on an agreement at an instant, or held it since."""
    grants = RoleGrant.objects.filter(
        Q(granted_until=None) | Q(granted_until__gt=at if since is None else min(since, at)),
        Q(agreement_id=agreement_id) | Q(agreement=None),
        role=role,
        granted_from__lte=at,
    )
    return (
        User.objects.filter(pk__in=grants.values("user_id"), is_active=True)
        .select_related("organisation")
        .order_by("pk")
    )


def liaison_party_code(user: User, *, at: datetime) -> str:
    """Return the code of the party a liaison speaks for, or '' if none."""
    return alignment_of(user, at=at)


def needs_second_factor(user: User, *, at: datetime) -> bool:
    """Answer whether this person's roles demand a second factor."""
    return bool(roles_of(user, at=at) & SECOND_FACTOR_ROLES)


def user_by_api_key(token: str, *, at: datetime) -> tuple[User, ApiKey] | None:
    """Return the person and key behind a token, or None if unknown, expired or revoked."""
    prefix, _, secret = token.partition(".")
    if not secret:
        return None
    key = ApiKey.objects.select_related("user").filter(prefix=prefix, revoked_at=None).first()
    if key is None or key.expires_at <= at or not key.user.is_active:
        return None
    # The token carries 256 random bits, so an unsalted fast hash is enough.
    if hashlib.sha256(token.encode()).hexdigest() != key.hashed:
        return None
    return key.user, key


def organisation_by_key(key: str) -> Organisation | None:
    """Return the organisation with this key, or None."""
    return Organisation.objects.filter(key=key).first()


def source_by_key(key: str) -> Source | None:
    """Return the source with this key, or None."""
    return Source.objects.filter(key=key).first()


def user_by_username(username: str) -> User | None:
    """Return the person with this username, or None."""
    return User.objects.filter(username=username).first()
