"""Dates, times and terms in words, in bokmål, nynorsk and English: `3. mars 2027`, `kl. 9.00–12.00`, `Haust 2023`.

Every function takes a language and uses that of the moment where none is given. Days are calendar days in Norway; moments are
aware and shown in Norwegian time. Ranges have an en dash. Source: Språkrådet on numbers, time and dates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Literal

from django.utils.translation import get_language

from lms_portal.common.clock import OSLO
from lms_portal.common.text import Words

Term = Literal["winter", "spring", "summer", "autumn"]
Month = tuple[int, int]  # year and month

EN_DASH = "\u2013"
_AND = Words("og", "og", "and")
_NORWEGIAN_MONTHS = ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember")
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = (
    Words("mandag", "måndag", "Monday"),
    Words("tirsdag", "tysdag", "Tuesday"),
    Words("onsdag", "onsdag", "Wednesday"),
    Words("torsdag", "torsdag", "Thursday"),
    Words("fredag", "fredag", "Friday"),
    Words("lørdag", "laurdag", "Saturday"),
    Words("søndag", "søndag", "Sunday"),
)
_TERMS: dict[str, Words] = {
    "winter": Words("Vinter", "Vinter", "Winter"),
    "spring": Words("Vår", "Vår", "Spring"),
    "summer": Words("Sommer", "Sommar", "Summer"),
    "autumn": Words("Høst", "Haust", "Autumn"),
}
_TERMS_IN_TEXT: dict[str, Words] = {
    "winter": Words("vinteren", "vinteren", "winter"),
    "spring": Words("våren", "våren", "spring"),
    "summer": Words("sommeren", "sommaren", "summer"),
    "autumn": Words("høsten", "hausten", "autumn"),
}


def _chosen(language: str | None) -> str:
    return (language or get_language() or "nb")[:2]


def join_words(parts: Sequence[str], *, language: str | None = None) -> str:
    """This will join parts as a sentence does: `a, b og c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {_AND.in_language(_chosen(language))} {parts[-1]}"


def capitalise(text: str) -> str:
    """This will make the first letter a capital and leave the others alone."""
    return text[:1].upper() + text[1:]


def month_name(month: int, *, language: str | None = None) -> str:
    """This will name a month, 1 to 12: `mars`, `March`."""
    return (_ENGLISH_MONTHS if _chosen(language) == "en" else _NORWEGIAN_MONTHS)[month - 1]


def weekday_name(day: date, *, language: str | None = None) -> str:
    """This will name a day's weekday: `laurdag`."""
    return _WEEKDAYS[day.weekday()].in_language(_chosen(language))


def _day_number(day: date, language: str) -> str:
    return f"{day.day}" if language == "en" else f"{day.day}."


def format_date(day: date, *, language: str | None = None) -> str:
    """This will write a day in words: `3. mars 2027`, `3 March 2027`."""
    return format_days([day], language=language)


def format_date_with_weekday(day: date, *, language: str | None = None) -> str:
    """This will write a day with its weekday: `onsdag 3. mars 2027`."""
    return f"{weekday_name(day, language=language)} {format_date(day, language=language)}"


def format_short_date(day: date, *, language: str | None = None) -> str:
    """This will write a day for tables: `03.03.2027`, in English `3 Mar 2027`, which no country misreads."""
    if _chosen(language) == "en":
        return f"{day.day} {_ENGLISH_MONTHS[day.month - 1][:3]} {day.year}"
    return f"{day:%d.%m.}{day.year:04}"


def _clock_time(moment: time, language: str) -> str:
    return f"{moment:%H:%M}" if language == "en" else f"{moment.hour}.{moment.minute:02}"


def format_time(moment: time, *, language: str | None = None) -> str:
    """This will write a time of day: `kl. 9.00`, `09:00`."""
    chosen = _chosen(language)
    return _clock_time(moment, chosen) if chosen == "en" else f"kl. {_clock_time(moment, chosen)}"


def format_time_range(start: time, end: time, *, language: str | None = None) -> str:
    """This will write from when to when: `kl. 9.00–12.00`, `09:00–12:00`."""
    return f"{format_time(start, language=language)}{EN_DASH}{_clock_time(end, _chosen(language))}"


def format_moment(moment: datetime, *, language: str | None = None) -> str:
    """This will write an aware moment in Norwegian time: `3. mars 2027 kl. 9.00`, `3 March 2027 at 09:00`."""
    local = moment.astimezone(OSLO)
    between = " at " if _chosen(language) == "en" else " "
    return f"{format_date(local.date(), language=language)}{between}{format_time(local.time(), language=language)}"


@dataclass(frozen=True, slots=True)
class _Run:
    """Days that follow each other without a gap; often one alone."""

    first: date
    last: date

    @property
    def month(self) -> Month:
        return self.last.year, self.last.month

    def within(self, month: Month) -> bool:
        return (self.first.year, self.first.month) == self.month == month

    def within_year(self, year: int) -> bool:
        return self.first.year == self.last.year == year


def _runs(days: Iterable[date]) -> list[_Run]:
    runs: list[_Run] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1].last == timedelta(days=1):
            runs[-1] = _Run(runs[-1].first, day)
        else:
            runs.append(_Run(day, day))
    return runs


def _written_run(run: _Run, language: str) -> str:
    """Write a run without the month and year it ends in."""
    last = _day_number(run.last, language)
    if run.first == run.last:
        return last
    first = _day_number(run.first, language)
    if run.within(run.month):
        return f"{first}{EN_DASH}{last}"
    first = f"{first} {month_name(run.first.month, language=language)}"
    if run.first.year != run.last.year:
        first = f"{first} {run.first.year}"
    # English sets spaces around a dash between parts of several words, Norwegian does not
    return f"{first} {EN_DASH} {last}" if language == "en" else f"{first}{EN_DASH}{last}"


def _join_runs(runs: list[_Run], language: str) -> str:
    """Write each run; its month and year only where the next one does not share them."""
    parts = []
    for run, following in zip_longest(runs, runs[1:]):
        part = _written_run(run, language)
        if following is None or not following.within(run.month):
            part += f" {month_name(run.last.month, language=language)}"
            if following is None or not following.within_year(run.last.year):
                part += f" {run.last.year}"
        parts.append(part)
    return join_words(parts, language=language)


def format_days(days: Iterable[date], *, language: str | None = None) -> str:
    """This will write several days, those in a row as a range: `26. oktober og 2. november 2023`, `28.–29. februar 2024`."""
    return _join_runs(_runs(days), _chosen(language))


def format_date_range(first: date, last: date, *, language: str | None = None) -> str:
    """This will write from which day to which: `30. november–2. desember 2023`."""
    return _join_runs([_Run(first, last)], _chosen(language))


def format_months(months: Iterable[Month], *, language: str | None = None) -> str:
    """This will write months as a label: `September og november 2023`, three or more in a row as `September–november 2023`.

    Each month is a year and a number from 1 to 12.
    """
    chosen = _chosen(language)
    ordered = sorted(set(months))
    runs: list[list[Month]] = []
    for month in ordered:
        if runs and _next_month(runs[-1][-1]) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    # two neighbours read better as “x og y” than as a range
    items = [part for run in runs for part in ([run] if len(run) > 2 else [[month] for month in run])]
    parts = []
    for item, following in zip_longest(items, items[1:]):
        part = month_name(item[-1][1], language=chosen)
        if len(item) > 1:
            year = f" {item[0][0]}" if item[0][0] != item[-1][0] else ""
            part = f"{month_name(item[0][1], language=chosen)}{year}{EN_DASH}{part}"
        if following is None or {year for year, _ in following} != {item[-1][0]}:
            part += f" {item[-1][0]}"
        parts.append(part)
    return capitalise(join_words(parts, language=chosen))


def _next_month(month: Month) -> Month:
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def format_term(term: Term, year: int, *, language: str | None = None) -> str:
    """This will write a term as a label: `Høst 2023`, `Haust 2023`, `Autumn 2023`."""
    return f"{_TERMS[term].in_language(_chosen(language))} {year}"


def format_term_in_text(term: Term, year: int, *, language: str | None = None) -> str:
    """This will write a term inside a sentence: `høsten 2023`, `hausten 2023`, `autumn 2023`."""
    return f"{_TERMS_IN_TEXT[term].in_language(_chosen(language))} {year}"
