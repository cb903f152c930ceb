"""What a triage officer can send about what belongs together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.pages.forms_triage import REASON_MOST


class PairForm(forms.Form):
    """One suggestion of the board: the incident, what may belong to it, and the reasons shown."""

    incident = forms.CharField(widget=forms.HiddenInput, max_length=20)
    report = forms.UUIDField(widget=forms.HiddenInput, required=False)
    other = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    why = forms.CharField(widget=forms.HiddenInput, required=False)


class SplitForm(forms.Form):
    """Which reports go to a new incident, and why."""

    links = forms.MultipleChoiceField(
        label=_("Reports that go to a new incident"), widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(label=_("Why they are another event"), max_length=REASON_MOST)

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["links"].choices = choices  # type: ignore[attr-defined]


class TieForm(forms.Form):
    """Which incident belongs to the same exchange, and why."""

    other = forms.CharField(
        label=_("Incident of the same exchange"),
        help_text=_("Its code. Both stay as they are; pages tell in which order they happened."),
        widget=forms.TextInput(attrs={"class": "narrow", "autocomplete": "off"}),
        max_length=20,
    )
    why = forms.CharField(label=_("Why they belong together"), max_length=REASON_MOST)
