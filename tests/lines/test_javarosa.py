"""The engine inside ODK Collect fills our form from what we serve; what is stored is what it said.

JavaRosa comes in the wheel of pyxform; without Java these tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.cache import cache

from reports.evidence.models import Item
from reports.intake.models import Report
from reports.openrosa.models import SentFile, Submission
from tests.factories import World
from tests.lines.phones import Handset, a_handset
from tests.pictures import drawn, encoded

JAVA = shutil.which("java")
HARNESS = Path(__file__).with_name("FillForm.java")
TOLD = (
    ("act", "missile_strike"),
    ("means", "heard"),
    ("day", "2020-10-11"),
    ("time_precision", "hour"),
    ("time_from", "02:00:00.000"),
    ("location_kind", "place"),
    ("place", "ganja"),
    ("accused", "party"),
    ("accused_party", "ARM"),
    ("narrative", "Երեք պայթյուն լսվեց կենտրոնից — ثلاثة انفجارات & <twice>"),
    ("language", "hy"),
    ("observation_count", "3"),
    ("observation_unit", "explosion"),
    ("count_qualifier", "about"),
    ("photo", "1602370000001.jpg"),
    ("photo", "1602370000002.jpg"),
    ("sensitivity", "graphic"),
)

pytestmark = pytest.mark.skipif(JAVA is None, reason="JavaRosa needs Java")


def filled_by_javarosa(base: str, folder: Path) -> bytes:
    """Fetch the form and its lists as a phone does, fill it, and return what would be sent."""
    import pyxform

    jar = next(Path(pyxform.__file__).parent.rglob("ODK_Validate.jar"))
    form = folder / "form.xml"
    form.write_bytes(requests.get(f"{base}/forms/cvr_violation.xml", timeout=10).content)
    for name in ("places.csv", "parties.csv"):
        url = f"{base}/forms/cvr_violation/attachments/{name}"
        (folder / name).write_bytes(requests.get(url, timeout=10).content)
    answers = folder / "answers.txt"
    answers.write_text("\n".join(f"{name}={value}" for name, value in TOLD), encoding="utf-8")
    command = [str(JAVA), "-Duser.timezone=Asia/Baku", "-cp", str(jar), str(HARNESS)]
    return subprocess.run(
        [*command, str(form), str(folder), str(answers)],
        capture_output=True,
        timeout=90,
        check=True,
    ).stdout


def posted(base: str, form: bytes, files: dict[str, bytes]) -> int:
    """Post as a phone does: every part under the name of its file."""
    parts = [("xml_submission_file", ("x.xml", form, "text/xml"))]
    parts += [(name, (name, content, "image/jpeg")) for name, content in files.items()]
    return requests.post(
        f"{base}/submission?deviceID=collect:1", files=parts, timeout=60
    ).status_code


@pytest.fixture
def site(live_world: World, live_server: Any) -> tuple[str, Handset]:
    cache.clear()
    handset = a_handset(live_world)
    return f"{live_server.url}{handset.base}", handset


def test_what_javarosa_says_is_what_is_stored(
    live_world: World, site: tuple[str, Handset], tmp_path: Path
) -> None:
    base, _handset = site
    form = filled_by_javarosa(base, tmp_path)
    files = {f"160237000000{n}.jpg": encoded(drawn(n)) for n in (1, 2)}
    with ThreadPoolExecutor(10) as phones:  # answers were lost, and all was sent again
        sent = [phones.submit(posted, base, form, files) for _n in range(10)]
    assert {one.result() for one in sent} == {201}
    report, said = Report.objects.get(), dict(TOLD)
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
