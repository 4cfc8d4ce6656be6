"""Who came, how it ended, and the certificate."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import permissions
from catalogue.actions import rosters as actions
from catalogue.enums import AttendanceMark, CompletionRule
from catalogue.forms import rosters as forms
from catalogue.models import Enrolment, Run
from catalogue.policies import outcome_of, why_not_settle
from catalogue.queries import rosters as queries
from catalogue.views.desk import RUN_TONES
from catalogue.views.rosters import course_with_participants, line_of, log_read, meetings_of, run_with_participants, seeing, way_to
from catalogue.wording import label_of
from lms_portal.accounts.models import User
from lms_portal.audit.models import Access
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import format_date, format_short_date, format_time
from lms_portal.common.http import PortalRequest

NOTED = ("confirmed", "completed", "not_completed", "no_show")


def _written_marks(
    request: PortalRequest, people: list[Enrolment], meetings: list[Any], old: dict[Any, str]
) -> dict[tuple[UUID, UUID], str]:
    """What the table says; what it does not mention stays. The button of a meeting fills its empty cells with “came”."""
    everybody = request.POST.get("everybody", "")
    marks = {}
    for one in people:
        for meeting in meetings:
            mark = request.POST.get(f"m-{one.pk}-{meeting.pk}", old.get((one.pk, meeting.pk), ""))
            mark = mark if mark in AttendanceMark.values else ""
            if everybody == str(meeting.pk) and not mark:
                mark = AttendanceMark.PRESENT.value
            marks[one.pk, meeting.pk] = mark
    return marks


@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """Who came to each meeting, as a table of small menus: one key a cell."""
    course, run = run_with_participants(request, code, run_id)
    user = cast("User", request.user)
    with transaction.atomic(), seeing(request, course):
        people = [one for one in queries.people_of(run, request.user) if one.status in NOTED]
        lines = [line_of(one) for one in people]
        log_read(people, Access.Action.LIST, "attendance")
    today = oslo_date(request.now)
    meetings = [meeting for meeting in meetings_of(run) if meeting.held_on <= today]
    marks = queries.marks_of(run)
    error = ""
    if request.method == "POST":
        written = _written_marks(request, people, meetings, marks)
        try:
            with seeing(request, course, "note_attendance"):
                actions.note_attendance(run=run, marks=written, by=user, now=request.now)
        except actions.UnableToChangeRoster as refusal:
            error, marks = str(refusal), dict(written)
        else:
            messages.success(request, _("It is noted who came."))
            return redirect("catalogue:attendance", code=course.code, run_id=run.pk)
    for line in lines:
        one = line["enrolment"]
        line["cells"] = [
            {"meeting": meeting, "name": f"m-{one.pk}-{meeting.pk}", "mark": marks.get((one.pk, meeting.pk), "")} for meeting in meetings
        ]
    context = {
        "course": course,
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "may_edit": permissions.may_own(user, course.owner),
        "why_not": permissions.why_not_note_attendance(user, run),
        "meetings": [{"row": meeting, "label": _meeting_label(meeting)} for meeting in meetings],
        "has_meetings": bool(run.sessions.all()),
        "lines": lines,
        "choices": forms.MARKS,
        "error": error,
        "has_errors": bool(error),
        "breadcrumbs": way_to(request, course, (_("Participants"), _roster(run)), (_("Attendance"), "")),
    }
    return render(request, "catalogue/attendance.html", context)


def _roster(run: Run) -> str:
    return reverse("catalogue:roster", args=[run.course.code, run.pk])


def _meeting_label(meeting: Any) -> str:
    day = format_short_date(meeting.held_on)
    return f"{day} {format_time(meeting.starts_at_clock)}" if meeting.starts_at_clock else day


@require_http_methods(["GET", "HEAD", "POST"])
def outcomes(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """How each place ends: proposed from the attendance by the course's rule, decided by the leader."""
    course, run = run_with_participants(request, code, run_id)
    user = cast("User", request.user)
    with transaction.atomic(), seeing(request, course):
        people = [one for one in queries.people_of(run, request.user) if one.status in NOTED]
        lines = [line_of(one) for one in people]
        log_read(people, Access.Action.LIST, "attendance")
    marks, meetings = queries.marks_of(run), meetings_of(run)
    error = ""
    if request.method == "POST" and request.POST.get("do") == "rule":
        return _save_rule(request, code, run_id)
    if request.method == "POST":
        try:
            with seeing(request, course, "settle_places"):
                wanted = {one.pk: request.POST.get(f"o-{one.pk}", "") for one in people}
                settled = actions.settle_outcomes(run=run, outcomes=wanted, by=user, now=request.now)
        except actions.UnableToChangeRoster as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("%(number)s places are settled.") % {"number": settled})
            return redirect("catalogue:outcomes", code=course.code, run_id=run.pk)
    for line in lines:
        one = line["enrolment"]
        own = [mark for meeting in meetings if (mark := marks.get((one.pk, meeting.pk)))]
        line["came"] = sum(mark == AttendanceMark.PRESENT for mark in own)
        line["proposed"] = request.POST.get(f"o-{one.pk}") or outcome_of(own, len(meetings), course.completion_rule)
        line["is_open"] = one.status == Enrolment.Status.CONFIRMED
    context = {
        "course": course,
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "may_edit": permissions.may_own(user, course.owner),
        "lines": lines,
        "total": len(meetings),
        "why_not": permissions.why_not_note_attendance(user, run) or why_not_settle(run, today=oslo_date(request.now)),
        "choices": list(forms.OUTCOME_WORDS.items()),
        "anybody_open": any(line["is_open"] for line in lines),
        "rule": CompletionRule(course.completion_rule).label,
        "rule_form": forms.RuleForm(initial={"completion_rule": course.completion_rule})
        if permissions.may_own(user, course.owner)
        else None,
        "error": error,
        "has_errors": bool(error),
        "breadcrumbs": way_to(request, course, (_("Participants"), _roster(run)), (_("Who completed"), "")),
    }
    return render(request, "catalogue/outcomes.html", context)


