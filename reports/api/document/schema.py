"""How one door is described: a summary from the first line of its docstring."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema


class DoorSchema(AutoSchema):
    """The description of one door."""

    def get_summary(self) -> str | None:
        """Return the first sentence of the docstring, where no summary is given."""
        given = super().get_summary()
        if given:
            return str(given)
        # Of the base class: a description given beside the docstring must not become the summary.
        words = AutoSchema.get_description(self).strip().split("\n")[0]
        return words.split(". ")[0].rstrip(".") or None
