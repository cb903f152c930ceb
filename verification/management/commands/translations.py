"""Gather the strings of ours, say what is not translated, and compile what is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from verification.management.catalogues import PLURALS, compiled, plural_forms, po_file, problems_in

SHOWN_MOST = 20


class Command(BaseCommand):
    """manage.py translations [--check]"""

    help = "Brings the translations up to the sources (needs GNU gettext); --check changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="fail if anything is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Gather, compare, and compile or complain."""
        gathered = self.gathered()
        wrong = 0
        for language in PLURALS:
            path = po_file(language)
            catalogue = polib.pofile(str(path)) if path.is_file() else polib.POFile()
            if not options["check"]:
                catalogue = self.brought_up(catalogue, gathered, language)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(str(catalogue) + "\n", encoding="utf-8")
                path.with_suffix(".mo").write_bytes(compiled(catalogue))
            found = [*self.differences(catalogue, gathered), *problems_in(catalogue, language)]
            wrong += len(found)
            self.stdout.write(f"{language}: {len(catalogue)} strings, {len(found)} to mend")
            for words in found[:SHOWN_MOST]:
                self.stdout.write(f"  {words}")
        if wrong and options["check"]:
            raise CommandError(f"{wrong} strings to mend; manage.py translations gathers them.")

    def gathered(self) -> polib.POFile:
        """Return all strings of ours as the sources have them now."""
        kept = settings.LOCALE_PATHS
        with tempfile.TemporaryDirectory() as folder:
            settings.LOCALE_PATHS = [Path(folder)]
            try:
                call_command(
                    "makemessages",
                    locale=["fr"],
                    ignore_patterns=["var*", "tests*", "benchmarks*", "*/locale"],
                    add_location="file",
                    verbosity=0,
                )
                path = Path(folder) / "fr" / "LC_MESSAGES" / "django.po"
                return polib.pofile(path.read_text(encoding="utf-8"))
            finally:
                settings.LOCALE_PATHS = kept

    def brought_up(self, old: polib.POFile, gathered: polib.POFile, language: str) -> polib.POFile:
        """Return the catalogue with the strings of today and the translations there were."""
        known = {(entry.msgctxt, entry.msgid): entry for entry in old}
        new = polib.POFile(wrapwidth=0)
        new.metadata = {
            "Language": language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": PLURALS[language],
        }
        for entry in sorted(gathered, key=lambda one: (one.msgid, one.msgctxt or "")):
            before = known.get((entry.msgctxt, entry.msgid))
            same = before is not None and before.msgid_plural == entry.msgid_plural
            new.append(
                polib.POEntry(
                    msgctxt=entry.msgctxt,
                    msgid=entry.msgid,
                    msgid_plural=entry.msgid_plural,
                    msgstr=before.msgstr if same and before else "",
                    msgstr_plural=_forms(before if same else None, language)
                    if entry.msgid_plural
                    else {},
                    occurrences=sorted({(file, "") for file, _line in entry.occurrences}),
                    flags=[flag for flag in entry.flags if flag != "fuzzy"],
                    comment=entry.comment,
                )
            )
        return new

    def differences(self, catalogue: polib.POFile, gathered: polib.POFile) -> list[str]:
        """Return which strings the catalogue lacks, and which nobody uses any more."""
        have = {(one.msgctxt, one.msgid, one.msgid_plural) for one in catalogue}
        want = {(one.msgctxt, one.msgid, one.msgid_plural) for one in gathered}
        lacking = [f"not gathered yet: {key[1]!r}" for key in sorted(want - have, key=str)]
        return lacking + [f"used no more: {key[1]!r}" for key in sorted(have - want, key=str)]


def _forms(before: polib.POEntry | None, language: str) -> dict[int, str]:
    """Return the plural forms there were, else as many empty ones as the language has."""
    return before.msgstr_plural if before else dict.fromkeys(range(plural_forms(language)), "")
