"""Whether the public rows say what the record says: all of it computed anew, and compared."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator

from django.db.models import Sum

from reports.agreement.models import Agreement
from verification.caseload.queries import partition
from verification.incidents.models import Incident
from verification.publication.assemble import case_book, case_totals
from verification.publication.kept import files_of, rows_now, same
from verification.publication.models import AreaCount, ChangedFile, DayCount, PublicRow
from verification.publication.reading import Reading
from verification.publication.unsigned import Unsigned

BATCH = 1000  # incidents computed at a time
NOTHING = Unsigned(())


def faults_of_rows(agreement: Agreement) -> Iterator[str]:
    """Yield what is wrong with the kept rows and counts of an agreement; nothing if they hold."""
    waiting = set(ChangedFile.objects.values_list("incident_id", flat=True))
    ids = list(Incident.objects.filter(agreement=agreement).values_list("pk", flat=True))
    seen: set[uuid.UUID] = set()
    for start in range(0, len(ids), BATCH):
        files = {
            member: root
            for member, root in files_of(ids[start : start + BATCH]).items()
            if root not in seen
        }
        yield from _faults_of_files(agreement, files, waiting)
        seen |= set(files.values())
    extra = PublicRow.objects.filter(agreement=agreement).exclude(incident_id__in=seen)
    for code in extra.values_list("code", flat=True) if len(seen) < BATCH else ():
        yield f"{code} has a public row and is no incident of its own"
    n_rows = PublicRow.objects.filter(agreement=agreement).count()
    for model in (DayCount, AreaCount):
        total = model._default_manager.filter(agreement=agreement).aggregate(n=Sum("n"))["n"] or 0
        if total != n_rows:
            yield f"{model.__name__} adds up to {total}, there are {n_rows} rows"


def _faults_of_files(
    agreement: Agreement, files: dict[uuid.UUID, uuid.UUID], waiting: set[uuid.UUID]
) -> Iterator[str]:
    kept = {row.pk: row for row in PublicRow.objects.filter(incident_id__in=list(files))}
    for row, _face in rows_now(agreement, files, hidden_by=NOTHING):
        old = kept.get(row.pk)
        if row.pk in waiting:
            continue
        if old is None:
            yield f"{row.code} has no public row"
        elif not same(row, old):
            yield f"{row.code} is not what the record says"


def faults_of_sums(agreement: Agreement) -> Iterator[str]:
    """Yield where the sums of the public rows differ from those of the record, all of it read."""
    reading = Reading(agreement)
    if reading.hidden.events:
        return  # what waits for a signature is in the record and not in the rows that show
    if reading.totals() != (totals := case_totals(case_book(agreement))):
        yield f"the incidents divide as {reading.totals()}, in the record as {totals}"
    found = Counter({line.key: line.count for line in reading.partition()})
    real = Counter({line.key: line.count for line in partition(agreement.pk)})
    if found != real:
        yield f"the reports divide as {dict(found)}, in the record as {dict(real)}"
