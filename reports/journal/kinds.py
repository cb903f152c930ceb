"""The closed list of event kinds (noun.participle), and which of them the public may read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What was done. Adding a kind means adding it to docs/words.md (a test holds that)."""

    USER_REGISTERED = "user.registered", _("A person was given an account")
    ROLE_GRANTED = "role.granted", _("A role was granted")
    ROLE_REVOKED = "role.revoked", _("A role was revoked")
    ALIGNMENT_RECORDED = "alignment.recorded", _("An alignment was recorded")
    ORGANISATION_REGISTERED = "organisation.registered", _("An organisation was registered")
    SOURCE_REGISTERED = "source.registered", _("A source was registered")
    KEY_ISSUED = "key.issued", _("An API key was issued")
    KEY_REVOKED = "key.revoked", _("An API key was revoked")
    OBSERVATIONS_RECORDED = "observations.recorded", _("What an instrument said was kept")
    SENDER_ALLOWED = "sender.allowed", _("A sender of messages was let in")
    SENDER_REMOVED = "sender.removed", _("A sender of messages was shut out")
    MESSAGE_RECEIVED = "message.received", _("A message came that waits to be read")
    MESSAGE_HANDLED = "message.handled", _("It was put down what became of a message")
    PHONE_ADDED = "phone.added", _("A phone was let in")
    PHONE_REMOVED = "phone.removed", _("A phone was shut out")
    KEY_ROTATED = "key.rotated", _("An API key was given a successor")
    QUOTA_SET = "quota.set", _("A person was given a quota of requests")
    FIELDS_GRANTED = "fields.granted", _("A partner was let see more of reports than the public")
    FIELDS_WITHDRAWN = "fields.withdrawn", _("A partner was let see no more than the public")
    AGREEMENT_RECORDED = "agreement.recorded", _("An agreement was recorded")
    PLACES_RECORDED = "places.recorded", _("Places were recorded")
    WATCH_STARTED = "watch.started", _("A watch began")
    WATCH_ENDED = "watch.ended", _("A watch ended")
    WATCH_FAILED = "watch.failed", _("An instrument went out of service")
    WATCH_REFUSED = "watch.refused", _("Access to a place was denied")
    REPORT_FILED = "report.filed", _("A report was filed")
    REPORT_HANDED_IN = "report.handed_in", _("A report was filed without an account")
    INVITES_MADE = "invites.made", _("Invites to report without an account were made")
    REPORT_IMPORTED = "report.imported", _("A report was taken in with a file of reports")
    MAPPING_SAVED = "mapping.saved", _("It was said how a partner’s files are read")
    IMPORT_REQUESTED = "import.requested", _("A file of reports was handed in")
    IMPORT_CANCELLED = "import.cancelled", _("An import was cancelled")
    IMPORT_ENDED = "import.ended", _("An import came to its end")
    REPORT_ACCEPTED = "report.accepted", _("A report was accepted")
    REPORT_REJECTED = "report.rejected", _("A report was rejected")
    REPORT_REINSTATED = "report.reinstated", _("A rejection was undone")
    REPORT_WITHDRAWN = "report.withdrawn", _("A report was withdrawn by its author")
    QUESTION_ASKED = "question.asked", _("The author of a report was asked something")
    QUESTION_PUT = "question.put", _("The panel asked the author of a report something")
    QUESTION_ANSWERED = "question.answered", _("The author of a report answered")
    QUESTION_WITHDRAWN = "question.withdrawn", _("A question to an author was withdrawn")
    QUESTION_EXPIRED = "question.expired", _("A question was not answered in its time")
    ERASURE_DONE = "erasure.done", _("A report was erased")
    EVIDENCE_ADDED = "evidence.added", _("A file was added to a report")
    EVIDENCE_DERIVED = "evidence.derived", _("A file was read, and what may be shown was made")
    EVIDENCE_VIEWED = "evidence.viewed", _("A picture was looked at")
    EVIDENCE_REDACTED = "evidence.redacted", _("A redacted copy was made")
    EVIDENCE_TIMESTAMPED = (
        "evidence.timestamped",
        _("An authority outside vouched for the time of a file"),
    )
    EVIDENCE_ALTERED = "evidence.altered", _("An original is not what was sealed")
    EVIDENCE_DOWNLOADED = "evidence.downloaded", _("An original was handed out")
    BUNDLE_REQUESTED = "bundle.requested", _("An evidence bundle was asked for")
    BUNDLE_APPROVED = "bundle.approved", _("An evidence bundle was approved by a second person")
    BUNDLE_REFUSED = "bundle.refused", _("An evidence bundle was refused")
    BUNDLE_BUILT = "bundle.built", _("An evidence bundle was built")
    BUNDLE_DOWNLOADED = "bundle.downloaded", _("An evidence bundle was handed out")
    BUNDLE_REVOKED = "bundle.revoked", _("An evidence bundle was revoked")
    INCIDENT_OPENED = "incident.opened", _("An incident was opened")
    REPORT_LINKED = "report.linked", _("A report was linked to the incident")
    REPORT_UNLINKED = "report.unlinked", _("A report was unlinked from the incident")
    INCIDENTS_MERGED = "incidents.merged", _("An incident was merged into another")
    MERGE_UNDONE = "merge.undone", _("A merge was undone")
    INCIDENT_SPLIT = "incident.split", _("Reports were split off into a new incident")
    SPLIT_UNDONE = "split.undone", _("A split was undone")
    INCIDENTS_TIED = "incidents.tied", _("Two incidents were tied as one exchange")
    TIE_UNDONE = "tie.undone", _("A tie was undone")
    SUGGESTION_REFUSED = "suggestion.refused", _("A suggested link or merge was refused")
    REFUSAL_UNDONE = "refusal.undone", _("A refusal was undone")
    INCIDENT_RULED_INADMISSIBLE = (
        "incident.ruled_inadmissible",
        _("The incident was ruled inadmissible"),
    )
    STATEMENT_GIVEN = "statement.given", _("A statement was given")
    POSITION_REQUESTED = "position.requested", _("The accused party was notified")
    POSITION_EXTENDED = "position.extended", _("The party was given more time to answer")
    POSITION_ANSWERED = "position.answered", _("The party answered")
    POSITION_LAPSED = "position.lapsed", _("The party's deadline passed in silence")
    INCIDENT_SCORED = "incident.scored", _("The incident was scored")
    SOURCES_REFITTED = "sources.refitted", _("All sources were learned anew")
    CASE_OPENED = "case.opened", _("A case was opened and its panel seated")
    REVIEWER_RECUSED = "reviewer.recused", _("A reviewer was recused and replaced")
    REVIEWER_REPLACED = "reviewer.replaced", _("A reviewer was replaced by rule")
    PANEL_OVERRIDDEN = "panel.overridden", _("The chair vacated a seat against the rules")
    INTEREST_DECLARED = "interest.declared", _("A reviewer declared no interest in the case")
    BALLOT_SEALED = "ballot.sealed", _("A ballot was sealed")
    BALLOT_CHANGED = "ballot.changed", _("A ballot was changed or confirmed after the unsealing")
    CASE_DECIDED = "case.decided", _("The panel decided")
    RECOMMENDATION_ISSUED = "recommendation.issued", _("A recommendation was issued to a party")
    RECOMMENDATION_ANSWERED = (
        "recommendation.answered",
        _("The party answered to a recommendation"),
    )
    COMPLIANCE_REPORTED = (
        "recommendation.compliance_reported",
        _("The party reported that it complied"),
    )
    RECOMMENDATION_ASSESSED = (
        "recommendation.assessed",
        _("It was assessed whether a recommendation was complied with"),
    )
    RECOMMENDATION_WITHDRAWN = (
        "recommendation.withdrawn",
        _("A recommendation was withdrawn"),
    )
    DEADLINE_MISSED = "deadline.missed", _("A deadline of the mechanism passed")
    PROCEDURE_PUBLISHED = "procedure.published", _("The procedure was published")
    REOPENING_ASKED = "reopening.asked", _("A reopening was asked for")
    REOPENING_FLAGGED = "reopening.flagged", _("New material was put to the chair by rule")
    REOPENING_WITHDRAWN = "reopening.withdrawn", _("A request to reopen was withdrawn")
    REOPENING_PROPOSED = "reopening.proposed", _("An answer to a request to reopen was proposed")
    REOPENING_RETURNED = "reopening.returned", _("A proposed answer was undone")
    REOPENING_ADMITTED = "reopening.admitted", _("The case was reopened")
    REOPENING_REFUSED = "reopening.refused", _("A request to reopen was refused")
    FINDING_PUBLISHED = "finding.published", _("A finding was published")
    CORRECTION_PUBLISHED = "correction.published", _("A correction of a finding was published")
    BULLETIN_DRAFTED = "bulletin.drafted", _("A daily bulletin was drafted")
    BULLETIN_RELEASED = "bulletin.released", _("A daily bulletin was released")
    AUDIT_DRAWN = "audit.drawn", _("The audit lottery was drawn")
    ARCHIVE_CARRIED_OVER = (
        "archive.carried_over",
        _("The published tables of another mechanism were carried over"),
    )
    DELAY_SET = "delay.set", _("A kind of act was given a delay before it is shown")
    EMBARGO_PLACED = "embargo.placed", _("The incident was kept from the public for a time")
    EMBARGO_LIFTED = "embargo.lifted", _("The incident was let be shown before its time")
    WITHHOLDING_ENDED = (
        "withholding.ended",
        _("The time for which the incident was kept from the public was over"),
    )
    STANDING_COMPUTED = "standing.computed", _("The standings were recomputed")


# What the public history of an incident may show: that it happened and when, never who did it.
PUBLIC_KINDS = frozenset(
    {
        Kind.INCIDENT_OPENED,
        Kind.INCIDENTS_MERGED,
        Kind.MERGE_UNDONE,
        Kind.INCIDENT_SPLIT,
        Kind.SPLIT_UNDONE,
        Kind.INCIDENT_RULED_INADMISSIBLE,
        Kind.POSITION_REQUESTED,
        Kind.POSITION_EXTENDED,
        Kind.POSITION_ANSWERED,
        Kind.POSITION_LAPSED,
        Kind.CASE_OPENED,
        Kind.CASE_DECIDED,
        Kind.RECOMMENDATION_ISSUED,
        Kind.RECOMMENDATION_ANSWERED,
        Kind.COMPLIANCE_REPORTED,
        Kind.RECOMMENDATION_ASSESSED,
        Kind.RECOMMENDATION_WITHDRAWN,
        Kind.DEADLINE_MISSED,
        Kind.PROCEDURE_PUBLISHED,
        Kind.REOPENING_ADMITTED,
        Kind.REOPENING_REFUSED,
        Kind.FINDING_PUBLISHED,
        Kind.CORRECTION_PUBLISHED,
    }
)
