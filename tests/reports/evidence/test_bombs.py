"""Files that mean harm are refused or read in bounded memory and time, and nothing of them runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile

from reports.evidence import sandbox
from reports.evidence.actions import add_item
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Item
from reports.evidence.queries import bytes_of
from reports.evidence.storage import COPY, ORIGINAL, THUMB, path_of, vault
from reports.problems import Invalid
from tests.bombs import BOMBS, LARGE, MARK, REFUSED, UNREADABLE, Bomb
from tests.factories import NOW, World, a_report, settle

MOST_MB = 512  # of memory a child may hold
ALL = {**BOMBS, **LARGE}
# Stands for Python where children are started: runs it, and notes how much memory it held.
# A process of its own, since a child inherits the mark of whoever started it.
WATCHER = """#!{python} -S
import os, sys
child = os.posix_spawn({python!r}, [{python!r}, *sys.argv[1:]], os.environ)
_pid, status, used = os.wait4(child, 0)
with open({noted!r}, "a") as note:
    print(used.ru_maxrss, file=note)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[float]]:
    """Return how much memory (MB) each child held at most, once they ran."""
    watcher, noted = tmp_path / "python", tmp_path / "held"
    watcher.write_text(WATCHER.format(python=sys.executable, noted=str(noted)))
    watcher.chmod(0o700)
    monkeypatch.setattr(sandbox, "sys", SimpleNamespace(executable=str(watcher)))

    def read() -> list[float]:
        return [int(line) / 1024 for line in noted.read_text().split()] if noted.exists() else []

    return read


def became_of(world: World, bomb: Bomb) -> tuple[str, Item | None]:
    """Bring a file as a monitor would; return how it ended."""
    report = a_report(world)
    given = {"by": world.filer, "at": NOW}
    try:
        item = add_item(
            report=report,
            draft=ItemDraft(),
            file=ContentFile(bomb.content),
            **given,  # type: ignore[arg-type]
        ).item
    except Invalid as refusal:
        assert refusal.errors["file"][0]
        return REFUSED, None
    settle()
    return str(Item.objects.get(pk=item.pk).reading.outcome), item


@pytest.mark.parametrize("name", ALL)
def test_it_ends_as_it_may(world: World, name: str, held: Callable[[], list[float]]) -> None:
    bomb, began = ALL[name](), time.monotonic()
    ended, item = became_of(world, bomb)
    print(f"{name}: {ended}, {held()} MB, {time.monotonic() - began:.1f} s")
    assert ended in bomb.ends, ended
    assert all(mb < MOST_MB for mb in held())
    assert ended == REFUSED or "pdf" in name or len(held()) == 2  # looked at, then read
    if item is None:
        assert not Item.objects.exists()
        return
    with vault().open(path_of(ORIGINAL, item.stored_as)) as kept:
        assert kept.read() == bomb.content
    for folder in (COPY, THUMB):
        made = bytes_of(folder, item)
        assert (made is None) == (ended in ("sealed", UNREADABLE))
        assert made is None or (MARK not in made and made.startswith(b"\xff\xd8\xff"))
