"""A patient finds a course without script; an adviser writes it anew and a colleague publishes it; the season prints as the poster."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe_violations, follow, sideways

pytestmark = pytest.mark.browser

# The printed table of Volda, autumn 2023, in its order: course, for whom, when, referral or sign-up, meeting place, form.
VOLDA_AUTUMN_2023 = [
    ["Osteoporose (digital overføring til Volda frå Kristiansund)", "pasientar", "1. september 2023", "Kirurgisk inntakskontor, Kristiansund", "Kløvertun, Volda", "digitalt overført, oppmøte i Volda"],
    ["Hjarterehabilitering – 4 dagar kurs/trening", "pasientar", "September og november 2023", "Medisinsk poliklinikk, Volda", "Kløvertun", "oppmøte"],
    ["Diabetes type 2 – 2 dagar startkurs", "pasientar", "Haust 2023", "Medisinsk poliklinikk, Volda", "Kløvertun", "oppmøte"],
    ["Ortopedisk behandling", "pasientar", "Kontinuerleg", "Kirurgisk sengepost, Volda", "Underetasjen, sjukehuset", "oppmøte"],
    ["ME/CFS – Digitalt/Molde, 4 dagar", "pasientar", "Haust 2023", "Nevrologisk inntakskontor, Molde", "Digitalt", "digitalt"],
    ["ADHD – for føresette, digitalt", "føresette", "26. oktober og 2. november 2023", "BUP poliklinikk Volda", "Digitalt", "digitalt"],
    ["Brystkreft – Digitalt/Ålesund, 2 dagar", "pasientar", "Månadlege kurs", "Kreftpoliklinikken, Ålesund", "Kreftpoliklinikken, Ålesund / digitalt", "hybrid"],
    ["Epilepsi – for føresette/fagpersonar, digitalt", "føresette, fagpersonar", "30. november 2023", "Poliklinikk for barn og ungdom, Ålesund", "Digitalt", "digitalt"],
    ["Helsepedagogikk og formidlingskurs", "helsepersonell", "Haust 2023", "Påmelding i Læringsportalen", "", ""],
    ["Mestringskurset «Framover» Ålesund", "personar med kronisk sjukdom", "Haust 2023", "Påmelding: LMS", "", "oppmøte"],
    ["IBD-skule (Ulcerøs colitt og Morbus crohn)", "pasientar", "28.–29. februar 2024", "Medisinsk poliklinikk, Volda", "Kløvertun", "oppmøte"],
    ["BUP: andre kontinuerlege opplæringstilbod", "born/unge og deira føresette", "Kontinuerleg", "BUP poliklinikk Volda", "", ""],
    ["DPS: ulike gruppetilbod", "pasientar ved psykiatrisk poliklinikk", "Kontinuerleg", "DPS Volda, psykiatrisk poliklinikk", "", ""],
]  # fmt: skip


def _titles(page: Page) -> list[str]:
    return page.locator(".course-cards h3").all_inner_texts()


def _chips(page: Page) -> list[str]:
    return page.locator(".chips .ds-chip").all_inner_texts()


def test_patient_without_script_finds_a_course_and_sees_how_to_join(open_page: Opener) -> None:
    page = open_page("/nn/", width=375, script=False)
    assert page.locator("html").get_attribute("lang") == "nn"
    # the bokmål word, which stands nowhere in the nynorsk text
    page.get_by_label("Kva leitar du etter?").fill("hjerterehabilitering")
    follow(page.get_by_role("button", name="Søk"))
    assert _titles(page) == ["Hjarterehabilitering – fire dagar med kurs og trening"]
    assert _chips(page) == ["«hjerterehabilitering»"]

    page.goto(page.url.split("?", 1)[0] + "?q=hjerte")
    everything = _titles(page)
    page.get_by_text("Avgrens").first.click()
    for group, choice in (
        ("Kven kurset er for", "Pasientar"),
        ("Sjukehus", "Volda sjukehus"),
        ("Slik deltek du", "Oppmøte"),
        ("Slik får du plass", "Tilvising frå lege"),
    ):
        group_box = page.locator("details.filters__group", has=page.locator("summary", has_text=group)).last
        if group_box.get_attribute("open") is None:
            group_box.locator("summary").click()
        group_box.get_by_label(re.compile(rf"^{choice} \(")).check()
    follow(page.get_by_role("button", name="Vis treff"))
    assert _chips(page) == ["«hjerte»", "Pasientar", "Volda sjukehus", "Oppmøte", "Tilvising frå lege"]
    found = _titles(page)
    assert "Hjarterehabilitering – fire dagar med kurs og trening" in found
    assert len(found) < len(everything)
    assert sideways(page) == 0

    follow(page.get_by_role("link", name="Fjern filteret: Oppmøte"))
    assert _chips(page) == ["«hjerte»", "Pasientar", "Volda sjukehus", "Tilvising frå lege"]
    follow(page.get_by_role("link", name="Fjern alle filter"))
    assert _chips(page) == []

    page.goto(page.url + "?q=hjerterehabilitering")
    follow(page.get_by_role("link", name="Hjarterehabilitering – fire dagar med kurs og trening"))
    assert page.locator("h1").inner_text() == "Hjarterehabilitering – fire dagar med kurs og trening"
    when = page.locator("section", has=page.get_by_role("heading", name="Når og kvar"))
    expect(when.locator(".run").first).to_contain_text("Januar og mars 2027")
    expect(when.locator(".run").first).to_contain_text("Kløvertun, Volda sjukehus")
    join = page.locator("section", has=page.get_by_role("heading", name="Slik får du plass"))
    expect(join).to_contain_text("Du treng tilvising.")
    expect(join).to_contain_text("Tilvisinga går til Medisinsk poliklinikk, Volda")
    assert sideways(page) == 0


def test_nynorsk_word_finds_a_bokmaal_text(open_page: Opener) -> None:
    page = open_page("/nb/kurs/?q=hjarterehabilitering", script=False)
    assert _titles(page) == ["Hjerterehabilitering – fire dager med kurs og trening"]


def test_search_with_a_typing_error_says_what_it_shows(open_page: Opener) -> None:
    page = open_page("/nn/kurs/?q=epilespi", width=375, script=False)
    expect(page.locator(".results .ds-alert")).to_have_text("Ingen kurs nemner «epilespi». Viser treff for epilepsi.")
    assert any("epilepsi" in title.lower() for title in _titles(page))


def test_adviser_writes_both_forms_and_a_colleague_publishes(open_page: Opener) -> None:
    summary_nb = "Du lærer å leve med betent tarm: mat, medisiner, reise og arbeid, sammen med andre i samme båt."
    summary_nn = "Du lærer å leve med betent tarm: mat, medisinar, reise og arbeid, saman med andre i same båt."
    editor = open_page("/nn/kursbord/IBD-VOLDA/rediger/", person="lms.volda")
    left, right = editor.locator("[name=summary_nb]"), editor.locator("[name=summary_nn]")
    left_box, right_box = left.bounding_box(), right.bounding_box()
    assert left_box
    assert right_box
    assert (left_box["y"], left_box["x"] < right_box["x"]) == (right_box["y"], True)  # beside each other
    left.fill(summary_nb)
    right.fill(summary_nn)
    expect(editor.locator("[data-autosave-status]")).to_contain_text("Lagra")
    assert axe_violations(editor) == []
    follow(editor.locator("button[name=then][value=preview]"))
    expect(editor.locator("main")).to_contain_text(summary_nn)
    follow(editor.get_by_role("link", name="Bokmål"))
    expect(editor.locator("main")).to_contain_text(summary_nb)
    assert axe_violations(editor) == []

    public = open_page("/k/IBD-VOLDA", script=False)
    address = public.url
    assert summary_nb not in public.inner_text("main")

    editor.goto(editor.url.replace("/forhandsvis/", "/publiser/"))
    for answer in editor.locator("main textarea:visible").all():
        answer.fill("Sett saman med brukarrepresentanten.")
    assert axe_violations(editor) == []
    follow(editor.locator("main form:has([name=version]) button[type=submit]"))
    expect(editor.locator(".ds-alert, [role=status]").first).to_be_visible()

    own_review = editor.request.get(editor.url.rstrip("/") + "/publiser/")
    assert 'aria-labelledby="publish"' not in own_review.text()  # nobody publishes their own text

    reviewer = open_page("/nb/kursbord/IBD-VOLDA/publiser/", person="lms.regionalt", script=False)
    expect(reviewer.locator("main")).to_contain_text(summary_nb)
    assert sideways(reviewer) == 0
    publish = reviewer.locator("section[aria-labelledby=publish]")
    publish.get_by_role("checkbox").check()
    follow(publish.get_by_role("button"))
    expect(reviewer.get_by_role("status")).to_contain_text("Kurset er publisert")
    public.goto(address)
    expect(public.locator("main")).to_contain_text(summary_nb if "/nb/" in address else summary_nn)


@pytest.mark.parametrize("script", [True, False])
def test_season_of_volda_is_the_posters_table_row_for_row(open_page: Opener, script: bool) -> None:  # noqa: FBT001 - pytest passes it
    page = open_page("/nn/plakater/volda/autumn-2023/", script=script)
    rows = [
        [" ".join(cell.split()) for cell in row.locator("th, td").all_inner_texts()[:6]]
        for row in page.locator("table.poster tbody tr").all()
    ]
    assert rows == VOLDA_AUTUMN_2023
