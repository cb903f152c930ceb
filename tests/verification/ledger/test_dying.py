"""Sequencer and signer are killed at every step of writing and signing (see dying.py)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from config.installer import ROOT

# CVR_DEATHS=50 for the long run of docs/decisions/0009-the-log.md
REPEATS = os.environ.get("CVR_DEATHS", "1")


def test_the_log_has_no_gap_after_a_death_at_any_step(
    transactional_db: None, tmp_path: Path
) -> None:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(
        path=f"/{connection.settings_dict['NAME']}"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.verification.ledger.dying", str(tmp_path), REPEATS],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database.geturl()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{8 * int(REPEATS)} deaths at 8 steps, a log without a gap after each\n"
