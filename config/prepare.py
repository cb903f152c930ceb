"""Bring the database and the collected files up to date before the site opens.

Run by run.py as `python -m config.prepare`, in one process because starting Django costs
more than the work. An advisory lock makes two starts on one database wait for each other.

Whether a database holds a demonstration is written on the database itself (its comment),
so that demonstration data can never be mixed into a real site by a forgotten setting.
"""

import hashlib
import io
import logging
import os
import sys
from importlib import import_module
from pathlib import Path

import django
import psycopg
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

log = logging.getLogger(__name__)
LOCK = 0x63767201  # any number that nobody else locks
DEMO, DEMO_SEEDED, REAL = "cvr: demonstration", "cvr: demonstration, seeded", "cvr: real"


class Refused(Exception):
    """The database must not be used in this way; shown without a traceback."""


def main() -> None:
    """Check, migrate, collect, seed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import_module("config.celery")  # so that the doorbell knows its broker
    django.setup()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.autocommit = True
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # freed when this connection ends
        check_locale(other)
        mark = settle_mark(other, settings.DEMO)
        migrate()
        replay_erasures()
        collect_static()
        if settings.DEMO:
            if mark != DEMO_SEEDED:
                seed(other)
            note_demo_logins()
        take_into_log()


def check_locale(db: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Refuse a database whose locale makes every script but Latin unsearchable."""
    row = db.execute(
        "SELECT datctype, pg_encoding_to_char(encoding)"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row and (row[0] in ("C", "POSIX") or row[1] != "UTF8"):
        raise Refused(
            f"The database has LC_CTYPE {row[0]} and encoding {row[1]}; names in Cyrillic, "
            "Armenian or Arabic script could not be matched. Create it anew with\n"
            "  CREATE DATABASE cvr TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C.UTF-8'"
            " LC_COLLATE 'C';"
        )


def settle_mark(db: "psycopg.Connection[tuple[object, ...]]", demo: bool) -> str:
    """Return what the database says it is, after writing it down for a new one."""
    row = db.execute(
        "SELECT shobj_description(oid, 'pg_database')"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    mark = str(row[0]) if row and row[0] else ""
    if not mark.startswith("cvr: "):
        mark = REAL if has_people(db) or not demo else DEMO
        write_mark(db, mark)
    if demo and mark == REAL:
        raise Refused(
            "This database holds a real site, and the demonstration is on. "
            "Set CVR_DEMO=0, or choose another data folder with CVR_DATA."
        )
    if not demo and mark != REAL:
        raise Refused(
            "This database holds the demonstration, with passwords that everyone knows. "
            "Choose an empty data folder with CVR_DATA (or another DATABASE_URL) for a real site."
        )
    return mark


def has_people(db: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Return whether someone has an account here already."""
    table = apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table
    row = db.execute("SELECT to_regclass(%s)", [table]).fetchone()
    if not row or row[0] is None:
        return False
    query = psycopg.sql.SQL("SELECT 1 FROM {} LIMIT 1").format(psycopg.sql.Identifier(table))
    return db.execute(query).fetchone() is not None


def write_mark(db: "psycopg.Connection[tuple[object, ...]]", mark: str) -> None:
    """Write the mark on the database."""
    name = psycopg.sql.Identifier(db.info.dbname)
    db.execute(
        psycopg.sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, psycopg.sql.Literal(mark))
    )


def migrate() -> None:
    """Apply what is missing; asking first is cheaper than the command."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=1)


def collect_static() -> None:
    """Collect and compress the static files, if any of them has changed."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}".encode())
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=1)
    stamp.write_text(digest.hexdigest())


def seed(db: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Play the demonstration; seeding is repeatable, so an interrupted one starts again."""
    if "seed" in get_commands():
        with connection.cursor() as cursor:
            # Nobody waits for these commits one by one; the mark below is flushed after them all.
            cursor.execute("SET synchronous_commit = off")
        call_command("seed")
        write_mark(db, DEMO_SEEDED)


def replay_erasures() -> None:
    """Erase again what a restored backup brought back, before anybody can read it."""
    erasure = import_module("verification.ledger.actions.erasure")
    signing = import_module("verification.ledger.signing")
    try:
        found = erasure.replay_erasures(at=timezone.now())
    except signing.SignerSilent as silence:
        if settings.LOG_SIGNER:
            raise Refused(
                f"The site does not open before it knows what was erased: {silence}."
            ) from None
        return
    if found:
        log.warning("%s erased reports had come back with a backup and were erased again", found)


def take_into_log() -> None:
    """Sign what was done so far, so that the site opens with a log that is not behind."""
    import_module("verification.tasks").integrate()


def note_demo_logins() -> None:
    """Leave the demonstration's logins where run.py looks for them."""
    folder = os.environ.get("CVR_RUN")
    if folder and "demo_logins" in get_commands():
        text = io.StringIO()
        call_command("demo_logins", stdout=text)
        Path(folder, "demo-logins.txt").write_text(text.getvalue())


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        sys.exit(str(refusal))
