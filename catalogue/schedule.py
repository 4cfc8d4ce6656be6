"""Dates in every shape that hospitals print them: how they sort, when they are over, how they read in three languages.

Pure: it knows no tables, and the day is passed in. “Over” is never stored; it is the last possible day before today.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Self

from catalogue.enums import Frequency, ScheduleKind, TermSeason
from lms_portal.common import dates
from lms_portal.common.text import Words

SOON_DAYS = 14
MANY_DAYS = 4  # gaps between days; more are counted, not listed
WEEKDAYS = Words(
    "mandager tirsdager onsdager torsdager fredager lørdager søndager",
    "måndagar tysdagar onsdagar torsdagar fredagar laurdagar sundagar",
    "Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays",
)
TERMS: dict[TermSeason, dates.Term] = {TermSeason.SPRING: "spring", TermSeason.AUTUMN: "autumn"}
REPEATED = {
    Frequency.WEEKLY: Words("kurs hver uke", "kurs kvar veke", "courses every week"),
    Frequency.FORTNIGHTLY: Words("kurs annenhver uke", "kurs annakvar veke", "courses every second week"),
    Frequency.MONTHLY: Words("månedlige kurs", "månadlege kurs", "monthly courses"),
    Frequency.QUARTERLY: Words("kurs hver tredje måned", "kurs kvar tredje månad", "courses every third month"),
}
CONTINUOUS = Words("kontinuerlig", "kontinuerleg", "continuous")
TO_COME = Words("dato kommer", "dato kjem", "date to come")
TIMES = Words("ganger", "gonger", "times")
FROM = Words("fra", "frå", "from")
UNTIL = Words("til", "til", "until")

# exact days stand before months, months before terms, where they may begin on the same day
PRECISION = {
    ScheduleKind.SESSIONS: 0,
    ScheduleKind.MONTHS: 1,
    ScheduleKind.TERM: 2,
    ScheduleKind.RECURRING: 3,
    ScheduleKind.CONTINUOUS: 4,
    ScheduleKind.TO_BE_ANNOUNCED: 5,
}
NO_DAY = "99991231"


class ScheduleError(ValueError):
    """The dates do not fit their kind; the text names what is missing, for code, not for screens."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting: a Norwegian calendar day, and the clock on the wall where it is known."""

    held_on: date
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True, slots=True)
class Edges:
    """The first and last month and day of a term, the same every year."""

    first: tuple[int, int]
    last: tuple[int, int]


# A sensible default; each institution's own stand in TermEdge.
DEFAULT_EDGES = {TermSeason.SPRING: Edges((1, 1), (6, 30)), TermSeason.AUTUMN: Edges((8, 1), (12, 31))}


@dataclass(frozen=True, slots=True)
class Dates:
    """What is known of a run's dates, of one kind; the fields of the other kinds are empty."""

    kind: ScheduleKind
    meetings: tuple[Meeting, ...] = ()
    months: tuple[date, ...] = ()
    season: TermSeason | None = None
    year: int | None = None
    frequency: Frequency | None = None
    weekday: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    edges: dict[TermSeason, Edges] = field(default_factory=lambda: DEFAULT_EDGES)

    @classmethod
    def on(cls, *days: date, starts: time | None = None, ends: time | None = None) -> Self:
        """This will make dates of exact days with the same times."""
        return cls(ScheduleKind.SESSIONS, meetings=tuple(Meeting(day, starts, ends) for day in sorted(days)))


@dataclass(frozen=True, slots=True)
class Computed:
    """The stored columns of a run. `last` is None where the run is never over."""

    first: date | None
    last: date | None
    sort_key: str


def _last_of_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _term_day(year: int, month: int, day: int) -> date:
    """Where the year has no such day (29 February), the last day of the month."""
    return min(date(year, month, 1) + timedelta(days=day - 1), _last_of_month(date(year, month, 1)))


def _span(known: Dates) -> tuple[date | None, date | None]:
    match known.kind:
        case ScheduleKind.SESSIONS:
            if not known.meetings:
                raise ScheduleError("exact days need at least one meeting")
            days = [meeting.held_on for meeting in known.meetings]
            return min(days), max(days)
        case ScheduleKind.MONTHS:
            if not known.months:
                raise ScheduleError("months need at least one month")
            return min(known.months), _last_of_month(max(known.months))
        case ScheduleKind.TERM:
            if known.season is None or known.year is None:
                raise ScheduleError("a term needs its season and year")
            edges = known.edges[known.season]
            return _term_day(known.year, *edges.first), _term_day(known.year, *edges.last)
        case ScheduleKind.RECURRING:
            if known.frequency is None:
                raise ScheduleError("a repeated offer needs how often")
            return known.from_on, known.until_on
        case _:
            return known.from_on, None


def compute(known: Dates) -> Computed:
    """This will compute a run's first and last possible day and its sort key; the one place that does. Raises: ScheduleError.

    Sorted by the first possible day; the same day by precision, then by the last day. Without a day: repeated, continuous, to come.
    """
    first, last = _span(known)
    begins = first.strftime("%Y%m%d") if first else NO_DAY
    ends = last.strftime("%Y%m%d") if last else NO_DAY
    return Computed(first, last, f"{begins}-{PRECISION[known.kind]}-{ends}")


def is_over(last_possible_on: date | None, today: date) -> bool:
    """This will say whether the last possible day has passed; what has none is never over."""
    return last_possible_on is not None and last_possible_on < today


# Words


def _days(days: Sequence[date], language: str) -> str:
    """Exact days: listed while they are few, else how many and from when to when."""
    spread = sum(1 for before, after in pairwise(days) if (after - before).days > 1)
    if spread < MANY_DAYS:
        return dates.format_days(days, language=language)
    return f"{len(days)} {TIMES.in_language(language)}, {dates.format_date_range(days[0], days[-1], language=language)}"


def _repeated(known: Dates, language: str) -> str:
    if known.frequency is None:
        return ""
    text = REPEATED[known.frequency].in_language(language)
    if known.weekday is not None:
        text += f", {WEEKDAYS.in_language(language).split()[known.weekday]}"
    if known.from_on:
        text += f", {FROM.in_language(language)} {dates.format_date(known.from_on, language=language)}"
    if known.until_on:
        text += f" {UNTIL.in_language(language)} {dates.format_date(known.until_on, language=language)}"
    return text


def label(known: Dates, language: str) -> str:
    """This will write the dates in a language (nb, nn or en), beginning with a capital: `Haust 2023`, `26. oktober og 2. november 2023`."""
    match known.kind:
        case ScheduleKind.SESSIONS:
            text = _days(sorted({meeting.held_on for meeting in known.meetings}), language)
        case ScheduleKind.MONTHS:
            text = dates.format_months([(month.year, month.month) for month in known.months], language=language)
        case ScheduleKind.TERM if known.season and known.year:
            text = dates.format_term(TERMS[known.season], known.year, language=language)
        case ScheduleKind.RECURRING:
            text = _repeated(known, language)
        case ScheduleKind.CONTINUOUS:
            text = CONTINUOUS.in_language(language)
        case _:
            text = TO_COME.in_language(language)
    return dates.capitalise(text)


def meeting_label(meeting: Meeting, language: str) -> str:
    """This will write one meeting: `torsdag 26. oktober 2023 kl. 9.00–15.00`, in the language."""
    text = dates.format_date_with_weekday(meeting.held_on, language=language)
    if meeting.starts is None:
        return text
    if meeting.ends is None:
        return f"{text} {dates.format_time(meeting.starts, language=language)}"
    return f"{text} {dates.format_time_range(meeting.starts, meeting.ends, language=language)}"
