"""An organisation applies in the round that is open, keeps its text whatever happens, and meets the deadline and its reminders."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from lms_portal.common.clock import OSLO
from tests.browser.conftest import Opener, axe_violations, follow, sideways
from tests.conftest import NOW

pytestmark = pytest.mark.browser

LEAD = "leder.organisasjon"
WITH_DRAFT = "leder@lungefellesskapet-trondelag.example"
BEGUN = "leder@horselsringen-trondelag.example"
SUBMITTED = "leder@revmanettverket-trondelag.example"
NOT_BEGUN = "leder@nyrelauget-mr.example"
REFERENCE = re.compile(r"S-[0-9A-Z]{4}-[0-9A-Z]{3}")
LAST_DAY_OVER = datetime(2026, 12, 2, tzinfo=OSLO)
REMINDER_DAY = datetime(2026, 11, 24, 7, 30, tzinfo=OSLO)
SWEEPS_SECONDS = 40
Clock = Callable[[datetime], None]


@pytest.fixture
def clock(open_page: Opener) -> Iterator[Clock]:
    """Sets the portal's clock by the demo's own page, and puts it back."""
    page = open_page("/nb/demo/klokke/")

    def set_to(moment: datetime) -> None:
        page.goto(page.url)
        page.get_by_label("Dag og klokkeslett i Norge").fill(f"{moment.astimezone(OSLO):%d.%m.%Y %H.%M}")
        follow(page.get_by_role("button", name="Still klokken"))
        shown = datetime.fromisoformat(page.locator("main strong time").get_attribute("datetime") or "")
        assert timedelta(0) <= shown - moment < timedelta(minutes=1)

    yield set_to
    set_to(NOW)


def _own_application(page: Page) -> str:
    follow(page.get_by_role("link", name=REFERENCE).first)
    found = REFERENCE.search(page.url)
    assert found
    return found[0]


def _write_the_budget(page: Page) -> None:
    follow(page.get_by_role("link", name="Budsjett"))
    page.fill("[name=lines-0-text]", "Treningshelg i Volda")
    page.select_option("[name=lines-0-category]", "courses")
    page.fill("[name=lines-0-cost_nok]", "hundre tusen")
    follow(page.get_by_role("button", name="Lagre og gå til oppgavelisten"))
    assert page.title().startswith("Feil:")
    assert page.locator(".ds-error-summary").evaluate("box => box.contains(document.activeElement) || box === document.activeElement")
    assert page.input_value("[name=lines-0-text]") == "Treningshelg i Volda"
    assert page.input_value("[name=lines-0-cost_nok]") == "hundre tusen"
    assert axe_violations(page) == []
    page.fill("[name=lines-0-cost_nok]", "120 000")
    page.fill("[name=lines-0-own_nok]", "20000")
    with page.expect_response(lambda answer: "explanation=Deltakerne" in (answer.request.post_data or "")):
        page.fill("[name=explanation]", "Deltakerne betaler egenandel.")
    expect(page.locator("[data-autosave-status]")).to_have_text(re.compile(r"^Lagret kl\. 1[23]\.\d\d$"))
    page.goto(page.url)  # the button was never pressed
    assert page.input_value("[name=explanation]") == "Deltakerne betaler egenandel."
    follow(page.get_by_role("button", name="Lagre og gå til oppgavelisten"))
    expect(page.locator("main")).to_contain_text("«Budsjett» er lagret.")


def _write_the_report(page: Page) -> None:
    follow(page.locator("main a[href*='/tilskudd/rapporter/']"))
    amount = int(re.sub(r"\D", "", page.locator("main p strong").first.inner_text()))
    for number, box in enumerate(page.locator("[name^=lines-][name$=-used_nok]").all()):
        if page.input_value(f"[name=lines-{number}-text]"):
            box.fill(str(amount) if number == 0 else "")
            page.fill(f"[name=lines-{number}-planned_nok]", "")
    page.fill("[name=activities]", "Tre treningshelger med 61 deltakere.")
    follow(page.get_by_role("button", name="Lagre og gå til oppgavelisten"))
    expect(page.get_by_role("status").first).to_contain_text("Rapporten er lagret")
    assert REFERENCE.search(page.url)  # back at the task list: the report adds up


def _confirm_without_script(page: Page) -> None:
    follow(page.get_by_role("link", name="Bekreftelse fra styret"))
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    for name, value in (("day", "20"), ("month", "10"), ("year", "2026")):
        page.locator(f"[name^=board_approved_on][name$={name}], [name=board_approved_on_{('day', 'month', 'year').index(name)}]").fill(
            value
        )
    follow(page.get_by_role("button", name="Lagre og gå til oppgavelisten"))
    expect(page.locator("main")).to_contain_text("«Bekreftelse fra styret» er lagret.")
    assert sideways(page) == 0


def test_organisation_writes_and_submits_and_gets_a_receipt(open_page: Opener) -> None:
    page = open_page("/nb/tilskudd/mine/", person=LEAD)
    reference = _own_application(page)
    _write_the_budget(page)
    _write_the_report(page)
    _confirm_without_script(open_page(f"/nb/tilskudd/soknader/{reference}/", person=LEAD, script=False, width=375))
    page.goto(page.url)
    follow(page.get_by_role("link", name="Se over og send inn"))
    expect(page.locator("main")).to_contain_text("Treningshelg i Volda")
    assert axe_violations(page) == []
    follow(page.get_by_role("button", name="Send inn søknaden"))
    expect(page.locator(".receipt")).to_contain_text(reference)
    expect(page.locator("main")).to_contain_text(re.compile(r"17\. november 2026 kl\. 1[23]\.\d\d\.\d\d"))
    expect(page.locator("main")).to_contain_text("100 000")
    assert axe_violations(page) == []


def test_organisation_starts_an_application_without_script(open_page: Opener) -> None:
    page = open_page("/nn/tilskudd/mine/", person=NOT_BEGUN, script=False, width=375)
    follow(page.get_by_role("link", name=re.compile("^Byrj")))
    assert sideways(page) == 0
    follow(page.get_by_role("button", name="Byrj på søknaden"))
    assert REFERENCE.search(page.url)
    follow(page.get_by_role("link", name="Om organisasjonen"))
    page.fill("[name=about]", "Vi er dialysepasientar i heile fylket.")
    follow(page.get_by_role("button", name="Lagre og skriv vidare"))
    assert page.input_value("[name=about]") == "Vi er dialysepasientar i heile fylket."
    assert sideways(page) == 0


def _reminders_to(page: Page, address: str) -> int:
    """How many reminders of that day stand in the demo's mailbox for one address."""
    page.goto(re.sub("/nb/.*", f"/nb/meldinger/demo-postkasse/?to={address}", page.url))
    mails = page.locator("article", has_text="Søknaden om tilskudd må sendes inn innen 1. desember 2026")
    return mails.filter(has_text="24. november 2026 kl. 7").count()


