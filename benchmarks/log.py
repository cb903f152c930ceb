"""How fast events enter the log, beside a bare COPY of the same leaves, and how long audits take.

    var/venv/bin/python benchmarks/log.py --events 70000

It starts a database of its own, puts events of the judgement into it by COPY, lets the one
sequencer take them in and the signer sign, and in the same run copies the very same leaves bare
into a table without keys. Then the log is written out and audited by `verify_log`'s auditor and,
where Go and Debian's golang-golang-x-mod-dev are installed, by deploy/logaudit: every leaf, every
size, and each proof again with one bit changed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.folder import lock_folder  # noqa: E402 - the path comes first
from config.supervisor import Supervisor  # noqa: E402
from run import engines  # noqa: E402

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SUBJECTS = 10  # events about one record
SCRATCH = "CREATE UNLOGGED TABLE bare (id bigint, event_id uuid, body bytea, hash bytea)"


def put_events(count: int) -> None:
    """Put events of the judgement, and the marks that the log has yet to take them."""
    from django.db import connection

    from reports.identity import new_key

    ids = [new_key() for _ in range(count)]
    columns = "id, kind, subject_kind, subject_id, acting_as, at, payload"
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY reports_event ({columns}) FROM STDIN") as copy:
            for n, key in enumerate(ids):
                subject = uuid.UUID(int=n // SUBJECTS + 1)
                words = ("position.requested", "partyposition", subject, "clock", AT, "{}")
                copy.write_row((key, *words))
        with cursor.copy("COPY reports_unlogged (event_id) FROM STDIN") as copy:
            for key in ids:
                copy.write_row((key,))
        cursor.execute("ANALYZE reports_event")
        cursor.execute("ANALYZE reports_unlogged")


def bare_copy(durable: bool) -> float:
    """Copy the leaves that are there into a table without keys; return leaves per second."""
    from django.db import connection

    from verification.ledger.models import Leaf

    rows = list(Leaf.objects.order_by("id").values_list("id", "event_id", "body", "hash"))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(SCRATCH.replace("UNLOGGED ", "") if durable else SCRATCH)
        began = time.monotonic()
        with cursor.copy("COPY bare (id, event_id, body, hash) FROM STDIN") as copy:
            for index, event, body, digest in rows:
                copy.write_row((index, event, bytes(body), bytes(digest)))
    return len(rows) / (time.monotonic() - began)


def measure(events: int, folder: Path) -> None:
    """Do all of it and print a line for each step."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from verification.ledger.actions.sequencer import append_leaves, sign_log
    from verification.ledger.models import LogState
    from verification.ledger.signer import SignerState
    from verification.ledger.signing import signer_at_hand
    from verification.management.log_audit import audited, files_of

    call_command("migrate", verbosity=0)
    signer = SignerState(folder / "signer", settings.LOG_ORIGIN)
    with signer_at_hand(signer.answer):
        put_events(events)
        began, used = time.monotonic(), time.process_time()
        added = append_leaves(at=AT)
        appended, spent = time.monotonic() - began, time.process_time() - used
        print(f"sequencer: {added} leaves in {appended:.1f} s = {added / appended:,.0f}/s")
        print(f"  of that its own processor time {spent:.1f} s = {added / spent:,.0f}/s")
        began = time.monotonic()
        sign_log(at=AT)
        print(f"read again, hash, sign: {time.monotonic() - began:.1f} s")
        for durable, words in ((True, "durable"), (False, "unlogged")):
            print(f"bare COPY of the same leaves ({words}): {bare_copy(durable):,.0f}/s")
        began = time.monotonic()
        call_command("export_log", str(folder / "log"), stdout=StringIO())
        print(f"export: {time.monotonic() - began:.1f} s")
        began = time.monotonic()
        rows = folder / "rows.jsonl"
        call_command("export_log", str(folder / "log"), rows=rows, stdout=StringIO())
        print(f"rows opened: {time.monotonic() - began:.1f} s, {rows.stat().st_size / 1e6:.0f} MB")
        key = LogState.objects.get().verifier
    began = time.monotonic()
    found = audited(files_of(str(folder / "log")), key)
    print(f"verify_log's auditor: {found.head.size} leaves in {time.monotonic() - began:.1f} s")
    go_audit(folder, key)


def go_audit(folder: Path, key: str) -> None:
    """Audit with the Go team's packages, if they are here."""
    from tests.log_files import built_auditor, go_is_here

    if not go_is_here():
        print("Go auditor: NOT RUN (golang-go, golang-golang-x-mod-dev are not installed)")
        return
    program, rows = built_auditor(folder), folder / "rows.jsonl"
    began = time.monotonic()
    done = subprocess.run(
        [str(program), "-key", key, "-log", str(folder / "log"), "-rows", str(rows)],
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"Go auditor: {time.monotonic() - began:.1f} s\n  {done.stdout}{done.stderr}".rstrip())


def main() -> None:
    """Start a throw-away database and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=70_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cvr-bench-"))
    data = folder / "data"
    (data / "log").mkdir(parents=True)
    supervisor = Supervisor(data / "log", lock_folder(data))
    env = {"CVR_DATA": str(data), "SECRET_KEY": "bench", "REDIS_URL": "redis://127.0.0.1:1/0"}
    env |= {"CVR_DEMO": "1"}
    try:
        with engines(data, env, supervisor):
            os.environ.update(env)
            measure(asked.events, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
