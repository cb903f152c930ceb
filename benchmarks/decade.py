# ruff: noqa: S608 - the names in these statements are our own tables and columns
"""Make a decade of observation: up to a million published incidents, straight in the tables.

The scale is that of the OSCE's decade in eastern Ukraine: some hundreds of incidents a day, most of
them heard by an observer near the line, a part of them alleged by a party. Everything follows from
one seed, so two runs make the same rows. What stands in it:

    day          3,650 days from the entry into force; more on some days: a truce decays in waves
                 (a sine of 180 days) and relapses (one day in forty has five times as many)
    where        52 % at one of 300 named places, as a named speaker said; 48 % near one of 400
                 posts, known from an observer alone, so public as an area
    who          a party accused at the places, six of ten times the first; nobody at the posts
    what         six kinds of act, shelling most often
    state        75 % open, 18 % contested (the accused denies), 6 % decided with a finding,
                 1 % ruled outside the agreement

The site's own actions make one whole example of each sort, with report, origin, link, answer,
panel, decision and finding. COPY brings the seeded plan into a scratch table; from there each table
is filled by one INSERT of copies of the example with the plan's keys, times and places. Triggers
rest meanwhile. The public rows are made from the same plan, and then a sample of them, and all
sums, are compared with what the site computes from the record (`faults_of`).
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

SEED = 20201010
DAYS = 3650
PLACES, POSTS = 300, 400
ACTS = (
    "shelling",
    "small_arms_fire",
    "air_drone_strike",
    "sniper_fire",
    "ground_assault",
    "missile_strike",
)
WEIGHTS = (52, 30, 6, 6, 4, 2)
SORTS = ("observed", "alleged", "contested", "decided", "ruled")
BAKU = ZoneInfo("Asia/Baku")
DAY = timedelta(days=1)

SCRATCH = """
CREATE UNLOGGED TABLE made (
    n int, incident uuid, report uuid, origin uuid, link uuid, client uuid, kase uuid,
    decision uuid, finding uuid, position uuid, code text, sort text,
    act text, place uuid, area text, cell text, lat float8, lon float8,
    shown_lat float8, shown_lon float8, radius float8, accused text,
    begins timestamptz, ends timestamptz, shown_from timestamptz, shown_until timestamptz,
    first_day date, last_day date)
"""
COPIES: tuple[tuple[str, str, str], ...] = (  # table, whose copy, what the plan says of it
    ("reports_origin", "true", "'id', origin, 'key', 'plan-' || n"),
    (
        "reports_report",
        "true",
        "'id', report, 'client_uuid', client, 'receipt', 'P' || n, 'origin_id', origin,"
        " 'act_id', act, 'observed_from', begins, 'observed_until', ends, 'received_at', ends,"
        " 'place_id', place,"
        " 'lat', lat, 'lon', lon, 'radius_m', radius,"
        " 'accused_id', (SELECT id FROM reports_party p WHERE p.code = accused LIMIT 1)",
    ),
    (
        "verification_incident",
        "true",
        "'id', incident, 'code', made.code, 'act_id', act, 'window_from', begins,"
        " 'window_until', ends, 'place_id', place, 'lat', lat, 'lon', lon, 'radius_m', radius,"
        " 'opened_at', ends",
    ),
    ("verification_link", "true", "'id', link, 'report_id', report, 'incident_id', incident"),
    (
        "verification_partyposition",
        "sort IN ('contested', 'decided')",
        "'id', position, 'incident_id', incident,"
        " 'party_id', (SELECT id FROM reports_party p WHERE p.code = accused LIMIT 1)",
    ),
    ("verification_case", "sort = 'decided'", "'id', kase, 'incident_id', incident"),
    (
        "verification_decision",
        "sort = 'decided'",
        "'id', decision, 'case_id', kase, 'incident_id', incident, 'decided_at', ends,"
        " 'parties', jsonb_build_array(accused), 'score_id', NULL",
    ),
    (
        "verification_finding",
        "sort = 'decided'",
        "'id', finding, 'incident_id', incident, 'decision_id', decision,"
        " 'code', made.code || '-F1', 'published_at', ends,"
        " 'content', jsonb_set(template -> 'content', '{incident}', to_jsonb(made.code))",
    ),
)
PUBLIC = """
INSERT INTO verification_publicrow (
    incident_id, agreement_id, code, act, state, category, shape, window_from, window_until,
    precision, first_day, last_day, area, place_id, cell, lat, lon, radius_m, accused, attributed,
    replies, admissibility, counted, reasons, ruling, n_reports, n_public, n_origins, n_home,
    n_copies, finding_code, found_at, outcome, severity)
