"""The review desk in a real browser: keys, the draft as one types, two windows, paper."""

import re
from typing import Any

import pytest

from tests.browser.conftest import DESK, Meet, Person
from tests.proofs import until

pytestmark = pytest.mark.browser
SAVED = "Your draft is saved. Only you can read it."


@pytest.fixture
def desk(meet: Meet) -> Person:
    """Whoever was drawn for the seat whose ballot is awaited, at their desk."""
    for name in ("reviewer-aze", "reviewer-aze-reserve"):
        person = meet(name, **DESK)
        person.go("/review/")
        hrefs = person.page.locator("main a[href^='/review/']").evaluate_all(
            "links => links.map((link) => link.getAttribute('href'))"
        )
        for href in [href for href in hrefs if re.fullmatch(r"/review/[\w-]+/", href)][:1]:
            person.go(href)
            if person.page.locator("[name=reasons]").count():
                return person
    raise AssertionError("nobody's ballot is awaited")


def is_saved(page: Any) -> bool:
    return SAVED in page.locator("[data-draft-state]").inner_text()


def test_keys_lead_about_and_cite_and_can_be_turned_off(desk: Person) -> None:
    page = desk.page
    for key, target in (("r", "#reports"), ("s", "#statements"), ("b", "#ballot")):
        page.keyboard.press(key)
        assert page.evaluate("location.hash") == target
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "R1"
    before = page.locator("[data-cite]:checked").count()
    page.keyboard.press("c")
    assert page.locator("[data-cite]:checked").count() != before
    page.keyboard.press("c")
    assert page.locator("[data-cite]:checked").count() == before
    page.keyboard.press("?")
    page.locator("[data-keys-off]").check()
    page.locator("#R1").focus()
    page.keyboard.press("f")
    assert page.evaluate("location.hash") != "#facts"
    page.reload()
    page.keyboard.press("f")
    assert page.evaluate("location.hash") != "#facts"


def test_what_is_typed_is_kept_and_another_window_is_not_overwritten(desk: Person) -> None:
    page, url = desk.page, desk.page.url
    other = desk.context.new_page()
    other.goto(url)
    page.locator("[name=reasons]").fill("The first window heard it.")
    until(lambda: is_saved(page), "the draft is saved as one types")
    page.reload()
    assert page.locator("[name=reasons]").input_value() == "The first window heard it."

    other.locator("[name=reasons]").fill("The second window saw it.")
    alarm = other.locator("[data-draft-alarm]")
    until(alarm.is_visible, "the second window is told")
    assert "Another window of yours saved this draft" in alarm.inner_text()
    desk.wrongs[:] = [wrong for wrong in desk.wrongs if "409" not in wrong]  # what was asked for
    other.get_by_role("button", name="Save draft").click()
    other.wait_for_selector("#merge")
    words = other.locator("#merge").inner_text()
    assert "The first window heard it." in words
    assert "The second window saw it." in words
    other.get_by_role("button", name="Keep both texts").click()
    other.wait_for_selector("#merge", state="detached")
    kept = other.locator("[name=reasons]").input_value()
    assert kept == "The first window heard it.\n\nThe second window saw it."
    other.locator("[name=reasons]").fill("")
    until(lambda: is_saved(other), "the desk is left as it was found")
    desk.wrongs[:] = [wrong for wrong in desk.wrongs if "409" not in wrong]


def test_on_paper_everything_is_open_and_no_ballot_is_there(desk: Person) -> None:
    page = desk.page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("main details:not([open])").count() == 0
    assert not page.locator("#ballot").is_visible()
    assert not page.locator(".masthead .nav.wide").is_visible()
    assert page.locator("#clauses p").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("main details:not([open])").count() > 0
