"""Having checkpoints cosigned by those who watch the log from outside."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from verification.ledger.models import Cosignature, SignedTree
from verification.ledger.queries import growth_path, newest_tree
from verification.ledger.witnessing import Witness, WitnessSilent, ask_witness, witnesses
from verification.merkle.cosignature import cosignature
from verification.merkle.note import BadNote


def gather_cosignatures(*, at: datetime) -> list[str]:
    """Have the newest checkpoint cosigned by every witness that has not; return what went wrong.

    A witness that is silent or refuses stops nothing: the checkpoint stays without its line, which
    every reader can see. Leaves: a Cosignature for each line. May run twice.
    """
    tree = newest_tree()
    if tree is None:
        return []
    done = set(tree.cosignatures.values_list("witness", flat=True))
    problems = []
    for witness in witnesses():
        if witness.key.name in done:
            continue
        try:
            problems += _ask(witness, tree, at)
        except WitnessSilent as silence:
            problems.append(str(silence))
    return problems


def _ask(witness: Witness, tree: SignedTree, at: datetime) -> list[str]:
    """Ask one witness, again from the size it names if it knows another one than we thought."""
    name = witness.key.name
    last = Cosignature.objects.filter(witness=name).order_by("-tree__size").first()
    old = last.tree.size if last is not None else 0
    for _turn in range(2):
        path = growth_path(old, tree.size) if old else []
        answer = ask_witness(witness, old=old, path=path, note=tree.note)
        if answer.line:
            return _take(witness, tree, answer.line, at)
        if answer.known is None:
            return [f"{name} refuses to cosign {tree.size} leaves: {answer.refused}"]
        if answer.known > tree.size:
            return [f"{name}: the log shrank: it cosigned {answer.known} leaves, not {tree.size}"]
        if answer.known == tree.size:
            return [f"{name}: the log forked: it cosigned another tree of {tree.size} leaves"]
        old = answer.known
    return [f"{name} does not say which size it knows"]


def _take(witness: Witness, tree: SignedTree, line: str, at: datetime) -> list[str]:
    """Keep a line, once it was checked as a reader would check it."""
    text = tree.note.rpartition("\n\n")[0] + "\n"
    try:
        raw = cosignature(line)
        if line.count("\n") != 1 or raw[:4] != witness.key.id:
            raise BadNote(f"{witness.key.name} answered with another key's line")
        witness.key.seen_at(text, raw[4:])
    except BadNote as problem:
        return [str(problem)]
    with transaction.atomic():
        Cosignature.objects.get_or_create(
            tree=tree, witness=witness.key.name, defaults={"line": line, "taken_at": at}
        )
    return []
