"""What every page is given: `house`, with its words, its links and the reader's place in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from reports.agreement.queries import agreements
from reports.open_door.queries import open_agreements
from reports.pages.answers import owner_word
from verification.notifications.queries import MOST_COUNTED, unread_count

NAVIGATION = "reports.pages.navigation"


@dataclass(frozen=True)
class NavLink:
    """One link of the main navigation; `now` says that its count needs the reader at once."""

    url: str
    label: str
    count: int | None = None
    now: bool = False
    current: bool = False


def house(request: HttpRequest) -> dict[str, object]:
    """Return the `house` variable; nothing in it touches the database until a template asks.

    It is not called `site`, which the sign-in pages use for their own.
    """
    nav = SimpleLazyObject(lambda: navigation(request))
    return {
        "house": {
            "name": _("Ceasefire verification"),
            "agreement": SimpleLazyObject(only_agreement),
            "open_door": SimpleLazyObject(lambda: bool(open_agreements(at=timezone.now()))),
            "demo": bool(getattr(settings, "DEMO", False)),
            "source_url": getattr(settings, "SOURCE_URL", ""),
            "as_of": timezone.now(),
            "nav": nav,
            "keeper": SimpleLazyObject(lambda: keeper(request, nav)),
            "corroborates": SimpleLazyObject(lambda: corroborates(nav)),
            "exit_url": settings.EXIT_URL,
            "unread": SimpleLazyObject(lambda: unread_words(request)),
        }
    }


def corroborates(nav: Iterable[NavLink]) -> bool:
    """Return whether these links lead to corroboration: whether this person may give statements."""
    return any(link.url == reverse("corroborate") for link in nav)


def keeper(request: HttpRequest, nav: Iterable[NavLink]) -> str:
    """Return an opaque word for a person whose forms may wait on their phone; '' for others.

    It keeps what one person left in a browser from being sent, or shown, as another's.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    wanted = {reverse("report-new"), reverse("corroborate")}
    return owner_word(user) if any(link.url in wanted for link in nav) else ""


def unread_words(request: HttpRequest) -> str:
    """Return how many messages the reader has not read, as the frame shows it; '' for none."""
    user = getattr(request, "user", None)
    unread = unread_count(user, at=timezone.now()) if user is not None else 0
    if not unread:
        return ""
    return f"{MOST_COUNTED}+" if unread > MOST_COUNTED else str(unread)


def only_agreement() -> str:
    """Return the title of the site's agreement; nothing where it keeps several or none yet."""
    titles = [agreement.title for agreement in agreements()[:2]]
    return titles[0] if len(titles) == 1 else ""


def navigation(request: HttpRequest) -> list[NavLink]:
    """Return the links this reader may follow, with the one they are on marked as current."""
    links = [_as_link(item) for item in _items(request)]
    here = request.path
    holders = [link.url for link in links if _holds(link.url, here)]
    current = max(holders, key=len, default="")
    return [replace(link, current=link.url == current) for link in links]


def _items(request: HttpRequest) -> Iterable[Mapping[str, object]]:
    if find_spec(NAVIGATION) is None:
        return [{"url": "/", "label": _("Overview")}]
    found: Iterable[Mapping[str, object]] = import_module(NAVIGATION).items_for(request)
    return found


def _as_link(item: Mapping[str, object]) -> NavLink:
    count = item.get("count")
    return NavLink(
        url=str(item["url"]),
        label=str(item["label"]),
        count=count if isinstance(count, int) else None,
        now=bool(item.get("now", False)),
    )


def _holds(url: str, here: str) -> bool:
    return here == url or (url != "/" and here.startswith(url if url.endswith("/") else f"{url}/"))
