"""Who is told of which event, and what. The only place that says so.

Three rules. Whoever did it is not told of it. What a person may not see on any page, they are not
told of here, not even that it happened: no reviewer hears of another's ballot before all are
sealed, nor of a score; nobody but triage hears that a report was filed, since its minute can name
a monitor. And a message names nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.evidence.choices import Outcome
from reports.evidence.models import Item
from reports.imports.models import Import
from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.models import ApiKey, Role, RoleGrant, User
from reports.people.queries import holders_of, liaison_party_code
from reports.questions.models import Question
from verification.adjudication.models import Ballot, Case, Seat
from verification.bulletins.models import Bulletin
from verification.bundles.models import Bundle
from verification.caseload.models import MissedDeadline
from verification.caseload.rules import Step
from verification.corroboration.models import PartyPosition, Statement
from verification.incidents.models import Incident, Link
from verification.incidents.queries import member_ids, root_of
from verification.notifications.models import Notification
from verification.publication.models import Finding
from verification.recommendations.models import Recommendation
from verification.reopening.models import Reopening

TOLD_TO_ITS_DOER = frozenset({"own_report_withdrawn"})  # a stolen key does it in one's name


@dataclass(frozen=True, slots=True)
class Message:
    """One person and what they are told; `key` is what the topic's page takes."""

    user_id: uuid.UUID
    topic: str
    key: str = ""
    about: str = ""
    as_role: str = ""
    agreement_id: uuid.UUID | None = None


Audience = Callable[[Event], Iterable[Message]]


def _all(
    role: Role, agreement_id: uuid.UUID, topic: str, at: datetime, *, key: str = "", about: str = ""
) -> Iterator[Message]:
    for user in holders_of(role, agreement_id=agreement_id, at=at):
        yield Message(user.pk, topic, key, about, str(role), agreement_id)


def _liaisons(
    party: str, agreement_id: uuid.UUID, topic: str, at: datetime, *, key: str, about: str
) -> Iterator[Message]:
    for user in holders_of(Role.LIAISON, agreement_id=agreement_id, at=at):
        if liaison_party_code(user, at=at) == party:
            yield Message(user.pk, topic, key, about, Role.LIAISON, agreement_id)


def _seated(case: Case, topic: str, *, only_unsealed: bool = False) -> Iterator[Message]:
    seats = Seat.objects.filter(case=case, recused_at=None)
    if only_unsealed:
        seats = seats.filter(ballot=None)
    incident = case.incident
    for user_id in seats.values_list("reviewer_id", flat=True):
        yield Message(
            user_id, topic, str(case.pk), incident.code, Role.REVIEWER, incident.agreement_id
        )


def _case(event: Event) -> Case:
    return Case.objects.select_related("incident").get(pk=event.subject_id)


# -- reports ----------------------------------------------------------------------------------


def to_triage(topic: str) -> Audience:
    """Return the audience of triage, led to the report."""

    def audience(event: Event) -> Iterator[Message]:
        report = Report.objects.get(pk=event.subject_id)
        yield from _all(Role.TRIAGE, report.agreement_id, topic, event.at, key=str(report.pk))

    return audience


def to_filer(topic: str) -> Audience:
    """Return the audience of a report's author, led to it by its receipt."""

    def audience(event: Event) -> Iterator[Message]:
        report = Report.objects.get(pk=event.subject_id)
        yield Message(report.filed_by_id, topic, report.receipt, report.receipt)

    return audience


def of_withdrawal(event: Event) -> Iterator[Message]:
    """Tell triage; and the author, who may not have done it where a machine did."""
    yield from to_triage("report_withdrawn")(event)
    yield from to_filer("own_report_withdrawn")(event)


def of_altered_original(event: Event) -> Iterator[Message]:
    """Tell triage and chair, who may look at the file; the health page tells the operator."""
    item = Item.objects.select_related("report").get(pk=event.subject_id)
    for role in (Role.TRIAGE, Role.CHAIR):
        yield from _all(role, item.report.agreement_id, "original_altered", event.at, key=item.code)


def to_asked(event: Event) -> Iterator[Message]:
    """Tell a report’s author that they were asked something; not by whom."""
    report = Question.objects.select_related("report").get(pk=event.subject_id).report
    yield Message(report.filed_by_id, "question_to_you", report.receipt, report.receipt)


