"""Live updates: one statement, one copy, one decision."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.missions import A, honest_mission, random_mission, with_rows
from verification.engine.incremental import LiveScores, NewStatement
from verification.engine.labels import BadClaims, Says, encode_label
from verification.engine.posterior import evidence_only, posterior_of, score_claims


@pytest.fixture
def live() -> LiveScores:
    claims, priors = random_mission(4, n_statements=80)
    return LiveScores(score_claims(claims, priors))


def accusation(live: LiveScores, origin: int, incident: int = 2) -> NewStatement:
    label = encode_label(Says.ACCUSES, A, 2)
    return NewStatement(incident, 6, 2, 0, label, origin)


class TestLiveScores:
    def test_it_starts_where_the_fit_ended(self, live: LiveScores) -> None:
        expected = evidence_only(posterior_of(live.scored))
        for incident in range(len(expected)):
            assert live.p_of(incident) == pytest.approx(expected[incident], abs=1e-9)

    def test_a_new_accusation_counts(self, live: LiveScores) -> None:
        before = live.p_of(2)
        after = live.add(accusation(live, origin=900))
        assert after[A] > before[A]
        assert after.sum() == pytest.approx(1.0)

    def test_a_copy_of_a_known_origin_changes_nothing(self, live: LiveScores) -> None:
        after = live.add(accusation(live, origin=900))
        assert np.array_equal(live.add(accusation(live, origin=900)), after)

    def test_other_incidents_stay(self, live: LiveScores) -> None:
        before = live.p_of(5)
        live.add(accusation(live, origin=900))
        assert np.array_equal(live.p_of(5), before)

    def test_a_source_never_seen_before_speaks_for_its_group(self, live: LiveScores) -> None:
        label = encode_label(Says.ACCUSES, A, 2)
        before = live.p_of(3)
        after = live.add(NewStatement(3, -1, 2, 1, label, 901))
        assert after[A] > before[A]

    def test_a_decision_is_final_and_names_what_to_refresh(self, live: LiveScores) -> None:
        dirty = live.decide(2, A)
        assert live.p_of(2)[A] == 1.0
        assert 2 in dirty
        live.refresh(dirty)
        assert np.isfinite(live.evidence).all()

    def test_refreshing_without_a_change_changes_nothing(self, live: LiveScores) -> None:
        before = live.evidence.copy()
        live.refresh(np.arange(len(before)))
        assert live.evidence == pytest.approx(before, abs=1e-9)

    def test_an_unknown_incident_asks_for_a_refit(self, live: LiveScores) -> None:
        with pytest.raises(BadClaims, match="refit"):
            live.add(accusation(live, 902, incident=99))

    def test_a_burst_of_strangers_is_capped(self, live: LiveScores) -> None:
        label = encode_label(Says.ACCUSES, A, 2)
        first = live.add(NewStatement(3, -1, 2, 1, label, 910))
        second = live.add(NewStatement(3, -1, 2, 1, label, 911))
        crowd = [live.add(NewStatement(3, -1, 2, 1, label, 912 + n)) for n in range(50)]
        assert second[A] >= first[A]
        assert crowd[-1] == pytest.approx(crowd[2], abs=1e-9)

    def test_an_admission_decides_though_nobody_admitted_before(self) -> None:
        claims, priors = random_mission(4, n_statements=0)
        live = LiveScores(score_claims(claims, priors))
        after = live.add(NewStatement(0, -1, 0, 0, encode_label(Says.ADMITS, A, 2), 1))
        assert after[A] > 0.8


class TestDrift:
    def test_live_answers_stay_near_a_refit_until_one_is_asked_for(self) -> None:
        """The bound of docs/scoring.md section 11: here mean below 0.02, no incident above 0.2."""
        claims, priors = honest_mission(seed=3)
        late = np.random.default_rng(3).permutation(claims.n_statements)
        live = LiveScores(score_claims(with_rows(claims, np.sort(late[100:])), priors))
        streamed = 0
        for at in late[:100]:
            assert not live.needs_refit
            source = int(claims.source[at])
            live.add(
                NewStatement(
                    int(claims.incident[at]), source, int(claims.group[source]),
                    int(claims.basis[at]), int(claims.label[at]), int(claims.origin[at]),
                )
            )  # fmt: skip
            streamed += 1
            if live.needs_refit:
                break
        assert 0.02 * claims.n_statements * 0.9 < streamed < 100
        known = with_rows(claims, np.sort(np.append(late[100:], late[:streamed])))
        refit = evidence_only(posterior_of(score_claims(known, priors)))
        mine = np.stack([live.p_of(incident) for incident in range(claims.n_incidents)])
        apart = np.abs(mine - refit).sum(axis=1) / 2
        assert apart.mean() < 0.02
        assert apart.max() < 0.2

    def test_copies_do_not_count_and_decisions_do(self, live: LiveScores) -> None:
        assert (live.drift, live.needs_refit) == (0.0, False)
        live.add(accusation(live, origin=900))
        once = live.drift
        live.add(accusation(live, origin=900))
        assert live.drift == once > 0.0
        live.decide(3, A)
        assert live.drift > once

    def test_strangers_of_a_group_are_one_reporter(self, live: LiveScores) -> None:
        known = np.array([5, -1, -1, -1, 5])
        reporters = live.spokesmen_of(known, np.array([1, 2, 2, 3, 1]))
        assert reporters.tolist() == [0, 1, 1, 3, 0]
