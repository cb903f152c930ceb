"""What a chair can send."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.pages.forms_asked import RoomForm


class OpenCaseForm(forms.Form):
    """The incident a case is opened on, and the version of it the chair saw."""

    incident = forms.CharField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False)


class DecideForm(RoomForm):
    """The panel's reasons. Its answers come from the ballots and are nowhere typed."""

    asked = ("reasons",)

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    reasons = forms.CharField(
        label=_("The panel’s reasons"),
        help_text=_(
            "At least 20 characters: what the panel found and why, and why it did not follow "
            "the score if it did not. Published word for word."
        ),
        widget=forms.Textarea(attrs={"rows": 16, "dir": "auto"}),
        max_length=10_000,
        required=False,
    )


class OverrideForm(RoomForm):
    """Why a seat is vacated although no rule vacates it."""

    asked = ("why",)

    why = forms.CharField(
        label=_("Reason for the override"),
        help_text=_("At least 20 characters; it stays on record. The public reads how many."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=500,
        required=False,
    )
