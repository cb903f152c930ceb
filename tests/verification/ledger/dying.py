"""Kills the sequencer and the signer with signal 9 at each step of writing and signing.

`python -m tests.verification.ledger.dying FOLDER REPEATS`, on the database of DATABASE_URL. After
every death both start again, as run.py would start them, and must find a log without a gap.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import django

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EVENTS = 5  # before each death


def die(*args: Any, **options: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still here")


def forked(work: Callable[[], None]) -> int:
    """Run work in a process of its own, which opens its own connections; return its id."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def death_of(child: int) -> int:
    """Wait for a process and return the signal that ended it; 0 if none did."""
    return os.WTERMSIG(status) if os.WIFSIGNALED(status := os.waitpid(child, 0)[1]) else 0


def then_die(real: Callable[..., Any]) -> Callable[..., Any]:
    """Return what does its work and dies before anybody hears of it."""

    def work(*args: Any, **options: Any) -> Any:
        real(*args, **options)
        die()

    return work


def dying_sequencer(step: str) -> None:
    """Take events in and have them signed; die at this step."""
    from django.conf import settings

    from verification.ledger.actions import sequencer
    from verification.ledger.models import SignedTree
    from verification.ledger.signing import SignerSilent

    settings.LOG_SIGNER = str(SOCKET)
    if step == "leaves written, not committed":
        sequencer._unmark = die
    elif step == "read again before signing":
        sequencer._read_again = die
    elif step == "signed, not taken down":
        sequencer._accept = die
    elif step == "taken down, not committed":
        SignedTree.objects.create = then_die(SignedTree.objects.create)
    sequencer.append_leaves(at=AT)
    if step == "leaves committed":
        die()
    try:
        sequencer.sign_log(at=AT)
    except SignerSilent:
        return


def dying_signer(step: str) -> None:
    """Serve one question after another; die at this step."""
    from verification.ledger.signer import Door, SignerState

    state = SignerState(FOLDER / "signer", ORIGIN)
    real = state._write
    if step == "signer: before it remembers":
        state._write = lambda name, text: die() if name == "tree.json" else real(name, text)
    elif step == "signer: remembers, has not answered":
        state._write = then_die(real)
    elif step == "signer: file half replaced":
        os.replace, kept = die, os.replace
        Path.replace = lambda self, to: die() if to.name == "tree.json" else kept(self, to)
    with Door(SOCKET, state) as door:
        door.serve_forever(poll_interval=0.02)


STEPS = (
    *("leaves written, not committed", "leaves committed", "read again before signing"),
    *("signer: before it remembers", "signer: file half replaced"),
    *("signer: remembers, has not answered", "signed, not taken down"),
    "taken down, not committed",
)


def one_death(step: str) -> None:
    """Add events, let somebody die at this step, and check what is found afterwards."""
    from reports.people.actions import register_organisation
    from tests.proofs import until

    for _ in range(EVENTS):
        key = os.urandom(8).hex()
        register_organisation(key=key, name=key, kind="mission", by=None, at=AT)
    SOCKET.unlink(missing_ok=True)
    signer = forked(lambda: dying_signer(step))
    until(SOCKET.exists, "the signer listens")
    sequencer = forked(lambda: dying_sequencer(step))
    ended = death_of(sequencer)
    if step.startswith("signer:"):
        assert (ended, death_of(signer)) == (0, signal.SIGKILL), step
    else:
        os.kill(signer, signal.SIGKILL)
        assert (ended, death_of(signer)) == (signal.SIGKILL, signal.SIGKILL), step
    found_whole(step)


def found_whole(step: str) -> None:
    """Start both anew and hold everything to everything."""
    from reports.journal.models import Event, Unlogged
    from verification.ledger.actions.sequencer import append_leaves, sign_log
    from verification.ledger.audit import Tally, row_faults, tree_faults
    from verification.ledger.models import Leaf
    from verification.ledger.queries import signed_size
    from verification.ledger.signer import SignerState
    from verification.ledger.signing import signer_at_hand

    signer = SignerState(FOLDER / "signer", ORIGIN)
    with signer_at_hand(signer.answer):
        append_leaves(at=AT)
        sign_log(at=AT)
    indexes = list(Leaf.objects.order_by("id").values_list("id", flat=True))
    assert indexes == list(range(len(indexes))), step
    logged = Leaf.objects.filter(event__isnull=False).values_list("event_id", flat=True)
    assert sorted(logged) == sorted(Event.objects.values_list("pk", flat=True)), step
    assert not Unlogged.objects.exists(), step
    assert signed_size() == signer.size == len(indexes), step
    assert [*tree_faults(origin=ORIGIN), *row_faults(Tally())] == [], step


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    django.setup()
    from django.conf import settings

    FOLDER, ORIGIN = Path(sys.argv[1]), settings.LOG_ORIGIN
    SOCKET = FOLDER / "s.sock"
    deaths = 0
    for _ in range(int(sys.argv[2])):
        for step in STEPS:
            one_death(step)
            deaths += 1
    print(f"{deaths} deaths at {len(STEPS)} steps, a log without a gap after each")
