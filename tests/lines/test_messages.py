"""No message is lost as a resend; no code word is kept, shown, or tried for ever."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.test import Client

from reports.channels.actions import WRONG_MOST, Incoming, allow_sender, take_message
from reports.channels.grammar import without_code, without_code_within
from reports.channels.models import Line, Message, Sender
from reports.channels.queries import keyed, number_hash
from reports.intake.models import Report
from reports.problems import Invalid
from tests.factories import NOW, World
from tests.lines.senders import CODE, NUMBER, TEXT, a_message, allowed


def taken(world: World, text: str, *, minutes: float = 0, sent: str = "") -> Message:
    given = a_message(text, NUMBER)
    incoming = Incoming(given.line, given.sender, text, given.raw, sent)
    at = NOW + timedelta(minutes=minutes)
    return take_message(incoming=incoming, agreement=world.agreement, by=None, at=at)


class TestTheSameWords:
    def test_on_another_day_are_another_report(self, world: World) -> None:
        allowed(world)
        words = f"{CODE} shelling Ganja\n02:00 heard three explosions"
        monday, thursday = taken(world, words), taken(world, words, minutes=3 * 24 * 60)
        assert monday.report is not None and thursday.report is not None
        assert monday.report.observed_from + timedelta(days=3) == thursday.report.observed_from

    @pytest.mark.parametrize("start", [0, 9.5])  # within ten minutes by the clock, and across them
    def test_at_once_are_the_same_report(self, world: World, start: float) -> None:
        allowed(world)
        first = taken(world, TEXT, minutes=start)
        assert taken(world, TEXT, minutes=start + 5) == first
        assert Report.objects.count() == 1

    def test_with_an_id_are_told_apart_by_it_alone(self, world: World) -> None:
        first = taken(world, TEXT, sent="SM1")
        assert taken(world, TEXT, sent="SM1", minutes=10_000) == first
        assert taken(world, TEXT, sent="SM2") != first


class TestACodeWord:
    @pytest.mark.parametrize("lead", ["", "  ", "\n\n«", "\0 ", "🙏 ", "\u200f"])
    @pytest.mark.parametrize("known", [True, False])
    def test_is_kept_nowhere(self, world: World, lead: str, known: bool) -> None:
        if known:
            allowed(world)
        words = f"{lead}{CODE} shelling Ganja, nobody knows when"
        message = taken(world, words)
        assert message.text == "… shelling Ganja, nobody knows when"
        assert CODE not in str([bytes(message.raw), *Message.objects.values_list()])
        bare = hashlib.sha256(words.encode()).hexdigest()
        assert message.sha256 == keyed("bytes", bare)  # a bare one could be tried word by word

    def test_is_not_shown_to_triage(self, world: World) -> None:
        taken(world, TEXT)
        client = Client()
        client.force_login(world.triage)
        page = client.get("/messages/?agreement=nk2020").content.decode()
        assert "… shelling Ganja" in page and CODE not in page

    def test_of_a_filed_message_is_not_kept_either(self, world: World) -> None:
        allowed(world)
        message = taken(world, TEXT)
        assert message.report is not None and CODE not in message.text
        assert CODE.encode() not in bytes(message.raw)

    def test_a_mail_has_none(self, world: World) -> None:
        mail = Incoming(Line.MAIL, number_hash("1"), "Help us", b"Help us")
        kept = take_message(incoming=mail, agreement=world.agreement, by=None, at=NOW)
        assert kept.text == "Help us"

    def test_is_one_word_of_six_letters_at_least(self, world: World) -> None:
        given = {"user": world.filer, "agreement": world.agreement, "by": None, "at": NOW}
        for code in ("73916", "73 9164", "73-91-6"):
            with pytest.raises(Invalid):
                allow_sender(hashed=number_hash(NUMBER), code=code, **given)
        assert allow_sender(hashed=number_hash(NUMBER), code=CODE, **given).code

    def test_reading_without_it(self) -> None:
        assert without_code("…!") == "…!"
        first = {"value": "Xy, 1 xy", "input": "xY 1", "category": "All"}
        given = {"none": {"value": " "}, "a": first, "b": {"value": "xy 1"}}
        left = json.loads(without_code_within(json.dumps(given)))
        assert left["a"] == {"value": "… 1 xy", "input": "… 1", "category": "All"}
        assert (left["none"], left["b"]) == (given["none"], given["b"])
        number = without_code_within('{"a": {"value": 739164}, "b": {"value": 739164.5}}')
        assert number == '{"a": {"value": "…"}, "b": {"value": 739164.5}}'
        assert without_code_within('{"a": {"value": ""}}') == '{"a": {"value": ""}}'


class TestTryingCodeWords:
    def guesses(self, world: World, count: int) -> None:
        for n in range(count):
            taken(world, TEXT.replace(CODE, f"{n:06}"))

    def test_after_some_wrong_ones_the_right_one_waits_too(self, world: World) -> None:
        allowed(world)
        self.guesses(world, WRONG_MOST)
        assert taken(world, TEXT).report is None
        assert Sender.objects.get().wrong_codes == WRONG_MOST
        assert Message.objects.filter(report=None).count() == WRONG_MOST + 1

    def test_the_next_day_it_is_filed_again(self, world: World) -> None:
        allowed(world)
        self.guesses(world, WRONG_MOST)
        assert taken(world, TEXT, minutes=24 * 60).report is not None

    def test_fewer_wrong_ones_do_not_matter_nor_does_a_resend(self, world: World) -> None:
        allowed(world)
        self.guesses(world, WRONG_MOST - 1)
        self.guesses(world, WRONG_MOST - 1)
        assert taken(world, TEXT).report is not None
