"""From a row to a draft of a report, or to what is wrong with it. Pure: it reads no table.

What comes in bulk is what somebody's records say: its source is the record keeper, it was told and
not seen, and it alleges. A mapping of one's own may say otherwise where it is so.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.agreement.models import Agreement
from reports.imports.choices import Shape
from reports.imports.layouts import ACTS, GED_DEATHS, READERS, Cells, Fields
from reports.intake.choices import (
    AccusedKind,
    Channel,
    LocationKind,
    Means,
    OriginKind,
    Stance,
    TimePrecision,
    TollCategory,
    TollHarm,
)
from reports.intake.digits import folded_digits
from reports.intake.drafts import OriginDraft, ReportDraft, TollRange, Where
from reports.intake.rules import NARRATIVE_MOST, TEXT_MOST, UNSTORABLE, is_link, problems_in
from reports.people.models import Source

ID_MOST = 120  # characters
OLD_DATES = ("%d %B %Y", "%d %b %Y", "%d-%B-%Y", "%d.%m.%Y")  # unambiguous ones
NUMBERED = ("lat", "lon", "accuracy_m")
COUNTED = (
    *("killed", "killed_civilians", "injured", "injured_civilians", "count"),
    *GED_DEATHS,
)
NOT_GIVEN = (*(k.value for k in AccusedKind if k != AccusedKind.PARTY), "")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: the field, a code, and for a broken rule its own words."""

    field: str
    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """All a row is read against; the same for every row of a file."""

    agreement: Agreement
    source: Source
    shape: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    fixed: Mapping[str, str]
    acts: frozenset[str]
    parties: frozenset[str]
    zone: ZoneInfo
    at: datetime


@dataclass(frozen=True, slots=True)
class Turned:
    """A row with its own id: a draft, or its faults."""

    external_id: str
    draft: ReportDraft | None
    faults: tuple[Fault, ...] = field(default=())


def turned(cells: Cells, given: Setting) -> Turned:
    """Return a row as a draft without problems, or everything that is wrong with it."""
    fields = fields_of(cells, given)
    external_id = fields.get("id", "").strip()
    faults: list[Fault] = []
    if UNSTORABLE.search(external_id):  # nor can any page show it
        external_id = ""
    if not 0 < len(external_id) <= ID_MOST:
        faults.append(Fault("id", "no_id"))
    act = _act(fields, given, faults)
    kind, party = _accused(fields, given, faults)
    numbers = _numbers(fields, faults)
    window = _window(fields, given, faults)
    if faults or window is None:
        return Turned(external_id, None, _told_as(faults, given))
    begins, ends, precision = window
    draft = ReportDraft(
        client_uuid=uuid.UUID(int=0),
        agreement=given.agreement,
        stance=fields.get("stance") or Stance.ALLEGES,
        means=fields.get("means") or Means.TOLD,
        act=act,
        observed_from=begins,
        observed_until=ends,
        time_precision=fields.get("time_precision") or precision,
        where=_where(fields, numbers),
        narrative=fields.get("narrative", "").strip()[:NARRATIVE_MOST],
        speaker=given.source,
        weapon=fields.get("weapon", "")[:TEXT_MOST],
        effect=fields.get("effect") or "unknown",
        observation_unit=fields.get("unit", ""),
        observation_count=_whole(numbers.get("count")),
        tolls=_tolls(numbers),
        accused_kind=kind,
        accused_code=party,
        origin=_origin(fields, external_id, given),
        language=fields.get("language") or "en",
        channel=Channel.FILE,
        form_version=f"import:{given.shape}"[:10],
    )
    broken = problems_in(draft, parties=given.parties, at=given.at)
    faults = [Fault(name, "rule", text) for name, texts in broken.items() for text in texts]
    return Turned(external_id, None if faults else draft, _told_as(faults, given))


def fields_of(cells: Cells, given: Setting) -> Fields:
    """Return what a row says in our fields, before any of it is read."""
    read = READERS.get(given.shape)
    if read is not None:
        found = read(cells)
    else:
        found = {name: cells.get(column, "") for name, column in given.columns.items()}
    for name, value in given.fixed.items():
        found[name] = found.get(name) or value
    for name, meant in given.values.items():
        said = found.get(name, "").strip()
        if said in meant and name not in ("act", "accused"):
            found[name] = meant[said]
    return found


def _told_as(faults: list[Fault], given: Setting) -> tuple[Fault, ...]:
    """Return faults named by the column in which somebody looks for them."""
    if given.shape != Shape.OWN:
        return tuple(faults)
    return tuple(
        Fault(given.columns.get(one.field, one.field)[:80], one.code, one.reason) for one in faults
    )


def _act(fields: Fields, given: Setting, faults: list[Fault]) -> str:
    said = fields.get("act", "").strip()
    meant = given.values.get("act", {}).get(said) or ACTS.get(given.shape, {}).get(said) or said
    if meant not in given.acts:
        meant = given.fixed.get("act", "")
    if meant not in given.acts:
        faults.append(Fault("act", "act"))
    return meant


def _accused(fields: Fields, given: Setting, faults: list[Fault]) -> tuple[str, str]:
    said = fields.get("accused", "").strip()
    meant = given.values.get("accused", {}).get(said, said)
    if meant in given.parties:
        return AccusedKind.PARTY, meant
    if meant in NOT_GIVEN:
        return meant or AccusedKind.UNKNOWN, ""
    if given.shape == Shape.OWN:
        faults.append(Fault("accused", "accused"))
    return AccusedKind.UNKNOWN, ""  # named in the words of the row; no party stands for it


