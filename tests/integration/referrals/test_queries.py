"""Lists and pages cost the same number of queries whether there is one row or thirty."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms_portal.accounts.models import User
from tests.factories.referrals import World, make_in_state, make_sent, make_world

pytestmark = pytest.mark.django_db

MOST_IN_THE_WORKLIST = 12


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)


def queries_of(user: User, address: str) -> int:
    client = Client()
    client.force_login(user)
    client.get(address)  # what is kept for the process is kept now
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def _adviser(world: World) -> User:
    from lms_portal.accounts.roles import LMS_ADVISER
    from tests.factories.accounts import make_person

    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, world.hospital))


LISTS = [
    ("worklist", "assessor", "submitted"),
    ("mine", "clinician", "submitted"),
    ("letters", "secretary", "rejected"),
    ("participants", "adviser", "accepted_dated"),
]


@pytest.mark.parametrize(("name", "who", "state"), LISTS)
def test_list_costs_the_same_at_one_and_at_thirty_rows(name: str, who: str, state: str, now: datetime) -> None:
    world = make_world(places=None)
    user = _adviser(world) if who == "adviser" else getattr(world, who)
    address = reverse(f"referrals:{name}")
    make_in_state(world, state, now)
    at_one = queries_of(user, address)
    for _number in range(29):
        make_in_state(world, state, now)
    at_thirty = queries_of(user, address)
    assert at_thirty == at_one


def test_worklist_costs_no_more_than_its_goal(now: datetime) -> None:
    world = make_world()
    make_sent(world, now)
    assert queries_of(world.assessor, reverse("referrals:worklist")) <= MOST_IN_THE_WORKLIST


def test_page_of_a_referral_costs_the_same_after_many_looks(now: datetime) -> None:
    world = make_world()
    row = make_in_state(world, "accepted_dated", now)
    address = reverse("referrals:referral", args=[row.pk])
    first = queries_of(world.assessor, address)
    for person in (world.secretary, world.second_assessor):
        queries_of(person, address)
    assert queries_of(world.assessor, address) == first
