"""Writes of channels: let a sender in, take what came, say what became of it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pgtrigger
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.channels.grammar import Said, read_lines, without_code, without_code_within
from reports.channels.models import Handling, Line, Message, Sender
from reports.channels.queries import (
    act_words,
    keyed,
    message_by_digest,
    sender_of,
)
from reports.evidence.storage import Hashed, destroy, new_place, path_of, vault
from reports.intake.actions import file_report
from reports.intake.choices import Channel, LocationKind, Stance, TimePrecision
from reports.intake.drafts import ReportDraft, Where
from reports.intake.models import Report
from reports.intake.queries import own_report
from reports.intake.windows import CannotTell, WhenTyped, window_of
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import Role, User
from reports.people.permissions import may, require
from reports.places.folding import folded
from reports.problems import Invalid

FORM = "sms-1"
TEXT_MOST = 5_000  # characters that are read of a message; all of it is kept
RAW_IN_ROW = 64 * 1024  # bytes; what is longer lies in the storage
APART = "apart"
CODE_LEAST = 6  # letters or digits of a code word
WRONG_MOST = 5  # wrong code words of a sender in a day; then whatever comes waits
AGAIN_S = 600  # seconds: without a time of its own, a message that comes again is a resend
SPACE = uuid.UUID("9f2a4e1c-58d5-4f0b-8a1e-0f6f7b0f2d44")  # of reports that came as messages


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a door hands it over. `sender` is a hash; the number itself goes no further."""

    line: str
    sender: str
    text: str
    raw: bytes
    sent: str = ""  # when, as the other side says it: tells two equal messages apart
    claimed_at: datetime | None = None
    dkim: str = ""  # what our own mail server says of a mail's signature
    answers: bool = False  # the bytes are JSON of named answers, not the text alone
    coded: bool = True  # it may begin with a code word

    def digests(self, at: datetime) -> tuple[str, str]:
        """Return what a resend is known by, now and a while ago.

        Without a time or number of its own the same words on another day are another message.
        """
        while_ = int(at.timestamp()) // AGAIN_S
        now, before = (self.sent or f"came:{n}" for n in (while_, while_ - 1))
        return self._digest(now), self._digest(before)

    def _digest(self, sent: str) -> str:
        return keyed("message", "\0".join((self.line, self.sender, sent, self.text)))


def allow_sender(
    *,
    user: User,
    agreement: Agreement,
    hashed: str,
    code: str,
    mailbox: bool = False,
    by: User | None,
    at: datetime,
) -> Sender:
    """Let a number or a mailbox speak for a monitor. A number needs a code word: it can be forged.

    Needs: operator. Leaves: Sender (hashes alone), sender.allowed. Errors: Invalid.
    """
    role = Role.OPERATOR if by is None else require(by, "people.manage", at=at)
    letters = sum(c.isalnum() for c in folded(code))
    if not mailbox and (letters < CODE_LEAST or len(code.split()) != 1):
        raise Invalid(
            errors={"code": [_("A code word is one word of six letters or digits at least.")]}
        )
    try:
        with transaction.atomic():
            sender = Sender.objects.create(
                user=user,
                agreement=agreement,
                mailbox=mailbox,
                hashed=hashed,
                code="" if mailbox else keyed("code", f"{hashed}:{folded(code)}"),
                allowed_at=at,
            )
            record_event(kind=Kind.SENDER_ALLOWED, subject=sender, by=by, at=at, acting_as=role)
    except IntegrityError as error:
        raise Invalid(errors={"number": [_("Somebody is known by this already.")]}) from error
    return sender


@transaction.atomic
def remove_sender(*, sender: Sender, by: User | None, at: datetime) -> Sender:
    """Let a number or a mailbox speak for nobody. Needs: operator. Leaves: sender.removed."""
    role = Role.OPERATOR if by is None else require(by, "people.manage", at=at)
    if Sender.objects.filter(pk=sender.pk, removed_at=None).update(removed_at=at) != 1:
        raise Invalid(_("It was removed already."))
    sender.removed_at = at
    record_event(kind=Kind.SENDER_REMOVED, subject=sender, by=by, at=at, acting_as=role)
    return sender


def take_message(*, incoming: Incoming, agreement: Agreement, by: None, at: datetime) -> Message:
    """Take a message in. One that keeps to the grammar, from a known sender, is a report of theirs.

    Whatever else waits for a person: an unknown sender, a wrong code word, words nobody can read by
    rule. After some wrong code words nothing of that sender is filed by itself that day. Where it
    was is taken as the name that was written, never looked up. The same again: nothing new.
    Leaves: Message and message.received, or Message and what file_report leaves.
    """
    incoming = replace(incoming, text=_clean(incoming.text), sent=_clean(incoming.sent))
    digest, before = incoming.digests(at)
    known = message_by_digest(digest, before)
    if known is not None:
        return known
    sender = sender_of(incoming.sender)
    try:
        with transaction.atomic():
            report = _filed(incoming, sender, digest, agreement, at) if sender else None
            message = _kept(incoming, agreement, digest, report, known=sender is not None, at=at)
            if report is None:
                record_event(
                    kind=Kind.MESSAGE_RECEIVED, subject=message, by=None, at=at, acting_as="machine"
                )
    except IntegrityError:  # it came twice at once
        return Message.objects.get(digest=digest)
    return message


