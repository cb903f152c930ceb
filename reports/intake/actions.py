"""Writes of intake: file, accept, reject, reinstate, withdraw."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import ActKind, Party
from reports.agreement.queries import parties_of
from reports.intake.authors import Bearer, require_author
from reports.intake.choices import LocationKind, OriginKind
from reports.intake.drafts import ReportDraft, Where
from reports.intake.models import Origin, Report
from reports.intake.rules import problems_in
from reports.intake.states import MOVES, ReportState
from reports.journal.actions import move_state, record_event
from reports.journal.kinds import Kind
from reports.people.models import Source, User
from reports.people.permissions import require
from reports.people.queries import own_source
from reports.places.geo import between, enclosing_radius_m, seen_from
from reports.places.models import Place
from reports.problems import Invalid, Problem

# Errors a tired observer makes by eye, where none is given (field manuals' rules of thumb).
DEFAULT_RANGE_ERROR = 0.2  # share of the range
DEFAULT_BEARING_ERROR_DEG = 10.0
DEFAULT_OFF_THE_LINE = 0.2  # share of the way between two places; roads are not straight


class AnotherReportHasThisId(Problem):
    """Raised when a client's id comes again with other content (or from another person)."""

    code = "another-report-has-this-id"
    status = 409
    title = gettext_lazy("A different report was already filed under this id")


@dataclass(frozen=True, slots=True)
class Filing:
    """The receipt of a filing; `created` is false when it was a harmless resend."""

    report: Report
    created: bool


def file_report(*, draft: ReportDraft, by: User, at: datetime) -> Filing:
    """File one statement about one event.

    Needs: report.file on the agreement; a draft without problems.
    Leaves: Report, its Origin if new, report.filed. The same id with the same content again:
    nothing new, the first receipt.
    Errors: Invalid with every field named; AnotherReportHasThisId; NotAllowed.
    """
    role = require(by, "report.file", at=at, agreement_id=draft.agreement.pk)
    try:
        return _file_once(draft, by, at, role)
    except IntegrityError:
        # Somebody was first with this id, with its origin or with a correction: look again.
        return same_filing(draft, by) or _file_once(draft, by, at, role)


def _file_once(draft: ReportDraft, by: User, at: datetime, role: str) -> Filing:
    with transaction.atomic():
        filing = take_down(draft=draft, by=by, at=at)
        if filing.created:
            record_event(
                kind=Kind.REPORT_FILED, subject=filing.report, by=by, at=at, acting_as=role
            )
        return filing


def take_down(*, draft: ReportDraft, by: User, at: datetime) -> Filing:
    """Write down what a draft says, or find it written: a part of filing it.

    Errors: Invalid with every field named; AnotherReportHasThisId.
    """
    parties = {party.code: party for party in parties_of(draft.agreement.pk)}
    problems = problems_in(draft, parties=parties, at=at)
    earlier = _earlier_report(draft, by, problems)
    places = _chosen_places(draft.where, problems)
    act = _named_act(draft, problems)
    if problems or act is None:
        # A resend of what was accepted once stays accepted, whatever has changed since.
        again = same_filing(draft, by)
        if again is not None:
            return again
        raise Invalid(_("Nothing was filed yet: some answers need another look."), errors=problems)
    report = _create(draft, by, at, act, places, earlier, parties.get(draft.accused_code))
    return Filing(report, created=True)


def _named_act(draft: ReportDraft, problems: dict[str, list[str]]) -> ActKind | None:
    found = None if "act" in problems else ActKind.objects.filter(pk=draft.act).first()
    if found is None:
        problems.setdefault("act", []).append(_("Choose the kind of act from the list."))
    return found


def same_filing(draft: ReportDraft, by: User) -> Filing | None:
    """Return the receipt of just this filing, if it was made. Errors: AnotherReportHasThisId."""
    found = Report.objects.filter(client_uuid=draft.client_uuid).first()
    if found is None:
        return None
    if found.filed_by_id == by.pk and found.sha256 == draft.sha256():
        return Filing(found, created=False)
    raise AnotherReportHasThisId(
        _("A report with other content was filed under this id. File yours under a new one.")
    )


