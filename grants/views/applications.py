"""The applicant's pages: the task list, each part, the last look, the receipt."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants import policies
from grants.actions import applications as actions
from grants.enums import ApplicationStatus, PartKey
from grants.forms import AnswerForm, CheckedForm, PartForm, RowSet, budget_rows, part_form
from grants.ledger import sum_budget
from grants.models import Application, ApplicationPart
from grants.permissions import may_sign, why_not_sign
from grants.queries import Case, case_of, last_application, report_of
from grants.rounds import clock_words, reminder_chain
from grants.templatetags.grants_tags import clock, tone
from grants.views.shared import crumbs, log_read, own_application, person, sections_of
from grants.workflow import APPLICATION
from lms_portal.audit.transitions import history_of
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

OWN = "own organisation"


def _part_url(application: Application, key: PartKey) -> str:
    if key == PartKey.REPORT:
        report = report_of(application)
        return reverse("grants:report", args=[report.pk]) if report else ""
    return reverse("grants:part", args=[application.reference, key])


def _crumbs(application: Application, *steps: tuple[str, str]) -> list[dict[str, str]]:
    own = (_("Our grant applications"), reverse("grants:mine"))
    name = _("Application for %(year)s") % {"year": application.round.grant_year}
    return crumbs(own, (name, reverse("grants:application", args=[application.reference]) if steps else ""), *steps)


def _tasks(case: Case) -> list[dict[str, Any]]:
    tasks = []
    for row in case.rows:
        saved = ""
        if row.part and row.part.saved_at and row.part.saved_by:
            saved = _("Saved %(when)s by %(name)s") % {"when": clock_words(row.part.saved_at)[:-3], "name": row.part.saved_by.name}
        tasks.append(
            {
                "title": row.key.label,
                "url": _part_url(case.application, row.key),
                "hint": saved,
                "status": row.state.label,
                "tone": tone(row.state),
            }
        )
    return tasks


@require_safe
def application(request: PortalRequest, reference: str) -> HttpResponse:
    """This will show the task list of a draft; after submission where the case stands, and what can still be changed."""
    found = own_application(request, reference)
    case = case_of(found)
    why_not_edit = policies.why_not_edit(found, request.now)
    is_draft = found.status == ApplicationStatus.DRAFT
    moves = history_of(APPLICATION, found.pk)
    reminder = next((rule for rule in reminder_chain(found.round.closes_at) if rule.due_at > request.now), None)
    context = {
        "application": found,
        "case": case,
        "tasks": _tasks(case),
        "is_draft": is_draft,
        "why_not_edit": why_not_edit if is_draft else "",
        "may_sign": may_sign(request.user, found.organisation),
        "why_not_sign": why_not_sign(request.user, found.organisation),
        "can_reopen": may_sign(request.user, found.organisation) and not policies.why_not_reopen(found, request.now),
        "last_year": last_application(found.organisation, found.round) if is_draft else None,
        "late_parts": [part for part in case.parts.values() if part.late_saved_at],
        "reminder": reminder if is_draft and not policies.why_no_reminder(found, found.round.deadline_revision, request.now) else None,
        "question": next((move.reason for move in moves.reverse() if move.verb == "ask"), "")
        if found.status == ApplicationStatus.MORE_INFO
        else "",
        "answer_form": AnswerForm() if found.status == ApplicationStatus.MORE_INFO else None,
        "submission": max(found.submissions.all(), key=lambda s: s.number, default=None),
        "breadcrumbs": _crumbs(found),
    }
    return render(request, "grants/application.html", context)


def _keeps(request: PortalRequest) -> bool:
    """Whether the page's script saves by itself, and wants an answer for its line under the form instead of a page."""
    return request.POST.get("autosave") == "1"


