"""Making a course together: who the user representatives are, the four phases, and the steps before and after the course."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue import permissions
from catalogue.actions import coproduction as actions
from catalogue.forms.following import PhaseForm, RepresentativeForm, StepForm
from catalogue.models import CoproductionPhase, Course, PathwayStep, Run, UserRepresentative
from catalogue.models.following import PHASE_ORDER, Phase, StepSide
from catalogue.queries import following as queries
from catalogue.queries.following import representatives_of
from catalogue.views.desk import acting_on, course_of, crumbs
from catalogue.wording import label_of
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

RUNS_TO_CHOOSE = 30


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _posted(request: PortalRequest) -> str:
    return request.POST.get("do", "") if request.method == "POST" else ""


# Who works together


def _runs(course: Course, user: object) -> list[Run]:
    rows = Run.objects.visible_to(user).filter(course=course).exclude(status=Run.Status.CANCELLED).select_related("term", "recurrence")
    return list(rows.prefetch_related("sessions", "months").order_by("-sort_key")[:RUNS_TO_CHOOSE])


def _phase_forms(course: Course, request: PortalRequest, do: str) -> list[dict[str, Any]]:
    known = {row.phase: row for row in CoproductionPhase.objects.filter(course=course)}
    found = []
    for code in PHASE_ORDER:
        row = known.get(code)
        start = {name: getattr(row, name) for name in PhaseForm.base_fields} if row else {}
        data = request.POST if do == f"phase-{code}" else None
        form = PhaseForm(data, initial=start, today=oslo_date(request.now), auto_id=f"{code}_%s")
        found.append({"code": code, "label": Phase(code).label, "row": row, "form": form, "is_open": data is not None})
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def together(request: PortalRequest, code: str) -> HttpResponse:
    """The user representatives of a course, and the record of making it together."""
    course = course_of(request, code)
    user = cast("User", request.user)
    do = _posted(request)
    runs = _runs(course, user)
    organisations = Unit.objects.filter(kind=UnitKind.USER_ORGANISATION).order_by("sort_key")
    adding = RepresentativeForm(request.POST if do == "add" else None, organisations=organisations, runs=runs, auto_id="add_%s")
    phases = _phase_forms(course, request, do)
    may_edit = permissions.may_own(user, course.owner)
    used: Any = adding if do == "add" else next((each["form"] for each in phases if do == f"phase-{each['code']}"), None)
    if do and (used is None or used.is_valid()):
        try:
            with acting_on(course, user, "work_together"):
                done = _do(request, course, do, used, user)
        except actions.UnableToChange as error:
            if used is None:
                messages.error(request, str(error))
                return redirect("catalogue:together", code=code)
            used.add_error(None, str(error))
        else:
            if done:
                messages.success(request, done)
            return redirect("catalogue:together", code=code)
    labels = {run.pk: label_of(run) for run in runs}
    people = list(representatives_of(course))
    context = {
        "course": course,
        "people": [
            {"person": one, "dates": labels.get(one.run_id, "") if one.run_id else "", "for_run": bool(one.run_id)} for one in people
        ],
        "adding": adding,
        "phases": phases,
        "done": sum(bool(each["row"] and each["row"].done_on) for each in phases),
        "may_edit": may_edit,
        "breadcrumbs": crumbs(course, _("Made together")),
    }
    return render(request, "catalogue/together.html", context)


def _do(request: PortalRequest, course: Course, do: str, form: Any, user: User) -> str:
    """One change, and what came of it."""
    if do == "add":
        actions.add_representative(course=course, by=user, now=request.now, **form.answers())
        return _("The user representative has been added.")
    if do.startswith("phase-"):
        actions.save_phase(course=course, phase=do.removeprefix("phase-"), values=form.cleaned_data, by=user, now=request.now)
        return _("The phase has been saved.")
    rows = UserRepresentative.objects.visible_to(user).select_related("course", "data_key").filter(course=course)
    one = get_object_or_404(rows, pk=_uuid(request.POST.get("person", "")))
    if do == "remove":
        actions.remove_representative(representative=one, by=user, now=request.now)
        return _("The user representative has been taken away, and the name deleted.")
    if do in ("show", "hide"):
        actions.set_name_public(representative=one, public=do == "show", by=user, now=request.now)
        return _("The name stands on the course page.") if do == "show" else _("The name is off the course page.")
    return ""


# Before and after


@require_http_methods(["GET", "HEAD", "POST"])
def pathway(request: PortalRequest, code: str) -> HttpResponse:
    """The steps before and after a course, in order."""
    course = course_of(request, code)
    user = cast("User", request.user)
    do = _posted(request)
    others = Course.objects.public().exclude(pk=course.pk).select_related("public_version", "draft_version").order_by("code")
    adding = StepForm(request.POST if do == "add" else None, courses=others)
    if do and (do != "add" or adding.is_valid()):
        try:
            with acting_on(course, user, "edit_course"):
                _change_steps(request, course, do, adding, user)
        except actions.UnableToChange as error:
            if do != "add":
                messages.error(request, str(error))
                return redirect("catalogue:pathway", code=code)
            adding.add_error(None, str(error))
        else:
            messages.success(request, _("The steps have been saved."))
            return redirect("catalogue:pathway", code=code)
    steps = queries.steps_of(course)
    context = {
        "course": course,
        "sides": [{"label": label, "steps": [step for step in steps if step.side == side]} for side, label in StepSide.choices],
        "adding": adding,
        "may_edit": permissions.may_own(user, course.owner),
        "breadcrumbs": crumbs(course, _("Before and after")),
    }
    return render(request, "catalogue/pathway.html", context)


def _change_steps(request: PortalRequest, course: Course, do: str, form: StepForm, user: User) -> None:
    if do == "add":
        actions.add_step(course=course, by=user, now=request.now, **form.cleaned_data)
        return
    step = get_object_or_404(PathwayStep.objects.filter(course=course).select_related("course"), pk=_uuid(request.POST.get("step", "")))
    change = actions.move_step_up if do == "up" else actions.remove_step
    change(step=step, by=user, now=request.now)
