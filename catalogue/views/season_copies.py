"""Many dates at once, seen before anything is saved: by a rule, or a season forward. And a course again, under another code."""

from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue import recurrence
from catalogue.actions import courses as course_actions
from catalogue.actions import season_copies as actions
from catalogue.actions.runs import UnableToChangeRun, term_edges_of
from catalogue.enums import Frequency, ScheduleKind
from catalogue.forms import rosters as forms
from catalogue.models import Course, Run, TermEdge
from catalogue.queries.desk import units_on_desk
from catalogue.queries.pages import with_runs
from catalogue.queries.rosters import runs_between
from catalogue.schedule import DEFAULT_EDGES, Computed, Dates, Meeting, ScheduleError, compute, label
from catalogue.views.desk import acting_on, course_of, crumbs, editor_of
from catalogue.wording import dates_of, label_of, language_now, place_line
from lms_portal.accounts.models import HospitalArea, User
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import format_date, format_date_with_weekday
from lms_portal.common.http import PortalRequest
from lms_portal.common.norwegian_text import slugify_norwegian

MOST_RUNS = 300


# By a rule


@require_http_methods(["GET", "HEAD", "POST"])
def run_repeat(request: PortalRequest, code: str) -> HttpResponse:
    """Dates by a rule: the days are shown first, and those that are unticked are left out."""
    course = course_of(request, code)
    user = cast("User", request.user)
    prefetch_related_objects([course], with_runs())
    runs = sorted(course.runs.all(), key=lambda run: run.sort_key, reverse=True)
    form = forms.RepeatForm(request.POST if request.method == "POST" else None, runs=runs)
    days: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        found = recurrence.days_by_rule(
            cleaned["first_on"], Frequency(cleaned["frequency"]), count=cleaned["count"], last=cleaned["last_on"]
        )
        saving = request.POST.get("do") == "save"
        ticked = set(request.POST.getlist("day"))
        # a rule that was changed after the days were shown is shown anew before anything is saved
        was_shown = request.POST.get("shown") == _shown_as(found)
        days = [_day(day, is_ticked=day.held_on.isoformat() in ticked if saving and was_shown else not day.is_holiday) for day in found]
        if saving and was_shown:
            meetings = [Meeting(day.held_on, cleaned["starts"], cleaned["ends"]) for day in found if day.held_on.isoformat() in ticked]
            try:
                with acting_on(course, user, "repeat_run"):
                    made = actions.create_by_rule(
                        course=course,
                        meetings=meetings,
                        as_one=cleaned["as_one"] == "one",
                        like=form.runs.get(cleaned["like"]),
                        by=user,
                        now=request.now,
                    )
            except UnableToChangeRun as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("%(number)s dates have been made, as planned. Open them when people may join.") % {"number": len(made)}
                )
                return redirect("catalogue:course_desk", code=course.code)
        elif not days:
            form.add_error("last_on", _("There is no day between the first and the last"))
    context = {
        "course": course,
        "form": form,
        "days": days,
        "shown": "" if not days else ",".join(day["value"] for day in days),
        "holidays": sum(day["is_holiday"] for day in days),
        "breadcrumbs": crumbs(course, _("Dates by a rule")),
    }
    return render(request, "catalogue/run_repeat.html", context)


def _shown_as(days: list[recurrence.Day]) -> str:
    return ",".join(day.held_on.isoformat() for day in days)


def _day(day: recurrence.Day, *, is_ticked: bool) -> dict[str, Any]:
    return {
        "value": day.held_on.isoformat(),
        "label": format_date_with_weekday(day.held_on),
        "is_holiday": day.is_holiday,
        "is_ticked": is_ticked,
    }


# A season forward


def _ends_of(number: int) -> tuple[date, date]:
    season, year = forms.season_of(number)
    found: Computed = compute(Dates(ScheduleKind.TERM, season=season, year=year, edges=DEFAULT_EDGES))
    assert found.first is not None  # noqa: S101 - a term has days
    assert found.last is not None  # noqa: S101
    return found.first, found.last


def _courses(request: PortalRequest, form: forms.SeasonCopyForm) -> Any:
    rows = Course.objects.visible_to(request.user)
    scope = form.cleaned_data["scope"]
    if scope in form.areas:
        return rows.filter(owner__hospital_area=form.areas[scope])
    unit = form.units[scope]
    return rows.filter(owner__path=unit.path) | rows.filter(owner__path__startswith=unit.path_prefix)


