"""Forms whose rules live in a room: they ask for everything, and let the room say what is wrong."""

from __future__ import annotations

from typing import Any

from django import forms


class RoomForm(forms.Form):
    """A form that shows some fields as asked for, but leaves the checking to the room's rules.

    Were the form to refuse an empty field itself, the room would not be asked, and a person would
    learn of the other mistakes only in a second round.
    """

    asked: tuple[str, ...] = ()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._show_as_asked(True)

    def full_clean(self) -> None:
        """Read what was typed; emptiness is no mistake here."""
        self._show_as_asked(False)
        super().full_clean()
        self._show_as_asked(True)

    def _show_as_asked(self, asked: bool) -> None:
        for name in self.asked:
            self.fields[name].required = asked
