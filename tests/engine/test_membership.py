"""Who belongs to a cluster, what its chorus may say, and how many reporters it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.missions import NONE, OTHER, A, B, random_mission
from verification.engine.bounds import ChorusBound
from verification.engine.chorus import spokesmen
from verification.engine.evidence import alphabet_of
from verification.engine.labels import Says, encode_label
from verification.engine.likelihood import fit_claims
from verification.engine.membership import RATES, cluster_evidence, habits_of, settled, sure_nats
from verification.engine.posterior import score_claims
from verification.engine.types import Claims, Priors
from verification.engine.votes import Votes

FAIR = math.log(0.5)


def meeting(label: list[int], n_items: int = 1) -> Votes:
    """Every source says its label on every item; two classes, even template."""
    size = len(label)
    return Votes(
        item=np.repeat(np.arange(n_items), size),
        source=np.tile(np.arange(size), n_items),
        kind=np.zeros(size * n_items, dtype=np.int64),
        label=np.tile(label, n_items),
        weight=np.ones(size * n_items),
        group=np.zeros(size, dtype=np.int64),
        n_items=n_items,
        n_classes=2,
        allowed=np.ones((1, 2), dtype=bool),
        template=np.full((2, 1, 2, 2), 0.5),
        accelerate=False,
    )


def judged(votes: Votes, cluster: list[int], grow: bool = True) -> np.ndarray:
    """Clusters after everybody was judged, where nobody's habits tell anything."""
    theta = np.full((len(votes.pair_source), 2, 2), FAIR)
    q = np.full((votes.n_items, 2), 0.5)
    counted = np.ones(len(votes.item), dtype=bool)
    none = np.zeros(len(votes.item))
    return settled(votes, q, theta, counted, none, np.array(cluster), grow=grow)


class TestMembership:
    def test_one_meeting_by_hand(self) -> None:
        """Sources 0, 1, 2 are a cluster; 3 says what two of the three said."""
        votes = meeting([0, 0, 1, 0])
        theta = np.full((4, 2, 2), FAIR)
        every = np.ones(4, dtype=bool)
        cluster = np.array([0, 0, 0, -1])
        habits = habits_of(votes, np.full((1, 2), 0.5), theta, every, np.zeros(4))
        found = cluster_evidence(votes, habits, cluster)
        agreeing = math.log(np.mean([1 - c + c * (2 / 3) / 0.5 for c in RATES]))
        assert found.nats[3, 0] == pytest.approx(agreeing, abs=1e-9)
        odd_one_out = math.log(np.mean([1 - c for c in RATES]))
        assert found.nats[2, 0] == pytest.approx(odd_one_out, abs=1e-9)
        assert found.met[:, 0].tolist() == [1, 1, 1, 1]

    def test_one_that_echoes_the_whole_joins_and_one_that_does_not_leaves(self) -> None:
        votes = meeting([0, 0, 0, 0, 1], n_items=20)
        assert judged(votes, [0, 0, 0, -1, 0]).tolist() == [0, 0, 0, 0, -1]
        assert judged(votes, [0, 0, 0, -1, 0], grow=False).tolist() == [0, 0, 0, -1, -1]

    def test_a_cluster_of_one_is_none(self) -> None:
        votes = meeting([0, 1], n_items=20)
        assert judged(votes, [0, 0]).tolist() == [-1, -1]

    def test_more_sources_need_more_evidence(self) -> None:
        assert sure_nats(1_000) - sure_nats(100) == pytest.approx(math.log(10))


