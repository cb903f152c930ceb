"""What an accused party's liaison can answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.corroboration.actions import Answer
from verification.corroboration.choices import Position, PositionReason
from verification.pages.forms_asked import RoomForm


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
    conceded_killed = _persons(_("Persons killed that your side concedes"))
    conceded_injured = _persons(_("Persons injured that your side concedes"))

    def answer(self) -> Answer:
        """Return what was typed as the action takes it."""
        typed = self.cleaned_data
        return Answer(
            position=typed["position"],
            reason_code=typed["reason_code"],
            text=typed["text"],
            conceded_killed=typed["conceded_killed"],
            conceded_injured=typed["conceded_injured"],
        )

    def preview(self) -> dict[str, Any]:
        """Return the answer as the public will read it."""
        typed = self.cleaned_data
        positions, reasons = dict(Position.choices), dict(PositionReason.choices)
        return {
            "position": str(positions.get(typed["position"], "")),
            "reason": str(reasons.get(typed["reason_code"], "")),
            "text": typed["text"].strip(),
            "conceded_killed": typed["conceded_killed"],
            "conceded_injured": typed["conceded_injured"],
        }