def _numbers(fields: Fields, faults: list[Fault]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in (*NUMBERED, *COUNTED):
        text = fields.get(name, "")
        if not text:
            continue
        try:
            found[name] = float(text if text.isascii() else folded_digits(text))
            if name in COUNTED and found[name] != int(found[name]):
                raise ValueError
        except (ValueError, OverflowError):
            faults.append(Fault(name, "number"))
    return found


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _window(
    fields: Fields, given: Setting, faults: list[Fault]
) -> tuple[datetime, datetime, str] | None:
    """Return the half-open window a row gives, in UTC, and how exactly it is known."""
    first, instant = _day(fields.get("date", ""))
    last = first
    if fields.get("date_until"):
        last, _instant = _day(fields["date_until"])
    if first is None or last is None:
        faults.append(Fault("date" if first is None else "date_until", "date"))
        return None
    clock = fields.get("time", "").strip()
    try:
        if clock:
            instant = datetime.combine(first, time.fromisoformat(folded_digits(clock)), given.zone)
        if instant is not None:
            begins = instant.astimezone(UTC)
            return begins, begins + timedelta(minutes=1), TimePrecision.MINUTE
        ends = datetime.combine(last + timedelta(days=1), time(), given.zone).astimezone(UTC)
        begins = datetime.combine(first, time(), given.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        faults.append(Fault("time", "date"))
        return None
    return begins, ends, TimePrecision.DAY if first == last else TimePrecision.DAYS


def _day(text: str) -> tuple[date | None, datetime | None]:
    """Return the day a text names, and the instant where it names one with its offset."""
    text = folded_digits(text.strip()) if not text.isascii() else text.strip()
    if not text:
        return None, None
    try:
        if len(text) == 10:
            return date.fromisoformat(text), None
        read = datetime.fromisoformat(text)
        return read.date(), read if read.tzinfo is not None else None
    except ValueError:
        pass
    for form in OLD_DATES:
        try:
            return datetime.strptime(text, form).date(), None
        except ValueError:
            continue
    return None, None


def _where(fields: Fields, numbers: Mapping[str, float]) -> Where:
    place = fields.get("place", "").strip()[:TEXT_MOST]
    if "lat" in numbers or "lon" in numbers:
        return Where(
            kind=LocationKind.POINT,
            typed=place,
            lat=numbers.get("lat"),
            lon=numbers.get("lon"),
            accuracy_m=numbers.get("accuracy_m"),
        )
    return Where(kind=LocationKind.NAMED, typed=place)


def _tolls(numbers: Mapping[str, float]) -> tuple[TollRange, ...]:
    if "best" in numbers:
        return _ged_tolls(numbers)
    asked = (
        ("killed", TollHarm.KILLED, TollCategory.UNSPECIFIED),
        ("killed_civilians", TollHarm.KILLED, TollCategory.CIVILIANS),
        ("injured", TollHarm.INJURED, TollCategory.UNSPECIFIED),
        ("injured_civilians", TollHarm.INJURED, TollCategory.CIVILIANS),
    )
    return tuple(
        TollRange(harm, category, None, int(numbers[name]), None)
        for name, harm, category in asked
        if name in numbers
    )


def _ged_tolls(numbers: Mapping[str, float]) -> tuple[TollRange, ...]:
    """Return the dead of a row of GED, so that least, best and most add up to its totals.

    GED gives one number for each category and a range for the sum: the range stands with those
    of no category, less what the categories hold.
    """
    of = {name: int(number) for name, number in numbers.items()}
    best = of["best"]
    civilians = of.get("deaths_civilians", 0)
    combatants = of.get("deaths_a", 0) + of.get("deaths_b", 0)
    known = civilians + combatants
    least, middle, most = sorted(max(0, of.get(n, best) - known) for n in ("low", "best", "high"))
    found = (
        TollRange(TollHarm.KILLED, TollCategory.CIVILIANS, civilians, civilians, civilians),
        TollRange(TollHarm.KILLED, TollCategory.COMBATANTS, combatants, combatants, combatants),
        TollRange(TollHarm.KILLED, TollCategory.UNSPECIFIED, least, middle, most),
    )
    return tuple(toll for toll in found if toll.most)


def _origin(fields: Fields, external_id: str, given: Setting) -> OriginDraft:
    """Return the origin of a row: the record it stands for."""
    url = fields.get("url", "").strip()
    published, _instant = _day(fields.get("published_on", ""))
    return OriginDraft(
        kind=OriginKind.DOCUMENT,
        key=_origin_key(fields, external_id, given),
        url=url if not url or is_link(url) else "",
        publisher=fields.get("publisher", "").strip()[:TEXT_MOST],
        published_on=published,
    )


def _origin_key(fields: Fields, external_id: str, given: Setting) -> str:
    """Return the key of a row's record.

    A record of a public layout is the same whoever imports it. Anything else has a key only among
    the rows of its own source: no file says that two other sources are one, or one of them two.
    """
    if given.shape != Shape.OWN:
        return f"{given.shape}:{external_id}"
    said = fields.get("origin_key", "").strip() or external_id
    key = f"{Shape.OWN}:{given.source.key}:{said}"
    if len(key) <= TEXT_MOST and not UNSTORABLE.search(key):
        return key
    digest = hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()
    return f"{Shape.OWN}:{given.source.key}:{digest}"
