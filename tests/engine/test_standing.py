"""Intervals from audits, rates, comparisons and the audit lottery."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.missions import A, B, honest_mission, honest_truth
from verification.engine.audit import draw_of, drawn, is_drawn
from verification.engine.posterior import predict_unseen
from verification.engine.special import (
    beta_cdf,
    gamma_cdf,
    gamma_quantile,
    normal_quantile,
    student_quantile,
)
from verification.engine.standing import (
    Refusal,
    Side,
    Thresholds,
    audited_count,
    compare,
    open_case_bounds,
    p_rate_exceeds,
    rate_per_day,
)
from verification.engine.types import BadClaims


class TestDistributions:
    def test_known_quantiles(self) -> None:
        assert normal_quantile(0.975) == pytest.approx(1.959963984540054, abs=1e-9)
        assert student_quantile(0.95, 10) == pytest.approx(1.812461122811676, abs=1e-9)
        assert student_quantile(0.05, 10) == pytest.approx(-1.812461122811676, abs=1e-9)

    def test_gamma_and_beta_against_closed_forms(self) -> None:
        assert gamma_cdf(2.0, 1.0) == pytest.approx(1 - math.exp(-2), abs=1e-12)
        assert gamma_cdf(9.0, 3.0) == pytest.approx(1 - math.exp(-9) * (1 + 9 + 81 / 2), abs=1e-12)
        assert gamma_quantile(gamma_cdf(2.5, 4.0), 4.0) == pytest.approx(2.5, abs=1e-9)
        assert beta_cdf(0.3, 1.0, 2.0) == pytest.approx(1 - 0.7**2, abs=1e-12)
        assert beta_cdf(0.8, 3.0, 1.0) == pytest.approx(0.8**3, abs=1e-12)


class TestAuditedCount:
    @pytest.mark.parametrize(("size", "audits", "skill"), [(2_000, 60, 2.0), (5_000, 200, 0.5)])
    def test_ninety_percent_means_ninety_percent(
        self, size: int, audits: int, skill: float
    ) -> None:
        rng = np.random.default_rng(4)
        p_true = rng.beta(1, 2, size=size)
        truth = (rng.random(size) < p_true).astype(float)
        predicted = p_true**skill  # wrong on purpose: calibrated only for skill 1
        covered = []
        for _ in range(400):
            audited = rng.permutation(size)[:audits]
            got = audited_count(predicted, audited, truth[audited])
            covered.append(got.low <= truth.sum() <= got.high)
        assert 0.87 <= np.mean(covered) <= 0.94

    def test_intervals_on_unseen_predictions_hold_the_truth(self) -> None:
        """Whole missions drawn anew, their audit scored by fits that did not see it."""
        covered, width, alone = [], [], []
        for seed in range(10):
            claims, priors = honest_mission(seed, n_incidents=80, n_sources=6)
            truth = honest_truth(seed, 80)
            audited = np.random.default_rng([seed, 1]).permutation(80)[:24]
            gold = np.full(80, -1)
            gold[audited] = truth[audited]
            p = predict_unseen(replace(claims, gold=gold), priors)
            for party in (A, B):
                true = (truth == party).astype(float)
                got = audited_count(p[:, party], audited, true[audited])
                covered.append(got.low <= true.sum() <= got.high)
                width.append(got.high - got.low)
                plain = audited_count(np.zeros(80), audited, true[audited])
                alone.append(plain.high - plain.low)
        assert np.mean(covered) >= 0.85
        assert np.mean(width) < 0.9 * np.mean(alone), "the predictions are worth something"

    def test_perfect_predictions_leave_almost_no_doubt(self) -> None:
        truth = np.tile([0.0, 1.0], 500)
        got = audited_count(truth, np.arange(100), truth[:100])
        assert got.value == pytest.approx(500, abs=1e-6)
        assert got.high - got.low < 1e-6

    def test_severity_weights_scale_the_count(self) -> None:
        rng = np.random.default_rng(0)
        truth = (rng.random(400) < 0.3).astype(float)
        audited = np.arange(80)
        one = audited_count(np.full(400, 0.3), audited, truth[:80])
        three = audited_count(np.full(400, 0.9), audited, 3 * truth[:80])
        assert three.value == pytest.approx(3 * one.value)
        assert three.high - three.low == pytest.approx(3 * (one.high - one.low), rel=0.02)

    def test_a_single_audit_is_refused(self) -> None:
        with pytest.raises(BadClaims, match="two audits"):
            audited_count(np.ones(10), np.array([0]), np.ones(1))


class TestRates:
    def test_equal_records_are_a_coin_toss(self) -> None:
        rate = rate_per_day(7, 30.0)
        assert p_rate_exceeds(rate, rate) == pytest.approx(0.5, abs=1e-12)

    def test_the_probability_agrees_with_sampling(self) -> None:
        a, b = rate_per_day(9, 30.0), rate_per_day(4, 20.0)
        rng = np.random.default_rng(1)
        x, y = rng.gamma(a.shape, 1 / a.days, 400_000), rng.gamma(b.shape, 1 / b.days, 400_000)
        assert p_rate_exceeds(a, b) == pytest.approx(np.mean(x > y), abs=0.003)

    def test_an_uncertain_count_widens_the_rate(self) -> None:
        sure, unsure = rate_per_day(10, 50.0), rate_per_day(10, 50.0, variance=25.0)
        assert unsure.mean == pytest.approx(sure.mean)
        assert unsure.high - unsure.low > sure.high - sure.low

    def test_a_rate_without_coverage_is_refused(self) -> None:
        with pytest.raises(BadClaims, match="covered days"):
            rate_per_day(3, 0.0)

    def test_bounds_hold_all_open_cases(self) -> None:
        bounds = open_case_bounds(4, 7)
        assert (bounds.low, bounds.high) == (4, 11)


class TestComparison:
    LIMITS = Thresholds(least_audits=0)

    def side(self, decided: float, open_cases: float = 0.0, days: float = 100.0) -> Side:
        return Side(None, decided, open_cases, days)

    def test_a_clear_difference_is_stated(self) -> None:
        answer = compare(self.side(40), self.side(10), self.LIMITS)
        assert answer.is_supported
        assert answer.p_first_worse is not None
        assert answer.p_first_worse > 0.99

    @pytest.mark.parametrize(
        ("first", "second", "reason"),
        [
            ((40, 0, 100), (10, 0, 20), Refusal.UNEVEN_COVERAGE),
            ((40, 0, 100), (10, 35, 100), Refusal.TOO_MANY_OPEN),
            ((3, 0, 100), (0, 0, 100), Refusal.TOO_FEW),
            ((12, 0, 100), (10, 0, 100), Refusal.NOT_DISTINCT),
            ((12, 0, 100), (10, 0, 0), Refusal.UNEVEN_COVERAGE),
        ],
    )
    def test_each_reason_to_refuse(
        self, first: tuple[float, ...], second: tuple[float, ...], reason: Refusal
    ) -> None:
        answer = compare(self.side(*first), self.side(*second), self.LIMITS)
        assert reason in answer.refusals

    def test_without_audits_there_is_no_verdict(self) -> None:
        answer = compare(self.side(40), self.side(10), Thresholds())
        assert answer.refusals == (Refusal.NO_AUDIT,)


class TestLottery:
    CODES = tuple(f"NK20-{number:04d}" for number in range(5_000))

    def test_the_share_is_drawn(self) -> None:
        assert len(drawn("seed", self.CODES, 0.02)) == pytest.approx(100, abs=35)

    def test_more_incidents_never_change_an_earlier_draw(self) -> None:
        early = drawn("seed", self.CODES[:1_000], 0.1)
        assert set(early) == {c for c in drawn("seed", self.CODES, 0.1) if c in self.CODES[:1_000]}

    def test_another_seed_draws_others(self) -> None:
        assert drawn("seed", self.CODES, 0.02) != drawn("other", self.CODES, 0.02)
        assert 0.0 <= draw_of("seed", "NK20-0042") < 1.0

    def test_an_impossible_share_is_refused(self) -> None:
        with pytest.raises(ValueError, match="share"):
            is_drawn("seed", "NK20-0042", 1.5)
