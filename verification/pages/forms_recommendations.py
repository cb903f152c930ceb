"""What a chair recommends and assesses, and what an addressee answers."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.pages.forms_asked import RoomForm
from verification.recommendations.rules import Evidence
from verification.recommendations.states import RecommendationState

ITEMS = 3  # evidence boxes; more can be given with a later report
RECEIPT = re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$")
ACCEPTS, DECLINES = RecommendationState.ACCEPTED, RecommendationState.DECLINED
REPORTS, WITHDRAWS = RecommendationState.REPORTED, RecommendationState.WITHDRAWN


def _words(label: Any, help_text: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    return forms.CharField(label=label, help_text=help_text, widget=area, required=False)


class IssueForm(RoomForm):
    """To whom, what, by when."""

    asked = ("party", "text", "due_on")

    party = forms.ChoiceField(label=_("To which party"), widget=forms.RadioSelect, required=False)
    text = _words(
        _("What it is recommended to do"),
        _("20 to 2,000 characters, as something that can be checked. Published word for word."),
    )
    due_on = forms.DateField(
        label=_("By which day"),
        help_text=_("Year-month-day. The day ends at midnight in the agreement’s own time."),
        widget=forms.TextInput(attrs={"class": "medium", "placeholder": "2020-11-30"}),
        required=False,
    )

    def __init__(self, *given: Any, parties: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["party"].choices = parties  # type: ignore[attr-defined]

    def due_at(self, zone: str) -> datetime | None:
        """Return the end of the day that was typed, in the agreement's zone."""
        day: date | None = self.cleaned_data["due_on"]
        return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)) if day else None


class _WithEvidence(RoomForm):
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for number in range(1, ITEMS + 1):
            self.fields[f"item_{number}"] = forms.CharField(
                label=_("Code or link"),
                widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "characters"}),
                required=False,
                max_length=1000,
            )
            self.fields[f"note_{number}"] = forms.CharField(
                label=_("What it shows"),
                widget=forms.TextInput(attrs={"dir": "auto"}),
                required=False,
                max_length=300,
            )

    @property
    def items(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the pairs of evidence boxes."""
        return [(self[f"item_{n}"], self[f"note_{n}"]) for n in range(1, ITEMS + 1)]

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was pointed to, each by what it looks like."""
        typed = self.cleaned_data
        return tuple(
            evidence_of(typed[f"item_{n}"].strip(), typed[f"note_{n}"].strip())
            for n in range(1, ITEMS + 1)
            if typed[f"item_{n}"].strip()
        )


def evidence_of(typed: str, note: str) -> Evidence:
    """Return what a typed code or link points to."""
    if "/" in typed:
        return Evidence(url=typed, note=note)
    if RECEIPT.match(typed.upper()):
        return Evidence(receipt=typed, note=note)
    return Evidence(incident=typed, note=note)


class PartyForm(_WithEvidence):
    """What the addressee says."""

    asked = ("answer", "text")

    answer = forms.ChoiceField(
        label=_("What your side says"), widget=forms.RadioSelect, required=False
    )
    text = _words(
        _("In your own words"),
        _("20 to 2,000 characters. Published word for word, under the name of your party."),
    )

    def __init__(self, *given: Any, moves: frozenset[str], **named: Any) -> None:
        super().__init__(*given, **named)
        words = {
            ACCEPTS: _("We accept it"),
            DECLINES: _("We decline it"),
            REPORTS: _("We have complied, and point to evidence"),
        }
        choices = [(str(to), text) for to, text in words.items() if to in moves]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]


class ChairForm(_WithEvidence):
    """What the mechanism finds."""

    asked = ("verdict", "text")

    verdict = forms.ChoiceField(label=_("What you find"), widget=forms.RadioSelect, required=False)
    text = _words(_("Reasons"), _("20 to 2,000 characters. Published word for word."))

    def __init__(self, *given: Any, moves: frozenset[str], may_find: bool, **named: Any) -> None:
        super().__init__(*given, **named)
        words = {
            RecommendationState.COMPLIED: _("The party complied"),
            RecommendationState.NOT_COMPLIED: _("The party did not comply"),
            WITHDRAWS: _("The recommendation is withdrawn"),
        }
        self.fields["verdict"].choices = [  # type: ignore[attr-defined]
            (str(to), text)
            for to, text in words.items()
            if to in moves and (may_find or to == WITHDRAWS)
        ]
