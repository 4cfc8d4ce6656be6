"""Days that follow a rule, and days that move to another season. Pure: it knows no tables, and nothing is saved here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.schedule import Dates, Meeting
from lms_portal.common.working_days import public_holidays

MOST_DAYS = 60
STEP_WEEKS = {Frequency.WEEKLY: 1, Frequency.FORTNIGHTLY: 2}
STEP_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3}
LAST_OF_MONTH = 5  # the fifth Tuesday is the last one


@dataclass(frozen=True, slots=True)
class Day:
    """One day that a rule finds. A holiday is shown, and not held."""

    held_on: date
    is_holiday: bool = False


def is_holiday(day: date) -> bool:
    """This will say whether a day is a public holiday in Norway; Saturdays and Sundays that somebody has chosen are not."""
    return day in public_holidays(day.year)


def _month_later(first: date, months: int) -> date:
    """The same weekday of the month: the second Tuesday stays the second Tuesday; a fifth becomes the last."""
    number = first.year * 12 + first.month - 1 + months
    month = date(number // 12, number % 12 + 1, 1)
    week = (first.day - 1) // 7
    day = month + timedelta(days=(first.weekday() - month.weekday()) % 7 + 7 * week)
    return day if day.month == month.month else day - timedelta(days=7)


def _nth(first: date, frequency: Frequency, number: int) -> date:
    if frequency in STEP_WEEKS:
        return first + timedelta(weeks=STEP_WEEKS[frequency] * number)
    return _month_later(first, STEP_MONTHS[frequency] * number)


def days_by_rule(first: date, frequency: Frequency, *, count: int | None = None, last: date | None = None) -> list[Day]:
    """This will list the days of a rule from the first: until so many are held, or to the last day. Sixty at most.

    Public holidays stand in the list but do not count as held.
    """
    found: list[Day] = []
    for number in range(MOST_DAYS):
        day = _nth(first, frequency, number)
        held = sum(not one.is_holiday for one in found)
        if (last and day > last) or (count is not None and held >= count):
            break
        found.append(Day(day, is_holiday(day)))
    return found


# To another season


@dataclass(frozen=True, slots=True)
class Moved:
    """Dates in another season. `notes`: the days that had to be moved further because of a holiday."""

    dates: Dates
    holidays: tuple[date, ...] = ()


def _years_later(day: date, years: int) -> date:
    """The same weekday of the same week."""
    year, week, weekday = day.isocalendar()
    try:
        return date.fromisocalendar(year + years, week, weekday)
    except ValueError:  # week 53
        return date.fromisocalendar(year + years, week - 1, weekday)


def later(day: date, halves: int) -> date:
    """This will move a day so many half-years ahead, to the same weekday: whole years to the same week, a half by 26 weeks."""
    moved = _years_later(day, halves // 2) if halves // 2 else day
    return moved + timedelta(weeks=26) if halves % 2 else moved


def _free(day: date, taken: Sequence[date]) -> date:
    while is_holiday(day) or day in taken:
        day += timedelta(weeks=1)
    return day


def _month(day: date, halves: int) -> date:
    number = day.year * 12 + day.month - 1 + 6 * halves
    return date(number // 12, number % 12 + 1, 1)


def move(dates: Dates, halves: int) -> Moved | None:
    """This will move dates so many half-years ahead; None for those that go on by themselves or have no day yet.

    A meeting that would fall on a public holiday is held a week later.
    """
    match dates.kind:
        case ScheduleKind.SESSIONS:
            days: list[date] = []
            holidays = []
            for meeting in dates.meetings:
                wanted = later(meeting.held_on, halves)
                # several meetings a day stay on one day
                same = [new for old, new in zip(dates.meetings, days, strict=False) if old.held_on == meeting.held_on]
                if not same and is_holiday(wanted):
                    holidays.append(wanted)
                days.append(same[0] if same else _free(wanted, days))
            meetings = tuple(Meeting(day, old.starts, old.ends) for day, old in zip(days, dates.meetings, strict=True))
            return Moved(
                replace(dates, meetings=tuple(sorted(meetings, key=lambda one: (one.held_on, str(one.starts or ""))))), tuple(holidays)
            )
        case ScheduleKind.MONTHS:
            return Moved(replace(dates, months=tuple(_month(month, halves) for month in dates.months)))
        case ScheduleKind.TERM if dates.season and dates.year:
            number = dates.year * 2 + (dates.season == TermSeason.AUTUMN) + halves
            return Moved(replace(dates, season=TermSeason.AUTUMN if number % 2 else TermSeason.SPRING, year=number // 2))
        case ScheduleKind.RECURRING if dates.until_on:
            first = later(dates.from_on, halves) if dates.from_on else None
            return Moved(replace(dates, from_on=first, until_on=later(dates.until_on, halves)))
        case _:
            return None


def on_days(dates: Dates, days: Sequence[date]) -> Dates:
    """This will put the meetings on other days, each at the time of the meeting in its place; further ones as the last."""
    old = dates.meetings
    hours: list[tuple[time | None, time | None]] = [(one.starts, one.ends) for one in old] or [(None, None)]
    return replace(dates, meetings=tuple(Meeting(day, *hours[min(number, len(hours) - 1)]) for number, day in enumerate(sorted(days))))
