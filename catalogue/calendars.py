"""Calendar files (RFC 5545) of runs with exact days."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from catalogue import schedule
from catalogue.models import Run
from catalogue.wording import dates_of, place_line
from lms_portal.common.clock import at_local_time

PRODUCER = "-//LMS portal//catalogue//NO"
HOURS_BETWEEN_LOOKS = 12


def calendar_of(runs: Iterable[Run], *, now: datetime, name: str = "", is_titled: bool = False) -> bytes:
    """This will write the days of loaded runs. `now` is portal time.

    An entry says “Kurs” and where, never which course: calendars are shown to others. `is_titled` is for lists that are nobody's own:
    what a centre offers, or a topic.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("name", name)
        calendar.add("x-wr-timezone", "Europe/Oslo")
        calendar.add("refresh-interval", timedelta(hours=HOURS_BETWEEN_LOOKS), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", f"PT{HOURS_BETWEEN_LOOKS}H")
    for run in runs:
        for event in _events(run, now=now, is_titled=is_titled):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(run: Run, *, now: datetime, is_titled: bool) -> Iterable[Event]:
    version = run.course.public_version
    for number, meeting in enumerate(dates_of(run).meetings):
        event = Event()
        event.add("uid", f"{run.pk}-{number}@{settings.MAIL_MESSAGE_ID_DOMAIN}")
        event.add("dtstamp", now)
        event.add("sequence", run.version)
        event.add("summary", version.title if is_titled and version else _("Course"))
        event.add("location", place_line(list(run.sites.all())))
        event.add("url", settings.PORTAL_BASE_URL + run.course.get_absolute_url())
        event.add("status", "CANCELLED" if run.status == Run.Status.CANCELLED else "CONFIRMED")
        _set_times(event, meeting)
        yield event


def _set_times(event: Event, meeting: schedule.Meeting) -> None:
    if meeting.starts is None:
        event.add("dtstart", meeting.held_on)
        event.add("dtend", meeting.held_on + timedelta(days=1))
        return
    event.add("dtstart", at_local_time(meeting.held_on, meeting.starts))
    event.add("dtend", at_local_time(meeting.held_on, meeting.ends or meeting.starts))