@require_http_methods(["GET", "HEAD", "POST"])
def part(request: PortalRequest, reference: str, key: str) -> HttpResponse:
    """This will show one part of an application and save it, finished or not."""
    found = own_application(request, reference)
    if key not in PartKey.values or key == PartKey.REPORT:
        raise Http404
    chosen = PartKey(key)
    stored = next((each for each in found.parts.all() if each.key == chosen), None)
    back = reverse("grants:application", args=[reference])
    data = request.POST if request.method == "POST" else None
    form = part_form(chosen, found, stored, data=data, today=oslo_date(request.now), back_url=back)
    rows = budget_rows(found, stored, data=data) if chosen == PartKey.BUDGET else None
    problem = ""
    if request.method == "POST":
        saved, problem, is_stale = _save(request, found, chosen, form, rows)
        if _keeps(request):
            if saved is None:
                return JsonResponse({"message": problem}, status=409)
            return JsonResponse({"saved": saved_words(request.now), "version": saved.version})
        if saved is not None:
            complete = saved.is_complete
            if complete or "list" not in request.POST.getlist("go"):
                messages.success(request, _("“%(part)s” is saved.") % {"part": chosen.label})
                return redirect(back if complete and "list" in request.POST.getlist("go") else request.path)
            stored = saved
            if rows is not None and not rows.filled():
                rows.non_form_errors().append(_("Write at least one line of the budget"))
        elif is_stale:
            stored = ApplicationPart.objects.select_related("saved_by").get(application=found, key=chosen)
    with transaction.atomic():
        if chosen == PartKey.ORGANISATION:
            log_read(found, OWN)
        return render(request, "grants/part.html", _part_context(request, found, chosen, stored, form, rows, problem))


def _part_context(  # noqa: PLR0917 - what the page shows
    request: PortalRequest,
    found: Application,
    key: PartKey,
    stored: ApplicationPart | None,
    form: PartForm,
    rows: RowSet | None,
    problem: str,
) -> dict[str, Any]:
    form.helper.form_tag = False
    form.helper.disable_csrf = True
    form.shows_summary = False  # type: ignore[misc]
    return {
        "application": found,
        "key": key,
        "part": stored,
        "form": form,
        "rows": rows,
        "sums": sum_budget([(line.cost_nok, line.own_nok) for line in found.budget_lines.all()]) if rows is not None else None,
        "problem": problem,
        "saved_but_unfinished": request.method == "POST" and not problem,
        "has_errors": bool(problem)
        or (form.is_bound and not form.is_valid())
        or bool(rows is not None and rows.is_bound and not rows.all_right()),
        "why_not_edit": policies.why_not_edit(found, request.now),
        "seen_version": stored.version if stored else 0,
        "breadcrumbs": _crumbs(found, (str(key.label), "")),
    }


def _seen(request: PortalRequest) -> int:
    value = request.POST.get("seen_version", "")
    return int(value) if value.isascii() and value.isdigit() else 0


def _save(
    request: PortalRequest, found: Application, key: PartKey, form: PartForm, rows: RowSet | None
) -> tuple[ApplicationPart | None, str, bool]:
    """Save what was typed; returns the saved part, or why it was not saved and whether somebody else was first."""
    complete = form.is_valid()
    answers = form.stored_answers()
    budget = None
    if rows is not None:
        filled = rows.filled()
        readable = rows.all_right()
        budget = [each.row() for each in filled if not each.errors] if rows.is_valid() or filled else []
        complete = complete and readable and bool(filled)
        if not readable:
            answers["rows"] = [each.typed() for each in filled]
    sealed = form.sealed_answers() if hasattr(form, "sealed_answers") else None
    try:
        saved = actions.save_part(
            application=found,
            key=key,
            answers=answers,
            is_complete=complete,
            seen_version=_seen(request),
            by=person(request),
            now=request.now,
            sealed=sealed,
            budget=budget,
        )
    except actions.UnableToSave as error:
        return None, error.reason, error.is_stale
    found.__dict__.get("_prefetched_objects_cache", {}).pop("budget_lines", None)
    return saved, "", False


