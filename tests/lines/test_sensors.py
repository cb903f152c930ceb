"""Instruments: every dialect of a table is read, and nothing they say decides anything."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from reports.intake.models import Report
from reports.journal.models import Event
from reports.people.actions import register_source
from reports.people.models import Source
from reports.problems import Invalid, NotAllowed
from reports.sensors.actions import record_observations
from reports.sensors.models import Observation
from reports.sensors.queries import observations
from reports.sensors.rules import NoReading, read_firms
from tests.factories import NOW, World, a_draft, a_report, settle
from tests.proofs import no_trace
from verification.incidents.models import Incident

SECRET = "a secret of these instruments"
VIIRS = """latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,type
40.683,46.361,331.2,0.39,0.36,2020-10-10,234,N20,n,0
40.684,46.362,340.0,0.39,0.36,2020-10-10,2359,N20,h,0
"""
MODIS = """latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,region
40.683,46.361,310.5,1.0,1.0,2020-10-10,0,Terra,85,AZE
"""


def lines(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table)))


class TestFirms:
    def test_a_clock_without_its_zeros(self) -> None:
        first, second = (read_firms(row, product="x") for row in lines(VIIRS))
        assert first.begins.isoformat() == "2020-10-10T02:34:00+00:00"
        assert second.begins.isoformat() == "2020-10-10T23:59:00+00:00"
        assert read_firms(lines(MODIS)[0], product="x").begins.hour == 0

    def test_a_pixel_is_no_point(self) -> None:
        viirs, modis = (read_firms(lines(t)[0], product="x") for t in (VIIRS, MODIS))
        assert viirs.radius_m == pytest.approx(265, abs=1)
        assert modis.radius_m == pytest.approx(707, abs=1)

    @pytest.mark.parametrize(
        ("said", "read"),
        [
            ("l", "low"),
            ("nominal", "nominal"),
            ("H", "high"),
            ("12", "low"),
            ("85", "high"),
            ("", ""),
        ],
    )
    def test_confidence_in_every_dialect(self, said: str, read: str) -> None:
        row = lines(MODIS)[0] | {"confidence": said}
        assert read_firms(row, product="x").likelihood == read

    @pytest.mark.parametrize(
        "wrong",
        [{"latitude": "139.8"}, {"acq_time": "2561"}, {"scan": "nan"}, {"longitude": ""}],
        ids=str,
    )
    def test_what_is_no_line_is_said_so(self, wrong: dict[str, str]) -> None:
        with pytest.raises(NoReading):
            read_firms(lines(VIIRS)[0] | wrong, product="x")

    def test_a_table_is_taken_in_once(self, world: World, tmp_path: Path, capsys: Any) -> None:
        table = tmp_path / "fire.csv"
        table.write_text("\ufeff" + VIIRS + "not,a,line\n", encoding="utf-8")
        given = [str(table), "--agreement", "nk2020", "--product", "VIIRS_NOAA20_NRT"]
        checksum = hashlib.sha256(table.read_bytes()).hexdigest()
        for _n in range(2):
            call_command("import_firms", *given, "--sha256", checksum)
        assert "2 new, 1 not readable" in capsys.readouterr().out.splitlines()[0]
        assert Observation.objects.count() == 2
        source = Source.objects.get(key="nasa-firms")
        assert (source.kind, source.grade) == ("sensor", "C")
        assert Event.objects.filter(kind="observations.recorded").count() == 1
        with pytest.raises(CommandError, match="checksum"):
            call_command("import_firms", *given, "--sha256", "0" * 64)


class TestWhatItIsWorth:
    def test_it_makes_no_incident_and_no_report(self, world: World, tmp_path: Path) -> None:
        table = tmp_path / "fire.csv"
        table.write_text(VIIRS)
        call_command("import_firms", str(table), "--agreement", "nk2020", "--product", "x")
        settle()
        assert (Incident.objects.count(), Report.objects.count()) == (0, 0)

    def test_reports_of_the_same_hour_and_place_are_counted(self, world: World) -> None:
        report = a_report(world, a_draft(world))
        source = a_microphone(world)
        readings = [
            read_firms(
                lines(VIIRS)[0]
                | {"acq_date": f"{when:%Y-%m-%d}", "acq_time": f"{when:%H%M}", "latitude": lat},
                product="x",
            )
            for when, lat in (
                (report.observed_from, "40.683"),
                (report.observed_from - timedelta(days=3), "40.683"),
                (report.observed_from, "39.9"),
            )
        ]
        given: dict[str, Any] = {"agreement": world.agreement, "source": source, "at": NOW}
        assert record_observations(readings=readings, by=world.operator, **given) == 3
        found = observations(world.agreement, world.triage, at=NOW, most=10)
        assert sorted(one.reports for one in found) == [0, 0, 1]
        with pytest.raises(NotAllowed):
            observations(world.agreement, world.filer, at=NOW, most=10)

    def test_only_an_instrument_observes(self, world: World) -> None:
        given: dict[str, Any] = {"agreement": world.agreement, "readings": [], "at": NOW}
        with pytest.raises(Invalid):
            record_observations(source=world.mod_armenia, by=world.operator, **given)

    def test_triage_reads_them(self, world: World) -> None:
        reading = read_firms(lines(VIIRS)[0], product="VIIRS")
        record_observations(
            agreement=world.agreement,
            source=a_microphone(world),
            readings=[reading],
            by=None,
            at=NOW,
        )
        client = Client()
        client.force_login(world.triage)
        page = client.get("/observations/?agreement=nk2020").content.decode()
        assert "40.683, 46.361" in page and "does anybody know" in page


def a_microphone(world: World) -> Source:
    return register_source(
        key="mic-7",
        name="Microphone 7",
        kind="sensor",
        organisation=None,
        grade="B",
        grade_reason="Calibrated in 2020.",
        by=None,
        at=NOW,
    )


def heard(**changes: Any) -> Any:
    body = {
        "asset": "mic-7",
        "instrument": "sound",
        "from": "2020-10-10T22:10:00+00:00",
        "until": "2020-10-10T22:10:05+00:00",
        "bearing_deg": 120,
        "likelihood": "0.8",
        "clock_error_s": 0.5,
    } | changes
    raw = json.dumps(body).encode()
    stamp = str(int(time.time()))
    signed = hmac.new(SECRET.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    return Client(enforce_csrf_checks=True).generic(
        "POST",
        "/v1/hooks/sensors",
        raw,
        content_type="application/json",
        HTTP_X_TIMESTAMP=stamp,
        HTTP_X_SIGNATURE=signed,
    )


class TestDoor:
    @pytest.fixture(autouse=True)
    def door(self, settings: Any) -> None:
        cache.clear()
        settings.HOOKS, settings.HOOK_AGREEMENT = {"sensors": SECRET}, "nk2020"

    def test_a_bearing_alone_gives_no_point(self, world: World) -> None:
        a_microphone(world)
        assert [heard().status_code for _n in range(2)] == [204, 204]
        one = Observation.objects.get()
        assert (one.lat, one.lon, one.radius_m, one.bearing_deg) == (None, None, None, 120.0)
        assert one.clock_error_s == 0.5 and bytes(one.raw).startswith(b'{"asset"')

    @pytest.mark.parametrize(
        "wrong",
        [
            {"instrument": "heat"},
            {"bearing_deg": None},
            {"lat": 40.0},
            {"until": "2020-10-10T22:00:00+00:00"},
            {"from": "yesterday"},
            {"lat": 139.8, "lon": 4.0, "radius_m": 10},
        ],
        ids=str,
    )
    def test_what_says_nothing_is_refused(self, world: World, wrong: dict[str, Any]) -> None:
        a_microphone(world)
        with no_trace():
            assert heard(**wrong).status_code == 400

    def test_only_an_instrument_we_know_with_its_signature(
        self, world: World, settings: Any
    ) -> None:
        with no_trace():
            assert heard().status_code == 403
            a_key = Client().post("/v1/hooks/sensors", {})
            assert a_key.status_code == 403
        settings.HOOKS = {}
        assert heard().status_code == 404
