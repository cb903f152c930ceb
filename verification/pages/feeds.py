"""Atom feeds of what is published: findings, corrections, bulletins.

An entry keeps its id for ever, whatever name the site goes by, and what it tells never changes: a
later version of a finding is an entry of its own. Only what is signed in the log is in them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateformat import format as in_format
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from reports.agreement.naming import localized
from reports.agreement.queries import Agreement
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.bulletins.queries import BulletinLine, bulletins_of
from verification.publication.corrections import CorrectionEntry, correction_page
from verification.publication.faces import FindingLine
from verification.publication.queries import findings_of
from verification.publication.wording import label

MOST = 50  # entries of a feed; what is older stands on the pages


def stable_id(what: str) -> str:
    """Return the id of a published thing: by the log's name, which is chosen once and for ever."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{settings.LOG_ORIGIN}/{what}')}"


# Only the stubs of Django know that a feed takes types.
if TYPE_CHECKING:
    _Feed = Feed[Any, Agreement]
else:
    _Feed = Feed


class OurFeed(_Feed):
    """What the three feeds share; a feed is of one agreement, in the reader's language."""

    feed_type = Atom1Feed
    name = ""
    item_guid_is_permalink = False

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Agreement:
        return current_agreement(request)

    def link(self, agreement: Agreement) -> str:
        return f"{reverse(self.name)}?agreement={agreement.slug}"

    def feed_url(self, agreement: Agreement) -> str:
        return f"{reverse(f'feed-{self.name}')}?agreement={agreement.slug}"

    def feed_guid(self, agreement: Agreement) -> str:
        return stable_id(f"feeds/{self.name}/{agreement.slug}")

    def author_name(self, agreement: Agreement) -> str:
        return _("Ceasefire verification")


class FindingFeed(OurFeed):
    """The findings that stand."""

    name = "findings"

    def title(self, agreement: Agreement) -> str:
        return _("Findings: %(agreement)s") % {"agreement": agreement.title}

    def subtitle(self, agreement: Agreement) -> str:
        return _("What panels decided. An allegation is never in this feed.")

    def items(self, agreement: Agreement) -> Sequence[FindingLine]:
        return findings_of(agreement, size=MOST).findings

    def item_title(self, item: FindingLine) -> str:
        return f"{item.code}: {item.outcome_name}"

    def item_description(self, item: FindingLine) -> str:
        where = f"{item.act_name}, {item.place_name}" if item.place_name else item.act_name
        named = ", ".join(party.name for party in item.attributed)
        if not named:
            return f"{where}. {item.outcome_name}."
        return _("%(where)s. %(outcome)s: %(parties)s.") % {
            "where": where,
            "outcome": item.outcome_name,
            "parties": named,
        }

    def item_link(self, item: FindingLine) -> str:
        return reverse("finding", args=[item.code])

    def item_guid(self, item: FindingLine) -> str:
        return stable_id(item.code)

    def item_pubdate(self, item: FindingLine) -> datetime:
        return item.published_at

    item_updateddate = item_pubdate


class CorrectionFeed(OurFeed):
    """The findings that a later version replaced."""

    name = "corrections"

    def title(self, agreement: Agreement) -> str:
        return _("Corrections: %(agreement)s") % {"agreement": agreement.title}

    def subtitle(self, agreement: Agreement) -> str:
        return _("Every finding that a later version replaced, and what differs.")

    def items(self, agreement: Agreement) -> Sequence[CorrectionEntry]:
        return correction_page(agreement, most=MOST).entries

    def item_title(self, item: CorrectionEntry) -> str:
        return _("%(old)s corrected by %(new)s") % {
            "old": item.correction.corrects,
            "new": item.correction.finding,
        }

    def item_description(self, item: CorrectionEntry) -> str:
        before, after = (label("outcome", outcome) for outcome in item.outcomes)
        act = localized(item.after["act_names"])
        if not item.correction.changes:
            return _("%(act)s. Upheld: %(after)s.") % {"act": act, "after": after}
        return _("%(act)s. Before: %(before)s. Now: %(after)s.") % {
            "act": act,
            "before": before,
            "after": after,
        }

    def item_link(self, item: CorrectionEntry) -> str:
        return reverse("finding", args=[item.correction.finding])

    def item_guid(self, item: CorrectionEntry) -> str:
        return stable_id(f"corrections/{item.correction.finding}")

    def item_pubdate(self, item: CorrectionEntry) -> datetime:
        return item.correction.published_at

    item_updateddate = item_pubdate


class BulletinFeed(OurFeed):
    """The daily bulletins."""

    name = "bulletins"

    def title(self, agreement: Agreement) -> str:
        return _("Daily bulletins: %(agreement)s") % {"agreement": agreement.title}

    def subtitle(self, agreement: Agreement) -> str:
        return _("One numbered report a day, signed in the public log.")

    def items(self, agreement: Agreement) -> Sequence[BulletinLine]:
        return bulletins_of(agreement)[:MOST]

    def item_title(self, item: BulletinLine) -> str:
        return _("Daily bulletin No. %(number)s, %(day)s") % {
            "number": item.number,
            "day": in_format(item.day, "j F Y"),
        }

    def item_description(self, item: BulletinLine) -> str:
        n = item.content["received"]["period"]
        received = ngettext("%(n)d report received", "%(n)d reports received", n) % {"n": n}
        return _("%(received)s, %(findings)d findings, %(corrections)d corrections.") % {
            "received": received,
            "findings": item.n_findings,
            "corrections": item.n_corrections,
        }

    def item_link(self, item: BulletinLine) -> str:
        return reverse("bulletin", args=[item.code])

    def item_guid(self, item: BulletinLine) -> str:
        return stable_id(item.code)

    def item_pubdate(self, item: BulletinLine) -> datetime:
        assert item.released_at is not None  # noqa: S101 - only released ones are public
        return item.released_at

    item_updateddate = item_pubdate


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def feed_findings(request: HttpRequest) -> HttpResponse:
    """Answer the feed of findings."""
    return FindingFeed()(request)


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def feed_corrections(request: HttpRequest) -> HttpResponse:
    """Answer the feed of corrections."""
    return CorrectionFeed()(request)


@require_safe
@answers_problems
@cache_control(public=True, no_cache=True)
def feed_bulletins(request: HttpRequest) -> HttpResponse:
    """Answer the feed of bulletins."""
    return BulletinFeed()(request)
