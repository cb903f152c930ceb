"""Every named constraint of the database bites: a row that breaks it is refused by its name."""

import copy
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from reports.agreement.models import Agreement, AgreementVersion, Clause, Party
from reports.channels.models import Handling, Sender
from reports.coverage.models import Watch
from reports.evidence.models import Item, Reading
from reports.identity import new_key
from reports.imports.models import ColumnMapping, Import, ImportedRow, ImportProblem
from reports.intake.models import Origin, Report
from reports.journal.models import Event, Job
from reports.keys.models import Quota, QuotaUse
from reports.openrosa.models import SentFile, Submission
from reports.people.models import Alignment, RoleGrant, Source, User
from reports.places.models import Place, PlaceName
from reports.questions.models import Answer, Question
from reports.redactions.models import Redaction
from reports.repeats.models import KeptAnswer
from reports.sensors.models import Observation
from reports.timestamps.models import Timestamp
from reports.uploads.models import Upload
from tests.factories import NOW
from tests.scenes import Scene, kept_scene
from verification.adjudication.models import Ballot, Case, Decision, PanelDraw, Seat, SecondBallot
from verification.bulletins.models import Bulletin, Edition
from verification.bundles.models import Bundle
from verification.caseload.models import MissedDeadline, Procedure
from verification.corroboration.models import PartyPosition, Statement
from verification.incidents.models import Incident, Link, Merge
from verification.ledger.models import Cosignature, Leaf, LeafKey, LogState, SignedTree, TileRoot
from verification.linking.models import Refusal, Split, Tie
from verification.notifications.models import DigestSent, Notification
from verification.partners.models import (
    Change,
    Delivery,
    Disclosure,
    Endpoint,
    FeedState,
    Pseudonyms,
)
from verification.publication.models import Correction, Finding, PublicRow
from verification.recommendations.models import ComplianceEvidence, Recommendation
from verification.reopening.models import Reopening
from verification.scoring.models import SourceReliability
from verification.standing.models import Draw, Standing
from verification.withholding.models import Delay, Withholding

BEFORE = NOW - timedelta(days=900)
Changes = dict[str, Any]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept_scene(django_db_blocker) as built:
        yield built


def own(**changes: Any) -> Callable[[Any], Changes]:
    """Return changes that do not look at the copied row."""
    return lambda row: changes


def open_question(answer: Any) -> Question:
    """Return a question nobody has answered."""
    return Question.objects.get(report=answer.question.report, state="open")