def _earlier_report(draft: ReportDraft, by: User, problems: dict[str, list[str]]) -> Report | None:
    if not draft.supersedes or "supersedes" in problems:
        return None
    found = Report.objects.filter(
        receipt=draft.supersedes, filed_by=by, agreement=draft.agreement
    ).first()
    if found is None:
        problems["supersedes"] = [_("You can only correct a report of your own.")]
        return None
    newer = Report.objects.filter(supersedes=found).exclude(client_uuid=draft.client_uuid).first()
    if newer is not None:
        problems["supersedes"] = [
            _("This report was corrected already; correct the newer one: %(receipt)s.")
            % {"receipt": newer.receipt}
        ]
    return found


def _chosen_places(where: Where, problems: dict[str, list[str]]) -> tuple[Place, ...]:
    """Return the place a location names, or the two it lies between."""
    wanted = {
        LocationKind.PLACE: {"place": where.place_id},
        LocationKind.BETWEEN: {"place": where.place_id, "other_place": where.other_place_id},
    }.get(LocationKind(where.kind) if where.kind in LocationKind.values else LocationKind.NAMED, {})
    found = {place.pk: place for place in Place.objects.filter(pk__in=wanted.values())}
    for name, place_id in wanted.items():
        if place_id is not None and place_id not in found:
            problems[name] = [_("This place is not in the list any more; choose again.")]
    return tuple(found[place_id] for place_id in wanted.values() if place_id in found)


def _create(
    draft: ReportDraft,
    by: User,
    at: datetime,
    act: ActKind,
    places: tuple[Place, ...],
    earlier: Report | None,
    accused: Party | None,
) -> Report:
    source = draft.speaker or own_source(by)
    return Report.objects.create(
        client_uuid=draft.client_uuid,
        agreement=draft.agreement,
        source=source,
        filed_by=by,
        channel=draft.channel,
        stance=draft.stance,
        act=act,
        means=draft.means,
        weapon=draft.weapon.strip(),
        observed_from=draft.observed_from,
        observed_until=draft.observed_until,
        time_precision=draft.time_precision,
        received_at=at,
        location_kind=draft.where.kind,
        place_typed=draft.where.typed.strip(),
        place_accuracy=draft.where.accuracy,
        **_located(draft.where, places),
        effect=draft.effect,
        observation_unit=draft.observation_unit,
        observation_count=draft.observation_count,
        count_qualifier=draft.count_qualifier,
        tolls=[asdict(toll) for toll in draft.tolls],
        accused_kind=draft.accused_kind,
        accused=accused,
        narrative=draft.narrative.strip(),
        language=draft.language,
        origin=_origin_of(draft, source, earlier),
        publisher=draft.origin.publisher.strip(),
        source_url=draft.origin.url,
        own_confidence=draft.own_confidence,
        supersedes=earlier,
        form_version=draft.form_version,
        raw=draft.raw(),
        sha256=draft.sha256(),
    )


def _located(where: Where, places: tuple[Place, ...]) -> dict[str, Any]:
    """Return the spot columns: the event's point and radius, and what they were computed from."""
    if len(places) == 1:
        place = places[0]
        return {"place": place, "lat": place.lat, "lon": place.lon, "radius_m": place.radius_m}
    if len(places) == 2:
        return _lying_between(where, *places)
    if where.kind == LocationKind.POINT:
        return {"lat": where.lat, "lon": where.lon, "radius_m": where.accuracy_m}
    observed = (where.lat, where.lon, where.range_m, where.bearing_deg)
    if where.kind != LocationKind.BEARING or None in observed:
        return {}
    return _seen_by(where)


def _lying_between(where: Where, one: Place, other: Place) -> dict[str, Any]:
    """Return the spot of an event between two places: the circle round the whole corridor.

    Where nobody said how far off the line it may lie: as far as the names themselves reach, and a
    fifth of the way.
    """
    way = between(one.lat, one.lon, other.lat, other.lon, width_m=0.0)
    width = where.accuracy_m
    if width is None:
        width = max(one.radius_m, other.radius_m, 2 * way.half_m * DEFAULT_OFF_THE_LINE)
    return {
        "lat": way.lat,
        "lon": way.lon,
        "radius_m": way.half_m + width,
        "end_one": one,
        "end_other": other,
    }


