"""The pages of the open door: no cookie, no trace of a machine, a way back by secret alone."""

from __future__ import annotations

import html
import logging
import re
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from redis import Redis

from reports.agreement.models import AgreementVersion
from reports.intake.actions import accept_report, reject_report
from reports.intake.models import Report
from reports.open_door.models import Invite
from reports.questions.models import Answer
from tests.factories import NOW, World, a_question
from tests.pages.record.test_filing import answers
from tests.proofs import no_trace
from tests.reports.open_door.test_filing import worked

DOOR, STATUS = "/report/", "/report/status/"
FROM = {
    "REMOTE_ADDR": "203.0.113.77",
    "HTTP_X_FORWARDED_FOR": "203.0.113.77",
    "HTTP_USER_AGENT": "CanaryPhone/7",
    "HTTP_REFERER": "https://canary.example/from-here",
}


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def filled(world: World, client: Client, *, pay: bool = True, **changes: Any) -> dict[str, Any]:
    """Return the short form as a browser sends it: with its secret, and the work done."""
    page = client.get(DOOR, **FROM).content.decode()
    sent = answers(world) | {n: hidden(page, n) for n in ("client_uuid", "secret", "token")}
    nonce, bits = (re.search(f'data-{n}="([^"]*)"', page) for n in ("nonce", "bits"))
    assert nonce is not None and bits is not None
    return sent | {"work": worked(nonce[1], int(bits[1])) if pay else ""} | changes


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test's machine work for a moment only; 18 bits are what a phone does."""
    monkeypatch.setattr("reports.pages.open_door.new_challenge", easy)


def easy(agreement: str, *, bits: int = 6) -> Any:
    from reports.open_door.passes import new_challenge

    return new_challenge(agreement, bits=bits)


def test_from_the_form_to_the_answer_to_a_question(client: Client, world: World) -> None:
    done = client.post(DOOR, filled(world, client), **FROM)
    report = Report.objects.get()
    page = shown(done)
    assert done.status_code == 200 and report.receipt in page
    keys = {n: hidden(page, n) for n in ("receipt", "secret")}
    assert "waits to be read" in shown(client.post(STATUS, keys))
    accept_report(report=report, by=world.triage, at=NOW)
    question = a_question(world, report)
    page = shown(client.post(STATUS, keys))
    assert question.text in page and "taken into the record" in page
    sent = keys | {"do": "answer", "number": 1, "client_uuid": hidden(page, "client_uuid")}
    with no_trace():
        assert client.post(STATUS, sent | {"text": " "}).status_code == 422
    assert "Your answer was received" in shown(client.post(STATUS, sent | {"text": "The yard."}))
    assert Answer.objects.get().text == "The yard."
    assert "It was withdrawn" in shown(client.post(STATUS, keys | {"do": "withdraw"}))


def test_the_status_says_nothing_of_a_case(client: Client, world: World) -> None:
    page = shown(client.post(DOOR, filled(world, client)))
    keys = {n: hidden(page, n) for n in ("receipt", "secret")}
    report = Report.objects.get()
    reject_report(report=report, reason="It is told twice.", by=world.triage, at=NOW)
    standing = shown(client.post(STATUS, keys))
    assert "It is told twice." in standing
    assert world.triage.pseudonym not in standing and "incident" not in standing.lower()
    wrong = [client.post(STATUS, keys | {"secret": "2222-2222-2222-2222"}), client.post(STATUS, {})]
    for answer in wrong:
        assert answer.status_code == 404 and report.state_reason not in shown(answer)


def test_no_cookie_no_copy_no_name(client: Client, world: World) -> None:
    sent = filled(world, client)
    strict = Client(enforce_csrf_checks=True)
    for answer in (
        strict.get(DOOR),
        strict.get(STATUS),
        strict.post(DOOR, sent),
        strict.post(STATUS, {"receipt": "22222-22222", "secret": "x"}),
    ):
        assert not answer.cookies and "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        page = shown(answer)
        assert "<title>Form</title>" in page and "eave this page now" in page
        assert "nav" not in re.findall(r"<(\w+)", page)
    assert Report.objects.count() == 1


