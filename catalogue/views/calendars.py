"""Calendars to subscribe to: what a centre offers, a topic, one course."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from catalogue.calendars import calendar_of
from catalogue.enums import Topic
from catalogue.queries.feeds import MOST_RUNS, days_for_calendar, held_at, runs_for_calendar
from catalogue.queries.pages import answered_courses, centre_with_code
from catalogue.views.public import open_data
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest


def calendar_response(content: bytes, name: str) -> HttpResponse:
    """This will answer with a calendar file."""
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


@open_data
def of_centre(request: PortalRequest, language: str, code: str) -> HttpResponse:
    """Every exact day at a centre's hospital."""
    centre = centre_with_code(code)
    if centre is None:
        raise Http404
    runs = held_at(centre.hospital or centre.unit, runs_for_calendar(today=oslo_date(request.now)))[:MOST_RUNS]
    return calendar_response(calendar_of(runs, now=request.now, name=centre.unit.name, is_titled=True), code)


@open_data
def of_topic(request: PortalRequest, language: str, topic: str) -> HttpResponse:
    """Every exact day of the courses on a topic."""
    if topic not in Topic.values:
        raise Http404
    runs = runs_for_calendar(today=oslo_date(request.now)).filter(course__public_version__topic=topic)[:MOST_RUNS]
    name = _("Courses: %(topic)s") % {"topic": Topic(topic).label}
    return calendar_response(calendar_of(runs, now=request.now, name=name, is_titled=True), topic)


@open_data
def of_course(request: PortalRequest, language: str, code: str) -> HttpResponse:
    """Every exact day of one course, for who waits for it or goes to it; says no more than “Kurs”, as the file of one date."""
    course = get_object_or_404(answered_courses(), code=code.upper())
    runs = days_for_calendar(today=oslo_date(request.now)).filter(course=course)[:MOST_RUNS]
    return calendar_response(calendar_of(runs, now=request.now, name=_("Course")), "kurs")


def chosen_topic(request: HttpRequest) -> str:
    """This will return the one topic that the list is narrowed down to, empty where it is not."""
    topics = request.GET.getlist("topic")
    return topics[0] if len(topics) == 1 and topics[0] in Topic.values else ""
