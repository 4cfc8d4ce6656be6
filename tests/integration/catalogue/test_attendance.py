"""Who came, by whom it is noted, how it ends by the course's rule, and the certificate."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import rosters as actions
from catalogue.actions.runs import UnableToChangeRun, set_dates
from catalogue.enums import ScheduleKind
from catalogue.models import Attendance, Course, Enrolment, Run
from catalogue.policies import outcome_of
from catalogue.schedule import Dates
from lms_portal.accounts.models import User
from lms_portal.audit.models import Access
from tests.factories.catalogue import make_run
from tests.integration.catalogue import test_rosters
from tests.integration.catalogue.test_rosters import address, give
from tests.integration.pages import addresses_of, cells_of, texts_of

pytestmark = pytest.mark.django_db
adviser, page, course = test_rosters.adviser, test_rosters.page, test_rosters.course
PAST = (date(2026, 11, 3), date(2026, 11, 10), date(2026, 11, 17))  # the last is the day of the test


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Addresses begin in one language, and requests come at the moment of the test."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def run(course: Course) -> Run:
    return make_run(course, Dates.on(*PAST), places=None)


def marked(run: Run, one: Enrolment, *marks: str) -> dict[Any, str]:
    return {(one.pk, session.pk): mark for session, mark in zip(run.sessions.all(), marks, strict=False)}


def sent(marks: dict[Any, str]) -> dict[str, str]:
    return {f"m-{person}-{session}": mark for (person, session), mark in marks.items()}


def test_attendance_is_noted_changed_and_taken_away(page: Client, run: Run, adviser: User, now: datetime) -> None:
    one = give(run, now, "Kari Prøve")
    page.post(address("attendance", run), sent(marked(run, one, "present", "excused", "")))
    assert sorted(Attendance.objects.values_list("mark", "noted_by")) == [("excused", adviser.pk), ("present", adviser.pk)]
    page.post(address("attendance", run), sent(marked(run, one, "absent", "", "")))
    assert list(Attendance.objects.values_list("mark", flat=True)) == ["absent"]


def test_everybody_came_fills_the_empty_cells_of_one_meeting(page: Client, run: Run, now: datetime) -> None:
    people = [give(run, now, name) for name in ("Kari Prøve", "Per Prøve")]
    first = run.sessions.all()[0]
    page.post(address("attendance", run), sent(marked(run, people[0], "absent")) | {"everybody": str(first.pk)})
    assert sorted(Attendance.objects.values_list("session", "mark")) == [(first.pk, "absent"), (first.pk, "present")]


def test_two_who_note_different_meetings_do_not_undo_each_other(run: Run, adviser: User, now: datetime) -> None:
    one = give(run, now)
    sessions = list(run.sessions.all())
    for session in sessions[:2]:
        actions.note_attendance(run=run, marks={(one.pk, session.pk): "present"}, by=adviser, now=now)
    assert Attendance.objects.count() == 2


def test_only_meetings_that_have_been_can_be_noted(page: Client, course: Course, adviser: User, now: datetime) -> None:
    ahead = make_run(course)
    one = give(ahead, now)
    with pytest.raises(actions.UnableToChangeRoster):
        actions.note_attendance(run=ahead, marks=marked(ahead, one, "present"), by=adviser, now=now)
    assert "Ingen samling er holdt ennå" in page.get(address("attendance", ahead)).content.decode()


def test_person_or_meeting_of_other_dates_is_refused(run: Run, course: Course, adviser: User, now: datetime) -> None:
    other = make_run(course, Dates.on(*PAST))
    stranger = give(other, now)
    with pytest.raises(actions.UnableToChangeRoster):
        actions.note_attendance(run=run, marks=marked(run, stranger, "present"), by=adviser, now=now)


def test_database_keeps_one_note_a_meeting(run: Run, now: datetime) -> None:
    one, session = give(run, now), run.sessions.all()[0]
    Attendance.objects.create(enrolment=one, session=session, mark="present", noted_at=now)
    for wrong in ({"mark": "absent"}, {"mark": "asleep"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attendance.objects.create(enrolment=one, session=session, noted_at=now, **wrong)


def test_meeting_with_attendance_is_not_edited_away(run: Run, adviser: User, now: datetime) -> None:
    one = give(run, now)
    actions.note_attendance(run=run, marks=marked(run, one, "present"), by=adviser, now=now)
    with pytest.raises(UnableToChangeRun), transaction.atomic():
        set_dates(run=run, dates=Dates.on(*PAST[1:]))
    set_dates(run=run, dates=Dates.on(*PAST, date(2026, 11, 24)))
    assert Attendance.objects.count() == 1


def test_somebody_who_has_come_is_not_moved(run: Run, course: Course, adviser: User, now: datetime) -> None:
    one, there = give(run, now), make_run(course)
    actions.note_attendance(run=run, marks=marked(run, one, "present"), by=adviser, now=now)
    with pytest.raises(actions.UnableToChangeRoster):
        actions.move_person(enrolment=one, site=there.sites.get(), by=adviser, now=now, seen_version=0)


# How it ends


@pytest.mark.parametrize(
    ("came", "of", "rule", "verb"),
    [
        (2, 3, "two_thirds", "complete"),
        (1, 3, "two_thirds", "leave_incomplete"),
        (3, 5, "two_thirds", "leave_incomplete"),
        (4, 6, "two_thirds", "complete"),
        (0, 3, "two_thirds", "note_absence"),
        (1, 2, "half", "complete"),
        (4, 5, "four_fifths", "complete"),
        (3, 4, "four_fifths", "leave_incomplete"),
        (2, 3, "every", "leave_incomplete"),
        (3, 3, "every", "complete"),
    ],
)
def test_outcome_follows_the_rule(came: int, of: int, rule: str, verb: str) -> None:
    assert outcome_of(["present"] * came + ["absent"] * (of - came), of, rule) == verb


def test_outcome_is_not_proposed_without_attendance() -> None:
    assert outcome_of([], 3, "two_thirds") == ""


def test_outcomes_are_proposed_from_attendance_and_settled(page: Client, run: Run, adviser: User, now: datetime) -> None:
    people = [give(run, now, name) for name in ("Alle Prøve", "Ein Prøve", "Ingen Prøve")]
    for one, marks in zip(people, (("present",) * 3, ("present", "absent", "absent"), ("absent",) * 3), strict=True):
        actions.note_attendance(run=run, marks=marked(run, one, *marks), by=adviser, now=now)
    text = page.get(address("outcomes", run)).content.decode()
    assert [text.count(f'value="{verb}" selected') for verb in ("complete", "leave_incomplete", "note_absence")] == [1, 1, 1]
    verbs = ("complete", "leave_incomplete", "note_absence")
    page.post(address("outcomes", run), {f"o-{one.pk}": verb for one, verb in zip(people, verbs, strict=True)})
    assert [Enrolment.objects.get(pk=one.pk).status for one in people] == ["completed", "not_completed", "no_show"]


def test_nothing_is_settled_before_the_last_day(page: Client, course: Course, now: datetime) -> None:
    ahead = make_run(course, Dates.on(date(2026, 11, 3), date(2026, 11, 18)))
    one = give(ahead, now)
    answer = page.post(address("outcomes", ahead), {f"o-{one.pk}": "complete"})
    assert (answer.status_code, Enrolment.objects.get().status) == (200, "confirmed")
    assert "Den siste dagen har ikke kommet" in answer.content.decode()


def test_undecided_stay_and_unknown_words_are_refused(page: Client, run: Run, now: datetime) -> None:
    one = give(run, now)
    page.post(address("outcomes", run), {f"o-{one.pk}": ""})
    page.post(address("outcomes", run), {f"o-{one.pk}": "call_off"})
    assert Enrolment.objects.get().status == "confirmed"


def test_rule_of_a_course_is_set_on_the_page(page: Client, run: Run) -> None:
    page.post(address("outcomes", run), {"do": "rule", "completion_rule": "every"})
    assert Course.objects.get(pk=run.course_id).completion_rule == "every"
    page.post(address("outcomes", run), {"do": "rule", "completion_rule": "none"})
    assert Course.objects.get(pk=run.course_id).completion_rule == "every"


def test_run_without_days_is_settled_by_hand(page: Client, course: Course, now: datetime) -> None:
    run = make_run(course, Dates(ScheduleKind.CONTINUOUS))
    one = give(run, now)
    assert "ingen faste dager" in page.get(address("attendance", run)).content.decode()
    page.post(address("outcomes", run), {f"o-{one.pk}": "complete"})
    assert Enrolment.objects.get().status == "completed"


# The certificate


def completed(run: Run, adviser: User, now: datetime, **person: Any) -> Enrolment:
    one = give(run, now, "Kari Prøve", **person)
    actions.note_attendance(run=run, marks=marked(run, one, "present", "present", "absent"), by=adviser, now=now)
    actions.settle_outcomes(run=run, outcomes={one.pk: "complete"}, by=adviser, now=now)
    return one


def test_certificate_is_in_the_persons_language_and_can_leave_the_title_out(page: Client, run: Run, adviser: User, now: datetime) -> None:
    one = completed(run, adviser, now, language="nn")
    where = reverse("catalogue:certificate", args=[run.course.code, one.pk])
    assert where in addresses_of(page.get(address("roster", run)))
    whole = page.get(where)
    text = whole.content.decode()
    assert "Kari Prøve" in text
    assert run.course.shown_version.title_nn in text
    assert "2 av 3 samlingar" in text
    without = page.get(f"{where}?uten=tittel").content.decode()
    article = without[without.index("<article") : without.index("</article")]
    assert "lærings- og meistringskurs" in article
    assert not any(
        word in article for word in (run.course.shown_version.title_nn, run.course.shown_version.title_nb, run.course.owner.name)
    )
    assert run.course.shown_version.title not in texts_of(whole, "title")[0]
    assert Access.objects.filter(action="print", object_ids=[one.pk]).count() == 2


def test_certificate_is_for_those_who_completed(page: Client, run: Run, now: datetime) -> None:
    one = give(run, now)
    assert page.get(reverse("catalogue:certificate", args=[run.course.code, one.pk])).status_code == 404


def test_attendance_page_lists_people_and_meetings(page: Client, run: Run, now: datetime) -> None:
    give(run, now, "Kari Prøve")
    answer = page.get(address("attendance", run))
    assert [row[0] for row in cells_of(answer, columns=1)] == ["Kari Prøve"]
    assert answer.content.decode().count("<select") == 3
