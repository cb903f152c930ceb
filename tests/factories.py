"""Builds rows for tests, only through actions: what a test has, a user could have made."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.core.files.base import ContentFile

from reports.agreement.actions import record_act_kinds, record_agreement
from reports.agreement.models import Agreement, Party
from reports.evidence.actions import add_item
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item
from reports.evidence.queries import item_by_id
from reports.intake.actions import accept_report, file_report
from reports.intake.drafts import OriginDraft, ReportDraft, Where
from reports.intake.models import Report
from reports.journal.drain import drain
from reports.people.actions import (
    grant_role,
    record_alignment,
    register_organisation,
    register_source,
    register_user,
)
from reports.people.models import Organisation, Source, User
from reports.places.actions import record_places
from reports.places.models import Place
from reports.questions.actions import AnswerDraft, answer_question, ask_question
from reports.questions.models import Question
from reports.questions.rules import QuestionDraft
from reports.redactions.actions import redact_item
from reports.redactions.models import Redaction
from reports.redactions.rules import Box
from reports.uploads.actions import Declared, start_upload
from reports.uploads.models import Upload
from tests.pictures import photo
from tests.remembered import remembered
from verification.adjudication.actions.ballots import BallotDraft, seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import declare_interest, open_case
from verification.adjudication.answers import Answers
from verification.adjudication.models import Case
from verification.bundles.actions import approve_bundle, request_bundle
from verification.bundles.models import Bundle
from verification.bundles.queries import bundle_by_id
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import open_incident
from verification.incidents.models import Incident
from verification.publication.actions import keep_public_rows
from verification.recommendations.actions import issue_recommendation
from verification.recommendations.models import Recommendation

T = TypeVar("T")
SEEDS = Path(__file__).resolve().parents[1] / "seeds"
SET_UP_AT = datetime(2020, 9, 28, tzinfo=UTC)
NOW = datetime(2020, 10, 12, 8, 0, tzinfo=UTC)  # the tests' clock: two days into the truce
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class World:
    """An agreement with its parties, places and the cast."""

    agreement: Agreement
    armenia: Party
    azerbaijan: Party
    ganja: Place
    mod_armenia: Source
    mod_azerbaijan: Source
    filer: User  # monitor
    witness: User  # monitor of another organisation
    colleague: User  # monitor of the filer's organisation
    triage: User
    chair: User  # sits as a reviewer too, aligned with nobody
    reviewer_arm: User
    reviewer_aze: User
    reviewer_spare: User  # aligned with nobody
    liaison_arm: User
    liaison_aze: User
    publisher: User
    partner: User
    operator: User
    outsider: User  # an account without any role


@cache
def act_rows() -> list[dict[str, Any]]:
    """Return the seeds' taxonomy as record_act_kinds reads it."""
    with (SEEDS / "acts.csv").open(encoding="utf-8") as file:
        return [
            {
                "code": row["code"],
                "names": {"en": row["name_en"]},
                "definition": row["definition_en"],
                "severity": row["severity"],
            }
            for row in csv.DictReader(file)
        ]


def a_world() -> World:
    """Return the world as it stands when all that follows from its making was done."""

    def build() -> World:
        world = build_world()
        drain(clock=lambda event: event.at)
        return world

    return remembered("a world", build)


