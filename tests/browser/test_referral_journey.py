"""A clinician refers, the right clinic and no other sees it and gives a place, and everybody hears at the same time."""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from lms_portal.common.personal_ids import make_synthetic
from tests.browser.conftest import Opener, axe_violations, follow, sideways

pytestmark = pytest.mark.browser

REFERENCE = re.compile(r"H-[0-9A-Z]{4}-[0-9A-Z]{3}")
CLINIC = "Nevrologisk inntakskontor, Molde"
MADE_UP = "0199aaaa-0000-7000-8000-000000000000"
HEALTH_WORDS = re.compile(r"ME/CFS|\bA04\b|utmatt|diagnos|Prøvenes", re.IGNORECASE)


@dataclass(frozen=True)
class Story:
    """How one clinician goes through it."""

    language: str
    width: int
    script: bool
    patient: str
    kin: str
    serial: int
    refer: str
    add: str
    go_on: str
    why: str
    although: str
    send: str
    saved: str


STORIES = [
    Story("nn", 375, False, "Torbjørg Prøvenes", "Halvor Prøvenes", 3, "tilvis til dette kurset", "Legg til ein deltakar",
          "Sjå over og send inn", "Kvar ho går, og kvifor", "bur i Volda", "Send tilvisinga", "Lagra"),
    Story("nb", 1280, True, "Sigbjørn Prøvenes", "Ragna Prøvenes", 4, "henvis til dette kurset", "Legg til en deltaker",
          "Se over og send inn", "Hvor den går, og hvorfor", "bor i Volda", "Send henvisningen", "Lagret"),
]  # fmt: skip


def _discreet(page: Page) -> None:
    """Neither the title nor the address of a page tells why somebody is referred, or who."""
    assert HEALTH_WORDS.search(page.title() + page.url) is None


def _write(page: Page, story: Story) -> None:
    follow(page.get_by_role("link", name=story.refer))
    page.fill("[name=patient_name]", story.patient)
    page.fill("[name=patient_number]", make_synthetic(date(1985, 5, 14), story.serial).number)
    page.select_option("[name=municipality]", label="Volda")
    page.fill("[name=reason]", "Utmatta i fleire år, utgreidd i haust.")
    page.fill("[name=diagnosis_code]", "A04")
    page.fill("[name=what_matters]", "Å kunne følgje ungane på trening.")
    page.check("[name=patient_is_informed]")
    if story.script:
        expect(page.locator("[data-autosave-status]")).to_contain_text(story.saved)
    follow(page.get_by_role("button", name=story.add))
    page.fill("[name=people-0-name]", story.kin)
    page.fill("[name=people-0-number]", make_synthetic(date(1983, 2, 2), story.serial).number)
    assert page.input_value("[name=patient_name]") == story.patient
    assert sideways(page) == 0
    _discreet(page)
    follow(page.get_by_role("button", name=story.go_on))


def _look_over_and_send(page: Page, story: Story) -> str:
    where = page.locator("section", has=page.get_by_role("heading", name=story.why))
    expect(where.locator("strong")).to_have_text(CLINIC)
    expect(where).to_contain_text(story.although)
    for text in (story.patient, story.kin):
        expect(page.locator("main")).to_contain_text(text)
    assert sideways(page) == 0
    _discreet(page)
    follow(page.get_by_role("button", name=story.send))
    found = REFERENCE.search(page.locator(".receipt").inner_text())
    assert found
    expect(page.locator("main")).to_contain_text(CLINIC)
    assert sideways(page) == 0
    _discreet(page)
    return found[0]


def _is_not_there_for(stranger: Page, identity: str) -> None:
    """The other clinic's assessor gets the same answer as for something that never was."""
    theirs, nothing = (stranger.request.get(re.sub(r"/henvisning/.*", f"/henvisning/{key}/", stranger.url)) for key in (identity, MADE_UP))
    assert (theirs.status, nothing.status) == (404, 404)
    assert theirs.body() == nothing.body()


def _take_and_accept(page: Page) -> None:
    follow(page.get_by_role("link", name="Start vurderingen"))
    follow(page.get_by_role("button", name="Start vurderingen"))
    expect(page.locator("main")).to_contain_text("Vidar Prøvenevrolog")
    follow(page.get_by_role("link", name="Gi plass", exact=True))
    page.locator("[name=site]").first.check()
    for number, value in enumerate(("30", "6", "2027")):
        page.locator("[name^=right_by_on]").nth(number).fill(value)
    assert sideways(page) == 0
    follow(page.get_by_role("button", name="Gi plass"))
    expect(page.locator("main .ds-tag").first).to_have_text("Innkalt")


def _letters(page: Page) -> dict[str, str]:
    """Who gets a letter, and when it was made."""
    rows = page.locator("table", has=page.get_by_role("columnheader", name="Brev")).locator("tbody tr").all()
    return {row.locator("td").nth(0).inner_text(): row.locator("td").nth(1).inner_text() for row in rows}


@pytest.mark.parametrize("story", STORIES, ids=["nynorsk, no script, 375 px", "bokmål, script, 1280 px"])
def test_referral_from_clinician_to_place(open_page: Opener, story: Story) -> None:
    how = {"width": story.width, "script": story.script}
    referrer = open_page("/k/MECFS-MOLDE", person="tilvisar.volda", **how)
    referrer.goto(re.sub("/n[bn]/", f"/{story.language}/", referrer.url))
    _write(referrer, story)
    reference = _look_over_and_send(referrer, story)
    identity = referrer.url.split("/henvisning/")[1].split("/")[0]

    secretary = open_page("/nb/henvisning/arbeidsliste/", person="inntak.molde", **how)
    row = secretary.locator("tbody tr", has_text=reference)
    expect(row).to_contain_text(story.patient)
    expect(row).to_contain_text("01.12.2026")  # ten working days after 17 November
    _discreet(secretary)

    _is_not_there_for(open_page("/nn/henvisning/arbeidsliste/", person="vurderar.volda", **how), identity)

    assessor = open_page(f"/nb/henvisning/{identity}/", person="vurderer.molde", **how)
    _discreet(assessor)
    _take_and_accept(assessor)
    _discreet(assessor)
    letters = _letters(assessor)
    assert {story.patient, story.kin} < set(letters)
    assert len(letters) == 3  # and the referrer
    assert len(set(letters.values())) == 1  # made together
    readers = assessor.locator("section", has=assessor.get_by_role("heading", name="Hvem som har sett på denne"))
    for name in ("Vidar Prøvenevrolog", "Inger Prøveinntak", "Tiril Prøvelege"):
        expect(readers).to_contain_text(name)
    expect(readers).not_to_contain_text("Asbjørn")
    if story.script:
        assert axe_violations(assessor) == []

    referrer.goto(re.sub(r"kvittering/$", "", referrer.url))
    letter = referrer.locator("section", has=referrer.locator("#letters")).get_by_role("link")
    assert letter.count() == 1
    follow(letter)
    expect(referrer.locator("article.letter")).to_contain_text(reference)
    _discreet(referrer)
