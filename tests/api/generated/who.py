"""Whoever asks: a member of the cast with a key for everything, and what opens to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import resolve

from reports.api.document.finishing import operations
from reports.api.document.operations import PART, PREFIX
from reports.api.document.written import written
from reports.keys.actions import set_quota
from reports.keys.rules import MOST, QuotaLane
from reports.people.queries import User
from reports.people.rules import SCOPES
from tests.api.generated.asking import Asker
from tests.api.machines import key_for
from tests.doors.places import ANONYMOUS, Two
from tests.doors.table import DOORS
from tests.factories import NOW

Made = dict[str, Any]
MOST_VERSIONS = 12


def asker(two: Two, name: str, *, only_own: bool = False) -> Asker:
    """Return somebody who asks every operation, or (`only_own`) those that open to them.

    Somebody signed in leaves those that open to everybody to nobody.
    """
    user = two.everybody()[name]
    headers = _headers(user) if user is not None else {}
    known = dict(_known(two, name))
    public = dict(_known(two, ANONYMOUS)) if only_own and user is not None else {}
    wanted = [
        one["operationId"]
        for _path, _method, one in operations(written())
        if not only_own or (one["operationId"] in known and one["operationId"] not in public)
    ]
    found = {id_: ways for id_, ways in known.items() if ways}
    return Asker(headers, wanted, found, dict(_versions(headers, found)))


def _headers(user: User) -> dict[str, str]:
    for lane in QuotaLane.values:
        set_quota(user=user, lane=lane, per_minute=MOST, per_day=MOST, by=None, at=NOW)
    return {"Authorization": f"Bearer {key_for(user, *SCOPES)}"}


def _known(two: Two, name: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield each operation that opens to somebody, with the records at which it does."""
    at: dict[str, list[dict[str, str]]] = {}
    for door_name, door in DOORS.items():
        for one in door.tries(door_name, two) if door_name.startswith("api-") else ():
            match = resolve(one.url.partition("?")[0])
            if one.lets_in(name):
                ways = at.setdefault(PART.sub(r"{\1}", match.route.removeprefix(PREFIX[:-1])), [])
                ways += [{k: str(v) for k, v in match.kwargs.items()}] if match.kwargs else []
    for path, _method, operation in operations(written()):
        if path in at:
            yield operation["operationId"], at[path]


def _versions(
    headers: dict[str, str], known: dict[str, list[dict[str, str]]]
) -> Iterator[tuple[str, str]]:
    """Yield the version at which a write finds the last of its records; nothing is done."""
    client = Client(headers=headers)
    for path, method, one in operations(written()):
        takes = {parameter["name"] for parameter in one.get("parameters", ())}
        if one["operationId"] in known and "If-Match" in takes:
            url = f"/{PREFIX[:-1]}{path.format(**known[one['operationId']][-1])}"
            ask = getattr(client, method)
            for version in range(MOST_VERSIONS):
                said = {"If-Match": f'"{version}"', "Idempotency-Key": f"looking-{version}"}
                with transaction.atomic():
                    answer = ask(url, "[]", content_type="application/json", headers=said)
                    transaction.set_rollback(True)
                if answer.status_code != 412:
                    yield one["operationId"], f'"{version}"'
                    break
