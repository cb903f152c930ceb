"""What can be sent about a reopening: a request, an answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.pages.forms_asked import RoomForm
from verification.reopening.actions import Request
from verification.reopening.choices import OPEN_GROUNDS, Proposal


class AskForm(RoomForm):
    """A ground of the closed list, and why it holds."""

    asked = ("ground", "text")

    ground = forms.ChoiceField(
        label=_("On which ground?"),
        choices=OPEN_GROUNDS,
        widget=forms.RadioSelect,
        required=False,
    )
    text = forms.CharField(
        label=_("Why this ground holds"),
        help_text=_(
            "20 to 5,000 characters, read by the chair and not published. Say what is new, or what "
            "went wrong, and where it can be read. Name nobody who must not be exposed."
        ),
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
        max_length=10_000,
        required=False,
    )

    def request(self) -> Request:
        """Return what was typed as the action takes it."""
        return Request(ground=self.cleaned_data["ground"], text=self.cleaned_data["text"])


class AnswerForm(RoomForm):
    """Admit or refuse, with reasons that are published."""

    asked = ("proposal", "reason")

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    proposal = forms.ChoiceField(
        label=_("Your answer"),
        choices=Proposal.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(
        label=_("Reasons"),
        help_text=_("20 to 5,000 characters. Published word for word, with the date."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        max_length=10_000,
        required=False,
    )
