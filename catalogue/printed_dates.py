"""Dates as people write them in lists: read in bokmål, nynorsk and English, and written so that they can be read again. Pure.

The printed season of a poster and the files that advisers send use the same words, so both read them here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.schedule import CONTINUOUS, FROM, REPEATED, TO_COME, UNTIL, WEEKDAYS, Dates, Meeting
from lms_portal.common import dates as words
from lms_portal.common.dates import month_name

LANGUAGES = ("nb", "nn", "en")
LONGEST_RANGE_DAYS = 62
MONTHS = {month_name(number, language=language).casefold(): number for language in ("nb", "en") for number in range(1, 13)} | {
    "jan": 1,
    "feb": 2,
    "febr": 2,
    "mar": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "okt": 10,
    "oct": 10,
    "nov": 11,
    "des": 12,
    "dec": 12,
}
SEASONS = {
    **dict.fromkeys(("haust", "hausten", "høst", "høsten", "haustsemesteret", "høstsemesteret", "autumn", "fall"), TermSeason.AUTUMN),
    **dict.fromkeys(("vår", "våren", "vårsemesteret", "spring"), TermSeason.SPRING),
}
# the words on the pages, and what else people write for the same
CONTINUOUS_WORDS = {CONTINUOUS.in_language(language).casefold() for language in LANGUAGES} | {
    *("løpende", "løpande", "fortløpende", "fortløpande", "hele året", "heile året", "all year")
}
TO_COME_WORDS = {TO_COME.in_language(language).casefold() for language in LANGUAGES} | {
    *("kommer", "kjem", "ikke fastsatt", "ikkje fastsett", "ikkje fastsatt", "date to be announced", "to be announced", "tba")
}
HOW_OFTEN = {repeated.in_language(language).casefold(): frequency for frequency, repeated in REPEATED.items() for language in LANGUAGES} | {
    **dict.fromkeys(("ukentlig", "vekentleg", "hver uke", "kvar veke", "weekly", "every week"), Frequency.WEEKLY),
    **dict.fromkeys(
        ("annenhver uke", "annakvar veke", "annankvar veke", "fortnightly", "every second week", "every other week"), Frequency.FORTNIGHTLY
    ),
    **dict.fromkeys(("månedlig", "månadleg", "hver måned", "kvar månad", "monthly", "every month"), Frequency.MONTHLY),
    **dict.fromkeys(("hver tredje måned", "kvar tredje månad", "kvartalsvis", "quarterly", "every third month"), Frequency.QUARTERLY),
}
ON_DAYS = {day.casefold(): number for language in LANGUAGES for number, day in enumerate(WEEKDAYS.in_language(language).split(" "))} | {
    words.weekday_name(date(2024, 1, 1 + number), language=language).casefold(): number for language in LANGUAGES for number in range(7)
}
TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})(?!\d)"
    r"|(?P<slashes>\d{1,2}/\d{1,2}/\d{4})(?!\d)"
    r"|(?P<date>\d{1,2}\.\d{1,2}\.\s?20\d\d(?!\d)|\d{1,2}\.\s\d{1,2}\.\s20\d\d(?!\d)|\d{1,2}\.\d{1,2}\.\d{2}(?!\d)|\d{1,2}\.\d{1,2}(?!\d))\.?"
    r"|\(?(?P<year>20\d\d)(?!\d)\)?"
    r"|(?P<number>\d{1,2})(?!\d)\.?"
    r"|(?P<dash>[–—-])"
    r"|(?P<between>,|/|&)"
    r"|(?P<word>[^\W\d_]+)\.?"
    r"|(?P<space>\s+)"
)
ANDS = frozenset({"og", "and"})
CLOCK = r"(\d{1,2})(?:[.:](\d{2}))?(?:\s*(?:[–—-]|til|to)\s*(\d{1,2})(?:[.:](\d{2}))?)?"
AT_CLOCK = re.compile(rf"[,\s]*\b(?:kl\b\.?|klokka|klokken|at)\s*{CLOCK}$")
PLAIN_CLOCK = re.compile(r"[,\s]+(\d{1,2}):(\d{2})(?:\s*(?:[–—-]|til|to)\s*(\d{1,2}):(\d{2}))?$")
ONLY_CLOCK = re.compile(rf"^(?:kl\b\.?|klokka|klokken|at)?\s*{CLOCK}$")
WITHIN = re.compile(r"[,\s]*\b(?:fra|frå|from)\s+(?P<first>.+?)(?:\s+(?:til|until|to)\s+(?P<last>.+))?$")


class UnreadableDates(ValueError):
    """The dates cannot be read. `code`: unreadable, no_such_day or no_year."""

    def __init__(self, code: str, written: str) -> None:
        super().__init__(f"{code}: {written}")
        self.code, self.written = code, written


@dataclass
class _Part:
    """A day or a month, as far as it is written: what is missing stands further to the right. `follows`: a dash stood before it."""

    day: int | None = None
    month: int | None = None
    year: int | None = None
    follows: bool = False


def plain(text: str) -> str:
    """This will bring a cell to the form in which its words are compared."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text).strip().casefold()


