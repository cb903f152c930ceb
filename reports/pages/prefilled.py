"""What a filing form holds already where one comes to it from a refusal of access."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reports.agreement.queries import Agreement
from reports.coverage.queries import own_watch
from reports.intake.choices import AccusedKind, LocationKind, Stance, TimePrecision
from reports.intake.windows import typed_from
from reports.pages.answers import asker
from reports.pages.offers import readable_uuid
from reports.places.queries import place_choices
from reports.problems import NotFound

DENIAL = "access_denial"  # the kind of act
A_MINUTE = timedelta(minutes=1)


def answers_of_watch(request: HttpRequest, agreement: Agreement) -> dict[str, Any]:
    """Return the answers that one's own refused watch gives; nothing for anything else.

    The person reads them, changes what they like and files them: nothing is filed for anybody.
    """
    key = readable_uuid(request.GET.get("watch"))
    if key is None:
        return {}
    try:
        watch = own_watch(asker(request), key)
    except NotFound:
        return {}
    if watch.agreement_id != agreement.pk or watch.state != "denied":
        return {}
    zone = ZoneInfo(agreement.timezone)
    begins = watch.watched_from.replace(second=0, microsecond=0)
    place = place_choices([watch.place_id])[watch.place_id]
    said = {"place": place.label, "time": begins.astimezone(zone).strftime("%H:%M")}
    if watch.denied_by is not None:
        words = _("Access to %(place)s was denied at %(time)s by %(party)s.")
        said["party"] = watch.denied_by.name
    else:
        words = _("Access to %(place)s was denied at %(time)s; by whom is not known.")
    return {
        "act": DENIAL,
        "stance": Stance.OBSERVES,
        "means": "saw",
        "location_kind": LocationKind.PLACE,
        "place": str(watch.place_id),
        "time_precision": TimePrecision.MINUTE,
        **typed_from(begins, begins + A_MINUTE, TimePrecision.MINUTE, zone),
        "accused": f"party:{watch.denied_by.code}" if watch.denied_by else AccusedKind.UNKNOWN,
        "narrative": words % said,
    }
