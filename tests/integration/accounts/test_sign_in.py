"""Sign-in with e-mail and password: who gets in, what the others are told, and how often one may try."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lms_portal.accounts.models import User
from tests.factories.accounts import PASSWORD, make_person

pytestmark = pytest.mark.django_db
LOGIN = "/nb/konto/inn/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **extra})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_sign_in_page_opens_from_a_link(client: Client) -> None:
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert 'autocomplete="current-password"' in page.content.decode()


@pytest.mark.parametrize("written", ["kari@sykehus.example", "KARI@Sykehus.example", "  kari@sykehus.example "])
def test_sign_in_leads_to_the_own_page_in_the_own_language(client: Client, written: str) -> None:
    make_person("Kari Prøve", "kari@sykehus.example", language="nn")
    response = sign_in(client, written)
    assert (response.status_code, response["Location"]) == (302, "/nn/hjem/")
    assert response.cookies["django_language"].value == "nn"
    assert is_signed_in(client)


@pytest.mark.parametrize("asked", ["/nb/konto/profil/?a=1", "/en/konto/profil/?a=1", "/nn/konto/profil/?a=1"])
def test_sign_in_goes_on_to_the_page_asked_for_in_the_own_language(client: Client, asked: str) -> None:
    make_person("Kari Prøve", "kari@sykehus.example", language="nn")
    response = sign_in(client, "kari@sykehus.example", next=asked)
    assert response["Location"] == "/nn/konto/profil/?a=1"
    assert "Velkomen, Kari Prøve." in client.get("/nn/konto/profil/").content.decode()


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil.example",
    "/%09/evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "https://testserver@evil.example/",
    "\thttps://evil.example",
    "/\r\n/evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_never_leads_to_another_site(client: Client, target: str) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    location = sign_in(client, "kari@sykehus.example", next=target)["Location"]
    assert location == "/nb/hjem/" or (location.startswith("/%09/") and "//" not in location)


def test_session_gets_a_new_key_at_sign_in(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    client.get(LOGIN)
    session = client.session
    session["before"] = "1"
    session.save()
    before = session.session_key
    sign_in(client, "kari@sykehus.example")
    assert client.session.session_key != before


def test_every_failure_says_the_same(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    make_person("Ola Prøve", "ola@sykehus.example", is_active=False)
    answers = set()
    for email, password in [("kari@sykehus.example", "wrong"), ("ingen@sykehus.example", "wrong"), ("ola@sykehus.example", PASSWORD)]:
        response = sign_in(client, email, password)
        assert response.status_code == 200
        assert not is_signed_in(client)
        answers.add(str(response.context["form"].non_field_errors()))
    assert len(answers) == 1


def test_failures_hash_one_password_each(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    def counted(name: str) -> Any:
        original = getattr(User, name)

        def count(self: User, raw: str) -> Any:
            hashed.append(name)
            return original(self, raw)

        return count

    for name in ("check_password", "set_password"):
        monkeypatch.setattr(User, name, counted(name))
    make_person("Kari Prøve", "kari@sykehus.example")
    make_person("Ola Prøve", "ola@sykehus.example", is_active=False)
    for email in ("kari@sykehus.example", "ingen@sykehus.example", "ola@sykehus.example"):
        hashed.clear()
        sign_in(client, email, "wrong")
        assert len(hashed) == 1


def test_sixth_wrong_password_is_refused_even_where_right(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    for _ in range(5):
        sign_in(client, "kari@sykehus.example", "wrong")
    response = sign_in(client, "kari@sykehus.example", PASSWORD)
    assert response.status_code == 200
    assert not is_signed_in(client)


def test_a_whole_hospital_behind_one_address_signs_in(client: Client) -> None:
    for number in range(40):
        make_person("Kari Prøve", f"kari{number}@sykehus.example")
    for number in range(40):
        assert sign_in(Client(), f"kari{number}@sykehus.example").status_code == 302


def test_sign_out_asks_first_and_then_clears(client: Client) -> None:
    client.force_login(make_person("Kari Prøve", "kari@sykehus.example"))
    assert client.get("/nb/konto/ut/").status_code == 200
    assert is_signed_in(client)
    response = client.post("/nb/konto/ut/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(client)


def test_nobody_signs_up(client: Client) -> None:
    for address in ("/nb/konto/signup/", "/nb/konto/ny/", "/nb/konto/registrer/"):
        assert client.get(address).status_code == 404


def test_closed_account_is_out_at_the_next_request(client: Client) -> None:
    person = make_person("Kari Prøve", "kari@sykehus.example")
    client.force_login(person)
    assert client.get("/nb/konto/profil/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    response = client.get("/nb/konto/profil/")
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("demo", [True, False])
def test_demo_people_sign_in_with_one_button_in_the_demo_only(client: Client, settings: Any, *, demo: bool) -> None:
    settings.DEMO = demo
    make_person("Tiril Prøvelege", "tilvisar.volda@demo.example", language="nn")
    response = client.post("/nb/konto/demo/", {"email": "tilvisar.volda@demo.example"})
    assert response.status_code == (302 if demo else 404)
    assert is_signed_in(client) is demo


def test_demo_button_works_for_demo_people_only(client: Client, settings: Any) -> None:
    settings.DEMO = True
    make_person("Kari Prøve", "kari@sykehus.example")
    assert client.post("/nb/konto/demo/", {"email": "kari@sykehus.example"}).status_code == 404


def test_demo_button_needs_a_post(client: Client, settings: Any) -> None:
    settings.DEMO = True
    assert client.get("/nb/konto/demo/").status_code == 405