SELECT made.incident, row.agreement_id, made.code, made.act, row.state, row.category, row.shape,
       shown_from, shown_until, row.precision, made.first_day, made.last_day, made.area, made.place,
       made.cell, shown_lat, shown_lon, CASE WHEN place IS NULL THEN NULL ELSE radius END,
       CASE WHEN made.accused = '' THEN '{}' ELSE ARRAY[made.accused] END,
       CASE WHEN sort = 'decided' THEN ARRAY[made.accused] ELSE '{}' END,
       CASE sort WHEN 'contested' THEN ARRAY[made.accused || '-denies']
                 WHEN 'decided' THEN ARRAY[made.accused || '-silent'] ELSE '{}' END,
       row.admissibility, row.counted, row.reasons, row.ruling, row.n_reports, row.n_public,
       row.n_origins, row.n_home, row.n_copies,
       CASE WHEN sort = 'decided' THEN made.code || '-F1' ELSE '' END,
       CASE WHEN sort = 'decided' THEN made.ends END, row.outcome, row.severity
  FROM made JOIN verification_publicrow row ON row.incident_id = (%s::jsonb ->> sort)::uuid
"""


@dataclass(frozen=True)
class Example:
    """One whole incident of a sort, made by the site's actions; its key."""

    sort: str
    incident: uuid.UUID


def make_decade(count: int, *, seed: int = SEED, say: Any = print) -> Any:
    """Fill the empty database with so many incidents; return the agreement."""
    from django.db import connection

    from reports.places.queries import public_areas
    from tests import factories as f
    from verification.publication.actions import keep_public_rows, mark_all, recount

    world = f.build_world()
    examples = {one.sort: one for one in _examples(world)}
    places, posts = _places(Random(seed)), _posts(Random(seed + 1))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers, no key checks
        cursor.execute("UPDATE reports_agreementversion SET in_force_until = NULL")
        _copy_places(cursor, places)  # first of all: cells are drawn by who lives there
        cursor.execute("SET session_replication_role = DEFAULT")
    mark_all(agreement=world.agreement)
    keep_public_rows()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        areas = public_areas(world.agreement)
        cursor.execute(SCRATCH)
        with cursor.copy("COPY made FROM STDIN") as copy:
            for row in _plan(count, Random(seed + 2), places, posts, areas):
                copy.write_row(row)
        cursor.execute("ANALYZE made")
        say("  planned")
        for table, of, words in COPIES:
            _fill(cursor, table, of, words, examples)
            say(f"  {table}")
        _copy_watches(cursor, world, Random(seed + 3))
        cursor.execute(PUBLIC, [_json({s: str(e.incident) for s, e in examples.items()})])
        cursor.execute("DROP TABLE made")
        cursor.execute("DELETE FROM verification_reportcount")
        cursor.execute(
            "INSERT INTO verification_reportcount (agreement_id, state, n)"
            " SELECT agreement_id, state, count(*) FROM reports_report GROUP BY 1, 2"
        )
        cursor.execute("DELETE FROM verification_changedfile")
        # The examples' events are no part of the decade, and an unsigned one would hide a file.
        cursor.execute("DELETE FROM reports_unlogged")
        cursor.execute("SET session_replication_role = DEFAULT")
    recount(world.agreement)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return world.agreement


def faults_of(agreement: Any, *, sample: int = 500) -> list[str]:
    """Return where the public rows differ from what the site computes: a sample, and all sums."""
    from verification.caseload.queries import partition
    from verification.incidents.models import Incident
    from verification.publication.checking import NOTHING
    from verification.publication.kept import files_of, rows_now, same
    from verification.publication.models import PublicRow
    from verification.publication.reading import Reading

    codes = list(Incident.objects.order_by("code").values_list("pk", flat=True))
    files = files_of(Random(SEED).sample(codes, min(sample, len(codes))))
    kept = PublicRow.objects.in_bulk(list(files))
    made = {row.pk: row for row, _face in rows_now(agreement, files, hidden_by=NOTHING)}
    faults = [row.code for row in made.values() if not same(row, kept[row.pk])]
    faults += [f"{key} is read by nobody" for key in sorted(set(files.values()) - set(made))]
    found = {line.key: line.count for line in Reading(agreement).partition()}
    real = {line.key: line.count for line in partition(agreement.pk)}
    return faults + ([] if found == real else [f"{found} is not {real}"])


