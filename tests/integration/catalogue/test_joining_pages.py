"""The pages of joining without a referral, as a visitor without an account meets them."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from catalogue.actions import joining as actions
from catalogue.actions import waiting_lists
from catalogue.enums import SiteMode, SiteRole
from catalogue.links import SIGN_UP, secret_of
from catalogue.models import CourseInterest, Enrolment, Run, SignUp
from catalogue.needs import Needs
from catalogue.views import public
from lms_portal.audit.models import Access
from lms_portal.outbox.models import Message
from tests.factories.catalogue import make_course, make_run, make_site
from tests.integration.catalogue.pages import texts_of
from tests.integration.catalogue.test_joining import join, open_run, sent, status

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
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert "no-store" in page["Cache-Control"]
    title = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    version = made.wished_run.course.public_version
    assert title and version and version.title not in title[1]
    read = Access.objects.get()
    assert (read.object_ids, read.basis, read.purpose, read.role) == ([made.enrolment_id], "own_link", "self_sign_up", "participant")
