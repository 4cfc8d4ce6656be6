"""Pages that no link leads to: forms that come back with errors, what follows a button or a letter, and the pages for failures.

Its name puts it before the story of the grants, which goes past the round's deadline and so closes the forms that are looked at here.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Page, Route, expect

from lms_portal.views import errors
from tests.browser.conftest import Opener, Portal, follow
from tests.browser.looking import faults_of
from tests.browser.test_second_factor import AUTHENTICATOR
from tests.browser.walking import view_name

pytestmark = pytest.mark.browser

# The views whose pages are looked at in this module alone.
AFTER_SOMETHING = frozenset(
    {
        *("accounts:accept_invitation", "audit:changes", "audit:reads", "grants:report_check"),
        *("mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate", "mfa_deactivate_totp", "mfa_edit_webauthn"),
        *("mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
        *("catalogue:joined", "catalogue:place", "catalogue:place_needs", "catalogue:place_site", "catalogue:place_cancel"),
        *("catalogue:interest_confirm", "catalogue:interest_stop", "catalogue:evaluated"),
        *("catalogue:my_group", "catalogue:place_group", "catalogue:news_confirm", "catalogue:news_stop"),
        *("catalogue:collected", "catalogue:collected_change", "catalogue:collected_drop"),
        *("mfa_remove_webauthn", "mfa_view_recovery_codes", "referrals:letter_code", "referrals:show_number"),
    }
)
MAIL_SECONDS = 30
SELF_SIGN_UP = "/nn/kurs/meistringskurset-framover-alesund/"
APPLICANT = "leder@horselsringen-trondelag.example"  # has a draft with parts not begun
RETURNED = "leder@me-kontakten-mr.example"  # has a report that was sent back
NEWCOMER = "leder@brukerforum-midt.example"  # nobody else's test signs in as this person


def _is(page: Page, name: str) -> list[str]:
    """Looks at the page, which is the one that is meant."""
    assert view_name(urlsplit(page.url).path) == name
    return faults_of(page)


@dataclass(frozen=True)
class Form:
    """The way to a form: who, from where, by which links; what is typed there, and the button that sends it."""

    path: str
    person: str = ""
    links: tuple[str, ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    button: str = "main form[method=post] button[type=submit]:visible"


FORMS = {
    "sign in": Form("/nn/konto/inn/", button="main form:has([name=login]) button[type=submit]"),
    "new password": Form("/nb/konto/passord/nytt/"),
    "change password": Form("/nn/konto/passord/bytt/", "tilvisar.volda"),
    "the patient's page": Form("/nn/henvisning/brev/0199aaaa-0000-7000-8000-000000000000/"),
    "invite": Form("/nb/konto/folk/inviter/", "leder.organisasjon"),
    "purpose of a look at the log": Form("/nb/innsyn/", "innsyn"),
    "referral": Form("/nn/henvisning/ny/?course=migrene-og-hodepine-digitalt-molde", "tilvisar.volda", button="[name=go_on]"),
    "reject a referral": Form(
        "/nb/henvisning/arbeidsliste/?list=under_assessment", "vurderer.molde", ("main tbody th a", "main a[href$='/reject/']")
    ),
    "part of an application": Form(
        "/nb/tilskudd/mine/", APPLICANT, ("main a[href*='/soknader/']", "main a[href$='/del/activities/']"), button="[name=go][value=list]"
    ),
    "budget": Form(
        "/nb/tilskudd/mine/", APPLICANT, ("main a[href*='/soknader/']", "main a[href$='/del/budget/']"), button="[name=go][value=list]"
    ),
    "sign up": Form(SELF_SIGN_UP, links=("main .runs a[href*='/pamelding/']",)),
    "new link": Form("/nn/min-plass/ny-lenke/"),
    "tell me of new dates": Form(SELF_SIGN_UP, links=("main a[href$='/si-fra/']",)),
    "new course": Form("/nb/kursbord/nytt/", "lms.stolav"),
    "course": Form(
        "/nb/kursbord/?show=drafts",
        "lms.regionalt",
        ("main tbody th a", "main a[href$='/rediger/']"),
        (("diagnoses", "hjertet"),),  # a draft may lack anything, so only what cannot be read is an error
        "main form[method=post] .editor__actions button:first-child",
    ),
    "dates": Form("/nn/kursbord/DIA2-VOLDA/datoer/ny/", "lms.volda", button="main form[method=post] .form-actions button"),
}


WRITTEN_IN = "main form[method=post] :is(input, select, textarea):not([type=hidden], [type=password])"
AS_IT_STANDS = "fields => fields.map(field => [field.name, field.value, ['checkbox', 'radio'].includes(field.type) && field.checked])"


def _what_stands(page: Page) -> list[object]:
    """Every field that a person writes or chooses in, with what stands there."""
    return list(page.locator(WRITTEN_IN).evaluate_all(AS_IT_STANDS))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_form_that_comes_back_keeps_all_and_says_what_to_correct(open_page: Opener, form: Form) -> None:
    page = open_page(form.path, person=form.person)
    for link in form.links:
        follow(page.locator(link).first)
    for name, text in form.typed:
        page.fill(f"[name={name}]", text)
    typed = _what_stands(page)
    follow(page.locator(form.button).first)
    assert re.match("Feil: ", page.title())
    assert _what_stands(page) == typed
    summary = page.locator(".ds-error-summary")
    expect(summary).to_be_focused()
    for target in summary.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
        expect(page.locator(f'[id="{target[1:]}"]')).to_have_count(1)
    assert faults_of(page) == []


def _mail_link(page: Page, portal: Portal, to: str, part: str) -> str:
    """The link in a mail to somebody, once it is there."""
    deadline = time.monotonic() + MAIL_SECONDS
    link = page.locator(f".mail-body a[href*='{part}']")
    while time.monotonic() < deadline:
        page.goto(portal.address(f"/nb/meldinger/demo-postkasse/?to={to}"))
        if link.count():
            break
        page.wait_for_timeout(500)
    return str(link.first.get_attribute("href"))


def test_signing_up_changing_and_cancelling_without_an_account(open_page: Opener) -> None:
    page = open_page(SELF_SIGN_UP, width=320)
    follow(page.locator("main .runs a[href*='/pamelding/']").first)
    page.check("[name=relation][value=self]")
    page.fill("[name=name]", "Målfrid Prøve")
    page.fill("[name=email]", f"m{time.time_ns()}@post.example")
    follow(page.locator("main form[method=post] button[type=submit]"))
    assert _is(page, "catalogue:joined") == []
    follow(page.locator("main a[href*='/min-plass/']"))
    assert _is(page, "catalogue:place") == []
    place = page.url
    follow(page.locator("main a[href$='/behov/']"))
    assert _is(page, "catalogue:place_needs") == []
    page.goto(f"{place}sted/")
    assert _is(page, "catalogue:place_site") == []
    page.goto(f"{place}avbestill/")
    assert _is(page, "catalogue:place_cancel") == []
    follow(page.locator("main form[method=post] button[type=submit]"))
    assert _is(page, "catalogue:place") == []


def test_new_dates_that_somebody_asked_for_by_mail(open_page: Opener, portal: Portal) -> None:
    page = open_page(SELF_SIGN_UP)
    follow(page.locator("main a[href$='/si-fra/']"))
    address = f"n{time.time_ns()}@post.example"
    page.fill("[name=email]", address)
    follow(page.locator("main form[method=post] button[type=submit]"))
    page.goto(_mail_link(page, portal, address, "/si-fra/"))
    assert _is(page, "catalogue:interest_confirm") == []
    follow(page.locator("main form[method=post] button[type=submit]"))
    follow(page.locator("main a[href$='/slett/']"))
    assert _is(page, "catalogue:interest_stop") == []


def test_answering_an_evaluation_without_a_name(open_page: Opener) -> None:
    leader = open_page("/nn/kursbord/DIA2-VOLDA/", person="lms.volda")
    runs = leader.locator("main a[href*='/deltakere/']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert runs
    for run in runs:  # one has been held and lacks answers of some who took part
        leader.goto(urljoin(leader.url, run.replace("/deltakere/", "/evaluering/")))
        links = leader.locator("main a[href*='/evaluering/']:not([href*='/datoer/'])")
        if links.count():
            break
    page = open_page(str(links.first.get_attribute("href")), width=320)
    assert _is(page, "catalogue:evaluate") == []
    follow(page.locator("main form[method=post] button[type=submit]"))
    assert re.match("Feil: ", page.title())
    assert _is(page, "catalogue:evaluate") == []
    for question in page.locator("main fieldset").all():
        question.locator("input[type=radio]").first.check()
    follow(page.locator("main form[method=post] button[type=submit]"))
    assert _is(page, "catalogue:evaluated") == []


@pytest.mark.parametrize(
    ("address", "part", "further", "name"),
    [
        ("deltakar1@demo.example", "/min-gruppe/", "", "my_group"),
        ("eirin.gruppe@post.example", "/min-plass/", "gruppe/", "place_group"),
        ("ventar@post.example", "/nyheter/epost/", "", "news_confirm"),
        ("ventar@post.example", "/nyheter/epost/", "slett/", "news_stop"),
        ("brukarrepresentant.volda@demo.example", "/lederevaluering/", "", "leader_answer"),
    ],
)
def test_what_follows_a_course_by_mail(  # noqa: PLR0917 - one column of the table each
    open_page: Opener, portal: Portal, address: str, part: str, further: str, name: str
) -> None:
    page = open_page("/nn/")
    page.goto(_mail_link(page, portal, address, part) + further)
    assert _is(page, f"catalogue:{name}") == []


def test_courses_that_a_clinic_answers_about_by_a_link(open_page: Opener, portal: Portal) -> None:
    page = open_page("/nn/", width=320)
    page.goto(_mail_link(page, portal, "volda-medical-outpatient@demo.example", "/sesongsvar/"))
    assert _is(page, "catalogue:collected") == []
    answers = page.url
    follow(page.locator("main a[href$='/utgar/']").first)
    assert _is(page, "catalogue:collected_drop") == []
    page.goto(page.url.removesuffix("utgar/"))
    assert _is(page, "catalogue:collected_change") == []
    page.goto(answers)
    follow(page.locator("main button[name=do][value^='same:']").first)
    assert _is(page, "catalogue:collected") == []


def test_invitation_that_came_by_mail(open_page: Opener, portal: Portal) -> None:
    lead = open_page("/nb/konto/folk/inviter/", person="leder.organisasjon")
    address = f"ny{time.time_ns()}@hjertevakt-mr.example"
    lead.fill("[name=email]", address)
    for choice in lead.locator("main select:visible").all():
        choice.select_option(index=1)
    for name in lead.locator("main [name=name]").all():
        name.fill("Nils Prøvemedlem")
    follow(lead.locator("main form[method=post] button[type=submit]").first)
    assert faults_of(lead) == []
    page = open_page("/nb/")
    page.goto(_mail_link(page, portal, address, "/invitasjon/"))
    assert _is(page, "accounts:accept_invitation") == []
    follow(page.locator("main form[method=post] button[type=submit]").first)
    assert _is(page, "accounts:accept_invitation") == []


def test_new_password_by_mail(open_page: Opener, portal: Portal) -> None:
    page = open_page("/nn/konto/passord/nytt/")
    page.fill("main [name=email]", NEWCOMER)
    follow(page.locator("main form[method=post] button[type=submit]"))
    assert _is(page, "account_reset_password_done") == []
    page.goto(_mail_link(page, portal, NEWCOMER, "/passord/nytt/"))
    assert _is(page, "account_reset_password_from_key") == []
    follow(page.locator("main form[method=post] button[type=submit]").first)
    assert _is(page, "account_reset_password_from_key") == []


def test_log_after_its_purpose(open_page: Opener, portal: Portal) -> None:
    page = open_page("/nn/innsyn/", person="innsyn")
    page.locator("main [name=purpose]").first.check()
    page.fill("main [name=reference]", "2026/1")
    follow(page.locator("main form[method=post] button[type=submit]"))
    assert _is(page, "audit:reads") == []
    follow(page.locator(".tabs a:not([aria-current])"))
    assert _is(page, "audit:changes") == []


def test_letter_code_and_the_patients_own_page(open_page: Opener, portal: Portal) -> None:
    clinic = open_page("/nb/henvisning/arbeidsliste/?list=accepted_dated", person="inntak.molde")
    follow(clinic.locator("main tbody th a").first)
    row = clinic.locator("section:has(#letters) tbody tr", has=clinic.locator("form")).first
    follow(row.locator("th a"))
    words = clinic.locator("article.letter").inner_text()
    address = re.search(r"/brev/([0-9a-f-]+)/", words)
    secret = re.search(r"\b[0-9A-Z]{4} [0-9A-Z]{4}\b", words)
    assert address
    assert secret
    letter = address[1]
    follow(clinic.locator("main p.no-print a"))
    follow(clinic.locator(f"main form[action*='{letter}'] button"))
    assert _is(clinic, "referrals:letter_code") == []

    patient = open_page(f"/nn/henvisning/brev/{letter}/", width=375)
    patient.fill("main [name=secret]", secret[0])
    patient.fill("main [name=code]", clinic.locator("main p.ds-heading").inner_text())
    follow(patient.locator("main form[method=post] button[type=submit]"))
    assert patient.locator("main h2").count() > 0
    assert _is(patient, "referrals:patient") == []

    follow(clinic.locator("main p a").last)
    follow(clinic.locator("main form[action$='/nummer/'] button").first)
    assert _is(clinic, "referrals:show_number") == []


def test_letter_of_a_referral_that_was_sent_on_leads_nowhere_closed(open_page: Opener, portal: Portal) -> None:
    page = open_page("/nb/henvisning/brev/", person="inntak.molde")
    letters = page.locator("main tbody th a").evaluate_all("links => links.map(link => link.href)")
    links = "main a, .ds-breadcrumbs a"
    found = set(page.locator(links).evaluate_all("links => links.map(link => link.href)"))
    for letter in letters:
        page.goto(letter)
        found |= set(page.locator(links).evaluate_all("links => links.map(link => link.href)"))
    assert letters
    assert [link for link in found if not page.request.get(link).ok] == []


def test_report_that_was_sent_back(open_page: Opener) -> None:
    page = open_page("/nn/tilskudd/mine/", person=RETURNED)
    follow(page.locator("main a[href*='/rapporter/']").first)
    if page.locator("form[action$='/rett/']").count():
        assert _is(page, "grants:report") == []
        follow(page.locator("form[action$='/rett/'] button"))
    assert _is(page, "grants:report") == []
    page.goto(f"{page.url}se-over/")
    assert _is(page, "grants:report_check") == []


def _sign_in_by_the_form(page: Page, portal: Portal, person: str) -> None:
    page.goto(portal.address("/nb/konto/inn/"))
    page.fill("[name=login]", person)
    page.fill("[name=password]", portal.password)
    follow(page.locator("main form:has([name=login]) button[type=submit]"))


def _go_again(page: Page, portal: Portal, path: str) -> None:
    """Opens a page of the second factor; gives the password where it is asked for once more."""
    page.goto(portal.address(path))
    if page.locator("main input[name=password]").count():
        page.fill("main input[name=password]", portal.password)
        follow(page.locator("main form:has([name=password]) button[type=submit]"))


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_pages_of_the_second_factor(open_page: Opener, portal: Portal) -> None:
    page = open_page("/nb/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    _sign_in_by_the_form(page, portal, NEWCOMER)
    faults: list[str] = []

    _go_again(page, portal, "/nb/konto/tofaktor/app/ny/")
    faults += _is(page, "mfa_activate_totp")
    page.fill("main [name=code]", "12")
    follow(page.locator("main form[method=post] button[type=submit]"))
    faults += _is(page, "mfa_activate_totp")
    page.fill("main [name=code]", _code(page.locator("main code").inner_text()))
    follow(page.locator("main form[method=post] button[type=submit]"))
    faults += _is(page, "mfa_view_recovery_codes")

    page.goto(portal.address("/nb/konto/tofaktor/nokler/"))
    faults += _is(page, "mfa_list_webauthn")
    page.goto(portal.address("/nb/konto/tofaktor/nokler/ny/"))
    faults += _is(page, "mfa_add_webauthn")
    page.fill("main [name=name]", "Telefonen min")
    follow(page.locator("#passkey-button"))
    for path, name in (
        ("", "mfa_index"),
        ("nokler/", "mfa_list_webauthn"),
        ("reservekoder/nye/", "mfa_generate_recovery_codes"),
        ("app/fjern/", "mfa_deactivate_totp"),
        ("bekreft/", "mfa_reauthenticate"),
        ("nokler/bekreft/", "mfa_reauthenticate_webauthn"),
    ):
        page.goto(portal.address(f"/nb/konto/tofaktor/{path}"))
        faults += _is(page, name)
    for part, name in (("/endre/", "mfa_edit_webauthn"), ("/fjern/", "mfa_remove_webauthn")):
        page.goto(portal.address("/nb/konto/tofaktor/nokler/"))
        follow(page.locator(f"main a[href$='{part}']").first)
        faults += _is(page, name)

    stranger = open_page("/nb/")
    _sign_in_by_the_form(stranger, portal, NEWCOMER)
    faults += _is(stranger, "mfa_authenticate")
    follow(stranger.locator("main form[method=post] button[type=submit]").first)
    faults += _is(stranger, "mfa_authenticate")
    assert faults == []


FAILURES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "400": lambda request: errors.bad_request(request, ValueError()),
    "a form from elsewhere": errors.csrf_failure,
    "500": errors.server_error,
    "503": errors.service_unavailable,
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_page_of_a_failure(open_page: Opener, portal: Portal, failure: Callable[[HttpRequest], HttpResponse]) -> None:
    """A portal under test does not fail by order: its own page for the failure is put in place of one that works."""
    with translation.override("nn"):
        answer = failure(RequestFactory().get("/nn/"))

    def put(route: Route, **_more: Any) -> None:
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=answer.content)

    page = open_page("/nn/sentre/")
    page.route("**/nn/kurs/", put)
    page.goto(portal.address("/nn/kurs/"))
    assert page.locator(".site-header").evaluate("box => getComputedStyle(box).borderBottomStyle") == "solid"  # with its styles
    assert faults_of(page) == []
