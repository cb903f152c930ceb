"""A reader's question as an address holds it.

Pages ignore and name what nobody knows; the interface refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from verification.caseload.classes import CLASSES
from verification.corroboration.choices import Position
from verification.publication.faces import FilterWords
from verification.publication.filters import (
    AWAITED,
    DECIDED,
    SILENT,
    UNDECIDED,
    IncidentFilter,
)
from verification.publication.shapes import ALLEGATION, CONTESTED, FINDING

# Classes of reports that are in no incident: no incident can have them.
REPORTS_ONLY = frozenset({"awaiting_triage", "rejected", "withdrawn", "duplicate", "awaiting_link"})
CLASS_CODES = (UNDECIDED, DECIDED, *(code for code in CLASSES if code not in REPORTS_ONLY))
REPLIES = (
    *((str(p.value), p.label) for p in Position),
    (SILENT, _("Silent after the deadline")),
    (AWAITED, _("Awaited")),
)
# Name in the address -> field of IncidentFilter.
NAMES = {"class": "category", "from": "since"}
MAIN = ("act", "accused", "class", "from", "until")


class FilterForm(forms.Form):
    """Every way to narrow the incidents; what is unknown is ignored and named."""

    def __init__(self, data: QueryDict, words: FilterWords) -> None:
        super().__init__(data)
        parties = [(p.code, p.name) for p in words.agreement.parties]
        replies = [
            (f"{code}-{word}", f"{name}: {label}")
            for code, name in parties
            for word, label in REPLIES
        ]
        classes = [
            (UNDECIDED, _("Everything undecided")),
            (DECIDED, _("Everything decided")),
            *((key, name) for key, name in CLASSES.items() if key not in REPORTS_ONLY),
        ]
        shapes = [
            (ALLEGATION, _("Allegation")),
            (CONTESTED, _("Contested")),
            (FINDING, _("Finding")),
        ]
        self.fields |= {
            "act": _choice(_("Kind of act"), words.acts),
            "accused": _choice(_("Party accused"), parties),
            "class": _choice(_("Class"), classes),
            "from": _day(_("From day")),
            "until": _day(_("To day")),
            "shape": _choice(_("Shape"), shapes),
            "found": _choice(_("Attributed to"), parties),
            "severity": _choice(_("Severity found"), words.severities),
            "reply": _choice(_("A party’s answer"), replies),
            "area": forms.SlugField(
                label=_("Area"), required=False, max_length=60, widget=forms.HiddenInput
            ),
            "counted": forms.BooleanField(required=False, label=_("Only what the standings count")),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse days that end before they begin."""
        found = super().clean() or {}
        since, until = found.get("from"), found.get("until")
        if since and until and until < since:
            self.add_error("from", _("The first day comes after the last."))
            self.add_error("until", _("The first day comes after the last."))
        return found

    @property
    def main(self) -> list[forms.BoundField]:
        """Return the fields most readers want."""
        return [self[name] for name in MAIN]

    @property
    def others(self) -> list[forms.BoundField]:
        """Return the fields that links of the standings use."""
        return [self[name] for name in self.fields if name not in MAIN]


EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)  # the calendar's own ends overflow


def _choice(label: Any, options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False, label=label, choices=[("", _("All")), *((str(k), n) for k, n in options)]
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asked for, the form that says so, and what could not be understood."""

    wanted: IncidentFilter
    form: FilterForm
    wrong: tuple[str, ...]  # names in the address whose value nobody knows
    ignored: tuple[str, ...]  # the same, as the form labels them
    n_set: int
    extra: bool  # whether a filter beyond the main ones is set


def asked_for(data: QueryDict, words: FilterWords) -> Asked:
    """Return the filter in an address; values nobody knows are left out and named."""
    form = FilterForm(data, words)
    wrong = [name for name in form.fields if name in form.errors]
    ignored = tuple(str(form.fields[name].label) for name in wrong)
    if wrong:
        kept = data.copy()
        for name in wrong:
            del kept[name]
        form = FilterForm(kept, words)
    form.is_valid()
    values = {NAMES.get(name, name): value for name, value in form.cleaned_data.items()}
    n_set = sum(1 for value in form.cleaned_data.values() if value)
    extra = any(form.cleaned_data.get(field.name) for field in form.others)
    return Asked(IncidentFilter(**values), form, tuple(wrong), ignored, n_set, extra)
