"""More of what clients do on the wire: names, dialects, retries. The list is docs/openrosa.md."""

from __future__ import annotations

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from reports.evidence.models import Item
from reports.intake.models import Report
from reports.openrosa.forms import present_form
from reports.openrosa.models import SentFile, Submission
from tests.factories import World
from tests.lines.phones import ANSWERS, a_form, a_handset, new_id
from tests.lines.sheets import posted
from tests.lines.wire import Wire
from tests.pictures import drawn, encoded

ROOT = Path(__file__).resolve().parents[2]
PHOTO = encoded(drawn())
MARK = "a-boundary-of-its-own"


def a_body(form: bytes, name: str, content: bytes) -> bytes:
    """Return a post as Collect writes one: names in bare UTF-8, nothing escaped."""
    told = ("xml_submission_file", "s.xml", form), (name, name, content)
    body = b""
    for part, file, held in told:
        head = f'Content-Disposition: form-data; name="{part}"; filename="{file}"'
        body += f"--{MARK}\r\n{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode() + held + b"\r\n"
    return body + f"--{MARK}--\r\n".encode()


class TestNamesOfFiles:
    @pytest.mark.parametrize(
        "name",
        [
            "фото с дороги 1.jpg",
            "صورة.jpg",
            "a\u200bb\u2060.jpg",
            "a&b.jpg",
            "x" * 251 + ".jpg",
        ],
        ids=["Cyrillic", "Arabic", "invisible", "ampersand", "long"],
    )
    def test_a_file_is_found_by_the_name_that_came(
        self, world: World, wire: Wire, name: str
    ) -> None:
        handset = a_handset(world, wire=wire)
        form = a_form(photos=(name.replace("&", "&amp;"),))
        kind = f"multipart/form-data; boundary={MARK}"
        url = f"{handset.base}/submission?deviceID=x"
        answer = wire.generic("POST", url, a_body(form, name, PHOTO), kind)
        assert answer.status_code == 201, answer.content
        assert (SentFile.objects.get().name, Item.objects.count()) == (name, 1)


class TestDialects:
    """JavaRosa writes six namespaces on the root, Web Forms none, Enketo one and white space."""

    @pytest.mark.parametrize(
        ("root", "meta", "space"),
        [
            ("", "meta", ""),
            ('xmlns:orx="http://openrosa.org/xforms"', "orx:meta", "\n      "),
            ('xmlns="http://www.w3.org/2002/xforms"', "meta", "\n"),
        ],
        ids=["none", "prefixed", "default"],
    )
    def test_namespaces_and_white_space_do_not_matter(
        self, world: World, wire: Wire, root: str, meta: str, space: str
    ) -> None:
        inner = space.join(f"<{name}>{text}</{name}>" for name, text in ANSWERS.items())
        form = (
            f'<data id="cvr_violation" version="{present_form().version}" {root}>{space}{inner}'
            f"{space}<{meta}>{space}<instanceID>{new_id()}</instanceID></{meta}>{space}</data>"
        )
        handset = a_handset(world, wire=wire)
        answer = handset.send(form.encode())
        assert answer.status_code == 201, answer.content
        report = Report.objects.get()
        assert (report.act_id, report.narrative) == (ANSWERS["act"], ANSWERS["narrative"])


def test_other_words_behind_an_address_are_let_be(world: World, wire: Wire) -> None:
    """Collect adds deviceID everywhere; people add their own to the address of the server."""
    base = a_handset(world, wire=wire).base
    for tail in ("formList", "forms/cvr_violation.xml", "forms/cvr_violation/manifest"):
        assert wire.get(f"{base}/{tail}?st=a%26b&deviceID=collect%3A1").status_code == 200


def test_basic_is_never_asked_for_and_never_taken(world: World, wire: Wire) -> None:
    given = a_handset(world, wire=wire).given
    asked = f"{given.name}:{given.password}"
    answer = Wire(wire.origin.replace("//", f"//{asked}@")).get("/v1/projects/1/formList")
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Digest ")


def test_ten_at_once_after_a_lost_answer_are_one_report(
    live_world: World, live_server: Any
) -> None:
    base = live_server.url + a_handset(live_world).base
    form = a_form(photos=("a.jpg",))
    with ThreadPoolExecutor(10) as phones:
        sent = [phones.submit(posted, base, form, {"a.jpg": PHOTO}) for _n in range(10)]
    assert {one.result() for one in sent} == {201}
    assert (Report.objects.count(), Submission.objects.count(), Item.objects.count()) == (1, 1, 1)


def test_every_path_of_the_form_leads_to_a_node() -> None:
    """ODK Validate does not tell a path that leads nowhere."""
    spaces = {"x": "http://www.w3.org/2002/xforms"}
    root = fromstring(present_form().xml)
    data = next(root.iter(f"{{{spaces['x']}}}instance"))[0]
    nodes = {"/data"} | {f"/data/{one.tag.rpartition('}')[2]}" for one in data}
    for group in data:
        nodes |= {
            f"/data/{group.tag.rpartition('}')[2]}/{one.tag.rpartition('}')[2]}" for one in group
        }
    written = {
        value
        for one in root.iter()
        for name, value in one.attrib.items()
        if name in ("ref", "nodeset", "relevant", "constraint", "calculate")
    }
    paths = {path for value in written for path in re.findall(r"/data[\w/]*", value)}
    assert len(paths) > 20 and paths <= nodes


def test_every_trap_of_the_list_is_a_test() -> None:
    """docs/openrosa.md names a test for each; the test is there."""
    page = (ROOT / "docs/openrosa.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/.]+\.py)::(test_\w+)`", page)
    assert len(named) > 40
    known: dict[str, set[str]] = {}
    for file, test in named:
        if file not in known:
            tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
            found = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))
            known[file] = {one.name for one in found}
        assert test in known[file], f"{file}::{test}"
