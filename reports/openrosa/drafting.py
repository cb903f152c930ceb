"""From a filled form to a draft of intake: what every other channel hands over, no more."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.evidence.choices import Sensitivity
from reports.evidence.drafts import ItemDraft
from reports.intake.choices import AccusedKind, Channel, LocationKind, Stance
from reports.intake.digits import folded_digits
from reports.intake.drafts import ReportDraft, Where
from reports.intake.rules import Problems
from reports.intake.windows import CannotTell, WhenTyped, window_of
from reports.openrosa.reading import Filled, Group
from reports.openrosa.rules import key_of
from reports.places.queries import place_by_key
from reports.problems import Invalid

FORM = "odk-1"


def draft_of(filled: Filled, *, agreement: Agreement, supersedes: str, at: datetime) -> ReportDraft:
    """Return the draft a filled form holds. Errors: Invalid for a window nobody can tell.

    Times are of the clock at the place of the event: the phone's own zone is no part of them.
    """
    said = filled.answers
    accused = said.get("accused", "") or AccusedKind.UNKNOWN
    language = said.get("language", "")
    begins, ends = _window(said, agreement, at)
    count = _whole(said, "observation_count")
    return ReportDraft(
        client_uuid=key_of(filled.instance_id),
        agreement=agreement,
        stance=Stance.OBSERVES,
        means=said.get("means", ""),
        act=said.get("act", ""),
        observed_from=begins,
        observed_until=ends,
        time_precision=said.get("time_precision", ""),
        where=_where(said),
        narrative=said.get("narrative", ""),
        accused_kind=accused,
        accused_code=said.get("accused_party", "") if accused == AccusedKind.PARTY else "",
        observation_count=count,
        observation_unit=said.get("observation_unit", "") if count is not None else "",
        count_qualifier=said.get("count_qualifier", "") or "exactly",
        language=language if language in dict(settings.LANGUAGES) else "en",
        supersedes=supersedes,
        channel=Channel.ODK,
        form_version=FORM,
    )


def file_draft(filled: Filled, name: str) -> ItemDraft:
    """Return what the form says of one of its files."""
    for row in filled.groups.get("file", []):
        if row.get("photo") == name and row.get("sensitivity") in Sensitivity.values:
            return ItemDraft(sensitivity=row["sensitivity"])
    return ItemDraft()


def _window(said: Group, agreement: Agreement, at: datetime) -> tuple[datetime, datetime]:
    problems: Problems = {}
    day = _day(said, "day")
    if day is None:
        problems["day"] = [_("Give the date.")]
    typed = WhenTyped(
        precision=said.get("time_precision", ""),
        day=day or at.date() - timedelta(days=1),
        time_from=_clock(said, "time_from"),
        time_until=_clock(said, "time_until"),
        day_until=_day(said, "day_until"),
        part=said.get("part", ""),
    )
    try:
        window = window_of(typed, ZoneInfo(agreement.timezone))
    except CannotTell as gap:
        problems[gap.field] = [gap.message]
    if problems:
        raise Invalid(_("Nothing was filed yet: some answers need another look."), errors=problems)
    return window


def _day(said: Group, name: str) -> date | None:
    try:
        return date.fromisoformat(folded_digits(said.get(name, ""))[:10])
    except ValueError:
        return None


def _clock(said: Group, name: str) -> time | None:
    """Return the hour and minute on the wall: an offset behind them is the phone's, not ours."""
    try:
        return time.fromisoformat(folded_digits(said.get(name, ""))[:5])
    except ValueError:
        return None


def _number(said: Group, name: str) -> float | None:
    try:
        return float(folded_digits(said.get(name, "")))
    except ValueError:
        return None


def _whole(said: Group, name: str) -> int | None:
    found = _number(said, name)
    return int(found) if found is not None and found == int(found) else None


def _where(said: Group) -> Where:
    kind = said.get("location_kind", "")
    if kind in (LocationKind.PLACE, LocationKind.BETWEEN):
        chosen = {name: place_by_key(said.get(name, "")) for name in ("place", "other_place")}
        one, other = chosen["place"], chosen["other_place"]
        if kind == LocationKind.PLACE:
            return Where(kind=kind, place_id=one.pk if one else None)
        return Where(
            kind=kind,
            place_id=one.pk if one else None,
            other_place_id=other.pk if other else None,
        )
    if kind == LocationKind.NAMED:
        return Where(kind=kind, typed=said.get("place_typed", ""))
    lat, lon = _position(said)
    if kind == LocationKind.POINT:
        return Where(kind=kind, lat=lat, lon=lon, accuracy_m=_number(said, "accuracy_m"))
    return Where(
        kind=kind,
        lat=lat,
        lon=lon,
        range_m=_number(said, "range_m"),
        bearing_deg=_number(said, "bearing_deg"),
    )


def _position(said: Group) -> tuple[float | None, float | None]:
    """Return latitude and longitude of a geopoint: "lat lon altitude accuracy"."""
    parts = folded_digits(said.get("position", "")).split()
    if len(parts) < 2:
        return None, None
    pair = {"lat": parts[0], "lon": parts[1]}
    return _number(pair, "lat"), _number(pair, "lon")
