"""Organisations, sources and the demo cast: roles, not people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from reports.agreement.models import Agreement, Party
from reports.agreement.queries import parties_of
from reports.people.actions import (
    grant_role,
    record_alignment,
    register_organisation,
    register_source,
    register_user,
)
from reports.people.models import Role, SourceKind
from reports.people.queries import organisation_by_key, source_by_key, user_by_username
from verification.management.seeding.files import Row, document, rows
from verification.management.seeding.stage import play

DEMO_PHRASE = "demo-truce-of-2020"  # known to everyone; only accounts of the demonstration have it
SOURCE_KINDS = {Role.LIAISON: SourceKind.PARTY, Role.PARTNER: SourceKind.PARTNER}


def demo_phrase() -> str:
    """Return the password all demo accounts share."""
    return os.environ.get("CVR_DEMO_PASSWORD") or DEMO_PHRASE


def cast() -> list[dict[str, Any]]:
    """Return the demo accounts, in the order of the file."""
    found: list[dict[str, Any]] = document("cast.json")["users"]
    return found


def load_people(agreement: Agreement, *, at: datetime) -> int:
    """Register organisations, sources and the cast; return how many of them are new."""
    parties = {party.code: party for party in parties_of(agreement.pk)}
    return sum(play(deed) for deed in _deeds(agreement, parties, at))


def _deeds(
    agreement: Agreement, parties: dict[str, Party], at: datetime
) -> Iterator[Callable[[], bool]]:
    for row in rows("organisations.csv"):
        yield partial(_organisation, row, parties, at)
    for row in rows("sources.csv"):
        yield partial(_source, row, at)
    for user in cast():
        yield partial(_user, user, agreement, parties, at)


def _organisation(row: Row, parties: dict[str, Party], at: datetime) -> bool:
    if organisation_by_key(row["key"]) is not None:
        return False
    made = register_organisation(key=row["key"], name=row["name"], kind=row["kind"], by=None, at=at)
    if row["aligned_with"]:
        record_alignment(
            party=parties[row["aligned_with"]],
            organisation=made,
            reason=row["alignment_reason"],
            aligned_from=datetime.fromisoformat(row["aligned_from"]),
            by=None,
            at=at,
        )
    return True


def _source(row: Row, at: datetime) -> bool:
    if source_by_key(row["key"]) is not None:
        return False
    register_source(
        key=row["key"],
        name=row["name"],
        kind=row["kind"],
        organisation=organisation_by_key(row["organisation"]),
        grade=row["grade"],
        grade_reason=row["grade_reason"],
        by=None,
        at=at,
    )
    return True


def _user(
    row: dict[str, Any], agreement: Agreement, parties: dict[str, Party], at: datetime
) -> bool:
    if user_by_username(row["username"]) is not None:
        return False
    made = register_user(
        username=row["username"],
        display_name=row["display_name"],
        organisation=organisation_by_key(row["organisation"]),
        password=demo_phrase(),
        email=row["email"],
        source_kind=SOURCE_KINDS.get(row["roles"][0], SourceKind.MONITOR),
        by=None,
        at=at,
    )
    for role in row["roles"]:
        granted = datetime.fromisoformat(row["roles_from"])
        grant_role(user=made, role=role, agreement=agreement, by=None, at=granted)
    if row["alignment"]:
        record_alignment(
            party=parties[row["alignment"]["party"]],
            user=made,
            reason=row["alignment"]["reason"],
            aligned_from=datetime.fromisoformat(row["alignment"]["from"]),
            by=None,
            at=at,
        )
    return True
