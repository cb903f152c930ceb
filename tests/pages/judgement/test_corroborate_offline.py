"""What a phone keeps of incidents that await a second person, and how it sends what was said."""

from __future__ import annotations

from django.test import Client

from reports.pages.answers import owner_word
from tests.factories import World, an_incident
from tests.pages.judgement.conftest import Browse
from tests.pages.judgement.test_corroborate import SAID, page_of, shown
from verification.corroboration.models import Statement

BLANK, ROWS = "/offline/corroborate/", "/offline/corroborate/rows"
DATA = {"HTTP_ACCEPT": "application/json"}


class TestKept:
    def test_the_blank_page_is_the_same_for_everybody(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        witness, colleague = browse(world.witness), browse(world.colleague)
        first = witness.get(BLANK)
        assert first.content == colleague.get(BLANK).content
        for kept_out in (incident.code, owner_word(world.witness), "csrfmiddlewaretoken"):
            assert kept_out not in shown(first)
        again = witness.get(BLANK, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304

    def test_the_rows_are_those_one_may_speak_on(self, world: World, browse: Browse) -> None:
        incident = an_incident(world)
        answer = browse(world.witness).get(ROWS)
        assert incident.code in shown(answer) and "no-store" in answer["Cache-Control"]
        assert incident.code not in shown(browse(world.filer).get(ROWS))  # their own
        assert "Three heavy explosions" not in shown(answer)  # an observer's words stay inside


class TestSentByScript:
    def test_a_statement_is_taken_in_once(self, world: World, browse: Browse) -> None:
        incident, witness = an_incident(world), browse(world.witness)
        for _attempt in range(2):
            answer = witness.post(page_of(incident), SAID, **DATA)
            assert (answer.status_code, answer.json()) == (200, {"url": page_of(incident)})
        assert Statement.objects.count() == 1

    def test_faults_and_refusals_are_told_as_data(self, world: World, browse: Browse) -> None:
        incident, witness = an_incident(world), browse(world.witness)
        answer = witness.post(page_of(incident), SAID | {"note": "", "basis": ""}, **DATA)
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == {"note", "basis"}
        assert browse(world.filer).post(page_of(incident), SAID, **DATA).status_code == 409
        assert Client().post(page_of(incident), SAID, **DATA).status_code == 401
        assert not Statement.objects.exists()

    def test_the_phone_finds_what_the_server_would(self, world: World, browse: Browse) -> None:
        incident, witness = an_incident(world), browse(world.witness)
        checks = witness.get(page_of(incident)).context["checks"]
        assert {check["field"] for check in checks} == {
            "question",
            "says",
            "basis",
            "note",
            "party",
        }
        for check in checks:
            said = SAID | ({"question": "actor"} if "when" in check else {}) | {check["field"]: ""}
            errors = witness.post(page_of(incident), said, **DATA).json()["errors"]
            assert check["say"] in errors[check["field"]], check
