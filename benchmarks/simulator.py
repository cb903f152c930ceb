"""An adversarial world for the attribution engine, with the truth known.

K parties accuse each other; sources lie, echo, stay silent and are faked. Everything is drawn
from one seed. The numbers below are the documented assumptions of docs/scoring.md section 8.

    python -m benchmarks.simulator all --incidents 2000 --seed 1
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.attribution_scenarios import SCENARIOS, Scenario
from verification.engine.types import UNKNOWN, Claims, Priors

KINDS = ("crater", "remnants", "radar", "imagery", "eyewitness", "hearsay")
SEES = np.array([0.90, 0.92, 0.85, 0.80, 0.60, 0.30])  # chance that the basis shows the truth
KIND_SHARE = np.array([0.07, 0.06, 0.07, 0.15, 0.35, 0.30])
OTHER_SHARE, NONE_SHARE = 0.10, 0.20  # of all incidents; parties share the rest, the first more
ALIGNED, NEUTRAL, CIVIL = 0.60, 0.15, 0.25  # of all sources; aligned is split between parties
COMPETENCE = {"aligned": (9, 3), "neutral": (12, 2), "civil": (9, 3)}  # Beta parameters
BLAMES_OPPONENT = 0.78  # of an aligned source's votes that do not come from seeing
DENIES_OWN = 0.60  # of own-side violations that were seen
SPREAD = 12.0  # concentration of each source's own bias round its group's
REGIONS, HOME = 12, 0.80  # areas; share of a source's reports from its own


@dataclass(frozen=True)
class World:
    """A drawn world: claims without gold, the truth, and who depends on whom.

    family[s] is the campaign or echo leader of source s, -1 for an honest independent source;
    leader[s] marks a source that others echo (being linked to its own echo is no false link).
    """

    claims: Claims
    priors: Priors
    truth: np.ndarray
    family: np.ndarray
    leader: np.ndarray
    area: np.ndarray

    def with_gold(self, share: float, seed: int) -> Claims:
        """Return the claims with a random share of incidents decided truly."""
        rng = np.random.default_rng([seed, 77])
        n = self.claims.n_incidents
        chosen = rng.permutation(n)[: round(share * n)]
        gold = np.full(n, UNKNOWN)
        gold[chosen] = self.truth[chosen]
        return replace(self.claims, gold=gold)


def draw(scenario: Scenario, seed: int) -> World:
    """Return the world of a scenario; the same seed gives the same world."""
    rng = np.random.default_rng([seed, 1])
    base = _Honest(scenario, rng)
    votes = [base.votes()]
    family = np.full(scenario.n_sources, UNKNOWN)
    leader = np.zeros(scenario.n_sources, dtype=bool)
    if scenario.echo:
        votes.append(_echo(scenario, rng, base, votes[0], family, leader))
    if scenario.selective:
        votes = [_selected(scenario, rng, base, v) for v in votes]
    group, families = base.group, [family]
    for campaign in range(scenario.campaigns):
        extra, accounts = _campaign(scenario, rng, base, campaign, len(group))
        votes.append(extra)
        group = np.concatenate([group, np.full(accounts, base.civil)])
        families.append(np.full(accounts, scenario.n_sources + campaign))
    table = np.concatenate(votes, axis=1)
    return _world(scenario, base, table, group, np.concatenate(families), leader)


class _Honest:
    """Incidents, honest and biased sources, and what each would say about an incident."""

    def __init__(self, s: Scenario, rng: np.random.Generator) -> None:
        self.s, self.rng, k = s, rng, s.n_parties
        self.civil, self.neutral = k + 1, k
        party = np.linspace(1.2, 1.0, k)
        self.pi = np.concatenate(
            [party / party.sum() * (1 - OTHER_SHARE - NONE_SHARE), [OTHER_SHARE, NONE_SHARE]]
        )
        self.truth = rng.choice(k + 2, size=s.n_incidents, p=self.pi)
        self.ease = rng.beta(9, 2, size=s.n_incidents)
        self.area = rng.integers(REGIONS, size=s.n_incidents)
        share = np.concatenate([np.full(k, ALIGNED / k), [NEUTRAL, CIVIL]])
        self.group = rng.choice(k + 2, size=s.n_sources, p=share)
        names = ["aligned"] * k + ["neutral", "civil"]
        beta = np.array([COMPETENCE[names[g]] for g in self.group])
        self.competence = rng.beta(beta[:, 0], beta[:, 1])
        self.home = rng.integers(REGIONS, size=s.n_sources)
        blame = np.stack([self._blame(g) for g in self.group])
        self.says = np.stack([rng.dirichlet(SPREAD * row) for row in blame])
        rank = rng.permutation(s.n_sources) + 10.0
        self.activity = (1 / rank) / (1 / rank).sum()

    def _blame(self, group: int) -> np.ndarray:
        """What a source of this group says when it did not see (C,)."""
        k = self.s.n_parties
        if group >= k or not self.s.bias:
            return 0.5 * self.pi + 0.5 / (k + 2)
        row = np.full(k + 2, BLAMES_OPPONENT / max(1, k - 1))
        row[group], row[k], row[k + 1] = 0.04, 0.09, 0.09
        return row / row.sum()

    def votes(self) -> np.ndarray:
        """Return all honest and biased statements as rows incident, source, kind, label."""
        s, rng = self.s, self.rng
        wanted = round(s.n_incidents * s.votes_per_incident)
        source = rng.choice(s.n_sources, size=int(wanted * 1.05), p=self.activity)
        incident = rng.integers(s.n_incidents, size=len(source))
        if s.regions:
            incident = self._at_home(source, incident)
        pair = np.unique(source.astype(np.int64) * s.n_incidents + incident)
        source, incident = pair // s.n_incidents, pair % s.n_incidents
        return self.say(source, incident)

    def _at_home(self, source: np.ndarray, incident: np.ndarray) -> np.ndarray:
        order = np.argsort(self.area, kind="stable")
        starts = np.searchsorted(self.area[order], np.arange(REGIONS + 1))
        home = self.home[source]
        size = starts[home + 1] - starts[home]
        near = order[starts[home] + (self.rng.random(len(source)) * size).astype(np.int64)]
        return np.where(self.rng.random(len(source)) < HOME, near, incident)

    def say(self, source: np.ndarray, incident: np.ndarray) -> np.ndarray:
        """Return what each source says about each incident, seen or not."""
        rng, k = self.rng, self.s.n_parties
        kind = rng.choice(len(KINDS), size=len(source), p=KIND_SHARE)
        chance = SEES[kind] * self.competence[source] * self.ease[incident]
        sees = rng.random(len(source)) < chance
        guess = (rng.random(len(source))[:, None] > np.cumsum(self.says[source], axis=1)).sum(1)
        label = np.where(sees, self.truth[incident], np.minimum(guess, k + 1))
        own = sees & (self.truth[incident] == self.group[source]) & self.s.bias
        denied = own & (rng.random(len(source)) < DENIES_OWN)
        label[denied] = guess[denied]
        return np.stack([incident, source, kind, label])


def _echo(
    s: Scenario, rng: np.random.Generator, base: _Honest, votes: np.ndarray,
    family: np.ndarray, leader: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Return what followers repeat of their leaders; marks families and leaders."""
    count = np.bincount(votes[1], minlength=s.n_sources)
    followers = rng.permutation(s.n_sources)[: round(s.echo * s.n_sources)]
    out = []
    can_lead = np.ones(s.n_sources, dtype=bool)
    can_lead[followers] = False
    for group in range(s.n_parties + 2):
        heads = np.flatnonzero(can_lead & (base.group == group))
        if not len(heads):
            continue
        heads = heads[np.argsort(-count[heads], kind="stable")][min(2, len(heads) - 1) : 20]
        for follower in followers[base.group[followers] == group]:
            head = rng.choice(heads)
            own = np.flatnonzero(votes[1] == head)
            copied = votes[:, own[rng.random(len(own)) < s.echo_rate]].copy()
            copied[1] = follower
            copied[2] = np.where(rng.random(copied.shape[1]) < 0.5, copied[2], len(KINDS) - 1)
            family[follower], leader[head] = head, True
            out.append(copied)
    return np.concatenate(out, axis=1)


