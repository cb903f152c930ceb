"""The whole story, from one report in the night to a published finding. Read it from the top.

A monitor in Ganja hears explosions. What happens to the report until everybody can read what a
panel found, and what the record says of the two parties afterwards? Nothing here is pretended:
every step calls the action a page or the interface would call, and what follows by itself is
done by the same drain a worker runs.
"""

from dataclasses import replace
from datetime import timedelta

from reports.intake.actions import accept_report, file_report
from reports.intake.drafts import OriginDraft
from reports.intake.queries import own_report
from reports.journal.handlers import handlers_of, run_handler
from reports.journal.models import Event, Job
from tests.factories import (
    NOW,
    World,
    a_ballot,
    a_draft,
    an_allegation,
    settle,
    some_answers,
)
from tests.proofs import row_counts
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import declare_interest, open_case
from verification.adjudication.queries import case_for_reviewer
from verification.adjudication.readiness import readiness
from verification.corroboration.actions import (
    Answer,
    StatementDraft,
    answer_notice,
    give_statement,
)
from verification.corroboration.queries import notices_for
from verification.incidents.actions import link_report, open_incident
from verification.incidents.queries import incident_history
from verification.linking.queries import incident_suggestions
from verification.publication.models import Finding
from verification.scoring.queries import latest_score, scores_of
from verification.standing.queries import standing_lines

HOUR = timedelta(hours=1)


