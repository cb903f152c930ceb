"""With the signer stopped, whatever is published, nothing new is seen at any public door.

The doors are those of the table that open to everybody; who adds one has it walked through here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse
from django.test import Client

from reports.journal.kinds import PUBLIC_KINDS, Kind
from reports.journal.models import Event
from tests.doors.places import Two, build_two
from tests.doors.table import DOORS, EVERYBODY
from tests.factories import (
    LATER,
    World,
    a_redaction,
    an_allegation,
    an_incident,
    built,
    seal_all,
    settle,
)
from tests.second_round import REASON, a_reserve
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import declare_interest, open_case
from verification.bulletins.actions import release_bulletin
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import rule_inadmissible
from verification.incidents.models import Incident
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.rules import FILING, class_of
from verification.ledger.signer import SignerState
from verification.ledger.signing import signer_at_hand
from verification.partners.actions.feed import tell_changes
from verification.publication.unsigned import MARKS, ON_ITS_WAY
from verification.recommendations.actions import (
    answer_recommendation,
    assess_recommendation,
    issue_recommendation,
    report_compliance,
    withdraw_recommendation,
)
from verification.recommendations.rules import Evidence
from verification.reopening.actions import admit_reopening
from verification.standing.actions import draw_audit

DAYS_LATER = LATER + timedelta(days=60)
PUBLISHED = DAYS_LATER + timedelta(hours=1)
ANEW = DAYS_LATER + timedelta(days=30)
# Left out of a comparison: a form's own keys, and when a feed without entries was asked for.
OWN = re.compile(
    rb'name="(?:csrfmiddlewaretoken|client_uuid|secret|token)" value="[^"]+"'
    rb'|data-nonce="\w+"|<updated>[^<]*</updated>'
)
MOST_DOORS = 40  # there are at least so many public addresses, or the table was misread


@dataclass(frozen=True)
class Stage:
    """Both agreements with all that can be published next, everything so far under a signature."""

    two: Two
    outside: Incident  # may be ruled inadmissible
    sign: Callable[[], None]


@pytest.fixture(scope="module")
def stage(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    signer = SignerState(tmp_path_factory.mktemp("signer"), settings.LOG_ORIGIN)

    def sign(then: Callable[[], object] | None = None) -> None:
        for deed in (None, then) if then else (None,):
            if deed is not None:
                deed()
            append_leaves(at=ANEW)
            sign_log(at=ANEW)

    with django_db_blocker.unblock(), transaction.atomic(), signer_at_hand(signer.answer):
        two = build_two(sign)
        early = datetime(2020, 10, 10, 7, 30, tzinfo=UTC)  # before the truce took effect
        draft = an_allegation(
            two.here.world,
            two.here.world.mod_armenia,
            "AZE",
            observed_from=early,
            observed_until=early + timedelta(minutes=10),
            time_precision="minute",
        )
        outside = an_incident(two.here.world, draft)
        lapse_overdue_positions(at=DAYS_LATER)
        settle()
        sign()
        yield Stage(two, outside, sign)
        transaction.set_rollback(True)


def addresses(two: Two) -> list[str]:
    """Return every address of the table that opens to somebody without an account, and more."""
    found = [
        one.url
        for name, door in DOORS.items()
        for one in door.tries(name, two)
        if one.opens_to == EVERYBODY
    ]
    drafts = [f"/bulletins/{two.draft.code}/", f"/bulletins/{two.draft.code}/proof/"]
    hidden = [f"/findings/{two.here.opened.incident.code}-F1/", "/?class=attributed"]
    seen = [f"/incidents/{one.code}/" for one in (two.decided, two.here.opened.incident)]
    return [*found, *drafts, *hidden, *seen, *(f"{page}history/" for page in seen)]


def seen(two: Two) -> dict[str, bytes]:
    """Return what a stranger is served at every public address."""
    client, found = Client(), {}
    tell_changes(at=PUBLISHED)  # the feed tells what it may
    for url in addresses(two):
        answer = client.get(url)
        body = answer.getvalue() if isinstance(answer, StreamingHttpResponse) else answer.content
        body = sheets_of(body) if url.startswith("/data/published.xlsx") else body
        found[url] = f"{answer.status_code} ".encode() + OWN.sub(b"", body)
    return found


def sheets_of(workbook: bytes) -> bytes:
    """Return all of a workbook but when it was made."""
    with ZipFile(BytesIO(workbook)) as parts:
        return b"".join(parts.read(n) for n in parts.namelist() if n != "docProps/core.xml")


def new_words(url: str, before: dict[str, bytes], now: dict[str, bytes]) -> list[str]:
    """Return what an address tells now and did not before, or no longer."""
    if now[url] == before[url]:
        return []
    old, new = (one[url].decode("utf-8", "replace").splitlines() for one in (before, now))
    lines = [line for line in unified_diff(old, new, lineterm="", n=0) if line[2:].strip()]
    return [url, *lines[2:]]


def everything_published(stage: Stage) -> None:
    """Publish one of everything, after which the clock's handlers do what follows from it."""
    two, world = stage.two, stage.two.here.world
    reserve = a_reserve(world)
    release_bulletin(bulletin=two.draft, by=world.publisher, at=PUBLISHED)
    draw_audit(agreement=two.here.world.agreement, share=0.5, by=None, at=PUBLISHED)
    _recommend(two, world)
    a_redaction(two.here.item, world.triage, shown_to="parties")
    built(world, two.bundle)
    ruling = "The strike came before the truce took effect."
    rule_inadmissible(incident=stage.outside, ruling=ruling, by=world.triage, at=PUBLISHED)
    decide_case(
        case=two.here.opened,
        reasons="As the ballots say, all three.",
        by=world.chair,
        at=PUBLISHED,
    )
    settle()
    admit_reopening(reopening=two.request, reason=REASON, by=reserve.deputy, at=PUBLISHED)
    settle()
    again = Incident.objects.get(pk=two.decided.pk)
    case = open_case(incident=again, by=world.chair, at=PUBLISHED)
    for seat in case.seats.select_related("reviewer"):
        declare_interest(case=case, by=seat.reviewer, at=PUBLISHED)
    seal_all(case, at=PUBLISHED)
    lapse_overdue_positions(at=ANEW)
    decide_case(case=case, reasons=REASON, by=world.chair, at=ANEW)
    settle()


