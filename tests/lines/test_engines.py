"""One answer sheet, three engines, one record: JavaRosa, ODK Web Forms and Enketo send it alike.

Each fetches the form and its lists from a live server, fills them in its own way and posts what it
made over HTTP. Needs Java, Chromium and `npm ci && npm run bundle` in tests/lines/engines.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from reports.evidence.models import Item
from reports.intake.models import Report
from reports.openrosa.models import Submission
from reports.openrosa.queries import files_missing
from tests.factories import World
from tests.lines.browsers import CHROMIUM, ENGINES, Sent, sent_by_enketo, sent_by_web_forms
from tests.lines.phones import a_handset
from tests.lines.sheets import HEARD, SEEN, TOLD, Sheet, filled_by_javarosa, posted
from tests.pictures import drawn, encoded

JAVA = shutil.which("java") or ""
NEEDED = {
    "Java": bool(JAVA),
    "Chromium": bool(CHROMIUM),
    "playwright": importlib.util.find_spec("playwright") is not None,
    "npm ci && npm run bundle in tests/lines/engines": (ENGINES / "out").is_dir(),
}
MISSING = [name for name, here in NEEDED.items() if not here]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
# What is each report's own, whoever sent it: ids, receipts, when it came.
OWN = {"id", "client_uuid", "receipt", "received_at", "origin_id"}
PHOTOS = [encoded(drawn(1)), encoded(drawn(2))]


def record_of(report: Report) -> dict[str, Any]:
    """Return every field of a report and its evidence, but what is its own."""
    found = {f.attname: getattr(report, f.attname) for f in Report._meta.concrete_fields}
    found["raw"] = bytes(report.raw)  # what was said, in one piece
    items = Item.objects.filter(report=report).values_list("sha256", "sensitivity", "detected")
    submission = Submission.objects.get(report=report)
    found |= {"items": sorted(items), "missing": files_missing(submission)}
    return {name: value for name, value in found.items() if name not in OWN}


def by_javarosa(folder: Path, origin: str, base: str, sheet: Sheet, photos: list[bytes]) -> Sent:
    url = origin + base
    form = filled_by_javarosa(JAVA, url, folder, sheet)
    names = [answer for name, answer in sheet if name == "photo"]
    return Sent([[posted(url, form, dict(zip(names, photos, strict=True))), ""]])


@pytest.mark.parametrize("sheet", [HEARD, SEEN, TOLD], ids=["heard", "seen", "told"])
def test_three_engines_send_the_same_record(
    live_world: World, live_server: Any, tmp_path: Path, sheet: Sheet
) -> None:
    cache.clear()
    origin, base = live_server.url, a_handset(live_world).base
    photos = PHOTOS[: sum(name == "photo" for name, _answer in sheet)]
    engines = {
        "JavaRosa": partial(by_javarosa, tmp_path),
        "Web Forms": sent_by_web_forms,
        "Enketo": sent_by_enketo,
    }
    records: dict[str, dict[str, Any]] = {}
    with ThreadPoolExecutor(1) as hand:  # a browser's driver keeps its thread to itself
        for name, engine in engines.items():
            sent = hand.submit(engine, origin, base, sheet, photos).result()
            assert [status for status, _words in sent.answers] == [201], (name, sent.answers)
            # Enketo fetches maps from elsewhere: that tells where somebody is.
            assert name == "Enketo" or sent.outside == []
            records[name] = record_of(Report.objects.latest("received_at"))
    assert Report.objects.count() == 3
    assert records["Web Forms"] == records["JavaRosa"]
    assert records["Enketo"] == records["JavaRosa"]
    kept = {sha256 for sha256, _sensitivity, _kind in records["JavaRosa"]["items"]}
    assert kept == {hashlib.sha256(photo).hexdigest() for photo in photos}
    assert records["JavaRosa"]["missing"] == []
