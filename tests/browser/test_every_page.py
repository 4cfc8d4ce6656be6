"""Every kind of page that a person can reach by links: axe in light and dark, no scrolling to the side, nothing in the console."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.urls import URLResolver, get_resolver
from playwright.sync_api import Browser

from lms_portal.demo.people import DEMO_PEOPLE
from tests.browser.conftest import Portal, new_context
from tests.browser.looking import looker
from tests.browser.test_every_page_on_the_way import AFTER_SOMETHING
from tests.browser.walking import Seen, Walk, walk

pytestmark = pytest.mark.browser

VISITOR = ""
AT_ONCE = 2  # as many as the portal under test has web processes
MADE_UP = "0199aaaa-0000-7000-8000-000000000000"
# Organisations that stand elsewhere in their year than the two applicants of the demo do.
SUBMITTED = "leder@revmanettverket-trondelag.example"
NOT_BEGUN = "leder@parorandelaget-ss.example"
LANGUAGES = {VISITOR: "nn", **{person.mailbox: person.language for person in DEMO_PEOPLE}, SUBMITTED: "nb", NOT_BEGUN: "nn"}
# Where nobody's links lead: a visitor comes by a mail, a letter or the terminal; a reviewer by the tile with a number on it.
STARTS = {
    VISITOR: [
        "",
        "demo/komponenter/",
        "demo/klokke/",
        "meldinger/demo-postkasse/",
        "konto/inn/",
        "konto/passord/nytt/",
        "konto/passord/nytt/sendt/",
        "konto/passord/nytt/ferdig/",
        "konto/passord/nytt/x-y/",
        f"henvisning/brev/{MADE_UP}/",
        "kurs/meistringskurset-framover-alesund/",
        "min-plass/ny-lenke/sendt/",
        "si-fra/sendt/",
        "si-fra/slettet/",
        "min-gruppe/ute/",
        "lederevaluering/takk/",
        "nyheter/sendt/",
        "nyheter/slettet/",
        "tilbakemelding/takk/",
    ],
    "lms.volda": ["kursbord/DIA2-VOLDA/", "hjem/"],
    "kurs.molde": ["kursbord/?show=changed", "kursbord/?show=drafts", "hjem/"],
    "lms.regionalt": ["kursbord/?show=review", "hjem/"],
}
HOME = "home_signed_in"
NOT_PAGES = {
    "for machines": {
        *("healthz", "readyz", "security_txt", "course_qr", "catalogue:calendar", "grants:desk_payments_file"),
        *("calendar_of_centre", "calendar_of_course", "calendar_of_topic", "courses_atom", "courses_json", "courses_schema"),
        *("opensearch", "robots", "sitemap", "catalogue:evaluation_code", "catalogue:roster_file"),
        *("catalogue:statistics_csv", "catalogue:statistics_excel"),
        *("catalogue:export_file", "catalogue:import_template", "catalogue:roster_excel", "catalogue:news_one_press"),
        *("centre_qr", "catalogue:paper", "catalogue:guide_paper"),
    },
    "send on": {
        *("root", "course_short", "poster_short", "centre_short"),
        *("catalogue:run_link", "accounts:open_invitation", "grants:report_start"),
    },
    "take a form, and send on": {
        *("set_language", "accounts:demo_sign_in", "accounts:end_membership", "accounts:switch_account", "accounts:withdraw_invitation"),
        "catalogue:leaders_ask",
        *("catalogue:course_discard", "catalogue:course_reopen", "grants:answer", "grants:copy", "grants:report_revise"),
        "catalogue:poster_seen_to",
        *("referrals:hand_over", "referrals:letter_posted", "referrals:take_over"),
    },
    "take a form, and show the page that it came from": {
        *("grants:desk_application_do", "grants:desk_carry_over_do", "grants:desk_payment_stop", "grants:desk_payments_do"),
        *("grants:desk_report_do", "grants:desk_round_do"),
    },
}


@pytest.fixture(scope="module")
def walked(browser: Browser, portal: Portal) -> dict[str, Walk]:
    """What each person finds. The visitor's pages are not walked through again by those who are signed in."""
    cookies = {}
    for person in LANGUAGES:
        with new_context(browser, portal, person=person) as context:
            cookies[person] = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())

    def walk_as(person: str, known: frozenset[str] = frozenset()) -> Walk:
        starts = [f"/{LANGUAGES[person]}/{path}" for path in STARTS.get(person, ["hjem/"])]
        return walk(portal.url, cookies[person], starts, known=known)

    visitor = walk_as(VISITOR)
    public = frozenset(page.name for page in visitor.pages)
    signed_in = [person for person in LANGUAGES if person]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {VISITOR: visitor, **dict(zip(signed_in, pool.map(lambda person: walk_as(person, public), signed_in), strict=True))}


def _worth_a_look(walked: dict[str, Walk]) -> Iterator[tuple[str, Seen]]:
    """The first page of each kind, and every later one with a part of a shape that none before it had."""
    kinds: set[str] = set()
    shapes: set[str] = set()
    for person, each in walked.items():
        for page in each.pages:
            if page.name not in kinds or page.shapes - shapes:
                kinds.add(page.name)
                shapes |= page.shapes
                yield person, page


@pytest.mark.parametrize("person", LANGUAGES, ids=lambda person: person or "visitor")
def test_every_page_of_a_person(browser: Browser, portal: Portal, walked: dict[str, Walk], person: str) -> None:
    assert walked[person].broken == []
    with looker(browser, portal, person) as eyes:
        paths = [page.path for finder, page in _worth_a_look(walked) if finder == person]
        faults = [fault for path in paths for fault in eyes.look(path)]
        # what each role meets first, with its own name, units and menu, has room for them
        homes = [page.path for page in walked[person].pages if page.name == HOME and page.path not in paths]
        faults += [fault for path in homes[:1] for fault in eyes.glance(path)]
    assert "\n".join(faults) == ""


def _names(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _names(each, before + (f"{each.namespace}:" if each.namespace else ""))
        elif each.name:
            yield before + each.name


def test_no_page_is_passed_over(walked: dict[str, Walk]) -> None:
    seen = {page.name.split("/")[0] for each in walked.values() for page in each.pages}
    apart = set().union(*NOT_PAGES.values()) | AFTER_SOMETHING
    assert set(_names(get_resolver())) - seen == apart


@pytest.mark.parametrize(
    ("path", "person", "status"),
    [
        ("/nb/finnes-ikke/", VISITOR, 404),
        ("/nn/kurs/finst-ikkje/", VISITOR, 404),
        (f"/nn/henvisning/{MADE_UP}/", "tilvisar.volda", 404),
        ("/nb/innsyn/", "vurderer.molde", 403),
        ("/nn/henvisning/ny/", "rbu", 403),
        ("/nn/konto/invitasjon/", VISITOR, 404),
    ],
)
def test_refusal_is_a_page_too(browser: Browser, portal: Portal, path: str, person: str, status: int) -> None:
    with looker(browser, portal, person) as eyes:
        assert "\n".join(eyes.look(path, status)) == ""
