"""What a session keeps: time limits by real time, no copies in caches, and an end with the password."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from lms_portal.common.clock import real_now
from lms_portal.common.demo_clock import move_clock
from tests.factories.accounts import PASSWORD, make_person

pytestmark = pytest.mark.django_db
PAGE = "/nb/konto/profil/"


@pytest.fixture
def person_client(client: Client) -> Client:
    client.force_login(make_person("Kari Prøve", "kari@sykehus.example"))
    return client


def test_signed_in_pages_are_never_stored(person_client: Client) -> None:
    assert person_client.get(PAGE).headers["Cache-Control"] == "no-store"
    assert person_client.get("/nb/personvern/").headers["Cache-Control"] == "no-store"


def test_public_pages_open_no_session(client: Client) -> None:
    response = client.get("/nb/konto/roller/")
    assert response.status_code == 200
    assert "no-store" not in response.headers.get("Cache-Control", "")
    assert "Cookie" not in response.headers.get("Vary", "")
    assert response.cookies == {}


@pytest.mark.parametrize(("idle", "status"), [(timedelta(minutes=29), 200), (timedelta(minutes=31), 302)])
def test_session_ends_when_nobody_uses_it(person_client: Client, idle: timedelta, status: int) -> None:
    begun = real_now()
    with time_machine.travel(begun, tick=False) as clock:
        assert person_client.get(PAGE).status_code == 200
        clock.shift(idle)
        response = person_client.get(PAGE)
        assert response.status_code == status
        if status == 302:
            assert response["Location"] == f"/nb/konto/inn/?next={PAGE}"
            assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
            assert person_client.get(PAGE).status_code == 302


def test_use_keeps_a_session_alive_for_twelve_hours_at_most(person_client: Client) -> None:
    begun = real_now()
    with time_machine.travel(begun, tick=False) as clock:
        for _ in range(36):
            assert person_client.get(PAGE).status_code == 200
            clock.shift(timedelta(minutes=20))
        assert person_client.get(PAGE).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert person_client.get(PAGE).status_code == 302


def test_moved_demo_clock_ends_no_session(person_client: Client, settings: Any) -> None:
    settings.DEMO = True
    assert person_client.get(PAGE).status_code == 200
    moment = real_now()
    move_clock(to=moment + timedelta(days=30), real_now=moment)
    assert person_client.get(PAGE).status_code == 200


def test_page_costs_no_write_within_the_minute(person_client: Client, django_assert_num_queries: Any) -> None:
    person_client.get(PAGE)
    with django_assert_num_queries(4) as captured:
        person_client.get(PAGE)
    assert [query["sql"] for query in captured if query["sql"].startswith(("UPDATE", "INSERT"))] == []


def test_new_password_ends_the_other_sessions(person_client: Client) -> None:
    other = Client()
    other.post("/nb/konto/inn/", {"login": "kari@sykehus.example", "password": PASSWORD})
    assert other.get(PAGE).status_code == 200
    new = "another sentence that is long enough"
    response = person_client.post("/nb/konto/passord/bytt/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (response.status_code, response["Location"]) == (302, "/nb/konto/profil/")
    assert person_client.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302


@pytest.mark.parametrize("password", ["short", "passordpassord", "aaaaaaaaaaaaaaa1"])
def test_weak_password_is_refused(person_client: Client, password: str) -> None:
    data = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    response = person_client.post("/nb/konto/passord/bytt/", data)
    assert response.status_code == (302 if password == "aaaaaaaaaaaaaaa1" else 200)
