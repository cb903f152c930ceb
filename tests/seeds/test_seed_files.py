"""The seed files agree with each other, with the map and with the rules their README states."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[2] / "seeds"
CLAIM_FILES = {"nk2020": 33, "article": 16, "supplement": 7}
HEADERS = {
    "acts.csv": "position,code,severity,name_en,definition_en,acled_event,"
    "acled_sub_event,ucdp_type,cameo,hxl,codes_note",
    "acts_words.csv": "code,lang,name,definition",
    "organisations.csv": "key,name,kind,aligned_with,aligned_from,aligned_until,alignment_reason,"
    "is_demo",
    "sources.csv": "key,name,organisation,kind,aligned_with,alignment_reason,grade,grade_reason,"
    "is_demo",
    "places/places.csv": "key,kind,lat,lon,radius_m,district,source_country,admin_code,geonameid,"
    "dataset,note",
    "places/names.csv": "place_key,text,lang,script,kind,official_for,name_source",
}
CLAIM_HEADER = (
    "claim_id,incident_key,link_reason,agreement,source_key,stance,act_code,means,weapon,"
    "observed_from,observed_until,time_precision,time_as_written,place_key,place_as_written,"
    "place_accuracy,place_note,accused,killed_min,killed_best,killed_max,injured_min,injured_best,"
    "injured_max,toll_note,origin_key,origin_kind,repeats_claim,origin_note,reported_on,publisher,"
    "source_url,received_at,narrative_en,mapping_note"
)
PARTIES = {"ARM", "AZE"}
PRECISION_SPAN = {  # shortest and longest window a precision may stand for
    "minute": (timedelta(minutes=1), timedelta(minutes=1)),
    "part_of_day": (timedelta(hours=6), timedelta(hours=13)),
    "day": (timedelta(days=1), timedelta(days=1)),
    "days": (timedelta(days=2), timedelta(days=40)),
}


def rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name: str) -> dict:
    return json.loads((SEEDS / name).read_text(encoding="utf-8"))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


AGREEMENT = document("agreement/nk2020.json")
ACTS = {row["code"]: row for row in rows("acts.csv")}
ORGANISATIONS = {row["key"]: row for row in rows("organisations.csv")}
SOURCES = {row["key"]: row for row in rows("sources.csv")}
PLACES = {row["key"]: row for row in rows("places/places.csv")}
NAMES = rows("places/names.csv")
CLAIMS = {row["claim_id"]: row for f in CLAIM_FILES for row in rows(f"claims/{f}.csv")}


def kilometres(a: dict[str, str], b: dict[str, str]) -> float:
    lat = math.radians((float(a["lat"]) + float(b["lat"])) / 2)
    north = (float(a["lat"]) - float(b["lat"])) * 111.2
    east = (float(a["lon"]) - float(b["lon"])) * 111.2 * math.cos(lat)
    return math.hypot(north, east)


def inside(lon: float, lat: float) -> bool:
    ring = AGREEMENT["area"]["coordinates"][0]
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def candidates(text: str) -> set[str]:
    return {n["place_key"] for n in NAMES if n["text"].casefold() == text.casefold()}


class TestFiles:
    @pytest.mark.parametrize("name", HEADERS)
    def test_has_the_columns_its_readme_explains(self, name: str) -> None:
        with (SEEDS / name).open(encoding="utf-8") as file:
            assert file.readline().rstrip("\n") == HEADERS[name]

    @pytest.mark.parametrize(("name", "count"), CLAIM_FILES.items())
    def test_claim_files_share_one_header_and_hold_every_claim(self, name: str, count: int) -> None:
        with (SEEDS / f"claims/{name}.csv").open(encoding="utf-8") as file:
            assert file.readline().rstrip("\n") == CLAIM_HEADER
        assert len(rows(f"claims/{name}.csv")) == count

    def test_keys_are_unique(self) -> None:
        assert len(CLAIMS) == sum(CLAIM_FILES.values())
        for name, key in (
            ("acts.csv", "code"),
            ("organisations.csv", "key"),
            ("sources.csv", "key"),
            ("places/places.csv", "key"),
        ):
            keys = [row[key] for row in rows(name)]
            assert len(keys) == len(set(keys)), name
        names = [(n["place_key"], n["text"], n["lang"], n["kind"]) for n in NAMES]
        assert len(names) == len(set(names))

    def test_readme_states_the_sha256_of_every_file(self) -> None:
        readme = (SEEDS / "README.md").read_text(encoding="utf-8")
        stated = dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", readme, re.M))
        found = {
            path.relative_to(SEEDS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in SEEDS.rglob("*")
            if path.suffix in {".csv", ".json"}
        }
        assert stated == found


class TestAgreement:
    def test_clauses_prohibit_only_known_acts(self) -> None:
        (version,) = AGREEMENT["versions"]
        assert [clause["code"] for clause in version["clauses"]] == ["1", "2", "3", "4"]
        for clause in version["clauses"]:
            assert set(clause["prohibits"]) <= set(ACTS)

    def test_is_in_force_from_noon_local_time_until_the_later_statement(self) -> None:
        (version,) = AGREEMENT["versions"]
        assert instant(version["in_force_from"]) == instant("2020-10-10T08:00:00+00:00")
        assert instant(version["in_force_until"]) == instant("2020-11-09T21:00:00+00:00")
        for renewal in AGREEMENT["renewals"]:
            assert version["in_force_from"] < renewal["at"] < version["in_force_until"]

    def test_parties_stand_in_alphabetical_order_with_a_name_in_every_language(self) -> None:
        parties = AGREEMENT["parties"]
        assert [(p["code"], p["colour_index"]) for p in parties] == [("ARM", 0), ("AZE", 1)]
        for party in parties:
            assert set(party["names"]) == {"en", "ru", "hy", "az", "fr", "uk", "ar"}

    def test_all_that_is_ours_has_words_in_every_language(self) -> None:
        every = {"en", "ru", "hy", "az", "fr", "uk", "ar"}
        (version,) = AGREEMENT["versions"]
        texts = [AGREEMENT["titles"], version["summaries"]]
        texts += [clause[kind] for clause in version["clauses"] for kind in ("titles", "summaries")]
        texts += [renewal["notes"] for renewal in AGREEMENT["renewals"]]
        for text in texts:
            assert set(text) == every and all(text.values())
        words = {(row["code"], row["lang"]) for row in rows("acts_words.csv")}
        assert words == {(code, lang) for code in ACTS for lang in every - {"en"}}
        assert all(row["name"] and row["definition"] for row in rows("acts_words.csv"))

    def test_area_is_a_closed_ring_that_holds_every_place(self) -> None:
        ring = AGREEMENT["area"]["coordinates"][0]
        assert ring[0] == ring[-1]
        outside = [k for k, p in PLACES.items() if not inside(float(p["lon"]), float(p["lat"]))]
        assert outside == []
        assert not inside(49.87, 40.40), "Baku lies outside the working area"
        assert not inside(44.51, 40.18), "Yerevan lies outside the working area"


class TestPlaces:
    def test_are_enough_and_each_has_a_name(self) -> None:
        assert len(PLACES) >= 90
        assert {n["place_key"] for n in NAMES} == set(PLACES)

    def test_fields_are_known_words(self) -> None:
        for place in PLACES.values():
            assert place["kind"] in [
                "city",
                "town",
                "village",
                "district",
                "region",
                "sector",
                "line",
            ]
            assert 0 < int(place["radius_m"]) <= 150_000
        for name in NAMES:
            assert name["kind"] in ["official", "alternate", "historical", "as_written"]
            assert name["script"] in ["Latn", "Cyrl", "Armn", "Arab"]
            assert set(filter(None, name["official_for"].split("|"))) <= PARTIES
            assert not name["official_for"] or name["kind"] == "official"

    def test_a_settlement_lies_within_reach_of_its_district(self) -> None:
        for key, place in PLACES.items():
            if place["district"]:
                district = PLACES[place["district"]]
                reach = int(district["radius_m"]) / 1000 + 5
                assert kilometres(place, district) <= reach, key

    @pytest.mark.parametrize(
        ("here", "there", "apart"),
        [  # straight-line distances read off a map, within 3 km
            ("khankendi-stepanakert", "shusha-shushi", 6),
            ("khankendi-stepanakert", "askeran", 15),
            ("khankendi-stepanakert", "hadrut", 41),
            ("aghdara-martakert", "tartar", 17),
            ("talish", "mataghis-sugovushan", 6),
            ("karakhanbeyli", "fuzuli-varanda", 11),
            ("karmir-shuka-qirmizi-bazar", "taghavard", 3),
            ("ganja", "goranboy", 37),
            ("barda", "tartar", 17),
            ("berd", "tovuz", 24),
            ("kapan", "goris", 34),
        ],
    )
    def test_distances_are_what_a_map_says(self, here: str, there: str, apart: int) -> None:
        assert abs(kilometres(PLACES[here], PLACES[there]) - apart) <= 3

    def test_ambiguity_survives(self) -> None:
        assert {"tovuz", "tovuz-district", "berd", "tavush-village"} <= candidates("Tovuz")
        assert {"tovuz", "berd", "tavush-village"} <= candidates("Товуз")
        assert {"ganja", "yevlakh"} <= candidates("Gəncə")
        fuzuli = {"fuzuli-varanda", "fuzuli-district", "fuzuli-shamkir"}
        assert fuzuli <= candidates("Fuzuli")
        assert {"ganja", "gandzak-gegharkunik"} <= candidates("Գանձակ")
        assert {"khojavend-martuni", "martuni-gegharkunik"} <= candidates("Martuni")
        assert {"tartar", "tartar-district"} <= candidates("Tatar")
        assert {"jabrayil-jrakan", "jabrayil-district"} <= candidates("Gabriel")

    def test_where_the_parties_differ_both_spellings_are_official(self) -> None:
        for key in ("khankendi-stepanakert", "shusha-shushi", "aghdara-martakert"):
            held = {n["official_for"] for n in NAMES if n["place_key"] == key} - {""}
            assert held == PARTIES, key


class TestPeopleAndSources:
    def test_organisations_and_sources_refer_to_what_exists(self) -> None:
        for row in (*ORGANISATIONS.values(), *SOURCES.values()):
            assert row["aligned_with"] in PARTIES | {""}
            assert row["alignment_reason"]
        for source in SOURCES.values():
            organisation = ORGANISATIONS[source["organisation"]]
            assert source["aligned_with"] == organisation["aligned_with"]

    def test_grades_follow_one_rule_for_both_sides(self) -> None:
        by_rule: dict[str, set[str]] = {}
        graded: dict[str, set[str]] = {"ARM": set(), "AZE": set()}
        for source in SOURCES.values():
            by_rule.setdefault(source["grade_reason"].split(":")[0], set()).add(source["grade"])
            if source["kind"] == "party" and "Rule 1" in source["grade_reason"]:
                graded[source["aligned_with"]].add(source["grade"])
        assert all(len(grades) == 1 for grades in by_rule.values())
        assert graded["ARM"] == graded["AZE"] == {"D"}


class TestClaims:
    @pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
    def test_maps_onto_known_things(self, claim: dict[str, str]) -> None:
        assert claim["agreement"] == "nk2020"
        assert claim["source_key"] in SOURCES
        assert claim["act_code"] in ACTS
        assert claim["place_key"] in PLACES
        assert claim["stance"] in ["observes", "alleges", "denies", "admits", "finds"]
        assert claim["means"] in ["heard", "saw", "recorded", "told", "measured"]
        assert claim["origin_kind"] in ["statement", "observation", "investigation", "document"]
        accuracies = ["exact", "neighbourhood", "village", "town", "district", "region"]
        assert claim["place_accuracy"] in accuracies
        assert claim["accused"] in PARTIES | {"unknown", "none"}
        assert (claim["accused"] == "none") == (claim["stance"] == "denies")
        assert claim["place_note"] or claim["place_key"] in candidates_of(claim)
        assert claim["link_reason"]

    @pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
    def test_window_is_half_open_and_closed_when_received(self, claim: dict[str, str]) -> None:
        begins, ends = instant(claim["observed_from"]), instant(claim["observed_until"])
        shortest, longest = PRECISION_SPAN[claim["time_precision"]]
        assert begins.utcoffset() == timedelta(hours=4)
        assert shortest <= ends - begins <= longest
        assert ends <= instant(claim["received_at"])

    @pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
    def test_narrative_says_who_says_it(self, claim: dict[str, str]) -> None:
        verbs = r"\b(said|denied|found|reported|repeated|told)\b"
        assert re.search(verbs, claim["narrative_en"])
        assert claim["narrative_en"].count(".") <= 2
        banned = r"(?i)\b(guilty|enemy|terrorist|liberated|occupied|separatist)"
        assert not re.search(banned, claim["narrative_en"])

    @pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
    def test_tolls_are_ordered_ranges(self, claim: dict[str, str]) -> None:
        for kind in ("killed", "injured"):
            stated = [claim[f"{kind}_{part}"] for part in ("min", "best", "max")]
            numbers = [int(number) for number in stated if number]
            assert numbers == sorted(numbers)
            assert stated[1] or not numbers or claim["toll_note"]

    def test_copies_share_the_origin_of_what_they_repeat(self) -> None:
        copies = {c["claim_id"]: c["repeats_claim"] for c in CLAIMS.values() if c["repeats_claim"]}
        assert {"C002": "C001", "C004": "C003", "A01": "C021"}.items() <= copies.items()
        for copy, first in copies.items():
            assert CLAIMS[copy]["origin_key"] == CLAIMS[first]["origin_key"]
            assert CLAIMS[copy]["incident_key"] == CLAIMS[first]["incident_key"]

    def test_an_origin_never_spans_two_sides(self) -> None:
        sides: dict[str, set[str]] = {}
        for claim in CLAIMS.values():
            side = SOURCES[claim["source_key"]]["aligned_with"]
            sides.setdefault(claim["origin_key"], set()).add(side)
        assert all(len(side) == 1 for side in sides.values())

    def test_what_lies_before_the_truce_ends_by_noon(self) -> None:
        noon = instant(AGREEMENT["versions"][0]["in_force_from"])
        early = {k for k, c in CLAIMS.items() if instant(c["observed_until"]) <= noon}
        assert early == {"C007", "C008", "C033"}


def candidates_of(claim: dict[str, str]) -> set[str]:
    parts = [claim["place_as_written"], *re.split(r",|/| and ", claim["place_as_written"])]
    return set().union(*(candidates(part.strip()) for part in parts))
