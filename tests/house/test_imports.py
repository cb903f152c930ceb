"""The walls between the rooms stand, and each of them has been seen to hold."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

APPS = "config > verification > reports"
REPORTS = "reports: the order of the rooms"
VERIFICATION = "verification: the order of the rooms"
IN_A_ROOM = "in each room: actions > queries > assemble > models > rules > states"
PURE = "engine and merkle know no framework and no rows"
ENGINE = "engine: only scoring and standing"
MERKLE = "merkle: only ledger"
LEDGER = "ledger: only publication and the doors"
DOORS = "doors reach rows through queries, never through models"

SENSORS = "sensors: only the doors of the record"

# What is planted (file, line) and which walls it must break, no others.
PLANTED = {
    "the record asks the judgement": (
        {"reports/intake/planted.py": "import verification.engine.version"},
        {APPS, ENGINE},
    ),
    "an app reads the wiring": ({"verification/engine/planted.py": "import config"}, {APPS, PURE}),
    "people look into intake": (
        {"reports/people/planted.py": "import reports.intake.rules"},
        {REPORTS},
    ),
    "a room without a place, in reports": ({"reports/sideroom/__init__.py": ""}, {REPORTS}),
    "incidents look into adjudication": (
        {"verification/incidents/planted.py": "import verification.adjudication.rules"},
        {VERIFICATION},
    ),
    "a room without a place, in verification": (
        {"verification/sideroom/__init__.py": ""},
        {VERIFICATION},
    ),
    "a rule reads rows": (
        {"verification/standing/rules.py": "import verification.standing.models"},
        {IN_A_ROOM},
    ),
    "a query writes": (
        {"verification/incidents/queries.py": "import verification.incidents.actions"},
        {IN_A_ROOM},
    ),
    "the engine knows the framework": (
        {"verification/engine/planted.py": "import django.utils"},
        {PURE},
    ),
    "the tree knows the record": (
        {"verification/merkle/planted.py": "import reports.problems"},
        {PURE},
    ),
    "a panel asks the engine itself": (
        {"verification/adjudication/planted.py": "import verification.engine.types"},
        {ENGINE},
    ),
    "a door builds the tree": (
        {"verification/pages/planted.py": "import verification.merkle.tree"},
        {MERKLE},
    ),
    "a panel writes the log": (
        {"verification/adjudication/planted.py": "import verification.ledger.leaves"},
        {LEDGER},
    ),
    "an instrument makes an incident": (
        {"verification/incidents/planted.py": "import reports.sensors.rules"},
        {SENSORS},
    ),
    "a page reads rows": ({"reports/pages/planted.py": "import reports.intake.models"}, {DOORS}),
}
# Rooms and files that may wait: made in the copy, so that every wall has two sides.
MADE = [
    "reports/intake/rules.py",
    "verification/adjudication/rules.py",
    "verification/standing/models.py",
    "verification/incidents/actions.py",
    "verification/ledger/leaves.py",
    "verification/merkle/tree.py",
]


def broken_walls(tree: Path) -> set[str]:
    """Return the names of the contracts that the linter reports as broken."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [LINT, "--no-cache"], cwd=tree, env=env, capture_output=True, text=True, check=False
    )
    lines = [line.split(" (")[0].strip() for line in done.stdout.splitlines()]
    broken = {line.removesuffix(" BROKEN") for line in lines if line.endswith(" BROKEN")}
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    assert bool(broken) == bool(done.returncode), done.stdout
    return broken


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the house without its front end."""
    for app in ("config", "reports", "verification"):
        shutil.copytree(
            ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(tree: Path, path: str, line: str) -> None:
    """Add a line to a file of the copy, making it and its package if need be."""
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    (file.parent / "__init__.py").touch()
    with open(file, "a") as handle:
        handle.write(f"\n{line}\n")


def test_the_house_keeps_its_walls() -> None:
    """No import in the real tree breaks a contract."""
    assert broken_walls(ROOT) == set()


@pytest.mark.parametrize(("planted", "expected"), PLANTED.values(), ids=PLANTED.keys())
def test_each_wall_holds(tree: Path, planted: dict[str, str], expected: set[str]) -> None:
    """A planted import breaks the wall it should, and only that."""
    for path in MADE:
        plant(tree, path, "")
    for path, line in planted.items():
        plant(tree, path, line)
    assert broken_walls(tree) == expected


def test_every_wall_is_tried() -> None:
    """The table above leaves no contract out."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}
    assert set().union(*(expected for _, expected in PLANTED.values())) == names
