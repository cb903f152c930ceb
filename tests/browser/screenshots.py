"""Photographs every page, to be looked at: `python3 run.py screenshots` -> screenshots/.

No test by its name, so that only that command runs it.
"""

from typing import Any

import pytest

from config.installer import ROOT
from tests.browser.conftest import Meet
from tests.browser.test_pages import PAGES, come_to

pytestmark = pytest.mark.browser
FOLDER = ROOT / "screenshots"
WIDTHS = (360, 768, 1280)
# The pages that carry the product are taken in the dark and from right to left too.
CARRY = (
    *("home", "finding", "incident", "standings", "report-new", "report"),
    *("triage", "triage-report", "triage-incident", "review", "review-case", "notice"),
)
LOOKS: dict[str, dict[str, Any]] = {
    "en-light": {"color_scheme": "light"},
    "en-dark": {"color_scheme": "dark"},
    "ar-light": {"color_scheme": "light"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_photograph(meet: Meet, look: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    for who in dict.fromkeys(page.who for page in PAGES):
        person = meet(who, is_mobile=False, reduced_motion="reduce", **LOOKS[look])
        language = {"name": "django_language", "value": look[:2], "url": person.site.url}
        person.context.add_cookies([language])
        for page in (page for page in PAGES if page.who == who):
            if look != "en-light" and page.name not in CARRY:
                continue
            come_to(person, page)
            for width in WIDTHS:
                person.page.set_viewport_size({"width": width, "height": 900})
                person.page.wait_for_load_state("networkidle")
                file = FOLDER / f"{page.name}-{width}-{look}.png"
                person.page.screenshot(path=str(file), full_page=True)
        person.context.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
