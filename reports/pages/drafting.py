"""From a filled form to a draft of intake, and from a filed report back to a form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.agreement.queries import Agreement
from reports.intake.choices import AccusedKind, Effect, LocationKind, OriginKind, Stance
from reports.intake.drafts import OriginDraft, ReportDraft, TollRange, Where
from reports.intake.queries import Report, accuracy_of
from reports.intake.windows import CannotTell, WhenTyped, typed_from, window_of
from reports.pages.forms import RANGES, ReportForm
from reports.pages.offers import readable_uuid
from reports.people.queries import source_by_id

# Problem of intake -> the field of this form where its answer is typed.
FIELDS: Mapping[str, str] = {"observed_from": "day", "observed_until": "time_until"}
BLANK: Mapping[str, Any] = {
    "stance": Stance.OBSERVES,
    "time_precision": "minute",
    "location_kind": LocationKind.PLACE,
    "accused": AccusedKind.UNKNOWN,
    "origin_kind": OriginKind.OBSERVATION,
    "effect": Effect.UNKNOWN,
    "count_qualifier": "exactly",
}


def draft_of(
    form: ReportForm, *, agreement: Agreement, supersedes: str, at: datetime
) -> ReportDraft:
    """Return the draft a form holds, and put on the form what could not be read as a window.

    What could not be read has a stand-in, so that the rules can judge all other answers at once.
    """
    window = _window(form, agreement, at) or (at, at + timedelta(minutes=1))
    typed = form.typed
    accused_kind, accused_code = _accused(typed("accused") or "")
    speaker = typed("speaker") if typed("origin_kind") != OriginKind.OBSERVATION else ""
    return ReportDraft(
        client_uuid=typed("client_uuid") or uuid.uuid4(),
        agreement=agreement,
        stance=typed("stance") or "",
        means=typed("means") or "",
        act=typed("act") or "",
        observed_from=window[0],
        observed_until=window[1],
        time_precision=typed("time_precision") or "",
        where=_where(form),
        narrative=typed("narrative") or "",
        speaker=source_by_id(speaker) if speaker else None,
        weapon=typed("weapon") or "",
        effect=typed("effect") or "",
        observation_unit=typed("observation_unit") or "",
        observation_count=typed("observation_count"),
        count_qualifier=typed("count_qualifier") or "",
        tolls=_tolls(form),
        accused_kind=accused_kind,
        accused_code=accused_code,
        origin=_origin(form),
        language=typed("language") or "en",
        own_confidence=typed("own_confidence") or "",
        supersedes=supersedes,
    )


def _window(
    form: ReportForm, agreement: Agreement, at: datetime
) -> tuple[datetime, datetime] | None:
    typed, day = form.typed, form.typed("day")
    when = WhenTyped(
        precision=typed("time_precision") or "",
        day=day or at.date(),  # a stand-in: the hours are judged although the date is missing
        time_from=typed("time_from"),
        time_until=typed("time_until"),
        day_until=typed("day_until"),
        part=typed("part") or "",
    )
    try:
        window = window_of(when, ZoneInfo(agreement.timezone))
        return window if day else None
    except CannotTell as gap:
        # A date that ends before a missing one says nothing yet.
        if gap.field not in form.errors and (day or not typed("day_until")):
            form.add_error(gap.field, gap.message)
        return None


def _accused(chosen: str) -> tuple[str, str]:
    kind, _colon, code = chosen.partition(":")
    return kind, code


def _where(form: ReportForm) -> Where:
    """Return the location in the chosen form only: what other forms hold is not a part of it."""
    typed, kind = form.typed, form.typed("location_kind") or ""
    if kind == LocationKind.PLACE:
        return Where(
            kind=kind,
            place_id=readable_uuid(typed("place")),
            typed=typed("place_typed") or "",
            accuracy=typed("place_accuracy") or "",
        )
    if kind == LocationKind.NAMED:
        return Where(
            kind=kind, typed=typed("place_typed") or "", accuracy=typed("place_accuracy") or ""
        )
    if kind == LocationKind.BETWEEN:
        words = (typed("place_typed") or "", typed("other_typed") or "")
        return Where(
            kind=kind,
            place_id=readable_uuid(typed("place")),
            other_place_id=readable_uuid(typed("other_place")),
            typed=" – ".join(filter(None, words)),
            accuracy_m=typed("accuracy_m"),
        )
    where = {"kind": kind, "lat": typed("lat"), "lon": typed("lon")}
    if kind == LocationKind.POINT:
        return Where(**where, accuracy_m=typed("accuracy_m"))
    names = ("range_m", "bearing_deg", "range_error_m", "bearing_error_deg")
    return Where(**where, **{name: typed(name) for name in names})


def _tolls(form: ReportForm) -> tuple[TollRange, ...]:
    given = [(harm, category, form.typed(name)) for name, harm, category in RANGES]
    return tuple(
        TollRange(harm, category, *figures) for harm, category, figures in given if figures
    )


def _origin(form: ReportForm) -> OriginDraft:
    typed, kind = form.typed, form.typed("origin_kind") or ""
    if kind == OriginKind.OBSERVATION:
        return OriginDraft(kind=kind)
    return OriginDraft(
        kind=kind,
        url=typed("source_url") or "",
        publisher=typed("publisher") or "",
        published_on=typed("published_on"),
    )


def answers_of(report: Report) -> dict[str, Any]:
    """Return what to put into the form so that it says what a report said: for a correction."""
    zone = ZoneInfo(report.agreement.timezone)
    answers: dict[str, Any] = {
        name: getattr(report, name)
        for name in (
            *("stance", "means", "time_precision", "location_kind", "place_typed", "effect"),
            *("place_accuracy", "range_m", "bearing_deg", "range_error_m", "bearing_error_deg"),
            *("observation_unit", "observation_count", "count_qualifier", "weapon", "narrative"),
            *("language", "own_confidence", "publisher", "source_url"),
        )
    }
    bearing = report.location_kind == LocationKind.BEARING
    answers |= typed_from(report.observed_from, report.observed_until, report.time_precision, zone)
    answers |= {
        "act": report.act_id,
        "place": str(report.place_id or report.end_one_id or ""),
        "other_place": str(report.end_other_id or ""),
        "lat": report.observer_lat if bearing else report.lat,
        "lon": report.observer_lon if bearing else report.lon,
        "accuracy_m": accuracy_of(report),
        "accused": f"party:{report.accused.code}" if report.accused else report.accused_kind,
        "origin_kind": report.origin.kind,
        "published_on": report.origin.published_on,
        "speaker": "" if report.source.user_id else str(report.source_id),
    }
    for toll in report.tolls:
        figures = (toll["least"], toll["best"], toll["most"])
        answers[f"{toll['harm']}_{toll['category']}"] = figures
    return answers
