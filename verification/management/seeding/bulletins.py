"""The demonstration's bulletins: drafted after their days, released once the log has signed all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from reports.agreement.models import Agreement
from reports.people.queries import user_by_username
from verification.bulletins.actions import NotReleasable, draft_bulletin, release_bulletin
from verification.bulletins.models import Bulletin
from verification.bulletins.rules import GRACE, period_of
from verification.management.seeding.files import document
from verification.management.seeding.stage import play

READ = timedelta(hours=8)  # after midnight the publisher has read it
Say = Callable[[str], object]


def draft_days(agreement: Agreement) -> int:
    """Draft the bulletins of the scenario's days; return how many are new."""
    return sum(
        play(partial(_draft, agreement, day, cut_off + GRACE))
        for day, cut_off, _by in _days(agreement)
    )


def _draft(agreement: Agreement, day: date, at: datetime) -> bool:
    return draft_bulletin(agreement=agreement, day=day, at=at) is not None


def release_days(agreement: Agreement, *, say: Say) -> int:
    """Release those that a publisher releases; return how many are new. Needs a signed log."""
    new = 0
    for day, cut_off, username in _days(agreement):
        publisher = user_by_username(username) if username else None
        waiting = Bulletin.objects.filter(agreement=agreement, day=day, release=None).first()
        if publisher is None or waiting is None:
            continue
        try:
            with transaction.atomic():
                release_bulletin(bulletin=waiting, by=publisher, at=cut_off + READ)
        except NotReleasable as hindrance:
            say(f"{waiting.code} is not released: {hindrance.detail}")
            break
        new += 1
    return new


def _days(agreement: Agreement) -> list[tuple[date, datetime, str]]:
    """Return (day, its end, username of who releases it) of every bulletin, in their order."""
    scenario = document(f"scenarios/{agreement.slug}.json")
    rows = [(date.fromisoformat(row["day"]), row["by"]) for row in scenario["bulletins"]]
    zone = ZoneInfo(agreement.timezone)
    return [(day, period_of(day, zone)[1], by) for day, by in rows]
