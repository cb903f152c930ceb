"""Rows of FLOIP results (Flow Results 1.0): what was answered, one row for each question.

A row is time, its id, contact, session, question, answer, metadata. The contact is hashed here and
goes no further; what an answer links to is never fetched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from reports.channels.actions import Incoming
from reports.channels.queries import Line, contact_hash

MEDIA_TYPE = "application/vnd.org.flowinterop.results+json"
COLUMNS = 6  # and metadata, which is not looked at
SESSIONS_MOST = 100  # of one post


def read_rows(body: bytes) -> list[Incoming]:
    """Return a message for each session, in the order they came.

    Errors: ValueError, TypeError, KeyError for what holds no rows.
    """
    given = json.loads(body)
    rows = given if isinstance(given, list) else given["data"]["attributes"]["responses"]
    sessions: dict[tuple[str, str], list[Sequence[Any]]] = {}
    for row in rows:
        if not isinstance(row, list) or len(row) < COLUMNS:
            raise ValueError("no row of results")
        sessions.setdefault((str(row[2]), str(row[3])), []).append(row)
    if not 0 < len(sessions) <= SESSIONS_MOST:
        raise ValueError("no session, or too many")
    return [_message(contact, session, told) for (contact, session), told in sessions.items()]


def _message(contact: str, session: str, rows: Sequence[Sequence[Any]]) -> Incoming:
    answers = [{"question": str(row[4]), "answer": row[5]} for row in rows]
    return Incoming(
        line=Line.GATEWAY,
        sender=contact_hash(contact),
        text="\n".join(_words(row[5]) for row in rows),
        raw=json.dumps(answers, ensure_ascii=False).encode("utf-8", "replace"),
        sent=session,
        claimed_at=_instant(rows[-1][0]),
        answers=True,
    )


def _words(answer: Any) -> str:
    if isinstance(answer, str):
        return answer
    return "" if answer is None else json.dumps(answer, ensure_ascii=False)


def _instant(text: Any) -> datetime | None:
    """Return when it was, or None for what names no instant."""
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