def to_triage_s_asker(topic: str) -> Audience:
    """Return the audience of the triage officer who asked, led to the report; else of nobody."""

    def audience(event: Event) -> Iterator[Message]:
        asked = Question.objects.select_related("report").get(pk=event.subject_id)
        if asked.asker == "triage":
            agreement_id = asked.report.agreement_id
            key = str(asked.report_id)
            yield Message(asked.asked_by_id, topic, key, "", Role.TRIAGE, agreement_id)

    return audience


def of_asked_bundle(event: Event) -> Iterator[Message]:
    """Tell those who may answer; messages_of leaves out whoever asked."""
    bundle = Bundle.objects.select_related("case__incident").get(pk=event.subject_id)
    incident = bundle.case.incident
    for role in (Role.CHAIR, Role.TRIAGE):
        yield from _all(
            role,
            incident.agreement_id,
            "bundle_requested",
            event.at,
            key=bundle.code,
            about=incident.code,
        )


def to_who_asked(topic: str) -> Audience:
    """Return the audience of the one person who asked for a bundle."""

    def audience(event: Event) -> Iterator[Message]:
        bundle = Bundle.objects.select_related("case__incident").get(pk=event.subject_id)
        yield Message(bundle.requested_by_id, topic, bundle.code, bundle.case.incident.code)

    return audience


def of_author_s_answer(event: Event) -> Iterator[Message]:
    """Tell triage’s asker, and panels that have voted; no other: its hour can name who answered."""
    yield from to_triage_s_asker("author_answered")(event)
    report_id = Question.objects.values_list("report_id", flat=True).get(pk=event.subject_id)
    links = Link.objects.filter(report=report_id, unlinked_at=None).select_related("incident")
    roots = {root_of(link.incident).pk for link in links}
    cases = Case.objects.filter(incident__in=roots, state="balloting").order_by("pk")
    for case in cases.select_related("incident"):
        yield from _look_again(case)


def of_open_door(event: Event) -> Iterator[Message]:
    """Tell triage that something came without an account; once, until that was read."""
    report = Report.objects.get(pk=event.subject_id)
    topic = "open_door"
    unread = Notification.objects.filter(
        topic=topic, agreement=report.agreement_id, read_at=None
    ).values_list("user_id", flat=True)
    told = set(unread)
    for message in _all(Role.TRIAGE, report.agreement_id, topic, event.at):
        if message.user_id not in told:
            yield message


def of_ended_import(event: Event) -> Iterator[Message]:
    """Tell whoever handed a file in what became of it, and triage if it brought reports."""
    job = Import.objects.select_related("mapping").get(pk=event.subject_id)
    yield Message(job.requested_by_id, "import_ended", key=str(job.pk))
    if not job.dry_run and job.n_filed + job.n_corrected:
        yield from _all(Role.TRIAGE, job.mapping.agreement_id, "imported", event.at)


def of_infected_file(event: Event) -> Iterator[Message]:
    """Tell triage of a file that a scanner found something in; of any other reading nobody."""
    if event.payload.get("outcome") == Outcome.INFECTED:
        item = Item.objects.select_related("report").get(pk=event.subject_id)
        agreement_id = item.report.agreement_id
        yield from _all(Role.TRIAGE, agreement_id, "file_infected", event.at, key=item.code)


# -- incidents --------------------------------------------------------------------------------


def of_opened_incident(event: Event) -> Iterator[Message]:
    """Tell the chair, and the monitors who have not reported it themselves."""
    incident = Incident.objects.get(pk=event.subject_id)
    code, agreement_id = incident.code, incident.agreement_id
    yield from _all(Role.CHAIR, agreement_id, "incident_opened", event.at, key=code, about=code)
    filers = set(
        Link.objects.filter(incident=incident).values_list("report__filed_by_id", flat=True)
    )
    for message in _all(
        Role.MONITOR, agreement_id, "incident_to_corroborate", event.at, key=code, about=code
    ):
        if message.user_id not in filers:
            yield message


def of_position(topic: str) -> Audience:
    """Return the audience of the accused party's liaisons, led to their notice."""

    def audience(event: Event) -> Iterator[Message]:
        notice = PartyPosition.objects.select_related("incident", "party").get(pk=event.subject_id)
        yield from _liaisons(
            notice.party.code,
            notice.incident.agreement_id,
            f"{topic}_again" if topic == "accused" and notice.hearing > 1 else topic,
            event.at,
            key=str(notice.pk),
            about=notice.incident.code,
        )

    return audience