class TestChorus:
    def test_a_chorus_speaks_of_the_candidate_it_names_only(self) -> None:
        claims, _ = random_mission(2)
        alphabet = alphabet_of(claims)
        column = int(alphabet.code[encode_label(Says.ACCUSES, A, 2)])
        rows = np.zeros((alphabet.size, 4))
        rows[column] = np.log([0.7, 0.1, 0.2, 0.4])
        rates = np.array([0.1, 0.6, 0.2, 0.1])
        got = ChorusBound(9.0, rates, alphabet, 2).of_rows(rows)[column]
        others = (0.6 * 0.1 + 0.2 * 0.2 + 0.1 * 0.4) / 0.9
        assert got[A] - got[B] == pytest.approx(math.log(0.7 / others), abs=1e-9)
        assert got[B] == pytest.approx(got[OTHER], abs=1e-12)
        assert got[B] == pytest.approx(got[NONE], abs=1e-12)
        quiet = ChorusBound(0.5, rates, alphabet, 2).of_rows(rows)[column]
        assert np.ptp(quiet) == pytest.approx(0.5, abs=1e-9)

    def test_copies_and_strangers_have_one_reporter_in_a_group(self) -> None:
        votes = meeting([0] * 6, n_items=3)
        by_three = np.array([0, -1, 0, -1, -1, -1])
        some = np.ones(18, dtype=bool)
        some[4::6] = some[5::6] = False  # the last two never report: strangers
        assert spokesmen(votes, by_three, some).tolist() == [0, 1, 0, 3, 4, 4]
        sides = replace(votes, group=np.array([0, 0, 1, 0, 0, 1]))
        assert spokesmen(sides, by_three, some).tolist() == [0, 1, 2, 3, 4, 5]


def campaign(accounts: int) -> tuple[Claims, Priors]:
    """Return 200 honest incidents; accounts of group 3 accuse A on every third one of 120."""
    rng = np.random.default_rng(5)
    n, honest = 200, 16
    truth = rng.integers(2, size=n)
    at, by = np.nonzero(rng.random((n, honest)) < 0.4)
    says = np.where(rng.random(len(at)) < 0.75, truth[at], 1 - truth[at])
    lie_at = np.repeat(np.arange(0, 120, 3), accounts)
    lie_by = np.tile(honest + np.arange(accounts), 40)
    kept = rng.random(len(lie_at)) < 0.7
    incident = np.concatenate([at, lie_at[kept]])
    size = len(incident)
    mission, priors = random_mission(0, n_statements=0)
    claims = replace(
        mission,
        incident=incident,
        source=np.concatenate([by, lie_by[kept]]),
        label=np.concatenate([says, np.full(int(kept.sum()), A)]),
        basis=np.zeros(size, dtype=int),
        origin=np.arange(size),
        n_origins=size,
        n_incidents=n,
        group=np.concatenate([np.arange(honest) % 2 + 2, np.full(accounts, 3)]),
        gold=np.full(n, -1),
        presence=np.ones((n, 4), dtype=bool),
    )
    return claims, priors


class TestCampaign:
    def test_ten_times_the_accounts_are_no_louder(self) -> None:
        """Found whole, with nobody honest in it, and within the bound of one report."""
        fitted = fit_claims(*campaign(60))
        assert (fitted.cluster[16:] >= 0).all()
        assert (fitted.cluster[:16] == -1).all()
        votes = fitted.chorus.votes
        ordinary = votes.cell_group != votes.n_groups - 1
        rows = fitted.fit.reliability.cell_log[ordinary][:, :-1]
        chorus = np.repeat(votes.group[votes.pair_source] == votes.n_groups - 1, votes.n_labels)
        assert np.ptp(fitted.table[chorus], axis=1).max() <= np.ptp(rows, axis=2).max() + 1e-9

    def test_incidents_left_alone_hardly_move(self) -> None:
        claims, priors = campaign(60)
        honest = claims.source < 16
        names = ("incident", "source", "label", "basis", "origin")
        before = replace(claims, **{name: getattr(claims, name)[honest] for name in names})
        scores = [score_claims(each, priors).fitted for each in (before, claims)]
        p = [np.exp(each.fit.log_q)[120:] for each in scores]
        assert np.abs(p[1] - p[0]).sum(axis=1).max() / 2 < 0.15

    def test_a_campaign_breaks_one_silence_not_sixty(self) -> None:
        claims, priors = campaign(60)
        fitted = fit_claims(claims, priors)
        assert len(set(fitted.spokesman[16:].tolist())) == 1
        assert fitted.presence is not None
        heard = fitted.presence.codes[fitted.presence.pattern][:, 3]
        honest = claims.source < 16
        alone = np.bincount(
            claims.incident[honest & (claims.group[claims.source] == 3)], minlength=200
        )
        assert (heard[120:] == np.minimum(alone[120:], 3)).all()
        assert (heard <= np.minimum(alone + 1, 3)).all()
