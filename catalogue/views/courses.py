"""The course page, and what leads to it: short codes, QR pictures, calendar files."""

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue import hooks
from catalogue.actions.pages import keep_page
from catalogue.actions.papers import count_hit
from catalogue.calendars import calendar_of
from catalogue.costs import OTHERS, CostGroup, groups_for, in_force, next_change
from catalogue.enums import AgeGroup, Audience, ScheduleKind, SignUpRoute
from catalogue.models import Code, Course, CourseVersion, Run
from catalogue.models.courses import LIST_TEXTS, TEXTS
from catalogue.policies import changes_on
from catalogue.queries.costs import costs_of
from catalogue.queries.following import Around, around
from catalogue.queries.pages import PageText, answered_courses, hospital_of, hospitals, kept_page, with_runs
from catalogue.structured_data import course_data, script_text
from catalogue.views.calendars import calendar_response
from catalogue.views.public import number_of, public_page
from catalogue.wording import RunWords, language_now, run_words
from lms_portal.accounts.models import Unit
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

PAST_SHOWN = 3
A_YEAR = 365
QR_SCALE = 4


@dataclass(frozen=True, slots=True)
class CourseWords:
    """A course's text in the language that a reader gets, and its runs in words."""

    course: Course
    version: CourseVersion
    language: str
    is_other_language: bool
    text: dict[str, Any]
    audiences: list[str]
    ages: list[str]
    ahead: list[RunWords]
    past: list[RunWords]
    around: Around
    costs: list[CostGroup]
    costs_change_on: date | None

    @property
    def may_have_news(self) -> bool:
        """Whether there can be new dates to tell of: what goes on all the time has none."""
        return self.course.is_public and not any(words.run.kind == ScheduleKind.CONTINUOUS for words in self.ahead)


def course_words(course: Course, version: CourseVersion, runs: list[Run], *, now: datetime) -> CourseWords:
    """This will put a course and its loaded runs into words; for the page and the editors' preview alike."""
    language = version.language_shown()
    today = oslo_date(now)
    public = [run_words(run, version, now=now) for run in runs if run.status != Run.Status.PLANNED]
    past = [words for words in public if words.is_over]
    recent = [
        words for words in reversed(past) if words.run.last_possible_on and words.run.last_possible_on >= today - timedelta(days=A_YEAR)
    ]
    ahead = [words for words in public if not words.is_over]
    sums = [] if course.owner.kind in OTHERS else costs_of(course.owner)
    return CourseWords(
        course=course,
        version=version,
        language=language,
        is_other_language=language != language_now(),
        text={name: version.lines(name, language) if name in LIST_TEXTS else version.text(name, language) for name in TEXTS},
        audiences=[str(Audience(code).label) for code in version.audiences],
        ages=[str(AgeGroup(code).label) for code in version.age_groups],
        ahead=sorted(ahead, key=lambda words: (not words.can_join and words.state.value != "ongoing", words.run.sort_key)),
        past=recent[:PAST_SHOWN],
        around=around(course, version.topic),
        costs=groups_for(version, in_force(sums, on=today)),
        costs_change_on=next_change(sums, after=today),
    )


def door_of(course: Course, version: CourseVersion, places: list[Unit], *, now: datetime) -> dict[str, Any]:
    """This will say how somebody gets a place: the route, the clinic that takes a referral, whom to ask."""
    hospital = hospital_of(course.owner, places)
    clinic = hooks.referral_destination(course, None, today=oslo_date(now)) if version.sign_up == SignUpRoute.REFERRAL else None
    return {
        "route": version.sign_up,
        "clinic": clinic,
        "refer_url": hooks.referral_address(course) if version.sign_up == SignUpRoute.REFERRAL else "",
        "wait": hooks.indicative_wait(course, today=oslo_date(now)),
        "hospital": hospital,
        "contact": course.owner,
        "external_name": version.external_name,
        "external_url": version.external_url,
    }


