"""Audit the log: its files, its rows, and what the signer remembers."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from verification.ledger.audit import Tally, row_faults, tree_faults
from verification.ledger.signing import SignerRefused, SignerSilent, ask
from verification.management.log_audit import Asked, Fault, Head, audited, checked_head, files_of


class Command(BaseCommand):
    """Ends with an error that names every fault; says what was checked if there is none."""

    help = (
        "Audit the whole log from its files (with no code of the writer), and, on this site's own "
        "log, every row against its leaf and the log against the signer's memory."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="place", help="a folder or address; else this site's")
        parser.add_argument("--key", help="the log's public key; else the signer is asked")
        parser.add_argument(
            "--since", action="append", default=[], type=Path, help="a checkpoint kept from before"
        )
        parser.add_argument("--witness", action="append", default=[], help="a witness's public key")
        parser.add_argument("--quorum", type=int, help="how many must have cosigned; else all")

    def handle(self, *args: Any, **options: Any) -> None:
        faults: list[str] = []
        memory = self.memory()
        key = options["key"] or memory.get("verifier", "")
        if not key:
            raise CommandError("The signer does not answer: say which key to trust with --key.")
        quorum = options["quorum"]
        asked = Asked(
            earlier=[file.read_bytes() for file in options["since"]],
            witnesses=options["witness"],
            quorum=len(options["witness"]) if quorum is None else quorum,
        )
        if options["place"]:
            self.files(options["place"], key, asked, faults)
        else:
            with TemporaryDirectory() as folder:
                call_command("export_log", folder, stdout=self.stdout)
                head = self.files(folder, key, asked, faults)
            faults += [f"log: {fault}" for fault in tree_faults(origin=settings.LOG_ORIGIN)]
            faults += self.rows()
            faults += against_memory(head, memory)
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("The log is whole.")

    def files(self, place: str, key: str, asked: Asked, faults: list[str]) -> Head | None:
        """Audit the files; return the checkpoint as far as it could be read."""
        read = files_of(place)
        try:
            found = audited(read, key, asked)
        except Fault as fault:
            faults.append(f"files: {fault}")
            try:
                return checked_head(read("checkpoint"), key)
            except Fault:
                return None
        self.stdout.write(
            f"{found.head.origin}: {found.head.size} leaves, {found.tiles} tiles, "
            f"{found.records} public records, root {found.head.root.hex()}"
            + (f"; cosigned by {', '.join(found.witnesses)}" if found.witnesses else "")
        )
        return found.head

    def rows(self) -> list[str]:
        """Compare every row with its leaf."""
        tally = Tally()
        faults = [f"rows: {fault}" for fault in row_faults(tally)]
        self.stdout.write(
            f"{tally.opened} leaves opened and compared with their rows, {tally.erased} erased, "
            f"{tally.decoys} decoys"
        )
        return faults

    def memory(self) -> dict[str, Any]:
        """Return what the signer remembers; nothing if it does not answer."""
        try:
            return ask({"ask": "state"})
        except (SignerSilent, SignerRefused) as problem:
            self.stderr.write(f"without the signer's memory: {problem}")
            return {}


def against_memory(head: Head | None, memory: dict[str, Any]) -> list[str]:
    """Return what is wrong if the database is older than what was signed, or another."""
    if head is None or not memory:
        return []
    if head.size < memory["size"]:
        return [
            f"signer: {memory['size']} leaves were signed, the database knows {head.size}: "
            "it was put back to an earlier day"
        ]
    if head.size == memory["size"] and head.root.hex() != memory["root"]:
        return ["signer: the database holds another log than the one that was signed"]
    return []
