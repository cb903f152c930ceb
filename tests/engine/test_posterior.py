"""The engine's promises: order, copies, prior, admissions, decisions, sums."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.missions import A, B, random_mission, with_rows, with_statement
from verification.engine.baseline import majority
from verification.engine.explain import (
    Weight,
    flip_of,
    weight_of,
    without_each_origin,
    without_group,
)
from verification.engine.labels import BadClaims, Says, encode_label
from verification.engine.posterior import attribute, evidence_only, predict_unseen
from verification.engine.types import Posterior, Term, even_priors

SEEDS = st.integers(min_value=0, max_value=10_000)
FEW = settings(max_examples=4, deadline=None)
ADMITS_A = encode_label(Says.ADMITS, A, 2)
ACCUSES_A = encode_label(Says.ACCUSES, A, 2)


def rebuilt(posterior: Posterior) -> np.ndarray:
    total = np.array(posterior.log_prior)
    np.add.at(total, posterior.contributions.incident, posterior.contributions.log_lr)
    return total - np.logaddexp.reduce(total, axis=1)[:, None]


class TestProperties:
    @FEW
    @given(SEEDS)
    def test_statement_order_changes_no_bit(self, seed: int) -> None:
        claims, priors = random_mission(seed, gold=3)
        order = np.random.default_rng(seed).permutation(claims.n_statements)
        one, other = attribute(claims, priors), attribute(with_rows(claims, order), priors)
        assert one.log_p.tobytes() == other.log_p.tobytes()
        assert one.p_without_aligned.tobytes() == other.p_without_aligned.tobytes()

    @FEW
    @given(SEEDS)
    def test_permuting_incidents_permutes_the_answer(self, seed: int) -> None:
        claims, priors = random_mission(seed)
        new = np.random.default_rng(seed).permutation(claims.n_incidents)
        assert claims.presence is not None
        moved = replace(
            claims,
            incident=new[claims.incident],
            presence=claims.presence[np.argsort(new)],
            gold=claims.gold[np.argsort(new)],
        )
        one, other = attribute(claims, priors).p, attribute(moved, priors).p
        assert other[new] == pytest.approx(one, abs=1e-6)

    @FEW
    @given(SEEDS)
    def test_permuting_sources_changes_nothing(self, seed: int) -> None:
        claims, priors = random_mission(seed)
        new = np.random.default_rng(seed).permutation(claims.n_sources)
        moved = replace(claims, source=new[claims.source], group=claims.group[np.argsort(new)])
        assert attribute(moved, priors).p == pytest.approx(attribute(claims, priors).p, abs=1e-6)

    @FEW
    @given(SEEDS)
    def test_swapping_parties_swaps_the_answer(self, seed: int) -> None:
        claims, priors = random_mission(seed)
        swap = np.arange(12)
        swap[:8] = swap[:8] ^ 1  # the naming labels lie in pairs of A and B
        moved = replace(claims, label=swap[claims.label])
        turned = replace(priors, group_party=np.array([B, A, -1, -1]))
        one, other = attribute(claims, priors).p, attribute(moved, turned).p
        assert other[:, [B, A, 2, 3]] == pytest.approx(one, abs=1e-6)

    @FEW
    @given(SEEDS)
    def test_a_copy_of_an_origin_changes_nothing_exactly(self, seed: int) -> None:
        claims, priors = random_mission(seed)
        at = seed % claims.n_statements
        copy = with_statement(
            replace(claims, relayed=None),
            int(claims.incident[at]),
            (int(claims.source[at]) + 1) % claims.n_sources,
            int(claims.label[at]),
            origin=int(claims.origin[at]),
        )
        relayed = np.zeros(copy.n_statements, dtype=bool)
        relayed[-1] = True
        copied = replace(copy, relayed=relayed)
        for method in (attribute, majority):
            assert method(claims, priors).p.tobytes() == method(copied, priors).p.tobytes()

    @FEW
    @given(SEEDS)
    def test_an_admission_never_helps_the_admitting_party(self, seed: int) -> None:
        claims, priors = random_mission(seed)
        incident = seed % claims.n_incidents
        more = with_statement(claims, incident, 0, ADMITS_A)
        before, after = attribute(claims, priors), attribute(more, priors)
        assert after.p[incident, A] >= before.p[incident, A] - 1e-6

    @FEW
    @given(SEEDS)
    def test_contributions_sum_to_the_posterior(self, seed: int) -> None:
        claims, priors = random_mission(seed, gold=2)
        posterior = attribute(claims, priors)
        assert rebuilt(posterior) == pytest.approx(posterior.log_p, abs=1e-9)

    @FEW
    @given(SEEDS, st.integers(min_value=0, max_value=60))
    def test_no_nan_and_gold_is_reproduced(self, seed: int, size: int) -> None:
        claims, priors = random_mission(seed, n_statements=size, gold=4)
        posterior = attribute(claims, priors)
        assert np.isfinite(posterior.log_p).all()
        assert (posterior.p[:4].argmax(axis=1) == claims.gold[:4]).all()
        assert posterior.p[:4].max(axis=1) == pytest.approx(1.0, abs=1e-8)

    @FEW
    @given(SEEDS)
    def test_the_same_twice_to_the_last_bit(self, seed: int) -> None:
        claims, priors = random_mission(seed, gold=3)
        one, other = attribute(claims, priors), attribute(claims, priors)
        assert one.log_p.tobytes() == other.log_p.tobytes()
        assert one.contributions.log_lr.tobytes() == other.contributions.log_lr.tobytes()

    def test_inputs_are_left_alone(self) -> None:
        claims, priors = random_mission(1, gold=3)
        given = [(claims, one.name) for one in fields(claims)]
        given += [(priors, one.name) for one in fields(priors)]
        kept = [np.array(getattr(owner, name)) for owner, name in given]
        attribute(claims, priors)
        predict_unseen(claims, priors)
        for (owner, name), value in zip(given, kept, strict=True):
            assert np.array_equal(getattr(owner, name), value), name


class TestEdges:
    def test_no_statement_at_all_returns_the_prior(self) -> None:
        claims, priors = random_mission(0, n_statements=0)
        posterior = attribute(replace(claims, presence=None), priors)
        assert posterior.p == pytest.approx(np.full_like(posterior.p, 0.25), abs=1e-9)

    def test_an_empty_incident_keeps_the_base_rate(self) -> None:
        claims, priors = random_mission(5, n_incidents=6)
        more = replace(claims, n_incidents=7, presence=None, gold=np.append(claims.gold, -1))
        posterior = attribute(more, priors)
        assert posterior.p[6] == pytest.approx(np.exp(posterior.log_prior[6]), abs=1e-5)
        assert len(without_each_origin(posterior, 6)) == 0
        assert posterior.p[6, A] == pytest.approx(posterior.p[6, B], abs=1e-6)

    def test_no_incident_at_all(self) -> None:
        claims, priors = random_mission(0, n_incidents=1, n_statements=0)
        empty = replace(
            claims, n_incidents=0, gold=np.empty(0, dtype=int), presence=np.empty((0, 4), bool)
        )
        assert attribute(empty, priors).p.shape == (0, 4)

    def test_priors_for_other_groups_are_refused(self) -> None:
        claims, _ = random_mission(0)
        with pytest.raises(BadClaims, match="groups"):
            attribute(claims, even_priors(2, np.array([0])))

    @pytest.mark.parametrize("n_parties", [1, 3, 7])
    def test_any_number_of_parties(self, n_parties: int) -> None:
        claims, _ = random_mission(3)
        label = claims.label % (4 * n_parties + 4)
        many = replace(claims, n_parties=n_parties, label=label)
        posterior = attribute(many, even_priors(n_parties, np.array([0, -1, -1, -1])))
        assert posterior.p.shape == (12, n_parties + 2)


class TestExplanations:
    def test_aligned_voices_are_left_out(self) -> None:
        claims, priors = random_mission(7, n_statements=0)
        one_sided = with_statement(replace(claims, presence=None), 0, 1, ACCUSES_A)  # by side B
        posterior = attribute(one_sided, priors)
        assert posterior.p[0, A] > 0.3
        assert posterior.p_without_aligned[0, A] == pytest.approx(
            posterior.p_without_aligned[0, B], abs=1e-6
        )

    def test_an_aligned_accusation_weighs_less_than_a_neutral_one(self) -> None:
        claims, priors = random_mission(7, n_statements=0)
        bare = replace(claims, presence=None)
        by_side = attribute(with_statement(bare, 0, 1, ACCUSES_A), priors)
        by_neutral = attribute(with_statement(bare, 0, 2, ACCUSES_A), priors)
        assert by_neutral.p[0, A] > by_side.p[0, A] > 0.25

    def test_a_denial_is_nearly_flat_and_an_admission_decides(self) -> None:
        claims, priors = random_mission(7, n_statements=0)
        bare = replace(claims, presence=None)
        denial = attribute(with_statement(bare, 0, 0, encode_label(Says.DENIES, A, 2)), priors)
        admission = attribute(with_statement(bare, 0, 0, ADMITS_A), priors)
        assert 0.18 < denial.p[0, A] < 0.25
        assert admission.p[0, A] > 0.8

    def test_seeing_without_naming_takes_no_side(self) -> None:
        claims, priors = random_mission(7, n_statements=0)
        accused = with_statement(replace(claims, presence=None), 0, 1, ACCUSES_A)
        seen = with_statement(accused, 0, 2, encode_label(Says.OBSERVED, None, 2))
        neutral = attribute(seen, priors).p_without_aligned[0]
        assert neutral[A] == pytest.approx(neutral[B], abs=1e-6)
        assert neutral[3] < 0.2

    def test_what_would_flip_the_answer(self) -> None:
        claims, priors = random_mission(11)
        posterior = attribute(claims, priors)
        for incident in range(claims.n_incidents):
            flip = flip_of(posterior, incident)
            assert flip.leader == posterior.p[incident].argmax()
            assert flip.prior_odds >= 1.0
            log_p = np.array(posterior.log_p[incident])
            for origin in flip.origins:
                parts = posterior.contributions
                rows = parts.rows_of(incident)
                log_p -= parts.log_lr[rows][parts.origin[rows] == origin].sum(axis=0)
            if flip.origins:
                assert log_p[flip.rival] >= log_p[flip.leader]

    def test_leaving_a_group_out_takes_its_silence_too(self) -> None:
        claims, priors = random_mission(13)
        posterior = attribute(claims, priors)
        kinds = posterior.contributions.kind
        assert (kinds == int(Term.SILENCE)).any()
        p = without_group(posterior, 0, 0)
        assert p.sum() == pytest.approx(1.0, abs=1e-12)

    def test_decisions_can_be_looked_behind(self) -> None:
        claims, priors = random_mission(17, gold=12)
        posterior = attribute(claims, priors)
        behind = evidence_only(posterior)
        assert behind.max() < 1.0 - 1e-6
        assert behind.sum(axis=1) == pytest.approx(np.ones(12), abs=1e-9)

    def test_predictions_for_the_audit_never_saw_their_decision(self) -> None:
        claims, priors = random_mission(19, gold=1)
        other = replace(claims, gold=np.where(claims.gold >= 0, (claims.gold + 1) % 4, -1))
        one, two = predict_unseen(claims, priors), predict_unseen(other, priors)
        assert one[0] == pytest.approx(two[0], abs=1e-12)
        assert one.max() < 1.0 - 1e-6

    @pytest.mark.parametrize(
        ("nats", "word"),
        [(0.0, Weight.HARDLY), (-0.7, Weight.SLIGHT), (2.0, Weight.CLEAR), (4.0, Weight.STRONG),
         (-9.0, Weight.DECISIVE)],
    )  # fmt: skip
    def test_weights_have_words(self, nats: float, word: Weight) -> None:
        assert weight_of(nats) is word
