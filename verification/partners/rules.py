"""Pure questions about endpoints: which addresses, which topics, when to try again."""

from __future__ import annotations

import hashlib
import ipaddress
import uuid
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

VERB = "webhook.manage"  # what a partner may do
DISCLOSE, SEE = "disclosure.grant", "disclosure.read"
LEAST_REPORTS = 3  # of an incident, before any of them is shown to a partner
TOPICS = {
    "report.accepted": gettext_lazy("A report of yours was accepted"),
    "report.linked": gettext_lazy("A report of yours was linked to an incident"),
    "finding.published": gettext_lazy("A finding was published"),
    "finding.corrected": gettext_lazy("A finding was corrected"),
    "score.changed": gettext_lazy("The published score of an incident changed"),
    "bulletin.released": gettext_lazy("A daily bulletin was released"),
}
PORTS = frozenset({443, 8443})
LONGEST = 500  # characters of an address
MOST_ENDPOINTS = 10  # of one person
TRIED_FOR = timedelta(days=3)
OVERLAP = timedelta(days=1)  # for which the earlier secret signs too
# Seconds to the next try: a short fault costs little, a long one is not hammered at.
WAITS_S = (5, 60, 300, 1800, 7200, 18000, 36000, 36000, 43200, 43200, 43200)
JITTER = 0.2  # of a wait, either way, so that messages of one fault do not come back as one
# What carries an IPv4 address within an IPv6 one, and could be a private one in disguise.
_CARRIERS = tuple(
    ipaddress.ip_network(net)
    for net in (
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    )
)


def is_public(address: str) -> bool:
    """Answer whether an IP address is one of the open internet, and no other in disguise."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 6 and any(ip in net for net in _CARRIERS if net.version == 6):
        return False
    hidden = (
        *(ip.is_private, ip.is_loopback, ip.is_link_local, ip.is_multicast),
        *(ip.is_reserved, ip.is_unspecified, getattr(ip, "is_site_local", False)),
    )
    return ip.is_global and not any(hidden)


def fault_of(url: str, *, loopback: bool) -> str:
    """Return why an address cannot be an endpoint, '' if it can.

    `loopback` lets this machine be named, also in plain http: for tests and demonstrations.
    """
    plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>')
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _("This is no address.")
    if not plain or len(url) > LONGEST or not parts.hostname or not _is_name(parts.hostname):
        return _("This is no address.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        return _("Leave out names, passwords and marks within the page.")
    if loopback and is_loopback(parts.hostname) and parts.scheme in ("http", "https"):
        return ""
    if parts.scheme != "https":
        return _("The address has to begin with https://.")
    if (443 if port is None else port) not in PORTS:
        return _("Only the ports 443 and 8443 are reached.")
    if _is_number(parts.hostname) and not is_public(parts.hostname):
        return _("This address is not one of the open internet.")
    return ""


def is_loopback(host: str) -> bool:
    """Answer whether a host is this machine."""
    if host == "localhost":
        return True
    return _is_number(host) and ipaddress.ip_address(host).is_loopback


def _is_name(host: str) -> bool:
    """Answer whether a host's labels are such as can be looked up."""
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(0 < len(label) <= 63 for label in labels)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def place_of(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts of a checked address, its host and its port."""
    parts = urlsplit(url)
    return parts, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def next_try(delivery_id: uuid.UUID, attempts: int, at: datetime) -> datetime:
    """Return when to try again after so many tries; the jitter is the delivery's own."""
    wait = WAITS_S[min(attempts, len(WAITS_S)) - 1]
    drawn = hashlib.sha256(delivery_id.bytes + attempts.to_bytes(4)).digest()
    share = int.from_bytes(drawn[:4]) / 2**32  # 0..1
    return at + timedelta(seconds=wait * (1 + JITTER * (2 * share - 1)))
