"""Looks at a page with every eye at once: wide and light, narrow and dark, and without script."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Portal, axe_begin, axe_found, axe_violations, new_context, sideways, watch

NARROW, PHONE, WIDE = 320, 375, 1280


def _faults_of_frame(page: Page) -> list[str]:
    """What every page has: one heading of the first level, a title, and the language that the address says."""
    facts = {
        "one h1": page.locator("h1").count() == 1,
        "a title": bool(page.title().strip()),
        "the language of its address": page.locator("html").get_attribute("lang") == urlsplit(page.url).path[1:3],
    }
    return [f"{page.url}: not {name}" for name, holds in facts.items() if not holds]


def _faults_of_width(page: Page) -> list[str]:
    over = sideways(page)
    width = page.viewport_size["width"] if page.viewport_size else 0
    return [f"{page.url}: {over} px too wide at {width}"] if over > 0 else []


class Looker:
    """One person's three browsers."""

    def __init__(self, browser: Browser, portal: Portal, person: str) -> None:
        self.portal = portal
        self.problems: list[str] = []
        self.contexts = [
            new_context(browser, portal, person=person, width=WIDE, color_scheme="light"),
            new_context(browser, portal, person=person, width=NARROW, color_scheme="dark"),
            new_context(browser, portal, person=person, width=PHONE, java_script_enabled=False),
        ]
        self.pages = [context.new_page() for context in self.contexts]
        for page in self.pages:
            watch(page, self.problems)

    def glance(self, path: str, status: int = 200) -> list[str]:
        """This will open an address in all three, and return what is wrong with its answer, its frame and its width."""
        found = []
        for page in self.pages:
            answer = page.goto(self.portal.address(path), wait_until="commit")
            if answer is None or answer.status != status:
                found.append(f"{path}: answers {answer.status if answer else 'nothing'}")
        for page in self.pages:
            page.wait_for_load_state()
            found += [*_faults_of_frame(page), *_faults_of_width(page)]
        found += self.problems
        self.problems.clear()
        return found

    def look(self, path: str, status: int = 200) -> list[str]:
        """This will do the same, and ask axe about the light and the dark page, both at once."""
        found = self.glance(path, status)
        with_script = self.pages[:2]
        for page in with_script:
            axe_begin(page)
        return [*found, *(fault for page in with_script for fault in axe_found(page))]


@contextmanager
def looker(browser: Browser, portal: Portal, person: str) -> Iterator[Looker]:
    """Opens a person's browsers, and closes them."""
    opened = Looker(browser, portal, person)
    try:
        yield opened
    finally:
        for context in opened.contexts:
            context.close()


def faults_of(page: Page) -> list[str]:
    """This will look at a page that cannot be opened again, as after a form was sent: light at its own width, dark at all three."""
    found = [*_faults_of_frame(page), *axe_violations(page)]
    page.emulate_media(color_scheme="dark")
    before = page.viewport_size
    for width in (WIDE, PHONE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        found += _faults_of_width(page)
    found += axe_violations(page)
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
    return found
