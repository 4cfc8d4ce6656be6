"""A course as schema.org says it (Course, CourseInstance, Event), for search engines and others who read pages by program.

Pure: reads rows that are loaded. Source: schema.org 28, and Google's guide to course information.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from catalogue import schedule
from catalogue.enums import Audience, Delivery, Frequency, ScheduleKind
from catalogue.models import Course, CourseVersion, DeliverySite
from catalogue.policies import RunState
from catalogue.wording import RunWords, dates_of, delivery_of
from lms_portal.common.clock import at_local_time

SCHEMA = "https://schema.org"
MODES = {Delivery.IN_PERSON: "onsite", Delivery.DIGITAL: "online", Delivery.HYBRID: "blended"}
ATTENDANCE = {
    Delivery.IN_PERSON: "OfflineEventAttendanceMode",
    Delivery.DIGITAL: "OnlineEventAttendanceMode",
    Delivery.HYBRID: "MixedEventAttendanceMode",
}
STATUS = {RunState.CANCELLED: "EventCancelled", RunState.POSTPONED: "EventPostponed"}
REPEATED = {Frequency.WEEKLY: "P1W", Frequency.FORTNIGHTLY: "P2W", Frequency.MONTHLY: "P1M", Frequency.QUARTERLY: "P3M"}
# what would end the block that the text stands in
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def script_text(data: dict[str, Any]) -> SafeString:
    """This will write data so that nothing in it can end the script element that it stands in."""
    return mark_safe(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES))  # noqa: S308 - escaped just now


def course_data(course: Course, version: CourseVersion, runs: Iterable[RunWords]) -> dict[str, Any]:
    """This will describe a course and its dates in the language that a reader gets."""
    language = version.language_shown()
    short_url = settings.PORTAL_BASE_URL + reverse("course_short", args=[course.code])
    return _with_values(
        {
            "@context": SCHEMA,
            "@type": "Course",
            "@id": short_url,
            "url": settings.PORTAL_BASE_URL + course.get_absolute_url(),
            "courseCode": course.code,
            "name": version.text("title", language),
            "description": version.text("summary", language),
            "inLanguage": language,
            "teaches": version.lines("learn", language),
            "audience": [{"@type": "Audience", "audienceType": str(Audience(code).label)} for code in version.audiences],
            "provider": {"@type": "MedicalOrganization", "name": course.owner.name},
            "hasCourseInstance": [_instance(run, version, short_url) for run in runs],
        }
    )


def _with_values(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in ("", None, [])}


def _instance(words: RunWords, version: CourseVersion, short_url: str) -> dict[str, Any]:
    run = words.run
    sites = [each.site for each in words.sites]
    delivery = Delivery(delivery_of(sites, version.delivery))
    is_exact = run.kind == ScheduleKind.SESSIONS
    instance: dict[str, Any] = {
        "@type": ["CourseInstance", "EducationEvent"] if is_exact else "CourseInstance",
        "@id": f"{short_url}#{run.pk}",
        "name": version.title,
        "url": short_url,
        "courseMode": MODES[delivery],
        "inLanguage": version.spoken_language,
        "location": [_location(site, short_url) for site in sites],
        "maximumAttendeeCapacity": _capacity(sites),
        "remainingAttendeeCapacity": words.free,
        "description": words.label,
    }
    if is_exact:
        instance |= _exact(words) | {"eventAttendanceMode": f"{SCHEMA}/{ATTENDANCE[delivery]}"}
    elif between := _schedule(words):
        instance["courseSchedule"] = between
    return _with_values(instance)


def _capacity(sites: list[DeliverySite]) -> int | None:
    places = [site.places for site in sites]
    return sum(count for count in places if count) if places and None not in places else None


def _times(meeting: schedule.Meeting) -> dict[str, str]:
    if meeting.starts is None:
        return {"startDate": meeting.held_on.isoformat(), "endDate": meeting.held_on.isoformat()}
    starts = at_local_time(meeting.held_on, meeting.starts).isoformat()
    return {"startDate": starts} | ({"endDate": at_local_time(meeting.held_on, meeting.ends).isoformat()} if meeting.ends else {})


def _exact(words: RunWords) -> dict[str, Any]:
    meetings = [_times(meeting) for meeting in dates_of(words.run).meetings]
    last = meetings[-1]
    exact: dict[str, Any] = {
        "startDate": meetings[0]["startDate"],
        "endDate": last.get("endDate", last["startDate"]),
        "eventStatus": f"{SCHEMA}/{STATUS.get(words.state, 'EventScheduled')}",
    }
    if len(meetings) > 1:
        exact["subEvent"] = [{"@type": "Event", "name": words.run.course.shown_version.title, **times} for times in meetings]
    return exact


def _schedule(words: RunWords) -> dict[str, Any]:
    """Months, terms and repeated offers: between which days, and how often; nothing where no day is known."""
    run, dates = words.run, dates_of(words.run)
    days = {
        "startDate": run.first_possible_on.isoformat() if run.first_possible_on else "",
        "endDate": run.last_possible_on.isoformat() if run.last_possible_on else "",
        "repeatFrequency": REPEATED[dates.frequency] if dates.frequency else "",
    }
    known = _with_values(days)
    return {"@type": "Schedule", **known} if known else {}


def _location(site: DeliverySite, url: str) -> dict[str, Any]:
    if site.mode == "digital":
        return {"@type": "VirtualLocation", "url": url}
    unit = site.unit
    address = _with_values({"@type": "PostalAddress", "streetAddress": unit.address, "addressLocality": unit.place, "addressCountry": "NO"})
    return {"@type": "Place", "name": ", ".join(part for part in (site.meeting_place, unit.name) if part), "address": address}