def build_world() -> World:
    """Record the Moscow agreement and give every member of the cast an account."""
    at = SET_UP_AT
    record_act_kinds(rows=act_rows(), by=None, at=at)
    document = json.loads((SEEDS / "agreement" / "nk2020.json").read_text(encoding="utf-8"))
    agreement = record_agreement(document=document, by=None, at=at)
    armenia, azerbaijan = agreement.parties.order_by("code")
    record_places(
        places=[
            {"key": "ganja", "kind": "city", "lat": 40.683, "lon": 46.361, "radius_m": 5000},
            {"key": "tartar", "kind": "town", "lat": 40.345, "lon": 46.927, "radius_m": 3000},
            {"key": "berd", "kind": "town", "lat": 40.884, "lon": 45.388, "radius_m": 3000},
        ],
        names=[
            _name("ganja", "Gəncə", "az"),
            _name("ganja", "Ganja", "en"),
            _name("ganja", "Гянджа", "ru", "Cyrl"),
            _name("tartar", "Tərtər", "az"),
            _name("tartar", "Terter", "en"),
            _name("berd", "Berd", "en"),
            _name("berd", "Tovuz", "az", kind="alternate"),
        ],
        dataset="tests",
        by=None,
        at=at,
    )
    people = _Cast(agreement)
    armed = people.organisation("mod-armenia", "Ministry of Defence of Armenia", "party", armenia)
    azeri = people.organisation(
        "mod-azerbaijan", "Ministry of Defence of Azerbaijan", "party", azerbaijan
    )
    institute_arm = people.organisation("institute-a", "Institute A", "civil_society", armenia)
    institute_aze = people.organisation("institute-z", "Institute Z", "civil_society", azerbaijan)
    office_arm = people.organisation("office-arm", "Liaison office of Armenia", "party", armenia)
    office_aze = people.organisation("office-aze", "Liaison office", "party", azerbaijan)
    valley = people.organisation("valley", "Valley Monitors", "mission")
    line = people.organisation("line", "Line Observers", "mission")
    secretariat = people.organisation("secretariat", "Secretariat", "mechanism")
    institute = people.organisation("institute-n", "Institute N", "civil_society")
    academy = people.organisation("academy", "Academy", "civil_society")
    relief = people.organisation("relief", "Relief", "partner")
    return World(
        agreement=agreement,
        armenia=armenia,
        azerbaijan=azerbaijan,
        ganja=Place.objects.get(key="ganja"),
        mod_armenia=people.source("mod-armenia", armed),
        mod_azerbaijan=people.source("mod-azerbaijan", azeri),
        filer=people.user("filer", valley, "monitor"),
        witness=people.user("witness", line, "monitor"),
        colleague=people.user("colleague", valley, "monitor"),
        triage=people.user("triage", secretariat, "triage"),
        chair=people.user("chair", institute, "chair", "reviewer"),
        reviewer_arm=people.user("reviewer-arm", institute_arm, "reviewer"),
        reviewer_aze=people.user("reviewer-aze", institute_aze, "reviewer"),
        reviewer_spare=people.user("reviewer-spare", academy, "reviewer"),
        liaison_arm=people.user("liaison-arm", office_arm, "liaison"),
        liaison_aze=people.user("liaison-aze", office_aze, "liaison"),
        publisher=people.user("publisher", secretariat, "publisher"),
        partner=people.user("partner", relief, "partner"),
        operator=people.user("operator", secretariat, "operator"),
        outsider=people.user("outsider", None),
    )


def _name(
    place: str, text: str, lang: str, script: str = "Latn", kind: str = "official"
) -> dict[str, str]:
    return {"place_key": place, "text": text, "lang": lang, "script": script, "kind": kind}


