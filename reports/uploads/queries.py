"""Reads of uploads."""

from __future__ import annotations

import uuid

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from reports.people.models import User
from reports.problems import NotFound
from reports.uploads.models import Upload
from reports.uploads.rules import MOST_UNFINISHED, MOST_UNFINISHED_BYTES
from reports.uploads.staging import came


def own_upload(user: User, upload_id: uuid.UUID) -> Upload:
    """Return one's own upload; NotFound for anybody else's."""
    rows = Upload.objects.select_related("report__agreement", "item")
    found = rows.filter(pk=upload_id, by=user, report__filed_by=user).first()
    if found is None:
        raise NotFound(_("There is no upload of yours with this address. Start it again."))
    return found


def offset_of(upload: Upload) -> int:
    """Return how many bytes of an upload have come."""
    return upload.length if upload.item_id is not None else came(upload.pk)


def no_more_of(user: User, length: int) -> str | None:
    """Return why somebody cannot begin a further upload of this length, None if they can."""
    held = Upload.objects.filter(by=user, item=None).aggregate(n=Count("id"), size=Sum("length"))
    if held["n"] >= MOST_UNFINISHED or (held["size"] or 0) + length > MOST_UNFINISHED_BYTES:
        return _("You have too much under way. Finish or cancel other files first.")
    return None


def unfinished() -> int:
    """Return how many uploads are under way."""
    return Upload.objects.filter(item=None).count()