def parse_dates(text: str, *, year: int | None = None) -> Dates:
    """This will read dates of any kind. `year` is for dates that are written without one. Raises: UnreadableDates."""
    written = plain(text)
    if not written:
        raise UnreadableDates("unreadable", text)
    if found := _without_days(written, text, year):
        return found
    segments = [segment for segment in re.split(r"\s*;\s*", written) if segment]
    meetings: list[Meeting] = []
    for segment in segments:
        days_text, starts, ends = _cut_clock(segment, text)
        parts = _filled(_parts(days_text, text), year, text)
        if all(part.day is None for part in parts) and len(segments) == 1 and starts is None:
            return Dates(ScheduleKind.MONTHS, months=tuple(sorted(set(_months(parts)))))
        meetings += [Meeting(day, starts, ends) for day in _days(parts, text)]
    return Dates(ScheduleKind.SESSIONS, meetings=tuple(sorted(set(meetings), key=_order)))


def _order(meeting: Meeting) -> tuple[date, str]:
    return meeting.held_on, str(meeting.starts or "")


def _without_days(written: str, text: str, year: int | None) -> Dates | None:
    """Terms, repeated offers, and what has no days."""
    if found := re.match(r"^([^\W\d_]+)\s*\(?(20\d\d|\d\d)?\)?$", written):
        season = SEASONS.get(found[1])
        if season is not None:
            number = int(found[2]) % 100 + 2000 if found[2] else year
            if number is None:
                raise UnreadableDates("no_year", text)
            return Dates(ScheduleKind.TERM, season=season, year=number)
    within = WITHIN.search(written)
    head = written[: within.start()] if within else written
    first, last = (_one_day(within[name], text, year) for name in ("first", "last")) if within else (None, None)
    if head in CONTINUOUS_WORDS or head in TO_COME_WORDS:
        if last:
            raise UnreadableDates("unreadable", text)
        kind = ScheduleKind.CONTINUOUS if head in CONTINUOUS_WORDS else ScheduleKind.TO_BE_ANNOUNCED
        return Dates(kind, from_on=first)
    often, _comma, on_day = (part.strip() for part in head.partition(","))
    if often in HOW_OFTEN and (not on_day or on_day in ON_DAYS):
        return Dates(ScheduleKind.RECURRING, frequency=HOW_OFTEN[often], weekday=ON_DAYS.get(on_day), from_on=first, until_on=last)
    return None


def _one_day(written: str | None, text: str, year: int | None) -> date | None:
    if not written:
        return None
    days = _days(_filled(_parts(written, text), year, text), text)
    if len(days) != 1:
        raise UnreadableDates("unreadable", text)
    return days[0]


def _time(hour: str, minute: str | None, text: str) -> time:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise UnreadableDates("unreadable", text) from None


def _clock(found: re.Match[str], text: str) -> tuple[time, time | None]:
    starts = _time(found[1], found[2], text)
    ends = _time(found[3], found[4], text) if found[3] else None
    if ends is not None and ends <= starts:
        raise UnreadableDates("unreadable", text)
    return starts, ends


def _cut_clock(segment: str, text: str) -> tuple[str, time | None, time | None]:
    found = AT_CLOCK.search(segment) or PLAIN_CLOCK.search(segment)
    if not found:
        return segment, None, None
    return segment[: found.start()], *_clock(found, text)


def parse_times(text: str) -> tuple[time, time | None]:
    """This will read from when to when a meeting lasts: `9.00–15.00`, `kl. 10`. Raises: UnreadableDates."""
    found = ONLY_CLOCK.match(plain(text))
    if not found:
        raise UnreadableDates("unreadable", text)
    return _clock(found, text)


def with_times(dates: Dates, starts: time, ends: time | None) -> Dates:
    """This will give times to the meetings that have none."""
    return replace(dates, meetings=tuple(Meeting(m.held_on, starts, ends) if m.starts is None else m for m in dates.meetings))


def _parts(written: str, text: str) -> list[_Part]:  # noqa: C901 - one branch a kind of sign
    """The days and months in the order written; each knows what stands beside it."""
    parts: list[_Part] = []
    position, dash, after_month = 0, False, False
    while position < len(written):
        token = TOKEN.match(written, position)
        if token is None:
            raise UnreadableDates("unreadable", text)
        position = token.end()
        kind, value = str(token.lastgroup), token[str(token.lastgroup)]
        if kind == "space":
            continue
        if kind == "dash":
            dash = True
        elif kind == "year" or (kind == "number" and after_month and len(value) == 2):
            if not parts or parts[-1].year is not None:
                raise UnreadableDates("unreadable", text)
            parts[-1].year = int(value) % 100 + 2000
        elif part := _part(kind, value, parts):
            part.follows, dash = dash, False
            parts.append(part)
        elif kind == "word" and value in MONTHS:
            parts[-1].month = MONTHS[value]
        elif not (kind == "between" or value in ANDS or value in ON_DAYS):
            raise UnreadableDates("unreadable", text)
        after_month = kind == "word" and value in MONTHS
    if not parts or dash:
        raise UnreadableDates("unreadable", text)
    return parts


