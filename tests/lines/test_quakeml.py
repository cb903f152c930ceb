"""Seismic bulletins: an event is a reading that asks, never an incident, never a party."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reports.intake.models import Report
from reports.people.models import Source
from reports.sensors.models import Observation
from reports.sensors.quakeml import read_quakeml
from reports.sensors.rules import NoReading
from tests.factories import World, settle
from verification.incidents.models import Incident

ORIGIN = """
<origin publicID="smi:a/{name}">
  <time><value>2020-10-10T22:03:11.20{zone}</value><uncertainty>2.5</uncertainty></time>
  <latitude><value>{lat}</value><uncertainty>0.03</uncertainty></latitude>
  <longitude><value>46.36</value><uncertainty>0.04</uncertainty></longitude>
  {more}<creationInfo><agencyID>NET</agencyID></creationInfo>
</origin>"""
KNOWN = "<originUncertainty><horizontalUncertainty>4200</horizontalUncertainty></originUncertainty>"


def origin(name: str = "1", zone: str = "Z", lat: str = "40.68", more: str = "") -> str:
    return ORIGIN.format(name=name, zone=zone, lat=lat, more=more)


def bulletin(*events: str) -> bytes:
    inner = "".join(f'<event publicID="smi:a/e{n}">{one}</event>' for n, one in enumerate(events))
    return (
        '<?xml version="1.0"?><q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" '
        'xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:a/p">'
        f"{inner}</eventParameters></q:quakeml>"
    ).encode()


class TestWhatIsRead:
    def test_the_preferred_origin_with_its_doubts(self) -> None:
        event = (
            "<preferredOriginID>smi:a/2</preferredOriginID><type>explosion</type>"
            "<typeCertainty>suspected</typeCertainty>" + origin("1", lat="10") + origin("2")
        )
        ((one,), wrong) = read_quakeml(bulletin(event), feed="net")
        assert (one.lat, one.lon, wrong) == (40.68, 46.36, 0)
        assert one.radius_m == pytest.approx(0.05 * 111_320)  # of its degrees
        assert one.begins.isoformat() == "2020-10-10T22:03:08.700000+00:00"
        assert one.ends.isoformat() == "2020-10-10T22:04:13.700000+00:00"
        assert (one.clock_error_s, one.likelihood) == (2.5, "suspected")
        assert (one.product, one.origin_chain) == ("net: explosion", ("agency:net", "feed:net"))

    def test_how_well_the_place_is_known(self) -> None:
        said = read_quakeml(bulletin(origin(more=KNOWN)), feed="net")[0][0]
        assert said.radius_m == 4200
        bare = origin().replace("<uncertainty>0.03</uncertainty>", "")
        assert read_quakeml(bulletin(bare), feed="net")[0][0].radius_m == 20_000

    def test_a_time_without_a_zone_is_utc(self) -> None:
        bare, told = (read_quakeml(bulletin(origin(zone=z)), feed="n")[0][0] for z in ("", "Z"))
        assert bare.begins == told.begins

    @pytest.mark.parametrize(
        "event",
        ["", "<type>explosion</type>", origin(lat="139.8"), origin(lat=""), origin(lat="nan")],
        ids=["nothing", "no origin", "no such place", "no latitude", "no number"],
    )
    def test_an_event_that_says_nothing_is_counted(self, event: str) -> None:
        assert read_quakeml(bulletin(event, origin()), feed="net")[1] == 1

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"<a/>",
            b"\xff",
            b'<!DOCTYPE a [<!ENTITY b "c">]><q:quakeml xmlns:q="x">&b;</q:quakeml>',
        ],
        ids=["nothing", "another", "bytes", "entity"],
    )
    def test_what_is_no_bulletin_is_said_so(self, raw: bytes) -> None:
        with pytest.raises(NoReading):
            read_quakeml(raw, feed="net")


def test_a_bulletin_is_taken_in_once_and_decides_nothing(
    world: World, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "events.xml"
    file.write_bytes(bulletin(origin(), origin(lat="40.7"), ""))
    for _time in range(2):
        call_command("import_quakeml", str(file), "--agreement", "nk2020", "--feed", "net")
    assert "2 new, 1 not readable" in capsys.readouterr().out.splitlines()[0]
    assert set(Observation.objects.values_list("instrument", flat=True)) == {"seismic"}
    source = Source.objects.get(key="seismic-net")
    assert (source.kind, source.grade) == ("sensor", "F")
    settle()
    assert (Report.objects.count(), Incident.objects.count()) == (0, 0)
    for wrong in (("--feed", "Net work"), ("--feed", "net", "--sha256", "0" * 64)):
        with pytest.raises(CommandError):
            call_command("import_quakeml", str(file), "--agreement", "nk2020", *wrong)
