"""Boxes of the forms: they keep what was typed even where they cannot read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import DateTimeBaseInput
from django.utils.translation import gettext_lazy as _

from reports.intake.digits import folded_digits

FIRST_YEAR, LAST_YEAR = 1900, 2200  # dates beyond these are slips of the finger
DIGITS_MOST = 20


class PickerInput(DateTimeBaseInput):
    """A native picker, as long as the value is one it can show; else a plain text box."""

    shape = re.compile(r"")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not self.shape.fullmatch(str(shown)):
            context["widget"]["type"] = "text"
        return context


class DayInput(PickerInput):
    """A date, on the wire as 2020-10-11."""

    input_type = "date"
    format_key = "DATE_INPUT_FORMATS"
    shape = re.compile(r"\d{4}-\d{2}-\d{2}")

    def __init__(self) -> None:
        super().__init__(attrs={"class": "medium"}, format="%Y-%m-%d")


class ClockInput(PickerInput):
    """A time of day, on the wire as 14:05."""

    input_type = "time"
    format_key = "TIME_INPUT_FORMATS"
    shape = re.compile(r"\d{2}:\d{2}")

    def __init__(self) -> None:
        super().__init__(attrs={"class": "medium"}, format="%H:%M")


class DayField(forms.DateField):
    """A local date."""

    widget = DayInput
    default_error_messages = {"invalid": _("Write the date as year-month-day, such as 2020-10-11.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], **options)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(folded_digits(value) if isinstance(value, str) else value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Check the year."), code="year")
        return day


class ClockField(forms.TimeField):
    """A local time of day."""

    widget = ClockInput
    default_error_messages = {"invalid": _("Write the time as hours:minutes, such as 14:05.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%H.%M", "%H %M"], **options)

    def to_python(self, value: Any) -> time | None:
        return super().to_python(folded_digits(value) if isinstance(value, str) else value)


class WhereNeeded:
    """A field some answers need and others do not; the rules of intake say which."""

    def validate(self, value: Any) -> None:
        """Accept nothing at all: what is missing is named by the rules."""
        if value not in forms.Field.empty_values:
            super().validate(value)  # type: ignore[misc]


class TextNeeded(WhereNeeded, forms.CharField):
    """Text that some answers need."""


class ChoiceNeeded(WhereNeeded, forms.ChoiceField):
    """A choice that some answers need."""


class DayNeeded(WhereNeeded, DayField):
    """A date that some answers need."""


class ClockNeeded(WhereNeeded, ClockField):
    """A time that some answers need."""


class NumberField(WhereNeeded, forms.CharField):
    """A number, with a comma or a point; typed into a text box."""

    whole = False
    default_error_messages = {
        "number": _("Write a number."),
        "whole": _("Write a whole number, in digits."),
    }

    def __init__(self, **options: Any) -> None:
        mode = "numeric" if self.whole else "decimal"
        box = forms.TextInput(attrs={"inputmode": mode, "class": "narrow", "autocomplete": "off"})
        super().__init__(widget=box, **options)

    def to_python(self, value: Any) -> Any:
        text = folded_digits("".join(str(super().to_python(value)).split()))
        if not text:
            return None
        try:
            if len(text) > DIGITS_MOST:
                raise ValueError
            return int(text) if self.whole else float(text.replace(",", "."))
        except ValueError as error:
            code = "whole" if self.whole else "number"
            raise ValidationError(self.error_messages[code], code=code) from error


class WholeNumberField(NumberField):
    """A whole number."""

    whole = True


class RangeInput(forms.MultiWidget):
    """Three small boxes side by side: least, best, most."""

    template_name = "reports/widgets/range.html"

    def __init__(self) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            widgets={name: forms.TextInput(attrs=dict(box)) for name in ("least", "best", "most")}
        )

    def decompress(self, value: Any) -> Sequence[Any]:
        """Return the three figures of a range, or three blanks."""
        return value or [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words = (_("Least"), _("Best"), _("Most"))
        for part, word in zip(context["widget"]["subwidgets"], words, strict=True):
            part["words"] = word
        return context


class RangeField(forms.MultiValueField):
    """Least, best and most; any of them may be left out. None where all three are."""

    widget = RangeInput

    def __init__(self, **options: Any) -> None:
        super().__init__(
            fields=[WholeNumberField(required=False) for _part in range(3)],
            require_all_fields=False,
            required=False,
            **options,
        )

    def compress(self, data_list: Sequence[int | None]) -> tuple[int | None, ...] | None:
        """Return the three figures, or None where there is no figure."""
        given = tuple(data_list)
        return given if any(part is not None for part in given) else None
