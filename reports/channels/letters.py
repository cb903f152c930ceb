"""What the site's own mail server found out about a mail it took in (RFC 8601).

The server that takes a mail from outside checks its signature (DKIM) then and there: keys change,
and a second look would tell another resolver who writes to us. Its finding is read and recorded.
"""

from __future__ import annotations

import re
from email.parser import BytesHeaderParser
from email.policy import default

HEADER = "Authentication-Results"
DKIM = re.compile(r"\bdkim\s*=\s*([a-z]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
RESULTS = ("pass", "fail", "none", "neutral", "policy", "temperror", "permerror")


def dkim_result(raw: bytes, *, server: str) -> str:
    """Return what our server says of a mail's signature: '' where it says nothing.

    Only the topmost finding counts: a server writes its own above whatever came, and one further
    down was written by whoever sent the mail.
    """
    found = BytesHeaderParser(policy=default).parsebytes(raw).get_all(HEADER) or []
    top = COMMENT.sub(" ", str(found[0])) if found else ""
    name, _semicolon, rest = top.partition(";")
    if not server or name.lower().split()[:1] != [server.lower()]:
        return ""
    results = [one.lower() for one in DKIM.findall(rest)]
    known = [one for one in results if one in RESULTS]
    return "pass" if "pass" in known else next(iter(known), "")