def _recommend(two: Two, world: World) -> None:
    """Answer one recommendation, report on it, assess it; withdraw another, issue a third."""
    one = two.advice
    words = "The commander was named to the mechanism in writing."
    link = (Evidence(url="https://news.example/order-of-the-day"),)
    side, chair = world.liaison_arm, world.chair
    answer_recommendation(
        recommendation=one, answer="accepted_by_party", text=words, by=side, at=PUBLISHED
    )
    report_compliance(recommendation=one, text=words, evidence=link, by=side, at=PUBLISHED)
    assess_recommendation(
        recommendation=one, verdict="complied", text=words, evidence=(), by=chair, at=PUBLISHED
    )
    more = [
        issue_recommendation(
            incident=two.decided,
            party=world.armenia,
            text="Withdraw the guns behind the line that the text draws.",
            by=world.chair,
            at=PUBLISHED,
        )
        for _ in range(2)
    ]
    withdraw_recommendation(recommendation=more[0], text=words, by=world.chair, at=PUBLISHED)


def test_nothing_new_is_seen_before_it_is_signed(stage: Stage, db: None) -> None:
    before = seen(stage.two)
    assert len(before) >= MOST_DOORS
    already = set(Event.objects.values_list("pk", flat=True))
    everything_published(stage)
    done = set(Event.objects.exclude(pk__in=already).values_list("kind", flat=True))
    wanted = {*MARKS, Kind.BULLETIN_RELEASED} - {Kind.PROCEDURE_PUBLISHED, Kind.REOPENING_REFUSED}
    assert done >= {str(kind) for kind in wanted}
    for appended in (False, True):  # neither while it waits, nor in the log and not yet signed
        if appended:
            append_leaves(at=ANEW)
        now = seen(stage.two)
        found = [words for url in before for words in new_words(url, before, now)]
        assert found == [], "\n".join(words[:300] for words in found)
    stage.sign()
    after = seen(stage.two)
    assert len([url for url in before if after[url] != before[url]]) >= MOST_DOORS // 2


def test_every_public_kind_is_a_publication_or_on_its_way() -> None:
    assert {*MARKS, *ON_ITS_WAY} >= PUBLIC_KINDS
    assert not ON_ITS_WAY & {*MARKS}


def test_what_is_done_with_files_is_no_publication_and_its_hour_is_not_told() -> None:
    of_files = [kind for kind in Kind if kind.value.startswith(("evidence.", "bundle."))]
    assert len(of_files) >= 12
    assert not {*of_files} & {*PUBLIC_KINDS, *MARKS}
    assert {class_of(kind) for kind in of_files} == {FILING}


def test_what_is_withheld_is_no_publication() -> None:
    withheld = [k for k in Kind if k.value.startswith(("delay.", "embargo.", "withholding."))]
    assert len(withheld) == 4
    assert not {*withheld} & {*PUBLIC_KINDS, *MARKS}