# What a copy of a row that is there would have to change to break each constraint.
# The third item asks for a row of a kind.
Breaking = tuple[type[models.Model], Callable[[Any], Changes], Changes]
ANSWERS: dict[str, Changes] = {
    "names_party_or_says_unattributable": {"parties": []},
    "of_violation_names_a_clause": {"clause": None},
    "attributes_only_violations": {"breach": "no_breach"},
    "gives_and_cites_reasons": {"cited_reports": []},
}
# A request of a party that waits for its answer.
WAITS: Changes = {"asker": "party", "state": "asked"}
REOPENINGS: dict[str, Breaking] = {
    "reopening_number_is_unique": (Reopening, own(state="withdrawn"), WAITS),
    "reopening_is_asked_once_at_a_time": (Reopening, own(number=9), WAITS),
    "reopening_is_flagged_once_for_a_report": (
        Reopening,
        own(number=9),
        {"report__isnull": False},
    ),
    "reopening_is_flagged_once_for_a_statement": (
        Reopening,
        own(number=9),
        {"statement__isnull": False},
    ),
    "decision_is_reopened_once": (Reopening, own(number=9), {"state": "admitted"}),
    "reopening_says_who_asked": (Reopening, own(number=9, asked_by=None), WAITS),
    "reopening_gives_its_reasons": (Reopening, own(number=9, text=""), WAITS),
    "reopening_answer_is_dated_and_reasoned": (Reopening, own(number=9, state="refused"), WAITS),
    "reopening_is_not_answered_in_own_cause": (
        Reopening,
        lambda row: {
            "number": 9,
            "state": "refused",
            "reason": "No.",
            "answered_at": NOW,
            "answered_by": row.first_decider,
        },
        WAITS,
    ),
    "reopening_proposal_has_its_author": (Reopening, own(number=9, state="proposed"), WAITS),
}
BROKEN: dict[str, Breaking] = {
    **REOPENINGS,
    "event_kind_is_known": (Event, own(kind="report.eaten"), {}),
    "job_once_per_handler": (Job, own(), {}),
    "job_is_not_done_and_quarantined": (
        Job,
        own(handler="x", done_at=NOW, quarantined_at=NOW),
        {},
    ),
    "role_grant_ends_after_it_begins": (RoleGrant, own(granted_until=BEFORE), {}),
    "role_is_granted_once_at_a_time": (RoleGrant, own(), {}),
    "alignment_is_of_a_person_or_an_organisation": (Alignment, own(organisation=None), {}),
    "alignment_ends_after_it_begins": (
        Alignment,
        lambda row: {"aligned_until": row.aligned_from},
        {},
    ),
    "source_grade_carries_its_reason": (Source, own(key="x", grade="A"), {"user": None}),
    "agreement_quorum_is_two_or_more": (Agreement, own(slug="x", prefix="X", quorum=1), {}),
    "agreement_area_holds_two_or_more": (
        Agreement,
        own(slug="x", prefix="X", places_per_area=1),
        {},
    ),
    "delay_is_bounded": (Delay, own(days=91), {}),
    "withholding_ends_after_it_begins": (
        Withholding,
        lambda row: {"until": row.placed_at},
        {},
    ),
    "withholding_end_is_dated": (
        Withholding,
        lambda row: {"ended_by": row.placed_by, "ended_at": None},
        {"placed_by__isnull": False},
    ),
    "public_row_withheld_tells_nothing": (PublicRow, own(code="X", withheld_until=NOW), {}),
    "version_number_is_unique": (AgreementVersion, own(), {}),
    "version_ends_after_it_begins": (
        AgreementVersion,
        lambda row: {"number": 9, "in_force_until": row.in_force_from},
        {},
    ),
    "version_gives_time_for_every_step": (AgreementVersion, own(number=9, decision_hours=0), {}),
    "clause_code_is_unique": (Clause, own(), {}),
    "party_code_is_unique": (Party, own(), {}),
    "place_lies_on_earth": (Place, own(key="x", lat=91), {}),
    "place_name_is_listed_once": (PlaceName, own(), {}),
    "watch_ends_after_it_begins": (Watch, lambda row: {"watched_until": row.watched_from}, {}),
    "watch_out_of_service_is_an_instrument": (Watch, lambda row: {"state": "down"}, {}),
    "watch_denier_needs_denial": (
        Watch,
        lambda row: {"denied_by": row.agreement.parties.first()},
        {},
    ),
    "report_window_ends_after_it_begins": (
        Report,
        lambda row: {**FRESH, "observed_until": row.observed_from},
        {},
    ),
    "report_names_a_party_or_none": (
        Report,
        lambda row: {**FRESH, "accused_kind": "party"},
        {"accused": None},
    ),
    "report_rejection_has_a_reason": (Report, lambda row: {**FRESH, "state": "rejected"}, {}),
    "report_spot_is_whole_or_absent": (Report, lambda row: {**FRESH, "lat": None}, {}),
    "report_lies_between_two_places": (
        Report,
        lambda row: {**FRESH, "end_one": row.place, "end_other": row.place},
        {},
    ),
    "evidence_item_is_on_a_report_once": (Item, own(code="X"), {}),
    "evidence_item_claims_a_whole_position": (
        Item,
        own(code="X", sha256="x", claimed_lat=40.0),
        {},
    ),
    "upload_of_a_file_is_begun_once": (Upload, own(), {}),
    "kept_answer_is_named_by_digests": (KeptAnswer, own(digest="key"), {}),
    "upload_has_a_length": (Upload, own(sha256="", length=0), {}),
    "upload_expires_after_it_began": (
        Upload,
        lambda row: {"sha256": "", "expires_at": row.started_at},
        {},
    ),
    "observation_is_kept_once": (Observation, own(), {}),
    "observation_ends_after_it_begins": (
        Observation,
        lambda row: {"sha256": "x", "observed_until": row.observed_from},
        {},
    ),
    "observation_has_a_whole_spot_or_none": (Observation, own(sha256="x", lat=91.0), {}),
    "sender_is_of_one_person": (Sender, own(), {}),
    "handling_names_a_report_or_a_reason": (Handling, own(why="", report=None), {}),
    "submission_of_an_instance_is_one": (
        Submission,
        lambda row: {"report": Report.objects.filter(submission=None).first()},
        {},
    ),
    "submission_does_not_replace_itself": (
        Submission,
        lambda row: {"replaces_id": row.pk},
        {},
    ),
    "sent_file_is_kept_once": (SentFile, own(), {}),
    "sent_file_is_evidence_or_apart": (SentFile, own(name="x", apart=""), {"item": None}),
    "evidence_copy_has_its_size": (Reading, own(width=None), {"outcome": "copied"}),
    "redaction_has_a_number_of_its_own": (Redaction, own(), {}),
    "redaction_gives_its_reason": (Redaction, own(number=7, why=""), {}),
    "redaction_covers_something": (Redaction, own(number=7, boxes=[]), {}),
    "timestamp_names_its_time": (Timestamp, own(stamped_at=None), {}),
    "evidence_unread_has_a_reason": (Reading, own(outcome="unreadable"), {"reason": ""}),
    "mapping_name_is_unique": (ColumnMapping, own(), {}),
    "mapping_names_its_licence": (ColumnMapping, own(name="x", licence=""), {}),
    "import_is_asked_for_once": (Import, own(), {}),
    "import_counts_add_up": (Import, own(client_uuid=new_key(), n_read=99), {}),
    "import_reads_no_further_than_its_file": (Import, own(client_uuid=new_key(), size=1), {}),
    "import_end_is_dated": (Import, own(client_uuid=new_key(), ended_at=None), {}),
    "imported_row_is_taken_once": (ImportedRow, lambda row: {"report": Report.objects.last()}, {}),
    "import_problem_is_told_once": (ImportProblem, own(), {}),
    "question_number_is_unique": (Question, own(), {}),
    "question_is_due_after_it_was_asked": (
        Question,
        lambda row: {"number": 99, "due_at": row.asked_at},
        {},
    ),
    "question_says_something": (Question, own(number=99, text=""), {}),
    "question_does_not_follow_itself": (
        Question,
        lambda row: {"number": 99, "follows_id": row.pk},
        {},
    ),
    "answer_says_something": (
        Answer,
        lambda row: {"question": open_question(row), "client_uuid": new_key(), "text": ""},
        {},
    ),
    "incident_window_ends_after_it_begins": (
        Incident,
        lambda row: {"code": "X", "window_until": row.window_from},
        {},
    ),
    "incident_merged_names_the_other": (
        Incident,
        own(code="X", merged_into=None),
        {"state": "merged"},
    ),
    "incident_is_not_merged_into_itself": (
        Incident,
        lambda row: {"code": "X", "self": True},
        {"state": "merged"},
    ),
    "incident_inadmissible_has_a_ruling": (
        Incident,
        own(code="X", state="inadmissible"),
        {"state": "open"},
    ),
    "report_is_linked_once_to_an_incident": (Link, own(), {"unlinked_at": None}),
    "incident_is_absorbed_once_at_a_time": (Merge, own(), {}),
    "refusal_is_of_a_report_or_an_incident": (Refusal, own(other=None, report=None), {}),
    "link_is_refused_once_at_a_time": (Refusal, own(), {"report__isnull": False}),
    "merge_is_refused_once_at_a_time": (Refusal, own(), {"report": None}),
    "incident_comes_from_one_split": (Split, own(), {}),
    "split_makes_another_incident": (Split, lambda row: {"created": row.source}, {}),
    "tie_is_of_two_incidents_in_order": (
        Tie,
        lambda row: {"one": row.other, "other": row.one},
        {},
    ),
    "incidents_are_tied_once_at_a_time": (Tie, own(), {}),
    "statement_on_actor_names_a_party": (Statement, own(party=None), {"question": "actor"}),
    "party_is_asked_once_in_a_hearing": (PartyPosition, own(), {}),
    "position_is_due_after_notice": (
        PartyPosition,
        lambda row: {"due_at": row.notified_at},
        {"state": "awaited"},
    ),
    "position_answered_says_something": (
        PartyPosition,
        own(state="answered", answered_at=NOW),
        {"state": "awaited"},
    ),
    "position_lapses_only_after_its_deadline": (
        PartyPosition,
        lambda row: {"lapsed_at": row.notified_at},
        {"state": "lapsed"},
    ),
    "position_tolls_are_in_order": (
        PartyPosition,
        own(conceded_killed=3, conceded_killed_most=2),
        {"state": "awaited", "first_due_at": None},
    ),
    "position_extended_in_time_with_a_reason": (
        PartyPosition,
        own(extension_reason=""),
        {"first_due_at__isnull": False},
    ),
    "position_extension_is_bounded": (
        PartyPosition,
        lambda row: {"due_at": row.first_due_at + timedelta(days=15)},
        {"first_due_at__isnull": False},
    ),
    "case_round_is_unique": (Case, own(), {"state": "decided"}),
    "incident_has_one_open_case": (Case, own(round=9), {"state": "balloting"}),
    "case_quorum_is_two_or_more": (Case, own(round=9, quorum=1), {"state": "decided"}),
    "reviewer_sits_once": (Seat, own(number=9), {}),
    "seat_number_is_unique": (
        Seat,
        lambda row: {"reviewer": User.objects.get(username="outsider")},
        {"alignment": "ARM"},
    ),
    "interest_is_declared_after_seating": (
        Seat,
        lambda row: {
            "number": 9,
            "reviewer": User.objects.get(username="outsider"),
            "declared_at": BEFORE,
        },
        {"alignment": "ARM"},
    ),
    "panel_draw_number_is_unique": (PanelDraw, own(), {}),
    "panel_draw_fills_its_seats": (PanelDraw, own(number=9, size=2), {"size": 3}),
    "recusal_has_a_reason": (Seat, own(number=9, recused_at=NOW), {}),
    **{f"ballot_{name}": (Ballot, own(**changes), {}) for name, changes in ANSWERS.items()},
    **{f"decision_{name}": (Decision, own(**changes), {}) for name, changes in ANSWERS.items()},
    **{
        f"second_ballot_{name}": (SecondBallot, own(**changes), {})
        for name, changes in ANSWERS.items()
    },
    "second_ballot_number_is_unique": (SecondBallot, own(), {}),
    "second_ballot_says_why": (SecondBallot, own(why=""), {}),
    "decision_rests_on_two_ballots_or_more": (Decision, own(n_ballots=1), {}),
    "finding_version_is_unique": (
        Finding,
        own(code="X", decision=None, outcome="inadmissible"),
        {},
    ),
    "finding_rests_on_a_decision": (Finding, own(code="X", version=9, decision=None), {}),
    "recommendation_is_due_after_issue": (
        Recommendation,
        lambda row: {"code": "X", "due_at": row.issued_at},
        {},
    ),
    "recommendation_says_something": (Recommendation, own(code="X", text=""), {}),
    "compliance_evidence_points_to_one_thing": (
        ComplianceEvidence,
        own(url="https://news.example/"),
        {"url": ""},
    ),
    "person_is_told_once_of_an_event": (Notification, own(), {}),
    "digest_is_sent_once_a_day": (DigestSent, own(), {}),
    "deadline_is_missed_once": (MissedDeadline, own(), {}),
    "deadline_is_missed_after_it_passed": (
        MissedDeadline,
        lambda row: {"step": "ballots", "due_at": row.noticed_at + timedelta(days=1)},
        {},
    ),
    "procedure_number_is_unique": (Procedure, own(), {}),
    "bulletin_number_is_unique": (
        Bulletin,
        lambda row: {"code": "X", "day": row.day + timedelta(days=1)},
        {},
    ),
    "bulletin_day_is_unique": (Bulletin, own(code="X", number=9), {}),
    "bulletin_ends_after_it_begins": (
        Bulletin,
        lambda row: {
            "code": "X",
            "number": 9,
            "day": row.day + timedelta(days=1),
            "begins": row.cut_off,
        },
        {},
    ),
    "bundle_is_answered_by_somebody_else": (
        Bundle,
        lambda row: {"code": "X", "answered_by": row.requested_by},
        {},
    ),
    "bundle_has_its_answer": (Bundle, own(code="X", state="bundle_approved", answered_by=None), {}),
    "bundle_ends_after_it_was_built": (
        Bundle,
        lambda row: {"code": "X", "expires_at": row.built_at},
        {"state": "bundle_ready"},
    ),
    "bulletin_is_drafted_after_its_cut_off": (
        Bulletin,
        lambda row: {
            "code": "X",
            "number": 9,
            "day": row.day + timedelta(days=1),
            "drafted_at": row.begins,
        },
        {},
    ),
    "edition_is_printed_once": (Edition, own(), {}),
    "log_is_one": (LogState, own(pk=2), {}),
    "event_is_logged_once": (Leaf, own(pk=10**9), {"event__isnull": False}),
    "leaf_has_an_index": (Leaf, own(pk=-1, event=None), {}),
    "record_has_one_leaf_key": (LeafKey, own(), {}),
    "leaf_key_is_there_or_destroyed": (LeafKey, own(subject_id=new_key(), secret=None), {}),
    "tile_has_one_root": (TileRoot, own(), {}),
    "size_is_signed_once": (SignedTree, own(), {}),
    "witness_cosigns_a_checkpoint_once": (Cosignature, own(), {}),
    "correction_is_of_another_finding": (
        Correction,
        lambda row: {"corrected": row.finding},
        {},
    ),
    "reliability_once_per_fit_and_source": (SourceReliability, own(), {}),
    "draw_takes_a_share": (Draw, own(share=0.0), {}),
    "draw_has_a_seed": (Draw, own(seed=""), {}),
    "draw_is_held_once": (Draw, own(), {}),
    "public_row_copies_are_among_its_reports": (PublicRow, own(code="X", n_home=1, n_copies=2), {}),
    "change_is_the_last_of_its_kind": (Change, own(pk=None, position=10**9), {}),
    "change_has_its_own_position": (Change, own(pk=None, code="X"), {}),
    "disclosure_is_one_at_a_time": (Disclosure, own(), {}),
    "disclosure_is_of_the_allow_list": (Disclosure, own(ended_at=NOW, fields=["narrative"]), {}),
    "pseudonyms_are_of_one_partner": (Pseudonyms, own(organisation=None), {}),
    "quota_is_set_once_a_lane": (Quota, own(), {}),
    "quota_of_a_day_holds_a_minute": (Quota, own(lane="write", per_day=1), {}),
    "use_is_counted_in_one_place": (QuotaUse, own(pk=None), {}),
    "endpoint_is_registered_once": (Endpoint, own(), {}),
    "endpoint_keeps_its_secret_while_it_stands": (Endpoint, own(url="x", secret=None), {}),
    "earlier_secret_has_an_end": (Endpoint, own(url="x", earlier_until=NOW), {}),
    "message_is_queued_once": (Delivery, own(), {}),
    "feed_is_one": (FeedState, own(pk=2), {}),
    "standing_bounds_are_in_order": (Standing, own(bound_low=9, bound_high=8), {}),
}
FRESH = {"client_uuid": new_key(), "receipt": "XXXXX-XXXXX", "supersedes": None}


