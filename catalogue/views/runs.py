"""The dates of a course: made, changed, opened, closed, postponed, cancelled, completed."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue import permissions, schedule
from catalogue.actions import runs as actions
from catalogue.forms import runs as forms
from catalogue.models import Course, Run
from catalogue.queries.rosters import reached_by_mail
from catalogue.views.desk import RUN_TONES, acting_on, course_of, crumbs
from catalogue.wording import dates_of, label_of
from catalogue.workflow import RUN
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import NotAllowed, ReasonMissing, Stale
from lms_portal.common.http import PortalRequest

CONFLICT = 409
# in the order of the page; the second is what the button's page asks
STEPS: dict[str, Any] = {
    "open": pgettext_lazy("dates of a course", "Open for referral or sign-up"),
    "close": pgettext_lazy("dates of a course", "Close to new people"),
    "complete": pgettext_lazy("dates of a course", "Mark as held"),
    "postpone": pgettext_lazy("dates of a course", "Postpone"),
    "cancel": pgettext_lazy("dates of a course", "Cancel these dates"),
}
DONE: dict[str, Any] = {
    "open": gettext_lazy("The dates are open."),
    "close": gettext_lazy("The dates are closed to new people."),
    "complete": gettext_lazy("The course is marked as held."),
    "postpone": gettext_lazy("The dates are postponed. Whoever has a place keeps it."),
    "cancel": gettext_lazy("The dates are cancelled, and all places called off."),
}


def _run_of(course: Course, run_id: UUID) -> Run:
    rows = Run.objects.filter(course=course).select_related(
        "course__owner", "course__public_version", "course__draft_version", "term", "recurrence"
    )
    return get_object_or_404(rows.prefetch_related("sessions", "months", "sites__unit", "sites__contact"), pk=run_id)


@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: PortalRequest, code: str) -> HttpResponse:
    """New dates of a course."""
    course = course_of(request, code)
    units = forms.Units.load()
    if request.method != "POST":
        start = {"edit_version": 0, "kind": request.GET.get("kind") or "sessions"}
        return _page(request, course, None, forms.RunEditor(units, initial=start, rows=_first_rows(course)))
    if request.POST.get("rows") or request.POST.get("show"):
        return _page(request, course, None, _retyped(request, units))
    editor = forms.RunEditor(units, data=request.POST)
    if editor.is_valid():
        user = cast("User", request.user)
        try:
            with acting_on(course, user, "edit_run"):
                actions.create_run(
                    course=course,
                    dates=editor.dates(),
                    fields=editor.form.fields_to_save(),
                    sites=editor.sites.sites(),
                    by=user,
                    now=request.now,
                )
        except actions.UnableToChangeRun as error:
            editor.form.add_error(None, str(error))
        except schedule.ScheduleError:
            editor.form.add_error("kind", _("Fill in the dates for the kind you have chosen"))
        else:
            messages.success(request, _("The dates have been saved. Open them when people may be referred or sign up."))
            return redirect("catalogue:course_desk", code=course.code)
    return _page(request, course, None, editor)


def _first_rows(course: Course) -> dict[str, list[dict[str, Any]]]:
    """One empty row of each kind; the place is the course's own hospital until something else is chosen."""
    return {"sessions": [{}], "months": [{}], "sites": [{"role": "origin", "mode": "in_person", "unit": str(course.owner_id)}]}


def _retyped(request: PortalRequest, units: forms.Units) -> forms.RunEditor:
    """The form as it was typed, with a row more or less or with the fields of another kind; nothing is checked yet."""
    rows = {name: forms.raw_rows(request.POST, name) for name in forms.ROWS}
    forms.change_rows(rows, request.POST.get("rows", ""))
    for name in forms.ROWS_OF.values():
        rows[name] = rows[name] or [{}]
    typed = {name: request.POST.get(name, "") for name in forms.RunForm.base_fields}
    return forms.RunEditor(units, initial=typed, rows=rows)


def _page(request: PortalRequest, course: Course, run: Run | None, editor: forms.RunEditor, **more: Any) -> HttpResponse:
    clash = more.get("clash")
    taken = {str(site.pk): site.taken for site in run.sites.all() if site.taken} if run else {}
    context = {
        "course": course,
        "run": run,
        "editor": editor,
        "tone": RUN_TONES[run.status] if run else "",
        "label": label_of(run) if run else "",
        "steps": _steps(request, run) if run else [],
        "sees_people": permissions.may_see_participants(request.user, course),
        "site_rows": [(row, taken.get(str(row["site_id"].value() or ""), 0)) for row in editor.sites.forms],
        "has_errors": bool(clash) or any(part.is_bound and not part.is_valid() for part in editor.shown),
        "breadcrumbs": crumbs(course, _("Change the dates") if run else _("New dates")),
        **more,
    }
    return render(request, "catalogue/run_edit.html", context, status=CONFLICT if clash else 200)


def _steps(request: PortalRequest, run: Run) -> list[dict[str, Any]]:
    allowed = {step.verb for step in permissions.run_steps(request.user, run)}
    return [{"verb": verb, "text": text, "is_heavy": verb in ("postpone", "cancel")} for verb, text in STEPS.items() if verb in allowed]


