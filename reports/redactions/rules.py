"""Which boxes can be burnt into a picture. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BOXES = 40
LEAST_SIDE = 4  # pixels; a smaller box is a slip of the hand
GRID = 16  # pixels: a box grows to whole blocks of the JPEG, so that no edge of it shines through


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the working copy, in its pixels."""

    left: int
    top: int
    width: int
    height: int

    def row(self) -> list[int]:
        """Return the box as it is kept and told to the child."""
        return [self.left, self.top, self.width, self.height]


def clipped(box: Box, width: int, height: int) -> Box | None:
    """Return the part of a box that lies on the picture, None if there is hardly any."""
    left, top = max(0, box.left), max(0, box.top)
    right, bottom = min(width, box.left + box.width), min(height, box.top + box.height)
    if right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
        return None
    return Box(left, top, right - left, bottom - top)


def grown(box: Box) -> tuple[int, int, int, int]:
    """Return a box as (left, top, right, bottom), grown to whole blocks."""
    return (
        box.left - box.left % GRID,
        box.top - box.top % GRID,
        -(-(box.left + box.width) // GRID) * GRID,
        -(-(box.top + box.height) // GRID) * GRID,
    )


def jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Return (width, height) of a JPEG from its beginning, None where it does not tell."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xC3:
            height, width = (int.from_bytes(head[at + n : at + n + 2], "big") for n in (5, 7))
            return (width, height) if width and height else None
        at += 2 + length
    return None
