"""Every page of the adviser side answers, to whom it should, and a course of another unit is not there at all."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.models import Course, Run
from catalogue.schedule import Dates
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import LMS_ADVISER, REFERRER
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_draft_course, make_run

pytestmark = pytest.mark.django_db

COURSE_PAGES = ("course_desk", "course_edit", "course_preview", "course_publish", "course_archive", "course_history", "run_new")
POSTS = ("course_reopen", "course_discard")


@pytest.fixture(autouse=True)
def _in_bokmaal() -> Iterator[None]:
    """Addresses begin in one language, whatever a page of another test left behind."""
    with translation.override("nb"):
        yield


@pytest.fixture
def adviser() -> User:
    clinic = make_clinic()
    hospital = clinic.parent
    assert hospital is not None
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, hospital))


def clinic_of(user: User) -> Any:
    return user.memberships.get().unit.children.get()


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def page(name: str, *args: object) -> str:
    return reverse(f"catalogue:{name}", args=args)


@pytest.mark.parametrize("name", COURSE_PAGES)
@pytest.mark.parametrize("make", [make_course, make_draft_course])
def test_pages_answer_for_own_course(client: Client, adviser: User, name: str, make: Any) -> None:
    course = make(clinic_of(adviser))
    response = signed_in(client, adviser).get(page(name, course.code), follow=True)
    assert response.status_code == 200


@pytest.mark.parametrize("name", COURSE_PAGES)
def test_pages_of_another_units_course_are_as_if_there_were_none(client: Client, adviser: User, name: str) -> None:
    other = make_course()
    signed_in(client, adviser)
    hidden, missing = client.get(page(name, other.code)), client.get(page(name, "NOT-THERE"))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.content.replace(other.code.encode(), b"") == missing.content.replace(b"NOT-THERE", b"")


@pytest.mark.parametrize("name", POSTS)
def test_posts_to_another_units_course_are_404(client: Client, adviser: User, name: str) -> None:
    other = make_course()
    assert signed_in(client, adviser).post(page(name, other.code)).status_code == 404


def test_runs_of_another_units_course_are_404(client: Client, adviser: User) -> None:
    run = make_run()
    signed_in(client, adviser)
    assert client.get(page("run_edit", run.course.code, run.pk)).status_code == 404
    assert client.get(page("run_status", run.course.code, run.pk, "close")).status_code == 404


def test_a_run_under_another_courses_code_is_404(client: Client, adviser: User) -> None:
    mine, run = make_course(clinic_of(adviser)), make_run()
    assert signed_in(client, adviser).get(page("run_edit", mine.code, run.pk)).status_code == 404


def test_desk_is_closed_to_who_edits_nothing(client: Client) -> None:
    clinician = make_person("Lege Prøve", "", (REFERRER, make_clinic()))
    signed_in(client, clinician)
    assert client.get(page("desk")).status_code == 403
    assert client.get(page("course_new")).status_code == 403


def test_desk_asks_for_sign_in(client: Client) -> None:
    assert client.get(page("desk")).status_code == 302


@pytest.mark.parametrize(
    "dates",
    [
        Dates.on(date(2027, 3, 3), date(2027, 3, 10), starts=time(9), ends=time(15)),
        Dates(ScheduleKind.MONTHS, months=(date(2027, 3, 1), date(2027, 4, 1))),
        Dates(ScheduleKind.TERM, season=TermSeason.AUTUMN, year=2027),
        Dates(ScheduleKind.RECURRING, frequency=Frequency.MONTHLY, weekday=0),
        Dates(ScheduleKind.CONTINUOUS),
        Dates(ScheduleKind.TO_BE_ANNOUNCED),
    ],
    ids=lambda dates: dates.kind,
)
def test_run_editor_opens_for_every_kind_of_dates(client: Client, adviser: User, dates: Dates) -> None:
    run = make_run(make_course(clinic_of(adviser)), dates)
    response = signed_in(client, adviser).get(page("run_edit", run.course.code, run.pk))
    assert response.status_code == 200


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_desk_lists_own_courses_in_each_language(client: Client, adviser: User, language: str) -> None:
    course, other = make_course(clinic_of(adviser)), make_course()
    body = signed_in(client, adviser).get(page("desk").replace("/nb/", f"/{language}/")).content.decode()
    assert (course.code in body, other.code in body) == (True, False)


def test_empty_desk_says_how_to_begin(client: Client, adviser: User) -> None:
    assert page("course_new") in signed_in(client, adviser).get(page("desk")).content.decode()


@pytest.mark.parametrize("name", ["desk", "course_desk", "course_history"])
def test_queries_do_not_grow_with_rows(client: Client, adviser: User, now: datetime, django_assert_max_num_queries: Any, name: str) -> None:
    clinic = clinic_of(adviser)
    signed_in(client, adviser)
    counted = []
    for amount in (1, 29):
        for _number in range(amount):
            course = make_course(clinic)
            make_run(course)
        target = Course.objects.order_by("created_at").first()
        assert target is not None
        if name == "course_desk":
            for _number in range(amount):
                make_run(target)
        address = page(name) if name == "desk" else page(name, target.code)
        client.get(address)
        with django_assert_max_num_queries(100) as queries:
            client.get(address)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_run_editor_queries_do_not_grow_with_places(client: Client, adviser: User, django_assert_max_num_queries: Any) -> None:
    from tests.factories.catalogue import make_site

    run: Run = make_run(make_course(clinic_of(adviser)))
    signed_in(client, adviser)
    counted = []
    for amount in (0, 10):
        for _number in range(amount):
            make_site(run, make_clinic(), role="receiver")
        client.get(page("run_edit", run.course.code, run.pk))
        with django_assert_max_num_queries(100) as queries:
            client.get(page("run_edit", run.course.code, run.pk))
        counted.append(len(queries))
    assert counted[0] == counted[1]
