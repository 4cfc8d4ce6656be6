"""Dates by a rule and a season forward: seen first, holidays left out, all or none, and nothing sent or opened by itself."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue import schedule
from catalogue.actions import season_copies as actions
from catalogue.actions.rosters import tell_too_few
from catalogue.actions.runs import UnableToChangeRun, set_dates
from catalogue.enums import ScheduleKind, TermSeason
from catalogue.models import Course, Run
from catalogue.schedule import Dates, Meeting
from catalogue.wording import dates_of
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER
from lms_portal.common.clock import oslo_date, start_of_day
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_run, make_site
from tests.integration.catalogue import test_rosters
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db
adviser, page, course = test_rosters.adviser, test_rosters.page, test_rosters.course


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Addresses begin in one language, and requests come at the moment of the test."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


def days_of(run: Run) -> list[date]:
    return [session.held_on for session in run.sessions.all()]


# By a rule

RULE = {
    "first_on": "18.3.2027",
    "frequency": "weekly",
    "starts": "9",
    "ends": "12",
    "count": "3",
    "last_on": "",
    "as_one": "one",
    "like": "",
}


def test_days_are_shown_before_anything_is_saved(page: Client, course: Course) -> None:
    answer = page.post(reverse("catalogue:run_repeat", args=[course.code]), RULE | {"do": "show"})
    text = answer.content.decode()
    assert "torsdag 25. mars 2027" in text  # Maundy Thursday
    assert text.count('name="day"') == 4
    assert text.count(" checked>") >= 3
    assert not Run.objects.exists()


def test_unticked_days_are_left_out(page: Client, course: Course) -> None:
    pattern = make_run(course, places=7)
    shown = "2027-03-18,2027-03-25,2027-04-01,2027-04-08"
    page.post(
        reverse("catalogue:run_repeat", args=[course.code]),
        RULE | {"do": "save", "shown": shown, "day": ["2027-03-18", "2027-04-08"], "like": str(pattern.pk)},
    )
    made = Run.objects.exclude(pk=pattern.pk).get()
    assert (days_of(made), made.status, made.sites.get().places) == ([date(2027, 3, 18), date(2027, 4, 8)], "planned", 7)
    assert made.sessions.first().starts_at_clock == time(9)  # type: ignore[union-attr]


def test_course_of_its_own_each_day(page: Client, course: Course) -> None:
    where = reverse("catalogue:run_repeat", args=[course.code])
    page.post(
        where,
        RULE
        | {"do": "save", "shown": "2027-03-18,2027-03-25,2027-04-01,2027-04-08", "day": ["2027-03-18", "2027-04-01"], "as_one": "each"},
    )
    assert sorted(days_of(run)[0] for run in Run.objects.all()) == [date(2027, 3, 18), date(2027, 4, 1)]


def test_rule_that_was_changed_is_shown_anew(page: Client, course: Course) -> None:
    sent = RULE | {"do": "save", "shown": "2027-03-18,2027-03-25,2027-04-01,2027-04-08", "day": ["2027-03-18"], "frequency": "fortnightly"}
    answer = page.post(reverse("catalogue:run_repeat", args=[course.code]), sent)
    assert answer.status_code == 200
    assert not Run.objects.exists()


@pytest.mark.parametrize("wrong", [{"count": "", "last_on": ""}, {"first_on": ""}, {"starts": "", "ends": "12"}, {"last_on": "1.1.2027"}])
def test_rule_that_does_not_hold_keeps_what_was_typed(page: Client, course: Course, wrong: dict[str, str]) -> None:
    answer = page.post(reverse("catalogue:run_repeat", args=[course.code]), RULE | wrong | {"do": "show"})
    assert answer.status_code == 200
    assert "Feil:" in answer.content.decode()
    assert texts_of(answer, "title")[0].startswith("Feil:")


# A season forward


def copy(run: Run, dates: Dates, by: User, now: datetime) -> Run:
    return actions.copy_runs(copies=[actions.Copy(run, dates)], by=by, now=now)[0]


def season(**fields: Any) -> dict[str, Any]:
    return {"scope": "", "source": str(2026 * 2 + 1), "halves": "2", **fields}


@pytest.fixture
def autumn(course: Course) -> Run:
    dates = Dates.on(date(2026, 10, 20), date(2026, 10, 27), starts=time(9), ends=time(15))
    return make_run(course, dates, places=8, minimum=4, decide_on=date(2026, 10, 6))


def scope(course: Course) -> str:
    return f"unit:{course.owner.parent.code}"  # type: ignore[union-attr]


def test_season_is_shown_in_the_same_weeks_a_year_later(page: Client, course: Course, autumn: Run) -> None:
    answer = page.post(reverse("catalogue:season_copy"), season(scope=scope(course), do="show"))
    assert 'value="26.10.2027, 02.11.2027"' in answer.content.decode()
    assert Run.objects.count() == 1


def test_season_is_copied_with_places_and_without_people(page: Client, course: Course, autumn: Run, now: datetime) -> None:
    make_site(autumn, make_clinic(), role="receiver", mode="digital", places=3)
    test_rosters.give(autumn, now, email="kari@deltaker.example")
    sent = season(scope=scope(course), do="save", run=[str(autumn.pk)]) | {f"days-{autumn.pk}": "19.10.2027, 3.11.2027"}
    assert page.post(reverse("catalogue:season_copy"), sent).status_code == 302
    made = Run.objects.get(copied_from=autumn)
    assert (made.status, made.minimum, made.decide_on) == ("planned", 4, date(2027, 10, 5))
    assert days_of(made) == [date(2027, 10, 19), date(2027, 11, 3)]
    assert sorted(made.sites.values_list("places", "taken")) == [(3, 0), (8, 0)]
    assert not made.enrolments.exists()


def test_copying_queues_nothing_and_opens_nothing_for_past_moments(course: Course, adviser: User, autumn: Run, now: datetime) -> None:
    autumn.opens_at, autumn.closes_at = start_of_day(date(2026, 8, 1)), start_of_day(date(2026, 10, 1))
    autumn.save(update_fields=["opens_at", "closes_at"])
    for first in (date(2026, 11, 24), date(2026, 6, 1)):
        made = copy(autumn, Dates.on(first), adviser, now)
        today = oslo_date(now)
        assert made.decide_on is None or made.decide_on > today
        assert all(moment is None or oslo_date(moment) > today for moment in (made.opens_at, made.closes_at))
        assert made.status == "planned"
    assert tell_too_few(now=now) == 0
    assert not Message.objects.exists()


def test_season_copied_twice_is_copied_once(page: Client, course: Course, autumn: Run) -> None:
    sent = season(scope=scope(course), do="save", run=[str(autumn.pk)])
    page.post(reverse("catalogue:season_copy"), sent)
    again = page.post(reverse("catalogue:season_copy"), sent)
    assert (again.status_code, Run.objects.count()) == (200, 2)
    shown = page.post(reverse("catalogue:season_copy"), season(scope=scope(course), do="show")).content.decode()
    assert "Allerede kopiert" in shown


def test_one_wrong_row_copies_none(page: Client, course: Course, autumn: Run) -> None:
    other = make_run(course, Dates.on(date(2026, 11, 3)))
    sent = season(scope=scope(course), do="save", run=[str(autumn.pk), str(other.pk)]) | {f"days-{other.pk}": "tysdag"}
    answer = page.post(reverse("catalogue:season_copy"), sent)
    assert (answer.status_code, Run.objects.count()) == (200, 2)
    assert "tysdag" in answer.content.decode()


def test_copying_for_somebody_elses_course_is_refused(course: Course, autumn: Run, now: datetime) -> None:
    stranger = make_person("Framand Prøve", "", (COURSE_OWNER, make_clinic()))
    with pytest.raises(UnableToChangeRun):
        copy(autumn, Dates.on(date(2027, 10, 19)), stranger, now)


def test_terms_and_months_move_and_endless_offers_stay(page: Client, course: Course, now: datetime, adviser: User) -> None:
    make_run(course, Dates(ScheduleKind.TERM, season=TermSeason.AUTUMN, year=2026))
    make_run(course, Dates(ScheduleKind.MONTHS, months=(date(2026, 9, 1),)))
    make_run(course, Dates(ScheduleKind.CONTINUOUS, from_on=date(2026, 9, 1)))
    text = page.post(reverse("catalogue:season_copy"), season(scope=scope(course), do="show")).content.decode()
    assert "Høst 2027" in text
    assert "September 2027" in text
    assert "Ett tilbud går av seg selv" in text


def test_season_takes_as_many_queries_for_many_as_for_one(
    page: Client, course: Course, autumn: Run, django_assert_max_num_queries: Any
) -> None:
    counts = []
    page.post(reverse("catalogue:season_copy"), season(scope=scope(course), do="show"))  # what a worker keeps in memory
    for _round in range(2):
        with django_assert_max_num_queries(60) as queries:
            page.post(reverse("catalogue:season_copy"), season(scope=scope(course), do="show"))
        counts.append(len(queries))
        for number in range(12):
            make_run(make_course(course.owner), Dates.on(date(2026, 9, 1 + number)))
    assert counts[0] == counts[1]


def test_meeting_that_is_kept_keeps_its_row(course: Course, adviser: User, autumn: Run) -> None:
    kept = autumn.sessions.get(held_on=date(2026, 10, 27))
    meetings = (Meeting(date(2026, 10, 27), time(9), time(15)), Meeting(date(2026, 11, 3), time(9), time(15)))
    set_dates(run=autumn, dates=schedule.Dates(ScheduleKind.SESSIONS, meetings=meetings))
    assert autumn.sessions.get(held_on=date(2026, 10, 27)).pk == kept.pk
    assert dates_of(Run.objects.prefetch_related("sessions").get(pk=autumn.pk)).meetings == meetings
