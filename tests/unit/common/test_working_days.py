"""Norwegian working days against known years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from lms_portal.common.working_days import add_working_days, is_working_day, public_holidays, working_days_between

DAYS = st.dates(min_value=date(1980, 1, 1), max_value=date(2080, 12, 31))


def test_public_holidays_of_2026() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 2),  # Maundy Thursday
        date(2026, 4, 3),
        date(2026, 4, 5),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),  # Ascension
        date(2026, 5, 17),
        date(2026, 5, 24),
        date(2026, 5, 25),  # Whit Monday
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


@pytest.mark.parametrize(
    ("year", "easter"),
    [(1961, date(1961, 4, 2)), (2008, date(2008, 3, 23)), (2011, date(2011, 4, 24)), (2024, date(2024, 3, 31)), (2038, date(2038, 4, 25))],
)
def test_easter_moves_its_feasts(year: int, easter: date) -> None:
    found = public_holidays(year)
    for days in (-3, -2, 0, 1, 39, 49, 50):
        assert easter + timedelta(days=days) in found
    assert easter + timedelta(days=2) not in found


@pytest.mark.parametrize(
    ("year", "first_or_seventeenth", "feasts"),
    [
        (2008, date(2008, 5, 1), 11),  # 1 May was Ascension
        (2012, date(2012, 5, 17), 11),  # 17 May was Ascension
        (2021, date(2021, 5, 17), 12),  # the day before Whit Monday fell on 24 May: no clash
        (1993, date(1993, 5, 31), 12),  # Whit Monday after both
    ],
)
def test_two_holidays_on_one_day_are_one(year: int, first_or_seventeenth: date, feasts: int) -> None:
    assert len(public_holidays(year)) == feasts
    assert not is_working_day(first_or_seventeenth)


def test_seventeenth_of_may_on_whit_monday_is_one() -> None:
    assert date(1937, 5, 17) in public_holidays(1937)  # Whit Monday, before 17 May was made a holiday by law
    assert len(public_holidays(2032)) == 11  # Whit Monday is 17 May
    assert not is_working_day(date(2032, 5, 17))


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 11, 20), True),  # Friday
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (date(2026, 12, 24), True),  # Christmas Eve is no holiday in law
        (date(2026, 12, 25), False),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
        (date(2026, 4, 1), True),  # Wednesday before Easter
        (date(2026, 4, 7), True),  # third day of Easter
    ],
)
def test_is_working_day(day: date, *, counts: bool) -> None:
    assert is_working_day(day) is counts


def test_saturday_counts_where_the_setting_says_so(settings: Settings) -> None:
    settings.SATURDAY_IS_WORKING_DAY = True
    assert is_working_day(date(2026, 11, 21))
    assert not is_working_day(date(2026, 11, 22))
    assert not is_working_day(date(2026, 12, 26))  # Boxing Day on a Saturday
    assert add_working_days(date(2026, 11, 20), 10) == date(2026, 12, 2)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 17), 10, date(2026, 12, 1)),
        (date(2026, 11, 17), 0, date(2026, 11, 17)),
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 3, 27), 10, date(2026, 4, 15)),  # across Easter
        (date(2026, 12, 23), 3, date(2026, 12, 29)),
        (date(2008, 4, 30), 1, date(2008, 5, 2)),
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 4, 7), -1, date(2026, 4, 1)),
    ],
)
def test_add_working_days(start: date, count: int, end: date) -> None:
    assert add_working_days(start, count) == end


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2026, 11, 17), date(2026, 12, 1), 10),
        (date(2026, 11, 17), date(2026, 11, 17), 0),
        (date(2026, 11, 20), date(2026, 11, 22), 0),
        (date(2026, 11, 20), date(2026, 11, 23), 1),
        (date(2026, 12, 1), date(2026, 11, 17), -10),
    ],
)
def test_working_days_between(start: date, end: date, count: int) -> None:
    assert working_days_between(start, end) == count


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_add_and_between_agree(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days_between(start, end) == count
    assert working_days_between(end, start) == -count


@given(DAYS)
def test_a_week_has_at_most_five_working_days(start: date) -> None:
    assert 0 <= working_days_between(start, start + timedelta(days=7)) <= 5
