"""The one writer of the log: takes events in, and has the tree signed."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from reports.identity import new_key
from reports.journal.models import Event, Unlogged
from verification.ledger.models import Leaf, LeafKey, LogState, Opening, SignedTree, TileRoot
from verification.ledger.queries import due_events, in_a_row, log_nodes, newest_tree, read_tile
from verification.ledger.rows import clear_of, columns_of, pseudonym, rows_digest, rows_of
from verification.ledger.rules import FILING, class_of, decoys_for, time_in_clear, type_in_clear
from verification.ledger.sealing import KEY_SIZE, SEED_SIZE, commitment_of, sealed
from verification.ledger.signing import SignerRefused, ask
from verification.merkle.canonical import canonical
from verification.merkle.checkpoint import opened_checkpoint
from verification.merkle.hash import leaf_hash
from verification.merkle.note import verifier_key
from verification.merkle.proofs import consistency_path
from verification.merkle.slots import commitment
from verification.merkle.tiles import WIDTH, in_hashes
from verification.merkle.tree import Frontier, root_of, tree_root

LOCK = 0x63767202  # of the sequencer; any number that nobody else locks
BATCH = 2_000  # events of one transaction
WITH_BODY = ("report.filed", "evidence.added")  # kinds whose first row tells what was sent


class LogBroken(Exception):
    """Raised when what stands in the database is not what was written: nothing is signed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf on its way in; a decoy has neither event nor fields."""

    body: bytes
    event: Event | None = None
    seed: bytes = b""
    fields: Mapping[str, Any] | None = None


def append_leaves(*, at: datetime) -> int:
    """Take every event that is due into the log; return how many leaves were added.

    Needs: nothing; two at once wait for each other. Leaves: a Leaf per event and the decoys of
    filings, their openings, the roots of full tiles, the log's new size; no Unlogged row of them.
    """
    added = 0
    while True:
        with transaction.atomic():
            state = _held_state()
            events = due_events(at=at, most=BATCH)
            if not events:
                return added
            entries = _entries(events, state)
            _write(state, entries)
            _unmark([event.pk for event in events])
            added += len(entries)


def _unmark(events: list[uuid.UUID]) -> None:
    with connection.cursor() as cursor:
        table = Unlogged._meta.db_table
        cursor.execute(f"DELETE FROM {table} WHERE event_id = ANY(%s)", [events])  # noqa: S608 # nosec B608


def _held_state() -> LogState:
    """Return the log's row; whoever holds it is the only one who gives indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    state = LogState.objects.select_for_update().first()
    return state or LogState.objects.create(origin=settings.LOG_ORIGIN)


def _entries(events: Sequence[Event], state: LogState) -> list[Entry]:
    """Return the leaves of these events: filings shuffled among decoys, the rest as they came."""
    rows = rows_of(events)
    plain: list[Entry] = []
    filings: dict[str, list[Entry]] = {}
    seeds = os.urandom(SEED_SIZE * len(events))
    _note_forms(state, [Event, *{type(row) for own in rows.values() for row in own}])
    for n, event in enumerate(events):
        own = rows.get(event.pk, [])
        entry = _entry(event, own, seeds[n * SEED_SIZE : (n + 1) * SEED_SIZE])
        if class_of(event.kind) == FILING:
            bucket = time_in_clear(event.kind, event.at)["bucket"]
            filings.setdefault(bucket, []).append(entry)
        else:
            plain.append(entry)
    for bucket in sorted(filings):
        group = filings[bucket]
        group += [_decoy(bucket) for _ in range(decoys_for(len(group)))]
        secrets.SystemRandom().shuffle(group)
        plain += group
    return plain


def _note_forms(state: LogState, tables: Iterable[type[models.Model]]) -> None:
    """Remember over which columns a table's digests are taken, whenever that has changed."""
    for model in tables:
        forms = state.forms.setdefault(model._meta.db_table, [])
        columns = columns_of(model)
        if columns not in forms:
            forms.append(columns)


def _entry(event: Event, rows: Sequence[models.Model], seed: bytes) -> Entry:
    fields: dict[str, Any] = {
        "event": str(event.pk),
        "kind": event.kind,
        "at": event.at.isoformat(),
        "subject": str(event.subject_id),
        "actor": pseudonym(event.actor_id),
        "role": event.acting_as,
        "row": rows_digest([event]),
    }
    if event.file_id is not None:
        fields["file"] = str(event.file_id)
    if rows:
        fields["rows"] = rows_digest(rows)
    body = getattr(rows[0], "sha256", "") if event.kind in WITH_BODY and rows else ""
    if body:
        fields["body"] = body
    value = {
        "v": 1,
        "type": type_in_clear(event.kind),
        "commit": commitment_of(seed, fields).hex(),
        **time_in_clear(event.kind, event.at),
        **clear_of(event, rows),
    }
    return Entry(canonical(value), event, seed, fields)


def _decoy(bucket: str) -> Entry:
    commit = commitment([[secrets.token_hex(32)] for _ in range(16)]).hex()
    return Entry(canonical({"v": 1, "type": FILING, "commit": commit, "bucket": bucket}))


def _write(state: LogState, entries: Sequence[Entry]) -> None:
    first, frontier = state.size, Frontier(state.size, in_a_row(state.peaks))
    hashes = [leaf_hash(entry.body) for entry in entries]
    for one in hashes:
        frontier.append(one)
    _copy(
        Leaf,
        ("id", "event_id", "body", "hash"),
        (
            (first + n, entry.event.pk if entry.event else None, entry.body, hashes[n])
            for n, entry in enumerate(entries)
        ),
    )
    _seal(first, entries)
    _keep_tile_roots(first, hashes)
    state.size, state.peaks = frontier.size, b"".join(frontier.peaks)
    state.save(update_fields=["size", "peaks", "forms"])


