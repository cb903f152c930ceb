"""A typed name finds its places in any script; where two may be meant, both are offered."""

import csv
import gzip
import json
import subprocess
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.pages.places import list_for_phones
from reports.places.actions import record_places
from reports.places.folding import bones, folded, letters_folded
from reports.places.likeness import FLOOR, likeness
from reports.places.models import Place
from reports.places.queries import place_by_id, place_by_key, place_choices, places_matching
from reports.problems import NotFound
from tests.factories import SEEDS, SET_UP_AT

VECTORS = SEEDS.parent / "tests" / "vectors" / "names.json"
CASES = [tuple(case) for case in json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]]
SCRIPT = SEEDS.parent / "config" / "static" / "js" / "lib" / "place-names.js"
ON_A_PHONE = """
import { readFileSync } from "node:fs";
const { source, letters, places, typed } = JSON.parse(readFileSync(0, "utf8"));
const { openList, search } = await import(
  "data:text/javascript;base64," + Buffer.from(source).toString("base64")
);
const list = openList({ letters, places });
console.log(JSON.stringify(typed.map((name) => search(list, name).map((place) => place.key))));
"""

PLACE_COLUMNS = ("key", "kind", "district")
NAME_COLUMNS = ("place_key", "text", "lang", "script", "kind", "official_for")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Gəncə", "ganca"),
        ("GƏNCƏ", "ganca"),
        ("  Ağdam,  şəhər ", "agdam sahar"),
        ("İşğal", "isgal"),
        ("Füzuli", "fuzuli"),
        ("Fizuli/Varanda", "fizuli varanda"),
        ("Гянджа", "gyandzha"),
        ("Кельбаджар", "kelbadzhar"),
        ("Stepʻanakert", "stepanakert"),
        ("Գանձակ", "gandzak"),
        ("", ""),
        ("!?", ""),
    ],
)
def test_one_spelling_for_searching(typed: str, plain: str) -> None:
    assert folded(typed) == plain


@pytest.mark.parametrize("typed", ["Gəncə", "Гянджа", "Գանձակ", "فضولی", "Tərtər 5"])
def test_folding_twice_changes_nothing(typed: str) -> None:
    assert folded(folded(typed)) == folded(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gəncə", "گنجه"),
        ("Gence", "Гянджа"),
        ("Xankəndi", "Ханкенди"),
        ("Khankendi", "Hankendi"),
        ("Şuşa", "Шуша"),
        ("Мардакерт", "Mardakert"),
    ],
)
def test_what_sounds_alike_has_the_same_bones(one: str, other: str) -> None:
    assert bones(folded(one)) == bones(folded(other)) != ""


def test_one_spelling_is_wholly_like_itself_and_nothing_like_another() -> None:
    assert likeness("ganja", "knj", "ganja", "knj") == 1
    assert likeness("ganja", "knj", "berd", "brd") < 0.2


def test_a_slip_costs_less_than_another_name() -> None:
    slip = likeness("gajna", bones("gajna"), "ganja", "knj")
    other = likeness("goris", bones("goris"), "ganja", "knj")
    assert other < FLOOR < slip < 1


@cache
def gazetteer() -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Return the seeds' places and names as record_places reads them."""
    with (SEEDS / "places" / "places.csv").open(encoding="utf-8") as file:
        places = [
            {name: row[name] for name in PLACE_COLUMNS}
            | {"lat": float(row["lat"]), "lon": float(row["lon"]), "radius_m": int(row["radius_m"])}
            for row in csv.DictReader(file)
        ]
    with (SEEDS / "places" / "names.csv").open(encoding="utf-8") as file:
        names = [{name: row[name] for name in NAME_COLUMNS} for row in csv.DictReader(file)]
    return places, names


