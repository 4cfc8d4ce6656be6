"""The open data and the page that describes it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.enums import Topic
from catalogue.open_data import VERSION, course_json, schema_json
from catalogue.queries.feeds import centres_in_order, courses_for_data
from catalogue.views import public
from catalogue.wording import language_now
from lms_portal.common.http import PortalRequest

PAGE_SIZE = 100


@public.open_data
def courses(request: PortalRequest) -> HttpResponse:
    """A page of public courses with their dates, as JSON."""
    written = request.GET.get("page", "1")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0
    if number < 1:
        raise Http404
    rows, has_more = courses_for_data(start=(number - 1) * PAGE_SIZE, size=PAGE_SIZE)
    if not rows and number > 1:
        raise Http404
    address = settings.PORTAL_BASE_URL + reverse("courses_json")
    return JsonResponse(
        {
            "version": VERSION,
            "schema": settings.PORTAL_BASE_URL + reverse("courses_schema"),
            "next": f"{address}?page={number + 1}" if has_more else None,
            "courses": [course_json(course, now=request.now) for course in rows],
        },
        json_dumps_params={"ensure_ascii": False},
    )


@public.open_data
def schema(request: PortalRequest) -> HttpResponse:
    """What the open data's fields hold, as JSON Schema."""
    response = JsonResponse(schema_json(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Type"] = "application/schema+json"
    return response


def _feeds(language: str) -> list[dict[str, Any]]:
    base = settings.PORTAL_BASE_URL

    def feed(text: str, name: str, *args: str) -> dict[str, str]:
        return {"text": text, "url": base + reverse(name, args=args)}

    return [
        {
            "title": _("All courses"),
            "feeds": [
                feed(_("Courses and dates as JSON, a hundred at a time"), "courses_json"),
                feed(_("What each field of it holds (JSON Schema)"), "courses_schema"),
                feed(_("New and changed courses (Atom)"), "courses_atom", language),
                feed(_("Every public page in every language (sitemap)"), "sitemap"),
                feed(_("Search from the browser's address field (OpenSearch)"), "opensearch", language),
            ],
        },
        {
            "title": _("Calendars of the centres (iCalendar)"),
            "feeds": [feed(unit.name, "calendar_of_centre", language, unit.code) for unit in centres_in_order()],
        },
        {
            "title": _("Calendars by topic (iCalendar)"),
            "feeds": [feed(str(topic.label), "calendar_of_topic", language, topic.value) for topic in Topic],
        },
    ]


@public.public_page
def about(request: PortalRequest) -> HttpResponse:
    """What there is for other sites and programs, and how to use it."""
    embedded = settings.PORTAL_BASE_URL + reverse("catalogue:embedded")
    code = (
        f'<iframe src="{embedded}?place=volda&amp;for=patients" title="{_("Courses")}" width="100%" height="600" loading="lazy"></iframe>'
    )
    context = {
        "groups": _feeds(language_now()),
        "embedded_url": embedded,
        "embedded_code": code,
        "breadcrumbs": [{"text": _("Calendars, feeds and open data")}],
    }
    return render(request, "catalogue/open_data.html", context)
