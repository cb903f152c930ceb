"""Takes a file of reports in: `manage.py import_reports FILE --mapping NAME --by USERNAME`.

Stopped half way, the same line goes on where it stopped; a second time it brings nothing new.
"""

from __future__ import annotations

import sys
import time
import uuid
from argparse import ArgumentParser
from dataclasses import astuple
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.agreement.queries import agreement_by_slug
from reports.cells import csv_lines
from reports.imports.actions.requests import Handed, request_import
from reports.imports.choices import Format
from reports.imports.files import pieces_of
from reports.imports.models import Import
from reports.imports.queries import PROBLEM_COLUMNS, going_like, mappings_of, problems_of
from reports.imports.running import advance
from reports.people.queries import user_by_username
from reports.problems import Problem

BAR = 40  # characters
SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".geojson": "geojson"}


class Command(BaseCommand):
    """Hands the file in as its owner would, then takes its rows in and shows how far it is."""

    help = "Import a file of reports (CSV, NDJSON, GeoJSON) with a saved mapping."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, help="the name of a saved mapping")
        parser.add_argument("--by", required=True, help="the account that hands it in")
        parser.add_argument("--agreement", default="nk2020", help="its short name")
        parser.add_argument("--format", choices=Format.values, help="by default from the name")
        parser.add_argument("--dry-run", action="store_true", help="read it all, file nothing")
        parser.add_argument("--errors", type=Path, help="where to write what is wrong, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = self._run(options)
        except Problem as problem:
            said = [f"{name}: {text}" for name, texts in problem.errors.items() for text in texts]
            raise CommandError("; ".join(said) or problem.detail) from problem
        self.stdout.write(
            f"{job.state}: {job.n_read} rows read, {job.n_filed} filed, {job.n_corrected} "
            f"corrected, {job.n_unchanged} as they were, {job.n_refused} refused"
        )
        if options["errors"]:
            self._write_errors(job, options["errors"])
        if job.state not in ("succeeded", "partial"):
            raise CommandError(job.state_reason or "No row could be taken in.")

    def _run(self, options: dict[str, Any]) -> Import:
        at = timezone.now()
        by = user_by_username(options["by"])
        if by is None:
            raise CommandError(f"There is no account “{options['by']}”.")
        agreement = agreement_by_slug(options["agreement"])
        mapping = mappings_of(agreement, by, at=at).filter(name=options["mapping"]).first()
        if mapping is None:
            raise CommandError(f"There is no mapping “{options['mapping']}” for this account.")
        path: Path = options["file"]
        kind = options["format"] or SUFFIXES.get(path.suffix.lower(), "")
        if not path.is_file() or not kind:
            raise CommandError("Give a file, and its --format if its name does not tell.")
        job = going_like(path, mapping, dry_run=options["dry_run"], by=by)
        if job is None:
            with path.open("rb") as file:
                handed = Handed(uuid.uuid4(), mapping, kind, pieces_of(file), options["dry_run"])
                job, _new = request_import(handed=handed, by=by, at=at)
        else:
            self.stdout.write(f"goes on at row {job.row + 1}")
        return self._advance(job)

    def _advance(self, job: Import) -> Import:
        while job.ended_at is None:
            if advance(job.pk, at=timezone.now()) is None:  # a worker has it: watch it go on
                time.sleep(0.5)
                job.refresh_from_db()
                continue
            job.refresh_from_db()
            self._show(job)
        if sys.stderr.isatty():
            self.stderr.write("")
        return job

    def _show(self, job: Import) -> None:
        if not sys.stderr.isatty():
            return
        bar = "█" * round(job.progress * BAR)
        self.stderr.write(f"\r{bar:░<{BAR}} {job.progress:4.0%} {job.n_read:>9,} rows", ending="")

    def _write_errors(self, job: Import, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            file.writelines(csv_lines(PROBLEM_COLUMNS, map(astuple, problems_of(job))))
