"""Forms of the open door: fewer boxes than an account’s, and what pays for the filing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reports.intake.choices import CountQualifier, Effect, OriginKind, Stance
from reports.open_door.rules import DAYS_MOST, INVITES_MOST, new_code
from reports.pages.forms import ReportForm

# What the shorter form does not ask: an own observation, without figures.
GIVEN = {
    "stance": Stance.OBSERVES,
    "origin_kind": OriginKind.OBSERVATION,
    "effect": Effect.UNKNOWN,
    "count_qualifier": CountQualifier.EXACTLY,
}
NOT_ASKED = frozenset(
    {
        *("speaker", "publisher", "source_url", "published_on", "own_confidence", "weapon"),
        *("observation_count", "observation_unit"),
        *(name for name in ReportForm.base_fields if name in GIVEN),
    }
)
FIRST = {
    "time_precision": "hour",
    "location_kind": "place",
    "accused": "unknown",
}


def shortened(data: QueryDict) -> QueryDict:
    """Return the sent answers with what is not asked here as it is given, whatever was sent."""
    kept = QueryDict(mutable=True)
    for name in data:
        asked = not any(name.startswith(harm) for harm in ("killed_", "injured_"))
        if asked and name not in NOT_ASKED:
            kept.setlist(name, data.getlist(name))
    for name, value in GIVEN.items():
        kept[name] = str(value)
    return kept


class EntryForm(forms.Form):
    """What goes beside a report: its secret, the challenge, the work on it, or an invite."""

    secret = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=new_code)
    token = forms.CharField(widget=forms.HiddenInput, max_length=400, required=False)
    work = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    invite = forms.CharField(
        label=_("Invite code, if you have one"),
        help_text=_("Sixteen letters and digits, with or without gaps."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        max_length=40,
        required=False,
    )


class BearerForm(forms.Form):
    """The receipt and the secret that lead back to a report."""

    receipt = forms.CharField(
        label=_("Receipt"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        max_length=20,
    )
    secret = forms.CharField(
        label=_("Secret"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        max_length=40,
    )


class InvitesForm(forms.Form):
    """How many invites, for how long."""

    count = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=INVITES_MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "narrow"}),
    )
    days = forms.IntegerField(
        label=_("Days they hold"),
        min_value=1,
        max_value=DAYS_MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "narrow"}),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        named.setdefault("initial", {"count": 1, "days": 14})
        super().__init__(*given, **named)