def of_answer(event: Event) -> Iterator[Message]:
    """Tell the chair, and the panel while it judges: an answer is public at once."""
    notice = PartyPosition.objects.select_related("incident").get(pk=event.subject_id)
    code, agreement_id = notice.incident.code, notice.incident.agreement_id
    yield from _all(Role.CHAIR, agreement_id, "answer_given", event.at, key=code, about=code)
    root = root_of(notice.incident)
    cases = Case.objects.filter(incident=root, state="balloting")
    for case in cases.select_related("incident"):
        yield from _seated(case, "party_answered", only_unsealed=True)
        yield from _look_again(case)


def _look_again(case: Case) -> Iterator[Message]:
    """Tell the panel, once all its ballots are open, that the file has outgrown them."""
    if not Seat.objects.filter(case=case, recused_at=None, ballot=None).exists():
        yield from _seated(case, "look_again")


def of_late_link(event: Event) -> Iterator[Message]:
    """Tell a panel that has voted; of any other link nobody, whose hour can name who reported."""
    incident = root_of(Incident.objects.get(pk=event.subject_id))
    cases = Case.objects.filter(incident=incident, state="balloting")
    for case in cases.select_related("incident"):
        yield from _look_again(case)


def of_silence(event: Event) -> Iterator[Message]:
    """Tell the party whose silence was recorded, and the chair."""
    notice = PartyPosition.objects.select_related("incident").get(pk=event.subject_id)
    code = notice.incident.code
    yield from of_position("silence_recorded")(event)
    yield from _all(
        Role.CHAIR, notice.incident.agreement_id, "answer_missing", event.at, key=code, about=code
    )


# -- cases ------------------------------------------------------------------------------------


def of_opened_case(event: Event) -> Iterator[Message]:
    """Tell those who were seated."""
    yield from _seated(_case(event), "seated")


def of_new_seat(event: Event) -> Iterator[Message]:
    """Tell the one who was seated in another's place, and the chair that a seat changed."""
    case = _case(event)
    number = event.payload.get("replaced_by_seat")
    seats = Seat.objects.filter(case=case, number=number).values_list("reviewer_id", flat=True)
    chosen = set(seats)
    for message in _seated(case, "seated"):
        if message.user_id in chosen:
            yield message
    code, agreement_id = case.incident.code, case.incident.agreement_id
    for told in _all(
        Role.CHAIR, agreement_id, "seat_changed", event.at, key=str(case.pk), about=code
    ):
        if told.user_id not in chosen:
            yield told


def of_last_ballot(event: Event) -> Iterator[Message]:
    """Tell panel and chair once all ballots are sealed; of any ballot before that, nobody."""
    case = _case(event)
    if Seat.objects.filter(case=case, recused_at=None, ballot=None).exists():
        return
    ballots = Ballot.objects.filter(case=case, seat__recused_at=None).select_related("seat")
    last = ballots.order_by("-sealed_at", "-id").first()
    if last is None or last.seat.number != event.payload.get("seat"):
        return  # this was not the last: that ballot's own event tells it
    yield from _seated(case, "ballots_open")
    seated = set(case.seats.filter(recused_at=None).values_list("reviewer_id", flat=True))
    agreement_id = case.incident.agreement_id
    for message in _all(
        Role.CHAIR,
        agreement_id,
        "all_ballots_sealed",
        event.at,
        key=str(case.pk),
        about=case.incident.code,
    ):
        if message.user_id not in seated:
            yield message


def of_changed_ballot(event: Event) -> Iterator[Message]:
    """Tell the chair that the ballots to decide from are no longer the same."""
    case = _case(event)
    code, agreement_id = case.incident.code, case.incident.agreement_id
    yield from _all(
        Role.CHAIR, agreement_id, "ballot_changed", event.at, key=str(case.pk), about=code
    )


def of_decision(event: Event) -> Iterator[Message]:
    """Tell those who sat."""
    yield from _seated(_case(event), "panel_decided")


