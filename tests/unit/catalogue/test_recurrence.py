"""Days by a rule, and days in another season: the weekday stays, public holidays do not."""

from datetime import date, time

import pytest

from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.recurrence import days_by_rule, later, move, on_days
from catalogue.schedule import Dates, Meeting


@pytest.mark.parametrize(
    ("first", "frequency", "expected"),
    [
        (date(2027, 1, 5), Frequency.WEEKLY, [date(2027, 1, 5), date(2027, 1, 12), date(2027, 1, 19)]),
        (date(2027, 1, 5), Frequency.FORTNIGHTLY, [date(2027, 1, 5), date(2027, 1, 19), date(2027, 2, 2)]),
        (date(2027, 1, 12), Frequency.MONTHLY, [date(2027, 1, 12), date(2027, 2, 9), date(2027, 3, 9)]),
        (date(2027, 6, 30), Frequency.MONTHLY, [date(2027, 6, 30), date(2027, 7, 28), date(2027, 8, 25)]),
        (date(2026, 11, 10), Frequency.QUARTERLY, [date(2026, 11, 10), date(2027, 2, 9), date(2027, 5, 11)]),
    ],
)
def test_days_by_rule(first: date, frequency: Frequency, expected: list[date]) -> None:
    assert [day.held_on for day in days_by_rule(first, frequency, count=3)] == expected


def test_public_holidays_are_named_and_not_counted() -> None:
    days = days_by_rule(date(2027, 5, 10), Frequency.WEEKLY, count=2)  # Mondays: 17 May is one
    assert [(day.held_on, day.is_holiday) for day in days] == [
        (date(2027, 5, 10), False),
        (date(2027, 5, 17), True),
        (date(2027, 5, 24), False),
    ]


def test_last_day_counts_and_sixty_days_are_the_most() -> None:
    assert [day.held_on for day in days_by_rule(date(2027, 1, 5), Frequency.WEEKLY, last=date(2027, 1, 12))] == [
        date(2027, 1, 5),
        date(2027, 1, 12),
    ]
    assert len(days_by_rule(date(2027, 1, 5), Frequency.WEEKLY, last=date(2099, 1, 1))) == 60


@pytest.mark.parametrize(
    ("day", "halves", "expected"),
    [
        (date(2026, 10, 20), 2, date(2027, 10, 26)),  # week 43
        (date(2026, 10, 20), 1, date(2027, 4, 20)),
        (date(2026, 12, 29), 2, date(2027, 12, 28)),  # week 53 becomes week 52
    ],
)
def test_later_keeps_the_weekday(day: date, halves: int, expected: date) -> None:
    assert later(day, halves) == expected
    assert later(day, halves).weekday() == day.weekday()


def test_move_goes_past_a_holiday_without_two_meetings_on_one_day() -> None:
    # Thursdays of 2026 that become 25 March (Maundy Thursday) and 1 April 2027
    moved = move(Dates.on(date(2026, 3, 19), date(2026, 3, 26)), 2)
    assert moved is not None
    days = [meeting.held_on for meeting in moved.dates.meetings]
    assert (len(set(days)), date(2027, 3, 25) in days) == (2, False)


def test_two_meetings_a_day_stay_on_one_day() -> None:
    meetings = (Meeting(date(2026, 10, 20), time(9), time(11)), Meeting(date(2026, 10, 20), time(12), time(14)))
    moved = move(Dates(ScheduleKind.SESSIONS, meetings=meetings), 2)
    assert moved is not None
    assert [(one.held_on, one.starts) for one in moved.dates.meetings] == [(date(2027, 10, 26), time(9)), (date(2027, 10, 26), time(12))]


def test_move_of_terms_months_and_what_never_ends() -> None:
    term = move(Dates(ScheduleKind.TERM, season=TermSeason.AUTUMN, year=2026), 1)
    months = move(Dates(ScheduleKind.MONTHS, months=(date(2026, 9, 1),)), 1)
    assert term is not None
    assert months is not None
    assert (term.dates.season, term.dates.year, months.dates.months) == (TermSeason.SPRING, 2027, (date(2027, 3, 1),))
    assert move(Dates(ScheduleKind.CONTINUOUS), 2) is None
    assert move(Dates(ScheduleKind.TO_BE_ANNOUNCED), 2) is None


def test_on_days_keeps_the_times() -> None:
    dates = Dates.on(date(2027, 1, 5), date(2027, 1, 12), starts=time(9), ends=time(15))
    moved = on_days(dates, [date(2027, 2, 2), date(2027, 2, 9), date(2027, 2, 16)])
    assert [(one.held_on.day, one.starts) for one in moved.meetings] == [(2, time(9)), (9, time(9)), (16, time(9))]
