"""What partners, phones, messages and instruments bring to the demonstration.

All of it lies in the days before the demonstration is set up: keys and phones end, and what waits
at triage should not be years old. It speaks of days on which the agreement was in force.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from reports.channels.actions import Incoming, allow_sender, handle_message, take_message
from reports.channels.models import Line, Message
from reports.channels.queries import mailbox_hash, number_hash
from reports.imports.actions.batches import end_import, import_batch
from reports.imports.actions.requests import Handed, request_import
from reports.imports.queries import mappings_of
from reports.intake.actions import accept_report, file_report
from reports.intake.drafts import ReportDraft, Where
from reports.intake.models import Report
from reports.keys.actions import note_key_use, set_quota
from reports.keys.queries import own_keys
from reports.openrosa.actions import add_phone
from reports.openrosa.queries import own_phones
from reports.people.actions import issue_api_key, register_source
from reports.people.queries import organisation_by_key, source_by_key
from reports.places.queries import place_by_key
from reports.sensors.actions import record_observations
from reports.sensors.rules import Reading, read_firms
from verification.management.seeding.deeds import Story
from verification.management.seeding.files import SEEDS, document
from verification.management.seeding.imports import NAME, PARTNER
from verification.management.seeding.stage import Step
from verification.partners.actions.deliveries import note_try
from verification.partners.actions.disclosing import grant_fields
from verification.partners.actions.endpoints import register_endpoint, replay_deliveries
from verification.partners.disclosed import disclosures_under
from verification.partners.models import Delivery
from verification.partners.queries import endpoints_of
from verification.partners.reaching import Answered

ROWS = "scenarios/nk2020-rows.csv"
KEY = uuid.UUID("01900000-0000-7000-8000-00000001a90c")  # of the import, the same each run
TOLD = ("ORP-11", "ORP-13", "ORP-14")  # rows that triage accepts, of which the partner is told
HOUSE = "verification-secretariat"  # whose instruments they are
ARRIVED, BUSY, SLOW = (
    Answered("delivered", 200, 140),
    Answered("refused", 503, 60),
    Answered("timeout", None, 10_000),
)


def partner_steps(story: Story, slug: str, now: datetime) -> Iterator[Step]:
    """Yield what comes by machine and by message, in the last weeks before `now`."""
    said = document(f"scenarios/{slug}-partners.json")

    def step(before: timedelta, deed: Any) -> Step:
        at = now - before
        return Step(at, "partners", partial(deed, story, said, at))

    yield step(timedelta(days=40), _let_in)
    yield step(timedelta(days=29), _disclose)
    yield step(timedelta(days=28), _people_and_numbers)
    yield step(timedelta(days=12), _import)
    yield step(timedelta(days=11), _accept)
    yield step(timedelta(days=7), _deliver)
    yield step(timedelta(days=2), _observe)
    yield step(timedelta(hours=11), _text_message)
    yield step(timedelta(hours=10), _mail)
    yield step(timedelta(hours=9), _unknown_message)
    yield step(timedelta(hours=8), _from_mail)  # more than the log holds filings back


def _let_in(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    """Give the partner a key, a quota and an endpoint."""
    by = story.person(PARTNER)
    if own_keys(by, at=at).exists():
        return False
    key, _token = issue_api_key(user=by, **said["key"], by=by, at=at)
    note_key_use(key=key, at=at + timedelta(days=39))
    set_quota(user=by, **said["quota"], by=None, at=at)
    register_endpoint(agreement=story.agreement, **said["endpoint"], by=by, at=at)
    return True


def _disclose(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    to, by = story.person(PARTNER), story.person("chair")
    if disclosures_under(by, story.agreement, at=at).exists():
        return False
    grant_fields(user=to, agreement=story.agreement, **said["disclosure"], by=by, at=at)
    return True


def _people_and_numbers(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    """Let a phone, a number and a mailbox in."""
    holder = story.person(said["phone"]["by"])
    if own_phones(holder, story.agreement, at=at):
        return False
    add_phone(agreement=story.agreement, label=said["phone"]["label"], by=holder, at=at)
    senders = said["senders"]
    for name, mailbox in (("number", False), ("mailbox", True)):
        allow_sender(
            user=story.person(senders[name]["by"]),
            agreement=story.agreement,
            hashed=_sender(said, mailbox=mailbox),
            code=senders[name].get("code", ""),
            mailbox=mailbox,
            by=None,
            at=at,
        )
    return True


def _sender(said: Mapping[str, Any], *, mailbox: bool) -> str:
    senders = said["senders"]
    if mailbox:
        return mailbox_hash(senders["mailbox"]["token"])
    return number_hash(senders["number"]["number"])


def _import(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    by = story.person(PARTNER)
    mapping = mappings_of(story.agreement, by, at=at).get(name=NAME)
    handed = Handed(KEY, mapping, "csv", [(SEEDS / ROWS).read_bytes()])
    job, created = request_import(handed=handed, by=by, at=at)
    if created:
        import_batch(import_id=job.pk, at=at)
        end_import(import_id=job.pk, at=at)
    return created


def _accept(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    by, done = story.person("triage"), 0
    for ref in TOLD:
        report = Report.objects.get(imported_row__external_id=ref)
        if report.state == "filed":
            accept_report(report=report, by=by, at=at)
            done += 1
    return bool(done)


def _deliver(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    """Let one message arrive, one fail and arrive when it is sent again, and one fail for good."""
    by = story.person(PARTNER)
    endpoint = endpoints_of(by, story.agreement, at=at).get()
    first, second, third = Delivery.objects.filter(endpoint=endpoint).order_by("queued_at", "id")
    if first.tries.exists():
        return False
    queued, end = first.queued_at, first.ends_at
    note_try(delivery=first, answered=ARRIVED, at=queued + timedelta(seconds=2))
    for delivery in (second, third):
        note_try(delivery=delivery, answered=BUSY, at=queued + timedelta(seconds=3))
        note_try(delivery=delivery, answered=SLOW, at=queued + timedelta(hours=9))
        note_try(delivery=delivery, answered=BUSY, at=end)
    replay_deliveries(endpoint=endpoint, ids=[second.pk], by=by, at=at)
    note_try(delivery=second, answered=ARRIVED, at=at + timedelta(seconds=2))
    return True


def _observe(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    """Keep a sound beside which reports stand, and heat of which nobody told: a question."""
    sound, heat = said["sound"], said["heat"]
    if source_by_key(said["instruments"][0]["key"]) is not None:
        return False
    sources = [
        register_source(
            **one,
            kind="sensor",
            organisation=organisation_by_key(HOUSE),
            grade="F",
            grade_reason="Invented for the demonstration, so the reliability cannot be judged",
            by=None,
            at=at,
        )
        for one in said["instruments"]
    ]
    begins = datetime.fromisoformat(sound["at"])
    heard = Reading(
        instrument="sound",
        begins=begins,
        ends=begins + timedelta(seconds=8),
        raw=b"invented for the demonstration",
        clock_error_s=0.5,
        **{name: sound[name] for name in ("lat", "lon", "radius_m", "product", "likelihood")},
    )
    seen = read_firms(heat["row"], product=heat["product"])
    for source, reading in zip(sources, (heard, seen), strict=True):
        record_observations(
            agreement=story.agreement, source=source, readings=[reading], by=None, at=at
        )
    return True


def _take(story: Story, line: Line, sender: str, text: str, at: datetime) -> bool:
    """Take a message in. The text is what a second run knows it by: the hour is another then."""
    given = Incoming(line, sender, text, text.encode(), sent="demonstration")
    before = Message.objects.count()
    take_message(incoming=given, agreement=story.agreement, by=None, at=at)
    return Message.objects.count() > before


def _text_message(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    return _take(story, Line.SMS, _sender(said, mailbox=False), said["messages"]["text"], at)


def _mail(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    return _take(story, Line.MAIL, _sender(said, mailbox=True), said["messages"]["mail"], at)


def _unknown_message(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    nobody = number_hash("+374 00 000000")
    return _take(story, Line.SMS, nobody, said["messages"]["unknown"], at)


def _from_mail(story: Story, said: Mapping[str, Any], at: datetime) -> bool:
    """Triage files what the mail tells of, and says so."""
    waiting = Message.objects.filter(line=Line.MAIL, report=None, handling=None).first()
    row, by = said["from_mail"], story.person("triage")
    place = place_by_key(row["place"])
    if waiting is None or place is None:
        return False
    draft = ReportDraft(
        client_uuid=uuid.UUID(row["id"]),
        agreement=story.agreement,
        stance="alleges",
        means="told",
        act=row["act"],
        observed_from=datetime.fromisoformat(row["from"]),
        observed_until=datetime.fromisoformat(row["until"]),
        time_precision="hour",
        where=Where("place", place_id=place.pk, typed="Barda"),
        narrative=row["narrative"],
    )
    report = file_report(draft=draft, by=by, at=at).report
    handle_message(message=waiting, receipt=report.receipt, why="", by=by, at=at)
    return True
