"""Files that mean harm, made small: each says what it is, and what may become of it.

After the corpus of the threat model: pictures that unfold to more memory than there is, archives
and documents that do, texts that multiply, files that are two kinds at once, files cut short.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

from tests.pictures import drawn, encoded

MARK = b"<script>alert('CANARY-X7')</script>"
# How a file may end: not taken in; taken in, and a clean copy made; taken in and kept unread.
REFUSED, COPIED, SEALED, UNREADABLE = "refused", "copied", "sealed", "unreadable"


@dataclass(frozen=True)
class Bomb:
    """A file, and how it may end."""

    content: bytes
    ends: frozenset[str]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    width: int, height: int, *, colour: int = 0, rows: int | None = None, **extra: bytes
) -> bytes:
    """Return a PNG of zeros; `rows` may differ from the height it claims."""
    depth = {0: 1, 6: 4}[colour]
    packer, packed = zlib.compressobj(1), io.BytesIO()
    for _row in range(height if rows is None else rows):
        packed.write(packer.compress(bytes(1 + width * depth)))
    packed.write(packer.flush())
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    more = b"".join(chunk(name.encode(), data) for name, data in extra.items())
    body = chunk(b"IHDR", head) + more + chunk(b"IDAT", packed.getvalue()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_of(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims another size."""
    plain = encoded(drawn(1))
    at = plain.index(b"\xff\xc0") + 5
    return plain[:at] + struct.pack(">HH", height, width) + plain[at + 4 :]


def webp_of(width: int, height: int) -> bytes:
    """Return a small WebP whose canvas claims another size."""
    plain = encoded(drawn(1).convert("RGBA"), "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    at = plain.index(b"VP8X") + 12
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return plain[:at] + size + plain[at + 6 :]


def heic_of(width: int, height: int) -> bytes:
    """Return a small HEIC whose properties claim another size."""
    plain = encoded(drawn(1), "HEIF")
    at = plain.index(b"ispe") + 8
    return plain[:at] + struct.pack(">II", width, height) + plain[at + 8 :]


def tiff_of(width: int, height: int) -> bytes:
    plain = encoded(drawn(1), "TIFF")
    return plain.replace(struct.pack("<I", 320), struct.pack("<I", width), 1).replace(
        struct.pack("<I", 240), struct.pack("<I", height), 1
    )


def gif_of(width: int, height: int) -> bytes:
    plain = encoded(drawn(1).convert("P"), "GIF")
    return plain[:6] + struct.pack("<HH", width, height) + plain[10:]


def zipped(content: bytes, name: str = "0") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return held.getvalue()


def deep_zip() -> bytes:
    content = bytes(1_000_000)
    for _level in range(12):
        content = zipped(content)
    return content


def laughs() -> bytes:
    names = [f"l{n}" for n in range(10)]
    told = [f'<!ENTITY {names[0]} "ha">']
    told += [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names)]
    return f'<?xml version="1.0"?><!DOCTYPE x [{"".join(told)}]><x>&l9;</x>'.encode()


def with_xmp(text: bytes) -> bytes:
    plain = encoded(drawn(1))
    told = b"http://ns.adobe.com/xap/1.0/\0" + text
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told + plain[2:]


def pdf(stream: bytes, claims: int) -> bytes:
    body = b"%%PDF-1.7\n1 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % claims
    return body + stream + b"\nendstream endobj\nstartxref\n9\n%%EOF\n"


def flat(mode: str, side: int) -> bytes:
    """Return a lossless WebP of one colour."""
    return encoded(Image.new(mode, (side, side)), "WEBP", lossless=True, quality=0, method=0)


def one(content: Callable[[], bytes], *ends: str) -> Callable[[], Bomb]:
    return lambda: Bomb(content(), frozenset(ends))


BOMBS: dict[str, Callable[[], Bomb]] = {
    "png, 169 million pixels in 20 kB": one(lambda: png(13_000, 13_000), REFUSED),
    "png, more rows than it claims": one(lambda: png(100, 100, rows=300_000), COPIED, UNREADABLE),
    "png, fewer rows than it claims": one(lambda: png(6000, 6000, rows=9), COPIED, UNREADABLE),
    "png, a text that unfolds": one(
        lambda: png(9, 9, zTXt=b"k\0\0" + zlib.compress(bytes(100_000_000), 9)),
        *(REFUSED, UNREADABLE, COPIED),
    ),
    "png, a profile that unfolds": one(
        lambda: png(9, 9, iCCP=b"k\0\0" + zlib.compress(bytes(100_000_000), 9)),
        *(REFUSED, UNREADABLE, COPIED),
    ),
    "jpeg, four thousand million pixels": one(lambda: jpeg_of(65_500, 65_500), REFUSED),
    "jpeg, 36 million pixels that are not there": one(
        lambda: jpeg_of(6000, 6000), COPIED, UNREADABLE
    ),
    "webp, 268 million pixels": one(lambda: webp_of(16_384, 16_384), REFUSED),
    "heic, 1600 million pixels": one(lambda: heic_of(40_000, 40_000), REFUSED),
    "tiff, 4000 million pixels": one(lambda: tiff_of(65_000, 65_000), REFUSED),
    "gif, 4000 million pixels": one(lambda: gif_of(65_535, 65_535), REFUSED),
    "zip bomb called a picture": one(lambda: zipped(bytes(50_000_000)), REFUSED),
    "zip in zip in zip": one(deep_zip, REFUSED),
    "a thousand million laughs as svg": one(
        lambda: laughs().replace(b"<x>", b'<svg xmlns="http://www.w3.org/2000/svg">'), REFUSED
    ),
    "a thousand million laughs in a photograph": one(lambda: with_xmp(laughs()), COPIED),
    "pdf, a stream that unfolds": one(
        lambda: pdf(zlib.compress(bytes(50_000_000), 9), 10**12), SEALED
    ),
    "pdf without an end": one(lambda: pdf(b"x", 1)[:-8], REFUSED),
    "jpeg cut short": one(lambda: encoded(drawn(1))[:3000], REFUSED, UNREADABLE),
    "png cut short": one(lambda: encoded(drawn(1), "PNG")[:3000], REFUSED, UNREADABLE),
    "heic cut short": one(lambda: encoded(drawn(1), "HEIF")[:-200], REFUSED),
    "jpeg and script": one(lambda: encoded(drawn(1)) + MARK, COPIED),
    "jpeg and archive": one(lambda: encoded(drawn(1)) + zipped(MARK), COPIED),
    "png and page": one(lambda: encoded(drawn(1), "PNG") + b"<html>" + MARK, COPIED),
    "gif and script": one(lambda: b"GIF89a/*" + bytes(9) + b"*/=1;" + MARK, REFUSED),
    "pdf and picture": one(lambda: pdf(MARK, 9)[:40] + encoded(drawn(1)), REFUSED),
    "noise": one(lambda: bytes(range(256)) * 40, REFUSED),
}
# As large as a picture may be, and honest.
LARGE: dict[str, Callable[[], Bomb]] = {
    "png with transparency, 40 million pixels": one(lambda: png(7300, 5475, colour=6), COPIED),
    "webp with transparency, 40 million pixels": one(
        lambda: flat("RGBA", 6300), COPIED, UNREADABLE
    ),
    "webp, 16 million pixels": one(lambda: flat("RGB", 4000), COPIED),
}
