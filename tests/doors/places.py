"""Two agreements side by side, each with its cast and records: what the matrix walks through."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from reports.agreement.actions import record_agreement
from reports.coverage.actions import start_watch
from reports.coverage.models import Watch
from reports.evidence.models import Item
from reports.imports.models import Import
from reports.intake.models import Report
from reports.people.actions import issue_api_key
from reports.people.models import ApiKey, User
from reports.questions.models import Question
from reports.uploads.models import Upload
from tests.factories import (
    LATER,
    NOW,
    SEEDS,
    SET_UP_AT,
    World,
    _Cast,
    a_bundle,
    a_draft,
    a_question,
    a_redaction,
    a_report,
    an_accepted_report,
    an_allegation,
    an_incident,
    an_item,
    an_upload,
    build_world,
    seal_all,
    settle,
)
from tests.imported import an_import, as_csv, ged_row
from tests.pictures import photo
from tests.scenes import log_it
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import declare_interest, open_case
from verification.adjudication.models import Case
from verification.bulletins.actions import draft_bulletin, release_bulletin
from verification.bulletins.models import Bulletin
from verification.bundles.models import Bundle
from verification.caseload.actions import publish_procedure
from verification.corroboration.actions import lapse_overdue_positions
from verification.corroboration.models import PartyPosition
from verification.incidents.actions import link_report
from verification.incidents.models import Incident, Link
from verification.partners.actions.endpoints import register_endpoint
from verification.partners.models import Endpoint
from verification.partners.rules import TOPICS
from verification.recommendations.actions import issue_recommendation
from verification.recommendations.models import Recommendation
from verification.reopening.actions import Request, ask_reopening
from verification.reopening.models import Reopening

EARLIER = NOW - timedelta(hours=2)
Sign = Callable[[Callable[[], object]], None]
SEED = "seats the chair"  # so that somebody is left to take the chair's seat
MISSING = uuid.UUID("01900000-0000-7000-8000-000000000000")
HERE = (
    *("filer", "witness", "colleague", "triage", "chair", "reviewer_arm", "reviewer_aze"),
    *("reviewer_spare", "liaison_arm", "liaison_aze", "publisher", "partner", "operator"),
    "outsider",
)
ELSEWHERE = ("filer", "triage", "chair", "reviewer_arm", "reviewer_aze", "liaison_arm")
ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Records:
    """One of each, under one agreement."""

    world: World
    filed: Report  # by filer, not yet handled
    seen: Report  # by witness
    taken: Report  # accepted, in no incident
    incident: Incident
    notice: PartyPosition  # to ARM
    judged: Incident  # with an open case
    case: Case
    unasked: Case  # its members have declared nothing yet
    opened: Case  # all its ballots are sealed, nothing is decided
    watch: Watch  # by filer
    asked: Question  # of the filer by triage, and not answered
    shown: Item  # likewise, with a redacted copy for the accused
    item: Item  # of the filer's report that is before the panel of `case`
    upload: Upload  # by filer, nothing of it has come

    @property
    def told_link(self) -> Link:
        """The link of the report that was told later to the incident."""
        return told_later(self.incident)

    def seated(self, case: Case) -> set[str]:
        held = set(case.seats.filter(recused_at=None).values_list("reviewer_id", flat=True))
        return {name for name in HERE if getattr(self.world, name).pk in held}


@dataclass(frozen=True)
class Two:
    """Both agreements, everybody by name, and one finding."""

    here: Records
    there: Records
    finding: str
    decided: Incident
    request: Reopening  # by the liaison of Armenia, here
    advice: Recommendation  # to Armenia, here
    bulletin: str  # released, here
    draft: Bulletin  # the next one, not released
    bundle: Bundle  # of the decided case, asked for by triage
    endpoint: Endpoint  # of the partner
    key: ApiKey  # of the partner
    job: Import  # a file the partner handed in here

    def everybody(self) -> dict[str, User | None]:
        people: dict[str, User | None] = {n: getattr(self.here.world, n) for n in HERE}
        people |= {f"{n}@there": getattr(self.there.world, n) for n in ELSEWHERE}
        return people | {ANONYMOUS: None}


def told_later(incident: Incident) -> Link:
    """Return the link of the report an incident was told by last."""
    found = incident.links.filter(unlinked_at=None).order_by("linked_at", "id").last()
    assert found is not None
    return found


def build_two(sign: Sign = log_it) -> Two:
    """Build both agreements through the actions; `sign` has all of it signed, then a deed too."""
    world = build_world()
    decided = _a_case(world, twice_told=True)
    seal_all(decided)
    lapse_overdue_positions(at=decided.ballots_due_at)
    decide_case(
        case=decided,
        reasons="As the ballots say, all of them.",
        by=world.chair,
        at=decided.ballots_due_at,
    )
    settle()
    here, there = _records(world), _records(_elsewhere(world))
    publish_procedure(at=NOW)
    bulletin, draft = (
        draft_bulletin(agreement=world.agreement, day=NOW.date() + timedelta(days=n), at=LATER)
        for n in range(2)
    )
    assert bulletin is not None and draft is not None
    advice = issue_recommendation(
        incident=decided.incident,
        party=world.armenia,
        text="Name to the mechanism who commands the battery.",
        by=world.chair,
        at=decided.ballots_due_at,
    )
    sign(lambda: release_bulletin(bulletin=bulletin, by=world.publisher, at=LATER))
    finding = decided.incident.findings.get().code
    request = ask_reopening(
        incident=decided.incident,
        request=Request(ground="error", text="The place was read from the wrong map sheet."),
        by=world.liaison_arm,
        at=NOW,
    )
    settle()
    bundle = a_bundle(world, decided)
    endpoint, _secret = register_endpoint(
        agreement=world.agreement,
        url="https://hooks.example/",
        topics=TOPICS,
        by=world.partner,
        at=NOW,
    )
    key, _token = issue_api_key(
        user=world.partner, label="x", scopes=["keys:read"], by=None, at=NOW
    )
    job = an_import(world, as_csv([ged_row(1)]))
    return Two(
        *(here, there, finding, decided.incident, request, advice),
        *(bulletin.code, draft, bundle, endpoint, key),
        job,
    )


def _elsewhere(world: World) -> World:
    document = json.loads((SEEDS / "agreement" / "nk2020.json").read_text(encoding="utf-8"))
    document = copy.deepcopy(document) | {"slug": "there", "prefix": "THERE"}
    agreement = record_agreement(document=document, by=None, at=SET_UP_AT)
    armenia, azerbaijan = agreement.parties.order_by("code")
    people = _Cast(agreement)

    def like(name: str, *roles: str) -> User:
        organisation = getattr(world, name).organisation
        return people.user(f"{name.replace('_', '-')}-there", organisation, *roles)

    return replace(
        world,
        agreement=agreement,
        armenia=armenia,
        azerbaijan=azerbaijan,
        filer=like("filer", "monitor"),
        witness=like("witness", "monitor"),
        triage=like("triage", "triage"),
        chair=like("chair", "chair", "reviewer"),
        reviewer_arm=like("reviewer_arm", "reviewer"),
        reviewer_aze=like("reviewer_aze", "reviewer"),
        reviewer_spare=like("reviewer_spare", "reviewer"),
        liaison_arm=like("liaison_arm", "liaison"),
    )


def _records(world: World) -> Records:
    filed, seen = a_report(world), a_report(world, by=world.witness)
    told = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
    incident = an_incident(world, an_allegation(world, world.mod_armenia, "ARM"))
    link_report(report=told, incident=incident, why="Same night.", by=world.triage, at=NOW)
    case, opened = _a_case(world), _a_case(world)
    seal_all(opened)
    of_case = Report.objects.get(links__incident=case.incident)
    return Records(
        world=world,
        filed=filed,
        seen=seen,
        taken=an_accepted_report(world, a_draft(world)),
        incident=incident,
        notice=incident.positions.select_related("party").get(),
        judged=case.incident,
        case=case,
        unasked=_a_case(world, declared=False),
        opened=opened,
        watch=start_watch(
            agreement=world.agreement, place=world.ganja, means="saw", by=world.filer, at=EARLIER
        ),
        asked=a_question(world),
        item=an_item(world, of_case),
        upload=an_upload(filed),
        shown=_shown_to_parties(world, of_case),
    )


def _shown_to_parties(world: World, report: Report) -> Item:
    item = an_item(world, report, photo(2))
    a_redaction(item, world.triage, shown_to="parties")
    return item


def _a_case(world: World, *, declared: bool = True, twice_told: bool = False) -> Case:
    """Open a case with a recorded draw, so that every run seats the same."""
    incident = an_incident(world)
    if twice_told:
        told = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
        link_report(report=told, incident=incident, why="Same night.", by=world.triage, at=NOW)
    case = open_case(incident=incident, by=world.chair, at=NOW, seed=SEED)
    for seat in case.seats.select_related("reviewer") if declared else ():
        declare_interest(case=case, by=seat.reviewer, at=NOW)
    return case
