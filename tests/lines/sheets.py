"""Answer sheets that every engine of forms is given, and JavaRosa, which fills them without a face.

An answer is told once, by the name of its question; questions of a repeat are told once for each.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import requests

Sheet = tuple[tuple[str, str], ...]
HARNESS = Path(__file__).with_name("FillForm.java")
HEARD: Sheet = (
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
SEEN: Sheet = (  # from a position, by range and bearing, over days
    ("act", "shelling"),
    ("means", "saw"),
    ("day", "2020-10-10"),
    ("time_precision", "days"),
    ("day_until", "2020-10-11"),
    ("location_kind", "bearing"),
    ("position", "40.68 46.36 0 5"),
    ("range_m", "2000"),
    ("bearing_deg", "90"),
    ("accused", "unknown"),
    ("narrative", "دخان فوق الطريق، ثم سُمعت طلقات من جهة الشرق."),
    ("language", "ar"),
)
TOLD: Sheet = (  # between two places, in a part of the day
    ("act", "small_arms_fire"),
    ("means", "told"),
    ("day", "2020-10-11"),
    ("time_precision", "part_of_day"),
    ("part", "night"),
    ("location_kind", "between"),
    ("place", "ganja"),
    ("other_place", "tartar"),
    ("accused", "nobody"),
    ("narrative", "По словам жителей, ночью на дороге стреляли."),
    ("language", "ru"),
)


def filled_by_javarosa(java: str, base: str, folder: Path, sheet: Sheet) -> bytes:
    """Fetch the form and its lists as a phone does, fill it, and return what would be sent."""
    import pyxform

    jar = next(Path(pyxform.__file__).parent.rglob("ODK_Validate.jar"))
    form = folder / "form.xml"
    form.write_bytes(requests.get(f"{base}/forms/cvr_violation.xml", timeout=10).content)
    for name in ("places.csv", "parties.csv"):
        url = f"{base}/forms/cvr_violation/attachments/{name}"
        (folder / name).write_bytes(requests.get(url, timeout=10).content)
    answers = folder / "answers.txt"
    answers.write_text("\n".join(f"{name}={value}" for name, value in sheet), encoding="utf-8")
    command = [java, "-Duser.timezone=Asia/Baku", "-cp", str(jar), str(HARNESS)]
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