def of_finding(event: Event) -> Iterator[Message]:
    """Tell the parties that were asked, those who reported or stated, publishers and partners.

    A person is told once: of what is their own first.
    """
    finding = Finding.objects.select_related("incident").get(pk=event.subject_id)
    incident, code = finding.incident, finding.code
    members = member_ids(incident)
    told: set[uuid.UUID] = set()
    found: list[Message] = []
    asked = PartyPosition.objects.filter(incident_id__in=members).order_by("party__code")
    for party in asked.values_list("party__code", flat=True).distinct():
        found += _liaisons(
            party, incident.agreement_id, "finding_on_accused", event.at, key=code, about=code
        )
    links = Link.objects.filter(incident_id__in=members, unlinked_at=None)
    own = set(links.values_list("report__filed_by_id", flat=True))
    own |= set(
        Statement.objects.filter(incident_id__in=members).values_list("given_by_id", flat=True)
    )
    found += [Message(user_id, "finding_on_yours", code, code) for user_id in sorted(own)]
    for role in (Role.PUBLISHER, Role.PARTNER):
        found += _all(
            role, incident.agreement_id, "finding_published", event.at, key=code, about=code
        )
    for message in found:
        if message.user_id not in told:
            told.add(message.user_id)
            yield message


def of_drafted_bulletin(event: Event) -> Iterator[Message]:
    """Tell those who can release it."""
    one = Bulletin.objects.get(pk=event.subject_id)
    yield from _all(
        Role.PUBLISHER, one.agreement_id, "bulletin_drafted", event.at, key=one.code, about=one.code
    )


# -- reopening ----------------------------------------------------------------------------------


def of_request(event: Event) -> Iterator[Message]:
    """Tell the chair that a request waits, also one that was put by rule."""
    one = Reopening.objects.select_related("incident").get(pk=event.subject_id)
    yield from _all(
        Role.CHAIR,
        one.incident.agreement_id,
        "reopening_asked",
        event.at,
        key=str(one.pk),
        about=one.incident.code,
    )


def of_answered_request(event: Event) -> Iterator[Message]:
    """Tell whoever asked; if the case was reopened, also the parties that were asked on it."""
    one = Reopening.objects.select_related("incident").get(pk=event.subject_id)
    incident, code = one.incident, one.incident.code
    if one.asker == "triage":
        yield from _all(
            Role.TRIAGE, incident.agreement_id, "question_answered", event.at, key=code, about=code
        )
    elif one.asked_by_id is not None:
        yield Message(one.asked_by_id, "reopening_answered", str(one.pk), code)
    if event.kind == Kind.REOPENING_ADMITTED:
        asked = PartyPosition.objects.filter(incident_id__in=member_ids(incident))
        for party in asked.order_by("party__code").values_list("party__code", flat=True).distinct():
            yield from _liaisons(
                party, incident.agreement_id, "case_reopened", event.at, key=code, about=code
            )


# -- deadlines and recommendations ----------------------------------------------------------------


def of_missed_deadline(event: Event) -> Iterator[Message]:
    """Tell whoever is waited for, and the chair."""
    missed = MissedDeadline.objects.get(pk=event.subject_id)
    agreement_id, at = missed.agreement_id, event.at
    told: set[uuid.UUID] = set()
    waited_for: Iterable[Message] = ()
    if missed.step == Step.TRIAGE:
        waited_for = _all(Role.TRIAGE, agreement_id, "triage_overdue", at)
    elif missed.step == Step.BALLOTS:
        case = Case.objects.select_related("incident").get(pk=missed.subject_id)
        waited_for = _seated(case, "ballot_overdue", only_unsealed=True)
    elif missed.step == Step.RECOMMENDATION:
        one = Recommendation.objects.select_related("party").get(pk=missed.subject_id)
        waited_for = _liaisons(
            one.party.code, agreement_id, "recommendation_overdue", at, key=one.code, about=one.code
        )
    late = Incident.objects.get(pk=event.file_id).code if event.file_id is not None else ""
    for message in [*waited_for, *_all(Role.CHAIR, agreement_id, "step_overdue", at, about=late)]:
        if message.user_id not in told:
            told.add(message.user_id)
            yield message


def of_recommendation(topic: str) -> Audience:
    """Return the audience of the addressee's liaisons."""

    def audience(event: Event) -> Iterator[Message]:
        one = Recommendation.objects.select_related("incident", "party").get(pk=event.subject_id)
        yield from _liaisons(
            one.party.code,
            one.incident.agreement_id,
            topic,
            event.at,
            key=one.code,
            about=one.code,
        )

    return audience


