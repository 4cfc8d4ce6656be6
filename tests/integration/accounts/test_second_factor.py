"""The second factor: setting it up, signing in with it, losing it, and who cannot do without."""

import re
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from lms_portal.accounts import roles
from lms_portal.accounts.models import User
from lms_portal.common.clock import real_now
from lms_portal.outbox.models import Message
from tests.factories.accounts import PASSWORD, make_clinic, make_person

pytestmark = pytest.mark.django_db
INDEX = "/nb/konto/tofaktor/"


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def confirm(client: Client, target: str) -> None:
    client.post(f"/nb/konto/bekreft/?next={target}", {"password": PASSWORD})


def add_app(client: Client) -> str:
    """Go the whole way; returns the secret."""
    target = f"{INDEX}app/ny/"
    confirm(client, target)
    page = client.get(target)
    assert page.status_code == 200
    secret = str(page.context["form"].secret)
    response = client.post(target, {"code": code_for(secret)})
    assert (response.status_code, response["Location"]) == (302, f"{INDEX}reservekoder/")
    return secret


@pytest.fixture
def assessor() -> User:
    return make_person("Vidar Prøve", "vidar@sykehus.example", (roles.ASSESSOR, make_clinic()))


@pytest.fixture
def person_client(client: Client, assessor: User) -> Client:
    client.force_login(assessor)
    return client


@pytest.mark.parametrize("path", ["app/ny/", "nokler/ny/", "reservekoder/nye/"])
def test_change_of_factors_asks_for_the_password_first(person_client: Client, path: str) -> None:
    response = person_client.get(INDEX + path)
    assert response.status_code == 302
    assert response["Location"].startswith("/nb/konto/bekreft/")


def test_app_is_added_with_its_first_code_and_told_by_mail(person_client: Client, assessor: User) -> None:
    add_app(person_client)
    assert sorted(Authenticator.objects.filter(user=assessor).values_list("type", flat=True)) == ["recovery_codes", "totp"]
    told = Message.objects.filter(kind="accounts.sign_in_changed", recipient_user_id=assessor.pk)
    assert sorted(told.values_list("context__change", flat=True)) == ["recovery_codes_generated", "totp_activated"]


def test_secrets_are_sealed_in_the_database(person_client: Client) -> None:
    secret = add_app(person_client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert '"secret": "1:' in stored.replace("'", '"')


def test_wrong_code_adds_nothing(person_client: Client) -> None:
    confirm(person_client, f"{INDEX}app/ny/")
    person_client.get(f"{INDEX}app/ny/")
    assert person_client.post(f"{INDEX}app/ny/", {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()


def sign_in_to_the_second_step(client: Client) -> Any:
    response = client.post("/nb/konto/inn/", {"login": "vidar@sykehus.example", "password": PASSWORD})
    assert response["Location"] == f"{INDEX}kode/"
    return response


def test_password_alone_opens_nothing(person_client: Client) -> None:
    add_app(person_client)
    other = Client()
    sign_in_to_the_second_step(other)
    assert "_auth_user_id" not in other.session
    assert other.get("/nb/hjem/").status_code == 302
    assert other.get(f"{INDEX}kode/").status_code == 200


def test_code_signs_in_once(person_client: Client) -> None:
    secret = add_app(person_client)
    with time_machine.travel(real_now().timestamp() + 60):
        code = code_for(secret)
        first, second = Client(), Client()
        sign_in_to_the_second_step(first)
        assert first.post(f"{INDEX}kode/", {"code": code})["Location"] == "/nb/hjem/"
        sign_in_to_the_second_step(second)
        assert second.post(f"{INDEX}kode/", {"code": code}).status_code == 200
        assert "_auth_user_id" not in second.session


def test_recovery_code_signs_in_once(person_client: Client) -> None:
    add_app(person_client)
    page = person_client.get(f"{INDEX}reservekoder/").content.decode()
    codes = re.findall(r"<li><code>(\d+)</code>", page)
    assert len(codes) == 10
    assert "<code>" not in person_client.get(f"{INDEX}reservekoder/").content.decode()
    first, second = Client(), Client()
    sign_in_to_the_second_step(first)
    assert first.post(f"{INDEX}kode/", {"code": codes[0]})["Location"] == "/nb/hjem/"
    sign_in_to_the_second_step(second)
    assert second.post(f"{INDEX}kode/", {"code": codes[0]}).status_code == 200


def test_new_password_by_mail_does_not_pass_the_second_factor(person_client: Client, assessor: User) -> None:
    add_app(person_client)
    assessor.set_password("another sentence that is long enough")
    assessor.save()
    other = Client()
    response = other.post("/nb/konto/inn/", {"login": "vidar@sykehus.example", "password": "another sentence that is long enough"})
    assert response["Location"] == f"{INDEX}kode/"


@pytest.mark.parametrize("page", ["/nb/hjem/", "/nb/konto/profil/", "/nb/konto/passord/bytt/", "/nb/meldinger/", "/nb/innsyn/"])
def test_production_sends_whoever_needs_a_factor_to_set_it_up(person_client: Client, settings: Any, page: str) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert person_client.get(page)["Location"] == INDEX


def test_production_lets_through_when_it_is_done(person_client: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert person_client.get(INDEX).status_code == 200
    add_app(person_client)
    assert person_client.get("/nb/hjem/").status_code == 200


def test_production_does_not_ask_whoever_sees_nothing_sensitive(client: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    client.force_login(make_person("Birger Prøve", "birger@sykehus.example", (roles.USER_REPRESENTATIVE, make_clinic())))
    assert client.get("/nb/hjem/").status_code == 200


def test_production_keeps_the_last_factor(person_client: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    add_app(person_client)
    response = person_client.post(f"{INDEX}app/fjern/")
    assert response.status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()


def test_removed_factor_is_asked_for_again(person_client: Client, settings: Any) -> None:
    add_app(person_client)
    settings.REQUIRE_SECOND_FACTOR = True
    assert person_client.get("/nb/hjem/").status_code == 200
    settings.REQUIRE_SECOND_FACTOR = False
    assert person_client.post(f"{INDEX}app/fjern/").status_code == 302
    settings.REQUIRE_SECOND_FACTOR = True
    assert person_client.get("/nb/hjem/")["Location"] == INDEX


def test_passkey_page_has_no_inline_script(person_client: Client) -> None:
    confirm(person_client, f"{INDEX}nokler/ny/")
    page = person_client.get(f"{INDEX}nokler/ny/").content.decode()
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in attributes or 'type="application/json"' in attributes for attributes in scripts)
    assert len(scripts) == 5


def test_guessing_codes_is_limited(person_client: Client) -> None:
    add_app(person_client)
    other = Client()
    sign_in_to_the_second_step(other)
    for _ in range(6):
        response = other.post(f"{INDEX}kode/", {"code": "000000"})
    assert "fem minutter" in response.content.decode() or "five minutes" in response.content.decode()
