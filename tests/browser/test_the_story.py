"""One report's way from a phone to a public finding, as the people on the way see it.

Every step is done by the person whose step it is, on a phone, through the pages of a running
site. What follows from a step (score, notice, standing) is done by the site's own worker.
"""

import re
from typing import Any

import pytest

from tests.browser.conftest import Meet, Person
from tests.proofs import until

pytestmark = pytest.mark.browser
REVIEWERS = (
    *("chair", "reviewer-arm", "reviewer-aze", "reviewer-neutral"),
    *("reviewer-arm-reserve", "reviewer-aze-reserve"),
)
SEEN = "Four heavy explosions within a minute, then smoke over the centre. I counted them myself."
WHY = "An observer was there, a second one agrees, and the denial names no other cause."


def test_from_a_report_to_a_public_finding(meet: Meet) -> None:
    reader = meet()
    before = decided_breaches(reader, "AZE")

    receipt = a_monitor_files(meet("monitor1"))
    incident = triage_opens_an_incident(meet("triage"), receipt)
    assert "allegation" in shape_of(reader, incident)
    a_second_monitor_corroborates(meet("monitor3"), incident)
    the_accused_denies(meet("liaison-aze"), incident)

    chair = meet("chair")
    the_chair_opens_a_case(chair, incident)
    three_vote_blind([chair, *map(meet, REVIEWERS[1:])], incident)
    the_chair_decides(chair, incident)

    the_finding_is_public(reader, incident, receipt)
    assert "finding" in shape_of(reader, incident)
    until(lambda: decided_breaches(reader, "AZE") == before + 1, "the standing has changed")


# -- the steps ------------------------------------------------------------------------------
def a_monitor_files(monitor: Person) -> str:
    """Fill the form on a phone, choose among the places offered, send it twice."""
    monitor.go("/reports/new/")
    monitor.select("act", "shelling")
    monitor.choose("means", "heard")
    monitor.write("day", "2020-10-11")
    monitor.choose("time_precision", "hour")
    monitor.write("time_from", "14:00")
    monitor.write("place_typed", "Stepanakert")
    offered = monitor.page.locator("[data-candidates] label")
    offered.first.wait_for()
    assert monitor.page.locator("[name=place]:checked").count() == 0  # nobody chose for them
    offered.first.tap()
    monitor.choose("accused", "party:AZE")
    monitor.write("narrative", SEEN)
    key = monitor.page.locator("[name=client_uuid]").get_attribute("value")
    written_as, sent = sent_by(monitor, "File the report")
    receipt = str(monitor.page.locator(".receipt .code").inner_text()).strip()
    assert re.fullmatch(r"\w{5}-\w{5}", receipt)

    assert key in sent  # the line was bad, and the phone sends the very same thing again
    monitor.page.evaluate(SEND_AGAIN, [monitor.site.url + "/reports/new/", written_as, sent])
    monitor.page.locator(".messages").get_by_text("filed already").wait_for()
    assert receipt in monitor.reads()
    monitor.go("/reports/")
    assert monitor.reads().count(receipt) == 1
    return receipt


def triage_opens_an_incident(officer: Person, receipt: str) -> str:
    """Accept the report and open an incident from it."""
    officer.go("/triage/")
    officer.press(receipt)
    officer.press("Accept", within="main")
    officer.page.locator("#open-why").fill("Nothing like it is on record.")
    officer.press("Open an incident", within="main")
    officer.page.wait_for_url("**/triage/incidents/**")
    return str(officer.page.url.rstrip("/").rpartition("/")[2])


def a_second_monitor_corroborates(witness: Person, incident: str) -> None:
    """Support that it happened, without learning who filed."""
    witness.go("/corroborate/")
    witness.press(incident)
    witness.page.locator("[name=note]").wait_for()
    assert "monitor1" not in witness.reads().lower() and SEEN not in witness.reads()
    witness.choose("question", "occurred")
    witness.choose("says", "supports")
    witness.select("basis", "eyewitness")
    witness.write("note", "I heard the same four from the other side of the town.")
    witness.press("Put it on record")
    witness.page.locator(".messages").wait_for()


def the_accused_denies(liaison: Person, incident: str) -> None:
    """Read the notice that the worker sent, look at what becomes public, and answer."""
    liaison.go("/notices/")
    until(lambda: liaison.go("/notices/") and incident in liaison.reads(), "the notice has come")
    liaison.press(incident)
    liaison.choose("position", "denies")
    liaison.page.locator("select[name=reason_code]").select_option(index=1)
    liaison.write("text", "No unit of ours fired at that hour.")
    liaison.press("Preview what becomes public")
    liaison.press("Record the answer")
    liaison.page.get_by_text("Your answer, as recorded").wait_for()


def the_chair_opens_a_case(chair: Person, incident: str) -> None:
    """Have a panel drawn."""
    chair.go("/chair/")
    row(chair, incident).get_by_role("button", name="Open a case").click()
    chair.page.wait_for_url("**/chair/cases/**")


