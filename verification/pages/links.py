"""Addresses of the rows behind a number."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse


def incidents_url(agreement: str, **wanted: str) -> str:
    """Return the address of the incidents that a number counts (`category` is written class)."""
    written = {"category": "class", "since": "from"}
    query = {written.get(name, name): value for name, value in wanted.items() if value}
    return f"{reverse('incidents')}?{urlencode({'agreement': agreement, **query})}"
