"""What makes the site an app on a phone: its manifest, and the worker that opens it without a line.

The worker is one line of ours and an import (config/static/js/outbox/worker.js). It changes, and
is fetched anew, whenever any file for the browser does.
"""

from __future__ import annotations

import hashlib
import json

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ACCENT, PAGE = "#0d5660", "#fbfbf9"  # as in site.css
ICONS = (("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"))


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker, which may serve the whole site because it lies at its root."""
    statement = reverse("offline-corroborate")
    pages = {
        reverse("report-new"): reverse("offline-report"),
        reverse("reports-own"): reverse("offline-reports"),
        reverse("corroborate"): statement,
        reverse("corroborate") + "*": statement,
    }
    plan = {"version": version(), "pages": pages, "other": reverse("outbox")}
    lines = (
        f"import {{ serve }} from {json.dumps(static('js/outbox/worker.js'))};",
        f"serve({json.dumps(plan)});",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/javascript; charset=utf-8")


def version() -> str:
    """Return a digest of the names of all files for the browser, which hold their digests."""
    names = getattr(staticfiles_storage, "hashed_files", {})
    return hashlib.sha256(json.dumps(sorted(names.items())).encode()).hexdigest()[:16]


@require_safe
@cache_control(no_cache=True, private=True)
def web_manifest(request: HttpRequest) -> HttpResponse:
    """Return the manifest; the name on the phone says nothing of what is reported."""
    icons = [
        {
            "src": static(f"icons/app-{purpose}-{sizes.partition('x')[0]}.png"),
            "sizes": sizes,
            "type": "image/png",
            "purpose": purpose,
        }
        for sizes, purpose in ICONS
    ]
    icons.append({"src": static("icons/app.svg"), "sizes": "any", "type": "image/svg+xml"})
    told = {
        "id": "/",
        "name": _("Reports"),
        "short_name": _("Reports"),
        "lang": get_language() or "en",
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("report-new"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAGE,
        "theme_color": ACCENT,
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")
