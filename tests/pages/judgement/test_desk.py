"""The desk's parts: columns by side, the zone, the places, the timeline, keys and print."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from reports.agreement.models import Clause
from reports.intake.drafts import OriginDraft, Where
from reports.journal.queries import HistoryLine
from tests.factories import (
    NOW,
    World,
    a_case,
    a_draft,
    an_accepted_report,
    an_allegation,
    an_incident,
    settle,
)
from tests.pages.judgement.conftest import Browse
from verification.adjudication.models import Case
from verification.incidents.actions import link_report
from verification.incidents.models import Incident
from verification.pages.case_timeline import folded


def linked(world: World, incident: Incident, draft: Any) -> None:
    report = an_accepted_report(world, draft)
    if not report.links.exists():
        link_report(report=report, incident=incident, why="Same.", by=world.triage, at=NOW)
    settle()


def desk(browse: Browse, case: Case, query: str = "") -> Any:
    seat = case.seats.exclude(alignment="").order_by("number").first()
    assert seat is not None
    return browse(seat.reviewer).get(reverse("review-case", args=[case.pk]) + query)


class TestColumns:
    def test_reports_stand_by_the_side_of_who_first_said_them(
        self, world: World, browse: Browse
    ) -> None:
        incident = an_incident(world)  # Azerbaijan's ministry accuses Armenia
        denial = an_allegation(world, world.mod_armenia, "AZE")
        linked(
            world,
            incident,
            replace(denial, stance="denies", accused_kind="unknown", accused_code=""),
        )
        linked(world, incident, a_draft(world))  # a monitor's
        context = desk(browse, a_case(world, incident)).context
        shown = [
            (column.side["code"] if column.side else "", column.n_reports)
            for column in context["columns"]
        ]
        assert shown == [("ARM", 1), ("AZE", 1), ("", 1)]

    def test_a_copy_is_shown_with_what_it_says_otherwise_only(
        self, world: World, browse: Browse
    ) -> None:
        told = OriginDraft(kind="statement", key="wire-1", url="https://a.example/1", publisher="A")
        first = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), origin=told)
        incident = an_incident(world, first)
        again = replace(told, url="https://b.example/2", publisher="B")
        linked(world, incident, replace(a_draft(world, origin=again), **said_as(first)))
        other = replace(told, url="https://c.example/3", publisher="C")
        words = {
            **said_as(first),
            "narrative": "The same wire, but it names nobody at all.",
            "accused_kind": "unknown",
            "accused_code": "",
        }
        linked(
            world,
            incident,
            replace(a_draft(world, origin=other), **words),
        )
        answer = desk(browse, a_case(world, incident))
        text = answer.content.decode()
        (origin,) = answer.context["columns"][0].origins
        assert [copy["same_words"] for copy in origin["copies"]] == [True, False]
        assert "The same words as R1." in text
        assert "Accuses otherwise:" in text
        assert text.count("The speaker said that the other side struck the city.") == 1
        assert [row["url"] for row in answer.context["sources"]] == [
            *("https://a.example/1", "https://b.example/2", "https://c.example/3"),
        ]

    def test_a_long_narrative_opens_on_demand(self, world: World, browse: Browse) -> None:
        draft = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), narrative="word " * 400)
        text = desk(browse, a_case(world, an_incident(world, draft))).content.decode()
        assert re.search(r'<details class="told">', text)
        assert "word " * 399 in text


def said_as(draft: Any) -> dict[str, Any]:
    """Return what makes another report say the same."""
    names = ("speaker", "stance", "means", "accused_kind", "accused_code", "narrative")
    return {name: getattr(draft, name) for name in names}


class TestPlaces:
    @pytest.mark.parametrize(
        ("where", "verdict", "words"),
        [
            (None, "inside", "lies inside; the nearest edge is"),
            (
                Where(kind="point", lat=41.0, lon=47.0, accuracy_m=50_000),
                "not established",
                "may lie on either side",
            ),
            (Where(kind="named", typed="Somewhere"), "not established", "has not been located"),
        ],
    )
    def test_the_zone_is_checked_with_its_reason(
        self, world: World, browse: Browse, where: Where | None, verdict: str, words: str
    ) -> None:
        draft = an_allegation(world, world.mod_azerbaijan, "ARM")
        incident = an_incident(world, replace(draft, where=where) if where else draft)
        answer = desk(browse, a_case(world, incident))
        assert answer.context["zone_check"]["verdict"] == verdict
        assert words in answer.content.decode()

    def test_the_map_holds_incident_reports_ellipse_and_area_and_a_list_says_the_same(
        self, world: World, browse: Browse
    ) -> None:
        seen = Where(
            kind="bearing",
            lat=40.6,
            lon=46.3,
            range_m=4000,
            bearing_deg=45,
            range_error_m=500,
            bearing_error_deg=5,
        )
        incident = an_incident(world)
        linked(world, incident, a_draft(world, where=seen))
        answer = desk(browse, a_case(world, incident))
        features = answer.context["features"]["features"]
        kinds = [(f["properties"]["shape"], f["geometry"]["type"]) for f in features]
        assert kinds == [
            ("zone", "Polygon"),
            ("allegation", "Polygon"),
            ("allegation", "Point"),
            ("allegation", "Point"),
            ("contested", "Point"),
        ]
        places = answer.context["places"]
        assert [row["who"] for row in places] == [incident.code, "R1", "R2"]
        assert places[1]["exact"] == "within 5 km"

    def test_the_clauses_that_name_the_act_come_first(self, world: World, browse: Browse) -> None:
        context = desk(browse, a_case(world, an_incident(world))).context
        named = [clause["prohibits"] for clause in context["clauses"]]
        assert named == sorted(named, reverse=True)
        assert named[0]
        assert all(clause["whole"] for clause in context["clauses"])

    def test_a_clause_s_own_zone_is_checked_and_drawn(self, world: World, browse: Browse) -> None:
        far = {"type": "Polygon", "coordinates": [[[47, 39], [48, 39], [48, 40], [47, 39]]]}
        Clause.objects.filter(code="2").update(zone=far)
        answer = desk(browse, a_case(world, an_incident(world)))
        zones = {clause["code"]: clause["zone"] for clause in answer.context["clauses"]}
        assert zones["1"] is None
        assert zones["2"]["verdict"] == "outside"
        assert "Zone of this clause:" in answer.content.decode()
        shapes = [f["properties"]["shape"] for f in answer.context["features"]["features"]]
        assert shapes.count("zone") == 2


class TestTimeline:
    def test_what_happens_by_the_hundred_is_told_once_a_day(self) -> None:
        def line(kind: str, hours: int, note: str = "") -> HistoryLine:
            at = NOW + timedelta(hours=hours)
            return HistoryLine(at, at, kind, kind, "triage", note)

        lines = [
            *(line("report.filed", 0), line("report.linked", 1, "Same."), line("report.filed", 2)),
            *(line("merge.undone", 3, "No."), line("merge.undone", 4, "Again no.")),
            line("report.filed", 30),
        ]
        told = [(one.label, one.note) for one in folded(lines, ZoneInfo("Asia/Baku"))]
        assert told == [
            ("report.filed (2 times)", ""),
            ("report.linked", "Same."),
            ("merge.undone", "No."),
            ("merge.undone", "Again no."),
            ("report.filed", ""),
        ]

    def test_the_event_itself_comes_first(self, world: World, browse: Browse) -> None:
        case = a_case(world)
        first = desk(browse, case).context["history"][0]
        assert (first["at"], first["look"]) == (case.incident.window_from, "key")


class TestKeysAndPrint:
    def test_every_key_of_the_desk_is_written_down_and_leads_somewhere(
        self, world: World, browse: Browse
    ) -> None:
        answer = desk(browse, a_case(world))
        text = answer.content.decode()
        answered = set(re.findall(r'data-key="(\w)"', text))
        assert answered == {key for key, _words in answer.context["keys"]}
        assert set(re.findall(r'aria-keyshortcuts="(\w)"', text)) == answered - {"c"}
        for target in re.findall(r'<a href="#([\w-]+)" data-key', text):
            assert f'id="{target}"' in text, target
        assert "data-keys-off" in text

    def test_in_print_everything_is_unfolded_and_no_unsealed_ballot_is_there(
        self, world: World, browse: Browse
    ) -> None:
        draft = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), narrative="word " * 400)
        text = desk(browse, a_case(world, an_incident(world, draft)), "?print=1").content.decode()
        main = text[text.index("<main") : text.index("</main>")]
        folded_parts = re.findall(r"<details(?![^>]* open)[^>]*>", main)
        assert [part for part in folded_parts if "key-help" not in part] == []
        assert 'id="ballot"' not in main
        assert 'name="cited_reports"' not in main
