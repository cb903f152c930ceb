"""The parts of pages: what the tags write, as docs/pages.md promises it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import translation

from config.context import NavLink, navigation
from config.looks import BAND_CODES, STATES
from config.tags import span_words
from reports.intake.states import ReportState
from verification.adjudication.answers import LIKELIHOOD_ORDER, Outcome
from verification.adjudication.states import CaseState
from verification.corroboration.states import PositionState
from verification.incidents.states import IncidentState
from verification.reopening.states import ReopeningState

NOON = datetime(2020, 10, 10, 8, 0, tzinfo=UTC)


def written(source: str, **context: object) -> str:
    return " ".join(Template("{% load i18n %}" + source).render(Context(context)).split())


class TestInstants:
    def test_writes_the_events_own_time_and_its_utc(self) -> None:
        html = written('{% when at "Asia/Baku" %}', at=NOON)
        assert 'datetime="2020-10-10T08:00:00Z"' in html
        assert "10 Oct 2020, 12:00 UTC+4<" in html
        assert "08:00 UTC" in html

    def test_writes_no_more_than_is_known(self) -> None:
        assert ">10 Oct 2020<" in written('{% when at "Asia/Baku" "day" %}', at=NOON)
        assert "about 12:00" in written('{% when at "Asia/Baku" "hour" %}', at=NOON)
        assert written("{% when at %}", at=None) == "not known"

    def test_names_a_shared_day_once(self) -> None:
        window = {"a": NOON, "b": NOON + timedelta(minutes=40)}
        html = written('{% when_between a b "Asia/Baku" %}', **window)
        assert html.count("10 Oct 2020, 12:00") == 1
        assert "12:40 UTC+4" in html

    def test_a_window_of_whole_days_is_half_open(self) -> None:
        start = datetime(2020, 10, 9, 20, 0, tzinfo=UTC)  # midnight in Baku
        one = written('{% when_between a b "Asia/Baku" "day" %}', a=start, b=start + timedelta(1))
        two = written('{% when_between a b "Asia/Baku" "day" %}', a=start, b=start + timedelta(2))
        assert one.count("<time") == 1 and ">10 Oct 2020<" in one
        assert ">10 Oct 2020<" in two and ">11 Oct 2020<" in two

    @pytest.mark.parametrize(
        ("length", "words"),
        [
            (timedelta(days=2, hours=3, minutes=50), "2 days 3 h"),
            (timedelta(days=1), "1 day"),
            (timedelta(hours=8), "8 h"),
            (timedelta(hours=8, minutes=5), "8 h 5 min"),
            (timedelta(seconds=30), "0 min"),
        ],
    )
    def test_spans_name_their_two_largest_units(self, length: timedelta, words: str) -> None:
        assert span_words(length) == words


class TestDeadlines:
    def test_says_how_long_is_left_and_when(self) -> None:
        html = written("{% deadline due 'Asia/Baku' now=now %}", due=NOON, now=NOON - timedelta(2))
        assert "due in 2 days" in html
        assert "12:00 UTC+4" in html
        assert 'class="clock"' in html

    def test_needs_the_reader_in_the_last_hours_and_after(self) -> None:
        soon = written("{% deadline due now=now %}", due=NOON, now=NOON - timedelta(hours=6))
        over = written("{% deadline due now=now %}", due=NOON, now=NOON + timedelta(hours=1))
        assert 'class="clock soon"' in soon
        assert 'class="clock over"' in over and "passed 1 h ago" in over


class TestRecords:
    @pytest.mark.parametrize("state", sorted(STATES))
    def test_every_known_state_has_words(self, state: str) -> None:
        html = written("{% chip state %}", state=state)
        assert html.startswith('<span class="chip ')
        assert f">{state}<" not in html

    def test_every_state_of_the_rooms_is_known(self) -> None:
        rooms = (CaseState, IncidentState, PositionState, ReopeningState, ReportState)
        assert {str(state.value) for states in rooms for state in states} <= set(STATES)
        assert {str(word.value) for word in Outcome} - {"inadmissible", "unresolved"} == {
            state.removeprefix("decided_") for state in STATES if state.startswith("decided_")
        }

    def test_chip_escapes_what_it_does_not_know(self) -> None:
        assert "<b>" not in written("{% chip state %}", state="<b>")

    def test_party_shows_its_code_its_name_and_its_hue(self) -> None:
        who = {"name": "Armenia", "code": "ARM", "colour": 1}
        html = written("{% party who %}", who=who)
        assert "party-1" in html and ">ARM<" in html and "<bdi>Armenia</bdi>" in html

    def test_nobody_named_is_said_in_words(self) -> None:
        html = written("{% party None %}")
        assert "party-none" in html and "Nobody named" in html

    def test_shapes_are_three_and_no_more(self) -> None:
        drawn = {
            kind: written("{% shape kind %}", kind=kind)
            for kind in ("allegation", "contested", "finding")
        }
        assert len(set(drawn.values())) == 3
        with pytest.raises(ValueError, match="no such shape"):
            written("{% shape 'verdict' %}")


class TestUncertainty:
    def test_likelihood_gives_words_band_and_number(self) -> None:
        html = written("{% likelihood 0.87 low=0.71 high=0.94 label='Did it happen' %}")
        assert "very likely" in html and "80–95 %" in html and "87 %" in html
        assert "90 % interval 71 to 94 %" in html

    def test_a_word_people_gave_is_drawn_as_its_band_without_a_point(self) -> None:
        html = written("{% likelihood_said 'very_likely' %}")
        assert html.count("band chosen") == 1 and "<circle" not in html
        assert "very likely" in html and "(80–95 %)" in html and ": %" not in html

    def test_nothing_computed_is_called_certain(self) -> None:
        assert written("{{ p|percent }}", p=0.999) == "&gt;99"
        assert written("{{ p|percent }}", p=0.001) == "&lt;1"

    def test_range_gives_its_numbers_in_text(self) -> None:
        html = written("{% range_bar 5 10 best=9 top=12 unit='killed' %}")
        assert "5 to 10" in html and "<b>9</b>" in html and "killed" in html


class Filing(forms.Form):
    act = forms.ChoiceField(choices=[("a", "Shelling")], widget=forms.RadioSelect, label="Act")
    place = forms.CharField(label="Place", help_text="In any <script>")
    note = forms.CharField(label="Note", required=False)


class TestWordsOfTheRooms:
    def test_likelihoods_are_the_panels_in_the_panels_order(self) -> None:
        assert BAND_CODES == LIKELIHOOD_ORDER


class TestForms:
    def test_an_error_is_tied_to_its_field_and_named_in_the_summary(self) -> None:
        form = Filing({})
        field = written("{{ form.place.as_field_group }}", form=form)
        assert 'aria-invalid="true"' in field
        assert 'aria-describedby="id_place_helptext id_place_error"' in field
        assert 'id="id_place_error"' in field and 'id="id_place_helptext"' in field
        assert "In any &lt;script&gt;" in field
        summary = written('{% include "parts/_errors.html" %}', form=form)
        assert 'href="#id_place"' in summary and 'href="#id_act"' in summary
        assert 'id="id_act"' in written("{{ form.act.as_field_group }}", form=form)

    def test_only_what_is_optional_is_marked(self) -> None:
        assert "(optional)" in written("{{ form.note.as_field_group }}", form=Filing())
        assert "(optional)" not in written("{{ form.place.as_field_group }}", form=Filing())


class TestPages:
    def test_keeps_the_filters_of_the_list(self) -> None:
        request = RequestFactory().get("/inbox/", {"state": "open", "page": "2"})
        page = Paginator(range(100), 10).page(2)
        context = RequestContext(request, {"page": page})
        html = Template('{% include "parts/_pages.html" %}').render(context)
        assert 'rel="prev" href="?state=open&amp;page=1"' in html
        assert 'rel="next" href="?state=open&amp;page=3"' in html
        assert 'aria-current="page">2<' in html


class TestCharts:
    def test_numbers_stand_beside_the_picture_and_add_up(self) -> None:
        from verification.publication.charts import TimelineDay

        days = [TimelineDay("10 Oct", 3, 2, 1, 0.5), TimelineDay("11 Oct", 1, 0, 0)]
        html = written("{% timeline_chart days %}", days=days)
        assert html.count("<svg") - html.count('class="shape') == 3
        assert '<tfoot><tr><th scope="row">Together</th><td class="num">4</td>' in html
        assert "not known" in html

    def test_words_follow_the_readers_direction(self) -> None:
        with translation.override("ar"):
            html = written("{% timeline_chart days %}", days=[])
        assert html.count('direction="rtl"') == 3


class TestNavigation:
    def test_marks_the_deepest_page_that_holds_the_reader(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        links = [
            {"url": "/", "label": "a"},
            {"url": "/desk/", "label": "b", "count": 2, "now": True},
        ]
        monkeypatch.setattr("config.context._items", lambda request: links)
        found = navigation(RequestFactory().get("/desk/NK20-0042/"))
        assert found == [
            NavLink("/", "a"),
            NavLink("/desk/", "b", count=2, now=True, current=True),
        ]
