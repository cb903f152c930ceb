"""What happens next: event kind -> handlers. The only place that says so.

A handler is called by the drain, once per event, inside the transaction that marks it done. It
loads by id and makes one call; every call here may safely run twice.
"""

from __future__ import annotations

from datetime import datetime

from reports.agreement.models import Agreement
from reports.channels.actions import destroy_messages
from reports.evidence.actions import derive_item, destroy_bytes
from reports.evidence.queries import erased_items, item_by_id
from reports.intake.queries import reports_by_id
from reports.intake.states import ReportState
from reports.journal.handlers import Handler
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.openrosa.actions import destroy_apart
from reports.redactions.actions import destroy_redacted
from reports.redactions.queries import erased_redactions
from verification.bundles.actions import build_bundle, destroy_bundles
from verification.bundles.queries import bundle_by_id, bundles_holding_report
from verification.corroboration.actions import notify_accused
from verification.corroboration.queries import statement_by_id
from verification.incidents.actions import link_report, refresh_after_withdrawal, unlink_report
from verification.incidents.models import Link
from verification.incidents.queries import (
    copies_belong_to,
    incident_by_id,
    links_of_corrected,
    links_of_report,
    root_of,
)
from verification.notifications.actions import tell
from verification.notifications.audience import AUDIENCES
from verification.partners.actions.deliveries import queue_of_report
from verification.publication.actions import publish_correction, publish_finding
from verification.publication.queries import finding_by_id
from verification.reopening.actions import flag_reopening
from verification.reopening.queries import questioned_links
from verification.scoring.actions import rescore_incident
from verification.scoring.queries import agreement_of_fit
from verification.standing.actions import recompute_standing
from verification.standing.queries import is_large


def follow_origin(*, event: Event, at: datetime) -> None:
    """Link an accepted report that copies an origin already in exactly one living incident."""
    for report in reports_by_id([event.subject_id]):
        incident = copies_belong_to(report)
        if incident is not None and report.state == ReportState.ACCEPTED:
            link_report(
                report=report,
                incident=incident,
                why="Exact copy of an origin that is in this incident.",
                by=None,
                at=at,
            )


def rescore_file(*, event: Event, at: datetime) -> None:
    """Score the incident this event belongs to."""
    if event.file_id is not None:
        rescore_incident(incident=incident_by_id(event.file_id), at=at)


def rescore_unmerged(*, event: Event, at: datetime) -> None:
    """Score the incident that came out of another: back from a merge, or new from a split."""
    rescore_incident(incident=incident_by_id(event.subject_id), at=at)


def leave_incidents(*, event: Event, at: datetime) -> None:
    """After a withdrawal, compute and score anew the incidents the report was linked to.

    So too those of the report it corrected, which counts again.
    """
    for report in reports_by_id([event.subject_id]):
        for link in [*links_of_report(report), *links_of_corrected(report)]:
            _count_anew(link, at)


def replace_corrected(*, event: Event, at: datetime) -> None:
    """After a correction was accepted, count anew where the corrected report no longer counts."""
    for report in reports_by_id([event.subject_id]):
        for link in links_of_corrected(report):
            _count_anew(link, at)


def _count_anew(link: Link, at: datetime) -> None:
    incident = root_of(link.incident)
    refresh_after_withdrawal(incident=incident)
    rescore_incident(incident=incident, at=at)


def ask_accused(*, event: Event, at: datetime) -> None:
    """Notify the parties accused in the incident this event belongs to."""
    if event.file_id is not None:
        notify_accused(incident=root_of(incident_by_id(event.file_id)), at=at)


def ask_accused_of_new(*, event: Event, at: datetime) -> None:
    """Notify the parties accused in the incident that a split made."""
    notify_accused(incident=root_of(incident_by_id(event.subject_id)), at=at)


def weigh_report(*, event: Event, at: datetime) -> None:
    """Put a report that was linked to a decided incident to the chair, if it contradicts."""
    if event.file_id is not None:
        for report in reports_by_id([event.payload["report"]]):
            flag_reopening(incident=incident_by_id(event.file_id), report=report, at=at)


def weigh_statement(*, event: Event, at: datetime) -> None:
    """Put a statement that was given on a decided incident to the chair, if it contradicts."""
    if event.file_id is not None:
        statement = statement_by_id(event.subject_id)
        flag_reopening(incident=incident_by_id(event.file_id), statement=statement, at=at)


def take_off_questioned(*, event: Event, at: datetime) -> None:
    """Take off a reopened file the reports that were admitted to tell of another event."""
    for link, why in questioned_links(event.subject_id):
        unlink_report(link=link, why=why, by=None, at=at)