class _Cast:
    """Makes organisations, sources and people for one agreement."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement

    def organisation(
        self, key: str, name: str, kind: str, side: Party | None = None
    ) -> Organisation:
        made = register_organisation(key=key, name=name, kind=kind, by=None, at=SET_UP_AT)
        if side is not None:
            record_alignment(
                party=side,
                organisation=made,
                reason="Speaks for this side.",
                aligned_from=SET_UP_AT,
                by=None,
                at=SET_UP_AT,
            )
        return made

    def source(self, key: str, organisation: Organisation) -> Source:
        return register_source(
            key=key,
            name=organisation.name,
            kind="party",
            organisation=organisation,
            by=None,
            at=SET_UP_AT,
        )

    def user(self, username: str, organisation: Organisation | None, *roles: str) -> User:
        made = register_user(
            username=username,
            display_name=username,
            organisation=organisation,
            password=PASSWORD,
            by=None,
            at=SET_UP_AT,
        )
        for role in roles:
            grant_role(user=made, role=role, agreement=self.agreement, by=None, at=SET_UP_AT)
        return made


def a_draft(world: World, **changes: Any) -> ReportDraft:
    """Return a complete report: explosions heard in Ganja in the night to 11 October."""
    draft = ReportDraft(
        client_uuid=uuid.uuid4(),
        agreement=world.agreement,
        stance="observes",
        means="heard",
        act="missile_strike",
        observed_from=datetime(2020, 10, 10, 22, 0, tzinfo=UTC),
        observed_until=datetime(2020, 10, 10, 23, 0, tzinfo=UTC),
        time_precision="hour",
        where=Where(kind="place", place_id=world.ganja.pk, typed="Ganja", accuracy="town"),
        narrative="Three heavy explosions were heard from the centre of the city.",
        accused_kind="unknown",
    )
    return replace(draft, **changes)


def an_allegation(world: World, speaker: Source, accused: str, **changes: Any) -> ReportDraft:
    """Return a public statement by a named speaker who accuses a party of the Ganja strike."""
    return a_draft(
        world,
        speaker=speaker,
        stance="alleges",
        means="told",
        accused_kind="party",
        accused_code=accused,
        origin=OriginDraft(
            kind="statement",
            url=f"https://news.example/{speaker.key}",
            publisher="News (example)",
        ),
        narrative="The speaker said that the other side struck the city.",
        **changes,
    )


def a_report(world: World, draft: ReportDraft | None = None, by: User | None = None) -> Report:
    """File a report."""
    return file_report(draft=draft or a_draft(world), by=by or world.filer, at=NOW).report


def an_accepted_report(
    world: World, draft: ReportDraft | None = None, by: User | None = None
) -> Report:
    """File and accept a report."""
    return accept_report(report=a_report(world, draft, by), by=world.triage, at=NOW)


def an_incident(world: World, draft: ReportDraft | None = None) -> Incident:
    """Open an incident from a report which accuses Armenia, and run all that follows."""
    if draft is None:
        return _remembered("an incident", lambda: _an_incident(world, None))
    return _an_incident(world, draft)


def _an_incident(world: World, draft: ReportDraft | None) -> Incident:
    draft = draft or an_allegation(world, world.mod_azerbaijan, "ARM")
    report = an_accepted_report(world, draft)
    incident = open_incident(report=report, why="First report of it.", by=world.triage, at=NOW)
    settle()
    incident.refresh_from_db()
    return incident


def a_case(world: World, incident: Incident | None = None, *, at: datetime = NOW) -> Case:
    """Open a case on an incident, with a panel of three who have declared no interest."""
    if incident is None:
        first = an_incident(world)
        return _remembered(("a case", at), lambda: a_case(world, first, at=at))
    case = open_case(incident=incident, by=world.chair, at=at)
    all_declare(case, at=at)
    return case


def all_declare(case: Case, *, at: datetime = NOW) -> None:
    """Let everybody who sits and has not yet declared say that nothing ties them to the case."""
    for seat in case.seats.filter(recused_at=None, declared_at=None).select_related("reviewer"):
        declare_interest(case=case, by=seat.reviewer, at=at)


def some_answers(**changes: Any) -> Answers:
    """Return consistent answers: it happened, it is a breach, it was Armenia."""
    answers = Answers(
        occurrence="occurred",
        occurrence_likelihood="very_likely",
        occurrence_confidence="high",
        breach="breach",
        breach_likelihood="very_likely",
        breach_confidence="high",
        clause="1",
        attribution="attributed",
        parties=("ARM",),
        attribution_likelihood="likely",
        attribution_confidence="moderate",
        intent="unknown",
        intent_confidence="low",
        severity="serious",
    )
    return replace(answers, **changes)


def a_ballot(case: Case, answers: Answers | None = None) -> BallotDraft:
    """Return a ballot that cites the first report of the case."""
    report = case.incident.links.order_by("linked_at").first().report
    return BallotDraft(
        answers=answers or some_answers(),
        reasons="The report is detailed and nothing on file speaks against it.",
        cited=(str(report.pk),),
    )


def seal_all(case: Case, answers: Answers | None = None, *, at: datetime = NOW) -> None:
    """Seal the ballot of everybody who sits."""
    all_declare(case, at=at)
    for seat in case.seats.filter(recused_at=None).select_related("reviewer"):
        seal_ballot(case=case, draft=a_ballot(case, answers), by=seat.reviewer, at=at)


def a_decided_incident(world: World, answers: Answers | None = None) -> Incident:
    """Open an incident that accuses Armenia and let a panel decide it."""
    case = a_case(world)
    return _remembered(("decided", answers), lambda: _decided(world, case, answers))


def _decided(world: World, case: Case, answers: Answers | None) -> Incident:
    seal_all(case, answers)
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
    settle()
    return Incident.objects.select_related("agreement").get(pk=case.incident_id)


def a_recommendation(world: World, incident: Incident | None = None) -> Recommendation:
    """Recommend Armenia to withdraw its guns within the agreement's thirty days."""
    made = issue_recommendation(
        incident=incident or a_decided_incident(world),
        party=world.armenia,
        text="Withdraw the guns behind the line that the text draws.",
        by=world.chair,
        at=LATER,
    )
    for tick in ticks:
        tick()
    return made