def test_from_a_report_to_a_published_finding(world: World) -> None:
    # --- A report is filed -------------------------------------------------------------------
    # A monitor heard three explosions, and was told by nobody who fired. The receipt is what
    # they keep; sending the same report again over a bad line changes nothing.
    heard = a_draft(world)
    filing = file_report(draft=heard, by=world.filer, at=NOW)
    again = file_report(draft=heard, by=world.filer, at=NOW + HOUR)
    assert again.report == filing.report
    assert not again.created
    report = own_report(world.filer, filing.report.receipt)

    # --- Triage takes it into the record and opens an incident -------------------------------
    accept_report(report=report, by=world.triage, at=NOW + HOUR)
    incident = open_incident(
        report=report, why="First report of this night.", by=world.triage, at=NOW + HOUR
    )
    settle()
    assert incident.code == "NK20-0001"
    # It lies in the period and the area of the agreement; who did it is open.
    verdicts = {reason["test"]: reason["verdict"] for reason in incident.admissibility_reasons}
    assert verdicts == {"period": "inside", "area": "inside", "actors": "unclear"}

    # --- A ministry accuses the other side, and a newspaper copies the ministry --------------
    briefing = OriginDraft(kind="statement", key="briefing of 11 October", publisher="Ministry")
    accusation = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), origin=briefing)
    told = file_report(draft=accusation, by=world.colleague, at=NOW + 2 * HOUR).report
    accept_report(report=told, by=world.triage, at=NOW + 2 * HOUR)
    # The machine suggests where it may belong and says why; a person confirms.
    (suggestion,) = incident_suggestions(told)
    assert suggestion.incident == incident
    link_report(
        report=told,
        incident=incident,
        why="Same night, same city.",
        by=world.triage,
        at=NOW + 2 * HOUR,
    )
    settle()
    copied = replace(
        an_allegation(world, world.mod_azerbaijan, "ARM"),
        origin=replace(briefing, url="https://paper.example/ganja", publisher="A newspaper"),
    )
    copy = file_report(draft=copied, by=world.partner, at=NOW + 3 * HOUR).report
    accept_report(report=copy, by=world.triage, at=NOW + 3 * HOUR)
    settle()
    # An exact copy follows its origin by itself, and counts once with it: three reports, but
    # two independent origins.
    link = copy.links.get()
    assert (link.incident, link.linked_by) == (incident, None)
    score = latest_score(incident)
    assert (score.n_statements, score.n_origins) == (3, 2)

    # --- A second person, of another organisation, states what they saw ----------------------
    before = score.p
    give_statement(
        incident=incident,
        draft=StatementDraft(
            question="occurred",
            says="supports",
            basis="site_visit",
            note="Two craters in the yard, and windows broken on the whole street.",
        ),
        by=world.witness,
        at=NOW + 4 * HOUR,
    )
    settle()
    assert latest_score(incident).p["none"] < before["none"]

    # --- The accused party was notified, and denies ------------------------------------------
    # Liaisons see the notices to their own party, and nobody else's.
    (notice,) = notices_for(world.liaison_arm, world.agreement, at=NOW)
    assert not notices_for(world.liaison_aze, world.agreement, at=NOW)
    assert notice.due_at > NOW + 72 * HOUR
    answer_notice(
        position=notice,
        answer=Answer("denies", "no_action_then", "Our forces did not fire that night."),
        by=world.liaison_arm,
        at=NOW + 20 * HOUR,
    )
    settle()
    assert standing_lines(world.agreement.pk)[0].denied == 1

    # --- A panel of three votes blind --------------------------------------------------------
    # The rules seat it: one member aligned with each side, and one with neither.
    incident.refresh_from_db()
    case = open_case(incident=incident, by=world.chair, at=NOW + 21 * HOUR)
    seats = list(case.seats.select_related("reviewer"))
    assert sorted(seat.alignment for seat in seats) == ["", "ARM", "AZE"]
    verdict = {
        "ARM": some_answers(attribution="not_attributable", parties=()),
        "AZE": some_answers(),
        "": some_answers(),
    }
    for number, seat in enumerate(seats):
        # Whoever has not voted sees neither the score nor how the others voted.
        file = case_for_reviewer(seat.reviewer, case.pk)
        assert (file.sealed, file.score, file.ballots) == (number, None, None)
        declare_interest(case=case, by=seat.reviewer, at=NOW + 29 * HOUR)
        seal_ballot(
            case=case,
            draft=a_ballot(case, verdict[seat.alignment]),
            by=seat.reviewer,
            at=NOW + 30 * HOUR,
        )

    # --- The chair seals the decision --------------------------------------------------------
    assert readiness(case, at=NOW + 31 * HOUR)
    decision = decide_case(
        case=case,
        reasons="Two of three members hold the attribution likely; one finds nobody named.",
        by=world.chair,
        at=NOW + 31 * HOUR,
    )
    assert (decision.outcome, decision.parties) == ("attributed", ["ARM"])
    # The member who differs is heard: their answers and reasons stand beside, without a name.
    (dissent,) = decision.dissents
    assert dissent["answers"]["attribution"] == "not_attributable"
    # The score was advice. The decision keeps what the panel could have seen.
    assert decision.score == latest_score(incident)

    # --- Everybody can read it ---------------------------------------------------------------
    settle()
    finding = Finding.objects.get()
    assert (finding.code, finding.outcome) == ("NK20-0001-F1", "attributed")
    published = str(finding.content)
    for person in (world.filer, world.witness, world.colleague, world.reviewer_arm):
        for secret in (person.username, person.pseudonym, str(person.pk)):
            assert secret not in published
    assert heard.narrative not in published

    # --- What the record says of the two parties ---------------------------------------------
    armenia, azerbaijan = standing_lines(world.agreement.pk)
    assert (armenia.decided, armenia.by_severity) == (1, {"serious": 1})
    assert (azerbaijan.decided, azerbaijan.open_against) == (0, 0)
    # One decided incident compares nobody with anybody, and the site says so.
    assert armenia.comparison == "too few incidents have been decided"

    # --- The history is complete -------------------------------------------------------------
    incident.refresh_from_db()
    assert incident.state == "decided"
    told_in_full = [line.kind for line in incident_history(incident, world.triage, at=NOW)]
    assert [kind for kind in told_in_full if kind != "incident.scored"] == [
        "report.filed",
        "report.accepted",
        "incident.opened",
        "report.filed",
        "report.accepted",
        "report.linked",
        "position.requested",
        "report.filed",
        "report.accepted",
        "report.linked",
        "statement.given",
        "position.answered",
        "case.opened",
        "interest.declared",
        "interest.declared",
        "interest.declared",
        "ballot.sealed",
        "ballot.sealed",
        "ballot.sealed",
        "case.decided",
        "finding.published",
    ]
    assert told_in_full.count("incident.scored") == len(scores_of(incident))
    told_to_all = [line.kind for line in incident_history(incident, None, at=NOW)]
    assert told_to_all == [
        "incident.opened",
        "position.requested",
        "position.answered",
        "case.opened",
        "case.decided",
        "finding.published",
    ]

    # --- And nothing was left undone, nor would doing it twice more change anything ----------
    assert not Job.objects.filter(done_at=None).exists()
    everything = row_counts()
    for _ in range(2):
        for event in Event.objects.order_by("at", "recorded_at", "id"):
            for name in handlers_of(event.kind):
                run_handler(name, event=event, at=NOW + 31 * HOUR)
    assert row_counts() == everything
