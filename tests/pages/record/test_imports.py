"""A partner hands a file in by the page: checked first, then taken in; whole without JavaScript."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reports.imports.actions.batches import import_batch
from reports.imports.models import ColumnMapping, Import
from reports.intake.models import Report
from tests.factories import NOW, World, a_report
from tests.imported import (
    a_data_source,
    a_mapping,
    acled_row,
    an_import,
    as_csv,
    brought,
    ged_row,
    own_row,
    taken_in,
)


@pytest.fixture
def partner(world: World, client: Client) -> Client:
    client.force_login(world.partner)
    return client


def hand_in(client: Client, mapping: ColumnMapping, content: bytes, **changes: Any) -> Any:
    data = {
        "client_uuid": str(uuid.uuid4()),
        "mapping": str(mapping.pk),
        "format": "csv",
        "file": SimpleUploadedFile("x.csv", content),
        "dry_run": "on",
    }
    return client.post("/imports/", data | changes, follow=True)


def test_a_mapping_is_saved_line_by_line(partner: Client, world: World) -> None:
    source = a_data_source(world)
    assert "New mapping" in partner.get("/imports/").content.decode()
    typed = {
        "name": "Ours",
        "shape": "own",
        "source": str(source.pk),
        "licence": "By letter",
        "columns": "id = ref\nact = kind\r\ndate = day\nnarrative = text",
        "values": "accused: Forces of A = B = ARM\nact: mortar = shelling",
        "fixed": "language = ru",
    }
    answer = partner.post("/imports/mappings/new/", typed, follow=True)
    assert answer.status_code == 200 and answer.redirect_chain
    mapping = ColumnMapping.objects.get()
    assert mapping.values == {"accused": {"Forces of A = B": "ARM"}, "act": {"mortar": "shelling"}}
    page = partner.get(f"/imports/mappings/{mapping.pk}/").content.decode()
    assert "accused: Forces of A = B = ARM" in page
    bad = partner.post("/imports/mappings/new/", typed | {"columns": "no sign"})
    assert bad.status_code == 422 and "no sign" in bad.content.decode()


def test_checked_then_taken_in(partner: Client, world: World) -> None:
    rows = [own_row(1), own_row(2, kind="nonsense")]
    page = hand_in(partner, a_mapping(world, "own"), as_csv(rows))
    checked = Import.objects.get()
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == f"/imports/{checked.pk}/"
    assert "R-1" in text and "No kind of act stands for this value." in text
    brought(checked)
    text = partner.get(f"/imports/{checked.pk}/").content.decode()
    assert "Take its rows in" in text and "nothing is filed" in text
    assert not Report.objects.exists()
    for _twice in range(2):
        partner.post(f"/imports/{checked.pk}/", {"do": "take"})
    job = brought(Import.objects.get(dry_run=False))
    assert (job.state, job.n_filed, job.n_refused) == ("partial", 1, 1)
    text = partner.get(f"/imports/{job.pk}/").content.decode()
    assert "Take its rows in" not in text
    wrong: Any = partner.get(f"/imports/{job.pk}/problems.csv")
    assert b"3,kind,act" in b"".join(wrong.streaming_content)


def test_progress_and_stopping(partner: Client, world: World) -> None:
    job = an_import(world, as_csv([ged_row(n) for n in range(10)]))
    import_batch(import_id=job.pk, at=NOW, size=5)
    page = partner.get(f"/imports/{job.pk}/").content.decode()
    assert "<progress" in page and "data-going" in page and "Look again" in page
    partner.post(f"/imports/{job.pk}/", {"do": "cancel"})
    job.refresh_from_db()
    assert (job.state, job.n_filed) == ("cancelled", 5)
    assert "data-going" not in partner.get(f"/imports/{job.pk}/").content.decode()


def test_the_list_shows_what_came(partner: Client, world: World) -> None:
    taken_in(world, [acled_row(1)], "acled")
    page = partner.get("/imports/").content.decode()
    assert "ACLED" in page and "All rows are in" in page


def test_a_wrong_file_is_told_on_the_form(partner: Client, world: World) -> None:
    answer = hand_in(partner, a_mapping(world), b"")
    assert answer.status_code == 422
    assert "cannot be read" in answer.content.decode()


def test_before_the_first_row_nothing_is_read(partner: Client, world: World) -> None:
    """The names of the columns are most of a small file, and no row."""
    job = an_import(world, as_csv([ged_row(1)]))
    page = partner.get(f"/imports/{job.pk}/").content.decode()
    assert "0 % of the file is read" in page and 'value="0"' in page
    assert (
        "100 % of the file is read" in partner.get(f"/imports/{brought(job).pk}/").content.decode()
    )


def test_the_first_rows_are_shown_in_words(partner: Client, world: World) -> None:
    job = an_import(world, as_csv([acled_row(1), acled_row(2, actor1="Somebody")]), "acled")
    page = partner.get(f"/imports/{job.pk}/").content.decode()
    words = (world.armenia.name, "Shelling", "Not known")
    assert [word for word in words if f">{word}<" not in page] == []


def test_rows_of_files_have_a_queue_of_their_own(client: Client, world: World) -> None:
    by_hand = a_report(world)
    taken_in(world, [ged_row(n) for n in range(3)])
    client.force_login(world.triage)
    rows = Report.objects.filter(channel="file").order_by("received_at", "id")
    page = client.get("/triage/").content.decode()
    assert "Awaiting (1)" in page and "From files (3)" in page
    assert by_hand.receipt in page and rows[0].receipt not in page
    page = client.get("/triage/?tab=files").content.decode()
    assert by_hand.receipt not in page and all(row.receipt in page for row in rows)
    assert 'class="clock' not in page and "They have no deadline." in page
    page = client.get(f"/triage/reports/{rows[0].pk}/").content.decode()
    assert str(rows[1].pk) in page and str(by_hand.pk) not in page
    taken_in(world, [ged_row(7)], dry_run=True)
    assert "From files (3)" in client.get("/triage/?tab=files").content.decode()
