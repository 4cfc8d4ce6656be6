"""The portal's clock. Rules never read the time themselves: a moment enters at a request or a sweep and is passed down.

Portal time is real time plus an offset in one row, which exists in the demo only, so that a whole grant year can be walked in
an afternoon. Deadlines, states and labels follow portal time; leases, sessions, one-time codes and rate limits follow real time.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

OSLO = ZoneInfo("Europe/Oslo")


def real_now() -> datetime:
    """This will return the real moment in UTC. Only requests, sweeps, leases and logs may ask."""
    return datetime.now(UTC)


def portal_now() -> datetime:
    """This will return the portal's moment in UTC: the real one, moved by the demo's offset."""
    return real_now() + offset()


def offset() -> timedelta:
    """This will return how far the demo's clock has been moved; always zero outside the demo."""
    if not settings.DEMO:
        return timedelta(0)
    from lms_portal.common.models import ClockOffset

    row = ClockOffset.objects.first()
    return timedelta(seconds=row.seconds) if row else timedelta(0)


def oslo_date(moment: datetime) -> date:
    """This will return the calendar day in Norway at that moment."""
    return moment.astimezone(OSLO).date()


def start_of_day(day: date) -> datetime:
    """This will return midnight in Norway at the start of the day, as an aware moment in Europe/Oslo."""
    return datetime.combine(day, time(0), tzinfo=OSLO)


def at_local_time(day: date, clock_time: time) -> datetime:
    """This will return a wall-clock time of a Norwegian day; right across the change to and from summer time."""
    return datetime.combine(day, clock_time, tzinfo=OSLO)
