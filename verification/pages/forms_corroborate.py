"""What a second person can send about an incident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reports.people.queries import SourceChoice, source_by_id
from verification.corroboration.actions import NOTE_LEAST, StatementDraft
from verification.corroboration.choices import Basis, Question, Says
from verification.pages.forms_asked import RoomForm
from verification.pages.opaque import keys_behind, opaque

NOBODY = ("", _("In my own name"))
OWN = ("", _("No, I know it otherwise"))


class StatementForm(RoomForm):
    """One answer to one question; which errors matter is decided by the room's rules."""

    asked = ("question", "says", "basis", "note")
    choose = {"required": _("Choose one of these.")}

    question = forms.ChoiceField(
        label=_("Which question do you answer?"),
        choices=Question.choices,
        widget=forms.RadioSelect,
        error_messages=choose,
        required=False,
    )
    party = forms.ChoiceField(
        label=_("Which party do you mean?"),
        help_text=_("Only for the question “Was it this party?”"),
        widget=forms.RadioSelect(attrs={"class": "across"}),
        required=False,
    )
    says = forms.ChoiceField(
        label=_("Your answer"),
        help_text=_("“Cannot say” is an honest answer. It is counted as such."),
        choices=Says.choices,
        widget=forms.RadioSelect(attrs={"class": "across"}),
        error_messages=choose,
        required=False,
    )
    basis = forms.ChoiceField(
        label=_("What it rests on"),
        choices=[("", "—"), *Basis.choices],
        error_messages=choose,
        required=False,
    )
    note = forms.CharField(
        label=_("What you know, and how"),
        help_text=_("10 to 5,000 characters. The panel reads it; it is never published."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        required=False,
    )
    relays = forms.ChoiceField(
        label=_("Do you only read or repeat a statement that is on record?"),
        help_text=_("Then it counts with that statement, not as a new one."),
        required=False,
    )
    speaker = forms.ChoiceField(
        label=_("Who says so, if not you"),
        help_text=_("Choose a speaker if you pass on what somebody else published."),
        required=False,
    )
    publisher = forms.CharField(label=_("Published by"), max_length=200, required=False)
    url = forms.CharField(
        label=_("Link"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        max_length=1000,
        required=False,
    )
    published_on = forms.DateField(
        label=_("Published on"),
        help_text=_("As in 2020-10-11."),
        widget=forms.TextInput(attrs={"class": "narrow"}),
        input_formats=["%Y-%m-%d"],
        required=False,
    )

    def __init__(
        self,
        *given: Any,
        parties: Sequence[tuple[str, str]],
        claims: Sequence[tuple[str, str]],
        speakers: Sequence[SourceChoice],
        **named: Any,
    ) -> None:
        super().__init__(*given, **named)
        self._offer("party", list(parties))
        self.keys = keys_behind(key for key, _words in claims)
        self._offer("relays", [OWN, *((opaque(key), words) for key, words in claims)])
        self._offer("speaker", [NOBODY, *((str(one.id), one.name) for one in speakers)])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        field.choices = choices

    def draft(self) -> StatementDraft:
        """Return what was typed as the action takes it."""
        typed = self.cleaned_data
        return StatementDraft(
            question=typed["question"],
            says=typed["says"],
            basis=typed["basis"],
            note=typed["note"],
            party_code=typed["party"],
            speaker=source_by_id(typed["speaker"]) if typed["speaker"] else None,
            url=typed["url"].strip(),
            publisher=typed["publisher"].strip(),
            published_on=typed["published_on"],
            relays=self.keys.get(typed["relays"], ""),
        )


def first_checks(form: StatementForm) -> list[dict[str, Any]]:
    """Return what a phone checks before it keeps a statement: what would surely be sent back."""
    chosen = [
        {"field": name, "is": "filled", "say": str(form.fields[name].error_messages["required"])}
        for name in ("question", "says", "basis")
    ]
    size = _now("Say in 10 to 5,000 characters what you know and how.")
    named = _now("Say which party you mean.")
    return [
        *chosen,
        {"field": "note", "is": "filled", "say": size},
        {"field": "note", "is": "long", "least": NOTE_LEAST, "say": size},
        {"field": "party", "is": "filled", "when": ["question", [Question.ACTOR]], "say": named},
    ]
