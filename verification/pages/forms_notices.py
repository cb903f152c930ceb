"""What an accused party's liaison can answer, and how a chair gives more time to answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.corroboration.choices import Position, PositionReason
from verification.corroboration.replies import (
    DESCRIPTION_MOST,
    DOCUMENTS_MOST,
    HARMS,
    Answer,
    Document,
    toll_names,
)
from verification.pages.forms_asked import RoomForm
from verification.pages.replies import reply_words

HARM_LEGENDS = {
    "killed": _("Persons killed, by your side’s count"),
    "injured": _("Persons injured, by your side’s count"),
}


def _persons(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "narrow"}),
        required=False,
    )


class AnswerForm(RoomForm):
    """A position with its reason; the rules say which reasons a position needs."""

    asked = ("position",)

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    position = forms.ChoiceField(
        label=_("What your side says"),
        choices=Position.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    reason_code = forms.ChoiceField(
        label=_("The reason that comes nearest"),
        help_text=_("Needed if you deny or dispute."),
        choices=[("", "—"), *PositionReason.choices],
        required=False,
    )
    text = forms.CharField(
        label=_("In your own words"),
        help_text=_("At most 5,000 characters. Published word for word."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        required=False,
    )
    conceded_killed_least = _persons(_("At least"))
    conceded_killed = _persons(_("Best figure"))
    conceded_killed_most = _persons(_("At most"))
    conceded_injured_least = _persons(_("At least"))
    conceded_injured = _persons(_("Best figure"))
    conceded_injured_most = _persons(_("At most"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for number in range(1, DOCUMENTS_MOST + 1):
            url, description = _document_names(number)
            self.fields[url] = forms.CharField(
                label=_("Link"),
                widget=forms.TextInput(attrs={"inputmode": "url", "dir": "ltr"}),
                required=False,
            )
            self.fields[description] = forms.CharField(
                label=_("What it shows"),
                widget=forms.TextInput(attrs={"dir": "auto", "maxlength": DESCRIPTION_MOST}),
                required=False,
            )

    @property
    def tolls(self) -> list[dict[str, Any]]:
        """Return the figures asked for, by harm."""
        return [
            {"legend": HARM_LEGENDS[harm], "fields": [self[name] for name in toll_names(harm)]}
            for harm in HARMS
        ]

    @property
    def documents(self) -> list[list[forms.BoundField]]:
        """Return the pairs of boxes for documents."""
        numbers = range(1, DOCUMENTS_MOST + 1)
        return [[self[name] for name in _document_names(number)] for number in numbers]

    def answer(self) -> Answer:
        """Return what was typed as the action takes it."""
        typed = self.cleaned_data
        figures = {name: typed[name] for harm in HARMS for name in toll_names(harm)}
        return Answer(
            position=typed["position"],
            reason_code=typed["reason_code"],
            text=typed["text"],
            documents=tuple(
                Document(*(typed[name] for name in _document_names(number)))
                for number in _filled(typed)
            ),
            **figures,
        )

    def boxes(self) -> dict[str, str]:
        """Return {name the rules know a document's part by: name of its box}: some stay empty."""
        return {
            rule: box
            for place, number in enumerate(_filled(self.cleaned_data), start=1)
            for rule, box in zip(_document_names(place), _document_names(number), strict=True)
        }

    def preview(self) -> dict[str, Any]:
        """Return the answer as the public will read it."""
        columns = self.answer().columns()
        positions, reasons = dict(Position.choices), dict(PositionReason.choices)
        return {
            "position": str(positions.get(columns["position"], "")),
            "reason": str(reasons.get(columns["reason_code"], "")),
            "text": columns["text"],
            **reply_words(columns),
        }


def _document_names(number: int) -> tuple[str, str]:
    return f"document_url_{number}", f"document_description_{number}"


def _filled(typed: dict[str, Any]) -> list[int]:
    """Return the numbers of the document boxes that say something."""
    numbers = range(1, DOCUMENTS_MOST + 1)
    return [n for n in numbers if any(typed.get(name) for name in _document_names(n))]


class ExtensionForm(RoomForm):
    """How many hours more a party gets to answer, and why."""

    asked = ("hours", "reason")

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    hours = forms.IntegerField(
        label=_("Hours more"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "narrow"}),
        required=False,
        min_value=0,
        max_value=10_000,
    )
    reason = forms.CharField(
        label=_("Why the party gets more time"),
        help_text=_("10 to 500 characters. The party and the public read it."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        required=False,
    )

    def until(self, due_at: datetime) -> datetime:
        """Return the deadline asked for; no hours means the present one."""
        return due_at + timedelta(hours=self.cleaned_data["hours"] or 0)
