"""Five doors as ODK Central has them: a key reads what its person's phones sent, and no more.

Held by pyodk over a live server where it is installed (requirements/contract.lock).
"""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.intake.actions import withdraw_report
from reports.intake.models import Report
from reports.keys.actions import set_quota
from reports.keys.models import AccessToken
from reports.openrosa.table import _value
from reports.people.actions import revoke_api_key, revoke_role
from reports.people.models import ApiKey, RoleGrant, User
from tests.api.machines import key_for
from tests.factories import NOW, World
from tests.lines.phones import Handset, a_form, a_handset, new_id
from tests.pictures import drawn, encoded
from tests.proofs import no_trace

PROJECT = "/v1/projects/1"
FORM = f"{PROJECT}/forms/cvr_violation"
READS = (
    "/v1/users/current",
    "/v1/projects",
    f"{PROJECT}/forms",
    f"{FORM}/submissions",
    f"{FORM}.svc/Submissions",
)
SAID = {
    "location_kind": "bearing",
    "place": "",
    "position": "40.68 46.36 0 5",
    "range_m": "2000",
    "bearing_deg": "90",
    "observation_count": "٣",
    "observation_unit": "explosion",
    "count_qualifier": "about",
}


@pytest.fixture
def handset(world: World) -> Handset:
    """A phone of the partner's, who alone has keys."""
    cache.clear()
    return a_handset(world, world.partner)


def session(key: str) -> Any:
    name, _dot, secret = key.partition(".")
    body = {"email": name, "password": secret}
    return Client(enforce_csrf_checks=True).post("/v1/sessions", body, "application/json")


def read(url: str, token: str) -> Any:
    return Client().get(url, headers={"Authorization": f"Bearer {token}"})


def token_of(user: User, *scopes: str) -> str:
    lent: str = session(key_for(user, *(scopes or ("reports:read",)))).json()["token"]
    return lent


class TestSessions:
    def test_a_key_lends_a_token_that_reads_and_ends(self, world: World) -> None:
        lent = session(key_for(world.partner)).json()
        kept = AccessToken.objects.get()
        assert kept.scopes == ["reports:read"] and kept.hashed != lent["token"]
        assert kept.expires_at - timezone.now() < timedelta(minutes=10)
        assert read("/v1/projects", lent["token"]).status_code == 200

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"email": "nobody", "password": "x"}', 401),
            (b'{"email": "a.b", "password": "x"}', 401),
            (b'{"email": "\\u0000", "password": "\\ud800"}', 401),
            (b'{"email": "nobody"}', 400),
            (b"[]", 400),
            (b"{", 400),
            (b"[" * 4000, 400),
            (b" " * 5000, 400),
        ],
    )
    def test_whoever_holds_none_gets_none(self, world: World, body: bytes, status: int) -> None:
        with no_trace():
            answer = Client().post("/v1/sessions", body, "application/json")
        assert (answer.status_code, set(answer.json())) == (status, {"message", "code"})

    def test_a_token_ends_with_its_key(self, world: World, handset: Handset) -> None:
        token = token_of(world.partner)
        revoke_api_key(key=ApiKey.objects.get(), by=world.operator, at=timezone.now())
        assert {read(url, token).status_code for url in READS} == {401}

    def test_a_key_without_the_scope_reads_nothing(self, world: World) -> None:
        key = key_for(world.partner, "reports:write")
        assert session(key).status_code == 403
        assert {read(url, key).status_code for url in READS} == {403}

    def test_no_session_of_a_browser_opens_them(self, world: World) -> None:
        signed_in = Client()
        signed_in.force_login(world.partner)
        assert {signed_in.get(url).status_code for url in READS} == {401}

    def test_what_is_read_counts_against_the_quota(self, world: World, handset: Handset) -> None:
        token = token_of(world.partner)
        assert read("/v1/projects", token)["RateLimit"].startswith('"read-minute";r=')
        set_quota(
            user=world.partner, lane="read", per_minute=1, per_day=1, by=world.operator, at=NOW
        )
        answer = read("/v1/projects", token)
        assert answer.status_code == 429 and int(answer["Retry-After"]) > 0


