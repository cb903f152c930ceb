"""A process that dies between storing a file and committing its row leaves nothing for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from reports.evidence import actions
from reports.evidence.actions import add_item, sweep_orphans
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item, Sweep
from reports.evidence.queries import orphans_removed
from reports.evidence.rules import ORPHAN_AFTER, SLOTS, SWEPT_EVERY
from reports.evidence.storage import COPY, ORIGINAL, stored_in, vault
from reports.intake.actions import withdraw_report
from tests.factories import LATER, NOW, World, a_report, an_item, settle
from tests.pages.record.test_filing import shown
from tests.pictures import photo
from tests.proofs import no_trace
from verification.ledger.actions.erasure import erase_report

SEALED = "reports.evidence.storage.SealedFolder"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """The storage as a site has it: sealed files in a folder."""
    stores = {"BACKEND": SEALED, "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": stores}
    return tmp_path


def dying(*_args: Any, **_kwargs: Any) -> None:
    raise OperationalError("the database went away")


@pytest.fixture
def orphan(world: World, folder: Path) -> Iterator[Path]:
    """A file whose process died after storing it: it could not even clear up behind itself."""
    report = a_report(world)
    with pytest.MonkeyPatch.context() as killed, no_trace():
        killed.setattr(actions, "record_event", dying)
        killed.setattr(actions, "destroy", lambda store, path: None)
        with pytest.raises(OperationalError):
            add_item(
                report=report, draft=ItemDraft(), file=ContentFile(photo()), by=world.filer, at=NOW
            )
    (left,) = files(folder)
    return left


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_it_is_removed_once_it_is_old_enough(world: World, orphan: Path, folder: Path) -> None:
    kept = an_item(world, content=photo(2))
    now = timezone.now()
    assert sweep_orphans(at=now) == 0 and orphan.exists()
    later = now + ORPHAN_AFTER + timedelta(minutes=1)
    assert sweep_orphans(at=later) == 1 and not orphan.exists()
    assert {path.name for path in files(folder)} == {kept.stored_as.rpartition("/")[2]}
    assert not orphan.parent.exists()  # its name is a hash
    assert orphans_removed() == 1 and Sweep.objects.count() == SLOTS
    assert sweep_orphans(at=later + SWEPT_EVERY + timedelta(minutes=1)) == 0
    assert Item.objects.get() == kept


def test_each_part_once_a_night_and_only_so_long(world: World, orphan: Path) -> None:
    later = timezone.now() + ORPHAN_AFTER + timedelta(minutes=1)
    assert sweep_orphans(at=later, budget_s=-1) == 0 and not Sweep.objects.exists()
    assert sweep_orphans(at=later) == 1
    with no_trace():
        assert sweep_orphans(at=later + timedelta(hours=1)) == 0


def test_the_operator_reads_how_many(world: World, orphan: Path, client: Client) -> None:
    sweep_orphans(at=timezone.now() + ORPHAN_AFTER + timedelta(minutes=1))
    client.force_login(world.operator)
    page = shown(client.get("/health/"))
    assert "Stray files removed" in page and "Files on their way" in page


def test_copies_of_files_that_are_there_are_no_orphans(world: World, folder: Path) -> None:
    item = an_item(world)
    settle()
    (slot,) = {int(item.sha256[:2], 16)}
    assert {where for where, _place in stored_in(slot)} >= {ORIGINAL, COPY}
    assert sweep_orphans(at=timezone.now() + timedelta(days=9)) == 0
    assert vault().exists(f"{COPY}/{item.stored_as}")


@pytest.mark.usefixtures("signer")
def test_an_erased_file_leaves_no_folder_that_bears_its_hash(world: World, folder: Path) -> None:
    item = an_item(world)
    report = withdraw_report(report=item.report, by=world.filer, at=NOW)
    erase_report(report=report, basis="danger_to_a_person", by=world.operator, at=LATER)
    settle()
    assert [path for path in folder.rglob("*") if item.sha256 in path.name] == []
