"""`manage.py seed`: the demonstration is what its files say, repeatable, and cannot be half done.

One clean run is measured and undone; then a run is cut off in the middle and completed, and all
other tests look at what that left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from reports.agreement.models import ActKind, Agreement
from reports.agreement.queries import agreement_by_slug
from reports.channels.models import Message
from reports.coverage.queries import hours_covered
from reports.imports.models import Import
from reports.imports.queries import problems_of
from reports.intake.models import Report
from reports.intake.queries import intake_counts
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.journal.queries import pending_work
from reports.people.models import ApiKey, User
from reports.sensors.queries import observations
from tests.seeds.test_demo_scenario import DECIDED, INCIDENTS, SCENARIO
from tests.seeds.test_seed_files import CLAIMS
from verification.adjudication.models import Ballot, Case, Decision
from verification.adjudication.queries import decision_on
from verification.bulletins.models import Bulletin
from verification.bulletins.queries import public_bulletins, rebuilt
from verification.bulletins.rules import sums_that_fail
from verification.corroboration.models import PartyPosition, Statement
from verification.incidents.models import Incident, Link
from verification.ledger.signer import SignerState
from verification.ledger.signing import signer_at_hand
from verification.management.seeding import scenario
from verification.management.seeding.claims import CLAIM_KEY, report_of
from verification.management.seeding.deeds import answers_of
from verification.partners.models import Delivery
from verification.publication.models import Correction, Finding
from verification.publication.queries import report_partition
from verification.scoring.queries import scores_made_until
from verification.standing.queries import standing_lines

PAPER = Path(__file__).resolve().parents[2] / "docs" / "scoring-demo.md"
pytestmark = pytest.mark.django_db  # or nobody sets a database up when this file runs alone
CUT_AFTER = 110  # steps of the story: in the middle of the rulings of October


class CutOff(Exception):
    """Stands for a power cut."""


@dataclass(frozen=True)
class Seeded:
    """What the runs left, in rows per table."""

    clean: dict[str, int]
    cut: dict[str, int]
    completed: dict[str, int]


def seed(*options: str) -> None:
    call_command("seed", "--demo", *options, verbosity=0)


def rows_per_table() -> dict[str, int]:
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in ("reports", "verification")
        # Who is told depends on who is concerned when the work is done, later after a cut.
        and model._meta.model_name != "notification"
    }


def cut_off_after(steps: int) -> Callable[[Callable[[], bool]], bool]:
    """Return a `play` that dies inside a step, after its action and before what follows."""
    whole = scenario.play
    left = iter(range(steps))

    def play(deed: Callable[[], bool]) -> bool:
        if next(left, None) is not None:
            return whole(deed)

        def dying() -> bool:
            deed()
            raise CutOff

        return whole(dying)

    return play


@contextmanager
def a_signer() -> Iterator[None]:
    """A signer without memories, for a database that is empty or will be put back."""
    with TemporaryDirectory() as folder:
        signer = SignerState(Path(folder), settings.LOG_ORIGIN)
        with signer_at_hand(signer.answer):
            yield


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seeded]:
    with django_db_blocker.unblock(), transaction.atomic(), a_signer():
        undo = transaction.savepoint()
        with a_signer():
            seed()
        clean = rows_per_table()
        transaction.savepoint_rollback(undo)
        patch = pytest.MonkeyPatch()
        patch.setattr(scenario, "play", cut_off_after(CUT_AFTER))
        with pytest.raises(CutOff):
            seed()
        patch.undo()
        cut = rows_per_table()
        seed()
        yield Seeded(clean, cut, rows_per_table())
        transaction.set_rollback(True)


@pytest.fixture
def agreement(seeded: Seeded) -> Agreement:
    return agreement_by_slug("nk2020")


def incident(key: str) -> Incident:
    (opener,) = [e for e in INCIDENTS[key]["events"] if e["do"] == "open_incident"]
    return Link.objects.get(report=report_of(opener["claim"])).incident


class TestRepeating:
    def test_a_run_that_was_cut_off_is_completed_by_the_next(self, seeded: Seeded) -> None:
        assert 0 < seeded.cut["reports_report"] < seeded.clean["reports_report"]
        assert seeded.completed == seeded.clean

    def test_a_further_run_changes_nothing(self, seeded: Seeded) -> None:
        due = set(PartyPosition.objects.values_list("id", "due_at"))
        seed()
        assert rows_per_table() == seeded.completed
        assert set(PartyPosition.objects.values_list("id", "due_at")) == due

    def test_nothing_is_left_to_do(self, seeded: Seeded) -> None:
        work = pending_work()
        assert (work.waiting, work.quarantined) == (0, 0)


class TestBulletins:
    def test_four_are_released_and_one_waits_for_its_publisher(self, seeded: Seeded) -> None:
        rows = Bulletin.objects.order_by("number").values_list("code", "release__released_by")
        assert [code for code, _by in rows] == [f"NK20-B000{n}" for n in range(1, 6)]
        publisher = User.objects.get(username="publisher").pk
        assert [by for _code, by in rows] == [*[publisher] * 4, None]
        assert public_bulletins().count() == 4

    def test_their_figures_add_up_and_can_be_made_again(self, seeded: Seeded) -> None:
        for bulletin in Bulletin.objects.all():
            assert sums_that_fail(bulletin.content) == []
            assert rebuilt(bulletin.code).differs == ()

    def test_they_tell_what_was_found_and_what_was_corrected(self, seeded: Seeded) -> None:
        told = [b.content for b in Bulletin.objects.order_by("number")]
        assert [len(one["findings"]) for one in told] == [1, 0, 2, 1, 1]
        assert [len(one["corrections"]) for one in told] == [0, 0, 0, 1, 0]


class TestDoors:
    def test_the_cast_is_kept_out_of_a_real_site(self, seeded: Seeded, settings: Any) -> None:
        settings.DEMO = False
        with pytest.raises(CommandError, match="--without-story"):
            call_command("seed", verbosity=0)

    def test_an_unknown_agreement_is_refused(self, seeded: Seeded) -> None:
        with pytest.raises(CommandError, match="nowhere"):
            seed("--agreement", "nowhere")

    def test_everyone_can_log_in_with_the_password_that_is_shown(
        self, seeded: Seeded, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("demo_logins")
        shown = capsys.readouterr().out
        phrase = shown.splitlines()[0].split()[-1]
        for user in User.objects.all():
            assert user.username in shown
            assert user.check_password(phrase)


class TestClaims:
    def test_every_claim_is_on_record_with_speaker_and_publisher(self, seeded: Seeded) -> None:
        claimed = Report.objects.filter(channel="import").count()
        assert claimed == len(CLAIMS) == 33 + 16 + 7
        for key, row in CLAIMS.items():
            report = report_of(key)
            assert report is not None and report.channel == "import"
            assert report.source.key == row["source_key"]
            assert report.publisher == row["publisher"] != ""
            assert report.source_url == row["source_url"]
            assert bool(row["source_url"]) or key.startswith("A")
            assert report.received_at == datetime.fromisoformat(row["received_at"])
            assert (report.accused.code if report.accused else "") in (row["accused"], "")

    def test_copies_share_an_origin_and_nothing_else_does(self, seeded: Seeded) -> None:
        origins = {row["origin_key"] for row in CLAIMS.values()}
        claims = Report.objects.filter(channel="import").select_related("origin")
        assert {report.origin.key for report in claims} == origins
        for key, row in CLAIMS.items():
            if row["repeats_claim"]:
                assert report_of(key).origin_id == report_of(row["repeats_claim"]).origin_id

    def test_claims_are_in_their_incidents_or_wait(self, seeded: Seeded) -> None:
        for key, row in CLAIMS.items():
            links = list(Link.objects.filter(report=report_of(key), unlinked_at=None))
            if row["incident_key"]:
                assert [link.incident for link in links] == [incident(row["incident_key"])]
            else:
                assert links == [] and key in SCENARIO["unlinked"]

    def test_acts_have_names_in_several_languages(self, seeded: Seeded) -> None:
        assert all({"en", "ru", "fr", "uk"} <= set(act.names) for act in ActKind.objects.all())


class TestPartners:
    def test_a_file_came_in_but_for_two_rows(self, seeded: Seeded) -> None:
        (done,) = Import.objects.filter(dry_run=False)
        assert (done.state, done.n_filed, done.n_refused) == ("partial", 4, 2)
        assert [one.code for one in problems_of(done)] == ["date", "act"]

    def test_its_machine_was_told_at_once_late_and_never(self, seeded: Seeded) -> None:
        rows = Delivery.objects.order_by("id")
        tries = [[one.outcome for one in row.tries.order_by("at")] for row in rows]
        failed = ["refused", "timeout", "refused"]
        assert tries == [["delivered"], [*failed, "delivered"], failed]
        assert [row.state for row in rows] == ["delivered", "delivered", "given_up"]

    def test_what_people_sent_is_a_report_or_waits(self, seeded: Seeded) -> None:
        text, mail, unknown = Message.objects.order_by("received_at")
        assert text.report is not None and text.report.filed_by.username == "monitor2"
        assert mail.handling.report.filed_by.username == "triage"
        assert unknown.report is None and not hasattr(unknown, "handling")

    def test_of_one_thing_that_was_noticed_nobody_told(self, seeded: Seeded) -> None:
        triage, at = User.objects.get(username="triage"), timezone.now()
        seen = observations(agreement_by_slug("nk2020"), triage, at=at, most=9)
        assert [(one.observation.instrument, one.reports) for one in seen] == [
            ("sound", 1),
            ("heat", 0),
        ]

    def test_it_has_a_key_that_was_used(self, seeded: Seeded) -> None:

        (key,) = ApiKey.objects.all()
        assert key.label == "Weekly comparison" and key.last_used_on is not None


class TestRulings:
    @pytest.mark.parametrize(
        ("key", "outcome", "parties"),
        [
            ("K2", "unresolved", []),
            ("K5", "not_attributable", []),
            ("K6", "attributed", ["ARM"]),
            ("K15", "attributed", ["ARM"]),
            ("K24", "attributed", ["AZE"]),
            ("K25", "attributed", ["AZE"]),
        ],
    )
    def test_decided(self, seeded: Seeded, key: str, outcome: str, parties: list[str]) -> None:
        decision = decision_on(incident(key))
        assert decision is not None
        assert (decision.outcome, decision.parties) == (outcome, parties)
        assert len(decision.dissents) == len(DECIDED[key]["dissents"])

    @pytest.mark.parametrize("key", DECIDED)
    def test_the_panel_says_what_the_scenario_expects_of_its_ballots(
        self, seeded: Seeded, key: str
    ) -> None:
        decision = decision_on(incident(key))
        expected = answers_of(DECIDED[key]["answers"])
        for name in ("occurrence", "breach", "attribution", "intent"):
            assert getattr(decision, name) == getattr(expected, name)
            if name != "intent":
                likelihood = f"{name}_likelihood"
                assert getattr(decision, likelihood) == getattr(expected, likelihood)
        assert decision.severity == expected.severity

    def test_panels_are_balanced_and_drawn_with_a_recorded_seed(self, seeded: Seeded) -> None:
        for case in Case.objects.all():
            sitting = case.seats.filter(recused_at=None)
            assert sorted(sitting.values_list("alignment", flat=True)) == ["", "ARM", "AZE"]
            assert case.panel_seed.startswith("nk2020/K")

    def test_what_ended_by_noon_lies_outside_the_period(self, seeded: Seeded) -> None:
        ruled = incident("K3")
        assert ruled.state == "inadmissible"
        assert ruled.window_until == datetime.fromisoformat("2020-10-10T12:00:00+04:00")
        assert "period.outside" in [reason["code"] for reason in ruled.admissibility_reasons]
        assert incident("K16").state == "inadmissible"

    def test_one_case_is_open_and_parties_are_awaited(self, seeded: Seeded) -> None:
        assert incident("K4").state == "under_review"
        awaited = PartyPosition.objects.filter(state="awaited")
        assert awaited.filter(incident=incident("K14")).exists()
        assert {p.party.code for p in awaited} == {"ARM", "AZE"}
        assert all(p.due_at > timezone.now() for p in awaited)
        times = {(p.first_due_at or p.due_at) - p.notified_at for p in awaited}
        assert times == {timedelta(hours=72)}
        extended = awaited.get(first_due_at__isnull=False)
        assert extended.incident == incident("K7")
        assert extended.due_at - extended.first_due_at == timedelta(hours=48)
        case = incident("K4").cases.get()
        assert case.ballots_due_at > timezone.now() and case.ballots.count() == 2

    def test_every_ruling_is_published_and_says_what_it_is(self, seeded: Seeded) -> None:
        published = Counter(Finding.objects.values_list("outcome", flat=True))
        decided = Counter(Decision.objects.values_list("outcome", flat=True))
        assert published == decided + Counter(inadmissible=2)
        for decision in Decision.objects.all():
            assert decision.reasons.startswith("Demonstration ruling.")

    def test_reasons_name_speakers_and_not_our_row_numbers(self, seeded: Seeded) -> None:
        reasons = decision_on(incident("K2")).reasons
        assert "interested side (Ministry of Defence of Azerbaijan, 2020-10-10)." in reasons
        texts = [
            *Decision.objects.values_list("reasons", flat=True),
            *Ballot.objects.values_list("reasons", flat=True),
            *Statement.objects.values_list("note", flat=True),
            *Link.objects.values_list("why", flat=True),
            *Incident.objects.values_list("ruling", flat=True),
            *PartyPosition.objects.values_list("text", flat=True),
        ]
        assert not [text for text in texts if CLAIM_KEY.search(text)]


PEOPLE = {"monitor", "triage", "liaison", "chair", "reviewer", "publisher", "partner"}
ROLES = {
    Kind.ORGANISATION_REGISTERED: {"operator"},
    Kind.SOURCE_REGISTERED: {"operator"},
    Kind.USER_REGISTERED: {"operator"},
    Kind.ROLE_GRANTED: {"operator"},
    Kind.ALIGNMENT_RECORDED: {"operator"},
    Kind.AGREEMENT_RECORDED: {"operator"},
    Kind.PLACES_RECORDED: {"operator"},
    Kind.WATCH_STARTED: {"monitor"},
    Kind.WATCH_ENDED: {"monitor"},
    Kind.WATCH_FAILED: {"monitor"},
    Kind.WATCH_REFUSED: {"monitor"},
    Kind.REPORT_FILED: {"monitor", "triage"},
    Kind.EVIDENCE_ADDED: {"monitor"},
    Kind.EVIDENCE_DERIVED: {"machine"},
    Kind.REPORT_ACCEPTED: {"triage"},
    Kind.INCIDENT_OPENED: {"triage"},
    Kind.REPORT_LINKED: {"triage", "machine"},
    Kind.INCIDENTS_TIED: {"triage"},
    Kind.INCIDENT_RULED_INADMISSIBLE: {"triage"},
    Kind.STATEMENT_GIVEN: {"monitor"},
    Kind.POSITION_REQUESTED: {"clock"},
    Kind.POSITION_ANSWERED: {"liaison"},
    Kind.POSITION_EXTENDED: {"chair"},
    Kind.POSITION_LAPSED: {"clock"},
    Kind.INCIDENT_SCORED: {"machine"},
    Kind.SOURCES_REFITTED: {"machine"},
    Kind.CASE_OPENED: {"chair"},
    Kind.REVIEWER_RECUSED: {"reviewer"},
    Kind.REOPENING_FLAGGED: {"machine"},
    Kind.REOPENING_ADMITTED: {"chair"},
    Kind.CORRECTION_PUBLISHED: {"machine"},
    Kind.INTEREST_DECLARED: {"reviewer"},
    Kind.BALLOT_SEALED: {"reviewer"},
    Kind.CASE_DECIDED: {"chair"},
    Kind.FINDING_PUBLISHED: {"machine"},
    Kind.BULLETIN_DRAFTED: {"clock"},
    Kind.BULLETIN_RELEASED: {"publisher"},
    Kind.AUDIT_DRAWN: {"chair"},
    Kind.STANDING_COMPUTED: {"machine"},
    Kind.PROCEDURE_PUBLISHED: {"machine"},
    Kind.RECOMMENDATION_ISSUED: {"chair"},
    Kind.RECOMMENDATION_ANSWERED: {"liaison"},
    Kind.COMPLIANCE_REPORTED: {"liaison"},
    Kind.QUESTION_ASKED: {"triage"},
    Kind.QUESTION_ANSWERED: {"monitor"},
    Kind.MAPPING_SAVED: {"partner"},
    Kind.IMPORT_REQUESTED: {"partner"},
    Kind.IMPORT_ENDED: {"machine"},
    Kind.REPORT_IMPORTED: {"partner"},
    Kind.KEY_ISSUED: {"partner"},
    Kind.QUOTA_SET: {"operator"},
    Kind.FIELDS_GRANTED: {"chair"},
    Kind.PHONE_ADDED: {"monitor"},
    Kind.SENDER_ALLOWED: {"operator"},
    Kind.MESSAGE_RECEIVED: {"machine"},
    Kind.MESSAGE_HANDLED: {"triage"},
    Kind.OBSERVATIONS_RECORDED: {"operator"},
}
# What came by machine and by message lies in the weeks before the demonstration was set up.
BY_MACHINE = {
    *(Kind.FIELDS_GRANTED, Kind.PHONE_ADDED, Kind.SENDER_ALLOWED, Kind.IMPORT_REQUESTED),
    *(Kind.IMPORT_ENDED, Kind.REPORT_IMPORTED, Kind.REPORT_ACCEPTED, Kind.SOURCE_REGISTERED),
    *(Kind.OBSERVATIONS_RECORDED, Kind.MESSAGE_RECEIVED, Kind.MESSAGE_HANDLED),
    Kind.REPORT_FILED,
}


class TestRecord:
    def test_each_event_has_exactly_the_role_it_was_done_in(self, seeded: Seeded) -> None:
        found: dict[str, set[str]] = {}
        for event in Event.objects.all():
            found.setdefault(event.kind, set()).add(event.acting_as)
            assert (event.actor_id is not None) == (event.acting_as in PEOPLE), event
        assert found == {str(kind): roles for kind, roles in ROLES.items()}

    def test_all_of_it_happens_at_its_own_instant(self, seeded: Seeded) -> None:
        """Only what the scenario places now may bear this year's date."""
        recent = Event.objects.filter(at__gt=timezone.now() - timedelta(days=30))
        assert set(recent.values_list("kind", flat=True)) == {
            Kind.POSITION_REQUESTED,
            Kind.POSITION_EXTENDED,
            Kind.CASE_OPENED,
            Kind.INTEREST_DECLARED,
            Kind.BALLOT_SEALED,
            Kind.SOURCES_REFITTED,
            Kind.STANDING_COMPUTED,
            Kind.QUESTION_ASKED,  # the one that is still open
            *BY_MACHINE,
        }
        for ruling in Finding.objects.select_related("incident"):
            rulings = Event.objects.filter(
                file_id=ruling.incident_id,
                kind__in=[Kind.CASE_DECIDED, Kind.INCIDENT_RULED_INADMISSIBLE],
            ).order_by("at")
            assert rulings[ruling.version - 1].at == ruling.published_at

    def test_ganja_came_back_and_both_findings_stand(self, seeded: Seeded) -> None:
        first, second = Finding.objects.filter(incident=incident("K6")).order_by("version")
        assert (first.outcome, second.outcome) == ("not_attributable", "attributed")
        assert first.content["decision"]["occurrence_likelihood"] == "very_likely"
        assert first.published_at.date().isoformat() == "2020-10-11"
        correction = Correction.objects.get()
        assert (correction.corrected, correction.finding) == (first, second)
        assert correction.reopening is not None and correction.reopening.ground == "other_finding"
        panels = [
            set(case.seats.values_list("reviewer_id", flat=True))
            for case in Case.objects.filter(incident=incident("K6")).order_by("round")
        ]
        assert 2 * len(panels[0] & panels[1]) < len(panels[1])  # the rule, whoever is drawn

    def test_the_classes_add_up_to_the_reports_received(self, agreement: Agreement) -> None:
        lines = {line.key: line.count for line in report_partition(agreement)}
        brought = 4 + 1 + 1  # rows of a file, by a text message, by triage from a mail
        assert sum(lines.values()) == intake_counts(agreement.pk).received == len(CLAIMS) + brought
        assert lines["awaiting_link"] == len(SCENARIO["unlinked"]) + 3
        for key in ("inadmissible", "open", "awaiting_party", "under_review", "attributed",
                    "not_attributable", "unresolved"):  # fmt: skip
            assert lines[key] > 0, key

    def test_both_parties_have_attributed_breaches_and_no_comparison(
        self, agreement: Agreement
    ) -> None:
        lines = standing_lines(agreement.pk)
        assert {line.party: line.decided for line in lines} == {"ARM": 2, "AZE": 2}
        assert {line.party: line.silent for line in lines} == {"ARM": 1, "AZE": 1}
        assert all(line.comparison for line in lines)

    def test_the_watched_time_comes_from_rows(self, agreement: Agreement) -> None:
        version = agreement.versions.get()
        hours = hours_covered(
            agreement.pk, begins=version.in_force_from, ends=version.in_force_until
        )
        watched = [row for row in SCENARIO["watches"] if "state" not in row]
        assert hours == 12.0 * len(watched)