class TestWhatIsRead:
    def test_a_form_is_a_row_with_its_types(self, world: World, handset: Handset) -> None:
        form = a_form(number := new_id(), photos=("a.jpg", "b.jpg"), **SAID)
        handset.send(form, {"a.jpg": encoded(drawn()), "stranger.jpg": b"x"})
        token = token_of(world.partner)
        (row,) = read(f"{FORM}.svc/Submissions", token).json()["value"]
        assert (row["__id"], row["act"], row["range_m"]) == (number, "missile_strike", 2000)
        assert row["position"]["coordinates"] == [46.36, 40.68, 0.0]
        assert row["position"]["properties"] == {"accuracy": 5.0}
        assert (row["observation_count"], row["part"]) == (3, None)
        told = row["__system"]
        assert (told["attachmentsPresent"], told["attachmentsExpected"]) == (1, 2)
        assert told["receipt"] == Report.objects.get().receipt and told["reviewState"] is None
        assert not [name for name in row if "navigationLink" in name]  # it would lead nowhere
        (whole,) = read(f"{FORM}.svc/Submissions?$expand=*", token).json()["value"]
        assert [one["photo"] for one in whole["file"]] == ["a.jpg", "b.jpg"]

    def test_nothing_tells_whose_phone_or_which(self, world: World, handset: Handset) -> None:
        handset.send(a_form())
        token = token_of(world.partner)
        told = "".join(read(url, token).content.decode() for url in READS)
        for secret in (handset.given.name, handset.phone.label, world.partner.username):
            assert secret not in told

    def test_what_was_corrected_withdrawn_or_of_another_is_not_there(
        self, world: World, handset: Handset
    ) -> None:
        first, edit, gone = new_id(), new_id(), new_id()
        handset.send(a_form(first))
        handset.send(a_form(edit, replaces=first, means="saw"))
        handset.send(a_form(gone, narrative="This one was a mistake of ours."))
        mistake = Report.objects.get(narrative__startswith="This one")
        withdraw_report(report=mistake, by=world.partner, at=NOW)
        a_handset(world, world.witness).send(a_form(narrative="Of somebody else altogether."))
        token = token_of(world.partner)
        assert [one["__id"] for one in self.rows(token)] == [edit]
        listed = read(f"{FORM}/submissions", token).json()
        assert [one["instanceId"] for one in listed] == [edit]

    def rows(self, token: str, query: str = "") -> Any:
        return read(f"{FORM}.svc/Submissions{query}", token).json()["value"]

    def test_rows_come_in_pages_that_follow_each_other(
        self, world: World, handset: Handset
    ) -> None:
        sent = [new_id() for _n in range(3)]
        for number, one in enumerate(sent):
            handset.send(a_form(one, narrative=f"Heard from the centre, {number} times."))
        token = token_of(world.partner)
        first = read(f"{FORM}.svc/Submissions?$top=2&$count=true", token).json()
        assert first["@odata.count"] == 3
        rest = read(first["@odata.nextLink"].removeprefix("http://testserver"), token).json()
        assert "@odata.nextLink" not in rest
        rows = [one["__id"] for one in first["value"] + rest["value"]]
        assert rows == sent[::-1]

    def test_a_page_of_long_forms_is_short_and_a_list_reads_none(
        self, world: World, handset: Handset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = [new_id() for _n in range(3)]
        for number, one in enumerate(sent):
            handset.send(a_form(one, narrative=f"Heard from the centre, {number} times."))
        token = token_of(world.partner)
        monkeypatch.setattr("reports.openrosa.queries.BYTES_MOST", 10)
        url, rows = f"{FORM}.svc/Submissions", []
        while url:
            table = read(url, token).json()
            assert len(table["value"]) == 1
            rows.append(table["value"][0]["__id"])
            url = table.get("@odata.nextLink", "").removeprefix("http://testserver")
        assert rows == sent[::-1]
        with CaptureQueriesContext(connection) as asked:
            assert len(read(f"{FORM}/submissions", token).json()) == 3
        assert not [one for one in asked if '"raw"' in one["sql"]]

    def test_a_list_that_cannot_hold_all_says_so(
        self, world: World, handset: Handset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handset.send(a_form())
        handset.send(a_form(narrative="Heard from the centre, twice."))
        monkeypatch.setattr("reports.lines.central.ROWS_MOST", 1)
        assert read(f"{FORM}/submissions", token_of(world.partner)).status_code == 400

    def test_a_position_that_is_no_number_stays_the_text_that_came(self) -> None:
        assert _value("geopoint", "40.68 46.36 nan 5") == "40.68 46.36 nan 5"
        assert _value("geopoint", "inf 46.36") == "inf 46.36"

    def test_a_table_takes_few_questions_of_the_database(
        self, world: World, handset: Handset, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(3):
            handset.send(a_form(narrative=f"Heard from the centre, {number} times."))
        token = token_of(world.partner)
        with django_assert_max_num_queries(12):
            assert len(self.rows(token, "?$expand=*")) == 3

    @pytest.mark.parametrize("query", ["?$filter=x", "?$top=-1", "?$top=٣", "?$expand=file", "?a"])
    def test_what_is_not_answered_is_refused(
        self, world: World, handset: Handset, query: str
    ) -> None:
        answer = read(f"{FORM}.svc/Submissions{query}", token_of(world.partner))
        assert answer.status_code == 400 and answer.json()["message"]

    def test_a_project_of_others_and_one_that_is_none_answer_alike(self, world: World) -> None:
        token = token_of(world.partner)
        revoke_role(grant=RoleGrant.objects.get(user=world.partner), by=None, at=NOW)
        assert read("/v1/projects", token).json() == []
        urls = (*READS[2:], f"/v1/projects/77{FORM.removeprefix(PROJECT)}/submissions")
        answers = [read(url, token) for url in urls]
        assert {one.status_code for one in answers} == {404}
        assert len({one.content for one in answers}) == 1

    @pytest.mark.parametrize(
        "name", ["outsider", "filer", "witness", "triage", "chair", "publisher", "operator"]
    )
    def test_of_everybody_else_s_phones_nobody_reads(
        self, world: World, handset: Handset, name: str
    ) -> None:
        """Keys are the partners' own; one issued to somebody else opens only theirs."""
        handset.send(a_form())
        token = token_of(getattr(world, name))
        answer = read(f"{FORM}.svc/Submissions", token)
        assert answer.status_code == 404 or answer.json()["value"] == []


@pytest.mark.skipif(importlib.util.find_spec("pyodk") is None, reason="pyodk is not installed")
def test_pyodk_reads_through_them(live_world: World, live_server: Any, tmp_path: Path) -> None:
    from pyodk._utils.config import CentralConfig, Config
    from pyodk.client import Client as Central
    from pyodk.errors import PyODKError

    cache.clear()
    phone, number = a_handset(live_world, live_world.partner), new_id()
    phone.send(a_form(number, photos=("a.jpg",)), {"a.jpg": encoded(drawn())})
    name, _dot, secret = key_for(live_world.partner).partition(".")

    def client(password: str) -> Central:
        known = CentralConfig(live_server.url, name, password)
        return Central(config=Config(known), cache_path=tmp_path / password / "token.toml")

    for password in (secret, "another"):
        (tmp_path / password).mkdir()
    for _time in range(2):  # the second time it holds a token already, and asks whether it is good
        with client(secret) as central:
            assert len(central.projects.list()) == 1
    assert AccessToken.objects.count() == 1
    with client(secret) as central:
        (project,) = central.projects.list()
        assert project.id == phone.number
        (form,) = central.forms.list(project_id=project.id)
        asked = {"form_id": form.xmlFormId, "project_id": project.id}
        (listed,) = central.submissions.list(**asked)
        assert listed.instanceId == number and listed.deviceId is None
        table = central.submissions.get_table(**asked, count=True, expand="*")
        (row,) = table["value"]
        assert (row["__id"], row["file"][0]["photo"]) == (number, "a.jpg")
        assert table["@odata.count"] == 1
    with pytest.raises(PyODKError, match="401"), client("another"):
        pass
