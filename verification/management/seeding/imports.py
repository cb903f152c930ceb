"""The partner of the demonstration says how its files are read, and has one checked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from reports.imports.actions.batches import end_import, import_batch
from reports.imports.actions.mappings import MappingDraft, save_mapping
from reports.imports.actions.requests import Handed, request_import
from reports.imports.queries import mappings_of
from reports.people.queries import source_by_key
from verification.management.seeding.deeds import Story
from verification.management.seeding.files import SEEDS
from verification.management.seeding.stage import Step

FILE = "scenarios/nk2020-import.csv"
PARTNER = "partner"
KEY = uuid.UUID("01900000-0000-7000-8000-00000001a90b")  # of the import, the same each run
NAME = "Weekly table"
AT = datetime.fromisoformat("2020-10-14T09:00:00+04:00")
COLUMNS = {
    **{"id": "ref", "act": "kind", "date": "day", "time": "hour", "place": "town"},
    **{"lat": "lat", "lon": "lon", "accused": "side", "killed": "dead", "narrative": "text"},
}
VALUES = {"act": {"drone": "drone_flight"}, "accused": {"not stated": "unknown"}}


def import_steps(story: Story) -> Iterator[Step]:
    """Yield the mapping, and the file that is checked an hour later; nothing of it is filed."""
    yield Step(AT, "imports", partial(_say_how, story, AT))
    later = AT + timedelta(hours=1)
    yield Step(later, "imports", partial(_check, story, later))


def _say_how(story: Story, at: datetime) -> bool:
    by = story.person(PARTNER)
    source = source_by_key("open-records-partner")
    if source is None or mappings_of(story.agreement, by, at=at).filter(name=NAME).exists():
        return False
    draft = MappingDraft(
        agreement=story.agreement,
        name=NAME,
        shape="own",
        source=source,
        licence="By agreement of the demonstration; rows are not passed on",
        columns=COLUMNS,
        values=VALUES,
        fixed={"accuracy_m": "3000", "language": "en"},
    )
    save_mapping(draft=draft, by=by, at=at)
    return True


def _check(story: Story, at: datetime) -> bool:
    by = story.person(PARTNER)
    mapping = mappings_of(story.agreement, by, at=at).get(name=NAME)
    handed = Handed(KEY, mapping, "csv", [(SEEDS / FILE).read_bytes()], dry_run=True)
    job, created = request_import(handed=handed, by=by, at=at)
    if created:
        import_batch(import_id=job.pk, at=at)
        end_import(import_id=job.pk, at=at)
    return created
