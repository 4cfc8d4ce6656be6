"""What the database itself refuses, tried in plain SQL as the application role."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from catalogue.actions.seasons import season_from_code
from catalogue.enums import SiteMode, SiteRole
from catalogue.models import CourseVersion, DeliverySite, Enrolment, Run, SeasonListing
from tests.factories.accounts import make_hospital_area
from tests.factories.catalogue import make_course, make_draft_course, make_participant, make_run, make_waiting

pytestmark = pytest.mark.django_db


def _run_now(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _refused(statement: str, parameters: Sequence[Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        _run_now(statement, parameters)
    assert refused.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def _set(table: str, pk: object, column: str, value: object, constraint: str) -> None:
    _refused(f"UPDATE catalogue_{table} SET {column} = %s WHERE id = %s", [value, pk], constraint)  # noqa: S608 - names from the test


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("status", "published", ""),
        ("status", "gone", ""),
        ("draft_version_id", None, "course_draft_while_edited"),
        ("code", "små", "course_code_form"),
    ],
)
def test_course_refuses(column: str, value: object, constraint: str) -> None:
    course = make_draft_course()
    if column == "status":  # the workflow's guard speaks before the CHECK where the change itself is not allowed
        constraint = "catalogue_course_guard_status"
    _refused(f"UPDATE catalogue_course SET {column} = %s, version = version + 1 WHERE id = %s", [value, course.pk], constraint)  # noqa: S608 - names from the test


def test_course_refuses_to_follow_itself() -> None:
    course = make_course()
    _set("course", course.pk, "successor_id", course.pk, "course_not_its_own_successor")


def test_published_version_refuses_every_change_and_removal() -> None:
    version = make_course().public_version
    assert version is not None
    _set("courseversion", version.pk, "title_nb", "Noe annet", "courseversion_immutable")
    _refused("DELETE FROM catalogue_courseversion WHERE id = %s", [version.pk], "courseversion_immutable")


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("state_nn", "missing", "courseversion_state_nn"),
        ("title_nb", "", "courseversion_state_nb"),
        ("state_en", "draft", "courseversion_state_en"),
        ("topic", "astrology", "courseversion_topic_known"),
        ("sign_up", "pigeon", "courseversion_route_known"),
        ("sign_up", "self", "courseversion_clinic_only_for_referral"),
        ("delivery", "by_post", "courseversion_delivery_known"),
    ],
)
def test_version_refuses(column: str, value: object, constraint: str) -> None:
    route = "self" if value == "pigeon" else "referral"  # a clinic without a referral would be refused first
    draft = make_draft_course(sign_up=route).draft_version
    assert draft is not None
    _set("courseversion", draft.pk, column, value, constraint)


def test_version_refuses_a_number_twice() -> None:
    draft = make_draft_course().draft_version
    assert draft is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseVersion.objects.create(course_id=draft.course_id, number=1, topic="heart", created_at=draft.created_at)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("kind", "sometime", "run_kind_known"),
        ("kind", "continuous", "run_undated_never_over"),
        ("first_possible_on", None, "run_dated_has_days"),
        ("last_possible_on", date(2020, 1, 1), "run_days_in_order"),
        ("sign_up", "pigeon", "run_route_known"),
    ],
)
def test_run_refuses(column: str, value: object, constraint: str) -> None:
    _set("run", make_run().pk, column, value, constraint)


def test_run_refuses_a_state_that_the_workflow_does_not_allow() -> None:
    run = make_run()
    _refused("UPDATE catalogue_run SET status = 'completed', version = version + 1 WHERE id = %s", [run.pk], "catalogue_run_guard_status")
    _refused("UPDATE catalogue_run SET status = 'closed' WHERE id = %s", [run.pk], "catalogue_run_guard_status")


def test_site_refuses_more_than_there_are() -> None:
    site = make_run(places=2).sites.get()
    _set("deliverysite", site.pk, "taken", 3, "deliverysite_not_overbooked")
    _set("deliverysite", site.pk, "role", "guest", "deliverysite_role_known")
    _set("deliverysite", site.pk, "mode", "astral", "deliverysite_mode_known")


def test_site_refuses_a_second_origin_and_the_same_place_twice() -> None:
    run = make_run()
    for role, mode in ((SiteRole.ORIGIN, SiteMode.DIGITAL), (SiteRole.RECEIVER, SiteMode.IN_PERSON)):
        with pytest.raises(IntegrityError), transaction.atomic():
            DeliverySite.objects.create(run=run, unit=run.course.owner, role=role, mode=mode)


@pytest.mark.parametrize("status", ["offered", "confirmed", "completed", "not_completed", "no_show"])
def test_enrolment_refuses_a_held_place_without_run_and_site(status: str) -> None:
    waiting = make_waiting()
    _refused(
        "UPDATE catalogue_enrolment SET run_id = %s WHERE id = %s",
        [make_run(waiting.course).pk, waiting.pk],
        "enrolment_run_and_site_while_held",
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        make_waiting(waiting.course, status=status)


def test_enrolment_refuses_to_wait_twice() -> None:
    waiting = make_waiting()
    for status in ("waiting", "requested"):
        with pytest.raises(IntegrityError, match="enrolment_waits_once"), transaction.atomic():
            make_waiting(waiting.course, waiting.participant, status=status)


def test_enrolment_refuses_two_places_in_one_run() -> None:
    run, participant = make_run(), make_participant()
    place = {"run": run, "site": run.sites.get(), "status": "confirmed"}
    make_waiting(run.course, participant, **place)
    with pytest.raises(IntegrityError, match="enrolment_one_place_in_run"), transaction.atomic():
        make_waiting(run.course, participant, **(place | {"status": "offered"}))


def test_enrolment_refuses_a_site_of_another_run_and_a_run_of_another_course() -> None:
    run, other = make_run(), make_run()
    enrolment = make_waiting(run.course, run=run, site=run.sites.get(), status="confirmed")
    _set("enrolment", enrolment.pk, "site_id", other.sites.get().pk, "enrolment_site_within_run")
    both = [other.pk, other.sites.get().pk, enrolment.pk]
    _refused("UPDATE catalogue_enrolment SET run_id = %s, site_id = %s WHERE id = %s", both, "enrolment_run_within_course")


def test_enrolment_refuses_a_state_that_the_workflow_does_not_allow() -> None:
    waiting = make_waiting()
    _refused(
        "UPDATE catalogue_enrolment SET status = 'completed', version = version + 1 WHERE id = %s",
        [waiting.pk],
        "catalogue_enrolment_guard_status",
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        make_waiting(status="declined")
    assert Enrolment.objects.count() == 1


def test_listing_refuses_the_same_run_or_row_twice() -> None:
    season, area, run = season_from_code("autumn-2026"), make_hospital_area(), make_run()
    listing = {"season": season, "hospital_area": area, "changed_at": run.created_at}
    SeasonListing.objects.create(run=run, position=1, import_key="x", **listing)
    for fields in ({"run": run, "position": 2}, {"run": make_run(), "position": 3, "import_key": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SeasonListing.objects.create(**fields, **listing)
    assert Run.objects.count() == 2
