"""Paper, forced colours, large text and the keyboard: the pages hold without a mouse, a script or a screen's colours."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, follow, sideways

pytestmark = pytest.mark.browser

SEASON = "/nn/plakater/volda/autumn-2023/"
WORKLIST = "/nb/henvisning/arbeidsliste/"


def _on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    for frame in ("nav", ".workbar", ".ds-skip-link", "footer a", "button"):
        for part in page.locator(frame).all():
            expect(part).to_be_hidden()


def test_season_prints_without_navigation(open_page: Opener) -> None:
    page = open_page(SEASON, script=False)
    _on_paper(page)
    assert page.locator("table.poster tbody tr:visible").count() == 13
    expect(page.locator("h1")).to_be_visible()


def test_letter_prints_alone(open_page: Opener) -> None:
    page = open_page("/nb/henvisning/brev/", person="inntak.molde")
    follow(page.locator("tbody th a").first)
    _on_paper(page)
    expect(page.locator("article.letter")).to_be_visible()
    expect(page.locator("h1")).to_be_hidden()
    # what is left on paper is the letter, and nothing beside it
    assert page.locator("main").inner_text().split() == page.locator("article.letter").inner_text().split()


@pytest.mark.parametrize("path", ["/nn/", SEASON, "/nb/kurs/"])
def test_forced_colours_leave_a_page_to_read(open_page: Opener, path: str) -> None:
    page = open_page(path, forced_colors="active")
    tones = Image.open(io.BytesIO(page.screenshot())).convert("L").histogram()
    assert sum(tones[:40]) > 0  # text and ground, far apart
    assert sum(tones[215:]) > 0
    assert max(tones) < 0.99 * sum(tones)  # and not one colour alone


@pytest.mark.parametrize(("path", "person"), [("/nn/", ""), ("/nb/kurs/", ""), (WORKLIST, "inntak.molde")])
def test_first_tab_reaches_the_skip_link(open_page: Opener, path: str, person: str) -> None:
    page = open_page(path, person=person)
    page.keyboard.press("Tab")
    link = page.locator(".ds-skip-link")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText.trim()"))


def test_worklist_keys_move_open_and_can_be_switched_off(open_page: Opener) -> None:
    page = open_page(WORKLIST, person="inntak.molde")
    references = page.locator("tbody th a").all_inner_texts()
    assert len(references) > 2
    page.keyboard.press("j")
    assert _focused(page) not in references  # off until somebody turns them on
    page.locator("[data-keys-switch] input").check()
    page.keyboard.press("j")
    assert _focused(page) == references[0]
    page.keyboard.press("j")
    assert _focused(page) == references[1]
    page.keyboard.press("k")
    assert _focused(page) == references[0]
    page.keyboard.press("o")
    expect(page.locator("h1")).to_contain_text(references[0])

    page.goto(page.url.split("/henvisning/")[0] + "/henvisning/arbeidsliste/")
    switch = page.locator("[data-keys-switch] input")
    expect(switch).to_be_checked()  # remembered
    switch.uncheck()
    page.keyboard.press("j")
    assert _focused(page) not in references


def test_worklist_without_script_shows_no_switch(open_page: Opener) -> None:
    page = open_page(WORKLIST, person="inntak.molde", script=False)
    expect(page.locator("[data-keys-switch]")).to_be_hidden()


# Words that lie on each other, or are cut off where nothing scrolls. What is for screen readers alone is cut off by intent.
CROWDED = """() => {
    const boxes = [], found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const owner = node.parentElement;
        const text = node.textContent.trim();
        if (!text || !owner.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
        if (owner.closest(".ds-sr-only, .ds-skip-link, option, noscript, script")) continue;
        if (owner.closest(".editor__actions")) continue;  // stays in sight while the fields go by under it
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) {
            const slack = box.height / 4;
            boxes.push([text.slice(0, 40), box.left + 1, box.right - 1, box.top + slack, box.bottom - slack]);
        }
        for (let around = owner; around && around !== document.body; around = around.parentElement) {
            const style = getComputedStyle(around);
            const hides = /hidden|clip/.test(style.overflowX + style.overflowY);
            if (hides && (around.scrollWidth > around.clientWidth + 2 || around.scrollHeight > around.clientHeight + 2)) {
                found.push(`cut off: ${text.slice(0, 40)}`);
            }
        }
    }
    boxes.forEach(([text, left, right, top, bottom], number) => {
        for (const other of boxes.slice(number + 1)) {
            if (left < other[2] && other[1] < right && top < other[4] && other[3] < bottom) found.push(`${text} | ${other[0]}`);
        }
    });
    return found;
}"""
LARGE = [
    ("/nn/", ""),
    ("/nn/kurs/", ""),
    (SEASON, ""),
    ("/nn/konto/inn/", ""),
    ("/nn/tilskudd/", ""),
    ("/nn/henvisning/arbeidsliste/", "inntak.volda"),
    ("/nn/henvisning/ny/?course=migrene-og-hodepine-digitalt-molde", "tilvisar.volda"),
    ("/nn/kursbord/DIA2-VOLDA/rediger/", "kurs.volda"),
    ("/nn/tilskudd/saksbehandling/", "saksbehandlar2"),
]


@pytest.mark.parametrize(("path", "person"), LARGE)
def test_text_of_twice_the_size_has_room(open_page: Opener, path: str, person: str) -> None:
    page = open_page(path, person=person)
    before = page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert page.evaluate(CROWDED) == []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") == 2 * before
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 900})
        assert (page.evaluate(CROWDED), sideways(page)) == ([], 0)
