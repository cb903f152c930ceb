"""ODK Web Forms and Enketo in Chromium: each draws our form, is filled by hand, and posts.

Both come from npm (tests/lines/engines, `npm ci` there). Their pages are put under the address of
the live server by the browser; all they ask of it is real. What they ask of anybody else is noted.
"""

from __future__ import annotations

import csv
import io
import mimetypes
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from defusedxml.ElementTree import fromstring

from reports.openrosa.forms import present_form
from tests.lines.sheets import Sheet

ENGINES = Path(__file__).with_name("engines")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ITEXT = "{http://www.w3.org/2002/xforms}"
NOW = datetime(2020, 10, 11, 12, tzinfo=ZoneInfo("Asia/Baku"))  # pickers open at this day
WAIT = 15_000  # milliseconds
PHOTO = "image/jpeg"


@dataclass
class Sent:
    """What came of a sheet: the answer to each post, and whom else the engine asked."""

    answers: list[list[Any]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def hear(self, page: Any) -> None:
        """Wait until every post was answered."""
        page.wait_for_function("window.answers", timeout=2 * WAIT)
        self.answers = page.evaluate("window.answers")


@contextmanager
def opened(sent: Sent, origin: str, name: str, base: str) -> Iterator[Any]:
    """Open the page of an engine in a browser that stands at a known place and time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        args = ["--no-sandbox", "--disable-background-networking"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=args)
        try:
            page = browser.new_page(
                timezone_id="Asia/Baku",
                locale="en-GB",
                permissions=["geolocation"],
                geolocation={"latitude": 40.68, "longitude": 46.36, "accuracy": 5},
            )
            page.set_default_timeout(WAIT)
            page.clock.set_fixed_time(NOW)
            page.route("**/*", partial(_route, sent, origin))
            page.goto(f"{origin}/engines/{name}.html?base={base}")
            yield page
        finally:
            browser.close()


def _route(sent: Sent, origin: str, route: Any) -> None:
    url: str = route.request.url.partition("?")[0]
    if url.startswith(f"{origin}/engines/"):
        file = ENGINES / url.removeprefix(f"{origin}/engines/")
        kind = mimetypes.guess_type(file.name)[0]
        route.fulfill(path=file, content_type=kind or "application/octet-stream")
    elif url.startswith(f"{origin}/"):
        route.continue_()
    else:
        sent.outside.append(url)
        route.abort()


@cache
def labels() -> dict[str, str]:
    """Return {question: what it is called in English}, from the form itself."""
    found = {}
    for words in fromstring(present_form().xml).iter(f"{ITEXT}translation"):
        for text in words if words.get("lang") == "English (en)" else ():
            path, _colon, part = text.get("id", "").partition(":")
            if part == "label":
                found[path.removeprefix("/data/")] = text.findtext(f"{ITEXT}value") or ""
    return found


@cache
def kinds() -> dict[str, str]:
    """Return {question: how it is asked}: the type of its answer, or that it is chosen."""
    root = fromstring(present_form().xml)
    told = {b.get("nodeset", ""): b.get("type", "") for b in root.iter(f"{ITEXT}bind")}
    for one in root.iter(f"{ITEXT}select1"):
        told[one.get("ref", "")] = "named" if one.get("appearance") else "chosen"
    return {path.removeprefix("/data/"): kind for path, kind in told.items()}


def rows_of(sheet: Sheet) -> Iterator[tuple[str, int, str, str]]:
    """Yield question, row of its repeat, kind and answer, in the order of the sheet."""
    how, photos = kinds(), sum(name == "photo" for name, _answer in sheet)
    met: deque[str] = deque()
    for name, answer in sheet:
        row = met.count(name)
        met.append(name)
        if name == "sensitivity":  # told once for all of them
            for each in range(photos):
                yield name, each, "chosen", answer
        else:
            yield name, row, how.get(name) or how[f"file/{name}"], answer


Fill = Callable[[Any, str, int, str, str, bytes], None]


def fill(page: Any, sheet: Sheet, photos: list[bytes], one: Fill) -> None:
    """Give every answer of a sheet by the hand of `one`."""
    for name, row, kind, answer in rows_of(sheet):
        photo = photos[row] if kind == "binary" else b""
        one(page, name, row, kind, answer, photo)


def of_web_forms(page: Any, name: str, row: int, kind: str, answer: str, photo: bytes) -> None:
    """Answer one question in ODK Web Forms, as a person does."""
    title = re.compile(f"^{re.escape(_label(name))}$")
    asked = page.locator(".question-container").filter(
        has=page.locator(".control-text label", has_text=title)
    )
    if kind == "binary" and row:
        page.clock.set_fixed_time(NOW.replace(second=row))  # it names a file by the clock
        page.get_by_role("button", name="Add").click()
    if kind == "chosen":
        choice = asked.locator(f'input[value="{answer}"]')
        choice.nth(row).check()
    elif kind == "named":
        asked.locator("[role=combobox]").click()
        page.get_by_role("option", name=offered(page)[answer], exact=True).click()
    elif kind == "date":
        asked.locator("input").click()
        days = page.locator(".p-datepicker-panel td:not(.p-datepicker-other-month)")
        days.get_by_text(str(int(answer[-2:])), exact=True).click()
        page.locator(".p-datepicker-panel").wait_for(state="detached")  # it fades
    elif kind == "time":
        asked.locator("input").click()
        back = page.locator(".p-datepicker-hour-picker button").last
        for _hour in range(NOW.hour - int(answer[:2])):
            back.click()
        page.keyboard.press("Escape")
        page.locator(".p-datepicker-panel").wait_for(state="detached")
    elif kind == "geopoint":
        asked.get_by_role("button").click()
        page.get_by_role("button", name="Save location").click()
        page.get_by_role("dialog").wait_for(state="detached")
    elif kind == "binary":
        asked.locator("input[type=file]").nth(row).set_input_files(_file(answer, photo))
    elif kind == "int":
        asked.locator("input").press_sequentially(answer)
        page.keyboard.press("Tab")
    else:
        asked.locator("textarea, input").fill(answer)


def of_enketo(page: Any, name: str, row: int, kind: str, answer: str, photo: bytes) -> None:
    """Answer one question in Enketo, as a person does."""
    path = f"/data/file/{name}" if name in ("photo", "sensitivity") else f"/data/{name}"
    asked = page.locator(f'.question:has([data-name="{path}"], [name="{path}"])')
    if kind == "binary" and row:
        page.locator(".add-repeat-btn").click()
    if kind == "chosen":
        asked.nth(row).locator(f'[data-name="{path}"][value="{answer}"]').check()
    elif kind == "named":
        asked.locator("input.autocomplete").fill(offered(page)[answer])
        page.keyboard.press("Tab")
    elif kind in ("date", "time"):
        asked.locator(".widget input").press("Control+a")  # it says the time now, until typed over
        page.keyboard.type(answer if kind == "date" else answer[:5])
        page.keyboard.press("Tab")
    elif kind == "geopoint":
        for part, text in zip(("lat", "long", "alt", "acc"), answer.split(), strict=True):
            asked.locator(f'input[name="{part}"]').fill(text)
        page.keyboard.press("Tab")
    elif kind == "binary":
        asked.nth(row).locator("input[type=file]").set_input_files(_file(answer, photo))
    else:
        asked.locator(f'[name="{path}"]').fill(answer)
        page.keyboard.press("Tab")


def offered(page: Any) -> dict[str, str]:
    """Return {key: name} of the places the form offers, as the server hands them out."""
    url = "new URLSearchParams(location.search).get('base')"
    file = "/forms/cvr_violation/attachments/places.csv"
    table = page.evaluate(f"fetch({url} + '{file}').then((answer) => answer.text())")
    return {row["name"]: row["label"] for row in csv.DictReader(io.StringIO(table))}


def _label(name: str) -> str:
    known = labels()
    return known.get(name) or known[f"file/{name}"]


def _file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": PHOTO, "buffer": content}


def sent_by_web_forms(origin: str, base: str, sheet: Sheet, photos: list[bytes]) -> Sent:
    """Fill a sheet in ODK Web Forms and send it."""
    sent = Sent()
    with opened(sent, origin, "web-forms", base) as page:
        page.wait_for_selector(".question-container")
        fill(page, sheet, photos, of_web_forms)
        page.get_by_role("button", name="Send").click()
        sent.hear(page)
    return sent


def sent_by_enketo(origin: str, base: str, sheet: Sheet, photos: list[bytes]) -> Sent:
    """Fill a sheet in Enketo and send it."""
    sent = Sent()
    with opened(sent, origin, "enketo", base) as page:
        page.wait_for_function("window.faults")
        assert page.evaluate("window.faults") == []
        fill(page, sheet, photos, of_enketo)
        page.locator("#send").click()
        sent.hear(page)
    return sent