@require_http_methods(["GET", "HEAD", "POST"])
def run_edit(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """The dates, places and sign-up of one run."""
    course = course_of(request, code)
    run = _run_of(course, run_id)
    user = cast("User", request.user)
    if reason := permissions.why_not_edit_run(user, run):
        context = {
            "course": course,
            "run": run,
            "label": label_of(run),
            "tone": RUN_TONES[run.status],
            "reason": reason,
            "words": _words_of(run),
            "sees_people": permissions.may_see_participants(user, course),
        }
        return render(request, "catalogue/run_closed.html", {**context, "breadcrumbs": crumbs(course, _("Dates"))})
    units = forms.Units.load()
    if request.method != "POST":
        initial, rows = forms.initial_of(run)
        for name in forms.ROWS_OF.values():
            rows[name] = rows[name] or [{}]
        return _page(request, course, run, forms.RunEditor(units, initial=initial, rows=rows))
    if request.POST.get("rows") or request.POST.get("show"):
        return _page(request, course, run, _retyped(request, units))
    editor = forms.RunEditor(units, data=request.POST)
    if editor.is_valid():
        try:
            with acting_on(course, user, "edit_run"):
                actions.save_run(
                    run=run,
                    dates=editor.dates(),
                    fields=editor.form.fields_to_save(),
                    sites=editor.sites.sites(),
                    seen_edit_version=editor.form.cleaned_data["edit_version"],
                    by=user,
                    now=request.now,
                )
        except actions.UnableToChangeRun as error:
            editor.form.add_error(None, str(error))
        except actions.RunEditedMeanwhile:
            return _clash(request, course, run_id, editor, units)
        except schedule.ScheduleError:
            editor.form.add_error("kind", _("Fill in the dates for the kind you have chosen"))
        else:
            messages.success(request, _("The dates have been saved."))
            return redirect("catalogue:course_desk", code=course.code)
    return _page(request, course, run, editor)


def _words_of(run: Run) -> list[dict[str, str]]:
    fields = {name: getattr(run, name) for name in actions.RUN_COLUMNS}
    return [
        {"term": term, "value": value} for term, value in forms.described(dates_of(run), fields, list(run.sites.all())).items() if value
    ]


def _clash(request: PortalRequest, course: Course, run_id: UUID, editor: forms.RunEditor, units: forms.Units) -> HttpResponse:
    """Somebody else saved meanwhile: what stands now beside what was typed. Everything typed is kept, and can be saved knowingly."""
    current = _run_of(course, run_id)
    theirs = forms.described(dates_of(current), {name: getattr(current, name) for name in actions.RUN_COLUMNS}, list(current.sites.all()))
    mine = forms.described(editor.dates(), editor.form.fields_to_save(), editor.sites.sites())
    kept = request.POST.copy()
    kept["edit_version"] = str(current.edit_version)
    known = {str(site.pk) for site in current.sites.all()}
    for number in range(len(editor.sites.forms)):
        if kept.get(f"sites-{number}-site_id") not in known:
            kept[f"sites-{number}-site_id"] = ""  # taken away by the other: saving makes it anew
    again = forms.RunEditor(units, data=kept)
    again.is_valid()
    clash = [{"term": term, "theirs": theirs[term], "mine": mine[term]} for term in theirs if theirs[term] != mine[term]]
    return _page(request, course, current, again, clash=clash)


@require_http_methods(["GET", "HEAD", "POST"])
def run_status(request: PortalRequest, code: str, run_id: UUID, verb: str) -> HttpResponse:
    """Moves a run on. Postponing and cancelling ask why; the others are one press."""
    course = course_of(request, code)
    run = _run_of(course, run_id)
    user = cast("User", request.user)
    why_not = permissions.why_not_move_run(user, run, verb)
    if why_not or verb not in STEPS:
        messages.error(request, str(why_not or _("The dates are not in a state in which this can be done.")))
        return redirect("catalogue:course_desk", code=course.code)
    needs_reason = RUN.find(verb, run.status).needs_reason
    form = forms.RunMoveForm(
        request.POST if request.method == "POST" else None,
        needs_reason=needs_reason,
        step=STEPS[verb],
        back_url=reverse("catalogue:course_desk", args=[course.code]),
        initial={"version": run.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            with acting_on(course, user, f"{verb}_run"):
                actions.move_run(
                    run=run,
                    verb=verb,
                    by=user,
                    now=request.now,
                    reason=form.cleaned_data.get("reason", ""),
                    public_reason=form.cleaned_data.get("public_reason", ""),
                    seen_version=form.cleaned_data["version"],
                )
        except actions.UnableToChangeRun as error:
            form.add_error(None, str(error))
        except (Stale, NotAllowed, ReasonMissing):
            form.add_error(None, _("Somebody else has changed these dates in the meantime. Look at them again before you go on."))
        else:
            messages.success(request, str(DONE[verb]))
            return redirect("catalogue:course_desk", code=course.code)
    context = {
        "course": course,
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "verb": verb,
        "step": STEPS[verb],
        "form": form,
        "taken": sum(site.taken for site in run.sites.all()),
        "reached": reached_by_mail(run) if verb in ("postpone", "cancel") else None,
        "breadcrumbs": crumbs(course, str(STEPS[verb])),
    }
    return render(request, "catalogue/run_status.html", context)
