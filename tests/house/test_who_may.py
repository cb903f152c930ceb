"""Every action is refused to every member of the cast whose role does not carry it."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile

from reports.agreement.actions import record_act_kinds, record_agreement
from reports.coverage.actions import end_watch, record_denial, record_outage, start_watch
from reports.evidence.actions import add_item
from reports.evidence.drafts import ItemDraft
from reports.imports.actions.mappings import save_mapping
from reports.imports.actions.requests import Handed, cancel_import, request_import
from reports.intake.actions import (
    accept_report,
    file_report,
    reinstate_report,
    reject_report,
    withdraw_report,
)
from reports.keys.actions import rotate_api_key, set_quota
from reports.open_door.actions import make_invites
from reports.openrosa.actions import add_phone
from reports.people.actions import (
    grant_role,
    issue_api_key,
    record_alignment,
    register_organisation,
    register_source,
    register_user,
    revoke_api_key,
    revoke_role,
)
from reports.people.models import User
from reports.people.permissions import MAY, VERB_NAMES, may, require, roles_of
from reports.places.actions import record_places
from reports.problems import NotAllowed
from reports.questions.actions import (
    AnswerDraft,
    answer_question,
    ask_question,
    withdraw_question,
)
from reports.questions.rules import QuestionDraft
from reports.redactions.actions import redact_item
from reports.sensors.actions import record_observations
from reports.uploads.actions import Declared, Piece, append_bytes, start_upload
from tests.factories import (
    LATER,
    NOW,
    World,
    a_bundle,
    a_case,
    a_draft,
    a_question,
    a_recommendation,
    a_report,
    an_accepted_report,
    an_incident,
    an_item,
    an_upload,
)
from tests.imported import a_mapping, a_mapping_draft, an_import, as_csv, ged_row
from tests.proofs import no_trace
from tests.second_round import a_decided, asked
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.drafts import save_draft
from verification.adjudication.actions.panels import (
    declare_interest,
    open_case,
    override_seat,
    recuse_reviewer,
)
from verification.adjudication.actions.questions import put_question
from verification.adjudication.actions.second_ballots import change_ballot
from verification.adjudication.drafting import Typed
from verification.archive.actions import Publication, carry_over
from verification.bulletins.actions import draft_bulletin, release_bulletin
from verification.bundles.actions import (
    approve_bundle,
    download_bundle,
    refuse_bundle,
    request_bundle,
    revoke_bundle,
)
from verification.corroboration.actions import (
    Answer,
    StatementDraft,
    answer_notice,
    extend_deadline,
    give_statement,
)
from verification.incidents.actions import (
    link_report,
    merge_incidents,
    open_incident,
    rule_inadmissible,
    undo_merge,
    unlink_report,
)
from verification.ledger.actions.erasure import erase_report
from verification.linking.actions import (
    refuse_suggestion,
    split_incident,
    tie_incidents,
    undo_refusal,
    undo_split,
    undo_tie,
)
from verification.partners.actions.disclosing import grant_fields, withdraw_fields
from verification.partners.actions.endpoints import (
    change_endpoint,
    register_endpoint,
    remove_endpoint,
    replay_deliveries,
    rotate_secret,
)
from verification.recommendations.actions import (
    answer_recommendation,
    assess_recommendation,
    issue_recommendation,
    report_compliance,
    withdraw_recommendation,
)
from verification.reopening.actions import (
    Request,
    admit_reopening,
    ask_reopening,
    propose_answer,
    refuse_reopening,
    return_proposal,
    withdraw_reopening,
)
from verification.standing.actions import draw_audit
from verification.withholding.actions import lift_embargo, place_embargo, set_delay

Try = Callable[..., Any]
NOTHING_TYPED = Typed({}, (), "", ())
CAST = (
    *("filer", "witness", "colleague", "triage", "chair"),
    *("reviewer_arm", "reviewer_aze", "reviewer_spare", "liaison_arm", "liaison_aze"),
    *("publisher", "partner", "operator", "outsider"),
)
MONITORS = {"filer", "witness", "colleague"}
REVIEWERS = {"chair", "reviewer_arm", "reviewer_aze", "reviewer_spare"}
LIAISONS = {"liaison_arm", "liaison_aze"}
FILERS = MONITORS | LIAISONS | {"partner", "triage"}


def of_people(world: World) -> dict[str, Try]:
    others, _token = issue_api_key(user=world.outsider, label="x", scopes=[], by=None, at=NOW)
    grant = world.partner.grants.get()
    named: dict[str, Any] = {"key": "new", "name": "New", "kind": "media"}
    return {
        "register_organisation": lambda **who: register_organisation(**named, **who),
        "register_source": lambda **who: register_source(**named, organisation=None, **who),
        "register_user": lambda **who: register_user(
            username="new", display_name="", organisation=None, password=None, **who
        ),
        "grant_role": lambda **who: grant_role(
            user=world.outsider, role="monitor", agreement=None, **who
        ),
        "revoke_role": lambda **who: revoke_role(grant=grant, **who),
        "record_alignment": lambda **who: record_alignment(
            party=world.armenia, user=world.outsider, reason="x", aligned_from=NOW, **who
        ),
        "issue_api_key": lambda **who: issue_api_key(
            user=world.outsider, label="x", scopes=[], **who
        ),
        "revoke_api_key": lambda **who: revoke_api_key(key=others, **who),
        "set_quota": lambda **who: set_quota(
            user=world.partner, lane="read", per_minute=1, per_day=1, **who
        ),
        "carry_over": lambda **who: carry_over(
            agreement=world.agreement,
            publication=Publication("x", "x", [], [], []),
            source=world.mod_armenia,
            **who,
        ),
        "record_act_kinds": lambda **who: record_act_kinds(rows=[], **who),
        "record_agreement": lambda **who: record_agreement(document={}, **who),
        "record_observations": lambda **who: record_observations(
            agreement=world.agreement, source=world.mod_armenia, readings=[], **who
        ),
        "record_places": lambda **who: record_places(places=[], names=[], dataset="x", **who),
    }


def of_the_record(world: World) -> dict[str, tuple[Try, set[str]]]:
    report, rejected = a_report(world), a_report(world)
    question = a_question(world)
    reject_report(report=rejected, reason="Twice the same.", by=world.triage, at=NOW)
    watch = start_watch(
        agreement=world.agreement, place=world.ganja, means="saw", by=world.filer, at=NOW
    )
    upload = an_upload(report)
    item = an_item(world, report)
    job = an_import(world, as_csv([ged_row(1)]))
    return {
        "file_report": (lambda **who: file_report(draft=a_draft(world), **who), FILERS),
        "accept_report": (lambda **who: accept_report(report=report, **who), {"triage"}),
        "reject_report": (
            lambda **who: reject_report(report=report, reason="A reason.", **who),
            {"triage"},
        ),
        "reinstate_report": (lambda **who: reinstate_report(report=rejected, **who), {"triage"}),
        "erase_report": (
            lambda **who: erase_report(report=rejected, basis="danger_to_a_person", **who),
            {"operator"},
        ),
        "withdraw_report": (lambda **who: withdraw_report(report=report, **who), FILERS),
        "start_watch": (
            lambda **who: start_watch(
                agreement=world.agreement, place=world.ganja, means="saw", **who
            ),
            MONITORS | {"triage"},
        ),
        "record_outage": (
            lambda **who: record_outage(
                agreement=world.agreement, place=world.ganja, means="recorded", **who
            ),
            MONITORS | {"triage"},
        ),
        "record_denial": (
            lambda **who: record_denial(
                agreement=world.agreement,
                place=world.ganja,
                means="saw",
                denied_by=world.armenia,
                **who,
            ),
            MONITORS | {"triage"},
        ),
        "add_item": (
            lambda **who: add_item(report=report, draft=ItemDraft(), file=ContentFile(b""), **who),
            FILERS,
        ),
        "start_upload": (
            lambda **who: start_upload(
                report=report, declared=Declared(9), draft=ItemDraft(), **who
            ),
            FILERS,
        ),
        "append_bytes": (
            lambda **who: append_bytes(upload=upload, stream=BytesIO(), piece=Piece(9, 0), **who),
            FILERS,
        ),
        "save_mapping": (
            lambda **who: save_mapping(draft=a_mapping_draft(world), **who),
            {"partner", "operator"},
        ),
        "request_import": (
            lambda **who: request_import(
                handed=Handed(upload.pk, a_mapping(world), "csv", [b""]), **who
            ),
            {"partner", "operator"},
        ),
        "cancel_import": (
            lambda **who: cancel_import(job=job, **who),
            {"partner", "operator"},
        ),
        "add_phone": (
            lambda **who: add_phone(agreement=world.agreement, label="", **who),
            FILERS,
        ),
        "make_invites": (
            lambda **who: make_invites(agreement=world.agreement, count=1, days=1, **who),
            {"triage", "chair"},
        ),
        "ask_question": (
            lambda **who: ask_question(report=report, draft=QuestionDraft(""), **who),
            {"triage"},
        ),
        "withdraw_question": (
            lambda **who: withdraw_question(question=question, **who),
            {"triage"},
        ),
        "answer_question": (
            lambda **who: answer_question(
                question=question, draft=AnswerDraft(question.pk, ""), **who
            ),
            FILERS,
        ),
        "redact_item": (
            lambda **who: redact_item(item=item, boxes=[], why="", shown_to="", after=0, **who),
            {"triage", "chair"},
        ),
        "end_watch": (lambda **who: end_watch(watch=watch, **who), MONITORS | {"triage"}),
    }


def of_the_judgement(world: World) -> dict[str, tuple[Try, set[str]]]:
    incident, other = an_incident(world), an_incident(world)
    absorbed = an_incident(world)
    merge = merge_incidents(
        kept=other, absorbed=absorbed, why="The same event.", by=world.triage, at=NOW
    )
    case = a_case(world)
    bundle = a_bundle(world, case)
    advice = a_recommendation(world)
    link = incident.links.get()
    notice = incident.positions.get()
    report = an_accepted_report(world)
    triage = {"triage"}
    mine: dict[str, Any] = {"by": world.triage, "at": NOW}
    refusal = refuse_suggestion(incident=other, of=report, **mine)
    tie = tie_incidents(incident=case.incident, other=other, why="Answered fire.", **mine)
    second = an_accepted_report(world)
    link_report(report=second, incident=other, why="The same night.", **mine)
    taken = [second.links.get().pk]
    split = split_incident(incident=other, links=taken, why="Apart.", **mine)
    told = StatementDraft("occurred", "supports", "eyewitness", "I saw it from my balcony.")
    answer = Answer("denies", "other", "It was not us.")
    why: dict[str, Any] = {"why": "A reason."}
    return {
        "open_incident": (lambda **who: open_incident(report=report, **why, **who), triage),
        "link_report": (
            lambda **who: link_report(report=report, incident=incident, **why, **who),
            triage,
        ),
        "unlink_report": (lambda **who: unlink_report(link=link, **why, **who), triage),
        "merge_incidents": (
            lambda **who: merge_incidents(kept=incident, absorbed=other, **why, **who),
            triage,
        ),
        "undo_merge": (lambda **who: undo_merge(merge=merge, **who), triage),
        "refuse_suggestion": (
            lambda **who: refuse_suggestion(incident=incident, of=report, **who),
            triage,
        ),
        "undo_refusal": (lambda **who: undo_refusal(refusal=refusal, **who), triage),
        "split_incident": (
            lambda **who: split_incident(incident=incident, links=[link.pk], **why, **who),
            triage,
        ),
        "undo_split": (lambda **who: undo_split(split=split, **who), triage),
        "tie_incidents": (
            lambda **who: tie_incidents(incident=incident, other=other, **why, **who),
            triage,
        ),
        "undo_tie": (lambda **who: undo_tie(tie=tie, **who), triage),
        "rule_inadmissible": (
            lambda **who: rule_inadmissible(incident=incident, ruling="x" * 30, **who),
            triage,
        ),
        "give_statement": (
            lambda **who: give_statement(incident=incident, draft=told, **who),
            MONITORS | {"partner"},
        ),
        "answer_notice": (
            lambda **who: answer_notice(position=notice, answer=answer, **who),
            LIAISONS,
        ),
        "extend_deadline": (
            lambda **who: extend_deadline(
                position=notice, until=notice.due_at + timedelta(hours=1), reason="Snow.", **who
            ),
            {"chair"},
        ),
        "request_bundle": (
            lambda **who: request_bundle(case=case, contents="x", why="", **who),
            {"triage", "chair"},
        ),
        "approve_bundle": (lambda **who: approve_bundle(bundle=bundle, **who), {"triage", "chair"}),
        "refuse_bundle": (lambda **who: refuse_bundle(bundle=bundle, **who), {"triage", "chair"}),
        "revoke_bundle": (lambda **who: revoke_bundle(bundle=bundle, **who), {"triage", "chair"}),
        "download_bundle": (
            lambda **who: download_bundle(bundle=bundle, link="", **who),
            {"triage", "chair"},
        ),
        "open_case": (lambda **who: open_case(incident=incident, **who), {"chair"}),
        "recuse_reviewer": (
            lambda **who: recuse_reviewer(case=case, reason="A cousin of mine.", **who),
            REVIEWERS,
        ),
        "change_ballot": (
            lambda **who: change_ballot(case=case, draft=None, why="", **who),  # type: ignore[arg-type]
            REVIEWERS,
        ),
        "declare_interest": (lambda **who: declare_interest(case=case, **who), REVIEWERS),
        "put_question": (
            lambda **who: put_question(case=case, report=report, draft=QuestionDraft(""), **who),
            REVIEWERS,
        ),
        "override_seat": (
            lambda **who: override_seat(case=case, seat_number=1, reason="x" * 30, **who),
            {"chair"},
        ),
        "seal_ballot": (
            lambda **who: seal_ballot(case=case, draft=None, **who),  # type: ignore[arg-type]
            REVIEWERS,
        ),
        "save_draft": (
            lambda **who: save_draft(case=case, typed=NOTHING_TYPED, seen=0, **who),
            REVIEWERS,
        ),
        "draw_audit": (
            lambda **who: draw_audit(agreement=world.agreement, share=0.1, **who),
            {"chair", "operator"},
        ),
        "issue_recommendation": (
            lambda **who: issue_recommendation(
                incident=incident, party=world.armenia, text="x" * 30, **who
            ),
            {"chair"},
        ),
        "answer_recommendation": (
            lambda **who: answer_recommendation(
                recommendation=advice, answer="accepted_by_party", text="x" * 30, **who
            ),
            LIAISONS,
        ),
        "report_compliance": (
            lambda **who: report_compliance(
                recommendation=advice, text="x" * 30, evidence=(), **who
            ),
            LIAISONS,
        ),
        "assess_recommendation": (
            lambda **who: assess_recommendation(
                recommendation=advice, verdict="complied", text="x" * 30, evidence=(), **who
            ),
            {"chair"},
        ),
        "withdraw_recommendation": (
            lambda **who: withdraw_recommendation(recommendation=advice, text="x" * 30, **who),
            {"chair"},
        ),
        "decide_case": (
            lambda **who: decide_case(case=case, reasons="x" * 30, **who),
            {"chair"},
        ),
    }


def of_reopenings(world: World) -> dict[str, tuple[Try, set[str]]]:
    reopening = asked(world, a_decided(world))
    why: dict[str, Any] = {"reopening": reopening, "reason": "x" * 30}
    return {
        "ask_reopening": (
            lambda **who: ask_reopening(
                incident=reopening.incident, request=Request("error", "x" * 30), **who
            ),
            REVIEWERS | LIAISONS,
        ),
        "withdraw_reopening": (
            lambda **who: withdraw_reopening(reopening=reopening, **who),
            REVIEWERS | LIAISONS,
        ),
        "propose_answer": (
            lambda **who: propose_answer(proposal="admit", **why, **who),
            {"chair"},
        ),
        "return_proposal": (
            lambda **who: return_proposal(reopening=reopening, **who),
            REVIEWERS,
        ),
        "admit_reopening": (lambda **who: admit_reopening(**why, **who), {"chair"}),
        "refuse_reopening": (lambda **who: refuse_reopening(**why, **who), {"chair"}),
    }


def of_bulletins(world: World) -> dict[str, tuple[Try, set[str]]]:
    day = NOW.date()
    bulletin = draft_bulletin(agreement=world.agreement, day=day, at=LATER)
    assert bulletin is not None
    return {
        "release_bulletin": (
            lambda **who: release_bulletin(bulletin=bulletin, **who),
            {"publisher"},
        ),
    }


def of_withholding(world: World) -> dict[str, tuple[Try, set[str]]]:
    incident, said = an_incident(world), {"days": 2, "reason": "People are being moved."}
    held = place_embargo(incident=incident, by=world.chair, at=NOW, **said)
    given: dict[str, Any] = {"agreement": world.agreement, "act": incident.act, **said}
    roles = {"chair", "publisher"}
    return {
        "set_delay": (lambda **who: set_delay(**given, **who), roles),
        "place_embargo": (lambda **who: place_embargo(incident=incident, **said, **who), roles),
        "lift_embargo": (lambda **who: lift_embargo(withholding=held, **who), roles),
    }


def of_disclosures(world: World) -> dict[str, tuple[Try, set[str]]]:
    what: dict[str, Any] = {"user": world.partner, "agreement": world.agreement}
    what |= {"fields": ["stance"], "why": "They asked."}
    granted = grant_fields(**what, by=world.chair, at=NOW)
    return {
        "grant_fields": (lambda **who: grant_fields(**what, **who), {"chair"}),
        "withdraw_fields": (
            lambda **who: withdraw_fields(disclosure=granted, **who),
            {"chair"},
        ),
    }


def of_partners(world: World) -> dict[str, tuple[Try, set[str]]]:
    key, _token = issue_api_key(user=world.partner, label="x", scopes=[], by=None, at=NOW)
    own: dict[str, Any] = {"user": world.partner, "label": "x", "scopes": ["keys:read"]}
    hook: dict[str, Any] = {"url": "http://127.0.0.1:9/", "topics": ["finding.published"]}
    made, _secret = register_endpoint(agreement=world.agreement, **hook, by=world.partner, at=NOW)
    one, roles = {"endpoint": made}, {"partner"}
    return {
        "rotate_api_key": (lambda **who: rotate_api_key(key=key, renew=True, **who), roles),
        "revoke one's own": (lambda **who: revoke_api_key(key=key, **who), roles | {"operator"}),
        "make one's own": (lambda **who: issue_api_key(**own, **who), roles | {"operator"}),
        "register_endpoint": (
            lambda **who: register_endpoint(agreement=world.agreement, **hook, **who),
            roles,
        ),
        "change_endpoint": (
            lambda **who: change_endpoint(**one, topics=(), paused=True, **who),
            roles,
        ),
        "rotate_secret": (lambda **who: rotate_secret(**one, **who), roles),
        "remove_endpoint": (lambda **who: remove_endpoint(**one, **who), roles),
        "replay_deliveries": (lambda **who: replay_deliveries(**one, **who), roles),
    }


def refuse_all_but(allowed: set[str], attempt: Try, world: World) -> None:
    for name in CAST:
        if name not in allowed:
            with no_trace(), pytest.raises(NotAllowed) as refusal:
                attempt(by=getattr(world, name), at=NOW)
            assert "operator can grant it" in refusal.value.detail, name


def test_people_agreements_and_places_are_the_operator_s(world: World) -> None:
    for attempt in of_people(world).values():
        refuse_all_but({"operator"}, attempt, world)


def test_the_record(world: World) -> None:
    for attempt, allowed in of_the_record(world).values():
        refuse_all_but(allowed, attempt, world)


def test_the_judgement(world: World) -> None:
    for attempt, allowed in of_the_judgement(world).values():
        refuse_all_but(allowed, attempt, world)


def test_reopenings(world: World) -> None:
    for attempt, allowed in of_reopenings(world).values():
        refuse_all_but(allowed, attempt, world)


def test_partners(world: World) -> None:
    for attempt, allowed in {**of_partners(world), **of_disclosures(world)}.values():
        refuse_all_but(allowed, attempt, world)


def test_bulletins(world: World) -> None:
    for attempt, allowed in {**of_bulletins(world), **of_withholding(world)}.values():
        refuse_all_but(allowed, attempt, world)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_role_holds_for_its_period_only(world: World, when: str) -> None:
    if when == "after":
        revoke_role(grant=world.filer.grants.get(), by=None, at=NOW)
    at = NOW if when == "after" else world.filer.grants.get().granted_from.replace(year=2019)
    with no_trace(), pytest.raises(NotAllowed):
        file_report(draft=a_draft(world), by=world.filer, at=at)


def test_a_role_on_another_agreement_is_worth_nothing_here(world: World) -> None:
    grant = world.triage.grants.get()
    assert may(world.triage, "report.triage", at=LATER, agreement_id=grant.agreement_id)
    assert not may(world.triage, "report.triage", at=LATER, agreement_id=world.ganja.pk)


def test_a_role_on_all_agreements_holds_here(world: World) -> None:
    grant_role(user=world.outsider, role="triage", agreement=None, by=None, at=NOW)
    assert require(world.outsider, "report.triage", at=NOW, agreement_id=world.agreement.pk)


def test_a_locked_account_holds_no_role(world: World) -> None:
    User.objects.filter(pk=world.triage.pk).update(is_active=False)
    world.triage.refresh_from_db()
    assert roles_of(world.triage, at=NOW) == frozenset()
    assert not may(world.triage, "report.triage", at=NOW)


def test_every_verb_has_roles_and_words() -> None:
    assert set(MAY) == set(VERB_NAMES)
    assert all(MAY.values())
