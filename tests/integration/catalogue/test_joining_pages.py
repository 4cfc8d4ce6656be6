"""The pages of joining without a referral, as a visitor without an account meets them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.actions import joining as actions
from catalogue.actions import waiting_lists
from catalogue.enums import SiteMode, SiteRole
from catalogue.links import SIGN_UP, secret_of
from catalogue.models import CourseInterest, Enrolment, Run, SignUp
from catalogue.needs import Needs
from catalogue.schedule import Dates
from lms_portal.audit.models import Access
from lms_portal.outbox.models import Message
from tests.conftest import NOW
from tests.factories.catalogue import make_course, make_run, make_site
from tests.integration.catalogue.test_joining import join, open_run, sent, status
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db
FORM_KEY = re.compile(rb'name="form_key" value="([^"]+)"')


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The pages' moment is that of the tests."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)


def answers(client: Client, run: Run, **fields: Any) -> dict[str, Any]:
    """What a person types, with the key that came with the form."""
    page = client.get(reverse("catalogue:join", args=[run.pk]))
    key = FORM_KEY.search(page.content)
    assert key
    typed = {"relation": "self", "name": "Kari Prøve", "email": "kari@post.example", "language": "nb"}
    return {"form_key": key[1].decode(), **typed, **fields}


def send(client: Client, run: Run, **fields: Any) -> Any:
    return client.post(reverse("catalogue:join", args=[run.pk]), answers(client, run, **fields))


def link(sign_up: SignUp, name: str = "place") -> str:
    return reverse(f"catalogue:{name}", args=[secret_of(sign_up.pk, purpose=SIGN_UP, number=sign_up.link_number)])


def test_course_page_leads_to_the_form_and_the_form_to_the_receipt(client: Client) -> None:
    run = open_run()
    course_page = client.get(run.course.get_absolute_url()).content.decode()
    assert reverse("catalogue:join", args=[run.pk]) in course_page
    answer = send(client, run, interpreter="arabisk", companion="on")
    made = SignUp.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, link(made, "joined"))
    receipt = client.get(answer["Location"])
    assert texts_of(receipt, "h1") == ["Du har plass"]
    assert made.enrolment.reference in receipt.content.decode()


@pytest.mark.parametrize("name", ["place", "joined", "place_needs", "place_cancel"])
def test_pages_of_a_link_are_for_one_pair_of_eyes(client: Client, now: datetime, name: str) -> None:
    made = join(open_run(), now)
    page = client.get(link(made, name))
    assert page.status_code == 200
    # a form from a page that says nothing of where it was is refused as forged
    policy = "same-origin" if name in ("place_needs", "place_cancel") else "no-referrer"
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == (policy, "noindex")
    assert "no-store" in page["Cache-Control"]
    title = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    version = made.wished_run.course.public_version
    assert title
    assert version
    assert version.title not in title[1]
    read = Access.objects.get()
    assert (read.object_ids, read.basis, read.purpose, read.role) == ([made.enrolment_id], "own_link", "self_sign_up", "participant")


def test_the_form_comes_back_with_what_was_typed_and_says_what_to_do(client: Client) -> None:
    run = open_run()
    page = send(client, run, relation="child", name="Lillebror Prøve", email="", diet="nøtter")
    text = page.content.decode()
    assert (page.status_code, SignUp.objects.count()) == (200, 0)
    assert "Feil:" in text
    assert 'value="Lillebror Prøve"' in text
    assert 'value="nøtter"' in text
    assert [
        words for words in ("Skriv en e-postadresse eller et telefonnummer", "Skriv ditt eget navn også") if text.count(words) < 2
    ] == []


def test_a_form_that_is_sent_twice_is_one_sign_up(client: Client) -> None:
    run = open_run()
    typed = answers(client, run)
    address = reverse("catalogue:join", args=[run.pk])
    assert client.post(address, typed)["Location"] == client.post(address, typed)["Location"]
    assert SignUp.objects.count() == 1


def test_what_a_program_fills_in_is_refused(client: Client) -> None:
    page = send(client, open_run(), homepage="https://kjop.example")
    assert (page.status_code, SignUp.objects.count()) == (200, 0)
    assert "Ett felt skal stå tomt" in page.content.decode()


def test_too_many_from_one_address_are_asked_to_wait(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "course_sign_up": "1/m/ip"}
    run = open_run()
    assert [send(client, run).status_code for _time in range(2)] == [302, 429]


def test_birth_year_is_asked_only_where_the_course_is_for_the_young(client: Client) -> None:
    young = make_run(make_course(sign_up="self", age_groups=["children", "youth"]), places=2)
    assert b"birth_year" not in client.get(reverse("catalogue:join", args=[open_run().pk])).content
    assert b"birth_year" in client.get(reverse("catalogue:join", args=[young.pk])).content
    assert send(client, young, birth_year="14").status_code == 200
    assert send(client, young, birth_year="2014").status_code == 302


def test_places_are_chosen_where_there_are_several(client: Client) -> None:
    run = open_run()
    screen = make_site(run, role=SiteRole.RECEIVER, mode=SiteMode.DIGITAL, places=4)
    page = client.get(reverse("catalogue:join", args=[run.pk])).content.decode()
    assert "Digitalt, der du er (4 ledige plasser)" in page or "4 plasser igjen" in page
    assert send(client, run).status_code == 200
    assert send(client, run, site=str(screen.pk)).status_code == 302
    assert SignUp.objects.get().enrolment.site == screen


def test_a_run_that_takes_nobody_says_why(client: Client) -> None:
    referred, closed = open_run(sign_up="referral"), open_run(closes_at=NOW - timedelta(days=1))
    for run, words in ((referred, "Du kan ikke melde deg på"), (closed, "Det er for sent")):
        assert words in client.get(reverse("catalogue:join", args=[run.pk])).content.decode()


def test_a_planned_run_and_a_made_up_one_are_not_there(client: Client) -> None:
    planned = open_run(is_open=False)
    for pk in (planned.pk, uuid4()):
        assert client.get(reverse("catalogue:join", args=[pk])).status_code == 404


def test_place_in_line_is_shown(client: Client, now: datetime) -> None:
    run = open_run(places=1)
    join(run, now)
    made = [join(run, now + timedelta(minutes=minute)) for minute in range(2)]
    assert "Du er nummer 2 i køen" in client.get(link(made[1])).content.decode()


def test_an_offer_is_answered_on_the_page(client: Client, now: datetime) -> None:
    run = open_run(places=1)
    first, second = join(run, now), join(run, now)
    actions.cancel(sign_up=first, now=now)
    waiting_lists.offer_free_places(now=now)
    page = client.get(link(second)).content.decode()
    assert "Ja, jeg tar plassen" in page
    answer = client.post(link(second), {"answer": "accept"}, follow=True)
    assert (status(second), "Du har plassen." in answer.content.decode()) == ("confirmed", True)


def test_reading_a_page_changes_nothing(client: Client, now: datetime) -> None:
    made = join(open_run(), now)
    for name in ("place", "joined", "place_needs", "place_site", "place_cancel"):
        client.get(link(made, name))
    assert status(made) == "confirmed"


def test_needs_are_changed_and_the_place_cancelled_without_an_account(client: Client, now: datetime) -> None:
    run = open_run()
    made = join(run, now)
    client.post(link(made, "place_needs"), {"interpreter": "tigrinja", "language": "nn"})
    assert Needs.opened(SignUp.objects.with_case().get().needs).interpreter == "tigrinja"
    answer = client.post(link(made, "place_cancel"), follow=True)
    assert "Plassen er avbestilt" in answer.content.decode()
    assert (status(made), run.sites.get().taken) == ("cancelled_by_participant", 0)
    assert "Avbestill plassen" not in client.get(link(made)).content.decode()


def test_moving_to_the_screen_is_a_choice_on_the_page(client: Client, now: datetime) -> None:
    run = open_run()
    screen = make_site(run, role=SiteRole.RECEIVER, mode=SiteMode.DIGITAL, places=1)
    made = join(run, now)
    client.post(link(made, "place_site"), {"site": str(screen.pk)})
    assert Enrolment.objects.get().site == screen
    full = join(run, now)
    page = client.post(link(full, "place_site"), {"site": str(screen.pk)}).content.decode()
    assert "Du har fortsatt plassen du hadde" in page


def test_the_video_meeting_is_for_those_with_a_place(client: Client, now: datetime) -> None:
    run = open_run(places=1)
    run.sites.update(meeting_url="https://video.example/rom")
    placed, waits = join(run, now), join(run, now)
    assert "https://video.example/rom" in client.get(link(placed)).content.decode()
    assert "https://video.example/rom" not in client.get(link(waits)).content.decode()
    assert "https://video.example/rom" not in client.get(run.course.get_absolute_url()).content.decode()
    assert [body for _subject, body in sent("catalogue.sign_up_receipt") if "video.example" in body] == []


def test_a_link_that_is_made_up_or_has_expired_says_how_to_get_a_new_one(client: Client, now: datetime) -> None:
    made = join(open_run(), now)
    SignUp.objects.update(link_expires_at=now, created_at=now - timedelta(days=1))
    for address in (link(made), reverse("catalogue:place", args=["x" * 43])):
        page = client.get(address)
        assert (page.status_code, reverse("catalogue:lost_link") in page.content.decode()) == (404, True)
    assert Access.objects.count() == 0


def test_asking_for_a_new_link_tells_nobody_whether_the_address_is_known(client: Client, now: datetime) -> None:
    join(open_run(), now, email="kari@post.example")
    address = reverse("catalogue:lost_link")
    answers_to = [client.post(address, {"email": email}) for email in ("kari@post.example", "ukjent@post.example")]
    assert {answer["Location"] for answer in answers_to} == {reverse("catalogue:lost_link_sent")}
    assert Message.objects.filter(kind="catalogue.place_links").count() == 2
    assert client.get(answers_to[0]["Location"]).status_code == 200


def test_new_dates_are_asked_for_confirmed_and_stopped(client: Client) -> None:
    run = open_run()
    course_page = client.get(run.course.get_absolute_url()).content.decode()
    address = reverse("catalogue:interest", args=[run.course.slug])
    assert address in course_page
    answer = client.post(address, {"email": "kari@post.example", "language": "nb"})
    assert (answer["Location"], client.get(answer["Location"]).status_code) == (reverse("catalogue:interest_sent"), 200)
    ((_subject, body),) = sent("catalogue.interest_confirm")
    confirm, stop = re.findall(r"http://testserver(/\S+)", body)
    client.get(confirm)
    assert CourseInterest.objects.get().confirmed_at is None  # a program that opens every link confirms nothing
    assert "Adressen din er bekreftet" in client.post(confirm, follow=True).content.decode()
    client.get(stop)
    assert CourseInterest.objects.count() == 1
    assert "Adressen din er slettet" in client.post(stop, follow=True).content.decode()
    assert (CourseInterest.objects.count(), client.get(confirm).status_code) == (0, 404)


def test_the_address_of_a_date_in_a_mail_leads_to_the_course_page(client: Client) -> None:
    run = open_run()
    answer = client.get(reverse("catalogue:run_link", args=[run.pk]))
    assert answer["Location"] == run.course.get_absolute_url() + "#dates"


@pytest.mark.parametrize("name", ["place", "joined", "place_cancel"])
def test_pages_of_a_link_take_as_many_queries_for_a_long_line(client: Client, now: datetime, name: str) -> None:
    run = open_run(places=1)
    join(run, now)
    made = join(run, now)
    with CaptureQueriesContext(connection) as few:
        client.get(link(made, name))
    for _number in range(30):
        join(run, now)
    with CaptureQueriesContext(connection) as many:
        client.get(link(made, name))
    assert len(many) == len(few)


def test_the_course_page_says_until_when_a_referral_makes_sense_and_when_the_sign_up_opens(client: Client) -> None:
    referred = make_run(make_course(), Dates.on(date(2027, 3, 3)))
    text = client.get(referred.course.get_absolute_url()).content.decode()
    assert "Henvisningen bør sendes innen" in text
    assert "3. februar 2027" in text  # fourteen days' notice, and ten working days before that
    later = open_run(opens_at=datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    page = client.get(later.course.get_absolute_url()).content.decode()
    assert ("1. desember 2026" in page, reverse("catalogue:join", args=[later.pk]) in page) == (True, False)
