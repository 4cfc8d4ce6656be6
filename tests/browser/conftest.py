"""A whole portal with demo data in processes of its own, and the machine's Chromium to open it with.

The portal's clock stands in the middle of a grant round when the demo data is made, so that every test means the same on any day.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    APIRequestContext,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Response,
    StorageState,
    sync_playwright,
)

from lms_portal.demo.people import DEMO_PASSWORD, DEMO_PEOPLE
from lms_portal.embedded.postgres import APP, OWNER
from tests.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS = 90
SLOW_MACHINE_MS = 20_000
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What finding no fault does not need costs a tenth of the time; the portal has no frames.
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": AXE_TAGS},
    "resultTypes": ["violations"],
    "iframes": False,
    "preload": False,
    "selectors": False,
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
EMAILS = {person.mailbox: person.email for person in DEMO_PEOPLE}


def _chromium() -> str | None:
    for name in ("chromium", "google-chrome", "chromium-browser"):
        if found := shutil.which(name):
            return found
    return None


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium from the machine, or Playwright's own where it is installed; skips with the reason where there is neither."""
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=_chromium(), args=CHROMIUM_ARGUMENTS)
        except Error as error:
            pytest.skip(f"no browser: install chromium or google-chrome ({str(error).splitlines()[0]})")
        yield opened
        opened.close()


@dataclass
class Portal:
    """The running portal: its address, its demo password, and who has signed in to it so far."""

    url: str
    password: str = DEMO_PASSWORD
    sessions: dict[str, StorageState] = field(default_factory=dict)

    def address(self, path: str) -> str:
        return self.url + path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _manage(environment: dict[str, str], *command: str) -> None:
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def _set_clock(database: str) -> None:
    """Before anything is made: the portal's moment is that of the tests, whatever day it really is."""
    seconds = int((NOW - datetime.now(UTC)).total_seconds())
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO common_clockoffset (id, seconds) VALUES (1, %s)", [seconds])


def _wait_until_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the web server stopped while starting"
        try:
            with urllib.request.urlopen(url, timeout=10):  # noqa: S310 - our own address
                return
        except OSError:  # refused, reset, or slow on the first request
            time.sleep(0.1)
    pytest.fail("the web server did not answer")


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"browser_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def _process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with open(log, "ab") as output:
        process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def running_portal(server: str, home: Path) -> Iterator[Portal]:
    """Makes a database with demo data on the server, and runs web, worker and beat on it."""
    port = _free_port()
    (home / "queue" / "control").mkdir(parents=True)
    with ExitStack() as stack:
        database = stack.enter_context(_database(server))
        as_owner = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "lms_portal.settings.dev",
            "DATABASE_URL": database,
            "PORTAL_BASE_URL": f"http://localhost:{port}",
            "PORTAL_QUEUE_DIR": str(home / "queue"),
            "PORTAL_SWEEP_SECONDS": "2",
        }
        as_app = {**as_owner, "DATABASE_URL": database.replace(OWNER, APP)}
        _manage(as_owner, "createcachetable")
        _manage(as_owner, "migrate", "-v", "0")
        _set_clock(database)
        _manage(as_app, "collectstatic", "--noinput", "-v", "0")
        _manage(as_app, "load_demo")
        log = home / "portal.log"
        celery = ["celery", "-A", "lms_portal"]
        stack.enter_context(_process([*celery, "worker", "--pool=solo", "--loglevel=WARNING", "-Q", "messages,long"], as_app, log))
        stack.enter_context(_process([*celery, "beat", "--loglevel=WARNING", "--pidfile=", "--schedule", str(home / "beat")], as_app, log))
        gunicorn = ["gunicorn", "lms_portal.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--no-control-socket"]
        web = stack.enter_context(_process(gunicorn, as_app, log))
        _wait_until_answers(f"http://127.0.0.1:{port}/healthz", web)
        yield Portal(url=f"http://localhost:{port}")


@pytest.fixture(scope="package")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo's data and processes on a database of their own beside the tests' one."""
    if os.environ.get("BX_URL"):
        yield Portal(url=os.environ["BX_URL"])
        return
    with running_portal(os.environ["DATABASE_URL"].rsplit("/", 1)[0], tmp_path_factory.mktemp("portal")) as running:
        yield running


Opener = Callable[..., Page]


def watch(page: Page, problems: list[str]) -> None:
    """This will note what a visitor's browser complains about: script errors, policy violations, parts of a page that did not come."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "fetch"):
            problems.append(f"{page.url}: {response.status} {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("response", on_response)


def new_context(browser: Browser, portal: Portal, *, person: str = "", width: int = 1280, **options: Any) -> BrowserContext:
    """A visitor's browser of its own; `person` is a demo person's mailbox name or address, and signs in once for all tests."""
    options = {"viewport": {"width": width, "height": 900}, "locale": "nb-NO", "reduced_motion": "reduce", **options}
    if person and person not in portal.sessions:
        with browser.new_context(locale="nb-NO") as context:
            _sign_in(context.request, portal, person)
            portal.sessions[person] = context.storage_state()
    context = browser.new_context(**options, storage_state=portal.sessions.get(person) if person else None)
    context.set_default_timeout(SLOW_MACHINE_MS)
    return context


@pytest.fixture
def open_page(browser: Browser, portal: Portal) -> Iterator[Opener]:
    """Opens a page in a context of its own: width, script on or off, light or dark, as a demo person or as anybody.

    At the end nothing that was opened may have complained in the browser's console.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def opener(path: str, *, width: int = 1280, script: bool = True, dark: bool = False, person: str = "", **options: Any) -> Page:
        scheme = "dark" if dark else "light"
        context = new_context(browser, portal, person=person, width=width, java_script_enabled=script, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        watch(page, problems)
        page.goto(portal.address(path))
        return page

    yield opener
    for context in contexts:
        context.close()
    assert problems == []


def _sign_in(request: APIRequestContext, portal: Portal, person: str) -> None:
    """Signs in by the form's address, without drawing the page: a browser's way in has tests of its own."""
    address = portal.address("/nb/konto/inn/")
    token = TOKEN.search(request.get(address).text())
    assert token
    answer = request.post(address, form={"login": EMAILS.get(person, person), "password": portal.password, "csrfmiddlewaretoken": token[1]})
    assert answer.url.endswith("/hjem/")


def follow(link: Locator) -> None:
    """Clicks what leads to another page, and waits until that page is there."""
    with link.page.expect_navigation():
        link.click()


def axe_begin(page: Page) -> None:
    """Starts axe with the WCAG 2.2 AA rules and best practice, and does not wait for it: another page can be opened meanwhile."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(
        """options => {
            const still = document.getAnimations().map(one => one.finished);  // a colour on its way would be measured
            window.axeAnswer = Promise.allSettled(still).then(() => axe.run(options));
        }""",
        AXE_OPTIONS,
    )


def axe_found(page: Page) -> list[str]:
    """Waits for what was begun; returns one line for each violation."""
    violations = page.evaluate("async () => (await window.axeAnswer).violations.map(one => [one.id, one.nodes[0].html])")
    return [f"{page.url} {rule}: {html[:200]}" for rule, html in violations]


def axe_violations(page: Page) -> list[str]:
    """Runs axe on the page as it stands."""
    axe_begin(page)
    return axe_found(page)


def sideways(page: Page) -> int:
    """How many pixels a reader would have to scroll to the side."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth"))
