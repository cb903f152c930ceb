"""The daily report: drafted once, adding up, released in order, and made again byte by byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from reports.coverage.actions import record_denial, start_watch
from reports.intake.actions import accept_report, file_report, withdraw_report
from reports.journal.kinds import Kind
from reports.problems import NotAllowed, NotFound, StaleState
from tests.factories import (
    LATER,
    NOW,
    World,
    a_case,
    a_decided_incident,
    a_draft,
    an_accepted_report,
    an_incident,
    seal_all,
    settle,
)
from tests.proofs import no_trace, one_event, refused
from tests.public_record import build_public_record
from tests.verification.bulletins.conftest import BAKU, Morning
from verification.adjudication.actions.decisions import decide_case
from verification.bulletins.actions import (
    NotReleasable,
    draft_bulletin,
    draft_due_bulletins,
    release_bulletin,
)
from verification.bulletins.figures import FEWEST, content_of
from verification.bulletins.logged import bulletin_record
from verification.bulletins.models import Bulletin, Edition
from verification.bulletins.printing import printed
from verification.bulletins.queries import (
    bulletin_by_code,
    bulletins_of,
    edition_of,
    public_bulletins,
    rebuilt,
)
from verification.bulletins.rules import days_due, period_of, quarter_edges, sums_that_fail
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import (
    link_report,
    merge_incidents,
    open_incident,
    unlink_report,
)
from verification.ledger.models import Leaf
from verification.merkle.canonical import parsed
from verification.publication.models import Finding

DAY = NOW.astimezone(BAKU).date()  # 12 October 2020: what the factories do by default
DAY_LONG = timedelta(days=1)
DECIDED_ON = LATER.astimezone(BAKU).date()


@pytest.fixture
def drafted(world: World, morning: Morning) -> Bulletin:
    build_public_record(world)
    made = draft_bulletin(agreement=world.agreement, day=DAY, at=morning(DAY))
    assert made is not None
    return made


class TestDrafting:
    def test_it_leaves_one_event_and_an_edition_in_every_language(
        self, world: World, morning: Morning
    ) -> None:
        build_public_record(world)
        with one_event(Kind.BULLETIN_DRAFTED):
            made = draft_bulletin(agreement=world.agreement, day=DAY, at=morning(DAY))
        assert made is not None and made.code == "NK20-B0001"
        languages = set(made.editions.values_list("language", flat=True))
        assert languages == {code for code, _name in settings.LANGUAGES}
        for edition in made.editions.all():
            assert bytes(edition.body).startswith(b"%PDF-")
            assert hashlib.sha256(bytes(edition.body)).hexdigest() == edition.sha256

    def test_a_day_is_drafted_once(self, drafted: Bulletin, morning: Morning) -> None:
        with no_trace():
            again = draft_bulletin(agreement=drafted.agreement, day=DAY, at=morning(DAY))
        assert again is None

    def test_not_before_the_day_is_over(self, world: World, morning: Morning) -> None:
        with refused(NotAllowed):
            draft_bulletin(
                agreement=world.agreement, day=DAY, at=morning(DAY) - timedelta(seconds=1)
            )

    def test_not_behind_a_later_one(self, drafted: Bulletin, morning: Morning) -> None:
        with refused(NotAllowed):
            draft_bulletin(
                agreement=drafted.agreement, day=DAY - timedelta(days=1), at=morning(DAY)
            )

    def test_the_clock_catches_up_and_may_ring_twice(
        self, drafted: Bulletin, morning: Morning
    ) -> None:
        at = morning(DAY + timedelta(days=3))
        assert draft_due_bulletins(at=at) == 3
        with no_trace():
            assert draft_due_bulletins(at=at) == 0
        assert list(Bulletin.objects.order_by("number").values_list("number", "day")) == [
            (n + 1, DAY + timedelta(days=n)) for n in range(4)
        ]


class TestFigures:
    def test_all_sums_come_out(self, drafted: Bulletin) -> None:
        assert sums_that_fail(drafted.content) == []
        assert drafted.content["received"]["period"] > 3

    def test_a_sum_that_fails_is_named(self, drafted: Bulletin) -> None:
        wrong = json.loads(json.dumps(drafted.content))
        wrong["complaints"][0]["now"] += 1
        assert [fault.partition(":")[0] for fault in sums_that_fail(wrong)] == ["complaints now"]

    def test_one_day_ends_where_the_next_begins(self, drafted: Bulletin, morning: Morning) -> None:
        world_agreement = drafted.agreement
        following = content_of(world_agreement, day=DAY + timedelta(days=1), number=2)
        ended = {row["class"]: row["now"] for row in drafted.content["complaints"]}
        assert {row["class"]: row["before"] for row in following["complaints"]} == ended
        assert sums_that_fail(following) == []

    def test_findings_and_their_day(self, world: World, morning: Morning) -> None:
        a_decided_incident(world)
        content = content_of(world.agreement, day=DECIDED_ON, number=1)
        assert [row["code"] for row in content["findings"]] == [Finding.objects.get().code]
        assert content_of(world.agreement, day=DAY, number=1)["findings"] == []

    def test_nothing_of_an_observer_comes_out(self, world: World, morning: Morning) -> None:
        record = build_public_record(world)
        made = draft_bulletin(agreement=world.agreement, day=DAY, at=morning(DAY))
        assert made is not None
        text = json.dumps(made.content, ensure_ascii=False)
        assert [canary for canary in record.canaries if canary in text] == []

    def test_counts_of_few_observers_are_withheld(self, world: World) -> None:
        incident = an_incident(world)
        people = [world.filer, world.witness, world.colleague]
        assert len(people) == FEWEST
        for n, person in enumerate(people):
            draft = a_draft(
                world, observation_unit="explosion", observation_count=n + 4, act="shelling"
            )
            report = an_accepted_report(world, draft, by=person)
            link_report(
                report=report, incident=incident, why="Same night.", by=world.triage, at=NOW
            )
            seen = content_of(world.agreement, day=DAY, number=1)["observations"]
            if n + 1 < FEWEST:
                assert (seen["units"], seen["units_withheld"]) == ([], n + 1)
        assert seen["units"] == [{"unit": "explosion", "reports": 3, "count": 15}]
        assert seen["units_withheld"] == 0

    def test_a_denial_of_access_is_told_by_quarters(self, world: World) -> None:
        record_denial(
            agreement=world.agreement,
            place=world.ganja,
            means="saw",
            denied_by=world.armenia,
            by=world.filer,
            at=NOW,  # noon in Baku
        )
        (row,) = content_of(world.agreement, day=DAY, number=1)["restrictions"]
        assert (row["denied_by"], row["quarters"]) == ("ARM", [2, 3])
        assert "Gəncə" in row["place"] or "Ganja" in row["place"]

    def test_coverage_is_told_for_the_whole_area(self, world: World) -> None:
        start_watch(
            agreement=world.agreement, place=world.ganja, means="saw", by=world.filer, at=NOW
        )
        rows = content_of(world.agreement, day=DAY, number=1)["coverage"]
        assert [row["watched"] for row in rows] == [0, 0, 1000, 1000]


class TestReleasing:
    def test_it_is_public_once_its_release_is_signed(
        self, world: World, drafted: Bulletin, signed: Callable[[], None]
    ) -> None:
        signed()
        with one_event(Kind.BULLETIN_RELEASED):
            release_bulletin(bulletin=drafted, by=world.publisher, at=LATER)
        assert bulletins_of(world.agreement) == []
        with pytest.raises(NotFound):
            bulletin_by_code(drafted.code)
        signed()
        (line,) = bulletins_of(world.agreement)
        assert line.code == drafted.code
        assert edition_of(drafted.code, "ar").startswith(b"%PDF-")

    def test_its_leaf_names_it_with_its_hash(
        self, world: World, drafted: Bulletin, signed: Callable[[], None]
    ) -> None:
        signed()
        release_bulletin(bulletin=drafted, by=world.publisher, at=LATER)
        signed()
        said = parsed(bytes(Leaf.objects.get(event__kind=Kind.BULLETIN_RELEASED).body))
        record = bulletin_record(drafted)
        assert said["id"] == drafted.code
        assert said["record"] == hashlib.sha256(record).hexdigest()
        assert json.loads(record)["editions"] == dict(
            Edition.objects.values_list("language", "sha256")
        )

    def test_not_twice(self, world: World, drafted: Bulletin, signed: Callable[[], None]) -> None:
        signed()
        release_bulletin(bulletin=drafted, by=world.publisher, at=LATER)
        with refused(StaleState):
            release_bulletin(bulletin=drafted, by=world.publisher, at=LATER)

    def test_not_before_an_earlier_one(
        self, world: World, drafted: Bulletin, morning: Morning, signed: Callable[[], None]
    ) -> None:
        day = DAY + timedelta(days=1)
        second = draft_bulletin(agreement=world.agreement, day=day, at=morning(day))
        assert second is not None
        signed()
        with refused(NotReleasable, saying=drafted.code):
            release_bulletin(bulletin=second, by=world.publisher, at=LATER)

    def test_not_before_what_it_tells_of_is_signed(
        self, world: World, morning: Morning, signed: Callable[[], None]
    ) -> None:
        a_decided_incident(world)
        made = draft_bulletin(agreement=world.agreement, day=DECIDED_ON, at=morning(DECIDED_ON))
        assert made is not None
        with refused(NotReleasable, saying="not under a signed checkpoint"):
            release_bulletin(bulletin=made, by=world.publisher, at=morning(DECIDED_ON))
        signed()
        release_bulletin(bulletin=made, by=world.publisher, at=morning(DECIDED_ON))
        assert not public_bulletins().exists()  # the release itself is not signed yet


class TestRebuilding:
    def test_the_same_bytes_after_all_that_came_later(self, world: World, morning: Morning) -> None:
        report, incident = an_accepted_report(world), an_incident(world)
        link = link_report(
            report=report, incident=incident, why="Same night.", by=world.triage, at=NOW
        )
        kept = an_incident(world)
        unlink_report(link=link, why="Another night.", by=world.triage, at=NOW + DAY_LONG)
        case = a_case(world, kept, at=NOW + timedelta(hours=1))
        made = draft_bulletin(agreement=world.agreement, day=DAY, at=morning(DAY))
        assert made is not None
        seal_all(case, at=LATER)
        lapse_overdue_positions(at=LATER)
        decide_case(case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER)
        withdraw_report(report=report, by=world.filer, at=LATER)
        other = open_incident(
            report=accept_report(
                report=file_report(draft=a_draft(world), by=world.witness, at=LATER).report,
                by=world.triage,
                at=LATER,
            ),
            why="A new one.",
            by=world.triage,
            at=LATER,
        )
        merge_incidents(kept=other, absorbed=incident, why="One.", by=world.triage, at=LATER)
        settle()
        assert rebuilt(made.code).differs == ()
        # … while the record of today says something else of the same incidents.
        assert content_of(world.agreement, day=DECIDED_ON, number=1) != made.content
        assert kept.code in {row["code"] for row in made.content["incidents"]["new"]}

    def test_a_rebuilt_bulletin_is_equal(
        self, world: World, drafted: Bulletin, capsys: Any, tmp_path: Any
    ) -> None:
        made = rebuilt(drafted.code.lower())
        assert made.differs == ()
        assert hashlib.sha256(made.content).hexdigest() == drafted.sha256
        call_command("rebuild_bulletin", drafted.code, to=tmp_path)
        assert f"the same bytes, {1 + len(settings.LANGUAGES)} files" in capsys.readouterr().out
        for edition in drafted.editions.all():
            file = tmp_path / f"{drafted.code}.{edition.language}.pdf"
            assert file.read_bytes() == bytes(edition.body)

    def test_an_unknown_one(self, world: World) -> None:
        with pytest.raises(CommandError, match="no bulletin"):
            call_command("rebuild_bulletin", "NK20-B0009")


class TestOnPaper:
    def test_two_printings_are_equal_and_two_languages_are_not(self, drafted: Bulletin) -> None:
        once, again = printed(drafted.content, "hy"), printed(drafted.content, "hy")
        assert once.body == again.body
        assert printed(drafted.content, "en").body != once.body

    def test_it_holds_no_address_and_no_clock_of_ours(self, drafted: Bulletin) -> None:
        body = printed(drafted.content, "en").body
        assert b"printing.invalid" not in body
        assert datetime.now(UTC).strftime("D:%Y%m%d").encode() not in body


class TestDays:
    def test_before_the_first_only_the_last_day_is_due(self) -> None:
        at = datetime(2020, 10, 12, 20, 15, tzinfo=UTC)  # a quarter past midnight in Baku
        assert days_due(None, BAKU, at=at) == [date(2020, 10, 12)]
        assert days_due(None, BAKU, at=at - timedelta(seconds=1)) == [date(2020, 10, 11)]

    def test_long_gaps_are_left_to_the_next(self) -> None:
        at = datetime(2020, 12, 31, 12, 0, tzinfo=UTC)
        due = days_due(date(2020, 10, 1), BAKU, at=at)
        assert (due[0], due[-1], len(due)) == (date(2020, 12, 17), date(2020, 12, 30), 14)

    def test_a_day_has_four_quarters_and_all_of_its_hours(self) -> None:
        edges = quarter_edges(*period_of(DAY, BAKU))
        assert len(edges) == 5
        assert edges[-1] - edges[0] == timedelta(days=1)
