"""Reads of the log: tiles, checkpoints, proofs, openings, and how far behind it is."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, Max, Q, QuerySet

from reports.journal.kinds import Kind
from reports.journal.models import Event, Unlogged
from reports.once import seen_once
from reports.problems import NotFound
from verification.ledger.models import Cosignature, Leaf, LogState, Opening, SignedTree, TileRoot
from verification.ledger.rules import FILING_NOUNS, LATE_S, bucket_start
from verification.ledger.sealing import unsealed
from verification.ledger.witnessing import witnesses
from verification.merkle.hash import HASH_SIZE
from verification.merkle.proof_file import ProofFile
from verification.merkle.proofs import consistency_path, inclusion_path
from verification.merkle.slots import Disclosure, disclosed, fields_in
from verification.merkle.tiles import HEIGHT, WIDTH, bundle, tile_nodes, tile_path, tile_sizes
from verification.merkle.tree import Nodes


@dataclass(frozen=True, slots=True)
class WitnessSeen:
    """A witness, and the biggest checkpoint of ours that it has cosigned."""

    name: str
    key: str
    size: int  # 0 if none


@dataclass(frozen=True, slots=True)
class LogStatus:
    """What pages say of the log: its newest checkpoint, and whether it is behind."""

    origin: str
    verifier: str
    receipts: str  # the key that signs receipts
    size: int
    signed_at: datetime | None
    behind: bool  # something should be signed by now, and is not; since when would tell too much
    witnesses: tuple[WitnessSeen, ...]
    quorum: int  # of witnesses; below it a checkpoint counts as unwitnessed

    @property
    def witnessed(self) -> bool:
        """Answer whether enough witnesses have cosigned the newest checkpoint."""
        return sum(one.size == self.size for one in self.witnesses) >= self.quorum


@dataclass(frozen=True, slots=True)
class LoggedLeaf:
    """A leaf under the newest checkpoint, with its proof."""

    index: int
    body: bytes
    hash: bytes
    proof: ProofFile
    size: int


def newest_tree() -> SignedTree | None:
    """Return the newest signed tree."""
    return seen_once("newest tree", SignedTree.objects.order_by("-size").first)


def signed_size() -> int:
    """Return how many leaves lie under a signed checkpoint."""
    sizes = SignedTree.objects.order_by("-size").values_list("size", flat=True)
    return seen_once("signed size", lambda: sizes.first() or 0)


def cosigned_note(tree: SignedTree) -> str:
    """Return a checkpoint with the lines of all witnesses that cosigned it."""
    lines = tree.cosignatures.order_by("witness").values_list("line", flat=True)
    return tree.note + "".join(lines)


def newest_checkpoint() -> str:
    """Return the newest checkpoint as it is served; '' before the first."""
    tree = newest_tree()
    return cosigned_note(tree) if tree is not None else ""


def _witnesses_seen() -> tuple[WitnessSeen, ...]:
    known = witnesses()
    if not known:
        return ()
    rows = Cosignature.objects.values("witness").annotate(size=Max("tree__size"))
    sizes = dict(rows.values_list("witness", "size"))
    return tuple(
        WitnessSeen(one.key.name, str(one.key), sizes.get(one.key.name, 0)) for one in known
    )


def published_events(kinds: Collection[str]) -> QuerySet[Event]:
    """Return the events of these kinds that lie under a signed checkpoint."""
    logged = Leaf.objects.filter(id__lt=signed_size(), event__isnull=False)
    return Event.objects.filter(
        kind__in=[str(kind) for kind in kinds], pk__in=logged.values("event_id")
    )


def is_signed(subject_id: uuid.UUID, kind: str) -> bool:
    """Answer whether a record's event of this kind is under a signed checkpoint."""
    leaves = Leaf.objects.filter(event__subject_id=subject_id, event__kind=str(kind))
    return leaves.filter(id__lt=signed_size()).exists()


def signed_since(first: int, kinds: Collection[str], *, most: int) -> tuple[list[Event], int]:
    """Return signed events of these kinds in the log's order, and the leaf to go on from."""
    size = signed_size()
    leaves = Leaf.objects.filter(
        id__gte=first, id__lt=size, event__kind__in=[str(kind) for kind in kinds]
    )
    found = list(leaves.select_related("event").order_by("id")[:most])
    beyond = found[-1].pk + 1 if len(found) == most else size
    return [leaf.event for leaf in found if leaf.event is not None], max(first, beyond)


# In one question. The leaves are few, which the planner cannot know: OFFSET 0 has it look up each
# event by its key.
_UNSIGNED = """
SELECT event.* FROM reports_unlogged AS mark JOIN reports_event AS event ON event.id = mark.event_id
 WHERE event.kind = ANY(%(kinds)s)
 UNION ALL
SELECT event.*
  FROM (SELECT event_id FROM verification_leaf
         WHERE id >= COALESCE((SELECT max(size) FROM verification_signedtree), 0)
         ORDER BY id) AS leaf
 CROSS JOIN LATERAL (SELECT * FROM reports_event AS found
                      WHERE found.id = leaf.event_id AND found.kind = ANY(%(kinds)s)
                     OFFSET 0) AS event
"""


def unsigned_events(kinds: Collection[str]) -> list[Event]:
    """Return the events of these kinds that no signed checkpoint covers yet."""
    names = [str(kind) for kind in kinds]
    return list(Event.objects.raw(_UNSIGNED, {"kinds": names}))


