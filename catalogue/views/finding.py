"""The front page and the list of courses: a word, a topic, a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalogue import facets
from catalogue.actions.search import cards_now, normaliser
from catalogue.facets import Facet
from catalogue.models import SearchPlace
from catalogue.queries.finding import PAGE_SIZE, Found, Reading, Wanted, chosen_numbers, find_courses, read_query
from catalogue.queries.kept import kept
from catalogue.views.public import number_of, public_page
from catalogue.wording import language_now
from lms_portal.accounts.models import Municipality, Unit
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

OPEN_GROUPS = 3
LONG_GROUP = 8
FRONT_CARDS = 6
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


class _Places:
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


def _municipality_options(request: HttpRequest, near: Municipality | None) -> SafeString:
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


def _numbers_of(facet: Facet, places: _Places, found: Found) -> list[tuple[int, str, str]]:
    """This will list a facet's choices: number, code and label."""
    if facet is facets.PLACE:
        return [(number, unit.code, unit.name) for number, unit in places.units.items()]
    if facet is facets.TERM:
        numbers = sorted(number for number in found.counts if number // facets.GROUP == facet.number)
        return [(number, facets.term_code(number), facets.term_label(number)) for number in numbers]
    return [(number, code, str(facet.labels[code])) for code in facet.codes if (number := facet.number_of(code))]


def _groups(found: Found, chosen: Mapping[int, list[int]], places: _Places) -> list[Group]:
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


def _without(query: QueryDict, key: str, value: str | None = None) -> str:
    """This will return the list's address without one choice, from its first page."""
    rest = query.copy()
    rest.pop("page", None)
    values = [other for other in rest.getlist(key) if other != value] if value is not None else []
    rest.setlist(key, values)
    encoded = rest.urlencode()
    return reverse("catalogue:list") + (f"?{encoded}" if encoded else "")


def _chips(request: HttpRequest, groups: list[Group], near: Municipality | None, written: str) -> list[dict[str, str]]:
    chips = [{"text": f"«{written}»", "url": _without(request.GET, "q")}] if written else []
    if near:
        chips.append({"text": _("Near %(place)s, or digital") % {"place": near.name}, "url": _without(request.GET, "near")})
    chips += [
        {"text": choice.label, "url": _without(request.GET, group.key, choice.code)}
        for group in groups
        for choice in group.choices
        if choice.is_chosen
    ]
    return chips


def _cards(found: Found, request: PortalRequest) -> list[str]:
    """This will return the ready cards; those that the calendar has passed by are made anew for this answer."""
    today = oslo_date(request.now)
    stale = [hit.course_id for hit in found.hits if hit.is_stale(today)]
    fresh = cards_now(courses=stale, language=language_now(), now=request.now) if stale else {}
    # the cards are our own template's output, escaped when they were made
    return [mark_safe(fresh.get(hit.course_id, hit.html)) for hit in found.hits]  # noqa: S308


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for the list, understood."""

    reading: Reading | None
    chosen: dict[int, list[int]]
    near: Municipality | None
    places: _Places
    by_date: bool
    page: int


def _page_number(text: str | None) -> int:
    return min(int(text), MOST_PAGES) if text and text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _understand(request: HttpRequest) -> _Asked:
    written = " ".join(request.GET.get("q", "").replace("\0", "").split())
    places = _Places.now(request)
    return _Asked(
        reading=read_query(written, kept("normaliser", number_of(request), normaliser)) if written else None,
        chosen=chosen_numbers({facet.key: request.GET.getlist(facet.key) for facet in facets.FACETS}, places.by_code),
        near=_municipality(request, request.GET.get("near", "")),
        places=places,
        by_date=request.GET.get("sort") == "date",
        page=_page_number(request.GET.get("page")),
    )


def _find(asked: _Asked, page: int) -> Found:
    near = [*asked.places.in_area(asked.near.hospital_area_id), *facets.DELIVERY.numbers_of(["digital"])] if asked.near else []
    query = asked.reading.query if asked.reading else None
    return find_courses(Wanted(language_now(), query, asked.chosen, near, asked.by_date, page))


@public_page
def course_list(request: PortalRequest) -> HttpResponse:
    """Every course, filtered and searched; all choices stand in the address."""
    asked = _understand(request)
    found = _find(asked, asked.page)
    page = Paginator(range(found.total), PAGE_SIZE).get_page(asked.page)
    if page.number != asked.page:  # a page past the end
        found = _find(asked, page.number)
    groups = _groups(found, asked.chosen, asked.places)
    written = asked.reading.written if asked.reading else ""
    return render(
        request,
        "catalogue/course_list.html",
        {
            "cards": _cards(found, request),
            "total": found.total,
            "page": page,
            "groups": groups,
            "chips": _chips(request, groups, asked.near, written),
            "written": written,
            "corrected": asked.reading.corrected if asked.reading else "",
            "near": asked.near,
            "by_date": asked.by_date,
            "municipality_options": _municipality_options(request, asked.near),
            "breadcrumbs": [{"text": _("Courses")}],
        },
    )


@public_page
def front(request: PortalRequest) -> HttpResponse:
    """The way in: a word, a topic, a place, and what starts soon."""
    places = _Places.now(request)
    soon = find_courses(Wanted(language_now(), chosen={facets.FREE.number: facets.FREE.numbers_of(["free"])}, by_date=True))
    every = find_courses(Wanted(language_now(), by_date=True))
    topics = [
        {"label": facets.TOPIC.labels[code], "code": code, "count": every.counts[number]}
        for code in facets.TOPIC.codes
        if (number := facets.TOPIC.number_of(code)) in every.counts
    ]
    audiences = [
        {"label": facets.AUDIENCE.labels[code], "code": code, "count": every.counts[number]}
        for code in facets.AUDIENCE.codes
        if (number := facets.AUDIENCE.number_of(code)) in every.counts
    ]
    hospitals = [{"unit": unit, "count": every.counts[number]} for number, unit in places.units.items() if number in every.counts]
    digital = facets.DELIVERY.number_of("digital")
    return render(
        request,
        "catalogue/front.html",
        {
            "topics": topics,
            "audiences": audiences,
            "hospitals": hospitals,
            "digital_count": every.counts.get(digital or 0, 0),
            "total": every.total,
            "cards": _cards(Found(soon.total, soon.hits[:FRONT_CARDS], soon.counts), request),
            "municipality_options": _municipality_options(request, None),
        },
    )
