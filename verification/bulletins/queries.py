"""Reads of bulletins: drafts for their publisher, released ones for everybody once signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.agreement.queries import periods_in_force
from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import may, require
from reports.problems import NotFound
from verification.bulletins.figures import content_of
from verification.bulletins.models import Bulletin, Edition
from verification.bulletins.printing import printed
from verification.bulletins.rules import days_due, is_in_force, period_of
from verification.incidents.models import Incident
from verification.ledger.queries import published_events, unsigned_events
from verification.ledger.rows import public_bytes
from verification.publication.models import Correction, Finding

# What a bulletin tells of as decided or published: all of it is signed before the bulletin is out.
TOLD = (
    *(Kind.CASE_DECIDED, Kind.INCIDENT_RULED_INADMISSIBLE),
    *(Kind.FINDING_PUBLISHED, Kind.CORRECTION_PUBLISHED),
)


@dataclass(frozen=True, slots=True)
class BulletinLine:
    """A bulletin as lists show it."""

    code: str
    number: int
    day: date
    cut_off: datetime
    released_at: datetime | None
    content: dict[str, Any]
    sha256: str
    languages: tuple[str, ...]

    @property
    def n_findings(self) -> int:
        return len(self.content["findings"])

    @property
    def n_corrections(self) -> int:
        return len(self.content["corrections"])


def _line(row: Bulletin) -> BulletinLine:
    release = getattr(row, "release", None)
    return BulletinLine(
        code=row.code,
        number=row.number,
        day=row.day,
        cut_off=row.cut_off,
        released_at=release.released_at if release is not None else None,
        content=row.content,
        sha256=row.sha256,
        languages=tuple(sorted(edition.language for edition in row.editions.all())),
    )


def _rows() -> QuerySet[Bulletin]:
    return (
        Bulletin.objects.select_related("agreement", "release")
        .prefetch_related(Prefetch("editions", Edition.objects.defer("body")))
        .order_by("-number")
    )


def public_bulletins() -> QuerySet[Bulletin]:
    """Return the rows of what the public was told: released, and signed in the log."""
    told = published_events([Kind.BULLETIN_RELEASED]).values("subject_id")
    return _rows().filter(pk__in=told, release__isnull=False)


def public_bulletins_of(agreement: Agreement) -> QuerySet[Bulletin]:
    """Return the rows of an agreement's public bulletins, latest first, to read a part of them."""
    return public_bulletins().filter(agreement=agreement)


def bulletins_of(agreement: Agreement) -> list[BulletinLine]:
    """Return an agreement's public bulletins, latest first."""
    return [_line(row) for row in public_bulletins_of(agreement)]


def bulletin_by_code(code: str) -> BulletinLine:
    """Return a public bulletin; NotFound otherwise, a draft's code told to nobody."""
    return _line(_public_row(code))


def _public_row(code: str) -> Bulletin:
    found = public_bulletins().filter(code=code.strip().upper()).first()
    if found is None:
        raise NotFound("There is no bulletin with this code.")
    return found


def edition_of(code: str, language: str) -> bytes:
    """Return a public bulletin on paper, as printed when it was drafted; NotFound otherwise."""
    return _body(_public_row(code), language)


def _body(row: Bulletin, language: str) -> bytes:
    found = Edition.objects.filter(bulletin=row, language=language).first()
    if found is None:
        raise NotFound("This bulletin was not printed in this language.")
    return bytes(found.body)


def corrected_since(line: BulletinLine) -> list[tuple[str, str]]:
    """Return (finding it tells of, the one that stands instead) for what was corrected since."""
    codes = [row["code"] for row in line.content["findings"]]
    signed = published_events([Kind.CORRECTION_PUBLISHED]).values("subject_id")
    rows = Correction.objects.filter(corrected__code__in=codes, pk__in=signed)
    return list(rows.order_by("published_at").values_list("corrected__code", "finding__code"))


# -- the publisher's --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """What a publisher has before them."""

    waiting: tuple[BulletinLine, ...]  # earliest first: they go out in order
    released: tuple[BulletinLine, ...]


