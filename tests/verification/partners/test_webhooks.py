"""Messages to partners: what is queued, what becomes of it, and whom it can reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from reports.people.actions import revoke_role
from reports.people.models import RoleGrant
from reports.problems import Invalid, NotAllowed, StaleState
from tests.factories import (
    NOW,
    World,
    a_decided_incident,
    a_draft,
    an_accepted_report,
    settle,
)
from tests.proofs import at_once
from tests.scenes import log_it
from tests.second_round import a_correction, a_reserve
from verification.incidents.actions import open_incident
from verification.partners.actions.deliveries import LINES, deliver_due
from verification.partners.actions.endpoints import (
    change_endpoint,
    register_endpoint,
    remove_endpoint,
    replay_deliveries,
    rotate_secret,
)
from verification.partners.actions.feed import tell_changes
from verification.partners.models import Attempt, Delivery, Endpoint
from verification.partners.queries import endpoint_for
from verification.partners.rules import TOPICS
from verification.partners.sealing import Unreadable, unsealed

SLOW_S = 0.4  # longer than the patience of these tests


@dataclass
class Receiver:
    """A real HTTP server on this machine that answers as it is told, and keeps what it got."""

    answers: list[int] = field(default_factory=lambda: [200])  # in turn; the last for ever
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    slow: bool = False
    waits_for: int = 0  # others, before the first address is answered
    paths: list[str] = field(default_factory=list)
    others: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    url: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append((dict(self.headers.items()), body))
            state.paths.append(self.path)
            if "other" in self.path:
                state.others.release()
            while state.waits_for and "other" not in self.path:
                assert state.others.acquire(timeout=5)
                state.waits_for -= 1
            if state.slow:
                state.release.wait(5)
                return
            status = state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{state.url}/elsewhere")
            self.end_headers()
            self.wfile.write(b"x" * 10_000)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/hook?a=1"
    yield state
    state.release.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def near(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True
    settings.WEBHOOK_PATIENCE_S = SLOW_S


def an_endpoint(world: World, url: str, *topics: str) -> tuple[Endpoint, str]:
    return register_endpoint(
        agreement=world.agreement, url=url, topics=topics or TOPICS, by=world.partner, at=NOW
    )


def accept_one(world: World) -> str:
    """Have a report of the partner accepted, and return its receipt."""
    report = an_accepted_report(world, a_draft(world), by=world.partner)
    settle()
    return report.receipt


def outcomes() -> list[str]:
    return list(Attempt.objects.order_by("id").values_list("outcome", flat=True))


class TestQueueing:
    def test_a_partner_is_told_of_their_own_reports_and_nobody_else_s(
        self, world: World, receiver: Receiver
    ) -> None:
        an_endpoint(world, receiver.url)
        receipt = accept_one(world)
        an_accepted_report(world)  # of somebody else
        settle()
        rows = list(Delivery.objects.values_list("topic", "about"))
        assert rows == [("report.accepted", receipt)]

    def test_a_linked_report_is_told_and_names_no_incident(
        self, world: World, receiver: Receiver
    ) -> None:
        endpoint, _secret = an_endpoint(world, receiver.url, "report.linked")
        report = an_accepted_report(world, a_draft(world), by=world.partner)
        incident = open_incident(report=report, why="Alone.", by=world.triage, at=NOW)
        settle()
        deliver_due(at=NOW)
        bodies = [body for _headers, body in receiver.got]
        assert [json.loads(body)["data"]["id"] for body in bodies] == [report.receipt]
        assert incident.code.encode() not in b"".join(bodies)
        assert endpoint.topics == ["report.linked"]

    def test_a_finding_waits_for_its_signature_and_is_told_once(
        self, world: World, by_hand: Any, receiver: Receiver, settings: Any
    ) -> None:
        settings.SITE_ORIGIN = "https://truce.example"
        an_endpoint(world, receiver.url, "finding.published")
        incident = a_decided_incident(world)
        settle()
        tell_changes(at=NOW)
        assert not Delivery.objects.exists()
        by_hand()
        tell_changes(at=NOW)
        tell_changes(at=NOW)
        assert [row.about for row in Delivery.objects.all()] == [f"{incident.code}-F1"]
        deliver_due(at=NOW)
        message = json.loads(receiver.got[0][1])
        assert message["type"] == "finding.published"
        assert message["data"] == {
            "id": f"{incident.code}-F1",
            "url": f"{settings.SITE_ORIGIN}/api/v1/findings/{incident.code}-F1",
        }

    @pytest.mark.parametrize("another_score", [True, False])
    def test_a_published_score_that_changed_is_told_with_its_correction(
        self, world: World, receiver: Receiver, monkeypatch: Any, another_score: bool
    ) -> None:
        p = iter((0.5, 0.75 if another_score else 0.5))
        monkeypatch.setattr(
            "verification.publication.actions.public_score", lambda _score: {"p": {"ARM": next(p)}}
        )
        an_endpoint(world, receiver.url, "score.changed", "finding.published")
        correction = a_correction(world, a_reserve(world))
        log_it()
        tell_changes(at=NOW)
        tell_changes(at=NOW)
        both = (correction.corrected, correction.finding)
        told = [("finding.published", one.code) for one in both]
        if another_score:
            told.append(("score.changed", correction.finding.code))
        assert sorted(Delivery.objects.values_list("topic", "about")) == told

    def test_a_handler_that_runs_twice_queues_once(self, world: World, receiver: Receiver) -> None:
        from reports.journal.models import Event
        from verification.flow import tell_partners

        an_endpoint(world, receiver.url)
        accept_one(world)
        tell_partners(event=Event.objects.get(kind="report.accepted"), at=NOW)
        assert Delivery.objects.count() == 1


class TestSending:
    def test_the_library_of_the_receiver_verifies_it(
        self, world: World, receiver: Receiver
    ) -> None:
        _endpoint, secret = an_endpoint(world, receiver.url)
        accept_one(world)
        assert deliver_due(at=timezone.now()) == 1
        headers, body = receiver.got[0]
        assert Webhook(secret).verify(body, headers)["type"] == "report.accepted"
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace(b"accepted", b"rejected"), headers)

    def test_while_a_secret_is_changed_both_verify_and_then_the_new_one_alone(
        self, world: World, receiver: Receiver
    ) -> None:
        at = timezone.now()
        endpoint, old = an_endpoint(world, receiver.url)
        _endpoint, new = rotate_secret(endpoint=endpoint, by=world.partner, at=at)
        accept_one(world)
        deliver_due(at=at)
        headers, body = receiver.got[0]
        for secret in (old, new):
            Webhook(secret).verify(body, headers)
        after = at + timedelta(days=1)
        replay_deliveries(endpoint=endpoint, since=NOW, by=world.partner, at=after)
        deliver_due(at=after)
        assert len(receiver.got[1][0]["webhook-signature"].split()) == 1

    @pytest.mark.parametrize(
        ("answers", "outcome", "state"),
        [  # docs/webhooks.md tells it
            ([204], "delivered", "delivered"),
            ([500], "refused", "waiting"),
            ([404], "refused", "waiting"),
            ([302], "redirect", "waiting"),
            ([307], "redirect", "waiting"),
            ([410], "gone", "given_up"),
        ],
    )
    def test_what_becomes_of_each_answer(
        self, world: World, receiver: Receiver, answers: list[int], outcome: str, state: str
    ) -> None:
        receiver.answers = answers
        endpoint, _secret = an_endpoint(world, receiver.url)
        accept_one(world)
        deliver_due(at=NOW)
        assert (outcomes(), Delivery.objects.get().state) == ([outcome], state)
        assert len(receiver.got) == 1  # nothing was followed
        endpoint.refresh_from_db()
        assert endpoint.state == ("stopped" if outcome == "gone" else "active")

    def test_it_is_slow(self, world: World, receiver: Receiver) -> None:
        receiver.slow = True
        an_endpoint(world, receiver.url)
        accept_one(world)
        deliver_due(at=NOW)
        assert (outcomes(), Delivery.objects.get().state) == (["timeout"], "waiting")
        assert Attempt.objects.get().took_ms < 5 * SLOW_S * 1000

    def test_a_slow_one_holds_up_nobody_else(
        self, world: World, receiver: Receiver, settings: Any
    ) -> None:
        """The slow receiver answers only once the others have had theirs."""
        settings.WEBHOOK_PATIENCE_S = 5.0
        others = LINES + 1
        an_endpoint(world, receiver.url)
        accept_one(world)
        Delivery.objects.update(next_at=NOW - timedelta(minutes=1))  # it is the first in turn
        for n in range(others):
            an_endpoint(world, f"{receiver.url}&other={n}")
        accept_one(world)
        receiver.waits_for = others
        assert deliver_due(at=NOW) == others + 2
        assert outcomes() == ["delivered"] * (others + 2)
        assert [path for path in receiver.paths if "other" not in path] == ["/hook?a=1"] * 2

    def test_it_is_down(self, world: World) -> None:
        an_endpoint(world, "http://127.0.0.1:9/")
        accept_one(world)
        deliver_due(at=NOW)
        assert outcomes() == ["unreachable"]

    def test_it_fails_once_and_then_takes_it_under_the_same_id(
        self, world: World, receiver: Receiver
    ) -> None:
        receiver.answers = [500, 200]
        an_endpoint(world, receiver.url)
        accept_one(world)
        deliver_due(at=NOW)
        assert deliver_due(at=NOW) == 0  # not yet
        deliver_due(at=NOW + timedelta(seconds=10))
        assert outcomes() == ["refused", "delivered"]
        assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1

    def test_it_is_tried_for_three_days_and_no_longer(
        self, world: World, receiver: Receiver
    ) -> None:
        receiver.answers = [503]
        an_endpoint(world, receiver.url)
        accept_one(world)
        at, tries = NOW, 0
        while Delivery.objects.filter(state="waiting").exists():
            at = Delivery.objects.get().next_at
            tries += deliver_due(at=at)
        assert 9 <= tries <= 13
        assert timedelta(days=2) < at - NOW <= timedelta(days=3)
        assert Delivery.objects.get().state == "given_up"

    def test_two_senders_at_once_send_it_once(self, live_world: World, receiver: Receiver) -> None:
        an_endpoint(live_world, receiver.url)
        accept_one(live_world)
        _gave, raised = at_once([lambda: deliver_due(at=NOW)] * 4)
        assert (raised, len(receiver.got), outcomes()) == ([], 1, ["delivered"])

    def test_a_sender_that_died_leaves_a_lease_that_runs_out(
        self, world: World, receiver: Receiver
    ) -> None:
        an_endpoint(world, receiver.url)
        accept_one(world)
        wall = datetime.now(UTC)
        Delivery.objects.update(attempts=1, leased_until=wall + timedelta(minutes=1))
        assert deliver_due(at=NOW) == 0
        Delivery.objects.update(leased_until=wall - timedelta(minutes=1))
        assert deliver_due(at=NOW) == 1

    def test_who_is_no_partner_any_more_is_told_nothing(
        self, world: World, receiver: Receiver
    ) -> None:
        an_endpoint(world, receiver.url)
        accept_one(world)
        for grant in RoleGrant.objects.filter(user=world.partner):
            revoke_role(grant=grant, by=None, at=NOW)
        deliver_due(at=NOW + timedelta(minutes=1))
        assert (receiver.got, outcomes()) == ([], ["not_allowed"])


class TestManaging:
    def test_paused_messages_wait_and_go_out_later(self, world: World, receiver: Receiver) -> None:
        endpoint, _secret = an_endpoint(world, receiver.url)
        given: dict[str, Any] = {"topics": endpoint.topics, "by": world.partner, "at": NOW}
        change_endpoint(endpoint=endpoint, paused=True, **given)
        accept_one(world)
        assert deliver_due(at=NOW) == 0
        change_endpoint(endpoint=endpoint, paused=False, **given)
        assert deliver_due(at=NOW) == 1

    def test_replay_sends_the_same_message_again(self, world: World, receiver: Receiver) -> None:
        endpoint, _secret = an_endpoint(world, receiver.url)
        accept_one(world)
        deliver_due(at=NOW)
        given: dict[str, Any] = {"endpoint": endpoint, "by": world.partner, "at": NOW}
        sent = Delivery.objects.get().pk
        assert replay_deliveries(ids=[sent], **given) == 1
        assert replay_deliveries(since=NOW + timedelta(days=1), **given) == 0
        deliver_due(at=NOW)
        assert [headers["webhook-id"] for headers, _ in receiver.got] == [f"msg_{sent.hex}"] * 2
        with pytest.raises(Invalid):
            replay_deliveries(**given)

    def test_removing_destroys_the_secrets_and_ends_what_waits(
        self, world: World, receiver: Receiver
    ) -> None:
        endpoint, _secret = an_endpoint(world, receiver.url)
        accept_one(world)
        remove_endpoint(endpoint=endpoint, by=world.partner, at=NOW)
        endpoint.refresh_from_db()
        assert (endpoint.secret, endpoint.earlier_secret) == (None, None)
        assert (Delivery.objects.get().state, deliver_due(at=NOW)) == ("given_up", 0)
        with pytest.raises(StaleState):
            rotate_secret(endpoint=endpoint, by=world.partner, at=NOW)

    def test_only_a_partner_registers_and_only_the_owner_finds(
        self, world: World, receiver: Receiver
    ) -> None:
        with pytest.raises(NotAllowed):
            register_endpoint(
                agreement=world.agreement, url=receiver.url, topics=TOPICS, by=world.chair, at=NOW
            )
        endpoint, _secret = an_endpoint(world, receiver.url)
        assert endpoint_for(world.partner, endpoint.pk, at=NOW) == endpoint

    def test_a_secret_opens_only_for_its_own_endpoint(
        self, world: World, receiver: Receiver
    ) -> None:
        one, secret = an_endpoint(world, receiver.url)
        other, _secret = an_endpoint(world, receiver.url + "b")
        assert one.secret is not None
        assert secret.encode() not in bytes(one.secret)
        assert unsealed(bytes(one.secret), one.pk) == secret
        with pytest.raises(Unreadable):
            unsealed(bytes(one.secret), other.pk)

    def test_the_same_address_twice_and_too_many_are_refused(
        self, world: World, receiver: Receiver
    ) -> None:
        an_endpoint(world, receiver.url)
        with pytest.raises(Invalid), transaction.atomic():
            an_endpoint(world, receiver.url)
        for n in range(9):
            an_endpoint(world, f"{receiver.url}{n}")
        with pytest.raises(Invalid):
            an_endpoint(world, f"{receiver.url}more")