@require_POST
def copy(request: PortalRequest, reference: str) -> HttpResponse:
    """This will copy last year's answers into the parts that nobody has begun."""
    found = own_application(request, reference)
    try:
        actions.copy_last_year(application=found, by=person(request), now=request.now)
    except actions.UnableToSave as error:
        messages.error(request, error.reason)
    else:
        messages.success(request, _("Last year's answers are copied. Look at each part and save it."))
    return redirect("grants:application", reference)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: PortalRequest, reference: str) -> HttpResponse:
    """This will show the whole application for a last look, and submit it."""
    found = own_application(request, reference)
    if found.status != ApplicationStatus.DRAFT:
        return redirect("grants:application", reference)
    form = CheckedForm(request.POST or None, initial={"seen_version": found.version})
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit_application(
                application=found, seen_version=form.cleaned_data["seen_version"], by=person(request), now=request.now
            )
        except actions.UnableToSubmit as error:
            problem = error.reason
        else:
            return redirect("grants:receipt", reference)
    case = case_of(found)
    urls = {row.key.value: _part_url(found, row.key) for row in case.rows}
    context = {
        "application": found,
        "case": case,
        "sections": sections_of(case, urls),
        "form": form,
        "problem": problem,
        "has_errors": bool(problem),
        "is_late": bool(policies.why_closed(found.round, request.now)),
        "why_not_sign": why_not_sign(request.user, found.organisation),
        "seen_version": found.version,
        "breadcrumbs": _crumbs(found, (_("Look over and submit"), "")),
    }
    with transaction.atomic():
        log_read(found, OWN)
        return render(request, "grants/check.html", context, status=409 if problem else 200)


@require_safe
def receipt(request: PortalRequest, reference: str) -> HttpResponse:
    """This will show that the application has arrived: reference, moment, hash of the content, what happens next."""
    found = own_application(request, reference)
    submission = max(found.submissions.all(), key=lambda s: s.number, default=None)
    if submission is None or found.submitted_at is None:
        return redirect("grants:application", reference)
    context = {
        "application": found,
        "submission": submission,
        "submitted": clock_words(submission.submitted_at),
        "can_reopen": not policies.why_not_reopen(found, request.now),
        "breadcrumbs": _crumbs(found, (_("Receipt"), "")),
    }
    return render(request, "grants/receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: PortalRequest, reference: str) -> HttpResponse:
    """This will show the whole application for reading and printing, also after it was submitted."""
    found = own_application(request, reference)
    with transaction.atomic():
        log_read(found, OWN)
        context = {
            "application": found,
            "sections": sections_of(case_of(found)),
            "breadcrumbs": _crumbs(found, (_("The whole application"), "")),
        }
        return render(request, "grants/whole.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PortalRequest, reference: str) -> HttpResponse:
    """This will ask once more, then withdraw the application."""
    return _change(request, reference, "withdraw")


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: PortalRequest, reference: str) -> HttpResponse:
    """This will ask once more, then make the application a draft again."""
    return _change(request, reference, "reopen")


def _change(request: PortalRequest, reference: str, verb: str) -> HttpResponse:
    found = own_application(request, reference)
    form = CheckedForm(request.POST or None, initial={"seen_version": found.version})
    if request.method == "POST" and form.is_valid():
        action = actions.withdraw_application if verb == "withdraw" else actions.reopen_application
        try:
            action(application=found, seen_version=form.cleaned_data["seen_version"], by=person(request), now=request.now)
        except actions.UnableToChange as error:
            messages.error(request, error.reason)
        else:
            done = {
                "withdraw": _("The application is withdrawn."),
                "reopen": _("The application is a draft again. Remember to submit it before the deadline."),
            }
            messages.success(request, done[verb])
        return redirect("grants:application", reference)
    title = {"withdraw": _("Withdraw the application?"), "reopen": _("Open the application for changes?")}[verb]
    context = {
        "application": found,
        "verb": verb,
        "title": title,
        "seen_version": found.version,
        "breadcrumbs": _crumbs(found, (title, "")),
    }
    return render(request, "grants/change.html", context)


@require_POST
def answer(request: PortalRequest, reference: str) -> HttpResponse:
    """This will send the organisation's answer to the case officer's question."""
    found = own_application(request, reference)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.answer_information(application=found, text=form.cleaned_data["text"], by=person(request), now=request.now)
        except actions.UnableToChange as error:
            messages.error(request, error.reason)
        else:
            messages.success(request, _("Your answer is sent."))
    else:
        messages.error(request, _("Write your answer."))
    return redirect("grants:application", reference)


def saved_words(moment: datetime) -> str:
    """This will write when something was saved: “Saved at 14.02”."""
    return _("Saved at %(time)s") % {"time": clock(moment)}