def desk_of(user: User, agreement: Agreement, *, at: datetime) -> Desk:
    """Return an agreement's drafts and released bulletins for its publisher."""
    require(user, "bulletin.release", at=at, agreement_id=agreement.pk)
    lines = [_line(row) for row in _rows().filter(agreement=agreement)]
    return Desk(
        waiting=tuple(reversed([line for line in lines if line.released_at is None])),
        released=tuple(line for line in lines if line.released_at is not None),
    )


def bulletin_for_release(user: User, code: str, *, at: datetime) -> Bulletin:
    """Return a bulletin for its publisher, drafted or released; NotFound for anybody else."""
    found = _rows().filter(code=code.strip().upper()).first()
    if found is None or not may(user, "bulletin.release", at=at, agreement_id=found.agreement_id):
        raise NotFound()
    return found


def draft_on_paper(user: User, code: str, language: str, *, at: datetime) -> bytes:
    """Return a draft's edition for its publisher; NotFound for anybody else."""
    return _body(bulletin_for_release(user, code, at=at), language)


def line_of(bulletin: Bulletin) -> BulletinLine:
    """Return a bulletin as lists show it."""
    return _line(bulletin)


def release_hindered(bulletin: Bulletin) -> str:
    """Return why a bulletin cannot be released yet; '' if it can."""
    earlier = Bulletin.objects.filter(
        agreement_id=bulletin.agreement_id, number__lt=bulletin.number, release=None
    )
    first = earlier.order_by("number").first()
    if first is not None:
        return _("%(code)s comes first: bulletins go out in the order of their numbers.") % {
            "code": first.code
        }
    files = set(
        Incident.objects.filter(agreement=bulletin.agreement_id).values_list("pk", flat=True)
    )
    waiting = [
        event
        for event in unsigned_events(TOLD)
        if event.at < bulletin.cut_off and event.file_id in files
    ]
    if waiting:
        return _(
            "%(n)d of what it tells of is not under a signed checkpoint of the log yet. Try again "
            "in a minute."
        ) % {"n": len(waiting)}
    return ""


# -- what is due, and what can be made again --------------------------------------------------


def days_of(agreement: Agreement, *, at: datetime) -> list[date]:
    """Return the days of an agreement a bulletin is due for: in force, or with a record."""
    zone = ZoneInfo(agreement.timezone)
    last = Bulletin.objects.filter(agreement=agreement).order_by("-day").first()
    periods = periods_in_force(agreement.pk)
    return [
        day
        for day in days_due(last.day if last else None, zone, at=at)
        if is_in_force(periods, *period_of(day, zone))
        or _recorded(agreement, *period_of(day, zone))
    ]


def _recorded(agreement: Agreement, begins: datetime, ends: datetime) -> bool:
    within = {"gte": begins, "lt": ends}

    def when(field: str) -> dict[str, datetime]:
        return {f"{field}__{how}": edge for how, edge in within.items()}

    return (
        Report.objects.filter(agreement=agreement, **when("received_at")).exists()
        or Incident.objects.filter(agreement=agreement, **when("opened_at")).exists()
        or Finding.objects.filter(incident__agreement=agreement, **when("published_at")).exists()
    )


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A bulletin made again from the record as of its cut-off; `differs` names the rest."""

    code: str
    content: bytes
    editions: Sequence[tuple[str, bytes]]
    differs: tuple[str, ...]


def rebuilt(code: str) -> Rebuilt:
    """Make a bulletin again, content and editions, and compare it with what was drafted."""
    row = _rows().filter(code=code.strip().upper()).first()
    if row is None:
        raise NotFound("There is no bulletin with this code.")
    content = content_of(row.agreement, day=row.day, number=row.number)
    body = public_bytes(content)
    differs = [] if body == public_bytes(row.content) else ["content"]
    editions = []
    for edition in row.editions.order_by("language"):
        again = printed(content, edition.language)
        editions.append((edition.language, again.body))
        if again.body != bytes(edition.body):
            differs.append(f"{edition.language}.pdf")
    return Rebuilt(row.code, body, tuple(editions), tuple(differs))