def _part(kind: str, value: str, parts: Sequence[_Part]) -> _Part | None:
    """A new day or month; None where the token says more about the one before it, or nothing."""
    match kind:
        case "number":
            return _Part(day=int(value))
        case "iso":
            year, month, day = (int(number) for number in value.split("-"))
            return _Part(day, month, year)
        case "slashes" | "date":
            numbers = [int(number) for number in re.findall(r"\d+", value)]
            return _Part(numbers[0], numbers[1], numbers[2] % 100 + 2000 if len(numbers) > 2 else None)
        case "word" if value in MONTHS and not (parts and parts[-1].day is not None and parts[-1].month is None):
            return _Part(month=MONTHS[value])
    return None


def _filled(parts: list[_Part], year: int | None, text: str) -> list[_Part]:
    """Give each part the month and the year that stand to its right."""
    has_days = any(part.day is not None for part in parts)
    month: int | None = None
    later: int | None = None
    for part in reversed(parts):
        if has_days and part.day is None:
            raise UnreadableDates("unreadable", text)
        month = part.month = part.month or month
        later = part.year = part.year or later
        if part.month is None:
            raise UnreadableDates("unreadable", text)
    for part in parts:
        part.year = part.year or year
        if part.year is None:
            raise UnreadableDates("no_year", text)
    return parts


def _day(part: _Part, text: str) -> date:
    try:
        return date(part.year or 0, part.month or 0, part.day or 0)
    except ValueError:
        raise UnreadableDates("no_such_day", text) from None


def _days(parts: Iterable[_Part], text: str) -> list[date]:
    days: list[date] = []
    for part in parts:
        if part.day is None:
            raise UnreadableDates("unreadable", text)
        day = _day(part, text)
        if part.follows and days:
            spread = (day - days[-1]).days
            if not 0 < spread <= LONGEST_RANGE_DAYS:
                raise UnreadableDates("unreadable", text)
            days += [days[-1] + timedelta(days=number) for number in range(1, spread)]
        days.append(day)
    return days


def _months(parts: Iterable[_Part]) -> list[date]:
    months: list[date] = []
    for part in parts:
        month = date(part.year or 1, part.month or 1, 1)
        while part.follows and months and (step := (months[-1] + timedelta(days=32)).replace(day=1)) < month:
            months.append(step)
        months.append(month)
    return months


# Written so that it can be read again


def _digits(day: date) -> str:
    return f"{day:%d.%m.}{day.year:04}"


def _clock_words(meeting: Meeting, language: str) -> str:
    if meeting.starts is None:
        return ""
    if meeting.ends is None:
        return f" kl. {meeting.starts:%H:%M}" if language == "en" else f" {words.format_time(meeting.starts, language=language)}"
    return f" {words.format_time_range(meeting.starts, meeting.ends, language=language)}"


def _within_words(known: Dates, language: str) -> str:
    text = f", {FROM.in_language(language)} {_digits(known.from_on)}" if known.from_on else ""
    if known.until_on and known.from_on:
        text += f" {UNTIL.in_language(language)} {_digits(known.until_on)}"
    return text


def write_dates(known: Dates, language: str) -> str:
    """This will write dates for a file: every day with its year, and nothing summed up, so that `parse_dates` reads the same."""
    match known.kind:
        case ScheduleKind.SESSIONS:
            groups: list[tuple[str, list[str]]] = []
            for meeting in known.meetings:
                clock = _clock_words(meeting, language)
                if not groups or groups[-1][0] != clock:
                    groups.append((clock, []))
                groups[-1][1].append(_digits(meeting.held_on))
            return "; ".join(", ".join(days) + clock for clock, days in groups)
        case ScheduleKind.MONTHS:
            text = ", ".join(f"{month_name(month.month, language=language)} {month.year}" for month in known.months)
        case ScheduleKind.TERM if known.season and known.year:
            text = words.format_term("autumn" if known.season == TermSeason.AUTUMN else "spring", known.year, language=language)
        case ScheduleKind.RECURRING if known.frequency:
            text = REPEATED[known.frequency].in_language(language)
            if known.weekday is not None:
                text += f", {WEEKDAYS.in_language(language).split()[known.weekday]}"
            text += _within_words(known, language)
        case ScheduleKind.CONTINUOUS:
            text = CONTINUOUS.in_language(language) + _within_words(known, language)
        case _:
            text = TO_COME.in_language(language) + _within_words(known, language)
    return words.capitalise(text)