@pytest.fixture(scope="module")
def theatre(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The whole gazetteer, once for this module, taken back afterwards."""
    from django.db import transaction

    places, names = gazetteer()
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        record_places(places=places, names=names, dataset="seeds", by=None, at=SET_UP_AT)
        yield
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


def keys(typed: str, most: int = 8) -> list[str]:
    return [choice.key for choice in places_matching(typed, most=most)]


@pytest.mark.usefixtures("theatre", "db")
class TestTheWholeGazetteer:
    @pytest.mark.parametrize(
        ("typed", "place"),
        [
            ("Gəncə", "ganja"),
            ("Ganja", "ganja"),
            ("gandja", "ganja"),
            ("Гянджа", "ganja"),
            ("Gyandzha", "ganja"),
            ("Степанакерт", "khankendi-stepanakert"),
            ("Xankəndi", "khankendi-stepanakert"),
            ("Shushi", "shusha-shushi"),
            ("شوشا", "shusha-shushi"),
            ("Berd", "berd"),
        ],
    )
    def test_any_script_finds_the_place_first(self, typed: str, place: str) -> None:
        assert keys(typed)[0] == place

    def test_a_name_two_places_share_offers_both(self) -> None:
        assert {"ganja", "gandzak-gegharkunik"} <= set(keys("Գանձակ"))
        assert {"shusha-shushi", "shusha-district"} <= set(keys("Şuşa"))

    def test_tovuz_may_be_the_town_its_district_or_berd(self) -> None:
        assert {"tovuz", "tovuz-district", "berd"} <= set(keys("Tovuz"))

    def test_there_are_two_fuzulis_and_a_district(self) -> None:
        assert {"fuzuli-varanda", "fuzuli-shamkir", "fuzuli-district"} <= set(keys("Füzuli"))

    def test_both_official_names_stand_side_by_side_in_alphabetical_order(self) -> None:
        label = places_matching("Stepanakert")[0].label
        assert label == " / ".join(sorted(label.split(" / ")))
        assert "Stepanakert" in label and "Xankəndi" in label

    @pytest.mark.parametrize(("typed", "place"), CASES)
    def test_slips_of_the_finger_are_forgiven(self, typed: str, place: str) -> None:
        assert keys(typed)[0] == place

    def test_a_phone_without_a_line_puts_the_same_places_in_the_same_order(self) -> None:
        typed = [case for case, _place in CASES]
        body = {"letters": letters_folded(), "places": list_for_phones(), "typed": typed}
        asked = subprocess.run(
            ["node", "--input-type=module", "--eval", ON_A_PHONE],
            input=json.dumps({"source": SCRIPT.read_text(), **body}),
            capture_output=True,
            check=True,
            text=True,
        )
        found = json.loads(asked.stdout)
        for name, there in zip(typed, found, strict=True):
            here = keys(name)
            assert there[0] == here[0], name
            assert [key for key in there if key in here] == [key for key in here if key in there]

    def test_the_list_for_phones_is_light(self) -> None:
        body = json.dumps({"letters": letters_folded(), "places": list_for_phones()})
        assert len(gzip.compress(body.encode(), 6)) < 25_000

    @pytest.mark.parametrize("typed", ["", " ", "G", "!", "zzzzqqqq", "\u0301"])
    def test_what_means_nothing_finds_nothing(self, typed: str) -> None:
        assert keys(typed) == []

    def test_an_endless_name_costs_no_more_than_a_long_one(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            keys("stepanakert " * 10_000)
            keys("\u4e2d" * 10_000)  # one letter, several in the folded form
        assert asked.captured_queries
        assert max(len(query["sql"]) for query in asked.captured_queries) < 10_000

    def test_no_more_than_asked_for(self) -> None:
        assert len(keys("a", most=3)) == 0
        assert len(keys("kend", most=3)) <= 3

    def test_recording_it_again_makes_no_doubles(self) -> None:
        places, names = gazetteer()
        assert Place.objects.count() == len(places)
        again = record_places(places=places, names=names, dataset="seeds", by=None, at=SET_UP_AT)
        assert again == 0
        assert Place.objects.count() == len(places)

    def test_a_place_by_its_id_or_key(self) -> None:
        ganja = place_by_key("ganja")
        assert ganja is not None
        assert place_by_id(ganja.pk) == place_by_id(str(ganja.pk)) == ganja
        assert place_by_key("nowhere") is None
        assert place_choices([ganja.pk, None])[ganja.pk].key == "ganja"

    @pytest.mark.parametrize("unknown", ["not-an-id", "0190b6b4-0000-7000-8000-000000000000"])
    def test_no_such_place(self, unknown: str) -> None:
        with pytest.raises(NotFound):
            place_by_id(unknown)
