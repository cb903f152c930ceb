"""Writes of intake: file, accept, reject, reinstate, withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import ActKind
from reports.agreement.queries import parties_of
from reports.intake.authors import Bearer, require_author
from reports.intake.choices import LocationKind, OriginKind
from reports.intake.drafts import ReportDraft, Where
from reports.intake.models import Origin, Report
from reports.intake.origins import origin_key
from reports.intake.rules import problems_in
from reports.intake.statements import statement_of
from reports.intake.states import MOVES, ReportState
from reports.journal.actions import move_state, record_event
from reports.journal.kinds import Kind
from reports.people.models import Source, User
from reports.people.permissions import require
from reports.people.queries import own_source
from reports.places.models import Place
from reports.problems import Invalid, Problem


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
    source = draft.speaker or own_source(by)
    report = statement_of(
        draft,
        by=by,
        at=at,
        source=source,
        act=act,
        places=places,
        origin=_origin_of(draft, source, earlier),
        earlier=earlier,
        accused=parties.get(draft.accused_code),
    )
    report.save(force_insert=True)
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


def _origin_of(draft: ReportDraft, source: Source, earlier: Report | None) -> Origin:
    """Return the origin a draft belongs to: the earlier report's, a known one, or a new one."""
    given, key = draft.origin, origin_key(draft, source)
    if earlier is not None and given.kind == earlier.origin.kind:
        return earlier.origin
    known = None
    if key:
        known = Origin.objects.filter(agreement=draft.agreement, key=key).first()
    elif given.url and given.kind != OriginKind.OBSERVATION:
        known = Origin.objects.filter(
            agreement=draft.agreement, said_by=source, url=given.url, kind=given.kind
        ).first()
    return known or Origin.objects.create(
        agreement=draft.agreement,
        kind=given.kind,
        said_by=source,
        key=key,
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
