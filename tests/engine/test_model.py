"""The parts of the model against sums done by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.missions import random_mission
from verification.engine.calibration import Pool, fit_pool, fit_temper
from verification.engine.chorus import first_pass_weights, stranger_weights, with_composites
from verification.engine.copying import Pairs, clusters_of, linked, pair_evidence
from verification.engine.dawid_skene import Labels, dawid_skene
from verification.engine.ensemble import classify
from verification.engine.evidence import alphabet_of, chorus_rows, label_rows
from verification.engine.labels import Says, encode_label
from verification.engine.likelihood import fit_claims, votes_of
from verification.engine.model import fit
from verification.engine.numeric import digamma, log_normalise, sum_by
from verification.engine.silence import ABSENT, presence_patterns, silence_rows
from verification.engine.statements import fold_origins
from verification.engine.votes import Votes

GAMMA = 0.5772156649015329  # Euler's constant


def two_sources(q_gold: list[int]) -> Votes:
    """Two items; source 0 says 0 and 1, source 1 says 0 and 0; two classes, even template."""
    del q_gold
    return Votes(
        item=np.array([0, 0, 1, 1]),
        source=np.array([0, 1, 0, 1]),
        kind=np.zeros(4, dtype=np.int64),
        label=np.array([0, 0, 1, 0]),
        weight=np.ones(4),
        group=np.array([0, 1]),
        n_items=2,
        n_classes=2,
        allowed=np.ones((1, 2), dtype=bool),
        template=np.full((2, 1, 2, 2), 0.5),
        accelerate=False,
    )


class TestNumeric:
    def test_digamma_at_known_points(self) -> None:
        assert digamma(1.0) == pytest.approx(-GAMMA, abs=1e-10)
        assert digamma(0.5) == pytest.approx(-GAMMA - 2 * math.log(2), abs=1e-10)
        assert digamma(11.0) == pytest.approx(sum(1 / k for k in range(1, 11)) - GAMMA, abs=1e-10)

    def test_log_normalise_survives_extremes(self) -> None:
        rows = log_normalise(np.array([[1e4, 0.0], [-1e4, -1e4]]))
        assert np.exp(rows).sum(axis=1) == pytest.approx([1.0, 1.0])

    def test_sums_by_index(self) -> None:
        total = sum_by(np.array([2, 0, 2]), np.array([[1.0], [2.0], [4.0]]), 3)
        assert total.ravel().tolist() == [2.0, 0.0, 5.0]


class TestVotes:
    def test_gather_and_scatter_with_and_without_the_accelerator(self) -> None:
        claims, priors = random_mission(3)
        folded = fold_origins(claims, priors)
        plain, _ = votes_of(folded, priors, accelerate=False)
        fast, _ = votes_of(folded, priors, accelerate=True)
        rng = np.random.default_rng(0)
        table = rng.normal(size=(len(plain.pair_source) * plain.n_labels, 4))
        q = rng.dirichlet(np.ones(4), size=plain.n_items)
        assert fast.gather(table) == pytest.approx(plain.gather(table), abs=1e-12)
        assert fast.scatter(q) == pytest.approx(plain.scatter(q), abs=1e-12)


class TestFitByHand:
    def test_two_sources_two_classes_one_round(self) -> None:
        """Both items decided: every table follows from four counts; checked to 1e-9."""
        votes, gold = two_sources([0, 1]), np.array([0, 1])
        fitted = fit(votes, np.array([0.5, 0.5]), 2.0, gold=gold, pooling=1.0, max_rounds=1)
        reliability = fitted.reliability
        # base: counts (label, class) [[2, 1], [0, 1]] + 1 * template 0.5
        base = np.array([[2.5, 1.5], [0.5, 1.5]]) / 3.0
        # group of source 0: said 0 when class 0, 1 when class 1
        group = np.array([[1 + base[0, 0], base[0, 1]], [base[1, 0], 1 + base[1, 1]]]) / 2.0
        kind = (np.array([[2.0, 1.0], [0.0, 1.0]]) + base) / 3.0
        mean = group * kind / base
        mean /= mean.sum(axis=0)
        posterior = np.array([[1.0, 0.0], [0.0, 1.0]]) + 2.0 * mean
        cell = posterior / posterior.sum(axis=0)
        assert reliability.cell_mean[0] == pytest.approx(cell, abs=1e-9)
        log_cell = digamma(posterior) - digamma(posterior.sum(axis=0))
        c, n = reliability.effect[0], np.eye(2)
        log_r = digamma(c + n) - np.log(c + cell)
        total = (cell * (c + n) / (c + cell)).sum(axis=0)
        assert reliability.log_theta[0] == pytest.approx(log_cell + log_r - np.log(total), abs=1e-9)
        nats = reliability.log_theta
        expected = np.log(0.5) + nats[0, [0, 1]] + nats[1, [0, 0]]
        expected -= np.logaddexp.reduce(expected, axis=1)[:, None]
        assert fitted.log_q == pytest.approx(expected, abs=1e-9)

    def test_without_votes_the_base_rates_stay(self) -> None:
        votes = replace(two_sources([]), weight=np.zeros(4))
        prior = np.array([0.7, 0.3])
        fitted = fit(votes, prior, 2.0, gold=np.array([-1, -1]), pooling=1.0)
        assert np.exp(fitted.log_q) == pytest.approx(np.tile(prior, (2, 1)), abs=1e-6)


class TestPriorRows:
    def test_each_family_sums_to_one(self) -> None:
        for side in (-1, 0, 1):
            rows = label_rows(2, side, 4.0)
            admits = encode_label(Says.ADMITS, 0, 2)
            denies = encode_label(Says.DENIES, 0, 2)
            assert rows[:, [admits, denies]].sum(axis=1) == pytest.approx(np.ones(4))
            rest = [at for at in range(12) if not 4 <= at < 8]
            assert rows[:, rest].sum(axis=1) == pytest.approx(np.ones(4))

    def test_accusing_ones_own_side_says_more_than_accusing_the_other(self) -> None:
        own = label_rows(2, 0, 4.0)[:, encode_label(Says.ACCUSES, 0, 2)]
        other = label_rows(2, 0, 4.0)[:, encode_label(Says.ACCUSES, 1, 2)]
        assert own[0] / own[1] > other[1] / other[0] > 1.0


class TestSilence:
    def test_only_covered_groups_count(self) -> None:
        item, source = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 0])
        present = np.array([[True, True], [True, False]])
        presence = presence_patterns(item, source, np.array([0, 1]), present)
        codes = presence.codes[presence.pattern]
        assert codes.tolist() == [[1, 1], [1, ABSENT]]
        rows = silence_rows(presence, np.full((2, 2), 0.5))
        assert rows[:, ABSENT].tolist() == [[0.0, 0.0], [0.0, 0.0]]
        assert rows[:, :, 0] == pytest.approx(rows[:, :, 1])  # even q: silence says nothing

    def test_a_count_seen_once_does_not_confirm_its_own_guess(self) -> None:
        item = np.concatenate([np.arange(60), np.arange(59)])
        source = np.repeat([0, 1], [60, 59])  # only the last item has one reporter
        presence = presence_patterns(item, source, np.array([0, 0]), np.ones((60, 1), dtype=bool))
        q = np.full((60, 2), 0.5)
        q[-1] = [0.8, 0.2]
        rows = silence_rows(presence, q)[0]
        assert 0.0 < rows[1, 0] - rows[1, 1] < 0.35
        assert rows[2, 0] == pytest.approx(rows[2, 1], abs=0.01)


class TestCopies:
    def test_rare_agreement_by_hand(self) -> None:
        votes = two_sources([])
        q = np.array([[1.0, 0.0], [0.0, 1.0]])
        theta = np.full((2, 2, 2), 0.5)
        pairs = pair_evidence(votes, q, np.log(theta), np.ones(4, dtype=bool), np.zeros(4))
        agree = math.log(0.5 + 0.5 * (0.5 + 0.5) / (2 * 0.25))
        assert pairs.shared.tolist() == [2]
        assert pairs.nats == pytest.approx([agree + math.log(0.5)], abs=1e-9)

    def test_links_need_much_agreement_or_many_partners(self) -> None:
        pairs = Pairs(np.array([0, 2]), np.array([1, 3]), np.array([9, 9]), np.array([9.0, 3.0]))
        assert linked(pairs, np.full(4, 10), 1_000).tolist() == [True, False]

    def test_clusters_are_components(self) -> None:
        cluster = clusters_of(np.array([4, 1, 0]), np.array([5, 4, 2]), 7)
        assert cluster.tolist() == [0, 1, 0, -1, 1, 1, -1]

    def test_a_chorus_becomes_one_vote(self) -> None:
        claims, priors = random_mission(0, n_statements=0)
        eight = replace(
            claims,
            incident=np.zeros(8, dtype=int), source=np.arange(8), basis=np.zeros(8, dtype=int),
            label=np.zeros(8, dtype=int), origin=np.arange(8), n_origins=8,
        )  # fmt: skip
        votes, alphabet = votes_of(eight, priors)
        cluster = np.array([0] * 6 + [-1, -1])
        all_of = np.ones(8, dtype=bool)
        chorus = with_composites(votes, cluster, all_of, chorus_rows(2, alphabet_of(eight)))
        assert chorus.votes.weight.sum() == 3.0  # two lone voices and one composite
        assert (chorus.voice_of >= 0).sum() == 6
        assert alphabet.size == chorus.votes.n_labels

    def test_sides_and_strangers_are_capped(self) -> None:
        claims, priors = random_mission(0, n_statements=0)
        crowd = replace(
            claims,
            incident=np.zeros(40, dtype=int), source=np.arange(40), basis=np.zeros(40, dtype=int),
            label=np.zeros(40, dtype=int), origin=np.arange(40), n_origins=40,
            group=np.full(40, 3),
        )  # fmt: skip
        votes, _ = votes_of(crowd, priors)
        all_of = np.ones(40, dtype=bool)
        assert first_pass_weights(votes, all_of).sum() == pytest.approx(1.0)
        assert stranger_weights(votes, all_of).sum() == pytest.approx(1.5)

    def test_a_campaign_is_found_and_honest_sources_are_not(self) -> None:
        rng = np.random.default_rng(2)
        n, honest, fake = 400, 24, 8
        truth = rng.integers(2, size=n)
        at, by = np.nonzero(rng.random((n, honest)) < 0.3)
        says = np.where(rng.random(len(at)) < 0.75, truth[at], 1 - truth[at])
        lie_at, lie_by = np.nonzero(np.outer(np.arange(n) % 3 == 0, np.ones(fake, dtype=bool)))
        order = np.argsort(np.concatenate([at, lie_at]), kind="stable")
        mission, priors = random_mission(0, n_statements=0)
        claims = replace(
            mission,
            incident=np.concatenate([at, lie_at])[order],
            source=np.concatenate([by, honest + lie_by])[order],
            label=np.concatenate([says, np.zeros(len(lie_at), dtype=int)])[order],
            basis=np.zeros(len(order), dtype=int),
            origin=np.arange(len(order)),
            n_origins=len(order),
            n_incidents=n,
            group=np.full(honest + fake, 3),
            gold=np.full(n, -1),
            presence=None,
        )
        fitted = fit_claims(claims, priors)
        assert (fitted.cluster[honest:] >= 0).all()
        campaign = set(fitted.cluster[honest:].tolist())
        assert not campaign & set(fitted.cluster[:honest].tolist())
        answers = np.exp(fitted.fit.log_q).argmax(axis=1)
        assert np.mean(answers == truth) > 0.9


class TestPool:
    def test_the_better_member_gets_the_weight(self) -> None:
        rng = np.random.default_rng(0)
        truth = rng.integers(2, size=200)
        good = np.where(np.eye(2)[truth] > 0, 0.9, 0.1)
        bad = np.full((200, 2), 0.5)
        pool = fit_pool(np.stack([good, bad]), truth, Pool(np.array([0.5, 0.5]), 1.0))
        assert pool.weights[0] > 0.9
        assert pool.weights.sum() == pytest.approx(1.0)

    def test_overconfidence_is_tempered(self) -> None:
        rng = np.random.default_rng(1)
        truth = (rng.random(2_000) < 0.3).astype(int)
        log_p = np.log(np.tile([0.95, 0.05], (2_000, 1)))
        assert fit_temper(log_p, truth) < 0.7


class TestPlainLabels:
    def labels(self, gold_share: float = 0.0) -> tuple[Labels, np.ndarray]:
        rng = np.random.default_rng(8)
        truth = rng.integers(3, size=90)
        at, by = np.nonzero(rng.random((90, 12)) < 0.6)
        right = rng.random(len(at)) < np.linspace(0.4, 0.95, 12)[by]
        label = np.where(right, truth[at], rng.integers(3, size=len(at)))
        gold = np.where(rng.random(90) < gold_share, truth, -1)
        return Labels(at, by, label, gold, 12, 3), truth

    @pytest.mark.parametrize("method", [dawid_skene, classify])
    def test_better_than_the_average_worker(self, method) -> None:  # type: ignore[no-untyped-def]  # two signatures
        labels, truth = self.labels()
        p = method(labels)
        assert p.sum(axis=1) == pytest.approx(np.ones(90))
        assert np.mean(p.argmax(axis=1) == truth) > 0.88

    def test_gold_is_kept(self) -> None:
        labels, truth = self.labels(0.3)
        known = labels.gold >= 0
        assert (classify(labels).argmax(axis=1)[known] == truth[known]).all()
