"""What a notification can be about: its words, where it leads, and whether it can be turned off.

Words name no case, no party, no place and no person. The page of the inbox adds a public code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of message. `page` is a URL name; it takes the notification's key if there is one.

    A topic that `must` be told cannot be turned off: somebody waits for this person, or their
    own rights changed.
    """

    words: object
    page: str
    must: bool = False


TOPICS: Mapping[str, Topic] = {
    # those who filed
    "report_accepted": Topic(_("Your report was accepted"), "report"),
    "report_rejected": Topic(_("Your report was rejected; the reason stands beside it"), "report"),
    "report_reinstated": Topic(_("A rejection of your report was undone"), "report"),
    "question_to_you": Topic(_("You are asked something about your report"), "report", must=True),
    "import_ended": Topic(_("An import of yours came to its end"), "import"),
    "finding_on_yours": Topic(_("A finding was published on something you reported"), "finding"),
    # monitors
    "incident_to_corroborate": Topic(_("An incident can be corroborated"), "corroborate-incident"),
    # triage
    "report_to_triage": Topic(_("A report waits for triage"), "triage-report"),
    "open_door": Topic(_("Reports without an account wait for triage"), "triage"),
    "own_report_withdrawn": Topic(
        _("Your report was withdrawn in your name"), "own-report", must=True
    ),
    "report_withdrawn": Topic(_("A report was withdrawn by its author"), "triage-report"),
    "author_answered": Topic(_("The author of a report answered you"), "triage-report"),
    "author_silent": Topic(_("The author of a report did not answer you in time"), "triage-report"),
    "question_answered": Topic(
        _("It was answered whether a questioned report belongs to its case"), "triage-incident"
    ),
    "triage_overdue": Topic(_("A report was not looked at in its time"), "overdue"),
    "file_infected": Topic(
        _("A virus scanner found something in a file; it is held back"), "evidence", must=True
    ),
    "original_altered": Topic(
        _("A sealed file is not what it was: see its custody"), "evidence", must=True
    ),
    "imported": Topic(_("Imported reports wait for triage"), "triage"),
    # the accused
    "accused": Topic(_("Your side is asked for an answer"), "notice", must=True),
    "accused_again": Topic(
        _("A case was reopened: your side is heard again on what came since"), "notice", must=True
    ),
    "more_time": Topic(_("Your side was given more time to answer"), "notice"),
    "silence_recorded": Topic(
        _("The deadline passed and silence is on record; a late answer is still heard"), "notice"
    ),
    "finding_on_accused": Topic(
        _("A finding was published on an incident your side was asked about"), "finding", must=True
    ),
    "recommended": Topic(_("Something is recommended to your side"), "recommendation", must=True),
    "recommendation_settled": Topic(
        _("The mechanism assessed or withdrew a recommendation to your side"), "recommendation"
    ),
    "recommendation_overdue": Topic(
        _("A recommendation to your side is overdue"), "recommendation"
    ),
    # reviewers
    "seated": Topic(_("You sit on a panel: a case awaits your ballot"), "review-case", must=True),
    "party_answered": Topic(_("A party answered on a case you judge"), "review-case"),
    "ballot_overdue": Topic(_("The time for your ballot is over"), "review-case", must=True),
    "ballots_open": Topic(_("All ballots of your panel are sealed and can be read"), "review-case"),
    "look_again": Topic(
        _("A file you voted on has grown: confirm or change your ballot"), "review-case", must=True
    ),
    "panel_decided": Topic(_("A panel you sat on has its decision"), "review-case"),
    # the chair
    "incident_opened": Topic(_("An incident was opened"), "incident"),
    "all_ballots_sealed": Topic(_("All ballots of a panel are sealed"), "chair-case"),
    "ballot_changed": Topic(_("A ballot was confirmed or changed"), "chair-case"),
    "seat_changed": Topic(_("A seat on a panel was filled anew"), "chair-case"),
    "answer_given": Topic(_("An accused party answered"), "incident"),
    "answer_missing": Topic(_("An accused party stayed silent"), "incident"),
    "step_overdue": Topic(_("A step was not taken in its time"), "overdue"),
    "bundle_requested": Topic(
        _("A bundle of evidence waits for a second person"), "bundle", must=True
    ),
    "bundle_built": Topic(_("The bundle of evidence you asked for is ready"), "bundle"),
    "bundle_refused": Topic(_("The bundle of evidence you asked for was refused"), "bundle"),
    "reopening_asked": Topic(_("A request to reopen a case waits for an answer"), "reopening"),
    "recommendation_answered": Topic(
        _("A party answered to a recommendation"), "recommendation-work"
    ),
    # whoever asked for a reopening, and the parties that were asked
    "reopening_answered": Topic(_("Your request to reopen a case was answered"), "reopening"),
    "case_reopened": Topic(_("A case your side was asked about was reopened"), "incident"),
    # publishers and partners
    "bulletin_drafted": Topic(_("A bulletin waits to be released"), "publish-bulletin"),
    "finding_published": Topic(_("A finding was published"), "finding"),
    # everybody
    "role_granted": Topic(_("You were given a role"), "desk", must=True),
    "role_revoked": Topic(_("A role of yours has ended"), "desk", must=True),
    "key_issued": Topic(_("A key for machines was made in your name"), "desk", must=True),
}
