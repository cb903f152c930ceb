"""The whole filing flow by keyboard alone, at twice the size, and on the narrowest screen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Meet, Person

pytestmark = pytest.mark.browser
TWICE = {"width": 640, "height": 512}  # 1280 x 1024 at 200 %
NARROWEST = {"width": 320, "height": 256}  # WCAG 1.4.10: 1280 x 1024 at 400 %
FAR = 150  # presses of Tab; a form longer than that is too long
AT = "() => document.activeElement.name || ''"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
COVERED = """() => {
  const bar = document.querySelector(".outbox-bar").getBoundingClientRect();
  const at = document.activeElement.closest("label") || document.activeElement;
  const box = at.getBoundingClientRect();
  return box.bottom < bar.bottom || box.top > innerHeight;
}"""


@pytest.mark.parametrize("size", [TWICE, NARROWEST], ids=["200 %", "320 px"])
def test_a_report_is_filed_without_a_pointer(meet: Meet, size: dict[str, int]) -> None:
    monitor = meet("monitor2", viewport=size, has_touch=False, is_mobile=False)
    monitor.go("/reports/new/")
    monitor.page.locator("form[data-ready]").wait_for()
    keys = monitor.page.keyboard
    tab_to(monitor, "act")
    keys.type("Shelling")
    tab_to(monitor, "means")
    keys.press("ArrowDown")  # the second answer: heard
    tab_to(monitor, "day")
    keys.type("11102020")
    tab_to(monitor, "time_from")
    keys.type("0200PM")
    tab_to(monitor, "location_kind")
    for _step in range(4):
        if monitor.page.locator("[name=location_kind][value=named]:checked").count():
            break
        keys.press("ArrowDown")
    tab_to(monitor, "place_typed")
    keys.type("A farm north of the village")
    tab_to(monitor, "narrative")
    keys.type("Four explosions were heard by somebody who cannot hold a mouse.")
    fits(monitor)
    tab_to_button(monitor, "File the report")
    keys.press("Enter")
    monitor.page.wait_for_url("**/reports/*-*/")
    assert "Four explosions" in monitor.reads()
    fits(monitor)


def test_faults_are_found_and_mended_without_a_pointer(meet: Meet) -> None:
    monitor = meet("monitor2", viewport=NARROWEST, has_touch=False, is_mobile=False)
    monitor.go("/reports/new/")
    monitor.page.locator("form[data-ready]").wait_for()
    tab_to_button(monitor, "File the report")
    monitor.page.keyboard.press("Enter")
    summary = monitor.page.locator("[data-summary]")
    summary.wait_for()
    assert summary.evaluate("one => one === document.activeElement")
    fits(monitor)
    monitor.page.keyboard.press("Tab")
    monitor.page.keyboard.press("Enter")  # the first fault
    assert monitor.page.evaluate(AT) == "act"
    assert not monitor.page.evaluate(COVERED)
    monitor.go("/outbox/")
    fits(monitor)


def tab_to(person: Person, name: str) -> None:
    """Press Tab until a field has the focus, which must be seen there."""
    for _press in range(FAR):
        if person.page.evaluate(AT) == name:
            assert not person.page.evaluate(COVERED), f"{name} is covered"
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached by keyboard")


def tab_to_button(person: Person, words: str) -> None:
    """Press Tab until a button has the focus."""
    button = person.page.locator("main").get_by_role("button", name=words)
    for _press in range(FAR):
        if button.evaluate("one => one === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"{words} cannot be reached by keyboard")


def fits(person: Person) -> None:
    """Nothing has to be scrolled sideways."""
    assert person.page.evaluate(TOO_WIDE) <= 0
