"""Which class an event's leaf belongs to, and when it may enter. Source: docs/log-format.md 3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BUCKET_H = 6  # hours; a multiple of it begins at midnight UTC
PROMISE_H = 1  # hours after its bucket's end by which a filing is in the log
PAD_TO = 8  # filings enter in multiples of this many, decoys included
LATE_S = 180  # seconds; the clock ticks every 60, so an older tree means that nobody signs

# Codes of the legal grounds on which a report is erased; "restored" repeats an earlier erasure.
BASES = ("consent_withdrawn", "danger_to_a_person", "request_of_a_person", "order_of_a_court")

FILING, JUDGEMENT, PUBLICATION, RULE, DAY = "filing", "judgement", "publication", "rule", "day"

_CLASS_OF_NOUN = {
    "report": FILING,
    "invites": FILING,
    "question": FILING,  # the hour of an answer can name who gave it
    "statement": FILING,
    "watch": FILING,
    "evidence": FILING,
    "bundle": FILING,
    "item": FILING,
    "finding": PUBLICATION,
    "standing": PUBLICATION,
    "audit": PUBLICATION,
    "bulletin": PUBLICATION,
    "correction": PUBLICATION,
    "agreement": RULE,
    "places": RULE,
    "procedure": RULE,
    "delay": RULE,
    "role": RULE,
    "key": RULE,
    "user": DAY,
    "organisation": DAY,
    "source": DAY,
    "alignment": DAY,
    "export": DAY,
    "erasure": DAY,
}
FILING_NOUNS = tuple(noun for noun, kind in _CLASS_OF_NOUN.items() if kind == FILING)


def class_of(kind: str) -> str:
    """Return the class of an event kind; what is not named otherwise is part of the judgement."""
    return _CLASS_OF_NOUN.get(kind.partition(".")[0], JUDGEMENT)


def bucket_start(at: datetime) -> datetime:
    """Return the beginning of the bucket an instant falls into."""
    at = at.astimezone(UTC)
    return at.replace(hour=at.hour - at.hour % BUCKET_H, minute=0, second=0, microsecond=0)


def promised_by(at: datetime) -> datetime:
    """Return the instant by which what was filed at `at` is in the log."""
    return bucket_start(at) + timedelta(hours=BUCKET_H + PROMISE_H)


def time_in_clear(kind: str, at: datetime) -> dict[str, str]:
    """Return the one member of a leaf that tells when, as coarse as its class demands."""
    at = at.astimezone(UTC)
    match class_of(kind):
        case "filing":
            return {"bucket": f"{bucket_start(at):%Y-%m-%dT%H}Z"}
        case "judgement":
            return {"hour": f"{at:%Y-%m-%dT%H}Z"}
        case "day":
            return {"day": f"{at:%Y-%m-%d}"}
    return {"at": f"{at:%Y-%m-%dT%H:%M:%S}Z"}


def type_in_clear(kind: str) -> str:
    """Return a leaf's type: all filings look alike."""
    return FILING if class_of(kind) == FILING else kind


def decoys_for(count: int) -> int:
    """Return how many decoys fill up this many filings."""
    return -count % PAD_TO
