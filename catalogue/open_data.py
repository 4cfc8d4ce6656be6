"""The open data: courses and their dates as JSON, and the JSON Schema (2020-12) that says what each field holds.

Identifiers never change: `id` of a course and of a run, and a course's `code`. Fields may be added; none changes its meaning within a version.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from catalogue import schedule
from catalogue.enums import (
    AgeGroup,
    Audience,
    CourseFormat,
    Delivery,
    Field,
    Frequency,
    LanguageState,
    ScheduleKind,
    SignUpRoute,
    SiteMode,
    SiteRole,
    SpokenLanguage,
    TermSeason,
    Topic,
)
from catalogue.models import Course, CourseVersion, DeliverySite, Run
from catalogue.models.courses import TEXT_LANGUAGES
from catalogue.policies import RunState, free_places, run_state
from catalogue.wording import dates_of
from lms_portal.accounts.models import Unit

VERSION = 1


def _texts(version: CourseVersion, name: str) -> dict[str, str]:
    """One text in each language that it is written in."""
    written = [language for language in TEXT_LANGUAGES if getattr(version, f"state_{language}") != LanguageState.MISSING]
    return {language: text for language in written if (text := version.text(name, language))}


def _urls(course: Course) -> dict[str, str]:
    urls = {}
    for language in TEXT_LANGUAGES:
        with translation.override(language):
            urls[language] = settings.PORTAL_BASE_URL + course.get_absolute_url()
    return urls


def _unit(unit: Unit) -> dict[str, Any]:
    return {"code": unit.code, "name": {"nb": unit.name_nb, "nn": unit.name_nn}, "place": unit.place}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _clock(clock: time | None) -> str | None:
    return f"{clock:%H:%M}" if clock else None


def _site(site: DeliverySite) -> dict[str, Any]:
    return {
        "unit": _unit(site.unit),
        "role": site.role,
        "mode": site.mode,
        "meetingPlace": site.meeting_place,
        "places": site.places,
        "free": site.free,
    }


def run_json(run: Run, version: CourseVersion, *, now: datetime) -> dict[str, Any]:
    """This will describe one loaded run. `now` is portal time."""
    dates, sites = dates_of(run), list(run.sites.all())
    return {
        "id": str(run.pk),
        "kind": run.kind,
        "state": run_state(run, sites, now=now).value,
        "label": {language: schedule.label(dates, language) for language in TEXT_LANGUAGES},
        "firstPossibleOn": _day(run.first_possible_on),
        "lastPossibleOn": _day(run.last_possible_on),
        "sessions": [
            {"date": meeting.held_on.isoformat(), "starts": _clock(meeting.starts), "ends": _clock(meeting.ends)}
            for meeting in dates.meetings
        ],
        "months": [f"{month:%Y-%m}" for month in dates.months],
        "term": {"season": dates.season.value, "year": dates.year} if dates.season else None,
        "frequency": dates.frequency.value if dates.frequency else None,
        "signUp": run.sign_up or version.sign_up,
        "opensAt": run.opens_at.isoformat() if run.opens_at else None,
        "closesAt": run.closes_at.isoformat() if run.closes_at else None,
        "free": free_places(sites),
        "note": {language: note for language, note in (("nb", run.note_nb), ("nn", run.note_nn)) if note},
        "sites": [_site(site) for site in sites],
    }


def course_json(course: Course, *, now: datetime) -> dict[str, Any]:
    """This will describe one public course and its loaded runs that are not only planned. `now` is portal time."""
    version = course.shown_version
    return {
        "id": str(course.pk),
        "code": course.code,
        "url": _urls(course),
        "shortUrl": settings.PORTAL_BASE_URL + reverse("course_short", args=[course.code]),
        "title": _texts(version, "title"),
        "summary": _texts(version, "summary"),
        "topic": version.topic,
        "field": version.field,
        "isForOneDiagnosis": version.diagnosis_specific,
        "diagnoses": list(version.diagnoses),
        "audiences": list(version.audiences),
        "ageGroups": list(version.age_groups),
        "format": version.format,
        "delivery": version.delivery,
        "spokenLanguage": version.spoken_language,
        "signUp": version.sign_up,
        "provider": _unit(course.owner),
        "textChangedAt": course.published_at.isoformat() if course.published_at else None,
        "runs": [run_json(run, version, now=now) for run in course.runs.all() if run.status != Run.Status.PLANNED],
    }


# The schema


def _object(properties: dict[str, Any], description: str = "", **further: Any) -> dict[str, Any]:
    described = {"description": description} if description else {}
    return {"type": "object", **described, "properties": properties, "required": list(properties), **further}


def _list(items: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"type": "array", **({"description": description} if description else {}), "items": items}


def _one_of(values: Iterable[str], description: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values), "description": description}


def _may_be_null(kind: str, description: str, **further: Any) -> dict[str, Any]:
    return {"type": [kind, "null"], "description": description, **further}


def _text(description: str, **further: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **further}


def _by_language(description: str) -> dict[str, Any]:
    properties = {language: {"type": "string"} for language in TEXT_LANGUAGES}
    return {"type": "object", "description": description, "properties": properties, "additionalProperties": False}


def _unit_schema(description: str) -> dict[str, Any]:
    return _object(
        {"code": _text("never changes"), "name": _by_language("in bokmål and nynorsk"), "place": _text("the town, may be empty")},
        description,
    )


def _site_schema() -> dict[str, Any]:
    return _object(
        {
            "unit": _unit_schema("the hospital or clinic"),
            "role": _one_of(SiteRole.values, "given here, or received from another place"),
            "mode": _one_of(SiteMode.values, "how people attend here"),
            "meetingPlace": _text("building and room, may be empty"),
            "places": _may_be_null("integer", "null: no limit", minimum=0),
            "free": _may_be_null("integer", "places left; null: no limit", minimum=0),
        }
    )


def _run_schema() -> dict[str, Any]:
    session = {"date": _text("a day in Norway", format="date"), "starts": _clock_schema(), "ends": _clock_schema()}
    term = {"season": _one_of(TermSeason.values, "half of the year"), "year": {"type": "integer"}}
    return _object(
        {
            "id": _text("never changes", format="uuid"),
            "kind": _one_of(ScheduleKind.values, "what is known of the dates"),
            "state": _one_of([state.value for state in RunState], "what the public reads about it today"),
            "label": _by_language("the dates in words"),
            "firstPossibleOn": _may_be_null("string", "the first day that it may be", format="date"),
            "lastPossibleOn": _may_be_null("string", "the last day that it may be; null: never over", format="date"),
            "sessions": _list(_object(session), "the exact days; empty for other kinds"),
            "months": _list({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}, "the months; empty for other kinds"),
            "term": {"anyOf": [_object(term), {"type": "null"}], "description": "the term; null for other kinds"},
            "frequency": _may_be_null("string", "how often a repeated offer is held", enum=[*Frequency.values, None]),
            "signUp": _one_of(SignUpRoute.values, "how somebody gets a place"),
            "opensAt": _may_be_null("string", "from when one can ask for a place", format="date-time"),
            "closesAt": _may_be_null("string", "until when, not included", format="date-time"),
            "free": _may_be_null("integer", "places left over all sites; null: no limit", minimum=0),
            "note": _by_language("a message about this date"),
            "sites": _list(_site_schema(), "where it is given and received"),
        }
    )


def _clock_schema() -> dict[str, Any]:
    return _may_be_null("string", "the clock on the wall in Norway", pattern="^[0-9]{2}:[0-9]{2}$")


def _course_schema() -> dict[str, Any]:
    return _object(
        {
            "id": _text("never changes", format="uuid"),
            "code": _text("the short code on posters; never changes"),
            "url": _by_language("the course's page in each language"),
            "shortUrl": _text("an address that always leads to the course", format="uri"),
            "title": _by_language("the languages that it is written in"),
            "summary": _by_language("the languages that it is written in"),
            "topic": _one_of(Topic.values, "what it is about"),
            "field": _one_of(Field.values, "branch of the health service"),
            "isForOneDiagnosis": {"type": "boolean"},
            "diagnoses": _list({"type": "string"}, "code system and code; a code stands for everything below it"),
            "audiences": _list(_one_of(Audience.values, "who may come")),
            "ageGroups": _list(_one_of(AgeGroup.values, "how old they are")),
            "format": _one_of(CourseFormat.values, "group or individual"),
            "delivery": _one_of(Delivery.values, "how people attend, where a run does not say"),
            "spokenLanguage": _one_of(SpokenLanguage.values, "the language spoken"),
            "signUp": _one_of(SignUpRoute.values, "how somebody gets a place, where a run does not say"),
            "provider": _unit_schema("who holds it"),
            "textChangedAt": _may_be_null("string", "when the public text last changed", format="date-time"),
            "runs": _list({"$ref": "#/$defs/run"}, "its dates in order, also those that are over"),
        }
    )


def schema_json() -> dict[str, Any]:
    """This will return the JSON Schema of a page of courses."""
    page = _object(
        {
            "version": {"const": VERSION},
            "schema": _text("where this schema stands", format="uri"),
            "next": _may_be_null("string", "the address of the next page; null on the last one", format="uri"),
            "courses": _list({"$ref": "#/$defs/course"}, "the public courses, by code"),
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": settings.PORTAL_BASE_URL + reverse("courses_schema"),
        "title": "Courses and dates of the learning and mastery centres",
        **page,
        "$defs": {"course": _course_schema(), "run": _run_schema()},
    }
