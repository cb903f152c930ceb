"""What a phone sent goes with the report it became, the files kept apart too."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from reports.channels.actions import take_message
from reports.channels.models import Message
from reports.evidence.storage import path_of, vault
from reports.intake.actions import withdraw_report
from reports.intake.models import Report
from reports.openrosa.actions import APART
from reports.openrosa.models import SentFile, Submission
from tests.factories import LATER, NOW, World, settle
from tests.lines.phones import a_form, a_handset
from tests.lines.senders import NUMBER, TEXT, a_message, allowed
from verification.ledger.actions.erasure import erase_report


def test_it_goes_with_its_report(world: World, publish: Any) -> None:
    cache.clear()
    a_handset(world).send(a_form(), {"CANARY.txt": b"CANARY"})
    report, place = Report.objects.get(), SentFile.objects.get().stored_as
    withdraw_report(report=report, by=world.filer, at=NOW)
    publish()
    assert vault().exists(path_of(APART, place))
    erase_report(report=report, basis="danger_to_a_person", by=world.operator, at=LATER)
    settle()
    assert not vault().exists(path_of(APART, place))
    kept, sent = Submission.objects.get(), SentFile.objects.get()
    assert (bytes(kept.raw), kept.sha256, kept.named) == (b"", "", [])
    assert (sent.name, sent.sha256, sent.size, sent.stored_as) == ("", "", 0, "")


def test_the_message_it_came_as_goes_too(world: World, publish: Any) -> None:
    allowed(world)
    raw = a_message(TEXT, NUMBER)
    message = take_message(incoming=raw, agreement=world.agreement, by=None, at=NOW)
    assert message.report is not None
    withdraw_report(report=message.report, by=world.filer, at=NOW)
    publish()
    erase_report(report=message.report, basis="danger_to_a_person", by=world.operator, at=LATER)
    settle()
    kept = Message.objects.get()
    assert (kept.text, bytes(kept.raw), kept.sha256) == ("", b"", "")