def _clean(text: str) -> str:
    """Return what can be stored of a text: no half characters, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _bare(incoming: Incoming) -> tuple[str, bytes]:
    """Return the text and the bytes to keep: without the word that may be a code word."""
    if incoming.line == Line.MAIL or not incoming.coded:  # a mailbox is a secret itself
        return incoming.text, incoming.raw
    raw = incoming.raw.decode("utf-8", "surrogateescape")
    raw = without_code_within(raw) if incoming.answers else without_code(raw)
    return without_code(incoming.text), raw.encode("utf-8", "surrogateescape")


def _kept(
    incoming: Incoming,
    agreement: Agreement,
    digest: str,
    report: Report | None,
    *,
    known: bool,
    at: datetime,
) -> Message:
    sha256 = hashlib.sha256(incoming.raw).hexdigest()
    if incoming.line != Line.MAIL:  # beside the words, a bare hash would let a code word be tried
        sha256 = keyed("bytes", sha256)
    text, raw = _bare(incoming)
    place = ""
    if len(raw) > RAW_IN_ROW or incoming.line == Line.MAIL:
        place = new_place(hashlib.sha256(raw).hexdigest())
        vault().save(path_of(APART, place), Hashed(BytesIO(raw)))
    return Message.objects.create(
        agreement=agreement,
        line=incoming.line,
        known=known,
        digest=digest,
        text=text[:TEXT_MOST],
        raw=b"" if place else raw,
        sha256=sha256,
        dkim=incoming.dkim,
        stored_as=place,
        received_at=at,
        claimed_at=incoming.claimed_at,
        report=report,
    )


def _filed(
    incoming: Incoming, sender: Sender, digest: str, agreement: Agreement, at: datetime
) -> Report | None:
    """File a message as its sender's report; None where it is none, or breaks a rule."""
    zone = ZoneInfo(agreement.timezone)
    today = at.astimezone(zone).date()
    said = read_lines(incoming.text[:TEXT_MOST], act_words(), today=today)
    if said is None or sender.agreement_id != agreement.pk or not sender.code:
        return None
    given = keyed("code", f"{incoming.sender}:{folded(said.code)}")
    if not _is_right(sender, given, today):
        return None
    if not may(sender.user, "report.file", at=at, agreement_id=agreement.pk):
        return None
    try:
        with transaction.atomic():
            draft = _draft(said, digest, agreement, at)
            return file_report(draft=draft, by=sender.user, at=at).report
    except (Invalid, CannotTell):
        return None


def _is_right(sender: Sender, given: str, today: date) -> bool:
    """Try a code word; after too many wrong ones in a day none is right."""
    held = Sender.objects.select_for_update().get(pk=sender.pk)
    wrong = held.wrong_codes if held.wrong_on == today else 0
    if wrong >= WRONG_MOST:
        return False
    if constant_time_compare(given, held.code):
        return True
    Sender.objects.filter(pk=held.pk).update(wrong_on=today, wrong_codes=wrong + 1)
    return False


def _draft(said: Said, digest: str, agreement: Agreement, at: datetime) -> ReportDraft:
    zone = ZoneInfo(agreement.timezone)
    day = said.day or at.astimezone(zone).date()
    begins, ends = window_of(WhenTyped(TimePrecision.HOUR, day, said.clock), zone)
    if said.day is None and begins > at:  # no day was written: the last time it was this late
        yesterday = WhenTyped(TimePrecision.HOUR, day - timedelta(days=1), said.clock)
        begins, ends = window_of(yesterday, zone)
    return ReportDraft(
        client_uuid=uuid.uuid5(SPACE, digest),
        agreement=agreement,
        stance=Stance.OBSERVES,
        means=said.means,
        act=said.act,
        observed_from=begins.astimezone(UTC),
        observed_until=ends.astimezone(UTC),
        time_precision=TimePrecision.HOUR,
        where=Where(kind=LocationKind.NAMED, typed=said.place),
        narrative=said.words,
        language=said.language,
        channel=Channel.SMS,
        form_version=FORM,
    )


@transaction.atomic
def handle_message(*, message: Message, receipt: str, why: str, by: User, at: datetime) -> Handling:
    """Say what became of a message: the report one filed from it, or why nothing did.

    Needs: report.triage. Leaves: Handling, message.handled. Errors: Invalid, NotFound.
    """
    role = require(by, "report.triage", at=at, agreement_id=message.agreement_id)
    report = own_report(by, receipt) if receipt.strip() else None
    if report is None and len(why.strip()) < 5:
        raise Invalid(errors={"why": [_("Name the report you filed from it, or say why not.")]})
    if report is not None and report.agreement_id != message.agreement_id:
        raise Invalid(errors={"receipt": [_("That report is of another agreement.")]})
    if message.report_id is not None or Handling.objects.filter(message=message).exists():
        raise Invalid(_("Somebody was first with this message."))
    handling = Handling.objects.create(
        message=message, by=by, at=at, report=report, why=why.strip()[:300]
    )
    record_event(kind=Kind.MESSAGE_HANDLED, subject=message, by=by, at=at, acting_as=role)
    return handling


def empty_messages(*, report: Report, since: datetime) -> None:
    """Empty what a report came as, or was filed from: a part of erasing the report."""
    found = Message.objects.filter(report=report) | Message.objects.filter(handling__report=report)
    keys = list(found.values_list("pk", flat=True))
    with pgtrigger.ignore("reports.Message:message_no_update"):
        Message.objects.filter(pk__in=keys).update(
            text="", raw=b"", sha256="", dkim="", received_at=since, claimed_at=None
        )


def destroy_messages(*, report_id: uuid.UUID) -> int:
    """Destroy the sealed bytes of messages that were emptied; may run twice."""
    found = Message.objects.filter(report=report_id) | Message.objects.filter(
        handling__report=report_id
    )
    gone = [one for one in found if one.stored_as and not one.sha256]
    for one in gone:
        destroy(vault(), path_of(APART, one.stored_as))
    with pgtrigger.ignore("reports.Message:message_no_update"):
        Message.objects.filter(pk__in=[one.pk for one in gone]).update(stored_as="")
    return len(gone)
