"""Forms of imports: hand a file in; say how one's files are read, a line for each answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.imports.choices import Format, Shape
from reports.imports.queries import ColumnMapping, Source

SAME = "="


def as_lines(pairs: Mapping[str, str]) -> str:
    """Return pairs as they are typed: one a line."""
    return "\n".join(f"{name} {SAME} {value}" for name, value in pairs.items())


def as_nested_lines(values: Mapping[str, Mapping[str, str]]) -> str:
    """Return {field: {theirs: ours}} as it is typed."""
    lines = [
        f"{name}: {theirs} {SAME} {ours}"
        for name, meant in values.items()
        for theirs, ours in meant.items()
    ]
    return "\n".join(lines)


class LinesField(forms.CharField):
    """Lines of `name = value`."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code-lines"})
        super().__init__(required=False, widget=widget, max_length=20_000, **options)

    def clean(self, value: Any) -> dict[str, str]:
        """Return the pairs; a line without a sign between them is told."""
        text = super().clean(value)
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            name, sign, said = line.rpartition(SAME)
            if not sign or not name.strip() or not said.strip():
                raise forms.ValidationError(
                    _("Write “name = value” on each line; this one is not: %(line)s"),
                    params={"line": line[:80]},
                )
            found[name.strip()] = said.strip()
        return found


class NestedLinesField(LinesField):
    """Lines of `field: their value = ours`."""

    def clean(self, value: Any) -> dict[str, dict[str, str]]:  # type: ignore[override]
        """Return {field: {theirs: ours}}."""
        found: dict[str, dict[str, str]] = {}
        for name, ours in super().clean(value).items():
            field, sign, theirs = name.partition(":")
            if not sign or not theirs.strip():
                raise forms.ValidationError(
                    _("Write “field: your value = ours” on each line; this one is not: %(line)s"),
                    params={"line": name[:80]},
                )
            found.setdefault(field.strip(), {})[theirs.strip()] = ours
        return found


class MappingForm(forms.Form):
    """How files are read, and as whose statements."""

    name = forms.CharField(label=_("Name"), max_length=80)
    shape = forms.ChoiceField(
        label=_("Shape of the files"),
        choices=Shape.choices,
        widget=forms.RadioSelect(attrs={"class": "across"}),
    )
    source = forms.ChoiceField(
        label=_("Whose records these are"),
        help_text=_("Every row is filed as a statement of this source."),
    )
    licence = forms.CharField(
        label=_("Licence or permission"),
        help_text=_("The terms under which you hold the rows. They are not passed on as rows."),
        max_length=200,
    )
    values = NestedLinesField(
        label=_("What your values mean"),
        help_text=_("Such as: accused: Forces of the north = ARM"),
    )
    columns = LinesField(
        label=_("Your columns"),
        help_text=_("Only for columns of your own. Such as: date = day_of_event"),
    )
    fixed = LinesField(
        label=_("What every row says"),
        help_text=_("Such as: language = ru"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *given: Any, sources: list[Source], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{one.name} ({one.grade})") for one in sources
        ]


class HandInForm(forms.Form):
    """A file and how it is to be read."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    mapping = forms.ChoiceField(label=_("How it is read"))
    format = forms.ChoiceField(
        label=_("Format"),
        choices=Format.choices,
        initial=Format.CSV,
        widget=forms.RadioSelect(attrs={"class": "across"}),
    )
    file = forms.FileField(label=_("File"), allow_empty_file=True)
    dry_run = forms.BooleanField(
        label=_("Only check it; file nothing yet"), required=False, initial=True
    )

    def __init__(self, *given: Any, mappings: list[ColumnMapping], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["mapping"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.name) for one in mappings
        ]
