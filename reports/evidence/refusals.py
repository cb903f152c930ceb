"""Why a file is not taken in, in words that say what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.evidence.rules import MEGA, MOST_BYTES, MOST_IMAGE_BYTES, MOST_PIXELS


def why_refused(reason: str) -> str:
    """Return the words for a reason's code."""
    match reason:
        case "empty":
            return _("The file is empty. Choose it again.")
        case "too_large":
            return _("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // MEGA}
        case "image_too_large":
            return _("A picture may have at most %(most)d MB.") % {"most": MOST_IMAGE_BYTES // MEGA}
        case "too_many_pixels":
            return _(
                "The picture has more than %(most)d million pixels. Save it smaller, or send a "
                "part of it."
            ) % {"most": MOST_PIXELS // 1_000_000}
        case "not_taken":
            return _(
                "This kind of file is not taken in, or it is not whole. Send pictures (JPEG, PNG, "
                "WebP, HEIC), films (MP4, MOV, WebM, 3GP), sound (MP3, M4A, OGG, WAV, AMR) or PDF; "
                "archives never."
            )
        case "too_much_memory" | "too_slow":
            return _("The picture takes too much to be opened. Save it smaller and send it again.")
    return _("The picture cannot be opened: it is damaged or not what it seems to be.")
