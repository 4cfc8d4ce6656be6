"""A passkey from end to end in a real browser, under the portal's own content security policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Portal

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PERSON = "Birger Prøvebrukar"  # nobody else's test signs in as him
PASSKEYS = "/nn/konto/tofaktor/nokler/"


def be_birger(page: Page) -> None:
    page.click(f"button:has-text('{PERSON}')")


def test_passkey_is_added_signs_in_and_is_removed(open_page: Callable[..., Page], portal: Portal) -> None:
    page = open_page("/nn/konto/inn/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    be_birger(page)
    page.wait_for_url("**/hjem/")

    page.goto(portal.address(f"{PASSKEYS}ny/"))
    page.fill("input[name=password]", portal.password)
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**{PASSKEYS}ny/")
    page.fill("input[name=name]", "Telefonen min")
    page.click("#passkey-button")
    page.wait_for_url("**/reservekoder/")
    assert page.locator(".recovery-codes li").count() == 10

    page.click("header form button")
    page.goto(portal.address("/nn/konto/inn/"))
    be_birger(page)
    page.wait_for_url("**/tofaktor/kode/")
    page.click("#passkey-button")
    page.wait_for_url("**/hjem/")

    page.goto(portal.address(PASSKEYS))
    page.click("text=Fjern")
    page.wait_for_load_state()
    if page.locator("input[name=password]").count():
        page.fill("input[name=password]", portal.password)
        page.click("main form button[type=submit]")
    elif page.locator("main #passkey-button").count():
        page.click("#passkey-button")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**{PASSKEYS}")
    assert page.locator("table").count() == 0


def test_demo_sign_in_needs_no_script(open_page: Callable[..., Page]) -> None:
    page = open_page("/nb/konto/inn/", script=False, width=375)
    be_birger(page)
    assert page.url.endswith("/nn/hjem/")
