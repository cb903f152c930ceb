"""Print the glossary as docs/words.md holds it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from verification.pages.words import words_as_markdown


class Command(BaseCommand):
    """manage.py words > docs/words.md"""

    help = "Prints the glossary, for docs/words.md."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the glossary in English."""
        with override("en"):
            self.stdout.write(words_as_markdown(), ending="")
