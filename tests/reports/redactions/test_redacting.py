"""A redacted copy: what is covered is gone from its pixels, and nothing else is touched."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from reports.evidence.actions import StoredOtherwise
from reports.evidence.models import Item
from reports.evidence.queries import bytes_of, item_by_id
from reports.evidence.storage import COPY, ORIGINAL, path_of, vault
from reports.intake.actions import withdraw_report
from reports.journal.kinds import Kind
from reports.problems import Invalid, NotAllowed, StaleState
from reports.redactions.actions import destroy_redacted, empty_redactions, redact_item
from reports.redactions.queries import (
    copy_size,
    erased_redactions,
    redacted_bytes,
    redactions_of,
    shown_to_parties,
    standing_redactions,
)
from reports.redactions.rules import Box, clipped, grown, jpeg_size
from tests.factories import NOW, World, a_redaction, an_item
from tests.pictures import drawn, encoded, exif_of, photo
from tests.proofs import one_event, refused
from tests.reports.evidence.test_adding import PDF


@pytest.fixture
def item(world: World) -> Item:
    return item_by_id(an_item(world).pk)


def pixels(content: bytes | None) -> np.ndarray:
    assert content is not None
    return np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(int)


class TestTheCopy:
    def test_what_is_covered_is_black_and_the_rest_is_as_it_was(
        self, world: World, item: Item
    ) -> None:
        with one_event(Kind.EVIDENCE_REDACTED) as left:
            made = a_redaction(item, world.triage)
        assert left[0].subject_id == item.pk and left[0].acting_as == "triage"
        assert left[0].payload == {"number": 1, "shown_to": "house"}
        before, after = pixels(bytes_of(COPY, item)), pixels(redacted_bytes(made))
        assert after.shape == before.shape
        assert after[82:126, 98:158].max() < 8  # grown to whole blocks
        assert after[80:128, 96:160].max() < 60  # at the very edge colours of neighbours run over
        assert before[80:128, 96:160].max() > 100
        assert np.abs(after[160:] - before[160:]).mean() < 4

    def test_original_and_working_copy_stay_as_they_are(self, world: World, item: Item) -> None:
        def held() -> list[bytes]:
            paths = (path_of(folder, item.stored_as) for folder in (ORIGINAL, COPY))
            return [vault().open(path).read() for path in paths]

        before = held()
        a_redaction(item, world.triage)
        assert held() == before

    def test_it_holds_no_word_of_the_camera(self, world: World) -> None:
        content = photo(device=("CANARY", "CANARY"), position=(41.0, 45.0), Artist="CANARY")
        made = a_redaction(an_item(world, content=content), world.chair)
        assert b"CANARY" not in (redacted_bytes(made) or b"CANARY")

    def test_a_turned_picture_is_measured_as_it_is_shown(self, world: World) -> None:
        exif = exif_of()
        exif[0x0112] = 6  # turned by a quarter
        turned = an_item(world, content=encoded(drawn(), exif=exif))
        assert copy_size(turned) == (240, 320)
        made = a_redaction(turned, world.triage, boxes=[Box(200, 280, 40, 40)])
        assert pixels(redacted_bytes(made))[282:, 202:].max() < 8

    def test_a_later_one_takes_its_place_and_the_earlier_one_stays(
        self, world: World, item: Item
    ) -> None:
        first = a_redaction(item, world.triage)
        second = a_redaction(item, world.chair, after=1, boxes=[Box(0, 0, 320, 240)])
        assert [one.number for one in redactions_of(item)] == [2, 1]
        assert standing_redactions([item]) == {item.pk: second}
        assert redacted_bytes(first) is not None and first.sha256 != second.sha256

    def test_what_was_shown_to_the_parties_can_be_taken_back(
        self, world: World, item: Item
    ) -> None:
        a_redaction(item, world.triage, shown_to="parties")
        assert list(shown_to_parties([item])) == [item.pk]
        a_redaction(item, world.triage, after=1)
        assert shown_to_parties([item]) == {}


class TestRefused:
    def test_a_box_beside_the_picture_or_none_at_all(self, world: World, item: Item) -> None:
        for boxes in ([], [Box(400, 10, 50, 50)], [Box(5, 5, 2, 50)]):
            with refused(Invalid, "boxes"):
                a_redaction(item, world.triage, boxes=boxes)

    def test_no_reason_and_an_unknown_audience(self, world: World, item: Item) -> None:
        with refused(Invalid, "why", "shown_to"):
            a_redaction(item, world.triage, why=" ", shown_to="public")

    def test_two_at_once(self, world: World, item: Item) -> None:
        a_redaction(item, world.triage)
        with refused(StaleState):
            a_redaction(item, world.chair)

    def test_one_s_own_file(self, world: World) -> None:
        report = an_item(world).report
        with refused(NotAllowed):
            a_redaction(report.items.get(), world.filer)

    def test_what_has_no_working_copy(self, world: World) -> None:
        sealed = an_item(world, content=PDF)
        with refused(Invalid):
            a_redaction(sealed, world.triage)

    def test_a_working_copy_that_is_not_what_was_made(self, world: World, item: Item) -> None:
        path = path_of(COPY, item.stored_as)
        vault().delete(path)
        vault().save(path, BytesIO(photo(9)))  # type: ignore[arg-type]
        with pytest.raises(StoredOtherwise):
            a_redaction(item, world.triage)
        assert redactions_of(item) == []

    def test_nothing_is_left_in_the_storage(self, world: World, item: Item) -> None:
        a_redaction(item, world.triage)
        before = vault().listdir("redacted")
        with refused(StaleState):
            redact_item(
                item=item,
                boxes=[Box(0, 0, 50, 50)],
                why="x",
                shown_to="house",
                after=0,
                by=world.triage,
                at=NOW,
            )
        assert vault().listdir("redacted") == before


def test_it_goes_with_its_report(world: World, item: Item) -> None:
    made = a_redaction(item, world.triage)
    withdraw_report(report=item.report, by=world.filer, at=NOW)
    empty_redactions(report=item.report, since=NOW)
    assert redactions_of(item) == []
    assert destroy_redacted(redactions=erased_redactions(item.report_id)) == 1
    made.refresh_from_db()
    assert (made.why, made.boxes, made.sha256, made.stored_as) == ("", [], "", "")
    assert redacted_bytes(made) is None
    assert destroy_redacted(redactions=erased_redactions(item.report_id)) == 0


class TestBoxes:
    def test_a_box_is_cut_at_the_edge(self) -> None:
        assert clipped(Box(-10, 5, 30, 400), 100, 80) == Box(0, 5, 20, 75)

    def test_a_box_grows_to_whole_blocks(self) -> None:
        assert grown(Box(17, 16, 15, 1)) == (16, 16, 32, 32)

    @pytest.mark.parametrize("size", [(320, 240), (33, 1200)])
    def test_a_jpeg_tells_its_size(self, size: tuple[int, int]) -> None:
        assert jpeg_size(encoded(drawn(size=size))) == size
        assert jpeg_size(encoded(drawn(size=size), progressive=True)) == size

    def test_what_is_none_tells_nothing(self) -> None:
        assert jpeg_size(b"") is None
        assert jpeg_size(b"\xff\xd8\xff\xe0\x00\x10" + b"x" * 30) is None
