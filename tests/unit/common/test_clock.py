"""Norwegian days and moments, across the changes to and from summer time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from pytest_django.fixtures import Settings

from lms_portal.common import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 1, 22, 59, 59, 999999, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 1, 23, 0, tzinfo=UTC), date(2026, 12, 2)),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_oslo_date(moment: datetime, day: date) -> None:
    assert clock.oslo_date(moment) == day


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 12, 2), datetime(2026, 12, 1, 23, 0, tzinfo=UTC)),
        (date(2026, 7, 1), datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ],
)
def test_start_of_day(day: date, moment: datetime) -> None:
    assert clock.start_of_day(day) == moment
    assert clock.oslo_date(clock.start_of_day(day)) == day
    assert clock.oslo_date(moment - timedelta(microseconds=1)) == day - timedelta(days=1)


def test_days_of_the_change_have_23_and_25_hours() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25), (date(2026, 6, 1), 24)):
        start, end = clock.start_of_day(day).astimezone(UTC), clock.start_of_day(day + timedelta(days=1)).astimezone(UTC)
        assert end - start == timedelta(hours=hours)


def test_at_local_time_is_the_wall_clock() -> None:
    assert clock.at_local_time(date(2026, 3, 30), time(9, 30)) == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)
    assert clock.at_local_time(date(2026, 12, 1), time(9, 30)) == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)


def test_outside_the_demo_portal_time_is_real_time(settings: Settings) -> None:
    settings.DEMO = False
    with time_machine.travel(datetime(2026, 11, 17, 11, 0, tzinfo=UTC), tick=False):
        assert clock.offset() == timedelta(0)
        assert clock.portal_now() == clock.real_now() == datetime(2026, 11, 17, 11, 0, tzinfo=UTC)
        assert clock.real_now().tzinfo is UTC