def of_party_s_answer(event: Event) -> Iterator[Message]:
    """Tell the chair what came in on a recommendation."""
    one = Recommendation.objects.select_related("incident").get(pk=event.subject_id)
    yield from _all(
        Role.CHAIR,
        one.incident.agreement_id,
        "recommendation_answered",
        event.at,
        key=one.code,
        about=one.code,
    )


# -- one's own account --------------------------------------------------------------------------


def of_new_grant(event: Event) -> Iterator[Message]:
    """Tell the person to whom a role was given by somebody; of the setting up, nobody."""
    if event.actor_id is not None:
        yield from _of_grant(event, "role_granted")


def _of_grant(event: Event, topic: str) -> Iterator[Message]:
    for user_id in RoleGrant.objects.filter(pk=event.subject_id).values_list("user_id", flat=True):
        yield Message(user_id, topic)


def of_ended_grant(event: Event) -> Iterator[Message]:
    """Tell the person whose role has ended."""
    yield from _of_grant(event, "role_revoked")


def of_key(event: Event) -> Iterator[Message]:
    """Tell the person in whose name a key was made."""
    for user_id in ApiKey.objects.filter(pk=event.subject_id).values_list("user_id", flat=True):
        yield Message(user_id, "key_issued")


AUDIENCES: Mapping[Kind, Audience] = {
    Kind.REPORT_FILED: to_triage("report_to_triage"),
    Kind.REPORT_HANDED_IN: of_open_door,
    Kind.IMPORT_ENDED: of_ended_import,
    Kind.REPORT_ACCEPTED: to_filer("report_accepted"),
    Kind.REPORT_REJECTED: to_filer("report_rejected"),
    Kind.REPORT_REINSTATED: to_filer("report_reinstated"),
    Kind.REPORT_WITHDRAWN: of_withdrawal,
    Kind.QUESTION_ASKED: to_asked,
    Kind.QUESTION_PUT: to_asked,
    Kind.QUESTION_ANSWERED: of_author_s_answer,
    Kind.QUESTION_EXPIRED: to_triage_s_asker("author_silent"),
    Kind.INCIDENT_OPENED: of_opened_incident,
    Kind.REPORT_LINKED: of_late_link,
    Kind.POSITION_REQUESTED: of_position("accused"),
    Kind.POSITION_EXTENDED: of_position("more_time"),
    Kind.POSITION_ANSWERED: of_answer,
    Kind.POSITION_LAPSED: of_silence,
    Kind.CASE_OPENED: of_opened_case,
    Kind.REVIEWER_RECUSED: of_new_seat,
    Kind.REVIEWER_REPLACED: of_new_seat,
    Kind.PANEL_OVERRIDDEN: of_new_seat,
    Kind.BALLOT_SEALED: of_last_ballot,
    Kind.BALLOT_CHANGED: of_changed_ballot,
    Kind.CASE_DECIDED: of_decision,
    Kind.FINDING_PUBLISHED: of_finding,
    Kind.BULLETIN_DRAFTED: of_drafted_bulletin,
    Kind.REOPENING_ASKED: of_request,
    Kind.REOPENING_FLAGGED: of_request,
    Kind.REOPENING_ADMITTED: of_answered_request,
    Kind.REOPENING_REFUSED: of_answered_request,
    Kind.DEADLINE_MISSED: of_missed_deadline,
    Kind.EVIDENCE_ALTERED: of_altered_original,
    Kind.EVIDENCE_DERIVED: of_infected_file,
    Kind.BUNDLE_REQUESTED: of_asked_bundle,
    Kind.BUNDLE_BUILT: to_who_asked("bundle_built"),
    Kind.BUNDLE_REFUSED: to_who_asked("bundle_refused"),
    Kind.RECOMMENDATION_ISSUED: of_recommendation("recommended"),
    Kind.RECOMMENDATION_ANSWERED: of_party_s_answer,
    Kind.COMPLIANCE_REPORTED: of_party_s_answer,
    Kind.RECOMMENDATION_ASSESSED: of_recommendation("recommendation_settled"),
    Kind.RECOMMENDATION_WITHDRAWN: of_recommendation("recommendation_settled"),
    Kind.ROLE_GRANTED: of_new_grant,
    Kind.ROLE_REVOKED: of_ended_grant,
    Kind.KEY_ISSUED: of_key,
    Kind.KEY_ROTATED: of_key,
}
# Of these nobody is told: reference data, what is read off pages, and what must not be told.
NOT_TOLD = frozenset(
    {
        *(Kind.USER_REGISTERED, Kind.ALIGNMENT_RECORDED, Kind.ORGANISATION_REGISTERED),
        *(
            Kind.SOURCE_REGISTERED,
            Kind.KEY_REVOKED,
            Kind.QUOTA_SET,
            Kind.AGREEMENT_RECORDED,
            Kind.PLACES_RECORDED,
        ),
        *(Kind.FIELDS_GRANTED, Kind.FIELDS_WITHDRAWN),  # the door says what it holds
        Kind.INTEREST_DECLARED,  # said to the house by the one who would be told
        *(Kind.WATCH_STARTED, Kind.WATCH_ENDED, Kind.WATCH_FAILED, Kind.WATCH_REFUSED),
        *(Kind.PROCEDURE_PUBLISHED, Kind.STANDING_COMPUTED),
        *(Kind.PHONE_ADDED, Kind.PHONE_REMOVED),  # one’s own
        Kind.OBSERVATIONS_RECORDED,  # the page of instruments shows them
        *(Kind.SENDER_ALLOWED, Kind.SENDER_REMOVED),
        *(Kind.MESSAGE_RECEIVED, Kind.MESSAGE_HANDLED),  # the page of messages shows them
        # the hour of a statement can name who gave it; a reviewer reads only its day
        *(Kind.REPORT_UNLINKED, Kind.STATEMENT_GIVEN),
        # triage's own work on the board, done by the ones who would be told
        *(Kind.INCIDENTS_MERGED, Kind.MERGE_UNDONE, Kind.INCIDENT_SPLIT, Kind.SPLIT_UNDONE),
        *(Kind.INCIDENTS_TIED, Kind.TIE_UNDONE, Kind.SUGGESTION_REFUSED, Kind.REFUSAL_UNDONE),
        Kind.QUESTION_WITHDRAWN,  # nothing is left to do; the report’s page shows it
        # one for each row; the end of the import is told
        *(Kind.REPORT_IMPORTED, Kind.MAPPING_SAVED, Kind.IMPORT_REQUESTED, Kind.IMPORT_CANCELLED),
        Kind.INVITES_MADE,  # done by those who would be told
        Kind.BULLETIN_RELEASED,  # it is public a minute later, and in the feed
        Kind.INCIDENT_RULED_INADMISSIBLE,  # the finding it leads to is told
        # between those who answer a request; it is their page that tells whose turn it is
        *(Kind.REOPENING_PROPOSED, Kind.REOPENING_RETURNED, Kind.REOPENING_WITHDRAWN),
        Kind.CORRECTION_PUBLISHED,  # the new version of the finding is told
        *(Kind.SOURCES_REFITTED, Kind.AUDIT_DRAWN, Kind.ARCHIVE_CARRIED_OVER),
        # the hour of a file can name who brought it; its report's page and the desk show it
        Kind.EVIDENCE_ADDED,
        # read in the custody of the file
        *(Kind.EVIDENCE_VIEWED, Kind.EVIDENCE_DOWNLOADED, Kind.EVIDENCE_REDACTED),
        Kind.EVIDENCE_TIMESTAMPED,
        # the page of the bundle tells who asked
        *(Kind.BUNDLE_APPROVED, Kind.BUNDLE_DOWNLOADED, Kind.BUNDLE_REVOKED),
        # done by those who would be told; their page shows what is withheld
        *(Kind.DELAY_SET, Kind.EMBARGO_PLACED, Kind.EMBARGO_LIFTED, Kind.WITHHOLDING_ENDED),
        Kind.ERASURE_DONE,  # nobody is to be reminded that there was such a report
        Kind.INCIDENT_SCORED,  # no reviewer may learn of a score before the ballot
    }
)


def messages_of(event: Event) -> list[Message]:
    """Return what is to be told of an event: one message a person, none to whoever did it.

    But for what somebody else may have done in their name (TOLD_TO_ITS_DOER).
    """
    found: dict[uuid.UUID, Message] = {}
    for message in AUDIENCES[Kind(event.kind)](event):
        if message.user_id != event.actor_id or message.topic in TOLD_TO_ITS_DOER:
            found.setdefault(message.user_id, message)
    active = User.objects.filter(pk__in=found, is_active=True).values_list("pk", flat=True)
    return [found[pk] for pk in sorted(active)]
