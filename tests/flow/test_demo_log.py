"""The demonstration's whole log, audited by the Go team's packages, proof by proof."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from reports.journal.models import Event, Unlogged
from tests.log_files import built_auditor, go_is_here
from verification.bulletins.models import Release
from verification.ledger.models import Leaf, LogState
from verification.ledger.signer import SignerState
from verification.ledger.signing import signer_at_hand
from verification.publication.models import Finding


@pytest.fixture(scope="module")
def exported(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The files of the log of the seeded demonstration."""
    folder = tmp_path_factory.mktemp("log")
    signer = SignerState(tmp_path_factory.mktemp("signer"), settings.LOG_ORIGIN)
    with django_db_blocker.unblock(), transaction.atomic(), signer_at_hand(signer.answer):
        call_command("seed", "--demo", verbosity=0)
        call_command("export_log", str(folder), stdout=StringIO())
        yield folder
        transaction.set_rollback(True)


def test_everything_that_was_done_is_in_it(exported: Path, db: None) -> None:
    assert not Unlogged.objects.exists()
    assert Leaf.objects.filter(event__isnull=False).count() == Event.objects.count()
    assert Leaf.objects.count() > 256  # more than one tile


def test_our_own_audit_finds_it_whole(exported: Path, db: None) -> None:
    said = StringIO()
    key = LogState.objects.get().verifier
    call_command("verify_log", "--key", key, stdout=said, stderr=StringIO())
    assert said.getvalue().endswith("The log is whole.\n")


def test_go_proves_every_leaf_and_every_size(exported: Path, db: None, tmp_path: Path) -> None:
    if not go_is_here():
        pytest.skip("no Go here: the gate of .ci/run says so in red")
    command = [str(built_auditor(tmp_path)), "-key", LogState.objects.get().verifier]
    done = subprocess.run(
        [*command, "-log", str(exported)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    counted = re.search(r": (\d+) leaves, (\d+) records; (\d+) inclusion and (\d+)", done.stdout)
    assert counted is not None, done.stdout
    size = Leaf.objects.count()
    records = Finding.objects.count() + Release.objects.count()
    assert [int(n) for n in counted.groups()] == [size, records, size, size]
