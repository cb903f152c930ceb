"""Refusals of uploads, with the statuses that the tus protocol gives them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reports.problems import Problem


class TooLong(Problem):
    """Raised before a byte is sent: the declared length is beyond what is taken in."""

    code = "too-long"
    status = 413
    title = _("The file is too large")


class Elsewhere(Problem):
    """Raised where the sender and the disk disagree on how much has come."""

    code = "offset-differs"
    status = 409
    title = _("The upload continues at another place")


class Busy(Problem):
    """Raised while another request writes the same upload."""

    code = "upload-busy"
    status = 423
    title = _("This file is being sent already")


class PieceDiffers(Problem):
    """Raised where a piece is not what its checksum says; it is thrown away."""

    code = "checksum-differs"
    status = 460  # of the protocol's checksum extension
    title = _("What came is not what was sent")


class TooMany(Problem):
    """Raised where somebody has too much under way."""

    code = "too-many-uploads"
    status = 429
    title = _("Too many files are being sent")


class NoSpace(Problem):
    """Raised where the disk cannot take the file."""

    code = "no-space"
    status = 507
    title = _("There is no space for this file now")


class NotNow(Problem):
    """Raised where all came but the storage does not answer; what came is kept."""

    code = "not-now"
    status = 503
    title = _("The file came whole but could not be sealed yet")


class OtherProtocol(Problem):
    """Raised for a request that does not speak tus 1.0.0."""

    code = "tus-version"
    status = 412
    title = _("This door speaks tus 1.0.0")


class WrongType(Problem):
    """Raised for bytes that are not sent as such."""

    code = "wrong-type"
    status = 415
    title = _("Bytes of a file are sent as application/offset+octet-stream")


class WrongHeader(Problem):
    """Raised for a header that cannot be read."""

    code = "wrong-header"
    status = 400
    title = _("A header cannot be read")
