"""The audit lottery: held once, checkable by its seed; intervals only from enough of its cases."""

import hashlib
import html
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from reports.journal.kinds import Kind
from reports.problems import Invalid
from tests.factories import LATER, NOW, World, an_incident
from tests.proofs import no_trace, one_event
from verification.engine.audit import draw_of, is_drawn
from verification.standing.actions import AlreadyDrawn, draw_audit, recompute_standing
from verification.standing.intervals import audited_standing
from verification.standing.models import Draw, Standing
from verification.standing.queries import drawn_codes, standing_lines
from verification.standing.rules import FEWEST_AUDITED, IncidentFact, audited_facts


def facts(
    n: int, *, audited: int, rate: float = 0.3, seed: int = 0, pending: int = 0
) -> list[IncidentFact]:
    """Return incidents of which ARM committed a share; the first `audited` are drawn, decided."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(n):
        p = float(rng.beta(rate * 4, (1 - rate) * 4))
        did = bool(rng.random() < p)
        decided = at < audited
        found.append(
            IncidentFact(
                outcome=("attributed" if did else "not_attributable") if decided else "",
                attributed=("ARM",) if did and decided else (),
                accused=("ARM",),
                severity="serious" if did and decided else "",
                p={"ARM": p, "AZE": 0.05},
                drawn=at < audited + pending,
                p_unseen={"ARM": p, "AZE": 0.05} if decided else {},
            )
        )
    return found


class TestInterval:
    def test_none_without_a_lottery(self) -> None:
        audit = audited_standing(facts(200, audited=0), ["ARM", "AZE"], covered_days=10)
        assert (audit.n_audited, audit.estimates, audit.refusal) == (0, {}, "no_audit")

    def test_none_below_the_threshold(self) -> None:
        few = facts(200, audited=FEWEST_AUDITED - 1)
        assert audited_standing(few, ["ARM"], covered_days=10).estimates == {}

    def test_none_while_many_drawn_cases_are_pending(self) -> None:
        assert audited_facts(facts(200, audited=40, pending=11)) == []
        assert len(audited_facts(facts(200, audited=40, pending=10))) == 40

    def test_it_covers_the_truth_about_as_often_as_it_says(self) -> None:
        hits = 0
        for seed in range(60):
            rng = np.random.default_rng(seed)
            given = facts(300, audited=60, seed=seed)
            found = audited_standing(given, ["ARM"], covered_days=10).estimates["ARM"]
            known = sum("ARM" in fact.attributed for fact in given)
            rest = sum(float(rng.random() < fact.p["ARM"]) for fact in given[60:])
            hits += found.low <= known + rest <= found.high
        assert hits >= 48, hits  # nominal 54 of 60; 48 lies three deviations below

    def test_the_interval_holds_the_decided(self) -> None:
        found = audited_standing(facts(300, audited=60), ["ARM"], covered_days=10)
        one = found.estimates["ARM"]
        assert one.low <= one.value <= one.high
        assert found.rates["ARM"].low < found.rates["ARM"].high

    def test_parties_are_compared_only_where_it_holds(self) -> None:
        found = audited_standing(facts(300, audited=60), ["ARM", "AZE"], covered_days=10)
        assert found.exceeds["ARM", "AZE"] == pytest.approx(1 - found.exceeds["AZE", "ARM"])
        assert (found.refusal, found.exceeds["ARM", "AZE"] > 0.95) == ("", True)
        even = [replace(fact, accused=("ARM", "AZE")) for fact in facts(300, audited=60)]
        turned = audited_standing(even, ["ARM", "AZE"], covered_days=10)
        assert turned.refusal == "too_many_open", "240 open cases could turn the order"

    def test_no_coverage_no_rates(self) -> None:
        found = audited_standing(facts(300, audited=60), ["ARM", "AZE"], covered_days=0)
        assert (found.rates, found.refusal) == ({}, "coverage_too_uneven")

    def test_what_a_panel_has_moves_nothing(self) -> None:
        given = facts(300, audited=60)
        hidden = [replace(fact, p={}, before_panel=True) for fact in given[290:]]
        found = audited_standing([*given[:290], *hidden], ["ARM"], covered_days=10)
        full = audited_standing(given, ["ARM"], covered_days=10).estimates["ARM"]
        assert found.estimates["ARM"].value == pytest.approx(full.value, abs=3)
        zero = [replace(fact, p={}) for fact in given[290:]]
        pulled = audited_standing([*given[:290], *zero], ["ARM"], covered_days=10)
        assert pulled.estimates["ARM"].value < found.estimates["ARM"].value

    def test_the_public_sees_whole_breaches_only(self, world: World) -> None:
        party = world.agreement.parties.get(code="ARM")
        row = Standing(
            **dict.fromkeys(("decided_breaches", "bound_low", "bound_high", "open_against"), 9),
            **dict.fromkeys(("admitted", "denied", "silent", "n_admissible", "n_open"), 9),
            **dict.fromkeys(("period_from", "period_until", "as_of"), NOW),
            **{"coverage_hours": 5.0, "period_hours": 5.0, "comparison": "rates"},
            **{"expected_breaches": 9.4, "estimate": 9.41, "interval_low": 5.93},
            **{"interval_high": 12.07, "n_audited": 31, "rate_low": 0.199, "rate_high": 0.404},
            p_rate_exceeds={"AZE": 0.97123},
            agreement=world.agreement,
            party=party,
        )
        row.save()
        [line] = standing_lines(world.agreement.pk)
        assert (line.estimate, line.interval_low, line.interval_high) == (9, 5, 13)
        assert (line.rate_low, line.rate_high) == (5, 13)
        assert line.p_rate_exceeds == {"AZE": 0.97}


class TestLottery:
    def test_it_is_recorded_with_its_seed(self, world: World) -> None:
        with one_event(Kind.AUDIT_DRAWN) as left:
            draw = draw_audit(agreement=world.agreement, share=0.25, by=world.chair, at=NOW)
        assert left[0].payload == {"share": 0.25}, "the seed is not in the history"
        assert len(draw.seed) == 32
        codes = [f"NK20-{number:04d}" for number in range(400)]
        drawn = drawn_codes(world.agreement.pk, codes)
        assert drawn == {code for code in codes if is_drawn(draw.seed, code, 0.25)}
        assert 60 < len(drawn) < 140

    def test_it_is_held_once(self, world: World) -> None:
        draw_audit(agreement=world.agreement, share=0.25, by=world.chair, at=NOW)
        with no_trace(), pytest.raises(AlreadyDrawn):
            draw_audit(agreement=world.agreement, share=0.5, by=world.operator, at=LATER)

    @pytest.mark.parametrize("share", [0.0, -0.1, 1.01, float("nan")])
    def test_a_share_is_a_share(self, world: World, share: float) -> None:
        with no_trace(), pytest.raises(Invalid):
            draw_audit(agreement=world.agreement, share=share, by=world.chair, at=NOW)

    def test_the_chair_sees_which_are_drawn(self, world: World, client: object) -> None:
        an_incident(world)
        draw_audit(agreement=world.agreement, share=1.0, by=world.chair, at=NOW, seed="s")
        client.force_login(world.chair)  # type: ignore[attr-defined]
        page = client.get("/chair/").content.decode()  # type: ignore[attr-defined]
        assert "Drawn for audit" in page

    def test_the_chair_holds_it_on_a_page(self, world: World, client: object) -> None:
        client.force_login(world.chair)  # type: ignore[attr-defined]
        assert client.get("/chair/audit/").status_code == 200  # type: ignore[attr-defined]
        bad = client.post("/chair/audit/", {"share": "7"})  # type: ignore[attr-defined]
        assert (bad.status_code, Draw.objects.count()) == (422, 0)
        client.post("/chair/audit/", {"share": "0.2"})  # type: ignore[attr-defined]
        draw = Draw.objects.get()
        assert draw.share == 0.2
        incident = an_incident(world)
        page = client.get("/chair/audit/").content.decode()  # type: ignore[attr-defined]
        assert f"{draw_of(draw.seed, incident.code):.4f}" in page

    def test_the_public_sees_a_fingerprint_until_no_text_is_in_force(
        self, world: World, client: object, publish: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draw = draw_audit(agreement=world.agreement, share=0.25, by=world.chair, at=NOW)
        publish()
        fingerprint = hashlib.sha256(draw.seed.encode()).hexdigest()
        for now, shown in ((NOW, False), (NOW + timedelta(days=90), True)):
            monkeypatch.setattr(timezone, "now", lambda now=now: now)
            page = client.get("/method/").content.decode()  # type: ignore[attr-defined]
            assert fingerprint in page
            assert (draw.seed in page) is shown

    def test_the_recipe_on_the_page_gives_the_number(self, world: World, client: object) -> None:
        draw = draw_audit(agreement=world.agreement, share=0.25, by=world.chair, at=NOW)
        client.force_login(world.chair)  # type: ignore[attr-defined]
        page = html.unescape(client.get("/chair/audit/").content.decode())  # type: ignore[attr-defined]
        [program] = re.findall(r"python3 -c '(.*?)' SEED CODE", page, re.DOTALL)
        ran = subprocess.run(
            [sys.executable, "-c", program, draw.seed, "NK20-0042"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert float(ran.stdout) == draw_of(draw.seed, "NK20-0042")

    @pytest.mark.parametrize(
        ("name", "status"),
        [("chair", 200), ("operator", 200), ("reviewer_arm", 403), ("triage", 403),
         ("liaison_arm", 403), ("publisher", 403), ("filer", 403), ("outsider", 403)],
    )  # fmt: skip
    def test_who_reads_the_lottery(
        self, world: World, client: object, name: str, status: int
    ) -> None:
        client.force_login(getattr(world, name))  # type: ignore[attr-defined]
        assert client.get("/chair/audit/").status_code == status  # type: ignore[attr-defined]

    def test_one_drawn_incident_supports_no_interval(self, world: World) -> None:
        an_incident(world)
        draw_audit(agreement=world.agreement, share=1.0, by=world.chair, at=NOW, seed="s")
        recompute_standing(agreement=world.agreement, at=LATER)
        lines = standing_lines(world.agreement.pk)
        assert {(line.estimate, line.n_audited, line.p_rate_exceeds == {}) for line in lines} == {
            (None, 0, True)
        }
