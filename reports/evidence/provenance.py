"""What a picture says, under a signature, of how it came to be (C2PA). Runs inside the child alone.

The library is an optional extra (docs/extras.md). Who signs is not judged: no list of trusted
makers is kept here, so a signature says that a file was not changed since, not that it is true.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from io import BytesIO
from typing import Any

MOST_ACTIONS = 12
OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


def is_installed() -> bool:
    """Answer whether this site can read signed histories."""
    return find_spec("c2pa") is not None


def prepare() -> None:
    """Load the library while files can still be opened, and forbid it the network."""
    import c2pa

    c2pa.load_settings(OFFLINE)


def told_by(data: bytes, kind: str) -> dict[str, Any]:
    """Return what a file's signed history says: state, maker, signer, actions; {} if it has none.

    Units: state is "valid" (signed and unchanged since) or "invalid". Source: C2PA 2.1 manifests.
    """
    import c2pa

    reader = c2pa.Reader.try_create(kind, BytesIO(data))
    if reader is None:
        return {}
    said = json.loads(reader.json())
    manifest = said["manifests"][said["active_manifest"]]
    signature = manifest.get("signature_info", {})
    maker = (manifest.get("claim_generator_info") or [{}])[0]
    actions = [
        str(one.get("action", ""))
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for one in assertion.get("data", {}).get("actions", [])
    ]
    return {
        "state": "valid" if said.get("validation_state") in ("Valid", "Trusted") else "invalid",
        "maker": f"{maker.get('name', '')} {maker.get('version', '')}".strip(),
        "signer": str(signature.get("common_name") or signature.get("issuer") or ""),
        "signed_at": str(signature.get("time") or ""),
        "actions": actions[:MOST_ACTIONS],
    }
