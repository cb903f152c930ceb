"""Which incidents are near in time and place, and how alike texts are: two statements of SQL.

Both take many questions at once, so that a whole board costs what one suggestion costs. The
first runs on the index `incident_living_near` (windows and points together); its terms are
written as that index has them. Measured in benchmarks/linking.py.
"""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from reports.places.geo import METRES_PER_DEGREE
from verification.incidents.rules import FAR_M, SLACK, EventFacts

MOST_LOCATED, MOST_UNLOCATED = 40, 20  # incidents one suggestion looks at closely
REGION_M = 50_000  # an incident's own radius is not known before it is found: allow a region's
EDGE = timedelta(minutes=1)
TEXT_MOST = 1_000  # characters of a narrative that are compared

_NEAR = """
WITH asked AS (
    SELECT * FROM unnest(
        %(n)s::int[], %(begins)s::timestamptz[], %(ends)s::timestamptz[],
        %(lat)s::float8[], %(lon)s::float8[], %(tall)s::float8[], %(wide)s::float8[]
    ) AS q(n, begins, ends, lat, lon, tall, wide)
)
SELECT asked.n, found.id FROM asked CROSS JOIN LATERAL (
    (SELECT i.id FROM verification_incident i
      WHERE i.agreement_id = %(agreement)s AND i.state IN ('open', 'under_review', 'reopened')
        AND tstzrange(i.window_from, i.window_until) && tstzrange(asked.begins, asked.ends)
        AND point(i.lon, i.lat) <@ box(
            point(asked.lon - asked.wide, asked.lat - asked.tall),
            point(asked.lon + asked.wide, asked.lat + asked.tall))
      ORDER BY point(i.lon, i.lat) <-> point(asked.lon, asked.lat), i.id LIMIT %(located)s)
    UNION ALL
    (SELECT i.id FROM verification_incident i
      WHERE i.agreement_id = %(agreement)s AND i.state IN ('open', 'under_review', 'reopened')
        AND tstzrange(i.window_from, i.window_until) && tstzrange(asked.begins, asked.ends)
        AND (i.lat IS NULL OR asked.lat IS NULL)
      ORDER BY i.window_from DESC, i.id LIMIT %(unlocated)s)
) AS found
"""

_ALIKE = """
SELECT asked.n, max(similarity(asked.words, left(r.narrative, %(most)s)))
  FROM unnest(%(n)s::int[], %(incident)s::uuid[], %(words)s::text[]) AS asked(n, incident, words)
  JOIN verification_link l ON l.incident_id = asked.incident AND l.unlinked_at IS NULL
  JOIN reports_report r ON r.id = l.report_id AND r.narrative <> ''
 GROUP BY asked.n
"""


def near_incidents(agreement_id: uuid.UUID, asked: Sequence[EventFacts]) -> list[list[uuid.UUID]]:
    """Return for each question the ids of living incidents near in time and place."""
    spots = [facts.spot for facts in asked]
    tall = [(s.radius_m + FAR_M + REGION_M) / METRES_PER_DEGREE if s else None for s in spots]
    wide = [
        t / max(0.1, math.cos(math.radians(s.lat))) if s and t is not None else None
        for s, t in zip(spots, tall, strict=True)
    ]
    found: dict[int, list[uuid.UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _NEAR,
            {
                "agreement": agreement_id,
                "n": list(range(len(asked))),
                "begins": [facts.window[0] - SLACK - EDGE for facts in asked],
                "ends": [facts.window[1] + SLACK + EDGE for facts in asked],
                "lat": [s.lat if s else None for s in spots],
                "lon": [s.lon if s else None for s in spots],
                "tall": tall,
                "wide": wide,
                "located": MOST_LOCATED,
                "unlocated": MOST_UNLOCATED,
            },
        )
        for number, incident_id in cursor.fetchall():
            found[number].append(incident_id)
    return [found[number] for number in range(len(asked))]


def likeness(pairs: Sequence[tuple[uuid.UUID, str]]) -> list[float]:
    """Return for each (incident, text) how alike the text is to the likest report in it, 0..1."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ALIKE,
            {
                "n": list(range(len(pairs))),
                "incident": [incident_id for incident_id, _words in pairs],
                "words": [words[:TEXT_MOST] for _incident_id, words in pairs],
                "most": TEXT_MOST,
            },
        )
        found = dict(cursor.fetchall())
    return [float(found.get(number) or 0.0) for number in range(len(pairs))]