def three_vote_blind(reviewers: list[Person], incident: str) -> None:
    """Whoever was drawn seals a ballot; nobody sees a score or a ballot before their own."""
    panel = [one for one in reviewers if one.go("/review/") and row(one, incident).count()]
    assert len(panel) == 3
    for number, reviewer in enumerate(panel):
        row(reviewer, incident).get_by_role("link").first.click()
        reviewer.press("I declare this, and open the file")
        reviewer.page.locator("#ballot").wait_for()
        assert_blind(reviewer)
        a_ballot_is_sealed(reviewer)
        assert reviewer.page.locator("#own").is_visible()
        assert reviewer.page.locator("#score").is_visible()
        assert reviewer.page.locator("#ballots").count() == (number == len(panel) - 1)
    panel[0].page.reload()
    assert panel[0].page.locator("#ballots").is_visible()


def assert_blind(reviewer: Person) -> None:
    """Look for the score and the ballots of others in the page's very source."""
    source = reviewer.page.content()
    for hidden in ('id="score"', 'id="ballots"', "log-odds", "Majority", "Hierarchical", WHY):
        assert hidden not in source


def a_ballot_is_sealed(reviewer: Person) -> None:
    """Answer the five questions, cite, give reasons."""
    reviewer.choose("occurrence", "occurred")
    reviewer.choose("breach", "breach")
    reviewer.choose("attribution", "attributed")
    reviewer.choose("parties", "AZE")
    reviewer.choose("intent", "unknown")
    for question in ("occurrence", "breach", "attribution"):
        reviewer.select(f"{question}_likelihood", "very_likely")
        reviewer.select(f"{question}_confidence", "moderate")
    reviewer.select("intent_confidence", "low")
    reviewer.select("severity", "serious")
    reviewer.page.locator("select[name=clause]").select_option(index=1)
    reviewer.page.locator("label:has([name=cited_reports])").first.tap()
    reviewer.write("reasons", WHY)
    reviewer.press("Seal my ballot")
    reviewer.page.locator("#own").wait_for()


def the_chair_decides(chair: Person, incident: str) -> None:
    """Seal what the ballots amount to."""
    chair.go("/chair/")
    row(chair, incident).get_by_role("link").first.click()
    chair.write("reasons", "More than half of the panel finds it attributed, for the same reasons.")
    chair.press("Seal and publish")
    chair.page.get_by_text("The decision is sealed").wait_for()


def the_finding_is_public(reader: Person, incident: str, receipt: str) -> None:
    """Read the finding without an account, and find nobody in it who must not be there."""
    address = f"/findings/{incident}-F1/"
    until(lambda: published(reader, address), "the finding is published")
    words = reader.reads()
    assert "it is attributed to" in words and "Azerbaijan" in words
    assert "No unit of ours fired at that hour." in words  # the accused is heard
    source = reader.page.content()
    for hidden in (receipt, SEEN, "monitor1", "Monitor 1", "Valley", "monitor3", "reviewer-"):
        assert hidden not in source
    reader.go("/")
    assert reader.page.locator("#findings").get_by_text(f"{incident}-F1").is_visible()


# -- what is looked for ----------------------------------------------------------------------
SEND_AGAIN = """async ([address, type, body]) => {
  const said = await new Response(body, {headers: {"Content-Type": type}}).formData();
  const form = document.createElement("form");
  Object.assign(form, {method: "post", enctype: "multipart/form-data", action: address});
  if (!said.has("csrfmiddlewaretoken")) { // the script of the page sends it as a header
    said.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  }
  for (const [name, value] of said) {
    const field = typeof value === "string" ? {type: "hidden", name, value} : {type: "file", name};
    form.append(Object.assign(document.createElement("input"), field));
  }
  document.body.append(form);
  setTimeout(() => form.submit());
}"""


def sent_by(person: Person, button: str) -> tuple[str, str]:
    """Press a button that sends a form; return what went over the wire: its type and itself."""
    with person.page.expect_request(lambda request: request.method == "POST") as sent:
        person.press(button, within="main")
    person.page.locator(".receipt").wait_for()
    return str(sent.value.header_value("content-type")), str(sent.value.post_data)


def row(person: Person, incident: str) -> Any:
    """Return the row of a list that speaks of an incident."""
    return person.page.locator("li[data-row]").filter(has_text=incident)


def published(reader: Person, address: str) -> bool:
    """Answer whether the list of findings leads to this one, and open it if so."""
    reader.go("/findings/")
    found = reader.page.locator(f"main a[href^='{address}']")
    if found.count():
        found.first.click()
    return bool(reader.page.locator(".verdict").count())


def shape_of(reader: Person, incident: str) -> str:
    """Return the class of the shape that stands before an incident in the public list."""
    reader.go(f"/incidents/{incident}/")
    return str(reader.page.locator("main .shape").first.get_attribute("class"))


def decided_breaches(reader: Person, party: str) -> int:
    """Return how many breaches the standings attribute to a party."""
    reader.go("/standings/")
    record = reader.page.locator(".card").filter(has=reader.page.get_by_text(party, exact=True))
    number = record.locator("tr").filter(has_text="Breaches decided").locator("td")
    return int(number.inner_text())
