"""Digits of any script, read as the ones computers calculate with. Pure."""

from __future__ import annotations

import unicodedata

_SIGNS = str.maketrans(
    {
        "\N{ARABIC DECIMAL SEPARATOR}": ".",
        "\N{ARABIC THOUSANDS SEPARATOR}": "",
        "\N{MINUS SIGN}": "-",
        "\N{RIGHT-TO-LEFT MARK}": "",
        "\N{LEFT-TO-RIGHT MARK}": "",
        "\N{ARABIC LETTER MARK}": "",
    }
)


def folded_digits(text: str) -> str:
    """Return the text with every decimal digit as 0 to 9, and Arabic separators as point and none.

    Arabic ٤٠٫٦٨, Persian ۴۰٫۶۸ and fullwidth ４０.６８ all come back as 40.68; other letters stay.
    """
    plain = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return "".join(plain).translate(_SIGNS)
