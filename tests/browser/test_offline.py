"""A cheap phone, a bad line: what is filed without one arrives once, and nothing stays behind."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Person, Site
from tests.browser.lines import Line, a_line
from tests.browser.phones import a_phone, dump, found_in, wait_until_kept
from tests.pictures import drawn, encoded

pytestmark = pytest.mark.browser
LAT, LON = "40.68161", "46.36137"
ANOTHER_SENDS = """() => new Promise((holds) => {
  navigator.locks.request("outbox-send", () => new Promise((done) => {
    window.anotherIsDone = done;
    holds();
  }));
})"""
CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}\b")


@pytest.fixture
def line(site: Site) -> Iterator[Line]:
    with a_line(site.url) as laid:
        yield laid


def test_three_reports_filed_without_a_line_arrive_once(
    driver: Any, site: Site, line: Line, tmp_path: Path
) -> None:
    pictures = [encoded(drawn(seed, (640, 480))) for seed in (71, 72, 73)]
    words = [f"Canary-{n}-zq: heavy explosions north of the village, then smoke." for n in "abc"]
    secrets = {f"picture {n}": one[400:440] for n, one in enumerate(pictures)}
    secrets |= {one[:11]: one[:11].encode() for one in words} | {"latitude": LAT.encode()}
    seen = Site(line.url, site.password)

    with a_phone(driver, seen, tmp_path) as monitor:
        monitor.sign_in("monitor4")
        before = own_reports(monitor)
        monitor.go("/reports/new/")
        wait_until_kept(monitor)
        line.cut()
        for text, picture in zip(words, pictures, strict=True):
            file_one(monitor, text, picture)
            monitor.page.wait_for_url("**/outbox/")
        assert waits_on(monitor) == 3
        codes = set(monitor.page.locator("[data-items] [data-code]").all_inner_texts())
        assert len(codes) == 3 and all(code.startswith("W-") for code in codes)
        kept = dump(monitor)
        assert "waiting/items" in kept and "extractable: false" in kept
        assert not [name for name, one in secrets.items() if one.decode("latin1") in kept]

    line.mend(loses=0.3)  # the phone was off; now three requests in ten get lost
    with a_phone(driver, seen, tmp_path) as monitor:
        monitor.go("/outbox/")
        assert waits_on(monitor) == 3
        sign_in_at_last(monitor)  # a session ends with its browser
        open_in_any_case(monitor, "/outbox/")
        sent = monitor.page.locator("[data-sent] li")
        for _second in range(60):
            if sent.count() == 3:
                break
            monitor.page.wait_for_timeout(1000)
        assert sent.count() == 3, monitor.reads()
        assert line.lost, "nothing was lost on this line: it proves nothing"
        line.mend()
        assert set(monitor.page.locator("[data-sent] [data-code]").all_inner_texts()) == codes
        receipts = own_reports(monitor) - before
        assert len(receipts) == 3
        assert sorted(text for receipt in receipts for text in story(monitor, receipt)) == words
        hashes = [one for receipt in receipts for one in sealed(monitor, receipt)]
        assert sorted(hashes) == sorted(hashlib.sha256(one).hexdigest() for one in pictures)
        monitor.go("/outbox/")
        kept = dump(monitor)
        assert "waiting/" not in kept  # the key went with what it sealed
        assert not [name for name, one in secrets.items() if one.decode("latin1") in kept]
    assert not found_in(tmp_path, secrets)


def test_signed_out_meanwhile_nothing_is_lost(
    driver: Any, site: Site, line: Line, tmp_path: Path
) -> None:
    text = "Two shots were heard from the north while I was signed out."
    with a_phone(driver, Site(line.url, site.password), tmp_path) as monitor:
        monitor.sign_in("monitor4")
        monitor.go("/reports/new/")
        wait_until_kept(monitor)
        line.cut()
        fill(monitor, text)
        monitor.choose("location_kind", "place")
        monitor.page.locator("[name=place_typed]").press_sequentially("Stepanakert")
        monitor.page.locator("[data-candidates] label").first.tap()  # found on the phone itself
        monitor.press("File the report", within="main")
        monitor.page.wait_for_url("**/outbox/")
        monitor.context.clear_cookies()
        line.mend()
        monitor.go("/outbox/")
        monitor.page.get_by_text("You are signed out.").wait_for()
        assert "Needs you: 1" in monitor.page.locator("#outbox-state").inner_text()
        monitor.sign_in("monitor4")
        monitor.go("/outbox/")
        monitor.page.locator("[data-sent] li").wait_for()
        receipt = monitor.page.locator("[data-sent] [data-receipt]").inner_text()
        assert story(monitor, receipt) == [text]


def test_a_conflict_overwrites_nothing_and_comes_back_whole(
    driver: Any, site: Site, line: Line, tmp_path: Path
) -> None:
    first, second = "The first words under this key, sent.", "Other words under the same key, kept."
    with a_phone(driver, Site(line.url, site.password), tmp_path) as monitor:
        monitor.sign_in("monitor4")
        monitor.go("/reports/new/")
        wait_until_kept(monitor)
        fill(monitor, first)
        key = str(monitor.page.locator("[name=client_uuid]").input_value())
        monitor.press("File the report", within="main")
        monitor.page.wait_for_url(CODE)
        standing = CODE.findall(monitor.page.url)[0]
        line.cut()
        fill(monitor, second)
        monitor.page.locator("[name=client_uuid]").evaluate(
            "(box, key) => { box.value = key; }", key
        )
        monitor.press("File the report", within="main")
        monitor.page.wait_for_url("**/outbox/")
        line.mend()
        monitor.press("Send now", within="main")
        monitor.page.locator("[data-reason=conflict]:not([hidden])").wait_for()
        monitor.press("Open it", within="main")
        monitor.page.locator("[data-conflict]:not([hidden])").wait_for()
        assert monitor.page.locator("[name=narrative]").input_value() == second
        assert (
            monitor.page.locator("[data-conflict] a").get_attribute("href")
            == f"/reports/{standing}/"
        )
        monitor.press("File the report", within="main")
        monitor.page.wait_for_url(CODE)
        assert story(monitor, CODE.findall(monitor.page.url)[0]) == [second]
        assert story(monitor, standing) == [first]


def test_what_the_server_finds_comes_back_at_the_field(
    driver: Any, site: Site, line: Line, tmp_path: Path
) -> None:
    with a_phone(driver, Site(line.url, site.password), tmp_path) as monitor:
        monitor.sign_in("monitor4")
        fill(monitor, "An event that lies in the future, by a slip of the finger.")
        monitor.write("day", "2199-10-11")
        monitor.press("File the report", within="main")
        summary = monitor.page.locator("[data-summary]")
        summary.get_by_text("This lies in the future").wait_for()
        assert monitor.page.locator("[name=day][aria-invalid=true]").count() == 1
        monitor.write("day", "2020-10-11")
        monitor.press("File the report", within="main")
        monitor.page.wait_for_url(CODE)


def test_an_answer_is_waited_for_while_another_sends(
    driver: Any, site: Site, line: Line, tmp_path: Path
) -> None:
    with a_phone(driver, Site(line.url, site.password), tmp_path) as monitor:
        monitor.sign_in("monitor4")
        fill(monitor, "An event of the year 2199, while the worker was sending.")
        monitor.write("day", "2199-10-11")
        monitor.page.evaluate(ANOTHER_SENDS)
        monitor.press("File the report", within="main")
        monitor.page.locator("form[aria-busy=true]").wait_for()
        monitor.page.evaluate("() => window.anotherIsDone()")
        monitor.page.locator("[data-summary]").get_by_text("This lies in the future").wait_for()
        monitor.write("day", "2020-10-11")
        monitor.press("File the report", within="main")
        monitor.page.wait_for_url(CODE)


def test_a_second_person_speaks_without_a_line(
    driver: Any, site: Site, line: Line, tmp_path: Path
) -> None:
    text = "I was two streets away and heard the same four explosions."
    with a_phone(driver, Site(line.url, site.password), tmp_path) as witness:
        witness.sign_in("monitor3")
        witness.go("/corroborate/")
        code = (
            witness.page.locator("main li", has_text="awaits you").locator(".id").first.inner_text()
        )
        wait_until_kept(witness, lists=True)
        line.cut()
        witness.go("/corroborate/")
        witness.press(code, within="main")
        witness.page.locator("form[data-ready]").wait_for()
        witness.press("Put it on record", within="main")
        summary = witness.page.locator("[data-summary]")
        assert "Choose one of these." in summary.inner_text()
        witness.choose("question", "occurred")
        witness.choose("says", "supports")
        witness.select("basis", "eyewitness")
        witness.write("note", text)
        witness.press("Put it on record", within="main")
        witness.page.wait_for_url("**/outbox/")
        witness.page.locator("[data-items] [data-kind=statement]:not([hidden])").wait_for()
        assert text not in dump(witness)
        line.mend()
        witness.press("Send now", within="main")
        witness.page.locator("[data-no-items]:not([hidden])").wait_for()
        witness.go(f"/corroborate/{code}/")
        assert text in witness.page.locator("main aside").inner_text()


def test_leaving_at_once_and_wiping(driver: Any, site: Site, line: Line, tmp_path: Path) -> None:
    with a_phone(driver, Site(line.url, site.password), tmp_path) as monitor:
        file_without_line(monitor, line, "This one is wiped before it could be sent.")
        for _time in range(3):
            monitor.page.keyboard.press("Escape")
        monitor.page.wait_for_url("about:blank")
        monitor.page.go_back(wait_until="commit")
        monitor.page.wait_for_url("about:blank")
        line.mend()
        monitor.page.context.route("**/reports/new/", lambda route: route.abort())
        monitor.go("/outbox/#stay")
        monitor.press("Wipe", within="section")
        monitor.page.locator("dialog[open]").wait_for()
        monitor.press("Wipe everything", within="dialog[open]")
        monitor.page.wait_for_url("about:blank")
        monitor.page.context.unroute_all()
        monitor.go("/healthz")
        assert not re.search(r"waiting/|lists/|shell-|static/", dump(monitor))
        monitor.go("/reports/")
        assert "/accounts/login/" in monitor.page.url


# -- what a monitor does -------------------------------------------------------------------------
def fill(monitor: Person, text: str) -> None:
    """Fill the form as far as it must be, with a position."""
    open_in_any_case(monitor, "/reports/new/")
    monitor.page.locator("form[data-ready]").wait_for()
    monitor.select("act", "shelling")
    monitor.choose("means", "heard")
    monitor.write("day", "2020-10-11")
    monitor.write("time_from", "14:00")
    monitor.choose("location_kind", "point")
    monitor.write("lat", LAT)
    monitor.write("lon", LON)
    monitor.write("accuracy_m", "100")
    monitor.write("narrative", text)


def file_one(monitor: Person, text: str, picture: bytes | None = None) -> None:
    """File one report, perhaps with a picture."""
    fill(monitor, text)
    if picture:
        named = {"name": f"{text[:11]}.jpg", "mimeType": "image/jpeg", "buffer": picture}
        monitor.page.locator("input[type=file]").set_input_files(named)
    monitor.press("File the report", within="main")


def file_without_line(monitor: Person, line: Line, text: str) -> None:
    """Sign in, wait until the phone is ready, lose the line and file."""
    monitor.sign_in("monitor4")
    monitor.go("/reports/new/")
    wait_until_kept(monitor)
    line.cut()
    file_one(monitor, text)
    monitor.page.wait_for_url("**/outbox/")


def waits_on(monitor: Person) -> int:
    """Return how many items the outbox shows as not sent."""
    rows = monitor.page.locator("[data-items] li")
    rows.first.wait_for()
    return int(rows.count())


def sign_in_at_last(monitor: Person) -> None:
    """Sign in over a line that loses what is sent over it: as often as it takes."""
    for _attempt in range(20):
        open_in_any_case(monitor, "/accounts/login/?next=/outbox/")
        name = monitor.page.locator("[name=login]")
        if name.count():
            name.fill("monitor4")
            monitor.page.locator("[name=password]").fill(monitor.site.password)
            with monitor.page.expect_request(lambda asked: asked.method == "POST") as sent:
                monitor.press("Sign in", within="main")
            sent.value.response()  # or none, where it was lost
        if any(cookie["name"] == "sessionid" for cookie in monitor.context.cookies()):
            return
    raise AssertionError("nobody could sign in over this line")


def open_in_any_case(monitor: Person, path: str) -> None:
    """Open a page that the phone has kept, whatever the line does.

    A form whose answer was lost ends in the browser's own page of errors, at a time of its own: it
    may come in between.
    """
    wrong = importlib.import_module("playwright.sync_api").Error
    for _attempt in range(3):
        try:
            monitor.go(path)
        except wrong as problem:
            if "interrupted by another navigation" not in str(problem):
                raise
        else:
            return


def own_reports(monitor: Person) -> set[str]:
    """Return the receipts in one's own list."""
    monitor.go("/reports/")
    return set(CODE.findall(monitor.reads()))


def story(monitor: Person, receipt: str) -> list[str]:
    """Return the words of a report as the site has them."""
    monitor.go(f"/reports/{receipt}/")
    return [str(monitor.page.locator("main .said p").first.inner_text())]


def sealed(monitor: Person, receipt: str) -> list[str]:
    """Return the SHA-256 of each file of a report as the site has sealed it."""
    monitor.go(f"/reports/{receipt}/files/")
    links = monitor.page.locator("main ul.rows a.title").evaluate_all(
        "all => all.map((one) => one.href)"
    )
    found = []
    for link in links:
        monitor.page.goto(link)
        found += re.findall(r"\b[0-9a-f]{64}\b", monitor.reads())
    return found
