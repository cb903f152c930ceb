"""Rows of FLOIP results (Flow Results 1.0): what was answered, one row for each question.

A row is time, its id, contact, session, question, answer, metadata. The contact is hashed here and
goes no further; what an answer links to is never fetched. No contact is a known sender, so no
answer is a code word, but for one written as a whole text message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from reports.channels.actions import Incoming
from reports.channels.grammar import read_lines, without_code
from reports.channels.queries import Line, act_words, contact_hash

MEDIA_TYPE = "application/vnd.org.flowinterop.results+json"
COLUMNS = 6  # and metadata, which is not looked at
SESSIONS_MOST = 100  # of one post
LONG_HENCE = date(2400, 12, 31)  # any day a message names is before it, in a leap year too
Acts = Mapping[str, tuple[str, str]]


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
    acts = act_words()
    return [_message(*whose, told, acts) for whose, told in sessions.items()]


def _message(contact: str, session: str, rows: Sequence[Sequence[Any]], acts: Acts) -> Incoming:
    answers = [{"question": str(row[4]), "answer": _uncoded(row[5], acts)} for row in rows]
    told = json.dumps([[row[1], row[4], row[5]] for row in rows])  # rows of a session come apart
    return Incoming(
        line=Line.GATEWAY,
        sender=contact_hash(contact),
        text="\n".join(_words(one["answer"]) for one in answers),
        raw=json.dumps(answers, ensure_ascii=False).encode("utf-8", "replace"),
        sent=f"{session}:{hashlib.sha256(told.encode()).hexdigest()}",
        claimed_at=_instant(rows[-1][0]),
        coded=False,
    )


def _uncoded(answer: Any, acts: Acts) -> Any:
    """Return an answer; one that reads as a text message without its code word."""
    if isinstance(answer, str) and read_lines(answer, acts, today=LONG_HENCE) is not None:
        return without_code(answer)
    return answer


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