def _seen_by(where: Where) -> dict[str, Any]:
    """Return the spot of an event seen by range and bearing, and the observer's position."""
    range_error = where.range_error_m
    bearing_error = where.bearing_error_deg
    range_m = where.range_m or 0.0
    seen = seen_from(
        where.lat or 0.0,
        where.lon or 0.0,
        range_m=range_m,
        bearing_deg=where.bearing_deg or 0.0,
        range_error_m=range_m * DEFAULT_RANGE_ERROR if range_error is None else range_error,
        bearing_error_deg=DEFAULT_BEARING_ERROR_DEG if bearing_error is None else bearing_error,
    )
    return {
        "lat": seen.lat,
        "lon": seen.lon,
        "radius_m": max(enclosing_radius_m(seen), 1.0),
        "observer_lat": where.lat,
        "observer_lon": where.lon,
        "range_m": where.range_m,
        "bearing_deg": where.bearing_deg,
        "range_error_m": seen.along_m,
        "bearing_error_deg": DEFAULT_BEARING_ERROR_DEG if bearing_error is None else bearing_error,
    }


def _origin_of(draft: ReportDraft, source: Source, earlier: Report | None) -> Origin:
    """Return the origin a draft belongs to: the earlier report's, a known one, or a new one."""
    given = draft.origin
    if earlier is not None and given.kind == earlier.origin.kind:
        return earlier.origin
    known = None
    if given.key:
        known = Origin.objects.filter(agreement=draft.agreement, key=given.key).first()
    elif given.url and given.kind != OriginKind.OBSERVATION:
        known = Origin.objects.filter(
            agreement=draft.agreement, said_by=source, url=given.url, kind=given.kind
        ).first()
    return known or Origin.objects.create(
        agreement=draft.agreement,
        kind=given.kind,
        said_by=source,
        key=given.key,
        url=given.url,
        publisher=given.publisher.strip(),
        published_on=given.published_on,
    )


def accept_report(*, report: Report, by: User, at: datetime) -> Report:
    """Take a filed report into the record. Needs: report.triage. Leaves: report.accepted."""
    role = require(by, "report.triage", at=at, agreement_id=report.agreement_id)
    move_state(
        report,
        to=ReportState.ACCEPTED,
        moves=MOVES,
        kind=Kind.REPORT_ACCEPTED,
        by=by,
        at=at,
        acting_as=role,
    )
    return report


def reject_report(*, report: Report, reason: str, by: User, at: datetime) -> Report:
    """Turn a filed report away, with a reason its author reads.

    Needs: report.triage. Leaves: report.rejected. Errors: Invalid without a reason.
    """
    role = require(by, "report.triage", at=at, agreement_id=report.agreement_id)
    if len(reason.strip()) < 5:
        raise Invalid(errors={"reason": [_("Say why, so that the author can file it better.")]})
    move_state(
        report,
        to=ReportState.REJECTED,
        moves=MOVES,
        kind=Kind.REPORT_REJECTED,
        by=by,
        at=at,
        acting_as=role,
        changes={"state_reason": reason.strip()[:500]},
        payload={"why": reason.strip()[:500]},
    )
    return report


def reinstate_report(*, report: Report, by: User, at: datetime) -> Report:
    """Undo a rejection: back to the inbox. Needs: report.triage. Leaves: report.reinstated."""
    role = require(by, "report.triage", at=at, agreement_id=report.agreement_id)
    move_state(
        report,
        to=ReportState.FILED,
        moves=MOVES,
        kind=Kind.REPORT_REINSTATED,
        by=by,
        at=at,
        acting_as=role,
        changes={"state_reason": ""},
    )
    return report


def withdraw_report(*, report: Report, by: User | Bearer, at: datetime) -> Report:
    """Withdraw one's own report; it stays on record as withdrawn. Leaves: report.withdrawn."""
    refusal = _("Only its author can withdraw a report.")
    role, actor = require_author(report, by, at=at, refusal=refusal)
    move_state(
        report,
        to=ReportState.WITHDRAWN,
        moves=MOVES,
        kind=Kind.REPORT_WITHDRAWN,
        by=actor,
        at=at,
        acting_as=role,
    )
    return report
