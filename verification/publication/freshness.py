"""What a kept copy of a public page has to agree with before it is shown again."""

from __future__ import annotations

from django.db import connection

# Each of the three only ever grows, in the transaction of the change itself, so a stamp taken
# before a page is made never stands for an older record than the page shows.
STAMP = """
SELECT (SELECT coalesce(max(size), 0) FROM verification_signedtree),
       (SELECT count(*) FROM verification_withholding),
       (SELECT count(ended_at) FROM verification_withholding)
"""


def public_stamp() -> str:
    """Return the newest checkpoint's size, and how many withholdings were placed and ended."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        return "-".join(str(part) for part in cursor.fetchone())