def publish(*, event: Event, at: datetime) -> None:
    """Publish the finding of the incident this event belongs to."""
    if event.file_id is not None:
        publish_finding(incident=incident_by_id(event.file_id), at=at)


def publish_held_back(*, event: Event, at: datetime) -> None:
    """Publish the finding of an incident that was withheld until now, if it was decided since."""
    if event.file_id is not None:
        publish_finding(incident=root_of(incident_by_id(event.file_id)), at=at)


def correct(*, event: Event, at: datetime) -> None:
    """Publish what a later version of a finding changes in the one before it."""
    publish_correction(finding=finding_by_id(event.subject_id), at=at)


def update_standing(*, event: Event, at: datetime) -> None:
    """Recompute the standings of the agreement this event's incident belongs to.

    A large agreement waits for the task of every ten minutes: all of it is read each time.
    """
    if event.file_id is not None:
        agreement: Agreement = incident_by_id(event.file_id).agreement
        if not is_large(agreement.pk):
            recompute_standing(agreement=agreement, at=at)


def update_all_standings(*, event: Event, at: datetime) -> None:
    """Recompute the standings after all sources were learned anew."""
    agreement = agreement_of_fit(event.subject_id)
    if agreement is not None:
        recompute_standing(agreement=agreement, at=at)


def read_item(*, event: Event, at: datetime) -> None:
    """Read a file that was added, and make the copies of it that may be shown."""
    derive_item(item=item_by_id(event.subject_id), at=at)


def destroy_files(*, event: Event, at: datetime) -> None:
    """Destroy the bytes of the files of a report that was erased, wherever they were packed."""
    destroy_bundles(bundles=bundles_holding_report(event.subject_id))
    destroy_redacted(redactions=erased_redactions(event.subject_id))
    destroy_bytes(items=erased_items(event.subject_id))
    destroy_apart(report_id=event.subject_id)
    destroy_messages(report_id=event.subject_id)


def pack_evidence(*, event: Event, at: datetime) -> None:
    """Build a bundle of evidence that a second person approved."""
    build_bundle(bundle=bundle_by_id(event.subject_id), at=at)


def tell_people(*, event: Event, at: datetime) -> None:
    """Tell everybody whom this event concerns, each once, in their own inbox."""
    tell(event=event, at=at)


def tell_partners(*, event: Event, at: datetime) -> None:
    """Queue what a partner's machine is told of a report of their own."""
    queue_of_report(event=event, at=at)


_NEXT: dict[Kind, tuple[Handler, ...]] = {
    Kind.REPORT_ACCEPTED: (follow_origin, replace_corrected, tell_partners),
    Kind.REPORT_WITHDRAWN: (leave_incidents,),
    Kind.ERASURE_DONE: (destroy_files,),
    Kind.EVIDENCE_ADDED: (read_item,),
    Kind.BUNDLE_APPROVED: (pack_evidence,),
    Kind.INCIDENT_OPENED: (rescore_file, ask_accused, tell_partners),
    Kind.REPORT_LINKED: (rescore_file, ask_accused, weigh_report, tell_partners),
    Kind.REPORT_UNLINKED: (rescore_file,),
    Kind.INCIDENTS_MERGED: (rescore_file, ask_accused),
    Kind.MERGE_UNDONE: (rescore_file, rescore_unmerged),
    Kind.INCIDENT_SPLIT: (rescore_file, rescore_unmerged, ask_accused_of_new),
    Kind.SPLIT_UNDONE: (rescore_file, ask_accused),
    Kind.STATEMENT_GIVEN: (rescore_file, weigh_statement),
    Kind.POSITION_ANSWERED: (rescore_file, update_standing),
    Kind.POSITION_LAPSED: (update_standing,),
    Kind.INCIDENT_SCORED: (update_standing,),
    Kind.SOURCES_REFITTED: (update_all_standings,),
    Kind.CASE_DECIDED: (publish, update_standing),
    Kind.REOPENING_ADMITTED: (take_off_questioned, rescore_file, ask_accused, update_standing),
    Kind.FINDING_PUBLISHED: (correct,),
    Kind.INCIDENT_RULED_INADMISSIBLE: (publish, update_standing),
    Kind.EMBARGO_LIFTED: (publish_held_back,),
    Kind.WITHHOLDING_ENDED: (publish_held_back,),
}
# Whoever is concerned is told last, when all that follows from the event itself is done.
FLOW: dict[Kind, tuple[Handler, ...]] = {
    kind: (*_NEXT.get(kind, ()), *((tell_people,) if kind in AUDIENCES else ()))
    for kind in Kind
    if kind in _NEXT or kind in AUDIENCES
}