def _remembered(name: Hashable, build: Callable[[], T]) -> T:
    return remembered((name, bool(ticks)), build)


ticks: list[Callable[[], None]] = []  # what the clock does after all is settled (`ticking`)


def settle(*, at: datetime | None = None) -> int:
    """Run all that follows from what was done, at the instant it was done (or at `at`).

    Where tests read the public face, what was decided is then signed, as every minute it is.
    """
    ran = drain(clock=(lambda event: at) if at else (lambda event: event.at))
    keep_public_rows()
    for tick in ticks:
        tick()
    return ran


LATER = NOW + timedelta(days=4)  # past every reply deadline counted from NOW


def an_upload(report: Report, sha256: str = "") -> Upload:
    """Return the beginning of an upload for a report, by its author."""
    declared = Declared(1000, sha256)
    given: dict[str, Any] = {"by": report.filed_by, "at": NOW}
    return start_upload(report=report, declared=declared, draft=ItemDraft(), **given)[0]


def a_question(
    world: World, report: Report | None = None, *, at: datetime = NOW, **said: Any
) -> Question:
    """Let triage ask the author of a report something."""
    asked = {"text": "From which window did you hear the three explosions?"} | said
    return ask_question(
        report=report or a_report(world), draft=QuestionDraft(**asked), by=world.triage, at=at
    )


def an_answered_question(world: World, report: Report | None = None) -> Question:
    """Let triage ask, the author answer, and triage follow it up: that one waits."""
    question = a_question(world, report)
    author = question.report.filed_by
    draft = AnswerDraft(uuid.uuid4(), "From the kitchen, which looks to the south.")
    answer_question(question=question, draft=draft, by=author, at=NOW)
    a_question(world, question.report, text="How far is the kitchen from the road?", follows=1)
    return question


def an_item(
    world: World, report: Report | None = None, content: bytes | None = None, **said: Any
) -> Item:
    """Return a file added to a report by its author, read and all."""
    made = report or a_report(world)
    brought = ContentFile(content if content is not None else photo())
    draft = ItemDraft(**said)
    item = add_item(report=made, draft=draft, file=brought, by=made.filed_by, at=NOW).item
    settle()
    return item


def a_redaction(item: Item, by: User, **said: Any) -> Redaction:
    """Return a redacted copy of a picture: a box in its middle."""
    asked: dict[str, Any] = {"boxes": [Box(100, 80, 60, 40)], "why": "A face.", "after": 0} | said
    fresh = item_by_id(item.pk)
    return redact_item(item=fresh, by=by, at=NOW, **{"shown_to": "house"} | asked)


def a_bundle(world: World, case: Case, contents: str = "copies") -> Bundle:
    """Return a bundle that triage asked for and the chair has yet to answer."""
    why = "The commission of inquiry asked for it."
    return request_bundle(case=case, contents=contents, why=why, by=world.triage, at=NOW)


def built(world: World, bundle: Bundle) -> Bundle:
    """Have a bundle approved by the chair, and built."""
    fresh = bundle_by_id(bundle.pk)
    approve_bundle(bundle=fresh, by=world.chair, at=NOW)
    settle()
    return bundle_by_id(bundle.pk)
