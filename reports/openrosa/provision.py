"""What a phone reads its settings from: one code, shown once."""

from __future__ import annotations

import base64
import json
import zlib

import segno

PROJECT = {"name": "Notes", "icon": "N", "color": "#3e4a5a"}  # tells whoever takes a phone nothing


def settings_for(server_url: str) -> dict[str, dict[str, object]]:
    """Return the settings of Collect for one phone: what was sent is not kept on it.

    Pictures stay as the camera made them, and the app tells its makers nothing.
    """
    return {
        "general": {
            "server_url": server_url,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
            "delete_send": True,
            "image_size": "original_image_size",
            "analytics": False,
        },
        "admin": {"view_sent": False, "change_form_metadata": False, "analytics": False},
        "project": dict(PROJECT),
    }


def packed(settings: dict[str, dict[str, object]]) -> str:
    """Return settings as the code holds them: base64 of zlib of JSON."""
    plain = json.dumps(settings, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(plain, 9)).decode()


def drawn(text: str) -> str:
    """Return a code as an address of a picture that needs no other site."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=5, border=4))