def _row(run: Run, halves: int, post: Any, rules: list[TermEdge], *, saving: bool) -> dict[str, Any]:
    """One run with its dates in the new season, as computed or as they were typed."""
    moved = recurrence.move(dates_of(run), halves)
    key = str(run.pk)
    row: dict[str, Any] = {
        "key": key,
        "run": run,
        "title": run.course.shown_version.title,
        "title_language": run.course.shown_version.language_shown(),
        "before": label_of(run),
        "place": place_line(list(run.sites.all())),
        "moved": moved,
        "error": "",
    }
    if moved is None:
        return row | {"is_ticked": False, "is_copied": False, "days": "", "notes": []}
    days = [meeting.held_on for meeting in moved.dates.meetings]
    typed = post.get(f"days-{key}") if saving else None
    row["days"] = typed if typed is not None else ", ".join(f"{day:%d.%m.%Y}" for day in sorted(set(days)))
    row["label"] = label(moved.dates, language_now())
    row["is_sessions"] = moved.dates.kind == ScheduleKind.SESSIONS
    row["notes"] = [_("%(day)s is a public holiday; moved a week") % {"day": format_date(day)} for day in moved.holidays]
    sort_keys = {copy.sort_key for copy in run.copies.all()}
    row["is_copied"] = compute(_with_edges(run, moved.dates, rules)).sort_key in sort_keys
    row["is_ticked"] = key in post.getlist("run") if saving else not row["is_copied"]
    row["dates"] = moved.dates
    if saving and row["is_ticked"] and row["is_sessions"]:
        try:
            wanted = forms.read_days(row["days"])
            if sorted(set(days)) != wanted:
                row["dates"] = recurrence.on_days(moved.dates, wanted)
        except ValidationError as error:
            row["error"] = " ".join(error.messages)
    return row


def _with_edges(run: Run, dates: Dates, rules: list[TermEdge]) -> Dates:
    return replace(dates, edges=term_edges_of(run.course.owner, rules)) if dates.kind == ScheduleKind.TERM else dates


@require_http_methods(["GET", "HEAD", "POST"])
def season_copy(request: PortalRequest) -> HttpResponse:
    """A whole season forward: every run with its new dates, to untick or change, and then all saved at once."""
    user = editor_of(request)
    today = oslo_date(request.now)
    units = units_on_desk(user)
    areas = HospitalArea.objects.filter(units__in=units).distinct().order_by("sort_key")
    form = forms.SeasonCopyForm(request.POST if request.method == "POST" else None, units=units, areas=areas, today=today)
    rows: list[dict[str, Any]] = []
    too_many = False
    is_shown = request.method == "POST" and form.is_valid()
    if is_shown:
        halves = int(form.cleaned_data["halves"])
        saving = request.POST.get("do") == "save"
        runs = runs_between(_courses(request, form), *_ends_of(int(form.cleaned_data["source"])))
        rules = list(TermEdge.objects.select_related("unit"))
        too_many = len(runs) > MOST_RUNS
        rows = [_row(run, halves, request.POST, rules, saving=saving) for run in runs[:MOST_RUNS]]
        if saving and not any(row["error"] for row in rows):
            copies = [actions.Copy(row["run"], row["dates"]) for row in rows if row["is_ticked"]]
            try:
                made = actions.copy_runs(copies=copies, by=user, now=request.now)
            except UnableToChangeRun as error:
                form.add_error(None, str(error))
            except ScheduleError:
                form.add_error(None, _("Some of the dates do not fit. Look at them again."))
            else:
                messages.success(
                    request, _("%(number)s dates have been copied, as planned. Open them when they are confirmed.") % {"number": len(made)}
                )
                return redirect(f"{reverse('catalogue:desk')}")
    context = {
        "form": form,
        "rows": [row for row in rows if row["moved"]],
        "standing": [row for row in rows if not row["moved"]],
        "is_shown": is_shown,
        "too_many": too_many,
        "most": MOST_RUNS,
        "has_errors": bool(form.errors) or any(row["error"] for row in rows),
        "row_errors": [row for row in rows if row["error"]],
        "breadcrumbs": crumbs(None, _("Copy a season")),
    }
    return render(request, "catalogue/season_copy.html", context)


# A course again


@require_http_methods(["GET", "HEAD", "POST"])
def course_duplicate(request: PortalRequest, code: str) -> HttpResponse:
    """The same text as a new draft, under another code."""
    course = course_of(request, code)
    user = editor_of(request)
    back = reverse("catalogue:course_desk", args=[course.code])
    form = forms.DuplicateForm(
        request.POST if request.method == "POST" else None, by=user, back_url=back, initial={"owner": course.owner_id}
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        title = course_actions.text_edited(course).title
        try:
            with acting_on(course, user, "duplicate_course"):
                made = course_actions.duplicate_course(
                    course=course,
                    owner=cleaned["owner"],
                    code=cleaned["code"],
                    slug=slugify_norwegian(f"{title} {cleaned['code']}"),
                    by=user,
                    now=request.now,
                )
        except course_actions.UnableToEditCourse as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The new course has the same text, as a draft. Change what differs."))
            return redirect("catalogue:course_edit", code=made.code)
    context = {"course": course, "form": form, "breadcrumbs": crumbs(course, _("Duplicate"))}
    return render(request, "catalogue/course_duplicate.html", context)
