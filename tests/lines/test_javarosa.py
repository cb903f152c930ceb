"""The engine inside ODK Collect fills our form from what we serve; what is stored is what it said.

JavaRosa comes in the wheel of pyxform; without Java these tests are skipped.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from reports.evidence.models import Item
from reports.intake.models import Report
from reports.openrosa.models import SentFile, Submission
from tests.factories import World
from tests.lines.phones import Handset, a_handset
from tests.lines.sheets import HEARD, filled_by_javarosa, posted
from tests.pictures import drawn, encoded

JAVA = shutil.which("java")
pytestmark = pytest.mark.skipif(JAVA is None, reason="JavaRosa needs Java")


@pytest.fixture
def site(live_world: World, live_server: Any) -> tuple[str, Handset]:
    cache.clear()
    handset = a_handset(live_world)
    return f"{live_server.url}{handset.base}", handset


def test_what_javarosa_says_is_what_is_stored(
    live_world: World, site: tuple[str, Handset], tmp_path: Path
) -> None:
    base, _handset = site
    form = filled_by_javarosa(str(JAVA), base, tmp_path, HEARD)
    files = {f"160237000000{n}.jpg": encoded(drawn(n)) for n in (1, 2)}
    with ThreadPoolExecutor(10) as phones:  # answers were lost, and all was sent again
        sent = [phones.submit(posted, base, form, files) for _n in range(10)]
    assert {one.result() for one in sent} == {201}
    report, said = Report.objects.get(), dict(HEARD)
    begins = datetime(2020, 10, 10, 22, tzinfo=UTC)
    assert (report.observed_from, report.observed_until) == (begins, begins + timedelta(hours=1))
    assert (report.act_id, report.means, report.time_precision) == tuple(
        said[name] for name in ("act", "means", "time_precision")
    )
    assert report.place is not None and report.place.key == said["place"]
    assert report.accused is not None and report.accused.code == said["accused_party"]
    assert (report.narrative, report.language) == (said["narrative"], "hy")
    assert (report.observation_count, report.observation_unit) == (3, "explosion")
    assert report.count_qualifier == "about"
    assert bytes(Submission.objects.get().raw) == form
    assert set(Item.objects.values_list("sensitivity", flat=True)) == {"graphic"}
    assert (Item.objects.count(), SentFile.objects.exclude(item=None).count()) == (2, 2)
