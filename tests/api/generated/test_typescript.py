"""The same in TypeScript: types made of the document, a flow that compiles and goes the whole way.

Needs `npm ci` in tests/node (the gate does it).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api.machines import a_body, key_for
from tests.api.test_own_report import FULL
from tests.factories import World

NODE = Path(__file__).resolve().parents[2] / "node"
TOOLS = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
pytestmark = [
    pytest.mark.skipif(not (NODE / "node_modules").is_dir(), reason="npm ci in tests/node"),
    pytest.mark.skipif(shutil.which("node", path=TOOLS) is None, reason="node is not here"),
]


def run(*command: str, fails: bool = False) -> str:
    """Run something in the folder of the node tools; return what it says."""
    done = subprocess.run(
        command,
        cwd=NODE,
        env={**os.environ, "PATH": TOOLS},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode != 0) == fails, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout.strip()


def test_spectral_finds_nothing() -> None:
    assert "No results" in run("npm", "run", "-s", "check")


BROKEN = {  # a document in which each of our own rules finds something
    "/things/{id}": {
        "put": {
            "operationId": "change_thing",
            "requestBody": {"content": {"application/json": {"schema": {}}}},
            "responses": {
                "200": {"description": "", "content": {"application/json": {"schema": {}}}},
                "404": {"description": ""},
                "4XX": {"description": ""},
            },
        },
        "post": {"operationId": "move_thing", "responses": {"204": {"description": ""}}},
    }
}


def test_spectral_finds_what_breaks_our_own_rules(tmp_path: Path) -> None:
    rules = yaml.safe_load((NODE / ".spectral.yaml").read_text("utf-8"))["rules"]
    broken = tmp_path / "broken.json"
    head = {"openapi": "3.1.1", "info": {"title": "Broken", "version": "1"}}
    broken.write_text(json.dumps({**head, "paths": BROKEN}), "utf-8")
    command = ("npx", "--no-install", "spectral", "lint", "-f", "json", str(broken))
    found = json.loads(run(*command, fails=True))
    assert rules.keys() <= {one["code"] for one in found}


def test_the_whole_way(live_world: World, live_server: Any) -> None:
    run("npm", "run", "-s", "types")
    run("npm", "run", "-s", "compile")
    said = run(
        *("node", "generated/out/flow.js", f"{live_server.url}/api/v1"),
        *(key_for(live_world.filer, *FULL), json.dumps(a_body(live_world))),
    )
    assert said == "withdrawn 0"
