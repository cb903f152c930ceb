"""Holds the rows of the database to what the log says of them; names every difference.

The log itself is audited from its files, by `verification/management/log_audit.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db import models

from reports.evidence.models import Item
from reports.journal.kinds import Kind
from reports.journal.models import Event, Unlogged
from reports.questions.models import Question
from verification.ledger.models import Leaf, LogState, Opening, SignedTree
from verification.ledger.rows import rows_digest, rows_of
from verification.ledger.sealing import Unreadable, unsealed
from verification.merkle.canonical import NotCanonical, parsed
from verification.merkle.checkpoint import opened_checkpoint
from verification.merkle.hash import leaf_hash
from verification.merkle.note import verifier_key
from verification.merkle.slots import commitment, fields_in
from verification.merkle.tree import Frontier

CHUNK = 1_000  # leaves read at a time
Forms = dict[str, list[list[str]]]


@dataclass(slots=True)
class Tally:
    """What was compared."""

    opened: int = 0
    erased: int = 0
    decoys: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A leaf with what the database holds to it: a decoy has neither opening nor event."""

    leaf: Leaf
    opening: Opening | None
    event: Event | None
    rows: Sequence[models.Model]


def row_faults(tally: Tally) -> Iterator[str]:
    """Yield a sentence for every row that is not what its leaf says; count into `tally`."""
    state = LogState.objects.first()
    forms: Forms = state.forms if state else {}
    done = Event.objects.filter(kind=Kind.ERASURE_DONE)
    erased = set(done.values_list("subject_id", flat=True))
    asked = set(Question.objects.filter(report_id__in=erased).values_list("pk", flat=True))
    erased |= asked | set(Item.objects.filter(report_id__in=erased).values_list("pk", flat=True))
    for held in held_leaves():
        yield from _faults_of(held, forms, erased, tally)
    for event in kept_out():
        yield f"event {event.pk} ({event.kind}) never entered the log, and its mark is gone"


def tree_faults(*, origin: str) -> Iterator[str]:
    """Yield a sentence for whatever the log's own tables say that its leaves do not bear out."""
    state = LogState.objects.first()
    if state is None:
        return
    if state.origin != origin:
        yield f"the log calls itself {state.origin}, this site's is {origin}"
    trees = {tree.size: tree for tree in SignedTree.objects.all()}
    frontier = Frontier()
    rows = Leaf.objects.order_by("id").values_list("id", "body", "hash")
    for index, body, kept in rows.iterator(chunk_size=CHUNK):
        if index != frontier.size:
            yield f"leaf {frontier.size} is missing"
            return
        again = leaf_hash(bytes(body))
        if again != bytes(kept):
            yield f"leaf {index}: its bytes or its hash were changed"
        frontier.append(again)
        tree = trees.pop(frontier.size, None)
        if tree is not None and not _bears_out(tree, frontier, state):
            yield f"the checkpoint of {tree.size} leaves was changed, or a leaf below it"
    for size in sorted(trees):
        yield f"the checkpoint of {size} leaves is of no size that this log has or had"
    if (state.size, bytes(state.peaks)) != (frontier.size, b"".join(frontier.peaks)):
        yield f"the log's row says {state.size} leaves ({frontier.size} are there), or another edge"


def _bears_out(tree: SignedTree, frontier: Frontier, state: LogState) -> bool:
    """Answer whether a signed tree is that of these leaves, and signed by the log's key."""
    try:
        keys = [verifier_key(state.verifier)]
        found = opened_checkpoint(tree.note, origin=state.origin, keys=keys)
    except ValueError:
        return False
    root = frontier.root()
    return (
        (found.size, found.root) == (tree.size, root)
        and bytes(tree.root) == root
        and bytes(tree.peaks) == b"".join(frontier.peaks)
    )


def held_leaves() -> Iterator[Held]:
    """Yield every leaf, by index, with all that the database holds to it."""
    first = 0
    while leaves := list(Leaf.objects.filter(id__gte=first).order_by("id")[:CHUNK]):
        first = leaves[-1].pk + 1
        openings = {
            one.leaf_id: one
            for one in Opening.objects.filter(leaf__in=leaves).select_related("key")
        }
        events = Event.objects.in_bulk([leaf.event_id for leaf in leaves if leaf.event_id])
        rows = rows_of(events.values())
        for leaf in leaves:
            event = events.get(leaf.event_id) if leaf.event_id else None
            own = rows.get(event.pk, []) if event is not None else []
            yield Held(leaf, openings.get(leaf.pk), event, own)


def kept_out() -> Iterator[Event]:
    """Yield the events that neither entered the log nor wait for it."""
    logged = Leaf.objects.filter(event__isnull=False).values("event_id")
    marked = Unlogged.objects.values("event_id")
    yield from Event.objects.exclude(pk__in=logged).exclude(pk__in=marked)


def _faults_of(
    held: Held, forms: Forms, erased: Collection[uuid.UUID], tally: Tally
) -> Iterator[str]:
    leaf, event = held.leaf, held.event
    if leaf.event_id is None:
        if held.opening is not None:
            yield f"leaf {leaf.pk}: its event was taken from it"
        tally.decoys += 1
        return
    if event is None:
        yield f"leaf {leaf.pk}: its event {leaf.event_id} is gone"
        return
    said = f"leaf {leaf.pk} ({event.kind})"
    if held.opening is None:
        if event.subject_id not in erased:
            yield f"{said}: its opening is gone, and nothing was erased"
        tally.erased += 1
        return
    for fault in _differences(leaf, held.opening, event, held.rows, forms):
        yield f"{said}: {fault}"
    tally.opened += 1


def _differences(
    leaf: Leaf, opening: Opening, event: Event, rows: Sequence[models.Model], forms: Forms
) -> Iterator[str]:
    if opening.key.secret is None:
        yield "its key was destroyed, but not its opening"
        return
    if opening.key.subject_id != event.subject_id:
        yield "its opening lies under the key of another record"
    try:
        opened = unsealed(bytes(opening.key.secret), leaf.pk, bytes(opening.sealed))
        commit = parsed(bytes(leaf.body))["commit"]
    except (Unreadable, NotCanonical, KeyError):
        yield "its opening or its bytes were changed"
        return
    if commitment(opened).hex() != commit:
        yield "its opening is not what it commits to"
        return
    fields = fields_in(opened)
    if not _is_one_of_its_forms([event], fields["row"], forms):
        yield f"event {event.pk} was changed"
    if "rows" in fields and not _is_one_of_its_forms(rows, fields["rows"], forms):
        names = ", ".join(f"{row._meta.db_table} {row.pk}" for row in rows)
        yield f"what it vouches for was changed or removed ({names or 'nothing is left'})"


def _is_one_of_its_forms(rows: Sequence[models.Model], digest: str, forms: Forms) -> bool:
    """Answer whether rows are what was digested, over the columns their table had then."""
    if not rows:
        return False
    table = rows[0]._meta.db_table
    return any(rows_digest(rows, {table: columns}) == digest for columns in forms.get(table, []))
