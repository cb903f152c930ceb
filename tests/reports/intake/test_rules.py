"""Every answer of a filing that needs another look is named; nothing else is."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reports.agreement.models import Agreement
from reports.intake.drafts import OriginDraft, ReportDraft, TollRange, Where
from reports.intake.rules import problems_in
from reports.people.models import Source

AT = datetime(2020, 10, 12, 8, 0, tzinfo=UTC)
SPEAKER = Source(key="ministry", name="Ministry")
SOME_ID = uuid.UUID("01900000-0000-7000-8000-000000000001")
PARTIES = ("ARM", "AZE")
STATEMENT = OriginDraft(kind="statement", url="https://news.example/1")


def draft(**changes: Any) -> ReportDraft:
    complete = ReportDraft(
        client_uuid=SOME_ID,
        agreement=Agreement(slug="test"),
        stance="observes",
        means="heard",
        act="shelling",
        observed_from=AT - timedelta(hours=3),
        observed_until=AT - timedelta(hours=2),
        time_precision="hour",
        where=Where(kind="place", place_id=SOME_ID),
        narrative="Three explosions were heard.",
    )
    return replace(complete, **changes)


def fields(**changes: Any) -> set[str]:
    return set(problems_in(draft(**changes), parties=PARTIES, at=AT))


def place(**changes: Any) -> dict[str, Where]:
    return {
        "where": Where(**{"kind": "point", "lat": 40.6, "lon": 46.3, "accuracy_m": 50, **changes})
    }


def bearing(**changes: Any) -> dict[str, Where]:
    seen = {"kind": "bearing", "lat": 40.6, "lon": 46.3, "range_m": 3000, "bearing_deg": 45}
    return {"where": Where(**{**seen, **changes})}


def toll(least: int | None, best: int | None, most: int | None) -> dict[str, tuple[TollRange, ...]]:
    return {"tolls": (TollRange("killed", "civilians", least, best, most),)}


GOOD: list[dict[str, Any]] = [
    {},
    {"means": "", "stance": "alleges", "accused_kind": "party", "accused_code": "ARM"},
    {"speaker": SPEAKER, "origin": STATEMENT, "means": "told"},
    {"accused_kind": "other"},
    {"accused_kind": "nobody"},
    {"stance": "denies", "means": "", "accused_kind": "nobody"},
    {"stance": "admits", "means": "", "accused_kind": "party", "accused_code": "AZE"},
    place(),
    place(lat=-90, lon=180, accuracy_m=1),
    bearing(),
    bearing(range_error_m=0, bearing_error_deg=0),
    bearing(bearing_deg=360, range_error_m=100_000, bearing_error_deg=90),
    {"where": Where(kind="named", typed="the mill by the river")},
    {"where": Where(kind="place", place_id=SOME_ID, accuracy="region")},
    {"time_precision": "day", "observed_from": AT - timedelta(days=1), "observed_until": AT},
    {"observed_from": AT - timedelta(days=92), "observed_until": AT},
    {"observed_from": AT + timedelta(minutes=10), "observed_until": AT + timedelta(minutes=11)},
    {"observation_unit": "explosion", "observation_count": 0},
    {"observation_unit": "explosion", "observation_count": 100_000, "count_qualifier": "at_least"},
    {"observation_unit": "explosion"},
    toll(0, 0, 0),
    toll(1, None, 5),
    toll(None, 3, None),
    {"narrative": "x" * 10_000},
    {"language": "hy"},
    {"language": "zh-Hant"},
    {"own_confidence": "likely"},
    {"weapon": "w" * 200},
]


@pytest.mark.parametrize("changes", GOOD, ids=lambda value: repr(value)[:60])
def test_what_is_complete_is_taken(changes: dict[str, Any]) -> None:
    assert fields(**changes) == set()


BAD: list[tuple[dict[str, Any], set[str]]] = [
    # not on the list
    ({"stance": "claims"}, {"stance"}),
    ({"means": "dreamt"}, {"means"}),
    ({"means": ""}, {"means"}),
    ({"time_precision": "second"}, {"time_precision"}),
    ({"effect": ""}, {"effect"}),
    ({"count_qualifier": "some"}, {"count_qualifier"}),
    ({"observation_unit": "bombs"}, {"observation_unit"}),
    ({"accused_kind": "them"}, {"accused"}),
    ({"own_confidence": "certain"}, {"own_confidence"}),
    ({"origin": OriginDraft(kind="rumour")}, {"origin_kind"}),
    # when
    ({"observed_until": AT - timedelta(hours=3)}, {"observed_until"}),
    ({"observed_until": AT - timedelta(hours=4)}, {"observed_until"}),
    ({"observed_from": AT - timedelta(days=93)}, {"observed_until"}),
    ({"observed_from": datetime(2020, 10, 12, 5)}, {"observed_from"}),
    ({"observed_until": datetime(2020, 10, 12, 6)}, {"observed_from"}),
    (
        {"observed_from": AT + timedelta(minutes=11), "observed_until": AT + timedelta(hours=1)},
        {"observed_from"},
    ),
    ({"observed_from": datetime(1, 1, 1, tzinfo=UTC)}, {"observed_from"}),
    # where
    ({"where": Where(kind="somewhere")}, {"location_kind"}),
    ({"where": Where(kind="place")}, {"place"}),
    ({"where": Where(kind="place", place_id=SOME_ID, accuracy="roughly")}, {"place_accuracy"}),
    ({"where": Where(kind="named", typed="  ")}, {"place_typed"}),
    ({"where": Where(kind="between")}, {"place", "other_place"}),
    ({"where": Where(kind="between", place_id=SOME_ID)}, {"other_place"}),
    (
        {"where": Where(kind="between", place_id=SOME_ID, other_place_id=SOME_ID)},
        {"other_place"},
    ),
    ({"where": Where(kind="named", typed="x" * 201)}, {"place_typed"}),
    (place(lat=None), {"lat"}),
    (place(lat=90.1), {"lat"}),
    (place(lat=float("nan")), {"lat"}),
    (place(lon=float("inf")), {"lon"}),
    (place(lon=-180.1), {"lon"}),
    (place(lat=None, lon=None, accuracy_m=None), {"lat", "lon", "accuracy_m"}),
    (place(accuracy_m=0), {"accuracy_m"}),
    (place(accuracy_m=100_001), {"accuracy_m"}),
    (bearing(range_m=None), {"range_m"}),
    (bearing(range_m=0), {"range_m"}),
    (bearing(bearing_deg=-1), {"bearing_deg"}),
    (bearing(bearing_deg=361), {"bearing_deg"}),
    (bearing(range_error_m=-1), {"range_error_m"}),
    (bearing(bearing_error_deg=91), {"bearing_error_deg"}),
    (bearing(lat=None, range_m=float("nan")), {"lat", "range_m"}),
    # who
    ({"accused_kind": "party", "accused_code": "XXX"}, {"accused"}),
    ({"accused_kind": "party", "accused_code": ""}, {"accused"}),
    ({"stance": "alleges", "accused_kind": "nobody"}, {"accused"}),
    ({"stance": "admits", "accused_kind": "unknown"}, {"accused"}),
    ({"stance": "denies", "accused_kind": "party", "accused_code": "ARM"}, {"accused"}),
    # how many
    ({"observation_unit": "shot", "observation_count": -1}, {"observation_count"}),
    ({"observation_unit": "shot", "observation_count": 100_001}, {"observation_count"}),
    ({"observation_count": 3}, {"observation_unit"}),
    (toll(3, 2, None), {"killed_civilians"}),
    (toll(3, None, 2), {"killed_civilians"}),
    (toll(-1, None, None), {"killed_civilians"}),
    (toll(None, None, 100_001), {"killed_civilians"}),
    ({"tolls": (TollRange("lost", "civilians", 1, 1, 1),)}, {"tolls"}),
    ({"tolls": (TollRange("killed", "children", 1, 1, 1),)}, {"tolls"}),
    # in words
    ({"narrative": ""}, {"narrative"}),
    ({"narrative": " " * 50}, {"narrative"}),
    ({"narrative": "too short"}, {"narrative"}),
    ({"narrative": "x" * 10_001}, {"narrative"}),
    ({"narrative": "Three explosions\x00 were heard."}, {"narrative"}),
    ({"narrative": "Three explosions\ud800 were heard."}, {"narrative"}),
    ({"weapon": "w" * 201}, {"weapon"}),
    ({"weapon": "mortar\x00"}, {"weapon"}),
    ({"act": "shelling\x00"}, {"act"}),
    ({"supersedes": "AAAAA-\x00"}, {"supersedes"}),
    ({"language": ""}, {"language"}),
    ({"language": "Armenian"}, {"language"}),
    ({"language": "en\x00"}, {"language"}),
    # from whom
    ({"origin": STATEMENT}, {"speaker"}),
    ({"origin": OriginDraft(kind="investigation")}, {"speaker"}),
    ({"speaker": SPEAKER}, {"origin_kind"}),
    ({"origin": OriginDraft(key="k" * 201)}, {"origin_key"}),
    ({"origin": OriginDraft(publisher="p" * 201)}, {"publisher"}),
    ({"origin": OriginDraft(url="news.example/1")}, {"source_url"}),
    ({"origin": OriginDraft(url="javascript:alert(1)")}, {"source_url"}),
    ({"origin": OriginDraft(url="https://")}, {"source_url"}),
    ({"origin": OriginDraft(url="http://[")}, {"source_url"}),
    ({"origin": OriginDraft(url="https://a.example/" + "x" * 1000)}, {"source_url"}),
    # several at once
    (
        {"stance": "?", "narrative": "", "where": Where(kind="place")},
        {"stance", "narrative", "place"},
    ),
]


@pytest.mark.parametrize(("changes", "named"), BAD, ids=lambda value: repr(value)[:60])
def test_what_needs_another_look_is_named(changes: dict[str, Any], named: set[str]) -> None:
    assert fields(**changes) == named


def test_every_message_says_something() -> None:
    for changes, _named in BAD:
        for messages in problems_in(draft(**changes), parties=PARTIES, at=AT).values():
            assert messages and all(len(message) > 10 for message in messages)


def test_the_parties_to_choose_from_are_named() -> None:
    found = problems_in(draft(accused_kind="party", accused_code="X"), parties=PARTIES, at=AT)
    assert "ARM, AZE" in found["accused"][0]


class TestTheSameContentIsTheSameHash:
    def test_the_client_s_id_is_not_content(self) -> None:
        assert draft().sha256() == draft(client_uuid=uuid.uuid4()).sha256()

    @pytest.mark.parametrize(
        "changes",
        [
            {"narrative": "Three explosions were heard!"},
            {"stance": "finds"},
            {"speaker": SPEAKER},
            {"agreement": Agreement(slug="other")},
            {"where": Where(kind="named", typed="there")},
            {"observed_until": AT},
            toll(1, 2, 3),
            {"origin": STATEMENT},
            {"channel": "api"},
        ],
        ids=lambda value: repr(value)[:60],
    )
    def test_any_other_answer_is_other_content(self, changes: dict[str, Any]) -> None:
        assert draft().sha256() != draft(**changes).sha256()