def _examples(world: Any) -> Iterator[Example]:
    from reports.intake.drafts import Where
    from tests import factories as f
    from verification.corroboration.actions import Answer, answer_notice
    from verification.corroboration.models import PartyPosition
    from verification.incidents.actions import rule_inadmissible

    point = Where(kind="point", lat=40.5, lon=46.6, accuracy_m=500)
    yield Example("observed", f.an_incident(world, f.a_draft(world, where=point)).pk)

    def alleged(key: str) -> Any:
        from reports.intake.drafts import OriginDraft

        draft = f.an_allegation(world, world.mod_azerbaijan, "ARM")
        origin = OriginDraft(kind="statement", key=key, url=f"https://news.example/{key}")
        return f.an_incident(world, f.replace(draft, origin=origin))

    incident = alleged("alleged")
    PartyPosition.objects.filter(incident=incident).delete()  # nobody was asked about most of them
    yield Example("alleged", incident.pk)
    incident = alleged("contested")
    answer_notice(
        position=PartyPosition.objects.get(incident=incident),
        answer=Answer(position="denies", reason_code="no_action_then", text="It was not us."),
        by=world.liaison_arm,
        at=f.NOW,
    )
    yield Example("contested", incident.pk)
    yield Example("decided", f.a_decided_incident(world).pk)
    before = datetime(2020, 10, 10, 7, 30, tzinfo=UTC)  # half an hour before it took effect
    early = {"observed_from": before, "observed_until": before + timedelta(minutes=10)}
    incident = f.an_incident(world, f.an_allegation(world, world.mod_armenia, "AZE", **early))
    PartyPosition.objects.filter(incident=incident).delete()
    words = "The strike came before the truce took effect."
    rule_inadmissible(incident=incident, ruling=words, by=world.triage, at=f.NOW)
    yield Example("ruled", incident.pk)


def _places(random: Random) -> list[tuple[uuid.UUID, str, float, float, int]]:
    """Return named places along the line: key, slug, latitude, longitude, radius in metres."""
    return [
        (_key(random), f"village-{n}", *_near_line(random), random.choice((1500, 2000, 3000)))
        for n in range(PLACES)
    ]


def _posts(random: Random) -> list[tuple[float, float]]:
    """Return where observers stand."""
    return [_near_line(random) for _post in range(POSTS)]


def _near_line(random: Random) -> tuple[float, float]:
    along = random.random()
    return (
        round(38.9 + 1.8 * along + random.gauss(0, 0.12), 5),
        round(48.3 - 2.6 * along + random.gauss(0, 0.15), 5),
    )


def _key(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)


def _days(count: int, random: Random) -> Iterator[int]:
    """Yield the day of each incident in order: waves that decay, and relapses."""
    weights = [
        (0.6 + 0.4 * math.sin(2 * math.pi * day / 180)) * (0.5 + math.exp(-day / 900))
        for day in range(DAYS)
    ]
    for day in range(DAYS):
        if random.random() < 1 / 40:
            weights[day] *= 5
    yield from sorted(random.choices(range(DAYS), weights, k=count))


