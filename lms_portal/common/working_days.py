"""Norwegian working days: not Sundays, not public holidays, and Saturdays where the setting says so.

Public holidays are those of lov om helligdager (1995) and lov om 1. og 17. mai som høgtidsdager (1947). Christmas Eve and
New Year's Eve are ordinary working days in law. Days are calendar days in Norway.
"""

from datetime import date, timedelta
from functools import cache

import holidays
from django.conf import settings

SATURDAY = 5
SUNDAY = 6
_DAY = timedelta(days=1)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """This will return the year's public holidays in Norway, those on Sundays included."""
    return frozenset(holidays.country_holidays("NO", years=year))


def is_working_day(day: date) -> bool:
    """This will say whether the day counts. SATURDAY_IS_WORKING_DAY decides about Saturdays that are no holiday."""
    if day.weekday() == SUNDAY or day in public_holidays(day.year):
        return False
    return day.weekday() != SATURDAY or settings.SATURDAY_IS_WORKING_DAY


def add_working_days(start: date, count: int) -> date:
    """This will return the day that is `count` working days after the start, which is itself not counted.

    A negative count goes back. Zero returns the start, whatever day it is.
    """
    step = _DAY if count >= 0 else -_DAY
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """This will count the working days after the start, the end included: how many are left at the start of a deadline.

    Negative where the end has passed: the working days from the end, not counted, to the start.
    """
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + _DAY * passed) for passed in range(1, (end - start).days + 1))