def _diagnoses(version: CourseVersion) -> list[str]:
    """This will name the codes with their words where the list has them (one query)."""
    wanted = {tuple(code.rsplit(" ", 1)) for code in version.diagnoses if " " in code}
    if not wanted:
        return []
    rows = Code.objects.filter(system__in={system for system, _code in wanted}, code__in={code for _system, code in wanted})
    nynorsk = (get_language() or "nb").startswith("nn")
    known = {(row.system, row.code): (nynorsk and row.display_nn) or row.display_nb for row in rows}
    return [f"{system} {code}" + (f" {known[system, code]}" if (system, code) in known else "") for system, code in sorted(wanted)]


def _has_days(words: CourseWords) -> bool:
    return any(run.run.kind == ScheduleKind.SESSIONS for run in words.ahead)


def _make_page(request: PortalRequest, slug: str) -> PageText:
    """This will put a course into words, and keep them for the next visitor where the course is public."""
    number = number_of(request)
    today = oslo_date(request.now)
    course = get_object_or_404(answered_courses().prefetch_related(with_runs()), slug=slug)
    version = course.public_version
    if version is None:
        raise Http404
    runs = list(course.runs.all()) if course.is_public else []
    words = course_words(course, version, runs, now=request.now)
    context = {
        "words": words,
        "course": course,
        "door": door_of(course, version, hospitals(), now=request.now),
        "diagnoses": _diagnoses(version),
        "short_url": settings.PORTAL_BASE_URL + reverse("course_short", args=[course.code]),
        "calendar_url": reverse("calendar_of_course", args=[language_now(), course.code]) if _has_days(words) else "",
        "structured": script_text(course_data(course, version, words.ahead)),
    }
    text = PageText(
        is_listed=course.is_listed or not course.is_public,
        title=words.text["title"],
        summary=words.text["summary"],
        text_language=words.language if words.is_other_language else "",
        html=mark_safe(render_to_string("catalogue/_course_page.html", context)),  # noqa: S308 - our own template's output
    )
    if course.is_public:
        days = [*(changes_on(run, now=request.now) for run in runs), words.costs_change_on]
        changing = min((day for day in days if day), default=None)
        keep_page(course=course, language=language_now(), text=text, number=number, today=today, changes_on=changing)
    return text


@public_page
def course(request: PortalRequest, slug: str) -> HttpResponse:
    """One course in plain words: what, for whom, when, where, and how to get a place."""
    text = kept_page(slug=slug, language=language_now(), today=oslo_date(request.now)) or _make_page(request, slug)
    breadcrumbs = [{"url": reverse("catalogue:list"), "text": _("Courses")}, {"text": text.title}]
    response = render(request, "catalogue/course.html", {"text": text, "breadcrumbs": breadcrumbs})
    if not text.is_listed:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def short(request: PortalRequest, code: str) -> HttpResponse:
    """The address in QR codes and on posters; its answer moves with the course, itself it never changes."""
    found = get_object_or_404(answered_courses(), code=code.upper())
    # a browser that only guesses that somebody will go there is nobody who goes there
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        count_hit(course=found, now=request.now)
    return HttpResponseRedirect(found.get_absolute_url())


@login_not_required
@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The QR picture of a course's short address, as SVG without inline style."""
    found = get_object_or_404(answered_courses(), code=code.upper())
    address = settings.PORTAL_BASE_URL + reverse("course_short", args=[found.code])
    picture = io.BytesIO()
    segno.make(address, error="m").save(
        picture, kind="svg", scale=QR_SCALE, border=2, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@public_page
def calendar(request: PortalRequest, slug: str, run_id: UUID) -> HttpResponse:
    """The exact days of a run, for a calendar. The entry says “Kurs” and where; never which course: calendars are shown to others."""
    found = get_object_or_404(answered_courses().prefetch_related(with_runs()), slug=slug)
    run = next((run for run in found.runs.all() if run.pk == run_id and run.status != Run.Status.PLANNED), None)
    version = found.public_version
    if run is None or version is None or not run.sessions.all():
        raise Http404
    return calendar_response(calendar_of([run], now=request.now), found.slug)
