"""The ballot as a form: five questions, each likelihood apart from its confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.adjudication.actions.ballots import BallotDraft
from verification.adjudication.answers import (
    LIKELIHOOD_ORDER,
    Answers,
    Attribution,
    Breach,
    Confidence,
    Intent,
    Likelihood,
    Occurrence,
    Severity,
)
from verification.pages.forms_asked import RoomForm
from verification.pages.opaque import keys_behind, opaque

BLANK = ("", "—")


def _one_of(label: Any, choices: Any, help_text: Any = "", *, radio: bool = True) -> Any:
    """Return a question with a closed list; the rules say which of them must be answered."""
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=choices if radio else [BLANK, *choices],
        widget=forms.RadioSelect(attrs={"class": "across"}) if radio else forms.Select,
        required=False,
    )


def _likelihood(label: Any) -> Any:
    return _one_of(label, Likelihood.choices, radio=False)


def _confidence(label: Any) -> Any:
    return _one_of(label, Confidence.choices, radio=False)


HOW_LIKELY = _("How likely that is")
HOW_SURE = _("How good the evidence is")


class BallotForm(RoomForm):
    """One reviewer's answers. Their rules live in the room; here they only keep their names."""

    asked: tuple[str, ...] = (
        *("occurrence", "occurrence_likelihood", "occurrence_confidence", "breach"),
        *("attribution", "intent", "reasons", "cited_reports"),
    )

    draft_version = forms.CharField(widget=forms.HiddenInput, required=False)
    occurrence = _one_of(_("Did it happen?"), Occurrence.choices)
    occurrence_likelihood = _likelihood(_("How likely it is that it happened"))
    occurrence_confidence = _confidence(HOW_SURE)
    breach = _one_of(
        _("Does it breach the agreement?"),
        Breach.choices,
        _("Not asked if it did not happen, or if that cannot be established."),
    )
    breach_likelihood = _likelihood(_("How likely it is a breach"))
    breach_confidence = _confidence(HOW_SURE)
    clause = _one_of(_("Which clause?"), [], _("Only clauses in force at the time."), radio=False)
    severity = _one_of(_("How severe?"), Severity.choices, radio=False)
    attribution = _one_of(
        _("Who did it?"),
        Attribution.choices,
        _("“Not attributable” is a full answer. Not asked without a breach."),
    )
    parties = forms.MultipleChoiceField(
        label=_("Which party?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    attribution_likelihood = _likelihood(_("How likely it is that they did it"))
    attribution_confidence = _confidence(HOW_SURE)
    intent = _one_of(_("With which intent?"), Intent.choices)
    intent_confidence = _confidence(HOW_SURE)
    cited_reports = forms.MultipleChoiceField(
        label=_("What your reasons rest on"),
        help_text=_("Tick “Cite” at the reports and statements themselves; at least one."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reasons = forms.CharField(
        label=_("Your reasons"),
        help_text=_("20 to 10,000 characters. Kept with the decision; a dissent is published."),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        required=False,
    )

    def __init__(
        self,
        *given: Any,
        clauses: Sequence[tuple[str, str]],
        parties: Sequence[tuple[str, str]],
        citable: Sequence[tuple[str, str]],
        floor: str,
        **named: Any,
    ) -> None:
        blank = {"breach": Breach.NOT_ASKED, "attribution": Attribution.NOT_ASKED}
        named["initial"] = blank | (named.get("initial") or {"draft_version": 0})
        super().__init__(*given, **named)
        self.keys = keys_behind(key for key, _words in citable)
        cites = [(opaque(key), words) for key, words in citable]
        offers = {"clause": [BLANK, *clauses], "parties": parties, "cited_reports": cites}
        for name, choices in offers.items():
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

        self._show_standard(floor)

    def _show_standard(self, floor: str) -> None:
        """Part the likelihood words by the mechanism's standard of proof, with their ranges."""
        above = LIKELIHOOD_ORDER.index(floor)
        words = list(Likelihood.choices)
        for name in ("occurrence", "breach", "attribution"):
            self.fields[f"{name}_likelihood"].choices = [  # type: ignore[attr-defined]
                BLANK,
                (_("Meets the standard of proof"), words[above:]),
                (_("Below it: do not affirm"), words[:above]),
            ]

    def offered(self, name: str) -> dict[str, Any]:
        """Return {code: words} of all that a question offers, whatever group it stands in."""
        found: dict[str, Any] = {}
        for value, words in self.fields[name].choices:  # type: ignore[attr-defined]
            group = words if isinstance(words, list | tuple) else [(value, words)]
            found |= {str(code): said for code, said in group if code}
        return found

    def question(self, name: str) -> str:
        """Return how a question is worded, with what its group asks where it alone says little."""
        own = str(self.fields[name].label)
        group = name.removesuffix("_likelihood").removesuffix("_confidence")
        return own if group == name else f"{self.fields[group].label} {own}"

    def draft(self) -> BallotDraft:
        """Return what was typed as the action takes it."""
        typed = self.cleaned_data
        plain = {
            name: typed[name] for name in Answers.__dataclass_fields__ if name not in ("parties",)
        }
        return BallotDraft(
            answers=Answers(**plain, parties=tuple(typed["parties"])),
            reasons=typed["reasons"],
            cited=tuple(self.keys[shown] for shown in typed["cited_reports"]),
        )


class RecuseForm(RoomForm):
    """A conflict of interest, declared."""

    asked = ("reason",)

    reason = forms.CharField(
        label=_("What the conflict is"),
        help_text=_("A sentence. The rules seat somebody else; your seat is not given back."),
        max_length=500,
        required=False,
    )
