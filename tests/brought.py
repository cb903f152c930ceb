"""Files with canaries wherever a file has room for words, for the test that looks for them."""

from __future__ import annotations

import struct
from datetime import datetime

from PIL import PngImagePlugin

from tests.pictures import drawn, encoded, exif_of
from tests.reports.evidence.test_adding import box


def loaded_files(word: str, spot: tuple[float, float], taken: datetime) -> dict[str, bytes]:
    """Return {file name: a file with the word and the spot in every place such a file has}."""
    exif = exif_of(
        taken=taken,
        position=spot,
        device=("Maker", "Phone"),
        **dict.fromkeys(("Artist", "BodySerialNumber", "ImageDescription", "Copyright"), word),
    )
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{word}</x:xmpmeta>".encode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", word)
    text.add_itxt("Location", f"{word} {spot[0]} {spot[1]}")
    jpeg = encoded(drawn(11), exif=exif, xmp=xmp, comment=word)
    return {
        f"{word} at home.jpg": jpeg[:2] + _iptc(word) + jpeg[2:] + word.encode(),
        f"{word}-thumb.jpg": _with_thumbnail(encoded(drawn(12)), encoded(drawn(13), comment=word)),
        f"{word}.png": encoded(drawn(14), "PNG", pnginfo=text, exif=exif),
        f"{word}.heic": encoded(drawn(15), "HEIF", exif=exif.tobytes(), xmp=xmp),
        f"{word}.pdf": _pdf(word),
        f"{word}.mp4": _film(word, spot),
    }


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def _iptc(word: str) -> bytes:
    """Return what a news desk writes: the by-line, in Photoshop's segment."""
    said = b"\x1c\x02\x50" + struct.pack(">H", len(word)) + word.encode()
    said += b"\0" * (len(said) % 2)
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(said)) + said
    return _segment(0xED, b"Photoshop 3.0\0" + resource)


def _with_thumbnail(jpeg: bytes, thumbnail: bytes) -> bytes:
    """Return a JPEG whose EXIF holds a small picture, which in turn holds a comment."""
    first = struct.pack("<HI", 0, 14)  # no tag, and where the second directory begins
    start = 14 + 2 + 2 * 12 + 4
    second = struct.pack("<H", 2)
    second += struct.pack("<HHII", 0x0201, 4, 1, start)
    second += struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail)) + struct.pack("<I", 0)
    tiff = b"II*\0\x08\0\0\0" + first + second + thumbnail
    return jpeg[:2] + _segment(0xE1, b"Exif\0\0" + tiff) + jpeg[2:]


def _pdf(word: str) -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<</Author (" + word.encode() + b")>>\nendobj\n"
        b"trailer\n<</Info 1 0 R>>\nstartxref\n9\n%%EOF\n"
    )


def _film(word: str, spot: tuple[float, float]) -> bytes:
    """Return a film that tells its position and device as phones do."""

    def told(name: bytes, said: str) -> bytes:
        return box(name, struct.pack(">HH", len(said), 0x15C7) + said.encode())

    place = told(b"\xa9xyz", f"+{spot[0]}+0{spot[1]}/")
    udta = box(b"udta", place + told(b"\xa9mod", word))
    frame = box(b"ftyp", b"isom\0\0\0\0isommp42")
    return frame + box(b"moov", b"\0" * 40 + udta) + box(b"mdat", b"\1" * 500)
