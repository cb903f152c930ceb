"""What a door hands over to be filed: typed, complete, not yet trusted."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from reports.agreement.models import Agreement
from reports.intake.choices import AccusedKind, Channel, OriginKind
from reports.people.models import Source

FORM_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Where:
    """A location in one of five forms; units: degrees, metres, degrees from north."""

    kind: str
    place_id: uuid.UUID | None = None
    typed: str = ""
    accuracy: str = ""
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    range_m: float | None = None
    bearing_deg: float | None = None
    range_error_m: float | None = None
    bearing_error_deg: float | None = None
    other_place_id: uuid.UUID | None = None  # the other end, where the event was between two


@dataclass(frozen=True, slots=True)
class TollRange:
    """Persons harmed: least, best and most; None where the speaker gave no such figure."""

    harm: str
    category: str
    least: int | None
    best: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class OriginDraft:
    """Where the statement first came from. The same key, or speaker and link, is one origin."""

    kind: str = OriginKind.OBSERVATION
    key: str = ""
    url: str = ""
    publisher: str = ""
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """One source's statement about one event, as handed over by a door."""

    client_uuid: uuid.UUID
    agreement: Agreement
    stance: str
    act: str
    observed_from: datetime
    observed_until: datetime
    time_precision: str
    where: Where
    narrative: str
    speaker: Source | None = None  # None: the filer speaks for themself
    means: str = ""
    weapon: str = ""
    effect: str = "unknown"
    observation_unit: str = ""
    observation_count: int | None = None
    count_qualifier: str = "exactly"
    tolls: tuple[TollRange, ...] = ()
    accused_kind: str = AccusedKind.UNKNOWN
    accused_code: str = ""
    origin: OriginDraft = field(default_factory=OriginDraft)
    language: str = "en"
    own_confidence: str = ""
    supersedes: str = ""  # receipt of the filer's own earlier report
    channel: str = Channel.WEB
    form_version: str = FORM_VERSION

    def content(self) -> dict[str, Any]:
        """Return what was said, without the client's id: the same content is the same dict."""
        plain = {name: getattr(self, name) for name in _BY_VALUE}
        plain |= {name: as_plain(plain[name]) for name in ("where", "origin")}
        plain["tolls"] = tuple(as_plain(toll) for toll in self.tolls)
        if self.where.other_place_id is None:  # what was filed before there was such a form
            del plain["where"]["other_place_id"]
        plain["agreement"] = self.agreement.slug
        plain["speaker"] = self.speaker.key if self.speaker else ""
        return plain

    def raw(self) -> bytes:
        """Return the content as bytes: sorted keys, UTF-8; instants in ISO 8601."""
        # What is no character is let through: the rules refuse it later, with their reason.
        return _as_json(self.content()).encode(errors="surrogatepass")

    def sha256(self) -> str:
        """Return the SHA-256 of `raw()` in hex."""
        return hashlib.sha256(self.raw()).hexdigest()


_BY_REFERENCE = frozenset({"client_uuid", "agreement", "speaker"})
# Records are named, never copied: a copy of one costs more than all the rest.
_BY_VALUE = tuple(f.name for f in fields(ReportDraft) if f.name not in _BY_REFERENCE)


def as_plain(part: Where | OriginDraft | TollRange) -> dict[str, Any]:
    """Return a part of a draft as a dict: as `asdict` would, which copies deep what is flat."""
    names = _NAMES[type(part)]
    return {name: getattr(part, name) for name in names}


_NAMES = {one: tuple(f.name for f in fields(one)) for one in (Where, OriginDraft, TollRange)}


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


_as_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=_as_text).encode
