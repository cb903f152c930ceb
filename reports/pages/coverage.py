"""Page: what was watched, by day and sector. Of sectors and days; never of persons or hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from reports.coverage.queries import SectorCoverage, SectorDay, last_watch_day, sector_days
from reports.coverage.rules import settled_until
from reports.pages.answers import asker, signed_in
from reports.pages.boxes import DayField
from reports.pages.choosing import current_agreement
from reports.pages.strips import Strip, StripDay, drawn, step_of
from reports.people.permissions import require
from reports.places.queries import PlaceChoice, place_choices

DAYS = 14


class DaysForm(forms.Form):
    """Which days are shown."""

    until = DayField(label=gettext_lazy("Last day shown"), required=False)


@require_safe
@signed_in
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Show the strips of the last days that hold a watch, or of those that were asked for."""
    at = timezone.now()
    agreement = current_agreement(request)
    require(request.user, "coverage.read", at=at, agreement_id=agreement.pk)
    zone = ZoneInfo(agreement.timezone)
    form = DaysForm(request.GET)
    asked = form.cleaned_data.get("until") if form.is_valid() else None
    last = last_watch_day(agreement.pk, at=at) or at
    final = asked or (last - timedelta(microseconds=1)).astimezone(zone).date()
    days = [final - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    edges = [_midnight(day, zone) for day in (*days, final + timedelta(days=1))]
    sectors = sector_days(asker(request), agreement.pk, edges, at=at)
    places = place_choices(sector.place_id for sector in sectors)
    strips = [_strip(sector, edges, places, zone, at) for sector in sectors]
    context = {
        "form": DaysForm(initial={"until": final}) if not form.errors else form,
        "days": days,
        "final": final,
        "strips": strips,
        "table": [
            {"day": day, "cells": [strip.days[n] for strip in strips]} for n, day in enumerate(days)
        ],
        "earlier": days[0] - timedelta(days=1),
        "later": final + timedelta(days=DAYS),
        "agreement_title": agreement.title,
        "agreement_slug": agreement.slug,
        "zone": agreement.timezone,
        "settled": settled_until(at),
        "as_of": at,
    }
    return render(request, "reports/coverage.html", context)


def _midnight(day: Any, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _strip(
    sector: SectorCoverage,
    edges: list[datetime],
    places: dict[Any, PlaceChoice],
    zone: ZoneInfo,
    at: datetime,
) -> Strip:
    settled = settled_until(at)
    days = tuple(
        _day(day, begins.astimezone(zone), told=begins < settled)
        for day, begins in zip(sector.days, edges[:-1], strict=True)
    )
    place = places[sector.place_id]
    name = sector.district or place.label
    return Strip(name, "" if sector.district else place.official, days, drawn(days))


def _day(day: SectorDay, begins: datetime, *, told: bool) -> StripDay:
    step = step_of(day.watched, told=told)
    letters = {
        "whole": pgettext("letter of a day watched wholly", "W"),
        "part": pgettext("letter of a day watched in part", "P"),
        "none": "–",
        "later": "",
    }
    by = ", ".join(day.denied_by) or (_("not known") if day.denied else "")
    return StripDay(
        day=begins.date(),
        watched=round(day.watched * 100),
        step=step,
        letter=letters[step],
        out_of_service=day.out_of_service,
        denied=day.denied,
        denied_by=by,
    )
