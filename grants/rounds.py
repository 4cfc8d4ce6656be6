"""When a round opens, closes and reminds: computed from dates, then given Norwegian time, so that summer time cannot shift them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language

from lms_portal.common.clock import OSLO, at_local_time, oslo_date, start_of_day

OPENS = (10, 1)
LAST_DAY = (12, 1)
REMINDER_DAYS = (30, 14, 7, 3, 1, 0)
REMINDER_TIME = time(7, 0)
REPORT_AFTER_YEAR = (3, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens_at`, inclusive, to `closes_at`, exclusive; both aware, in Europe/Oslo."""

    opens_at: datetime
    closes_at: datetime


def window_of(grant_year: int) -> Window:
    """This will build the application window of the money for a year: from 1 October to 1 December of the year before.

    The last day counts whole: `closes_at` is 2 December 00:00 Europe/Oslo, exclusive. Source: domain study, “Grant rules”.
    """
    year = grant_year - 1
    return Window(start_of_day(date(year, *OPENS)), closing_moment(date(year, *LAST_DAY)))


def closing_moment(last_day: date) -> datetime:
    """This will return the moment at which a round closes, when its last whole day is given."""
    return start_of_day(last_day + timedelta(days=1))


def last_day_of(closes_at: datetime) -> date:
    """This will return the last day on which an application is in time, for the words “by 1 December at 23:59”."""
    return oslo_date(closes_at - timedelta(microseconds=1))


def stand_alone_report_due(grant_year: int) -> datetime:
    """This will return when the report of somebody who does not apply again is due: exclusive, end of 1 December of the year."""
    return closing_moment(date(grant_year, *LAST_DAY))


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """One reminder of the chain: so many days before the last day, sent from `due_at`, not after `expires_at`."""

    code: str
    days_before: int
    due_at: datetime
    expires_at: datetime


def reminder_chain(closes_at: datetime) -> tuple[ReminderRule, ...]:
    """This will list the reminders of a deadline, earliest first; each expires when the next is due, the last at the deadline.

    Due at 07:00 Norwegian time on the day, on both sides of the change to and from summer time.
    """
    last_day = last_day_of(closes_at)
    dues = [(days, at_local_time(last_day - timedelta(days=days), REMINDER_TIME)) for days in REMINDER_DAYS]
    ends = [due for _days, due in dues[1:]] + [closes_at]
    return tuple(ReminderRule(f"{days}d", days, due, end) for (days, due), end in zip(dues, ends, strict=True))


def opening_notice(opens_at: datetime, closes_at: datetime) -> ReminderRule:
    """This will return the notice that a round has opened: 07:00 on its first day, until the first deadline reminder."""
    first_day = oslo_date(opens_at)
    due = max(at_local_time(first_day, REMINDER_TIME), opens_at)
    end = max(reminder_chain(closes_at)[0].due_at, due + timedelta(days=1))
    return ReminderRule("opened", (last_day_of(closes_at) - first_day).days, due, min(end, closes_at))


def deadline_words(closes_at: datetime) -> str:
    """This will write the last minute that is in time, in the language of the moment: “1. desember 2026 kl. 23.59”."""
    return date_format((closes_at - timedelta(minutes=1)).astimezone(OSLO), "DATETIME_FORMAT")


def clock_words(moment: datetime) -> str:
    """This will write a moment to the second as the server saw it, in Norwegian time: “2. desember 2026 kl. 00.00.00”."""
    local = moment.astimezone(OSLO)
    separator = ":" if (get_language() or "nb").startswith("en") else "."
    return date_format(local, "DATETIME_FORMAT") + separator + f"{local.second:02d}"