def _save_rule(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    course = course_with_participants(request, code)
    form = forms.RuleForm(request.POST)
    if form.is_valid():
        try:
            with seeing(request, course, "completion_rule"):
                actions.set_completion_rule(
                    course=course, rule=CompletionRule(form.cleaned_data["completion_rule"]), by=cast("User", request.user)
                )
        except actions.UnableToChangeRoster as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The rule has been saved. It counts for all dates of this course."))
    return redirect("catalogue:outcomes", code=code, run_id=run_id)


@require_safe
def certificate(request: PortalRequest, code: str, enrolment_id: UUID) -> HttpResponse:
    """A certificate to print, in the person's own language; on request without the course's title, which may name an illness."""
    course = course_with_participants(request, code)
    with transaction.atomic(), seeing(request, course):
        rows = queries.one_person(course, request.user).filter(status=Enrolment.Status.COMPLETED)
        one = get_object_or_404(rows.prefetch_related("attendances"), pk=enrolment_id)
        name = one.participant.name or one.reference
        log_read([one], Access.Action.PRINT, "attendance")
    run = one.run
    assert run is not None  # noqa: S101 - CHECK enrolment_run_and_site_while_held
    came = sum(row.mark == AttendanceMark.PRESENT for row in one.attendances.all())
    language = one.participant.language
    with translation.override(language):
        words = {
            "dates": label_of(run, language),
            "title": course.shown_version.title,
            "unit": course.owner.name,
            "place": one.site.unit.place if one.site else "",
        }
        words["title_language"] = course.shown_version.language_shown()
        text = _certificate_text(came, len(run.sessions.all())) | {"made_on": format_date(oslo_date(request.now))}
    context = {
        "course": course,
        "name": name,
        "language": language,
        **words,
        **text,
        "without_title": request.GET.get("uten") == "tittel",
        "reference": one.reference,
        "breadcrumbs": way_to(request, course, (_("Participants"), _roster_of(course.code, run)), (_("Certificate"), "")),
    }
    return render(request, "catalogue/certificate.html", context)


def _roster_of(code: str, run: Run) -> str:
    return reverse("catalogue:roster", args=[code, run.pk])


def _certificate_text(came: int, meetings: int) -> dict[str, str]:
    return {
        "heading": _("Certificate of attendance"),
        "has_completed": _("has completed the course"),
        "has_completed_plain": _("has completed a learning and mastery course"),
        "meetings": _("%(came)s of %(all)s meetings") % {"came": came, "all": meetings} if came and meetings else "",
        "signature": _("Course leader"),
    }
