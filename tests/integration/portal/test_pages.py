"""The portal's own pages: languages, statements, security contact, start page, the demo's clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from lms_portal.accounts import desk, roles
from lms_portal.accounts.enums import Permission, UnitKind
from lms_portal.accounts.models import User
from lms_portal.common.clock import portal_now, real_now
from lms_portal.common.models import ClockOffset
from lms_portal.views import statements
from tests.factories.accounts import make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("header", "language"),
    [("no", "nb"), ("nn-NO,nn;q=0.9,nb;q=0.8", "nn"), ("en-GB", "en"), ("de", "nb"), ("", "nb"), ("se", "nb"), ("nb-NO", "nb")],
)
def test_front_door_speaks_the_browsers_language(client: Client, header: str, language: str) -> None:
    response = client.get("/", headers={"accept-language": header})
    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}


def test_choice_of_language_is_remembered_in_cookie_and_profile(client: Client) -> None:
    person = make_person("Kari Prøve", "", language="nb")
    client.force_login(person)
    response = client.post("/sprak/", {"language": "nn", "next": "/nb/konto/profil/"})
    assert response["Location"] == "/nn/konto/profil/"
    assert client.cookies["django_language"].value == "nn"
    assert User.objects.get(pk=person.pk).language == "nn"
    assert client.get("/", headers={"accept-language": "en"})["Location"] == "/nn/"


def test_choice_of_language_changes_nothing_on_get(client: Client) -> None:
    assert client.get("/sprak/?language=nn").status_code == 405


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""])
def test_choice_of_language_leads_nowhere_else(client: Client, target: str) -> None:
    assert client.post("/sprak/", {"language": "nn", "next": target})["Location"] == "/nn/"


def test_unknown_language_is_ignored(client: Client) -> None:
    assert client.post("/sprak/", {"language": "xx", "next": "/en/personvern/"})["Location"] in {"/nb/personvern/", "/en/personvern/"}


def test_profile_changes_the_language_of_the_next_page(client: Client) -> None:
    client.force_login(make_person("Kari Prøve", "", language="nb"))
    response = client.post("/nb/konto/profil/", {"name": "Kari Prøve", "phone": "", "language": "nn"})
    assert response["Location"] == "/nn/konto/profil/"
    assert client.cookies["django_language"].value == "nn"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("page", ["personvern", "informasjonskapsler", "tilgjengelighet"])
def test_statements_are_public_in_three_languages(client: Client, language: str, page: str) -> None:
    response = client.get(f"/{language}/{page}/")
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode()


def test_cookie_page_names_the_cookies_that_this_deployment_sets(client: Client, settings: Any) -> None:
    settings.SESSION_COOKIE_NAME = "__Host-session"
    text = client.get("/nb/informasjonskapsler/").content.decode()
    assert "__Host-session" in text
    assert settings.LANGUAGE_COOKIE_NAME in text


def test_feedback_goes_by_mail(client: Client, settings: Any) -> None:
    assert f'href="mailto:{settings.FEEDBACK_MAILBOX}"' in client.get("/nb/tilgjengelighet/").content.decode()


def every_text() -> list[Any]:
    texts: list[Any] = []
    for page in (statements.PRIVACY, statements.COOKIES_PAGE, statements.ACCESSIBILITY):
        texts += [page.title, page.lead]
        for section in page.sections:
            texts += [section.title, *section.paragraphs, *section.points]
    return texts + [cookie.purpose for cookie in statements.COOKIES] + [cookie.lasts for cookie in statements.COOKIES]


def test_statements_are_written_in_both_forms() -> None:
    in_bokmaal = " ".join(words.nb for words in every_text()).split()
    in_nynorsk = " ".join(words.nn for words in every_text()).split()
    assert {"ikke", "hva", "hvem", "hvordan", "jeg", "noen", "bare", "fra", "en", "et"} & set(in_nynorsk) == set()
    assert {"ikkje", "kva", "kven", "korleis", "eg", "nokon", "berre", "frå", "ein", "eit"} & set(in_bokmaal) == set()


def test_security_contact_is_always_ahead(client: Client, settings: Any) -> None:
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert lines["Contact"] == settings.SECURITY_CONTACT
    expires = datetime.fromisoformat(lines["Expires"])
    assert timedelta(days=178) < expires - real_now() < timedelta(days=365)
    assert lines["Canonical"] == f"{settings.PORTAL_BASE_URL}/.well-known/security.txt"


def test_start_page_shows_the_cards_of_ones_roles(client: Client) -> None:
    region = make_unit("hmn", UnitKind.REGION)
    client.force_login(make_person("Anders Prøve", "", (roles.ADMINISTRATOR, region)))
    page = client.get("/nb/hjem/")
    assert page.status_code == 200
    urls = {card.url for group in ("waiting", "calm", "links") for card in page.context[group]}
    assert {"/nb/konto/folk/", "/nb/meldinger/?status=attention"} <= urls
    assert "/nb/innsyn/" not in urls


def test_start_page_without_a_role_says_what_to_do(client: Client) -> None:
    client.force_login(make_person("Kari Prøve", ""))
    assert 'class="empty"' in client.get("/nb/hjem/").content.decode()


def test_cards_come_with_the_urgent_ones_first(now: datetime) -> None:
    def card(title: str, count: int | None, *, urgent: bool = False) -> desk.CardBuilder:
        return lambda _user, _moment: desk.Card(title=title, url="/", count=count, urgent=urgent)

    before = list(desk._builders)
    desk._builders.clear()
    try:
        desk.register(Permission.READ_AUDIT, build=card("closed", 9, urgent=True))
        desk.register(build=card("link", None))
        desk.register(build=card("calm", 0))
        desk.register(build=card("waits", 3))
        desk.register(build=card("urgent", 1, urgent=True))
        desk.register(build=lambda _user, _moment: None)
        titles = [shown.title for shown in desk.cards_for(make_person("Kari Prøve", ""), now)]
    finally:
        desk._builders[:] = before
    assert titles == ["urgent", "waits", "link", "calm"]


@pytest.fixture
def in_demo(settings: Any) -> None:
    settings.DEMO = True


@pytest.mark.usefixtures("in_demo")
@pytest.mark.parametrize(
    ("step", "ahead"), [("1h", timedelta(hours=1)), ("1d", timedelta(days=1)), ("7d", timedelta(days=7)), ("30d", timedelta(days=30))]
)
def test_demo_clock_moves_in_steps_and_back(demo_client: Client, step: str, ahead: timedelta) -> None:
    demo_client.post("/nb/demo/klokke/", {"step": step})
    assert abs(portal_now() - real_now() - ahead) < timedelta(seconds=5)
    demo_client.post("/nb/demo/klokke/", {"real": "1"})
    assert abs(portal_now() - real_now()) < timedelta(seconds=5)


@pytest.mark.usefixtures("in_demo")
def test_demo_clock_is_set_to_a_norwegian_moment(demo_client: Client) -> None:
    demo_client.post("/nb/demo/klokke/", {"moment": "01.12.2026 23.59"})
    assert abs(portal_now() - datetime.fromisoformat("2026-12-01T22:59:00+00:00")) < timedelta(seconds=5)


@pytest.mark.usefixtures("in_demo")
def test_demo_clock_says_what_is_wrong_with_a_moment(demo_client: Client) -> None:
    page = demo_client.post("/nb/demo/klokke/", {"moment": "i morgen"})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not ClockOffset.objects.exists()


@pytest.fixture
def demo_client(client: Client, settings: Any) -> Client:
    settings.ROOT_URLCONF = "tests.integration.portal.demo_urls"
    return client


def test_clock_stands_outside_the_demo(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.integration.portal.demo_urls"
    assert client.get("/nb/demo/klokke/").status_code == 404
    assert client.post("/nb/demo/klokke/", {"step": "1d"}).status_code == 404
