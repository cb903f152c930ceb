"""The form by which a case's evidence is asked for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.bundles.choices import Contents
from verification.bundles.rules import MOST_WORDS
from verification.pages.forms_asked import RoomForm


class BundleForm(RoomForm):
    """Of which incident, how much, and what for."""

    asked: tuple[str, ...] = ("incident", "contents", "why")

    incident = forms.CharField(
        label=_("Incident"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "narrow", "autocomplete": "off"}),
    )
    contents = forms.ChoiceField(
        label=_("What it holds"),
        choices=Contents.choices,
        initial=Contents.COPIES,
        widget=forms.RadioSelect,
        help_text=_("Originals name devices and places. Ask for them only where they are needed."),
    )
    why = forms.CharField(
        label=_("Who needs it, and what for"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person who approves it reads this."),
    )
