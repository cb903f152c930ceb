"""What the site's own mail server found out about a mail it took in (RFC 8601).

The server that takes a mail from outside checks its signature (DKIM) then and there: keys change,
and a second look would tell another resolver who writes to us. Its finding is read and recorded.
Parts of it are words of whoever sent the mail, so it is read by its grammar, never searched.
"""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

HEADER = "Authentication-Results"
PIECE = re.compile(r"\\.|.", re.DOTALL)
FINDING = re.compile(r"\s*dkim\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?=\s|\Z)", re.IGNORECASE)
SIGNED_BY = re.compile(r"\sheader\.d\s*=\s*(\S+)", re.IGNORECASE)
RESULTS = ("pass", "fail", "none", "neutral", "policy", "temperror", "permerror")
OTHER = "other"  # signed, but not by the domain that the mail says it is from


def dkim_result(raw: bytes, *, server: str) -> str:
    """Return what our server says of a mail's signature: '' where it says nothing.

    Only the topmost finding counts: a server writes its own above whatever came, and one further
    down was written by whoever sent the mail. A pass counts for the domain of the sender alone.
    """
    mail = BytesHeaderParser().parsebytes(raw)
    found = mail.get_all(HEADER) or []
    name, *findings = _bare(str(found[0]) if found else "").split(";")
    if not server or name.lower().split()[:1] != [server.lower()]:
        return ""
    read = [(one, match[1].lower()) for one in findings if (match := FINDING.match(one))]
    known = [(one, result) for one, result in read if result in RESULTS]
    passed = [one for one, result in known if result == "pass"]
    if passed:
        domain = _from_domain(mail)
        return "pass" if any(_signs(one, domain) for one in passed) else OTHER
    return next((result for _one, result in known), "")


def _bare(header: str) -> str:
    """Return a header without comments and quoted words; '' where one of them does not end."""
    kept, depth, quoted = [], 0, False
    for piece in PIECE.findall(header):
        if quoted or (piece == '"' and depth == 0):
            quoted = not quoted or piece != '"'
            kept.append(piece if piece == '"' else "")
        elif piece in ("(", ")"):  # comments hold comments; a quote in one is a mere character
            depth += 1 if piece == "(" else -1
            kept.append(" ")
        elif depth == 0:
            kept.append(piece)
        if depth < 0:
            return ""
    return "" if depth or quoted else "".join(kept)


def _from_domain(mail: Message) -> str:
    """Return the domain a mail says it is from; '' where it names none, or several senders."""
    senders = getaddresses([str(one) for one in mail.get_all("From") or []])
    return senders[0][1].rpartition("@")[2].lower() if len(senders) == 1 else ""


def _signs(finding: str, domain: str) -> bool:
    """Answer whether a finding is of a signature by a domain, or by one above it."""
    signers = {one.lower().rstrip(".") for one in SIGNED_BY.findall(finding)}
    if len(signers) != 1 or not domain:
        return False
    signer = signers.pop()
    return "." in signer and f".{domain}".endswith(f".{signer}")
