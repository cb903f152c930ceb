"""The page on which boxes are drawn, and who sees what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.redactions.models import Redaction
from tests.factories import World, a_redaction
from tests.pages.judgement.test_evidence import Before, before  # noqa: F401 - a fixture
from tests.pages.record.test_filing import shown

SENT: dict[str, Any] = {
    "form-TOTAL_FORMS": "4",
    "form-INITIAL_FORMS": "0",
    "form-0-left": "10",
    "form-0-top": "20",
    "form-0-width": "60",
    "form-0-height": "40",
    "after": "0",
    "why": "A face at the window.",
    "shown_to": "house",
    "do": "redact",
}


def notice_of(scene: Before, party: str) -> str:
    position = scene.case.incident.positions.get(party__code=party)
    return f"/notices/{position.pk}/"


class TestThePage:
    def test_triage_covers_a_part(self, before: Before) -> None:  # noqa: F811
        client = before.client("triage")
        page = shown(client.get(before.url("redact/")))
        assert 'data-width="320"' in page and "Make a redacted copy" in page
        answer = client.post(before.url("redact/"), SENT, follow=True)
        assert "The redacted copy is made" in shown(answer)
        assert "A face at the window." in shown(answer)
        made = Redaction.objects.get(item=before.item)
        assert made.boxes == [[10, 20, 60, 40]]
        assert client.get(before.url("redacted/1")).status_code == 200

    def test_more_rows_keep_what_was_typed(self, before: Before) -> None:  # noqa: F811
        answer = before.client("triage").post(before.url("redact/"), SENT | {"do": "rows"})
        page = shown(answer)
        assert answer.status_code == 200 and 'name="form-8-left"' in page
        assert 'value="60"' in page and "A face at the window." in page
        assert not Redaction.objects.exists()

    def test_faults_are_told_and_nothing_typed_is_lost(self, before: Before) -> None:  # noqa: F811
        wrong = SENT | {"form-0-left": "x", "why": ""}
        answer = before.client("triage").post(before.url("redact/"), wrong)
        assert answer.status_code == 422 and 'value="40"' in shown(answer)
        answer = before.client("triage").post(before.url("redact/"), SENT | {"why": ""})
        assert answer.status_code == 422 and "Say what is covered" in shown(answer)

    def test_a_page_that_grew_old_makes_nothing(self, before: Before) -> None:  # noqa: F811
        a_redaction(before.item, before.world.triage)
        answer = before.client("triage").post(before.url("redact/"), SENT)
        assert answer.status_code == 409
        assert Redaction.objects.count() == 1


class TestWhoSeesIt:
    @pytest.mark.parametrize("party", ["ARM", "AZE"])
    def test_a_party_sees_it_only_if_it_is_accused_and_was_shown(
        self,
        before: Before,  # noqa: F811
        party: str,
    ) -> None:
        client = before.client("liaison_arm" if party == "ARM" else "liaison_aze")
        a_redaction(before.item, before.world.triage)
        assert client.get(before.url()).status_code == 404
        a_redaction(before.item, before.world.triage, after=1, shown_to="parties")
        expected = 200 if party == "ARM" else 404
        assert client.get(before.url()).status_code == expected
        assert client.get(before.url("redacted/2")).status_code == expected
        for tail in ("redacted/1", "picture", "thumbnail", "original", "redact/"):
            assert client.get(before.url(tail)).status_code == 404, tail

    def test_a_party_learns_nothing_beside_the_picture(self, before: Before) -> None:  # noqa: F811
        made = a_redaction(before.item, before.world.triage, shown_to="parties")
        client = before.client("liaison_arm")
        notice = shown(client.get(notice_of(before, "ARM")))
        assert "Shown to your side" in notice and before.item.code in notice
        page = shown(client.get(before.url()))
        told = (
            before.item.sha256,
            "CANARY-DEVICE",
            "Editor 9",
            "Custody",
            before.item.report.receipt,
        )
        assert made.sha256 in page and not [word for word in told if word in page]
        client.get(before.url("redacted/1"))
        look = Event.objects.get(kind=Kind.EVIDENCE_VIEWED, subject_id=before.item.pk)
        assert (look.acting_as, look.payload) == ("liaison", {"redaction": 1})

    def test_a_panel_sees_both(self, before: Before) -> None:  # noqa: F811
        a_redaction(before.item, before.world.triage)
        client = before.client(before.panel())
        page = shown(client.get(before.url()))
        assert "Redacted copy 1" in page and "Make a redacted copy" not in page
        for tail in ("picture", "redacted/1"):
            assert client.get(before.url(tail)).status_code == 200
        assert client.get(before.url("redacted/2")).status_code == 404

    def test_its_author_and_the_public_do_not(self, before: Before, world: World) -> None:  # noqa: F811
        a_redaction(before.item, before.world.triage, shown_to="parties")
        assert before.client("filer").get(before.url("redacted/1")).status_code == 404
        assert Client().get(before.url("redacted/1")).status_code == 302
        public = shown(Client().get(f"/incidents/{before.case.incident.code}/"))
        assert before.item.code not in public and "redacted" not in public
