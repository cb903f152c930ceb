"""What a triage officer can send: each small form carries the version its page was made from."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.pages.forms_asked import RoomForm

REASON_MOST = 500  # characters a reason may have


class SeenForm(RoomForm):
    """A form that knows which version of the record its page showed."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)


class RejectForm(SeenForm):
    asked = ("reason",)

    reason = forms.CharField(
        label=_("Why it is turned away"),
        help_text=_("Its author reads this. Say what is missing, so that it can be filed better."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=REASON_MOST,
        required=False,
    )


class LinkForm(RoomForm):
    asked = ("why",)

    incident = forms.CharField(
        label=_("Incident"),
        help_text=_("Its code, as in NK20-0042."),
        widget=forms.TextInput(attrs={"class": "narrow", "autocomplete": "off"}),
        max_length=20,
    )
    why = forms.CharField(
        label=_("Why it is the same event"),
        help_text=_("Stays in the history."),
        max_length=REASON_MOST,
        required=False,
    )


class OpenForm(forms.Form):
    why = forms.CharField(
        label=_("Why it is an event of its own"),
        max_length=REASON_MOST,
        required=False,
    )


class UnlinkForm(forms.Form):
    link = forms.CharField(widget=forms.HiddenInput)
    why = forms.CharField(label=_("Why it does not belong here"), max_length=REASON_MOST)


class RelinkForm(forms.Form):
    report = forms.CharField(widget=forms.HiddenInput)
    why = forms.CharField(label=_("Why it belongs here after all"), max_length=REASON_MOST)


class MergeForm(SeenForm):
    incident = forms.CharField(
        label=_("Incident that is the same event"),
        help_text=_("Its code. Its reports come here; its own page leads here. It can be undone."),
        widget=forms.TextInput(attrs={"class": "narrow", "autocomplete": "off"}),
        max_length=20,
    )
    why = forms.CharField(label=_("Why they are one event"), max_length=REASON_MOST)


class RulingForm(SeenForm):
    asked = ("ruling",)

    ruling = forms.CharField(
        label=_("Reasons of the ruling"),
        help_text=_("A sentence or two. They are published word for word."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
        required=False,
    )
