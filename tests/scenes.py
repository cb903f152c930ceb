"""A finished story with a row in every table, kept for a whole module of tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import models, transaction

from reports.agreement.actions import record_agreement
from reports.channels.actions import handle_message, take_message
from reports.coverage.actions import start_watch
from reports.keys.actions import count_request, lend_token, set_quota
from reports.keys.rules import TOKEN_LIFETIME
from reports.openrosa.actions import add_phone, take_submission
from reports.openrosa.reading import read_filled
from reports.people.actions import grant_role, issue_api_key
from reports.repeats.actions import Answer as KeptAs
from reports.repeats.actions import keep_answer
from reports.timestamps.models import Timestamp
from tests.factories import (
    LATER,
    NOW,
    SEEDS,
    World,
    a_ballot,
    a_bundle,
    a_case,
    a_draft,
    a_recommendation,
    a_redaction,
    a_report,
    an_accepted_report,
    an_allegation,
    an_answered_question,
    an_incident,
    an_item,
    an_upload,
    build_world,
    built,
    seal_all,
    settle,
    some_answers,
)
from tests.imported import ged_row, taken_in
from tests.lines.phones import a_form
from tests.lines.senders import a_message, allowed, one_observation
from tests.pictures import drawn, encoded
from tests.second_round import (
    MONTHS_LATER,
    REASON,
    a_decided,
    a_finding_of_others,
    a_reserve,
    asked,
    linked_late,
)
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.second_ballots import change_ballot
from verification.archive.actions import Publication, carry_over
from verification.archive.rules import TableLine
from verification.bulletins.actions import draft_bulletin, release_bulletin
from verification.caseload.actions import escalate_overdue, publish_procedure
from verification.corroboration.actions import (
    StatementDraft,
    extend_deadline,
    give_statement,
    lapse_overdue_positions,
)
from verification.incidents.actions import link_report, merge_incidents
from verification.incidents.models import Incident
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.models import Cosignature, SignedTree, TileRoot
from verification.ledger.signer import SignerState
from verification.ledger.signing import signer_at_hand
from verification.linking.actions import refuse_suggestion, split_incident, tie_incidents
from verification.merkle.cosignature import CosigningKey
from verification.notifications.actions import send_digest, set_preferences
from verification.partners.actions.deliveries import deliver_due
from verification.partners.actions.disclosing import grant_fields
from verification.partners.actions.endpoints import register_endpoint
from verification.partners.actions.feed import tell_changes
from verification.partners.rules import TOPICS
from verification.recommendations.actions import report_compliance
from verification.recommendations.rules import Evidence
from verification.reopening.actions import admit_reopening
from verification.scoring.actions import refit_sources
from verification.standing.actions import draw_audit
from verification.withholding.actions import place_embargo, set_delay


@dataclass(frozen=True)
class Scene:
    """A world in which everything has happened once; `row` hands out any row of a table."""

    world: World

    def row(self, model: type[models.Model], **asked: Any) -> Any:
        found = model._default_manager.filter(**asked).order_by("pk").first()
        assert found is not None, f"the scene has no {model.__name__} with {asked}"
        return found


def build_scene() -> Scene:
    """Let everything happen once: a decided case, a merge, an open case, a watch, a key."""
    world = build_world()
    key, _token = issue_api_key(user=world.partner, label="station", scopes=[], by=None, at=NOW)
    count_request(user=world.partner, lane="read", at=NOW)
    lend_token(key=key, token="x", scopes=[], lifetime=TOKEN_LIFETIME, at=NOW)
    set_quota(user=world.partner, lane="read", per_minute=9, per_day=99, by=None, at=NOW)
    hook: dict[str, Any] = {"url": "http://127.0.0.1:9/", "topics": TOPICS}
    register_endpoint(agreement=world.agreement, **hook, by=world.partner, at=NOW)
    grant_fields(
        user=world.partner,
        agreement=world.agreement,
        fields=["report", "stance"],
        why="For their table.",
        by=world.chair,
        at=NOW,
    )
    start_watch(agreement=world.agreement, place=world.ganja, means="saw", by=world.filer, at=NOW)
    first = a_report(world)
    an_item(world, first)
    an_upload(first, sha256="ab" * 32)
    said = KeptAs(201, {}, "{}")
    keep_answer(answer=said, fingerprint="ab" * 32, key="a key", by=world.partner, at=NOW)
    item = an_item(world, first)
    a_redaction(item, world.triage)
    Timestamp.objects.create(
        item=item, kept_at=NOW, stamped_at=NOW, authority="A clock", token=b"a token"
    )
    a_report(world, a_draft(world, supersedes=first.receipt))
    _send_by_phone(world)
    an_answered_question(world)
    taken_in(world, [ged_row(1), ged_row(2, latitude="north")])
    decided = an_incident(world)
    told = StatementDraft("actor", "supports", "eyewitness", "I saw who fired it.", "ARM")
    give_statement(incident=decided, draft=told, by=world.witness, at=NOW)
    give_statement(
        incident=decided, draft=replace(told, question="occurred"), by=world.witness, at=NOW
    )
    case = a_case(world, decided)
    seal_all(case)
    lapse_overdue_positions(at=LATER)
    change_ballot(
        case=case,
        draft=a_ballot(case, some_answers(severity="grave")),
        why="The others read the toll more closely than I did.",
        by=world.reviewer_arm,
        at=NOW,
    )
    case.refresh_from_db()
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    settle()
    built(world, a_bundle(world, case))
    _let_cases_come_back(world, decided)
    a_case(world)
    kept = an_incident(world)
    other = an_incident(world, an_allegation(world, world.mod_armenia, "AZE"))
    notice = other.positions.get()
    extend_deadline(
        position=notice,
        until=notice.due_at + timedelta(hours=24),
        reason="The roads were closed.",
        by=world.chair,
        at=NOW,
    )
    stays, goes = an_accepted_report(world), an_accepted_report(world)
    for report in (stays, goes):
        link_report(report=report, incident=kept, why="Same night.", by=world.triage, at=NOW)
    moved = goes.links.get().pk
    split_incident(incident=kept, links=[moved], why="Apart.", by=world.triage, at=NOW)
    refuse_suggestion(incident=other, of=goes, by=world.triage, at=NOW)
    refuse_suggestion(incident=other, of=kept, by=world.triage, at=NOW)
    tie_incidents(incident=decided, other=kept, why="Answered fire.", by=world.triage, at=NOW)
    merge_incidents(kept=kept, absorbed=other, why="One event.", by=world.triage, at=NOW)
    settle()
    refit_sources(agreement=world.agreement, gold={decided.pk: "ARM"}, at=LATER)
    draw_audit(agreement=world.agreement, share=0.5, by=world.chair, at=LATER)
    settle()
    recommended = a_recommendation(world, decided)
    pointed = (Evidence(incident=kept.code), Evidence(url="https://news.example/guns"))
    report_compliance(
        recommendation=recommended,
        text="The guns were withdrawn.",
        evidence=pointed,
        by=world.liaison_arm,
        at=LATER,
    )
    _carry_over(world)
    escalate_overdue(at=LATER)
    publish_procedure(at=NOW)
    world.chair.email = "chair@example.org"
    set_preferences(digest="daily", muted=[], language="en", by=world.chair, at=NOW)
    send_digest(user=world.chair, unread=1, at=NOW)
    soon: dict[str, Any] = {"days": 2, "reason": "People are being moved.", "at": NOW}
    set_delay(agreement=world.agreement, act=kept.act, by=world.chair, **soon)
    place_embargo(incident=an_incident(world), by=world.publisher, **soon)
    settle()
    bulletin = draft_bulletin(agreement=world.agreement, day=NOW.date(), at=LATER)
    assert bulletin is not None
    log_it()
    release_bulletin(bulletin=bulletin, by=world.publisher, at=LATER)
    tell_changes(at=LATER)
    assert deliver_due(at=LATER)
    return Scene(world)


def _send_by_phone(world: World) -> None:
    """One form with a file it names and one it does not, sent by a phone."""
    given: dict[str, Any] = {"agreement": world.agreement, "by": world.filer, "at": NOW}
    add_phone(label="Field phone", **given)
    files = {"a.jpg": BytesIO(encoded(drawn())), "b.jpg": BytesIO(b"another")}
    message = take_message(incoming=a_message(), agreement=world.agreement, by=None, at=NOW)
    handle_message(message=message, receipt="", why="Nothing in it.", by=world.triage, at=NOW)
    allowed(world)
    one_observation(world)
    take_submission(filled=read_filled(a_form(photos=("a.jpg",))), files=files, **given)


def _carry_over(world: World) -> None:
    """One ruling of another mechanism, in an agreement of its own."""
    table = json.loads((SEEDS / "published" / "tables.json").read_text(encoding="utf-8"))
    document = table["mmv-2017"]["agreement"]
    agreement = record_agreement(document=document, by=None, at=NOW)
    grant_role(user=world.operator, role="operator", agreement=agreement, by=None, at=NOW)
    line = TableLine("2017", "all", "other", "violation", 1)
    carry_over(
        agreement=agreement,
        publication=Publication("Elsewhere", "2017", [line], [], []),
        source=world.mod_armenia,
        by=world.operator,
        at=NOW,
    )


def log_it(then: Callable[[], object] | None = None) -> None:
    """Take all of it into the log; a tile is full only after 256 leaves, so one is made up.

    `then` is done once all is signed, and is signed in turn.
    """
    with TemporaryDirectory() as folder:
        signer = SignerState(Path(folder), settings.LOG_ORIGIN)
        with signer_at_hand(signer.answer):
            for deed in (None, then) if then else (None,):
                if deed is not None:
                    deed()
                append_leaves(at=LATER)
                sign_log(at=LATER)
    TileRoot.objects.get_or_create(level=9, number=0, root=bytes(32))
    tree = SignedTree.objects.latest("size")
    line = CosigningKey("eye.example", bytes(32)).line(tree.note.partition("\n\n")[0] + "\n", 1)
    Cosignature.objects.create(tree=tree, witness="eye.example", line=line, taken_at=LATER)


def _let_cases_come_back(world: World, decided: Incident) -> None:
    """Reopen the decided case; leave a second one with a request and two flags that wait."""
    asked_once = asked(world, decided.decisions.get())
    reserve = a_reserve(world)
    admit_reopening(reopening=asked_once, reason=REASON, by=reserve.deputy, at=MONTHS_LATER)
    settle()
    again = a_case(world, decided, at=MONTHS_LATER)
    seal_all(again, at=MONTHS_LATER)
    heard_again = MONTHS_LATER + timedelta(days=4)
    lapse_overdue_positions(at=heard_again)
    decide_case(case=again, reasons=REASON, by=world.chair, at=heard_again)
    settle()
    other = a_decided(world)
    asked(world, other)
    linked_late(world, a_finding_of_others(world, reserve.inquiry), other.incident)
    told = StatementDraft("actor", "supports", "remnants", "The remnants say so.", "ARM")
    give_statement(incident=other.incident, draft=told, by=world.witness, at=MONTHS_LATER)
    settle()


@contextmanager
def kept_scene(blocker: Any) -> Iterator[Scene]:
    """Keep a scene open for a module's tests and take it back afterwards."""
    with blocker.unblock(), transaction.atomic():
        yield build_scene()
        transaction.set_rollback(True)