def test_no_address_no_machine_and_no_way_here_is_kept(
    client: Client, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in a row, not in a log line, not in the cache; the secret is in none of them either."""
    caplog.set_level(logging.DEBUG)
    page = shown(client.post(DOOR, filled(world, client), **FROM))
    keys = {n: hidden(page, n) for n in ("receipt", "secret")}
    assert client.post(STATUS, keys, **FROM).status_code == 200
    client.post(STATUS, keys | {"secret": "2222-2222-2222-2222"}, **FROM)
    client.post(DOOR, {}, **FROM)
    kept = " ".join([*everything(), caplog.text, *cached()])
    assert keys["receipt"] in kept
    for canary in ("203.0.113.77", "CanaryPhone", "canary.example"):
        assert canary not in kept
    for secret in (keys["secret"], keys["secret"].replace("-", "")):
        assert secret not in kept


def everything() -> list[str]:
    """Return every row of every table as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT json_agg(t)::text FROM {table} t")  # noqa: S608 - our tables
            found.append(str(cursor.fetchone()[0]))
    return found


def cached() -> list[str]:
    """Return what the cache holds, and what the server of bells and caches does."""
    server = Redis.from_url(settings.REDIS_URL)
    rung = [f"{key!r} {server.dump(key)!r}" for key in server.scan_iter()]
    return [str(getattr(cache, "_cache", {})), *rung]


def test_without_scripts_an_invite_does_it(client: Client, world: World) -> None:
    sent = filled(world, client, pay=False)
    back = client.post(DOOR, sent)
    assert back.status_code == 422 and "invite code" in shown(back)
    assert sent["narrative"] in shown(back) and not Report.objects.exists()
    client.force_login(world.triage)
    made = shown(client.post("/invites/", {"count": 2, "days": 7}))
    code = re.findall(r'class="code">([^<]+)<', made)[0]
    client.logout()
    wrong = client.post(DOOR, sent | {"invite": "2222-2222-2222-2222"})
    assert wrong.status_code == 422 and "is not known" in shown(wrong)
    gap = client.post(DOOR, sent | {"invite": code, "narrative": "Hm."})
    assert gap.status_code == 422 and Invite.objects.count() == 1  # taken: the form carries it
    sent["token"] = hidden(gap.content.decode(), "token")
    assert client.post(DOOR, sent).status_code == 200
    assert Report.objects.get().channel == "open"


def test_a_full_day_says_what_to_do(client: Client, world: World) -> None:
    AgreementVersion.objects.update(open_daily_cap=1)
    assert client.post(DOOR, filled(world, client)).status_code == 200
    sent = filled(world, client, narrative="Another thing that I saw from the road.")
    full = client.post(DOOR, sent)
    assert full.status_code == 429 and "Send it again tomorrow" in shown(full)
    assert sent["narrative"] in shown(full)


def test_where_the_terms_do_not_let_it_there_is_no_door(client: Client, world: World) -> None:
    AgreementVersion.objects.update(open_filing=False)
    assert client.get(DOOR).status_code == 404
    client.force_login(world.triage)
    assert client.get("/invites/").status_code == 404


def test_what_is_not_asked_is_not_taken(client: Client, world: World) -> None:
    extra = {
        "killed_civilians_most": "900",
        "speaker": str(world.mod_armenia.pk),
        "origin_kind": "statement",
        "stance": "finds",
        "supersedes": "22222-22222",
        "weapon": "A railway gun",
        "state": "accepted",
    }
    assert client.post(DOOR, filled(world, client, **extra)).status_code == 200
    report = Report.objects.get()
    assert (report.tolls, report.weapon, report.state) == ([], "", "filed")
    assert (report.stance, report.origin.kind) == ("observes", "observation")


def test_triage_reads_them_in_a_queue_of_their_own(client: Client, world: World) -> None:
    client.post(DOOR, filled(world, client))
    receipt = Report.objects.get().receipt
    client.force_login(world.triage)
    assert receipt not in shown(client.get("/triage/"))
    queue = shown(client.get("/triage/?tab=open"))
    assert receipt in queue and "one source, graded F" in queue
