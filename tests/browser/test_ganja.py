"""Ganja: very likely, by nobody known; months later an independent finding; attributed.

The claims are those that were made (seeds/README.md); the panels are the demonstration's. First
the record of it as a reader finds it today, then the same road taken once more by people: a party
asks, the chair who decided may not answer alone, and another one does.
"""

import json

import pytest

from tests.browser.conftest import Meet, Person
from tests.proofs import until

pytestmark = pytest.mark.browser
WHY = "A team of neither side has been to the place since, and has published what it found there."
REASON = "What was found since was not before the panel, and it bears on the one open question."


def test_ganja_from_the_eleventh_of_october_to_the_correction(meet: Meet) -> None:
    reader = meet()
    code = finding_about(reader, "Ganja").removesuffix("-F2")

    on_the_eleventh_the_actor_was_not_established(reader, f"{code}-F1")
    months_later_it_is_attributed(reader, f"{code}-F2")
    both_versions_stand_side_by_side(reader, code)
    machines_read_the_correction(reader, code)
    the_incident_tells_its_whole_story(reader, code)

    other = finding_about(reader, "Violation, not attributable")
    request = a_party_asks(meet("liaison-arm"), other)
    the_first_decider_can_only_propose(meet("chair"), request)
    another_chair_admits(meet("deputy-chair"), request)
    until(lambda: in_question(reader, other), "the finding says that it is in question")


def on_the_eleventh_the_actor_was_not_established(reader: Person, first: str) -> None:
    """Read the first version: it still says what was known, and that it was superseded."""
    reader.go(f"/findings/{first}/")
    words = reader.reads()
    assert "This version has been superseded." in words
    assert "Which party did it cannot be said: it is not attributable." in words
    assert "Very likely" in words or "very likely" in words
    assert "11 Oct" in words
    assert "Denies: our side did not do it" in words  # the accused was heard before


def months_later_it_is_attributed(reader: Person, second: str) -> None:
    """Read the version that stands: who, and that it is a correction."""
    reader.go(f"/findings/{second}/")
    words = reader.reads()
    assert "it is attributed to" in words and "Armenia" in words
    assert "Corrected." in words
    assert "takes the place of" in words
    assert "An independent body found otherwise" in words
    assert "which forces launched the missile" in words  # why the deputy reopened it


def both_versions_stand_side_by_side(reader: Person, code: str) -> None:
    """Find the answers of both panels in one table, with what changed marked."""
    table = reader.page.get_by_role("table").filter(has_text="Both decisions side by side")
    heads = table.locator("thead th").all_inner_texts()
    assert heads[1:3] == [f"{code}-F1", f"{code}-F2"]
    who = table.locator("tbody tr").filter(has_text="Who did it?")
    assert "Not attributable" in who.locator("td").nth(0).inner_text()
    assert "Armenia" in who.locator("td").nth(1).inner_text()
    assert who.locator("td").nth(2).inner_text() == "changed"
    reader.page.get_by_text(f"The reasons of {code}-F1, word for word").click()
    assert "The case can be reopened." in reader.reads()


def machines_read_the_correction(reader: Person, code: str) -> None:
    """Ask the interface what partners ask."""
    answer = reader.page.request.get(f"{reader.site.url}/api/v1/corrections")
    rows = json.loads(answer.text())["results"]
    ours = next(row for row in rows if row["finding"] == f"{code}-F2")
    assert ours["corrects"] == f"{code}-F1"
    changes = {row["question"]: (row["before"], row["after"]) for row in ours["changes"]}
    assert changes["attribution"] == ("not_attributable", "attributed")
    assert changes["parties"] == ([], ["ARM"])


def the_incident_tells_its_whole_story(reader: Person, code: str) -> None:
    """Find every public step with its day."""
    reader.go(f"/incidents/{code}/")
    words = reader.reads()
    for step in ("The case was reopened", "A correction of a finding was published"):
        assert step in words
    assert words.count("The panel decided") == 2


def a_party_asks(liaison: Person, finding: str) -> str:
    """Ask on a ground of the closed list; return the address of the request."""
    incident = finding.rpartition("-F")[0]
    liaison.go(f"/incidents/{incident}/reopen/")
    liaison.choose("ground", "new_evidence")
    liaison.write("text", WHY)
    liaison.press("Ask for a reopening", within="main form")
    liaison.page.locator(".messages").wait_for()
    return str(liaison.page.url.removeprefix(liaison.site.url))


def the_first_decider_can_only_propose(chair: Person, request: str) -> None:
    """Be told why, and decide nothing."""
    chair.go(request)
    assert "You had a hand in this decision." in chair.reads()
    assert chair.page.get_by_role("button", name="Answer the request").count() == 0
    assert chair.page.get_by_role("button", name="Propose this answer").count() == 1


def another_chair_admits(deputy: Person, request: str) -> None:
    """Reopen it, with reasons for everybody to read."""
    deputy.go(request)
    deputy.choose("proposal", "admit")
    deputy.write("reason", REASON)
    deputy.press("Answer the request")
    deputy.page.get_by_text("Admitted: the case is reopened.").wait_for()


def in_question(reader: Person, finding: str) -> bool:
    """Answer whether the public finding says that its case was reopened, and why."""
    reader.go(f"/findings/{finding}/")
    words = reader.reads()
    return "This case has been reopened." in words and REASON in words


def finding_about(reader: Person, words: str) -> str:
    """Return the code of the first finding in the public list that speaks of this."""
    reader.go("/findings/")
    row = reader.page.locator("main li").filter(has_text=words)
    return str(row.first.locator(".id").inner_text())