def test_reminder_reaches_those_with_a_draft(open_page: Opener, clock: Clock) -> None:
    clock(REMINDER_DAY)
    page = open_page("/nb/")
    deadline = time.monotonic() + SWEEPS_SECONDS
    while time.monotonic() < deadline and not all(_reminders_to(page, address) for address in (BEGUN, WITH_DRAFT)):
        page.wait_for_timeout(500)
    assert {address: _reminders_to(page, address) for address in (BEGUN, WITH_DRAFT, SUBMITTED)} == {BEGUN: 1, WITH_DRAFT: 1, SUBMITTED: 0}


def test_submit_after_the_deadline_is_refused_with_the_text_kept(open_page: Opener, clock: Clock) -> None:
    page = open_page("/nb/tilskudd/mine/", person=WITH_DRAFT)
    _own_application(page)
    application = page.url
    follow(page.get_by_role("link", name="Om organisasjonen"))
    about = page.input_value("[name=about]")
    assert about
    page.goto(application)
    follow(page.get_by_role("link", name="Se over og send inn"))
    clock(LAST_DAY_OVER)
    follow(page.get_by_role("button", name="Send inn søknaden"))
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("Søknaden er ikke sendt inn")
    expect(problem).to_contain_text("Fristen var 1. desember 2026 kl. 23.59.")
    expect(problem).to_contain_text("2. desember 2026 kl. 0")
    expect(problem).to_contain_text("Alt du har skrevet, er lagret.")
    assert axe_violations(page) == []
    page.goto(application)
    follow(page.get_by_role("link", name="Om organisasjonen"))
    assert page.locator("[name=about]").input_value() == about
