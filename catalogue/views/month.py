"""The courses in a calendar, a month at a time, with the filters of the list."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue import facets
from catalogue.enums import SiteMode
from catalogue.models import RunSession
from catalogue.policies import RunState
from catalogue.queries.finding import find_courses
from catalogue.queries.month import Entry, Month, OfRuns, month_of
from catalogue.views.filtering import Asked, address_with_filters, narrowing, understand
from catalogue.views.public import public_page
from catalogue.wording import RunWords, language_now, run_words
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import capitalise, format_date_with_weekday, format_time, month_name, weekday_name
from lms_portal.common.http import PortalRequest

MONTHS_AHEAD = 36
MONTHS_BACK = 12
A_MONDAY = date(2026, 11, 2)
SAID = frozenset({RunState.CANCELLED, RunState.FULL, RunState.CLOSED})


@dataclass(frozen=True, slots=True)
class Line:
    """One course on one day, or without a set day."""

    title: str
    url: str
    about: str
    text_language: str


@dataclass(frozen=True, slots=True)
class Day:
    """One square of the month; without a number where it belongs to another month."""

    number: int = 0
    label: str = ""
    is_today: bool = False
    entries: tuple[Line, ...] = ()
    further: int = 0
    url: str = ""


def _step(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _month_asked(request: HttpRequest, asked: Asked) -> date:
    """This will read the month of the address, `2027-03`; else that of the first day that is asked for, else this one."""
    this = asked.today.replace(day=1)
    year, _hyphen, month = request.GET.get("month", "").partition("-")
    if year.isdigit() and month.isdigit() and (year + month).isascii() and len(year) == 4 and len(month) == 2 and 1 <= int(month) <= 12:
        wanted = date(max(int(year), 1), int(month), 1)
    else:
        wanted = max(asked.from_on.day or this, this).replace(day=1)
    return min(max(wanted, _step(this, -MONTHS_BACK)), _step(this, MONTHS_AHEAD))


def _of_runs(asked: Asked) -> OfRuns:
    """What the filters ask of each date: a course that is held in Volda and in Molde has only its dates in Volda there."""
    units, chosen = asked.places.units, asked.chosen

    def codes(facet: facets.Facet) -> list[str]:
        return [facet.codes[number % facets.GROUP] for number in chosen.get(facet.number, [])]

    ways = codes(facets.DELIVERY)
    both = [SiteMode.IN_PERSON.value, SiteMode.DIGITAL.value]
    return OfRuns(
        at=[units[number].path for number in chosen.get(facets.PLACE.number, [])],
        near=[units[number].path for number in asked.near_numbers if number in units] if asked.near else None,
        modes=[] if "hybrid" in ways else [mode for mode in both if mode in ways],
        routes=codes(facets.SIGN_UP),
        free=bool(chosen.get(facets.FREE.number)),
    )


def _line(entry: Entry, words: RunWords) -> Line:
    version = words.run.course.shown_version
    language = version.language_shown()
    session = next((one for one in words.run.sessions.all() if one.held_on == entry.held_on), None)
    about = [_clock(session) if session else words.label, words.place]
    about += [words.state_label] if words.state in SAID else []
    return Line(
        version.title,
        words.run.course.get_absolute_url(),
        ", ".join(part for part in about if part),
        language if language != language_now() else "",
    )


def _clock(session: RunSession) -> str:
    return format_time(session.starts_at_clock) if session.starts_at_clock else ""


def _lines(entries: list[Entry], request: PortalRequest) -> list[Line]:
    return [_line(entry, run_words(entry.run, entry.run.course.shown_version, now=request.now)) for entry in entries]


def _weeks(first: date, month: Month, request: PortalRequest) -> list[list[Day]]:
    lines: dict[date | None, list[Line]] = {}
    for entry, line in zip(month.entries, _lines(month.entries, request), strict=True):
        lines.setdefault(entry.held_on, []).append(line)
    today = oslo_date(request.now)

    def square(day: date) -> Day:
        if day.month != first.month:
            return Day()
        here = lines.get(day, [])
        return Day(
            number=day.day,
            label=capitalise(format_date_with_weekday(day)),
            is_today=day == today,
            entries=tuple(here),
            further=month.amounts.get(day, 0) - len(here),
            url=_list_of_day(request, day),
        )

    return [[square(day) for day in week] for week in calendar.Calendar().monthdatescalendar(first.year, first.month)]


def _list_of_day(request: HttpRequest, day: date) -> str:
    query = request.GET.copy()
    query.pop("month", None)
    query["from"] = query["to"] = day.isoformat()
    return f"{reverse('catalogue:list')}?{query.urlencode()}"


def _address(request: HttpRequest, first: date) -> str:
    query = request.GET.copy()
    query["month"] = f"{first:%Y-%m}"
    return f"{request.path}?{query.urlencode()}"


def _label(first: date) -> str:
    return capitalise(f"{month_name(first.month)} {first.year}")


def _steps(request: HttpRequest, first: date, today: date) -> dict[str, Any]:
    this, before, after = today.replace(day=1), _step(first, -1), _step(first, 1)
    context: dict[str, Any] = {}
    if before >= _step(this, -MONTHS_BACK):
        context |= {"previous_url": _address(request, before), "previous_label": _label(before)}
    if after <= _step(this, MONTHS_AHEAD):
        context |= {"next_url": _address(request, after), "next_label": _label(after)}
    return context


def _shown(asked: Asked, first: date) -> tuple[date, date]:
    """The days of the month that are asked for."""
    last = _step(first, 1) - timedelta(days=1)
    since = max(first, asked.from_on.day) if asked.from_on.day else first
    return since, (min(last, asked.to_on.day) if asked.to_on.day else last)


@public_page
def month(request: PortalRequest) -> HttpResponse:
    """A month of courses: exact days in a table, the others below it."""
    asked = understand(request)
    first = _month_asked(request, asked)
    since, until = _shown(asked, first)
    held = month_of(asked.wanted, _of_runs(asked), since=since, until=until, today=asked.today)
    undated = _lines(held.undated, request)
    farthest = min(asked.to_on.day or date.max, _step(asked.today.replace(day=1), MONTHS_AHEAD + 1) - timedelta(days=1))
    later = held.later_on if held.later_on and held.later_on <= farthest else None
    found = find_courses(replace(asked.wanted, page=1, page_size=1))
    return render(
        request,
        "catalogue/month.html",
        {
            "month_label": _label(first),
            "month_code": f"{first:%Y-%m}",
            "weekdays": [capitalise(weekday_name(A_MONDAY + timedelta(days=number))) for number in range(7)],
            "weeks": _weeks(first, held, request),
            "has_entries": bool(held.entries),
            "undated": undated,
            "further_undated": held.undated_amount - len(undated),
            "later_url": _address(request, later.replace(day=1)) if later else "",
            "other_view": address_with_filters("catalogue:list", request),
            "breadcrumbs": [{"url": reverse("catalogue:list"), "text": _("Courses")}, {"text": _("Calendar")}],
            **_steps(request, first, asked.today),
            **narrowing(request, asked, found),
        },
    )