def named_constraints() -> set[str]:
    """Return the name of every constraint our models declare."""
    return {
        constraint.name
        for app in ("reports", "verification")
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }


def test_every_constraint_has_its_case() -> None:
    assert set(BROKEN) | {"origin_key_is_unique"} == named_constraints()


def refusal_of(row: models.Model) -> str:
    """Return the name of the constraint that refuses a row."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save(force_insert=True)
    return str(refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", BROKEN)
def test_it_bites(scene: Scene, db: None, name: str) -> None:
    model, changes, asked = BROKEN[name]
    row = copy.copy(scene.row(model, **asked))
    row.pk, row._state = new_key(), copy.copy(row._state)
    row._state.adding = True
    given = changes(row)
    if given.pop("self", False):
        row.merged_into_id = row.pk
    for field, value in given.items():
        setattr(row, field, value)
    assert refusal_of(row) == name


def test_an_origin_s_key_is_unique(scene: Scene, db: None) -> None:
    keyed = {
        "agreement": scene.world.agreement,
        "kind": "statement",
        "key": "brief-7",
        "said_by": scene.world.mod_armenia,
    }
    Origin.objects.create(**keyed)
    assert refusal_of(Origin(**keyed)) == "origin_key_is_unique"
    Origin.objects.create(**{**keyed, "key": ""})
    Origin.objects.create(**{**keyed, "key": ""})  # without a key there may be many
