"""What a monitor's first visit costs on a bad line, beside what a form of ODK Web Forms fetches.

Both over the same throttle in the same browser: 400 ms there and back, 400 kbit/s. Ours is the real
filing page of a running demonstration, with a new browser: signed in, nothing kept. The other
is a page that fetches a script of the size that ODK Web Forms 0.x has packed (1.36 MB); its time is
that of the bytes alone, without running a line of it, so the comparison leans to its side.

    python3 run.py            # a demonstration, in another terminal
    CVR_SITE=http://127.0.0.1:8000 python benchmarks/first_load.py
"""

from __future__ import annotations

import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import sync_playwright

SITE = os.environ.get("CVR_SITE", "http://127.0.0.1:8000").rstrip("/")
PHRASE = "demo-truce-of-2020"  # of every login of a demonstration
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
ODK = 1_360_000  # bytes of ODK Web Forms, packed
RUNS = 3
USABLE = "form.filing[data-ready]"


class Elsewhere(BaseHTTPRequestHandler):
    """A page that shows its form once its script has come."""

    def do_GET(self) -> None:
        """Answer with the page or with its script, as many bytes as the other's has packed."""
        if self.path == "/form.js":
            lines = b"document.body.append(document.createElement('form'));\n//"
            body, kind = (
                lines + os.urandom(ODK // 2).hex().encode()[: ODK - len(lines)],
                "text/javascript",
            )
        else:
            body, kind = (
                b"<!doctype html><title>x</title><body><script src=/form.js></script>",
                "text/html",
            )
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Wire:
    """What came over the wire, by the browser's own count of packed bytes."""

    def __init__(self, page: Any) -> None:
        self.bytes, self.files = 0.0, 0
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.session.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]
        self.files += bool(event["encodedDataLength"])

    def throttle(self) -> None:
        """Make the line bad."""
        self.session.send("Network.emulateNetworkConditions", LINE)


def measured(page: Any, url: str, usable: str) -> tuple[float, float, int]:
    """Return seconds until the form can be used, kB that had come by the end, and files."""
    wire = Wire(page)
    wire.throttle()
    began = page.evaluate("performance.now()")  # also makes sure that the page answers
    del began
    start = page.evaluate("Date.now()")
    page.goto(url, wait_until="commit", timeout=120_000)
    page.locator(usable).first.wait_for(state="attached", timeout=120_000)
    took = (page.evaluate("Date.now()") - start) / 1000
    page.wait_for_load_state("load", timeout=120_000)
    return took, wire.bytes / 1000, wire.files


def ours(browser: Any, workers: str) -> tuple[float, float, int]:
    """Open the filing page as somebody who has just signed in on a new phone."""
    cookies = signed_in(browser)
    context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers=workers)
    context.add_cookies(cookies)
    page = context.new_page()
    found = measured(page, f"{SITE}/reports/new/", USABLE)
    context.close()
    return found


_cookies: list[Any] = []


def signed_in(browser: Any) -> list[Any]:
    """Return the cookies of a monitor."""
    if not _cookies:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{SITE}/accounts/login/")
        page.locator("[name=login]").fill("monitor2")
        page.locator("[name=password]").fill(PHRASE)
        page.locator("main button").first.click()
        page.wait_for_url(lambda url: "/login/" not in url)
        _cookies.extend(context.cookies())
        context.close()
    return _cookies


def theirs(browser: Any, url: str) -> tuple[float, float, int]:
    """Open a page whose form is a script of the other's size."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    found = measured(context.new_page(), url, "form")
    context.close()
    return found


def main() -> None:
    """Print both, several times over."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    )
    print(f"{RUNS} runs each; 400 ms there and back, 400 kbit/s; new browser each time")
    print(f"{'':34}{'s to a form':>12}{'kB packed':>11}{'files':>7}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _run in range(RUNS):
            seconds, size, files = ours(browser, "block")
            print(f"{'the filing page':34}{seconds:12.1f}{size:11.1f}{files:7}")
            seconds, size, files = theirs(browser, f"http://127.0.0.1:{server.server_address[1]}/")
            print(f"{'a script of ODK Web Forms’ size':34}{seconds:12.1f}{size:11.1f}{files:7}")
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
