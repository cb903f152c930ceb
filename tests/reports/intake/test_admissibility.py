"""Period, area, actors: one test outside makes an event inadmissible, with its reason."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from reports.agreement.rules import Period
from reports.intake.rules import REASON_TEXTS, Admissibility, is_admissible
from reports.places.geo import Spot
from tests.factories import SEEDS

DOCUMENT = json.loads((SEEDS / "agreement" / "nk2020.json").read_text(encoding="utf-8"))
RING = DOCUMENT["area"]["coordinates"][0]
IN_FORCE = Period(
    *(
        datetime.fromisoformat(DOCUMENT["versions"][0][limit]).astimezone(UTC)
        for limit in ("in_force_from", "in_force_until")
    )
)
NOON = datetime(2020, 10, 10, 8, 0, tzinfo=UTC)  # 12:00 in Baku
GANJA = Spot(40.6816, 46.3613, 6000)
TBILISI = Spot(41.6941, 44.8337, 6000)
AFTER = (NOON + timedelta(hours=14), NOON + timedelta(hours=15))


def admissibility(
    window: tuple[datetime, datetime] = AFTER,
    spot: Spot | None = GANJA,
    accused: tuple[str, ...] = ("party",),
) -> Admissibility:
    return is_admissible(window=window, spot=spot, accused=accused, periods=[IN_FORCE], ring=RING)


def test_the_text_came_into_force_at_noon_in_baku() -> None:
    assert IN_FORCE.begins == NOON


@pytest.mark.parametrize(
    ("begins", "ends", "code", "verdict"),
    [
        # Minutes before noon on 10 October, to the minute: outside.
        ((10, 7, 55), (10, 7, 56), "period.outside", "inadmissible"),
        # "In the morning": [00:00, 12:00) ends at the very instant of entry into force.
        ((9, 20, 0), (10, 8, 0), "period.outside", "inadmissible"),
        ((10, 8, 0), (10, 8, 1), "period.inside", "admissible"),
        # Only the day is known: before or after noon is open.
        ((9, 20, 0), (10, 20, 0), "period.crosses", "unclear"),
        ((10, 7, 59), (10, 8, 1), "period.crosses", "unclear"),
    ],
)
def test_the_tenth_of_october(
    begins: tuple[int, int, int], ends: tuple[int, int, int], code: str, verdict: str
) -> None:
    window = (datetime(2020, 10, *begins, tzinfo=UTC), datetime(2020, 10, *ends, tzinfo=UTC))
    found = admissibility(window=window)
    assert found.verdict == verdict
    assert found.reasons[0].code == code


@pytest.mark.parametrize(
    ("spot", "code", "verdict"),
    [
        (GANJA, "area.inside", "admissible"),
        (None, "area.unlocated", "unclear"),
        (TBILISI, "area.outside", "inadmissible"),
        (Spot(40.6816, 46.3613, 400_000), "area.edge", "unclear"),
        (Spot(41.6941, 44.8337, 80_000), "area.edge", "unclear"),
        (Spot(41.35, 44.75, 1), "area.edge", "unclear"),  # a corner of the ring itself
        (Spot(38.0, 46.5, 5000), "area.outside", "inadmissible"),
    ],
)
def test_the_area(spot: Spot | None, code: str, verdict: str) -> None:
    found = admissibility(spot=spot)
    assert (found.reasons[1].code, found.verdict) == (code, verdict)


@pytest.mark.parametrize(
    ("accused", "code", "verdict"),
    [
        (("party",), "actors.bound", "admissible"),
        (("party", "other"), "actors.bound", "admissible"),
        (("unknown", "party"), "actors.bound", "admissible"),
        (("unknown",), "actors.unknown", "unclear"),
        (("nobody",), "actors.unknown", "unclear"),
        (("other", "unknown"), "actors.unknown", "unclear"),
        (("other",), "actors.not_bound", "inadmissible"),
        (("other", "other"), "actors.not_bound", "inadmissible"),
        ((), "actors.unknown", "unclear"),
    ],
)
def test_the_actors(accused: tuple[str, ...], code: str, verdict: str) -> None:
    found = admissibility(accused=accused)
    assert (found.reasons[2].code, found.verdict) == (code, verdict)


def test_one_test_outside_outweighs_open_ones() -> None:
    found = admissibility(spot=None, accused=("other",))
    assert found.verdict == "inadmissible"
    assert [reason.verdict for reason in found.reasons] == ["inside", "unclear", "outside"]


def test_without_any_text_in_force_nothing_is_covered() -> None:
    found = is_admissible(window=AFTER, spot=GANJA, accused=["party"], periods=[], ring=RING)
    assert found.verdict == "inadmissible"


def test_a_gap_between_two_texts_is_not_covered() -> None:
    texts = [Period(NOON, NOON + timedelta(hours=1)), Period(NOON + timedelta(hours=20), None)]
    found = is_admissible(window=AFTER, spot=GANJA, accused=["party"], periods=texts, ring=RING)
    assert found.reasons[0].code == "period.outside"


def test_every_reason_has_its_sentence() -> None:
    for accused in (("party",), ("other",), ("unknown",)):
        for spot in (GANJA, TBILISI, None, Spot(41.35, 44.75, 1)):
            for reason in admissibility(spot=spot, accused=accused).reasons:
                assert reason.text == str(REASON_TEXTS[reason.code])
                assert reason.text.endswith(".")
