"""The front page and the list of courses: a word, a topic, a place."""

from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalogue import facets
from catalogue.actions.demand import note_miss
from catalogue.actions.search import normaliser
from catalogue.queries.finding import PAGE_SIZE, Found, Wanted, find_courses
from catalogue.queries.kept import kept
from catalogue.views.filtering import Asked, Places, address_with_filters, cards_of, matches_of, municipality_options, narrowing, understand
from catalogue.views.public import number_of, public_page
from catalogue.wording import language_now
from lms_portal.common.http import PortalRequest

FRONT_CARDS = 6


def _note_miss(request: PortalRequest, asked: Asked) -> None:
    """Count what was looked for and not found, where the words alone are the reason, and not the filters."""
    if asked.reading is not None and not (asked.chosen or asked.near or asked.days):
        words = kept("normaliser", number_of(request), normaliser).words(asked.written)
        note_miss(written=asked.written, words=words, language=language_now(), today=asked.today)


@public_page
def course_list(request: PortalRequest) -> HttpResponse:
    """Every course, filtered and searched; all choices stand in the address."""
    asked = understand(request)
    found = find_courses(asked.wanted)
    if not found.total and request.method == "GET":
        _note_miss(request, asked)
    page = Paginator(range(found.total), PAGE_SIZE).get_page(asked.page)
    if page.number != asked.page:  # a page past the end
        found = find_courses(replace(asked.wanted, page=page.number))
    return render(
        request,
        "catalogue/course_list.html",
        {
            "cards": cards_of(found, request, matches_of(asked, found, request)),
            "total": found.total,
            "page": page,
            "by_date": asked.by_date,
            "other_view": address_with_filters("catalogue:month", request),
            "breadcrumbs": [{"text": _("Courses")}],
            **narrowing(request, asked, found),
        },
    )


@public_page
def front(request: PortalRequest) -> HttpResponse:
    """The way in: a word, a topic, a place, and what starts soon."""
    places = Places.now(request)
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
            "cards": cards_of(Found(soon.total, soon.hits[:FRONT_CARDS], soon.counts), request),
            "municipality_options": municipality_options(request, None),
        },
    )