def log_status(*, at: datetime) -> LogStatus:
    """Return the state of the log as pages tell it."""
    tree = newest_tree()
    size = tree.size if tree else 0
    late = at - timedelta(seconds=LATE_S)
    waiting = _due(at=late).filter(event__recorded_at__lt=late)
    unsigned = Leaf.objects.filter(id__gte=size, event__recorded_at__lt=late)
    seen: Any = LogState.objects.annotate(behind=Exists(waiting) | Exists(unsigned)).first()
    state: LogState | None = seen
    return LogStatus(
        origin=state.origin if state else "",
        verifier=state.verifier if state else "",
        receipts=state.receipts if state else "",
        size=size,
        signed_at=tree.signed_at if tree else None,
        behind=seen.behind if seen else waiting.exists() or unsigned.exists(),
        witnesses=_witnesses_seen(),
        quorum=settings.LOG_QUORUM if settings.LOG_WITNESSES else 0,
    )


def _due(*, at: datetime) -> QuerySet[Unlogged]:
    """Return the events that may enter now: a filing only after its bucket has ended."""
    filing = Q()
    for noun in FILING_NOUNS:
        filing |= Q(event__kind__startswith=f"{noun}.")
    return Unlogged.objects.exclude(filing & Q(event__at__gte=bucket_start(at)))


def due_events(*, at: datetime, most: int) -> list[Event]:
    """Return some of the events that may enter the log now, and are not in it."""
    some = _due(at=at).order_by("event_id").values("event_id")[:most]
    return list(Event.objects.filter(pk__in=some).order_by("recorded_at", "id"))


def is_erased(subject_id: uuid.UUID) -> bool:
    """Answer whether a record was erased."""
    return Event.objects.filter(subject_id=subject_id, kind=Kind.ERASURE_DONE).exists()


# -- tiles ---------------------------------------------------------------------------------
def read_tile(level: int, number: int, width: int) -> bytes:
    """Return the hashes of a tile; fewer bytes than asked for if the log is not so long."""
    first, last = number * WIDTH, number * WIDTH + width
    if level == 0:
        hashes = Leaf.objects.filter(id__gte=first, id__lt=last).order_by("id")
        return b"".join(bytes(one) for one in hashes.values_list("hash", flat=True))
    roots = TileRoot.objects.filter(level=level - 1, number__gte=first, number__lt=last)
    return b"".join(bytes(one) for one in roots.order_by("number").values_list("root", flat=True))


def read_bundle(number: int, width: int) -> bytes:
    """Return the leaves of a bundle."""
    first = number * WIDTH
    rows = Leaf.objects.filter(id__gte=first, id__lt=first + width).order_by("id")
    return bundle([bytes(body) for body in rows.values_list("body", flat=True)])


def log_nodes(size: int) -> Nodes:
    """Return the nodes of the log's tree at this size."""
    return tile_nodes(size, read_tile)


def public_tile(level: int | None, number: int, width: int) -> bytes:
    """Return a tile, or (for no level) a bundle, that lies under the newest checkpoint."""
    there = signed_size() >> HEIGHT * (level or 0)
    if not 0 < width <= WIDTH or number * WIDTH + width > there:
        raise NotFound("No such part of the log.")
    return read_bundle(number, width) if level is None else read_tile(level, number, width)


def public_files() -> Iterator[tuple[str, bytes]]:
    """Yield every file of the log as it stands under its newest checkpoint, that one last."""
    tree = newest_tree()
    if tree is None:
        return
    for level, number, width in tile_sizes(tree.size):
        yield tile_path(level, number, width), read_tile(level, number, width)
        if level == 0:
            yield tile_path("entries", number, width), read_bundle(number, width)
    state = LogState.objects.get()
    yield "key", f"{state.verifier}\n".encode()
    yield "receipts-key", f"{state.receipts}\n".encode()
    yield "checkpoint", cosigned_note(tree).encode()


# -- proofs --------------------------------------------------------------------------------
def logged_leaf(event_id: uuid.UUID) -> LoggedLeaf | None:
    """Return an event's leaf with its proof; None while it is not under a checkpoint."""
    leaf, tree = Leaf.objects.filter(event_id=event_id).first(), newest_tree()
    if leaf is None or tree is None or leaf.pk >= tree.size:
        return None
    path = tuple(inclusion_path(log_nodes(tree.size), leaf.pk, tree.size))
    proof = ProofFile(leaf.pk, path, cosigned_note(tree))
    return LoggedLeaf(leaf.pk, bytes(leaf.body), bytes(leaf.hash), proof, tree.size)


def growth_path(old: int, new: int) -> list[bytes]:
    """Return the proof that the log of size `new` begins with that of size `old`."""
    return consistency_path(log_nodes(new), old, new)


def opened_fields(opening: Opening) -> dict[str, Any]:
    """Return the fields of an opening. Errors: Unreadable; KeyError after an erasure."""
    return fields_in(_openings(opening))


def disclosure(event_id: uuid.UUID, name: str) -> Disclosure | None:
    """Return one committed field of an event's leaf; None if it is erased or not there."""
    opening = (
        Opening.objects.select_related("key").filter(leaf__event_id=event_id).order_by("id").first()
    )
    if opening is None or opening.key.secret is None:
        return None
    try:
        return disclosed(_openings(opening), name)
    except KeyError:
        return None


def _openings(opening: Opening) -> list[list[Any]]:
    if opening.key.secret is None:
        raise KeyError("erased")
    return unsealed(bytes(opening.key.secret), opening.leaf_id, bytes(opening.sealed))


def in_a_row(joined: bytes) -> list[bytes]:
    """Return the hashes that a column holds in a row."""
    raw = bytes(joined)
    return [raw[at : at + HASH_SIZE] for at in range(0, len(raw), HASH_SIZE)]