def _selected(
    s: Scenario, rng: np.random.Generator, base: _Honest, votes: np.ndarray
) -> np.ndarray:
    """Drop most of what aligned sources know about their own side's violations."""
    own = base.group[votes[1]] == base.truth[votes[0]]
    own &= base.group[votes[1]] < s.n_parties
    return votes[:, ~(own & (rng.random(votes.shape[1]) < s.selective))]


def _campaign(
    s: Scenario, rng: np.random.Generator, base: _Honest, number: int, first: int
) -> tuple[np.ndarray, int]:
    """Return the votes of one campaign posing as civil society, and how many accounts it has."""
    victim = number % s.n_parties
    attackable = base.truth != victim
    if s.sleeper:
        attackable &= np.arange(s.n_incidents) >= s.n_incidents // 2
    pool = np.flatnonzero(attackable)
    target = pool[rng.random(len(pool)) < s.reach]
    posts = rng.random((len(target), s.accounts)) < s.turnout
    at, account = np.nonzero(posts)
    incident = target[at]
    label = np.full(len(incident), victim)
    strays = rng.random(len(label)) < s.noise
    label[strays] = rng.integers(s.n_parties + 2, size=int(strays.sum()))
    kind = rng.choice([3, 4, 5], size=len(label), p=[0.2, 0.5, 0.3])
    if s.rotating:
        return np.stack([incident, first + np.arange(len(label)), kind, label]), len(label)
    lies = np.stack([incident, first + account, kind, label])
    n_cover = round(s.camouflage * s.accounts)
    cover_at = rng.integers(s.n_incidents // 2 if s.sleeper else s.n_incidents, size=n_cover)
    cover_by = rng.integers(s.accounts, size=n_cover)
    truth = np.where(
        rng.random(n_cover) < 0.9, base.truth[cover_at], rng.integers(s.n_parties + 2, size=n_cover)
    )
    cover = np.stack([cover_at, first + cover_by, rng.choice([3, 4, 5], size=n_cover), truth])
    return np.concatenate([lies, cover], axis=1), s.accounts


def _world(
    s: Scenario, base: _Honest, table: np.ndarray, group: np.ndarray,
    family: np.ndarray, leader: np.ndarray,
) -> World:  # fmt: skip
    """Number the labels in the engine's alphabet, one statement per source and incident."""
    pair = table[1].astype(np.int64) * s.n_incidents + table[0]
    _, first = np.unique(pair, return_index=True)
    incident, source, kind, label = table[:, first]
    k = s.n_parties
    alphabet = np.concatenate([np.arange(k), [4 * k, 4 * k + 1]])
    order = np.lexsort((source, incident))
    claims = Claims(
        incident=incident[order],
        source=source[order],
        label=alphabet[label[order]],
        basis=kind[order],
        origin=np.arange(len(order)),
        group=group,
        n_parties=k,
        n_incidents=s.n_incidents,
        n_groups=k + 2,
        n_bases=len(KINDS),
        n_origins=len(order),
        presence=np.ones((s.n_incidents, k + 2), dtype=bool),
    )
    party = np.concatenate([np.arange(k), [UNKNOWN, UNKNOWN]])
    priors = Priors(class_prior=np.full(k + 2, 1 / (k + 2)), group_party=party)
    leaders = np.zeros(len(group), dtype=bool)
    leaders[: len(leader)] = leader
    return World(claims, priors, base.truth, family, leaders, base.area)


def main() -> None:
    parser = argparse.ArgumentParser(description="Describe one drawn world.")
    parser.add_argument("scenario", choices=sorted(SCENARIOS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--incidents", type=int, default=20_000)
    args = parser.parse_args()
    world = draw(replace(SCENARIOS[args.scenario], n_incidents=args.incidents), args.seed)
    named = world.truth[world.claims.incident]
    k = world.claims.n_parties
    said = np.where(world.claims.label < k, world.claims.label, world.claims.label - 3 * k)
    print(f"incidents {world.claims.n_incidents}, sources {world.claims.n_sources}")
    print(f"statements {world.claims.n_statements}, of them true {np.mean(named == said):.3f}")
    depends = world.family[world.claims.source] != UNKNOWN
    print(f"from dependent sources {depends.mean():.3f}")


if __name__ == "__main__":
    main()
