"""What visitors narrow a list of courses down by: words, filters, a place, days. All of it stands in the address."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalogue import facets
from catalogue.actions.search import cards_now, normaliser
from catalogue.facets import Facet
from catalogue.models import SearchPlace
from catalogue.queries.finding import Days, Found, Reading, Wanted, chosen_numbers, known_words, read_query
from catalogue.queries.kept import kept
from catalogue.queries.matches import matched_words
from catalogue.views.public import number_of
from catalogue.wording import language_now
from lms_portal.accounts.models import Municipality, Unit
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import format_date
from lms_portal.common.http import PortalRequest

OPEN_GROUPS = 3
LONG_GROUP = 8
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter, with how many courses there would be."""

    code: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One filter with its choices."""

    key: str
    label: str
    choices: list[Choice]
    is_open: bool


class Places:
    """The hospitals that the search knows (one query, and none while the worker's copy holds)."""

    @classmethod
    def now(cls, request: HttpRequest) -> Self:
        """This will return the worker's copy."""
        return kept("places", number_of(request), cls)

    def __init__(self) -> None:
        rows = SearchPlace.objects.select_related("unit").order_by("unit__place", "unit__sort_key")
        self.units: dict[int, Unit] = {facets.place_number(row.number): row.unit for row in rows}
        self.by_code = {unit.code: number for number, unit in self.units.items()}

    def label(self, number: int) -> str:
        unit = self.units.get(number)
        return unit.name if unit else ""

    def in_area(self, area_id: str) -> list[int]:
        return [number for number, unit in self.units.items() if unit.hospital_area_id == area_id]


def _municipalities() -> list[Municipality]:
    return list(Municipality.objects.all())


def municipality_options(request: HttpRequest, near: Municipality | None) -> SafeString:
    """This will return the choices of a place to live, the chosen one marked. Three hundred and more: made once for all visitors."""

    def make() -> SafeString:
        rows = kept("municipalities", number_of(request), _municipalities)
        return format_html_join("", '<option value="{}">{}</option>', ((row.number, row.name) for row in rows))

    options = kept("municipality options", number_of(request), make)
    if near is None:
        return options
    value = format_html('value="{}"', near.number)
    return mark_safe(options.replace(value, f"{value} selected"))  # noqa: S308 - both parts are escaped above


def _municipality(request: HttpRequest, number: str) -> Municipality | None:
    rows = kept("municipalities", number_of(request), _municipalities)
    return next((row for row in rows if row.number == number), None)


def _numbers_of(facet: Facet, places: Places, found: Found) -> list[tuple[int, str, str]]:
    """This will list a facet's choices: number, code and label."""
    if facet is facets.PLACE:
        return [(number, unit.code, unit.name) for number, unit in places.units.items()]
    if facet is facets.TERM:
        numbers = sorted(number for number in found.counts if number // facets.GROUP == facet.number)
        return [(number, facets.term_code(number), facets.term_label(number)) for number in numbers]
    return [(number, code, str(facet.labels[code])) for code in facet.codes if (number := facet.number_of(code))]


def groups_of(found: Found, chosen: Mapping[int, list[int]], places: Places) -> list[Group]:
    """This will list the filters that have a choice, each choice with how many courses it would give."""
    groups = []
    for position, facet in enumerate(facets.FACETS):
        picked = chosen.get(facet.number, [])
        choices = [
            Choice(code, label, found.counts.get(number, 0), number in picked)
            for number, code, label in _numbers_of(facet, places, found)
            if found.counts.get(number) or number in picked
        ]
        if choices:
            groups.append(
                Group(facet.key, str(facet.label), choices, bool(picked) or (position < OPEN_GROUPS and len(choices) <= LONG_GROUP))
            )
    return groups


def _without(query: QueryDict, path: str, key: str, value: str | None = None) -> str:
    """This will return the page's address without one choice, from its first page."""
    rest = query.copy()
    rest.pop("page", None)
    values = [other for other in rest.getlist(key) if other != value] if value is not None else []
    rest.setlist(key, values)
    encoded = rest.urlencode()
    return path + (f"?{encoded}" if encoded else "")


def address_with_filters(url_name: str, request: HttpRequest) -> str:
    """This will return another view's address with the filters of this one."""
    rest = request.GET.copy()
    for key in ("page", "month"):
        rest.pop(key, None)
    encoded = rest.urlencode()
    return reverse(url_name) + (f"?{encoded}" if encoded else "")


def chips_of(request: HttpRequest, asked: "Asked", groups: list[Group]) -> list[dict[str, str]]:
    """This will list what is chosen, each with the address without it."""

    def chip(text: str, key: str, value: str | None = None) -> dict[str, str]:
        return {"text": text, "url": _without(request.GET, request.path, key, value)}

    chips = [chip(f"«{asked.written}»", "q")] if asked.written else []
    if asked.near:
        chips.append(chip(_("Near %(place)s, or digital") % {"place": asked.near.name}, "near"))
    if asked.from_on.day:
        chips.append(chip(_("From %(day)s") % {"day": format_date(asked.from_on.day)}, "from"))
    if asked.to_on.day:
        chips.append(chip(_("Until %(day)s") % {"day": format_date(asked.to_on.day)}, "to"))
    chips += [chip(choice.label, group.key, choice.code) for group in groups for choice in group.choices if choice.is_chosen]
    return chips


END_OF_CARD = "</li>"


def cards_of(found: Found, request: PortalRequest, matches: Mapping[UUID, list[str]] | None = None) -> list[str]:
    """This will return the ready cards; those that the calendar has passed by are made anew for this answer.

    `matches`: the words that a search has found; they are written at the foot of each card, which itself is the same for everybody.
    """
    today = oslo_date(request.now)
    stale = [hit.course_id for hit in found.hits if hit.is_stale(today)]
    fresh = cards_now(courses=stale, language=language_now(), now=request.now) if stale else {}
    cards: list[str] = []
    for hit in found.hits:
        html = fresh.get(hit.course_id, hit.html)
        words = matches.get(hit.course_id) if matches else None
        if words:
            html = html.removesuffix(END_OF_CARD) + _match_line(words) + END_OF_CARD
        # the cards are our own template's output, escaped when they were made
        cards.append(mark_safe(html))  # noqa: S308
    return cards


def _match_line(words: list[str]) -> SafeString:
    marked = format_html_join(", ", "<strong>{}</strong>", ((word,) for word in words))
    return format_html('<p class="match small">{} {}</p>', _("Found by:"), marked)


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the address: as typed, what was read, and what to do where it could not be."""

    written: str = ""
    day: date | None = None
    error: str = ""


NORWEGIAN_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)
YEARS = range(2000, 2100)


def read_day(written: str) -> Day:
    """This will read a day as browsers send it (2027-03-03) or as people write it (3.3.2027)."""
    text = "".join(written.split())[:20]
    if not text:
        return Day()
    typed = NORWEGIAN_DAY.fullmatch(text)
    with suppress(ValueError):
        day = date(int(typed[3]), int(typed[2]), int(typed[1])) if typed else date.fromisoformat(text)
        if day.year in YEARS:
            return Day(day.isoformat(), day)
    return Day(text, error=_("Write the day as day, month and year, such as 3.3.2027"))


def _read_days(request: HttpRequest) -> tuple[Day, Day]:
    first, last = read_day(request.GET.get("from", "")), read_day(request.GET.get("to", ""))
    if first.day and last.day and last.day < first.day:
        last = Day(last.written, error=_("The last day is before the first one. Choose a later day."))
    return first, last


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for the list, understood."""

    reading: Reading | None
    chosen: dict[int, list[int]]
    near: Municipality | None
    places: Places
    by_date: bool
    page: int
    from_on: Day
    to_on: Day
    today: date

    @property
    def written(self) -> str:
        """The words as typed."""
        return self.reading.written if self.reading else ""

    @property
    def days(self) -> Days | None:
        """The days between which something is to be held; what has been is not looked for."""
        if self.from_on.day is None and self.to_on.day is None:
            return None
        return Days(max(self.from_on.day or self.today, self.today), self.to_on.day or date.max)

    @property
    def near_numbers(self) -> list[int]:
        """The facet numbers of which one must be there: a hospital of the area, or digital."""
        return [*self.places.in_area(self.near.hospital_area_id), *facets.DELIVERY.numbers_of(["digital"])] if self.near else []

    @property
    def wanted(self) -> Wanted:
        """What is looked for."""
        query = self.reading.query if self.reading else None
        return Wanted(language_now(), query, self.chosen, self.near_numbers, self.days, self.by_date, self.page)


def _page_number(text: str | None) -> int:
    return min(int(text), MOST_PAGES) if text and text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def understand(request: PortalRequest) -> Asked:
    """This will read an address; what makes no sense in it is left out."""
    written = " ".join(request.GET.get("q", "").replace("\0", "").split())
    places = Places.now(request)
    from_on, to_on = _read_days(request)
    return Asked(
        reading=_read(written, request) if written else None,
        chosen=chosen_numbers({facet.key: request.GET.getlist(facet.key) for facet in facets.FACETS}, places.by_code),
        near=_municipality(request, request.GET.get("near", "")),
        places=places,
        by_date=request.GET.get("sort") == "date",
        page=_page_number(request.GET.get("page")),
        from_on=from_on,
        to_on=to_on,
        today=oslo_date(request.now),
    )


def _read(written: str, request: HttpRequest) -> Reading:
    number = number_of(request)
    words = kept("normaliser", number, normaliser)
    return read_query(written, words, lambda: kept("known words", number, lambda: known_words(words)))


def matches_of(asked: Asked, found: Found, request: HttpRequest) -> dict[UUID, list[str]]:
    """This will say why each course of the page was found (four queries where words were written, else none)."""
    if asked.reading is None:
        return {}
    return matched_words(asked.reading.query, found.hits, kept("normaliser", number_of(request), normaliser))


def narrowing(request: PortalRequest, asked: Asked, found: Found) -> dict[str, Any]:
    """This will gather what the search box, the filters and the chips of a page show."""
    groups = groups_of(found, asked.chosen, asked.places)
    return {
        "groups": groups,
        "chips": chips_of(request, asked, groups),
        "written": asked.written,
        "corrected": asked.reading.corrected if asked.reading else "",
        "from_on": asked.from_on,
        "to_on": asked.to_on,
        "days_open": bool(asked.from_on.written or asked.to_on.written),
        "has_errors": bool(asked.from_on.error or asked.to_on.error),
        "municipality_options": municipality_options(request, asked.near),
    }
