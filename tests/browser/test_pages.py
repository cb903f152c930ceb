"""Every page for those who see it: readable by everybody, on a small screen, in few bytes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.browser.conftest import DESK, PHONE, Meet, Person

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Page:
    """A page, who sees it, and how to come there: an address, or a list and a link in it."""

    name: str
    who: str
    at: str
    link: str = ""
    then: str = ""  # what follows in the address


PHONE_DOORS = ("forms", "form", "manifest", "file", "submission")
PAGES = (
    Page("home", "", "/"),
    Page("incidents", "", "/incidents/"),
    Page("incident", "", "/incidents/", r"/incidents/[\w-]+/$"),
    Page("findings", "", "/findings/"),
    Page("finding", "", "/findings/", r"/findings/[\w-]+/$"),
    Page("finding-proof", "", "/findings/", r"/findings/[\w-]+/$", "proof/"),
    Page("data", "", "/data/"),
    Page("corrections", "", "/corrections/"),
    Page("bulletins", "", "/bulletins/"),
    Page("bulletin", "", "/bulletins/", r"/bulletins/[\w-]+/$"),
    Page("bulletin-proof", "", "/bulletins/", r"/bulletins/[\w-]+/$", "proof/"),
    Page("disclosures", "chair", "/disclosures/"),
    Page("keys", "partner", "/keys/"),
    Page("keys-all", "operator", "/keys/all/"),
    Page("webhooks", "partner", "/webhooks/"),
    Page("withheld", "publisher", "/withheld/"),
    Page("publish", "publisher", "/publish/"),
    Page("publish-bulletin", "publisher", "/publish/", r"/publish/[\w-]+/$"),
    Page("log", "", "/log/"),
    Page("standings", "", "/standings/"),
    Page("standing", "", "/standings/", r"/standings/\w+/$"),
    Page("comparison", "", "/comparison/"),
    Page("method", "", "/method/"),
    Page("recommendations", "", "/recommendations/"),
    Page("recommendation", "", "/recommendations/", r"/recommendations/[\w-]+/$"),
    Page("mechanism", "", "/mechanism/"),
    Page("procedure", "", "/procedure/"),
    Page("procedure-version", "", "/procedure/", r"/procedure/\d+/$"),
    Page("glossary", "", "/words/"),
    Page("api-docs", "", "/api/"),
    Page("api-reference", "", "/api/reference/"),
    Page("api-reference-part", "", "/api/reference/record/"),
    Page("api-reference", "", "/api/reference/"),
    Page("api-reference-part", "", "/api/reference/record/"),
    Page("account_login", "", "/accounts/login/"),
    Page("account_inactive", "", "/accounts/inactive/"),
    Page("account_signup", "", "/accounts/signup/"),
    Page("account_reset_password", "", "/accounts/password/reset/"),
    Page("account_reset_password_done", "", "/accounts/password/reset/done/"),
    Page("account_reset_password_from_key_done", "", "/accounts/password/reset/key/done/"),
    Page("open-report", "", "/report/"),
    Page("open-status", "", "/report/status/"),
    Page("invites", "triage", "/invites/"),
    Page("phones", "monitor1", "/phones/"),
    Page("messages", "triage", "/messages/"),
    Page("observations", "triage", "/observations/"),
    Page("desk", "desk", "/desk/"),
    Page("report-new", "desk", "/reports/new/"),
    Page("reports-own", "desk", "/reports/"),
    Page("report", "desk", "/reports/", r"/reports/\w{5}-\w{5}/$"),
    Page("report-proof", "desk", "/reports/", r"/reports/\w{5}-\w{5}/$", "proof/"),
    Page("report-question", "desk", "/reports/", r"/reports/\w{5}-\w{5}/questions/\d+/$"),
    Page("report-evidence", "desk", "/reports/", r"/reports/\w{5}-\w{5}/$", "files/"),
    Page("watches", "monitor1", "/watches/"),
    Page("outbox", "monitor1", "/outbox/"),
    Page("offline-report", "monitor1", "/offline/report/"),
    Page("offline-reports", "monitor1", "/offline/reports/"),
    Page("offline-corroborate", "monitor3", "/offline/corroborate/"),
    Page("coverage", "monitor1", "/coverage/"),
    Page("corroborate", "monitor3", "/corroborate/"),
    Page("corroborate-incident", "monitor3", "/corroborate/", r"/corroborate/[\w-]+/$"),
    Page("account_email", "monitor3", "/accounts/email/"),
    Page("account_change_password", "monitor3", "/accounts/password/change/"),
    Page("account_logout", "monitor3", "/accounts/logout/"),
    Page("account_reauthenticate", "monitor3", "/accounts/reauthenticate/"),
    Page("mfa_index", "monitor3", "/accounts/2fa/"),
    Page("mfa_activate_totp", "monitor3", "/accounts/2fa/totp/activate/"),
    Page("triage", "triage", "/triage/"),
    Page("triage-board", "triage", "/triage/board/"),
    Page("triage-report", "triage", "/triage/?tab=unlinked", r"/triage/reports/[\w-]+/$"),
    Page("triage-incident", "triage", "/triage/?tab=incidents", r"/triage/incidents/[\w-]+/$"),
    Page("history", "triage", "/incidents/NK20-0001/history/"),
    Page("inbox", "liaison-arm", "/inbox/"),
    Page("inbox-preferences", "liaison-arm", "/inbox/preferences/"),
    Page("notices", "liaison-arm", "/notices/"),
    Page(
        "recommendation-work",
        "liaison-arm",
        "/recommendations/NK20-0024-R1/",
        r"/recommendations/[\w-]+/answer/$",
    ),
    Page("notice", "liaison-arm", "/notices/", r"/notices/[\w-]+/$"),
    Page("reopenings", "liaison-aze", "/reopenings/"),
    Page("reopening", "chair", "/reopenings/", r"/reopenings/[\w-]+/$"),
    Page("reopening-ask", "reviewer-aze", "/incidents/NK20-0006/reopen/"),
    Page("review", "reviewer-aze", "/review/"),
    Page("review-case", "reviewer-aze", "/review/", r"/review/[\w-]+/$"),
    Page("panel-figures", "chair", "/panels/"),
    Page("chair", "chair", "/chair/"),
    Page("chair-sources", "chair", "/chair/sources/"),
    Page("bundles", "chair", "/bundles/"),
    Page("chair-audit", "chair", "/chair/audit/"),
    Page("overdue", "chair", "/overdue/"),
    Page("recommend", "chair", "/chair/incidents/NK20-0001/recommend/"),
    Page("chair-notice", "chair", "/chair/", r"/chair/notices/[\w-]+/$"),
    Page("chair-case", "chair", "/chair/", r"/chair/cases/[\w-]+/$"),
    Page("imports", "partner", "/imports/"),
    Page("mapping-new", "partner", "/imports/mappings/new/"),
    Page("mapping", "partner", "/imports/", r"/imports/mappings/[0-9a-f-]{36}/$"),
    Page("import", "partner", "/imports/", r"/imports/[0-9a-f-]{36}/$"),
    Page("health", "operator", "/health/"),
)

# Addresses that are no page of their own, and why.
CENTRAL_DOORS = ("sessions", "holder", "projects", "forms", "submissions", "table")
NO_PAGE = {
    "review-interest",  # needs a seat one has not declared for: looked at in its own tests
    "review-again",  # needs a case whose ballots are all open: looked at in its own tests
    "key",  # needs a key of one's own: read in tests/pages/record/test_keys.py
    "webhook",  # needs an endpoint of one's own: read in tests/pages/judgement/test_webhooks.py
    "tables",  # needs published tables carried over: manage.py published_tables
    *("set_language", "watch-end"),  # they take a form and lead elsewhere
    *("place-search", "place-names", "mfa_download_recovery_codes"),  # data and a file
    "account_email_verification_sent",  # addresses are never verified here
    *("account_confirm_email", "account_confirm_login_code"),  # nor are codes mailed
    *("account_set_password", "account_reset_password_from_key"),  # need a key from a mail
    *("mfa_authenticate", "mfa_reauthenticate"),  # need a second factor that is enrolled,
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),  # so too
    "map-tile",  # a file of the map
    *(f"central-{door}" for door in CENTRAL_DOORS),  # for tools of ODK Central
    *("hook-sms", "hook-twilio", "hook-rapidpro", "hook-sensors"),  # for gateways
    *(f"{way}-{door}" for way in ("phone", "digest") for door in PHONE_DOORS),  # for phones
    *(
        "service-worker",
        "web-manifest",
        "outbox-token",
        "reports-kept",
        "corroborate-kept",
    ),  # for scripts
    *("log-checkpoint", "log-key", "log-tile", "log-record", "log-receipts-key"),  # the log
    *("finding-proof-file", "report-proof-file", "bulletin-proof-file"),  # files too
    *("export-csv", "export-mapping", "export-readme", "export-parquet"),  # files
    *("data-csv", "data-geojson", "data-xlsx", "data-about", "data-dcat"),  # files
    "import-problems",  # a file
    "evidence",  # needs a report with a file: looked at in its own tests
    "evidence-redact",  # so too
    *("bundle", "bundle-file"),  # need a bundle that was asked for; and a file
    *("evidence-picture", "evidence-thumb", "evidence-original", "evidence-redacted"),  # files
    *("feed-findings", "feed-corrections", "feed-bulletins"),  # for feed readers
    *("bulletin-pdf", "publish-pdf", "preview"),  # on paper, and a picture
    *("report-correct", "report-withdraw"),  # need a report one filed: looked at after filing
}
LEADS_TO = {"desk": "reports-own"}  # everybody's desk is the page their work begins on
BAD = ("serious", "critical")
KB = 1000  # bytes
JUDGE = """() => axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
  violations.map(({id, impact, nodes}) => [impact, id, nodes[0].html.slice(0, 200)]))"""
TOO_WIDE = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
SHOWS_FOCUS = """() => [document.activeElement, document.activeElement.closest("label")]
  .some((one) => one && getComputedStyle(one).outlineStyle !== "none")"""
WIDEST = """() => [...document.querySelectorAll("main *")].filter(
    (one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 3).map((one) => one.outerHTML.slice(0, 160))"""


def names_of(resolver: URLResolver) -> Iterator[str]:
    """Yield the name of every address of the site."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(pattern)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield str(pattern.name)


def test_no_page_is_missing_here() -> None:
    names = {
        name for name in names_of(get_resolver()) if not re.match(r"api-(?!docs|reference)", name)
    }
    assert names == {page.name for page in PAGES} | NO_PAGE


def come_to(person: Person, page: Page) -> None:
    """Open a page by its address, or through the first link that leads to one of its kind."""
    answer = person.go(page.at)
    if page.link:
        hrefs = person.page.locator("main a[href]").evaluate_all(
            "links => links.map((link) => link.getAttribute('href'))"
        )
        found = [href for href in hrefs if re.search(page.link, href.split("?")[0].split("#")[0])]
        assert found, f"{page.at} leads to no {page.name}"
        answer = person.go(found[0] + page.then)
    assert answer.status == 200, f"{page.name}: {answer.status}"
    if page.name.startswith("mfa_activate") and landed_on(person) == "account_reauthenticate":
        person.write("password", person.site.password)  # signed in too long ago for this page
        person.press("Confirm", within="main")
        person.page.wait_for_url(f"**{page.at}")
    assert landed_on(person) == LEADS_TO.get(page.name, page.name)


def landed_on(person: Person) -> str:
    """Return the name of the page that is open."""
    return str(resolve(urlsplit(person.page.url).path).url_name)


def by_person() -> list[Any]:
    """Return the pages as parameters, one for each person who signs in."""
    people = dict.fromkeys(page.who for page in PAGES)
    return [pytest.param(who, id=who or "nobody") for who in people]


@pytest.mark.parametrize("who", by_person())
class TestEveryPage:
    """For the person who sees it."""

    def test_it_is_accessible(self, meet: Meet, axe: str, who: str) -> None:
        person, wrong = meet(who), []
        for page in (page for page in PAGES if page.who == who):
            come_to(person, page)
            for shape in (PHONE, DESK):
                person.page.set_viewport_size(shape["viewport"])
                person.page.evaluate(axe)
                for impact, rule, html in person.page.evaluate(JUDGE):
                    if impact in BAD:
                        wrong.append(f"{page.name} {impact} {rule}: {html}")
        assert not wrong, "\n".join(wrong)

    def test_it_fits_a_small_screen(self, meet: Meet, who: str) -> None:
        assert_fits(meet(who, viewport={"width": 360, "height": 740}), who)

    def test_it_fits_from_right_to_left(self, meet: Meet, who: str) -> None:
        person = meet(who, viewport={"width": 360, "height": 740})
        person.context.add_cookies(
            [{"name": "django_language", "value": "ar", "url": person.site.url}]
        )
        assert_fits(person, who, direction="rtl")


def assert_fits(person: Person, who: str, direction: str = "ltr") -> None:
    """Check that no page of this person has to be pushed sideways."""
    wide = []
    for page in (page for page in PAGES if page.who == who):
        come_to(person, page)
        assert person.page.locator("html").get_attribute("dir") == direction
        if person.page.evaluate(TOO_WIDE) > 0:
            wide.append(f"{page.name}: {person.page.evaluate(WIDEST)}")
    assert not wide, "\n".join(wide)


def test_a_report_without_javascript(meet: Meet) -> None:
    monitor = meet("monitor2", java_script_enabled=False)
    monitor.go("/reports/new/")
    answer_the_questions(monitor)
    monitor.write("place_typed", "Терте")
    monitor.press("Find place")
    monitor.page.locator("[name=place]").first.wait_for()
    assert monitor.page.locator("[name=place]:checked").count() == 0
    assert monitor.page.locator("[name=narrative]").input_value() == HEARD
    monitor.page.locator("label:has([name=place])").first.tap()
    monitor.press("File the report", within="main")
    monitor.page.locator(".receipt").wait_for()
    assert HEARD in monitor.reads()
    for link in ("correct", "withdraw"):
        monitor.page.locator(f"main a[href$='/{link}/']").first.click()
        monitor.page.locator("main form").first.wait_for()
        monitor.page.go_back()


HEARD = "Two bursts of heavy fire, one after the other, from the ridge."


def answer_the_questions(monitor: Person) -> None:
    """Answer all but the place."""
    monitor.select("act", "small_arms_fire")
    monitor.choose("means", "heard")
    monitor.write("day", "2020-10-12")
    monitor.choose("time_precision", "day")
    monitor.write("narrative", HEARD)


def test_a_report_by_keyboard_alone(meet: Meet) -> None:
    monitor = meet("monitor2", **(DESK | {"is_mobile": False, "has_touch": False}))
    monitor.go("/reports/new/")
    keys = monitor.page.keyboard
    tab_to(monitor, "act")
    keys.type("Sm")  # a list jumps to what is typed
    tab_to(monitor, "means")
    keys.press("Space")
    tab_to(monitor, "day")
    keys.type("10102020")  # in any order of day and month
    tab_to(monitor, "time_precision")
    for _step in range(3):
        keys.press("ArrowDown")
    tab_to(monitor, "place_typed")
    keys.type("Barda")
    monitor.page.locator("[data-candidates] label").first.wait_for()
    tab_to(monitor, "place")
    keys.press("Space")
    tab_to(monitor, "narrative")
    keys.type(HEARD)
    for _step in range(12):
        keys.press("Tab")
        if monitor.page.evaluate("document.activeElement.matches('main .actions button')"):
            break
    keys.press("Enter")
    monitor.page.locator(".receipt").wait_for()
    words = monitor.reads()
    for said in ("Small-arms fire", "10 Oct 2020", "The day only", "Barda", HEARD):
        assert said in words


def tab_to(person: Person, name: str) -> None:
    """Press Tab until the named control has the focus, and see that its focus shows."""
    for _step in range(60):
        person.page.keyboard.press("Tab")
        if person.page.evaluate("document.activeElement.name") == name:
            assert person.page.evaluate(SHOWS_FOCUS), f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"no Tab leads to {name}")


@pytest.mark.parametrize(
    ("who", "address", "most"),
    [
        *(("monitor1", path, 100) for path in ("/reports/new/", "/reports/", "/corroborate/")),
        *(("", path, 250) for path in ("/", "/standings/", "/incidents/", "/findings/")),
    ],
)
def test_it_weighs_little(meet: Meet, who: str, address: str, most: int) -> None:
    person = meet(who)
    cookies = person.context.cookies()
    person = meet()  # a browser that has fetched nothing yet
    person.context.add_cookies(cookies)
    wire = person.context.new_cdp_session(person.page)
    wire.send("Network.enable")
    got: list[float] = []
    wire.on("Network.loadingFinished", lambda event: got.append(event["encodedDataLength"]))
    person.go(address)
    person.page.wait_for_load_state("networkidle")
    weight = sum(got) / KB
    print(f"\n{address}: {weight:.1f} kB in {len(got)} requests")
    assert 5 < weight < most
