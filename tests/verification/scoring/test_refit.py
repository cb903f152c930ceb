"""All sources learned anew: once per change, told once, replayable, blind to its own decision."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.queries import own_source
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_draft,
    an_accepted_report,
    an_allegation,
    an_incident,
    seal_all,
    settle,
    some_answers,
)
from tests.pages.judgement.conftest import CAST
from tests.proofs import no_trace, one_event
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.queries import decided_candidates, decided_with_scores
from verification.corroboration.actions import (
    StatementDraft,
    give_statement,
    lapse_overdue_positions,
)
from verification.incidents.actions import link_report
from verification.scoring import actions, replay, rules
from verification.scoring.actions import refit_sources, rescore_incident
from verification.scoring.models import Fit, SourceReliability
from verification.scoring.queries import fit_line, latest_score, reliability_lines

SAW = StatementDraft("occurred", "supports", "eyewitness", "I saw it from my balcony.")


def refit(world: World, *, at: Any = LATER) -> Fit:
    fit = refit_sources(
        agreement=world.agreement, gold=decided_candidates(world.agreement.pk), at=at
    )
    assert fit is not None
    return fit


def a_decided_incident(world: World, answers: Any = None) -> Any:
    case = a_case(world)
    seal_all(case, answers)
    lapse_overdue_positions(at=LATER)
    decide_case(case=case, reasons="All three ballots agree on it.", by=world.chair, at=LATER)
    settle()
    case.incident.refresh_from_db()
    return case.incident


class TestRefit:
    def test_nothing_to_learn_from(self, world: World) -> None:
        with no_trace():
            assert refit_sources(agreement=world.agreement, gold={}, at=NOW) is None

    def test_it_leaves_one_event_without_figures(self, world: World) -> None:
        an_incident(world)
        with one_event(Kind.SOURCES_REFITTED) as left:
            fit = refit(world)
        assert left[0].subject_id == fit.pk
        assert set(left[0].payload) == {"incidents", "rescored"}
        assert left[0].file_id is None

    def test_the_same_inputs_leave_the_last_fit(self, world: World) -> None:
        an_incident(world)
        fit = refit(world)
        with no_trace():
            assert refit(world) == fit

    def test_another_engine_fits_again(self, world: World, monkeypatch: Any) -> None:
        an_incident(world)
        fit = refit(world)
        monkeypatch.setattr(actions, "ENGINE_VERSION", "other")
        assert refit(world) != fit

    def test_something_new_is_learned_and_scored(self, world: World) -> None:
        incident = an_incident(world)
        first = refit(world)
        give_statement(incident=incident, draft=SAW, by=world.witness, at=LATER)
        second = refit(world)
        assert (first.n_statements, second.n_statements) == (1, 2)
        assert latest_score(incident).fit == second
        assert latest_score(incident).refitted

    def test_an_unmoved_incident_keeps_its_row(self, world: World) -> None:
        one, _other = an_incident(world), an_incident(world, a_draft(world))
        refit(world)
        before = latest_score(one)
        refit(world)
        assert latest_score(one) == before

    def test_bulk_reading_takes_as_many_queries_for_many_as_for_few(
        self, world: World, django_assert_max_num_queries: Any
    ) -> None:
        for _number in range(4):
            an_incident(world)
        with django_assert_max_num_queries(26):
            refit(world)

    def test_its_handler_recomputes_the_standings(self, world: World) -> None:
        an_incident(world)
        refit(world)
        settle()
        assert Event.objects.filter(kind=Kind.STANDING_COMPUTED).exists()

    def test_what_was_learned_is_kept_per_source_and_group(self, world: World) -> None:
        an_incident(world)
        fit = refit(world)
        rows = SourceReliability.objects.filter(fit=fit)
        assert {row.group for row in rows} == {"AZE"}
        assert sorted(bool(row.source) for row in rows) == [False, True]


class TestDecided:
    def test_the_decision_teaches_but_is_not_its_own_score(self, world: World) -> None:
        incident = a_decided_incident(world)
        fit = refit(world)
        assert fit.inputs["gold"] == {incident.code: "ARM"}
        assert latest_score(incident).p["ARM"] < 0.9

    def test_not_attributable_teaches_nothing(self, world: World) -> None:
        nobody = some_answers(attribution="not_attributable", parties=())
        assert a_decided_incident(world, nobody).state == "decided"
        assert decided_candidates(world.agreement.pk) == {}

    def test_a_later_round_teaches_nothing_since_the_score_is_public_by_then(
        self, world: World
    ) -> None:
        incident = a_decided_incident(world)
        assert decided_candidates(world.agreement.pk) == {incident.pk: "ARM"}
        incident.cases.update(round=2)
        assert decided_candidates(world.agreement.pk) == {}
        assert decided_with_scores() == []


class TestCopies:
    def test_a_copy_linked_later_changes_no_answer(self, world: World) -> None:
        incident = an_incident(world)
        before = latest_score(incident)
        copy = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
        link_report(report=copy, incident=incident, why="Same.", by=world.triage, at=NOW)
        settle()
        after = latest_score(incident)
        assert after.n_statements == 2
        assert after.n_origins == 1
        assert after.p == pytest.approx(before.p)


class TestLarge:
    def test_above_the_limit_the_fit_s_parameters_stand(
        self, world: World, monkeypatch: Any
    ) -> None:
        incident = an_incident(world)
        refit(world, at=NOW)
        monkeypatch.setattr(replay, "is_small", lambda **_size: False)
        give_statement(incident=incident, draft=SAW, by=world.witness, at=NOW)
        score = rescore_incident(incident=incident, at=LATER)
        assert score.method.endswith("parameters of the last refit")
        assert not replay.differences(score, replay.replay(score))
        monkeypatch.undo()
        small = replay.score_after(
            score.fit,
            code=incident.code,
            inputs=replay.from_json(score.inputs),
            present=(),
            candidates=("ARM", "AZE", "other", "none"),
        )
        assert small["p"] == pytest.approx(score.p, abs=0.1)

    def test_it_rests_between_fits(self, world: World, monkeypatch: Any) -> None:
        incident = an_incident(world)
        first = refit(world, at=NOW)
        give_statement(incident=incident, draft=SAW, by=world.witness, at=NOW)
        monkeypatch.setattr(rules, "is_small", lambda **_size: False)
        monkeypatch.setattr(rules, "REFIT_SHARE", 5.0)
        with no_trace():
            assert refit(world, at=NOW + rules.REST / 2) == first
        assert refit(world, at=NOW + rules.REST) != first

    @pytest.mark.parametrize(
        ("minutes", "n_new", "resting"),
        [(1, 0, True), (1, 20, True), (1, 21, False), (14, 5, True), (15, 5, False)],
    )
    def test_it_rests_no_longer_than_the_tables_hold(
        self, minutes: int, n_new: int, resting: bool
    ) -> None:
        since = timedelta(minutes=minutes)
        large = rules.is_resting(since, n_statements=1000, n_gold=0, n_new=n_new)
        assert large is resting
        assert not rules.is_resting(since, n_statements=100, n_gold=0, n_new=n_new)

    def test_who_waits_is_counted(self, world: World) -> None:
        incident = an_incident(world)
        refit(world, at=NOW)
        settle()
        assert fit_line(world.agreement.pk, at=LATER).waiting == 0
        give_statement(incident=incident, draft=SAW, by=world.witness, at=LATER)
        rescore_incident(incident=incident, at=LATER)
        assert fit_line(world.agreement.pk, at=LATER).waiting == 1


class TestReplay:
    def run(self, *args: str) -> str:
        out = StringIO()
        call_command("rescore", *args, stdout=out)
        return out.getvalue()

    def test_every_score_comes_out_the_same(self, world: World) -> None:
        incident = an_incident(world)
        give_statement(incident=incident, draft=SAW, by=world.witness, at=NOW)
        settle()
        refit(world)
        assert "1 scores: 1 equal, 0 differ, 0 refused" in self.run("--as-of", "now", "--check")
        assert "equal" in self.run("--as-of", NOW.isoformat(), "--incident", incident.code)

    def test_another_engine_is_refused_by_name(self, world: World, monkeypatch: Any) -> None:
        an_incident(world)
        monkeypatch.setattr(replay, "ENGINE_VERSION", "9.9.9")
        with pytest.raises(CommandError, match="exactly"):
            self.run("--as-of", "now")

    def test_a_changed_row_is_found(self, world: World) -> None:
        incident = an_incident(world)
        score = latest_score(incident)
        score.p = {**score.p, "ARM": score.p["ARM"] + 1e-6}
        assert replay.differences(score, replay.replay(score)) == ["p"]

    @pytest.mark.parametrize("as_of", ["yesterday", "2019-01-01"])
    def test_what_it_cannot_answer(self, world: World, as_of: str) -> None:
        an_incident(world)
        with pytest.raises(CommandError):
            self.run("--as-of", as_of)


class TestPages:
    def test_only_the_chair_reads_what_was_learned(self, world: World, client: Client) -> None:
        an_incident(world)
        refit(world)
        for name in CAST:
            status = 200 if name == "chair" else 403
            client.force_login(getattr(world, name))
            assert client.get("/chair/sources/").status_code == status, name

    def test_no_person_is_named_not_even_to_the_chair(self, world: World, client: Client) -> None:
        give_statement(
            incident=an_incident(world, a_draft(world)), draft=SAW, by=world.witness, at=NOW
        )
        refit(world)
        client.force_login(world.chair)
        page = client.get("/chair/sources/").content.decode()
        assert page.count("an observer without a name here") == 2
        for person in (world.filer, world.witness):
            names = (person.username, person.pseudonym, person.display_name)
            source = own_source(person)
            assert [word for word in (*names, source.name, str(source.pk)) if word in page] == []

    def test_one_statement_gives_no_score_away(self, world: World) -> None:
        an_incident(world)
        refit(world)
        groups, sources = reliability_lines(world.agreement.pk, at=LATER)
        assert [line.right for line in (*groups, *sources)] == [None, None]

    def test_the_public_page_says_why_there_is_no_plot(self, world: World, client: Client) -> None:
        page = client.get("/method/").content.decode()
        assert "20 more are needed" in page
