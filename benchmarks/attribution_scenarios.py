"""Attack scenarios for simulator.py: the known ones, and variants kept apart for checking.

Shares are documented assumptions (docs/scoring.md section 8). Constants of the engine were set
with SCENARIOS in view; HELD_OUT was written afterwards and only ever measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Scenario:
    """Which attacks are on; shares as docs/scoring.md section 8 lists them."""

    name: str
    n_incidents: int = 20_000
    n_sources: int = 400
    votes_per_incident: float = 6.0
    n_parties: int = 2
    bias: bool = True
    echo: float = 0.0  # share of sources that repeat a leader
    echo_rate: float = 0.6
    campaigns: int = 0
    accounts: int = 40  # per campaign
    reach: float = 0.3  # share of incidents a campaign attacks
    turnout: float = 0.3  # share of accounts that post on an attacked incident
    camouflage: float = 20.0  # honest-looking votes per account
    noise: float = 0.05  # chance that a campaign account deviates from the line
    sleeper: bool = False  # campaigns attack only in the second half
    selective: float = 0.0  # share of reports on own-side violations never filed
    regions: bool = False
    rotating: bool = False  # every campaign account is thrown away after one attack

    def shrunk(self, n_incidents: int, n_sources: int) -> Scenario:
        """Return the same attack on a small mission."""
        accounts = max(4, round(self.accounts * n_sources / self.n_sources))
        return replace(
            self, n_incidents=n_incidents, n_sources=n_sources, accounts=accounts, camouflage=5.0
        )


def _all(name: str = "all", **more: float) -> Scenario:
    return Scenario(
        name,
        echo=0.3,
        campaigns=3,
        reach=0.25,
        turnout=0.12,
        selective=0.6,
        **more,  # type: ignore[arg-type]  # keyword names of Scenario
    )


SCENARIOS = {
    s.name: s
    for s in (
        Scenario("clean", bias=False),
        Scenario("bias"),
        Scenario("echo", echo=0.4),
        Scenario("sybil", campaigns=4, reach=0.30, turnout=0.07),
        Scenario("selective", selective=0.7),
        Scenario("stealth", campaigns=3, accounts=30, reach=0.15, turnout=0.08, noise=0.30),
        Scenario("sleeper", campaigns=4, accounts=30, reach=0.30, turnout=0.12, sleeper=True),
        Scenario("regions", regions=True),
        replace(_all("reg+all"), regions=True),
        _all(),
        _all("sparse", votes_per_incident=3.0),
        Scenario("swarm", campaigns=4, accounts=60, reach=0.50, turnout=0.10, camouflage=30.0),
        Scenario("three parties", n_parties=3, echo=0.2, campaigns=3, reach=0.2, turnout=0.1),
        Scenario("rotating", campaigns=3, reach=0.10, turnout=0.10, rotating=True),
    )
}

HELD_OUT = {
    s.name: s
    for s in (
        Scenario(
            "noisy swarm", campaigns=4, accounts=60, reach=0.5, turnout=0.1, camouflage=30.0,
            noise=0.4,
        ),
        Scenario(
            "few accounts", campaigns=6, accounts=5, reach=0.3, turnout=0.8, camouflage=100.0
        ),
        Scenario("five parties", n_parties=5, echo=0.3, campaigns=5, reach=0.2, turnout=0.1,
                 selective=0.6),
        Scenario("faint echoes", echo=0.7, echo_rate=0.3),
        replace(SCENARIOS["all"], name="all, rotating", rotating=True, turnout=0.05),
        replace(SCENARIOS["sparse"], name="very sparse", votes_per_incident=1.5),
        replace(SCENARIOS["swarm"], name="swarm, no cover", camouflage=0.0),
    )
}  # fmt: skip
