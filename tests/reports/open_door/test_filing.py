"""The open door: paid for once, counted in a day, one witness in all, and last in the queue."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports.agreement.models import AgreementVersion
from reports.intake.actions import AnotherReportHasThisId, Filing, accept_report, withdraw_report
from reports.intake.authors import Bearer
from reports.intake.drafts import ReportDraft
from reports.intake.models import Report
from reports.journal.drain import drain
from reports.journal.kinds import Kind
from reports.journal.models import Event, Job, Lane
from reports.open_door.actions import (
    Entry,
    TooManyToday,
    file_unidentified,
    forget_passes,
    make_invites,
    spend_invite,
)
from reports.open_door.models import Invite, OpenKey, SpentPass
from reports.open_door.passes import PassNeeded, new_challenge
from reports.open_door.queries import report_of_bearer
from reports.open_door.rules import BITS, is_done, new_code, read_code
from reports.people.models import Source
from reports.problems import Invalid, NotFound
from reports.questions.actions import AnswerDraft, answer_question
from tests.factories import NOW, World, a_draft, a_question, a_report, an_accepted_report
from tests.proofs import no_trace, one_event, refused
from verification.corroboration.rules import Provenance, independent_groups
from verification.incidents.actions import link_report, open_incident
from verification.notifications.models import Notification
from verification.pages.cards import faces_of, grouped_by_origin, report_cards
from verification.publication.redaction import independent_origins
from verification.scoring.assemble import inputs_of, origin_numbers


def worked(nonce: str, bits: int) -> str:
    return next(str(n) for n in range(10**7) if is_done(nonce, str(n), bits))


def an_entry(secret: str = "", *, bits: int = 4) -> Entry:
    """Return a secret and a pass that some work paid for (less of it than pages ask)."""
    challenge = new_challenge("nk2020", bits=bits)
    return Entry(secret or new_code(), challenge.token, worked(challenge.nonce, bits))


def hand_in(world: World, entry: Entry | None = None, **changes: Any) -> Filing:
    draft: ReportDraft = a_draft(world, **changes)
    return file_unidentified(draft=draft, entry=entry or an_entry(), by=None, at=NOW)


class TestFiling:
    def test_nobody_stands_behind_it(self, world: World) -> None:
        with one_event(Kind.REPORT_HANDED_IN) as left:
            report = hand_in(world).report
        assert left[0].actor is None and left[0].acting_as == "unidentified"
        assert report.channel == "open" and report.source.kind == "unidentified"
        assert report.source.grade == "F" and report.source.organisation is None
        assert not report.filed_by.is_active and not report.filed_by.has_usable_password()
        assert hand_in(world).report.source == report.source  # one source for all of them

    def test_only_where_the_terms_let_it_be(self, world: World) -> None:
        AgreementVersion.objects.update(open_filing=False)
        with refused(NotFound):
            hand_in(world)

    def test_what_is_claimed_beside_it_is_left_out(self, world: World) -> None:
        mine = a_report(world)
        draft = a_draft(world, speaker=world.mod_armenia, supersedes=mine.receipt, channel="api")
        report = file_unidentified(draft=draft, entry=an_entry(), by=None, at=NOW).report
        assert (report.channel, report.supersedes) == ("open", None)
        assert report.source.kind == "unidentified"

    def test_the_secret_is_kept_as_a_keyed_hash_and_leads_back(self, world: World) -> None:
        entry = an_entry()
        report = hand_in(world, entry).report
        kept = OpenKey.objects.get(report=report).hashed
        assert read_code(entry.secret) not in kept and len(kept) == 64
        found, bearer = report_of_bearer(report.receipt.lower(), entry.secret.replace("-", " "))
        assert found == report and bearer == Bearer(report.pk)
        for receipt, secret in ((report.receipt, new_code()), ("22222-22222", entry.secret)):
            with refused(NotFound):
                report_of_bearer(receipt, secret)

    def test_a_resend_is_harmless_to_whoever_holds_the_secret(self, world: World) -> None:
        entry, draft = an_entry(), a_draft(world)
        first = file_unidentified(draft=draft, entry=entry, by=None, at=NOW)
        with no_trace():
            again = file_unidentified(draft=draft, entry=entry, by=None, at=NOW)
        assert again.report == first.report and not again.created
        with refused(AnotherReportHasThisId):
            file_unidentified(draft=draft, entry=an_entry(), by=None, at=NOW)


class TestWhatPays:
    def test_a_pass_is_used_once(self, world: World) -> None:
        entry = an_entry()
        hand_in(world, entry)
        with refused(PassNeeded):
            hand_in(world, replace(entry, secret=new_code()))

    @pytest.mark.parametrize(
        "entry",
        [
            Entry(new_code(), "", ""),
            Entry(new_code(), "made-up:by:me", "1"),
            Entry(new_code(), new_challenge("there", bits=0).token),  # of another agreement
        ],
    )
    def test_without_one_nothing_comes_in(self, world: World, entry: Entry) -> None:
        with refused(PassNeeded):
            hand_in(world, entry)

    def test_work_that_was_not_done(self, world: World) -> None:
        challenge = new_challenge("nk2020")
        wrong = next(str(n) for n in range(99) if not is_done(challenge.nonce, str(n), BITS))
        for work in ("", "-1", "0x1", wrong):
            with refused(PassNeeded):
                hand_in(world, Entry(new_code(), challenge.token, work))

    def test_a_report_with_a_gap_costs_no_pass(self, world: World) -> None:
        entry = an_entry()
        with refused(Invalid, "narrative"):
            hand_in(world, entry, narrative="Hm.")
        assert hand_in(world, entry).created

    def test_an_invite_lets_one_in_and_is_gone(self, world: World) -> None:
        (code,) = make_invites(agreement=world.agreement, count=1, days=7, by=world.chair, at=NOW)
        before = Event.objects.count()
        token = spend_invite(agreement=world.agreement, code=code.lower(), by=None, at=NOW)
        assert not Invite.objects.exists() and Event.objects.count() == before
        hand_in(world, Entry(new_code(), token))
        with refused(Invalid, "invite"):
            spend_invite(agreement=world.agreement, code=code, by=None, at=NOW)

    def test_nothing_kept_leads_from_an_invite_to_a_report(self, world: World) -> None:
        """No row of an invite outlives its use, and none names a maker, a code or an hour."""
        fields = {field.name for model in (Invite, SpentPass) for field in model._meta.fields}
        assert fields == {"hashed", "agreement", "expires_on", "digest", "expires_at"}
        related = {field.name for field in OpenKey._meta.fields}
        assert related == {"report", "hashed"}

    def test_an_old_invite_is_worth_nothing_and_is_forgotten(self, world: World) -> None:
        (code,) = make_invites(agreement=world.agreement, count=1, days=1, by=world.triage, at=NOW)
        later = NOW + timedelta(days=3)
        with refused(Invalid, "invite"):
            spend_invite(agreement=world.agreement, code=code, by=None, at=later)
        hand_in(world)
        assert forget_passes(at=later) == 2
        assert not Invite.objects.exists() and not SpentPass.objects.exists()

    def test_a_day_s_places_and_that_an_invite_needs_none(self, world: World) -> None:
        AgreementVersion.objects.update(open_daily_cap=2)
        hand_in(world)
        hand_in(world)
        with refused(TooManyToday):
            hand_in(world)
        (code,) = make_invites(agreement=world.agreement, count=1, days=1, by=world.triage, at=NOW)
        token = spend_invite(agreement=world.agreement, code=code, by=None, at=NOW)
        assert hand_in(world, Entry(new_code(), token)).created
        tomorrow = NOW + timedelta(days=1, minutes=1)
        assert file_unidentified(draft=a_draft(world), entry=an_entry(), by=None, at=tomorrow)


class TestComingBack:
    def test_a_bearer_answers_and_withdraws_their_own_alone(self, world: World) -> None:
        report, other = hand_in(world).report, hand_in(world).report
        question = a_question(world, report)
        draft = AnswerDraft(uuid.uuid4(), "From the yard.")
        with refused(NotFound):
            answer_question(question=question, draft=draft, by=Bearer(other.pk), at=NOW)
        with one_event(Kind.QUESTION_ANSWERED) as left:
            answer_question(question=question, draft=draft, by=Bearer(report.pk), at=NOW)
        assert left[0].actor is None
        with refused(NotFound):
            withdraw_report(report=report, by=Bearer(other.pk), at=NOW)
        with one_event(Kind.REPORT_WITHDRAWN):
            withdraw_report(report=report, by=Bearer(report.pk), at=NOW)


class TestASwarm:
    def test_a_hundred_are_one_witness(self, world: World) -> None:
        """To the engine, to the public figures and on the desk: one source, one origin."""
        known = an_accepted_report(world)
        incident = open_incident(report=known, why="First.", by=world.triage, at=NOW)
        for n in range(100):
            report = hand_in(world, narrative=f"I heard three explosions, says number {n}.").report
            accept_report(report=report, by=world.triage, at=NOW)
            link_report(report=report, incident=incident, why="Same.", by=world.triage, at=NOW)
        reports = list(Report.objects.filter(links__incident=incident).order_by("received_at"))
        assert len(reports) == 101
        inputs = inputs_of(incident)
        assert len(inputs) == 101 and len(set(origin_numbers(inputs))) == 2
        assert {i.group for i in inputs} == {"monitor", "public"}
        assert not any(i.aligned or i.public for i in inputs)
        assert len(set(independent_origins(reports))) == 2
        kinds = [Provenance(str(r.source_id), "", str(r.origin_id)) for r in reports]
        assert len(set(independent_groups(kinds))) == 2
        faces = faces_of(world.agreement.pk, [r.source for r in reports], at=NOW)
        groups = grouped_by_origin(report_cards(reports, faces=faces), reports, faces=faces)
        assert sorted(len(group.copies) for group in groups) == [0, 99]
        assert Source.objects.filter(kind="unidentified").count() == 1


class TestTheQueue:
    def test_a_flood_waits_behind_a_monitor_s_report(self, world: World) -> None:
        drain()
        first = hand_in(world).report
        event = Event.objects.get(subject_id=first.pk)
        (job,) = event.jobs.all()
        assert job.lane == Lane.OPEN_DOOR
        copies = [Event(**_fields(event)) for _n in range(2000)]
        Event.objects.bulk_create(copies)
        Job.objects.bulk_create(
            Job(event=one, handler=job.handler, lane=Lane.OPEN_DOOR) for one in copies
        )
        monitor_s = Event.objects.get(subject_id=a_report(world).pk)
        assert Job.objects.filter(done_at=None, quarantined_at=None).count() == 2002
        assert drain(limit=1) == 1
        assert Job.objects.get(event=monitor_s).done_at is not None
        assert Job.objects.filter(done_at=None).count() == 2001

    def test_triage_is_told_once_until_it_has_read(self, world: World) -> None:
        for _n in range(3):
            hand_in(world)
        drain()
        (row,) = Notification.objects.filter(topic="open_door")
        assert row.user == world.triage
        Notification.objects.filter(pk=row.pk).update(read_at=NOW)
        hand_in(world)
        drain()
        assert Notification.objects.filter(topic="open_door").count() == 2


def _fields(event: Event) -> dict[str, Any]:
    names = ("kind", "subject_kind", "subject_id", "acting_as", "at", "payload")
    return {name: getattr(event, name) for name in names}
