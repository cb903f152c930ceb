"""How fast the same picture is found among 100,000 stored ones.

Perceptual hashes of 256 random bits are stored as readings of files. Asked is what the desk asks:
which pictures differ from this one in at most 31 bits, for hashes with a planted neighbour at 1 to
31 bits and for hashes with none. In the same run, on the same database and for the same hashes: a
full scan, which counts the bits of every stored hash in SQL and must find the same ones.

    python3 benchmarks/pictures.py                     prints times, plans and agreement
    python3 benchmarks/pictures.py --pictures 20000
"""

from __future__ import annotations

import argparse
import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.linking import insert_copies, plans_of, timed  # noqa: E402 - the path comes first
from benchmarks.review_desk import own_database  # noqa: E402

# ruff: noqa: S608
# The database is this benchmark's own, and so is every name put into its SQL.

SEED = 20201110
BUDGET_MS = 50  # a look-up's 95th percentile
ASKED, SCANNED = 300, 40  # look-ups timed with the index, and without
RANDOM_HASH = "decode(md5('a' || g) || md5('b' || g), 'hex')"
WORD = "(n << 16) | (get_byte({hash}, 2 * n) << 8) | get_byte({hash}, 2 * n + 1)"
SCAN = """
SELECT item_id FROM reports_reading
 WHERE bit_count(('x' || encode(pdq, 'hex'))::bit(256) # ('x' || %s)::bit(256)) <= %s
"""


def build(cursor: Any, pictures: int) -> Any:
    """Fill the tables past their triggers; return an item to ask with."""
    from tests import factories as f

    first = f.an_item(f.build_world())
    cursor.execute("SET session_replication_role = replica")
    series = f"generate_series(1, {pictures}) g"
    item = {
        "id": "md5('i' || g)::uuid",
        "code": "upper(substr(md5('x' || g), 1, 12))",
        "sha256": "md5('a' || g) || md5('b' || g)",
        "stored_as": "'x/' || g",
    }
    insert_copies(cursor, "reports_item", first.pk, series, item)
    words = WORD.format(hash=RANDOM_HASH)
    reading = {
        "id": "md5('d' || g)::uuid",
        "item_id": "md5('i' || g)::uuid",
        "pdq": RANDOM_HASH,
        "words": f"ARRAY(SELECT {words} FROM generate_series(0, 15) n WHERE g > 0)",
    }
    insert_copies(cursor, "reports_reading", first.reading.pk, series, reading)
    cursor.execute("SET session_replication_role = origin")
    for table in ("reports_item", "reports_reading"):
        cursor.execute(f"VACUUM (ANALYZE) {table}")
    return first


def asked_hashes(pictures: int, dice: random.Random) -> list[bytes]:
    """Return hashes near a stored one (at 1 to 31 bits), and every fourth near none."""
    from hashlib import md5

    found = []
    for n in range(ASKED):
        g = dice.randint(1, pictures)
        stored = b"".join(md5(f"{mark}{g}".encode()).digest() for mark in "ab")  # noqa: S324
        bits = int.from_bytes(stored, "big")
        if n % 4 == 3:
            bits = dice.getrandbits(256)
        else:
            for place in dice.sample(range(256), 1 + n % 31):
                bits ^= 1 << place
        found.append(bits.to_bytes(32, "big"))
    return found


def main() -> int:
    """Print times, plans and agreement; 0 only if the budget holds and both find the same."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pictures", type=int, default=100_000)
    args = parser.parse_args()
    with own_database():
        from django.db import connection

        from reports.evidence.queries import readings_near
        from reports.evidence.words import WITHIN

        dice = random.Random(SEED)
        with connection.cursor() as cursor:
            build(cursor, args.pictures)
            hashes = asked_hashes(args.pictures, dice)

            def by_index(pdq: bytes) -> set[Any]:
                return {one.item_id for one in readings_near(pdq)}

            def by_scan(pdq: bytes) -> set[Any]:
                cursor.execute(SCAN, [pdq.hex(), WITHIN])
                return {row[0] for row in cursor.fetchall()}

            said, found = timed([partial(by_index, one) for one in hashes])
            print(f"index, {args.pictures} pictures   {said}")
            said_scan, scanned = timed([partial(by_scan, one) for one in hashes[:SCANNED]])
            print(f"full scan               {said_scan}")
            for line in plans_of(partial(by_index, hashes[0])):
                print(f"  {line}")
    hits = sum(bool(one) for one in found)
    same = found[:SCANNED] == scanned
    near = sum(1 for n in range(ASKED) if n % 4 != 3)
    print(f"found {hits} of {near} planted; the scan finds the same: {same}")
    p95 = float(said.split("p95")[1].split("ms")[0])
    return 0 if same and hits == near and p95 <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
