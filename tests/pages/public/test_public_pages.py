"""Every public page, for everybody: it answers, and it gives nobody away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World, a_case, an_allegation, an_incident
from tests.public_record import PublicRecord
from verification.scoring.queries import latest_score

PLAIN = ("home", "incidents", "findings", "standings", "method", "glossary")
CAST = (
    *("filer", "witness", "colleague", "triage", "chair", "reviewer_arm", "reviewer_aze"),
    *("reviewer_spare", "liaison_arm", "liaison_aze", "publisher", "partner", "operator"),
    "outsider",
)
MACHINE = (
    "/api/v1/findings",
    "/api/v1/incidents",
    "/api/v1/standings?agreement=nk2020",
)


MOMENT = re.compile(r"T\d\d:\d\d:\d\d\.\d+")  # ten past and .44 of a second is not a score of 0.44


def public_addresses(record: PublicRecord) -> list[str]:
    """Return every public page and answer of the record."""
    incidents = [record.decided, record.ruled, record.contested, record.hidden]
    findings = [f"{record.decided.code}-F1", f"{record.ruled.code}-F1"]
    return [
        *(reverse(name) for name in PLAIN),
        *MACHINE,
        *(reverse(name, args=[i.code]) for i in incidents for name in ("incident", "api-incident")),
        *(reverse(name, args=[code]) for code in findings for name in ("finding", "api-finding")),
    ]


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def test_everybody_reads_every_public_page(
    client: Client, world: World, record: PublicRecord
) -> None:
    for address in public_addresses(record):
        assert client.get(address).status_code == 200, address
    for name in CAST:
        client.force_login(getattr(world, name))
        for address in (reverse("home"), reverse("incident", args=[record.hidden.code])):
            assert client.get(address).status_code == 200, (name, address)


def test_nothing_public_gives_an_observer_away(client: Client, record: PublicRecord) -> None:
    for address in public_addresses(record):
        text = shown(client.get(address))
        assert [c for c in record.canaries if c in text] == [], address


def test_an_observers_incident_shows_a_day_and_a_cell(client: Client, record: PublicRecord) -> None:
    text = shown(client.get(reverse("incident", args=[record.hidden.code])))
    assert "1 comes from an observer, of whom nothing is shown" in text
    assert "area that holds several" in text
    assert "Polygon" in text
    row = client.get(reverse("api-incident", args=[record.hidden.code])).json()
    assert (row["precision"], row["place"], len(row["ring"])) == ("day", None, 5)


def test_no_score_of_an_undecided_incident_is_public(client: Client, world: World) -> None:
    incident = an_incident(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
    case = a_case(world, incident)
    score = latest_score(incident)
    assert score is not None
    figures = {f"{p:.{digits}f}" for p in score.p.values() for digits in (2, 3, 4)}
    figures |= {f"{100 * p:.0f} %" for p in score.p.values()}
    reviewer = case.seats.select_related("reviewer")[0].reviewer
    addresses = [reverse(name) for name in ("home", "incidents", "standings")]
    addresses += [reverse("incident", args=[incident.code]), *MACHINE]
    addresses += [reverse("api-incident", args=[incident.code])]
    for user in (None, reviewer):
        if user is not None:
            client.force_login(user)
        for address in addresses:
            text = MOMENT.sub("", shown(client.get(address)))
            assert [f for f in figures if f in text] == [], address
    assert "withheld" in shown(client.get(reverse("standings")))


@pytest.mark.parametrize(
    "address",
    [
        "/incidents/NK20-9999/",
        "/findings/NK20-9999-F1/",
        "/?agreement=none",
        "/standings/?agreement=none",
        "/incidents/?agreement=none",
        "/incidents/%00/history/",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(
    client: Client, world: World, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "There is no such page" in shown(answer)


def test_public_pages_are_only_read(client: Client, record: PublicRecord) -> None:
    pages = [address for address in public_addresses(record) if not address.startswith("/api/")]
    assert {client.post(address).status_code for address in pages} == {405}


def test_a_code_in_small_letters_leads_to_its_page(client: Client, record: PublicRecord) -> None:
    code = record.decided.code
    answer = client.get(f"/incidents/{code.lower()}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/incidents/{code}/")
    answer = client.get(f"/findings/{code.lower()}-f1/")
    assert (answer.status_code, answer["Location"]) == (302, f"/findings/{code}-F1/")


def test_public_words_are_shown_as_text_never_as_markup(client: Client, world: World) -> None:
    draft = an_allegation(world, world.mod_azerbaijan, "ARM")
    object.__setattr__(draft, "narrative", "He said <script>alert(1)</script> to the press.")
    incident = an_incident(world, draft)
    text = shown(client.get(reverse("incident", args=[incident.code])))
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_before_any_agreement_the_first_page_says_what_will_come(client: Client, db: None) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "No agreement has been recorded yet" in shown(answer)


def test_before_any_incident_every_page_says_what_will_come(client: Client, world: World) -> None:
    home = shown(client.get("/"))
    assert "No incident has been opened yet" in home
    assert "No finding has been published yet" in home
    assert "No standing has been computed yet" in home
    assert "No incident has been opened yet" in shown(client.get("/incidents/"))
    assert "No finding has been published yet" in shown(client.get("/findings/"))
    assert "No standing has been computed yet" in shown(client.get("/standings/"))


def test_only_the_operator_reads_the_health_page(client: Client, world: World) -> None:
    assert client.get("/health/").status_code == 302
    for name in CAST:
        client.force_login(getattr(world, name))
        expected = 200 if name == "operator" else 403
        assert client.get("/health/").status_code == expected, name
