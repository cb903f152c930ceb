"""Forms for a redacted copy: boxes by number, so that neither a mouse nor a script is needed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.redactions.choices import ShownTo
from reports.redactions.rules import MOST_BOXES, Box
from verification.pages.forms_asked import RoomForm

SPARE = 4  # empty rows beside those that are filled


def _pixels(label: Any) -> Any:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=100_000)


class BoxRow(forms.Form):
    """One box on the working copy, in its pixels."""

    left = _pixels(_("From the left"))
    top = _pixels(_("From the top"))
    width = _pixels(_("Width"))
    height = _pixels(_("Height"))

    def box(self) -> Box | None:
        """Return the box, None where the row is empty."""
        said = self.cleaned_data
        if not said or all(said.get(name) is None for name in self.fields):
            return None
        return Box(*(said.get(name) or 0 for name in ("left", "top", "width", "height")))


BoxRows = forms.formset_factory(
    BoxRow, extra=SPARE, max_num=MOST_BOXES, absolute_max=MOST_BOXES + SPARE
)


class RedactForm(RoomForm):
    """Why, and for whom."""

    asked: tuple[str, ...] = ("why", "shown_to")

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    why = forms.CharField(
        label=_("What is covered, and why"),
        help_text=_("Those who judge read it. Name nobody."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    shown_to = forms.ChoiceField(
        label=_("Who may see the redacted copy"),
        choices=ShownTo.choices,
        initial=ShownTo.HOUSE,
        widget=forms.RadioSelect,
        help_text=_(
            "A picture can show where somebody stood. Let a party see it only if nothing that is "
            "left tells who took it, or from where."
        ),
    )
