"""The story in the order of its own time: filings, triage, statements, rulings, watches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile

from reports.agreement.models import Agreement
from reports.coverage.actions import end_watch, record_denial, record_outage, start_watch
from reports.coverage.models import Watch
from reports.evidence.actions import add_item
from reports.evidence.drafts import ItemDraft
from reports.evidence.queries import items_of
from reports.places.queries import place_by_key
from verification.adjudication.queries import decided_candidates
from verification.management.seeding.claims import accept_claim, claims_of, file_claim
from verification.management.seeding.deeds import DEEDS, Story
from verification.management.seeding.drawings import drawing
from verification.management.seeding.files import Row, document, instant
from verification.management.seeding.imports import import_steps
from verification.management.seeding.partners import partner_steps
from verification.management.seeding.questions import question_steps
from verification.management.seeding.stage import Step, play
from verification.scoring.actions import refit_sources
from verification.scoring.queries import last_fit, was_fitted_since
from verification.standing.actions import draw_audit
from verification.standing.queries import draw_of_agreement

STEPS_PER_LINE = 50  # of progress
BEFORE_A_PANEL = timedelta(hours=1)
BEFORE_TRIAGE = timedelta(minutes=20)  # after a claim was received
Say = Callable[[str], object]


def play_story(agreement: Agreement, *, now: datetime, say: Say) -> int:
    """Play what has not been played yet; return how many steps that was."""
    steps = story_steps(agreement, now=now)
    totals = Counter(step.part for step in steps)
    reached: Counter[str] = Counter()
    did = 0
    for number, step in enumerate(steps, start=1):
        did += play(step.deed)
        reached[step.part] += 1
        if number % STEPS_PER_LINE == 0 or number == len(steps):
            counts = "  ".join(f"{part} {reached[part]}/{all_}" for part, all_ in totals.items())
            say(f"  {counts}")
    return did


def story_steps(agreement: Agreement, *, now: datetime) -> list[Step]:
    """Return every step of an agreement's scenario, in the order of time.

    Sorting is stable: at one instant a filing comes first, and an incident's own order holds.
    """
    scenario = document(f"scenarios/{agreement.slug}.json")
    story = _story(agreement, scenario, now)
    steps = [
        *_claim_steps(story, scenario["defaults"]),
        *_incident_steps(story, scenario["incidents"], now),
        *_watch_steps(story, scenario["watches"]),
        *_file_steps(story, document(f"scenarios/{agreement.slug}-files.json")["files"]),
        *question_steps(story, document(f"scenarios/{agreement.slug}-questions.json"), now),
        *import_steps(story),
        *partner_steps(story, agreement.slug, now),
        _audit_step(story, scenario["audit"]),
        *_learning_steps(story, scenario["incidents"]),
    ]
    return sorted(steps, key=lambda step: step.at)


def _story(agreement: Agreement, scenario: Mapping[str, Any], now: datetime) -> Story:
    openers: dict[str, str] = {}
    notices: dict[str, datetime] = {}
    for incident in scenario["incidents"]:
        for event in incident["events"]:
            if event["do"] == "open_incident":
                openers[incident["key"]] = event["claim"]
            elif event["do"] == "notify_party":
                notices[incident["key"]] = instant(event["at"], now=now)
    return Story(
        agreement=agreement,
        claims=claims_of(agreement.slug),
        openers=openers,
        notices=notices,
    )


def _claim_steps(story: Story, defaults: Mapping[str, Any]) -> Iterator[Step]:
    wait = timedelta(minutes=defaults["accept"]["minutes_after_received"])
    for row in story.claims.values():
        received = datetime.fromisoformat(row["received_at"])
        yield Step(received, "claims", partial(_file, story, row, defaults["filed_by"], received))
        accepted = received + wait
        yield Step(
            accepted, "accepted", partial(_accept, story, row, defaults["accept"]["by"], accepted)
        )


def _file(story: Story, row: Row, by: str, at: datetime) -> bool:
    return file_claim(row, agreement=story.agreement, by=story.person(by), at=at)


def _accept(story: Story, row: Row, by: str, at: datetime) -> bool:
    return accept_claim(story.report(row["claim_id"]), by=story.person(by), at=at)


PARTS = {
    "open_incident": "incidents",
    "link_report": "links",
    "cast_ballot": "ballots",
    "decide_case": "rulings",
    "rule_inadmissible": "rulings",
}


def _incident_steps(story: Story, incidents: list[dict[str, Any]], now: datetime) -> Iterator[Step]:
    for incident in incidents:
        for event in incident["events"]:
            if event["do"] == "notify_party":  # part of opening the incident
                continue
            at = instant(event["at"], now=now)
            deed = partial(DEEDS[event["do"]], story, incident["key"], event, at)
            yield Step(at, PARTS.get(event["do"], "statements and steps"), deed)


def _audit_step(story: Story, row: Mapping[str, Any]) -> Step:
    at = datetime.fromisoformat(row["at"])
    return Step(at, "audit", partial(_draw, story, row, at))


def _draw(story: Story, row: Mapping[str, Any], at: datetime) -> bool:
    if draw_of_agreement(story.agreement.pk) is not None:
        return False
    draw_audit(
        agreement=story.agreement,
        share=row["share"],
        seed=row["seed"],
        by=story.person(row["by"]),
        at=at,
    )
    return True


def _learning_steps(story: Story, incidents: list[dict[str, Any]]) -> Iterator[Step]:
    """Learn all sources before each panel of the past met: a running site does so by itself."""
    opened = {
        datetime.fromisoformat(event["at"])
        for incident in incidents
        for event in incident["events"]
        if event["do"] == "open_case" and not event["at"].startswith("now")
    }
    for at in sorted(opened):
        yield Step(
            at - BEFORE_A_PANEL, "learned", partial(learn, story.agreement, at - BEFORE_A_PANEL)
        )


def learn(agreement: Agreement, at: datetime) -> bool:
    """Learn all sources from what is on record; False if that was done then or later."""
    if was_fitted_since(agreement.pk, at=at):
        return False
    before = last_fit(agreement.pk, at=at)
    gold = decided_candidates(agreement.pk)
    fit = refit_sources(agreement=agreement, gold=gold, at=at)
    return fit is not None and fit != before


def _file_steps(story: Story, files: list[dict[str, Any]]) -> Iterator[Step]:
    for row in files:
        received = datetime.fromisoformat(story.claims[row["claim"]]["received_at"])
        at = received + BEFORE_TRIAGE
        yield Step(at, "files", partial(_add_file, story, row, at))


def _add_file(story: Story, row: Mapping[str, Any], at: datetime) -> bool:
    report = story.report(row["claim"])
    if items_of([report.pk]):
        return False
    taken = datetime.fromisoformat(row["taken"]) if "taken" in row else None
    spot = (row["at"][0], row["at"][1]) if "at" in row else None
    content = drawing(row["drawing"], taken=taken, at=spot, changed=row.get("changed", False))
    said = ItemDraft(kind="photo", caption=row["caption"])
    add_item(report=report, draft=said, file=ContentFile(content), by=report.filed_by, at=at)
    return True


def _watch_steps(story: Story, watches: list[dict[str, Any]]) -> Iterator[Step]:
    for row in watches:
        begins, ends = (datetime.fromisoformat(row[name]) for name in ("from", "until"))
        yield Step(begins, "watches", partial(_start_watch, story, row, begins))
        yield Step(ends, "watches", partial(_end_watch, story, row, begins, ends))


def _watch(story: Story, row: Mapping[str, Any], begins: datetime) -> Watch | None:
    by = story.person(row["by"])
    return Watch.objects.filter(
        agreement=story.agreement, source__user=by, watched_from=begins
    ).first()


def _start_watch(story: Story, row: Mapping[str, Any], begins: datetime) -> bool:
    place = place_by_key(row["place"])
    if place is None or _watch(story, row, begins) is not None:
        return False
    by = story.person(row["by"])
    given: dict[str, Any] = {"agreement": story.agreement, "place": place, "by": by, "at": begins}
    if row.get("state") == "denied":
        record_denial(**given, means=row["means"], denied_by=None)
    else:
        record = record_outage if row.get("state") == "down" else start_watch
        record(**given, means=row["means"])
    return True


def _end_watch(story: Story, row: Mapping[str, Any], begins: datetime, ends: datetime) -> bool:
    watch = _watch(story, row, begins)
    if watch is None or watch.watched_until is not None:
        return False
    end_watch(watch=watch, by=story.person(row["by"]), at=ends)
    return True
