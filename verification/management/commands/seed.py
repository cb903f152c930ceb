"""Loads seeds/ through the actions: `manage.py seed [--agreement nk2020] [--without-story]`."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.agreement.models import Agreement
from verification.caseload.actions import publish_procedure
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.signing import SignerSilent
from verification.management.seeding.bulletins import draft_days, release_days
from verification.management.seeding.files import document
from verification.management.seeding.people import load_people
from verification.management.seeding.reference import load_acts, load_agreement, load_places
from verification.management.seeding.scenario import learn, play_story
from verification.management.seeding.stage import alone_and_fast, play
from verification.management.seeding.summary import logins, table

REFUSAL = (
    "The demo cast has a password that everyone knows, so it is only let into a demonstration. "
    "For a real site: manage.py seed --without-story (acts, agreement and places only)."
)


class Command(BaseCommand):
    """Seeds without doubles; a run that was cut off is completed by the next."""

    help = "Load an agreement with its acts and places and, in a demonstration, play its story."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agreement", default="nk2020", help="slug, as in seeds/agreement/")
        parser.add_argument(
            "--without-story", action="store_true", help="only acts, agreement and places"
        )
        parser.add_argument(
            "--demo", action="store_true", help="let the demo cast in although CVR_DEMO is off"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, with_story = options["agreement"], not options["without_story"]
        self.quiet = options["verbosity"] == 0
        if with_story and not settings.DEMO:
            if not options["demo"]:
                raise CommandError(REFUSAL)
            self.stderr.write("WARNING: accounts with a publicly known password are being made.")
        began, now = monotonic(), timezone.now()
        with alone_and_fast():
            start = story_begins(slug) if with_story else now
            agreement = self.load_reference(slug, start)
            if with_story:
                self.load_story(agreement, start, now)
            if with_story:
                self.say(f"bulletins: {draft_days(agreement)} drafted")
        self.log(now)
        if with_story:
            # Only what is signed may be told of; the releases are signed in their turn.
            self.say(f"bulletins: {release_days(agreement, say=self.say)} released")
            self.log(now)
            for line in [*table(agreement), *logins()]:
                self.say(line)
        self.say(f"seeded in {monotonic() - began:.1f} s")

    def load_reference(self, slug: str, at: datetime) -> Agreement:
        """Load what a real site starts from too."""
        self.say(f"acts {load_acts(at=at)}")
        agreement = load_agreement(slug, at=at)
        publish_procedure(at=at)
        self.say(f"agreement {agreement.slug}, {load_places(at=at)} new places")
        return agreement

    def load_story(self, agreement: Agreement, start: datetime, now: datetime) -> None:
        """Let the cast in and play the story."""
        new = load_people(agreement, at=start)
        self.say(f"organisations, sources and people: {new} new")
        did = play_story(agreement, now=now, say=self.say)
        self.say(f"story: {did} new steps")
        learned = play(partial(learn, agreement, now))
        self.say(f"sources: learned {'anew' if learned else 'before'} from all that is on record")

    def log(self, at: datetime) -> None:
        """Take all of it into the public log: before it is signed nothing counts as published.

        Only now: what is signed must be on the disk, and the steps above did not wait for that.
        """
        self.say(f"log: {append_leaves(at=at)} new leaves")
        try:
            sign_log(at=at)
        except SignerSilent as silence:
            self.say(f"the log is not signed, so no finding is shown yet: {silence}")

    def say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)


def story_begins(slug: str) -> datetime:
    """Return when the demonstration is set up: as the agreement takes effect."""
    return datetime.fromisoformat(
        document(f"agreement/{slug}.json")["versions"][0]["in_force_from"]
    )
