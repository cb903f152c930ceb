"""A real site, as `python3 run.py` starts it, and people who use it in a real browser.

Nothing is replaced: the site has its own database, broker, web server, worker and clock, and
the demonstration's people and records. Tests here never touch a row; they click.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.installer import ROOT
from tests.proofs import until
from verification.management.seeding.people import DEMO_PHRASE

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking")
STARTS_WITHIN = 240  # seconds for a first start with its demonstration, on a busy machine
ANSWERS_WITHIN = 20_000  # milliseconds


@dataclass(frozen=True)
class Site:
    """A running site and how to come in."""

    url: str
    password: str


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Start a whole demonstration site on a folder of its own; stop it as Ctrl-C would.

    While writing tests, CVR_SITE=http://127.0.0.1:8000 takes a demonstration that runs already.
    """
    if "CVR_SITE" in os.environ:
        yield Site(os.environ["CVR_SITE"].rstrip("/"), DEMO_PHRASE)
        return
    folder = Path(tempfile.mkdtemp(prefix="cvr-test-"))  # run.py sweeps these up after a kill
    port = free_port()
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {"CVR_DATA": str(folder), "PORT": str(port), "CVR_DEMO": "1", "CVR_LOG_TICK": "2"}
    said = folder / "said"
    with said.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "run.py"], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    try:
        until(lambda: "READY" in said.read_text() or run.poll() is not None, "READY", STARTS_WITHIN)
        assert run.poll() is None, said.read_text()
        until(lambda: "Stop: Ctrl-C" in said.read_text(), "the logins are printed")
        assert DEMO_PHRASE in said.read_text()
        yield Site(f"http://127.0.0.1:{port}", DEMO_PHRASE)
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(60)
        for one in (folder, folder.with_name(f"{folder.name}-signer")):
            shutil.rmtree(one, ignore_errors=True)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """Start what drives browsers."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs CVR_BROWSER=1")
    if not any(map(shutil.which, CHROMIUM)):
        pytest.fail("No Chromium in PATH: apt-get install chromium")
    with sync_api.sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(driver: Any) -> Iterator[Any]:
    """Start the browser that Debian ships."""
    program = next(filter(None, map(shutil.which, CHROMIUM)))
    browser = driver.chromium.launch(executable_path=program, args=list(QUIET))
    yield browser
    browser.close()


@dataclass
class Person:
    """Somebody with a browser of their own, and all that went wrong in it."""

    site: Site
    context: Any
    page: Any
    wrongs: list[str] = field(default_factory=list)

    def watch(self) -> "Person":
        """Write down console errors (a broken policy is one), crashes, failures, strangers."""
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self._note(f"script failed: {error.error}"))
        self.context.on("request", self._see_request)
        self.context.on("response", self._see_response)
        return self

    def _note(self, wrong: str) -> None:
        self.wrongs.append(f"{self.page.url}: {wrong}")

    def _hear(self, message: Any) -> None:
        # A form sent back for a second look is no error: the browser calls every 4xx one.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self._note(f"console: {message.text}")

    def _see_request(self, request: Any) -> None:
        if not request.url.startswith((self.site.url, "data:", "blob:")):
            self._note(f"asked outside the site: {request.url}")

    def _see_response(self, response: Any) -> None:
        if response.status >= 400 and response.status != 422:
            self._note(f"{response.status} from {response.url}")

    def go(self, path: str) -> Any:
        """Open a page of the site."""
        return self.page.goto(self.site.url + path)

    def sign_in(self, username: str) -> "Person":
        """Come in through the door that everybody uses."""
        self.go("/accounts/login/")
        self.page.locator("[name=login]").fill(username)
        self.page.locator("[name=password]").fill(self.site.password)
        self.press("Sign in", within="main")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return self

    def press(self, words: str, within: str = "body") -> None:
        """Press the button or link with these words."""
        here = self.page.locator(within)
        here.get_by_role("button", name=words).or_(
            here.get_by_role("link", name=words)
        ).first.click()

    def choose(self, name: str, value: str) -> None:
        """Tap the answer of a question with radio or check boxes."""
        self.page.locator(f"label:has([name={name}][value='{value}'])").tap()

    def select(self, name: str, value: str) -> None:
        """Choose from a list."""
        self.page.locator(f"select[name={name}]").select_option(value)

    def write(self, name: str, text: str) -> None:
        """Write into a box."""
        self.page.locator(f"[name={name}]").fill(text)

    def reads(self) -> str:
        """Return all the words that can be read on the page."""
        return str(self.page.locator("main").inner_text())


Meet = Callable[..., Person]


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """Keep who came in already: the door lets a guesser, or a test, through 30 times a minute."""
    return {}


@pytest.fixture
def meet(site: Site, chromium: Any, signed_in: dict[str, Any]) -> Iterator[Meet]:
    """Give people a browser each; at the end, look that nothing went wrong in any."""
    met: list[Person] = []

    def somebody(username: str = "", **options: Any) -> Person:
        context = chromium.new_context(base_url=site.url, locale="en-GB", **(PHONE | options))
        context.set_default_timeout(ANSWERS_WITHIN)
        person = Person(site, context, context.new_page()).watch()
        met.append(person)
        if username and username not in signed_in:
            signed_in[username] = person.sign_in(username).context.cookies()
        elif username:
            context.add_cookies(signed_in[username])
        return person

    yield somebody
    wrongs = [wrong for person in met for wrong in person.wrongs]
    for person in met:
        person.context.close()
    assert not wrongs, "\n".join(wrongs)


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the program that judges accessibility."""
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