class TestScores:
    """Who and what is attributed is exact; figures may move a little with the engine."""

    LEADS = {"NK20-0006": "ARM", "NK20-0015": "AZE", "NK20-0023": "AZE", "NK20-0024": "ARM",
             "NK20-0025": "AZE"}  # fmt: skip

    def test_only_what_an_inquiry_found_is_attributed(self, agreement: Agreement) -> None:
        scores = {s.incident.code: s for s in scores_made_until(agreement.pk, at=timezone.now())}
        assert len(scores) == len(INCIDENTS)
        for code, score in scores.items():
            for p in (score.p, score.p_without_aligned):
                leading = max(p, key=lambda name: p[name])
                if code in self.LEADS:
                    assert (leading, p[leading] > 0.75) == (self.LEADS[code], True), code
                else:
                    assert p[leading] < 0.7, code
            assert score.p["none"] < 0.06, code

    def test_ganja_waited_for_the_inquiry(self, agreement: Agreement) -> None:
        """Both sides' words: it happened, who is open. With the inquiry: attributed."""
        words = datetime(2020, 12, 31, tzinfo=UTC)
        [before] = scores_made_until(agreement.pk, at=words, code="NK20-0006")
        assert before.p["none"] < 0.03 and max(before.p.values()) < 0.7
        apart = before.p_without_aligned["ARM"] - before.p_without_aligned["AZE"]
        assert abs(apart) < 0.05, "without the sides nothing is known"

    def test_each_can_be_repeated(self, agreement: Agreement) -> None:
        for as_of in ("2020-10-20", "2021-01-17", "now"):
            call_command("rescore", "--as-of", as_of, "--check", stdout=StringIO())

    def test_the_paper_says_what_the_machine_says(self, agreement: Agreement) -> None:
        """Made anew by manage.py scoring_demo; here only that it is not out of date."""
        out = StringIO()
        call_command("scoring_demo", stdout=out)
        now, then = cells(out.getvalue()), cells(PAPER.read_text())
        assert [row[0] for row in now] == [row[0] for row in then]
        for (name, *figures), (_name, *written) in zip(now, then, strict=True):
            for one, other in zip(figures, written, strict=True):
                assert abs(one - other) < 0.1, name


def cells(text: str) -> list[tuple[Any, ...]]:
    """Return (incident, every figure) of each row of the paper's tables."""
    rows = [line for line in text.splitlines() if line.startswith("| NK20-")]
    figure = re.compile(r"(?<= )\d\.\d\d(?= )")
    return [(row.split(" |")[0], *map(float, figure.findall(row))) for row in rows]