def _plan(
    count: int,
    random: Random,
    places: list[tuple[uuid.UUID, str, float, float, int]],
    posts: list[tuple[float, float]],
    areas: Any,
) -> Iterator[tuple[Any, ...]]:
    from reports.places.blur import middle_of

    def cell_of(lat: float, lon: float) -> str:
        area = areas.at(lat, lon)
        return area.cell if area is not None else ""

    named = {key: cell_of(lat, lon) for key, _slug, lat, lon, _radius in places}
    start = datetime(2020, 10, 10, 8, tzinfo=UTC)
    for n, day in enumerate(_days(count, random), start=1):
        begins = start + timedelta(days=day, minutes=random.randrange(1380))
        ends = begins + timedelta(hours=1)
        chance = random.random()
        sort = "ruled" if chance < 0.01 else "decided" if chance < 0.07 else "contested"
        if chance >= 0.25:
            sort = "observed" if chance >= 0.52 else "alleged"
        shown_from, shown_until = begins, ends
        if sort == "observed":
            lat, lon = random.choice(posts)
            lat, lon = lat + random.gauss(0, 0.01), lon + random.gauss(0, 0.01)
            place, accused, radius = None, "", 500.0
            name = cell = cell_of(lat, lon)
            spot = middle_of(cell) if cell else (None, None)
            midnight = begins.astimezone(BAKU).replace(hour=0, minute=0)
            last = (
                (ends - timedelta(microseconds=1))
                .astimezone(BAKU)
                .replace(hour=0, minute=0, second=0, microsecond=0)
            )
            shown_from, shown_until = midnight.astimezone(UTC), (last + DAY).astimezone(UTC)
        else:
            place, name, lat, lon, metres = random.choice(places)
            cell, spot, radius = named[place], (lat, lon), float(metres)
            accused = "ARM" if random.random() < 0.6 else "AZE"
        yield (
            n,
            *(_key(random) for _column in range(9)),
            f"NK20-D{n:07d}",
            sort,
            random.choices(ACTS, WEIGHTS)[0],
            place,
            name,
            cell,
            lat,
            lon,
            *spot,
            radius,
            accused,
            begins,
            ends,
            shown_from,
            shown_until,
            shown_from.astimezone(BAKU).date(),
            (shown_until - timedelta(microseconds=1)).astimezone(BAKU).date(),
        )


def _copy_places(cursor: Any, places: list[tuple[uuid.UUID, str, float, float, int]]) -> None:
    from reports.places.folding import bones, folded

    columns = "id, key, kind, lat, lon, radius_m, district, dataset"
    with cursor.copy(f"COPY reports_place ({columns}) FROM STDIN") as copy:
        for key, slug, lat, lon, radius in places:
            copy.write_row((key, slug, "village", lat, lon, radius, "", "decade"))
    columns = "id, place_id, text, folded, bones, lang, script, kind, official_for"
    with cursor.copy(f"COPY reports_placename ({columns}) FROM STDIN") as copy:
        for key, slug, *_rest in places:
            name = slug.replace("-", " ").title()
            plain = folded(name)
            spelt = (name, plain, bones(plain), "en", "Latn", "official", "")
            copy.write_row((uuid.uuid5(key, "name"), key, *spelt))


def _copy_watches(cursor: Any, world: Any, random: Random) -> None:
    """Ten watches a day, of two to fourteen hours."""
    columns = "id, agreement_id, source_id, place_id, watched_from, watched_until, means, state"
    start = datetime(2020, 10, 10, 8, tzinfo=UTC)
    source = world.filer.source.pk
    with cursor.copy(f"COPY reports_watch ({columns}) FROM STDIN") as copy:
        for day in range(DAYS):
            for _watch in range(10):
                begins = start + timedelta(days=day, minutes=random.randrange(1440))
                ends = begins + timedelta(minutes=random.randrange(120, 840))
                row = (world.agreement.pk, source, world.ganja.pk, begins, ends, "eyes", "active")
                copy.write_row((_key(random), *row))


def _fill(cursor: Any, table: str, of: str, words: str, examples: dict[str, Example]) -> None:
    """Fill a table with copies of each sort's example, changed as the plan says."""
    templates = {
        sort: found for sort, one in examples.items() if (found := _row(cursor, table, one))
    }
    sql = (
        f"INSERT INTO {table} SELECT filled.* FROM made"
        " JOIN jsonb_each(%s::jsonb) AS example(sort, template) USING (sort),"
        f" LATERAL jsonb_populate_record(NULL::{table},"
        f" template || jsonb_build_object({words})) AS filled WHERE {of}"
    )
    cursor.execute(sql, [_json(templates)])


def _row(cursor: Any, table: str, example: Example) -> Any:
    """Return the row of an example in a table, as JSON; None where it has none."""
    key = "id" if table == "verification_incident" else "incident_id"
    where = f"{key} = %s"
    if table == "reports_report":
        where = "id = (SELECT report_id FROM verification_link WHERE incident_id = %s LIMIT 1)"
    elif table == "reports_origin":
        where = (
            "id = (SELECT origin_id FROM reports_report r JOIN verification_link l"
            " ON l.report_id = r.id WHERE l.incident_id = %s LIMIT 1)"
        )
    cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE {where} LIMIT 1", [example.incident])
    found = cursor.fetchone()
    return json.loads(found[0]) if found and isinstance(found[0], str) else found and found[0]


def _json(value: Any) -> str:
    return json.dumps(value, default=str)
