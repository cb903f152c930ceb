"""Mounts the two apps, the login pages and the health checks."""

from django.urls import include, path, re_path

from config.health import healthz, readyz
from config.language import choose_language
from config.offline import service_worker, web_manifest
from reports.api.terms import nothing_here

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("sw.js", service_worker, name="service-worker"),
    path("manifest.webmanifest", web_manifest, name="web-manifest"),
    path("language/", choose_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("", include("reports.urls")),
    path("", include("verification.urls")),
    # What nobody serves is answered to a machine as a problem, not as a page.
    re_path(r"^api/(?P<rest>.*)$", nothing_here),
]
