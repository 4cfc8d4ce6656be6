"""The frame of the page: who sees which links, the same page in other languages, and no session for visitors who have none."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from django.utils.translation import override

from lms_portal import context_processors
from lms_portal.accounts.permissions import Grant
from lms_portal.accounts.roles import ASSESSOR, LMS_ADVISER, Role
from lms_portal.context_processors import Portal


def nowhere(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def pages(app: str, *names: str) -> Any:
    return path(f"nb/{app}/", include(([path(f"{name}/", nowhere, name=name) for name in names], app)))


# this module is the URLconf of its own tests: a portal with some of the pages
urlpatterns = [
    path("nb/", nowhere, name="front"),
    path("nb/logg-inn/", nowhere, name="account_login"),
    path("nb/personvern/", nowhere, name="privacy"),
    pages("catalogue", "list", "desk"),
    pages("referrals", "worklist", "mine"),
    pages("outbox", "list"),
]
pytestmark = pytest.mark.urls(__name__)


class Session:
    """A session that tells when somebody looks into it."""

    session_key = ""
    accessed = False


class Somebody(AnonymousUser):
    """A signed-in person."""

    is_authenticated = True  # type: ignore[assignment]
    name = "Kari Nordmann"


def request_for(path: str, user: Any = None, **data: Any) -> Any:
    request: Any = RequestFactory().get(path, data)
    request.user = user or AnonymousUser()
    request.session = Session()
    request.session.session_key = "key" if user else ""
    request.LANGUAGE_CODE = "nb"
    return request


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> Any:
    def hold(*roles: Role) -> None:
        grants = tuple(
            Grant(role.code, role.permissions, uuid4(), "hmn/clinic", "Nevrologisk poliklinikk", role.reaches_below) for role in roles
        )
        monkeypatch.setattr(context_processors, "grants_of", lambda _user: grants)

    return hold


def texts(links: list[context_processors.Link]) -> list[str]:
    return [link.text for link in links]


def test_visitor_sees_the_public_pages_that_exist() -> None:
    portal = Portal(request_for("/nb/"))
    with override("nb"):
        assert texts(portal.navigation) == ["Kurs"]
        assert texts(portal.footer) == ["Personvern"]
        assert portal.work == []
        assert portal.signed_in is False


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((), []),
        ((ASSESSOR,), ["Arbeidsliste"]),
        ((LMS_ADVISER,), ["Kursarbeid", "Meldinger"]),
        ((LMS_ADVISER, ASSESSOR), ["Arbeidsliste", "Kursarbeid", "Meldinger"]),
    ],
)
def test_work_follows_the_permissions(roles: tuple[Role, ...], expected: list[str], holding: Any) -> None:
    holding(*roles)
    with override("nb"):
        assert texts(Portal(request_for("/nb/", Somebody())).work) == expected


@pytest.mark.parametrize(
    ("where", "current"), [("/nb/catalogue/list/", "page"), ("/nb/catalogue/list/me-cfs/", "true"), ("/nb/catalogue/", ""), ("/nb/", "")]
)
def test_current_page_is_marked(where: str, current: str) -> None:
    assert [link.current for link in Portal(request_for(where)).navigation] == [current]


def test_languages_lead_to_the_same_page_with_its_query() -> None:
    portal = Portal(request_for("/nb/kurs/", tema="hjerte"))
    with override("nb"):
        assert [(language["url"], language["current"]) for language in portal.languages] == [
            ("/nb/kurs/?tema=hjerte", True),
            ("/nn/kurs/?tema=hjerte", False),
            ("/en/kurs/?tema=hjerte", False),
        ]


def test_languages_of_a_page_without_prefix_lead_to_the_front_pages() -> None:
    assert [language["url"] for language in Portal(request_for("/healthz")).languages] == ["/nb/", "/nn/", "/en/"]


def test_alternates_are_full_addresses_without_query(settings: Any) -> None:
    settings.PORTAL_BASE_URL = "https://portal.example"
    alternates = Portal(request_for("/nn/kurs/", tema="hjerte")).alternates
    assert [(alternate["code"], alternate["url"]) for alternate in alternates] == [
        ("nb", "https://portal.example/nb/kurs/"),
        ("nn", "https://portal.example/nn/kurs/"),
        ("en", "https://portal.example/en/kurs/"),
        ("x-default", "https://portal.example/nb/kurs/"),
    ]


def test_person_line_names_two_roles_and_counts_the_rest(holding: Any) -> None:
    holding(ASSESSOR, LMS_ADVISER, ASSESSOR)
    with override("nn"):
        portal = Portal(request_for("/nb/", Somebody()))
        assert [held["role"] for held in portal.roles] == ["vurderar", "LMS-rådgjevar"]
        assert portal.further_roles == 1


def test_sign_in_comes_back_to_the_page() -> None:
    assert Portal(request_for("/nb/kurs/")).sign_in == "/nb/logg-inn/?next=/nb/kurs/"
    assert Portal(request_for("/nb/logg-inn/")).sign_in == "/nb/logg-inn/"


def test_frame_for_a_visitor_opens_no_session(django_assert_num_queries: Any) -> None:
    class Untouchable(Session):
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"the page asked the session for {name}")

    request = request_for("/nb/")
    request.session = Untouchable()
    with override("nb"):
        html = render_to_string("base.html", {"portal": Portal(request), "request": request})
    assert '<html lang="nb"' in html
    assert "Logg inn" in html


@pytest.mark.django_db
def test_frame_of_a_visitor_asks_nothing(django_assert_num_queries: Any) -> None:
    request = request_for("/nb/")
    with override("nb"), django_assert_num_queries(0):
        render_to_string("base.html", {"portal": Portal(request), "request": request})


def test_page_behind_sign_in_is_not_for_search_engines() -> None:
    request = request_for("/nb/")
    request.resolver_match = None
    assert Portal(request).private is True


@pytest.mark.parametrize(("statement", "url"), [("", "/nb/tilgjengelighet/"), ("https://uustatus.no/x", "https://uustatus.no/x")])
def test_statement_of_the_institution_takes_the_place_of_ours(
    statement: str, url: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ACCESSIBILITY_STATEMENT_URL = statement
    monkeypatch.setattr(context_processors, "_address", lambda name: "/nb/tilgjengelighet/" if name == "accessibility" else "")
    assert [link.url for link in Portal(request_for("/nb/")).footer] == [url]