def _seal(first: int, entries: Sequence[Entry]) -> None:
    """Store what it takes to open these leaves, each under the key of its record."""
    keys = _keys({entry.event.subject_id for entry in entries if entry.event is not None})
    rows = []
    for n, entry in enumerate(entries):
        if entry.event is None or entry.fields is None:
            continue
        key_id, secret = keys[entry.event.subject_id]
        if secret is not None:  # else erased: what comes after stays closed for good
            opening = sealed(secret, first + n, entry.seed, entry.fields)
            rows.append((new_key(), first + n, key_id, opening))
    _copy(Opening, ("id", "leaf_id", "key_id", "sealed"), rows)


def _keys(subjects: set[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, bytes | None]]:
    """Return {record: its key}, made where there was none; none is destroyed until we end."""
    asked = f"""SELECT subject_id, id, secret FROM {LeafKey._meta.db_table}
                WHERE subject_id = ANY(%s) ORDER BY id FOR UPDATE"""  # noqa: S608 # nosec B608 - our table
    with connection.cursor() as cursor:
        cursor.execute(asked, [list(subjects)])
        found = {subject: (pk, secret) for subject, pk, secret in cursor.fetchall()}
    made = {subject: (new_key(), os.urandom(KEY_SIZE)) for subject in subjects - set(found)}
    rows = ((pk, subject, secret, None) for subject, (pk, secret) in made.items())
    _copy(LeafKey, ("id", "subject_id", "secret", "destroyed_at"), rows)
    return {**found, **made}


def _keep_tile_roots(first: int, hashes: Sequence[bytes]) -> None:
    """Store the root of every tile that these leaves fill, and of those that it fills in turn."""
    level = 0
    while hashes:
        start = first - first % WIDTH
        before = read_tile(level, start // WIDTH, first - start) if first > start else b""
        row = in_hashes(before) + list(hashes)
        full = len(row) // WIDTH
        roots = [root_of(row[n * WIDTH : (n + 1) * WIDTH]) for n in range(full)]
        TileRoot.objects.bulk_create(
            [
                TileRoot(level=level, number=start // WIDTH + n, root=root)
                for n, root in enumerate(roots)
            ]
        )
        first, hashes, level = start // WIDTH, roots, level + 1


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows by COPY: the only thing that keeps up with a whole day's events at once."""
    with connection.cursor() as cursor:
        target = f"{model._meta.db_table} ({', '.join(columns)})"
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def sign_log(*, at: datetime) -> SignedTree | None:
    """Have the tree signed as it stands; return the new checkpoint, None if nothing was added.

    Needs: the signer. Everything since the last checkpoint is read again from the database and
    hashed again first. Leaves: SignedTree.
    Errors: SignerSilent, SignerRefused; LogBroken if the rows are not what was written.
    """
    with transaction.atomic():
        state = _held_state()
        last = newest_tree()
        signed = last.size if last else 0
        if state.size == signed:
            return None
        frontier = Frontier(signed, in_a_row(last.peaks) if last else [])
        _read_again(frontier, state.size)
        root, nodes = frontier.root(), log_nodes(state.size)
        if b"".join(frontier.peaks) != bytes(state.peaks) or tree_root(nodes, state.size) != root:
            raise LogBroken("the leaves, the tiles and the size do not agree")
        known = ask({"ask": "state"})
        if known["size"] > state.size:
            raise SignerRefused(
                f"the log shrank: {known['size']} leaves were signed, now there are {state.size}"
            )
        path = [one.hex() for one in consistency_path(nodes, known["size"], state.size)]
        answer = ask({"ask": "sign", "size": state.size, "root": root.hex(), "path": path})
        _accept(state, answer["note"], known, root)
        return SignedTree.objects.create(
            size=state.size, root=root, peaks=state.peaks, note=answer["note"], signed_at=at
        )


def _read_again(frontier: Frontier, size: int) -> None:
    """Append what the database holds beyond a frontier, hashing the bodies anew."""
    rows = Leaf.objects.filter(id__gte=frontier.size, id__lt=size).order_by("id")
    for index, body, kept in rows.values_list("id", "body", "hash").iterator(chunk_size=BATCH):
        again = leaf_hash(bytes(body))
        if index != frontier.size or again != bytes(kept):
            raise LogBroken(f"leaf {frontier.size} is missing or was changed")
        frontier.append(again)
    if frontier.size != size:
        raise LogBroken(f"leaf {frontier.size} is missing")


def _accept(state: LogState, note: str, known: Mapping[str, Any], root: bytes) -> None:
    """Check the signer's note as a reader would, under the keys this log has always had."""
    if not (state.verifier and state.receipts):
        state.verifier = state.verifier or str(known["verifier"])
        state.receipts = state.receipts or str(known["receipts"])
        state.save(update_fields=["verifier", "receipts"])
    if state.receipts != known["receipts"]:
        raise LogBroken("the signer signs receipts under another key")
    keys = [verifier_key(state.verifier)]
    found = opened_checkpoint(note, origin=state.origin, keys=keys)
    if (found.size, found.root) != (state.size, root):
        raise LogBroken("the signer signed something else")
