"""The report on a year's money, as the organisation writes it: inside an application or on its own."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grants import policies
from grants.actions import reports as actions
from grants.enums import ApplicationStatus, Door, ReportStatus
from grants.forms import CheckedForm, ReportForm, report_initial, report_rows
from grants.models import Report
from grants.permissions import why_not_sign
from grants.queries import open_accounts
from grants.rounds import stand_alone_report_due
from grants.views.applications import saved_words
from grants.views.shared import crumbs, person, report_items, report_table
from lms_portal.common.http import PortalRequest


def _own(request: PortalRequest, key: UUID) -> Report:
    rows = Report.objects.of(request.user).select_related("organisation__unit", "scheme__office", "application__round__scheme", "saved_by")
    found = rows.prefetch_related("lines").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _back(report: Report) -> str:
    if report.application and report.application.status == ApplicationStatus.DRAFT:
        return reverse("grants:application", args=[report.application.reference])
    return reverse("grants:mine")


def _inside_a_draft(report: Report) -> bool:
    return bool(report.door == Door.IN_APPLICATION and report.application and report.application.status == ApplicationStatus.DRAFT)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PortalRequest, report_id: UUID) -> HttpResponse:
    """This will show a report, and save it while it is a draft."""
    found = _own(request, report_id)
    if found.status != ReportStatus.DRAFT:
        return _delivered(request, found)
    data = request.POST if request.method == "POST" else None
    allows = found.scheme.allows_carry_over
    form = ReportForm(data, initial=report_initial(found), back_url=_back(found), allows_carry_over=allows)
    rows = report_rows(found, data=data)
    accounts = open_accounts(found.organisation, found.scheme, found.grant_year)
    available = sum(account.amount_nok for account in accounts)
    problem, seen, unfinished = "", found.save_number, ""
    if request.method == "POST":
        form_ok, rows_ok = form.is_valid(), rows.all_right()
        amounts_ok = rows_ok and not {"carry_over_nok", "repay_nok"} & set(form.errors)
        if not amounts_ok:
            problem = _("The report is not saved yet: an amount or a line could not be read. What you wrote is still here.")
        else:
            typed = [each.row() for each in rows.filled()]
            carry, repay = form.cleaned_data.get("carry_over_nok") or 0, form.cleaned_data.get("repay_nok") or 0
            spent = sum(row.used_nok + row.planned_nok for row in typed)
            unfinished = policies.why_not_deliver(available_nok=available, spent_nok=spent, carry_over_nok=carry, repay_nok=repay)
            posted = request.POST.get("seen_version", "")
            try:
                saved = actions.save_report(
                    report=found,
                    texts=form.texts(),
                    carry_over_nok=carry,
                    repay_nok=repay,
                    rows=typed,
                    is_complete=form_ok and not unfinished,
                    seen_number=int(posted) if posted.isascii() and posted.isdigit() else 0,
                    by=person(request),
                    now=request.now,
                )
            except actions.UnableToReport as error:
                problem = error.reason
                seen = Report.objects.values_list("save_number", flat=True).get(pk=found.pk)
            else:
                seen = saved.save_number
                if request.POST.get("autosave") == "1":
                    return JsonResponse({"saved": saved_words(request.now), "version": seen})
                to_list = "list" in request.POST.getlist("go")
                if not to_list or (form_ok and not unfinished):
                    messages.success(request, _("The report is saved."))
                    next_page = (
                        request.path
                        if not to_list
                        else (_back(found) if _inside_a_draft(found) else reverse("grants:report_check", args=[found.pk]))
                    )
                    return redirect(next_page)
                found = _own(request, report_id)
        if request.POST.get("autosave") == "1":
            return JsonResponse({"message": problem}, status=409)
    form.helper.form_tag = False
    form.helper.disable_csrf = True
    form.shows_summary = False  # type: ignore[misc]
    context = {
        "report": found,
        "form": form,
        "rows": rows,
        "accounts": accounts,
        "available": available,
        "problem": problem or unfinished,
        "has_errors": bool(problem or unfinished or (form.is_bound and form.errors)),
        "saved_but_unfinished": request.method == "POST" and not problem,
        "inside": _inside_a_draft(found),
        "due": stand_alone_report_due(found.grant_year),
        "seen_version": seen,
        **report_table(found),
        "breadcrumbs": _crumbs(found),
    }
    return render(request, "grants/report.html", context)


def _crumbs(found: Report, *steps: tuple[str, str]) -> list[dict[str, str]]:
    name = _("Report on the use of money in %(year)s") % {"year": found.grant_year}
    own = (_("Our grant applications"), reverse("grants:mine"))
    return crumbs(own, (name, reverse("grants:report", args=[found.pk]) if steps else ""), *steps)


def _delivered(request: PortalRequest, found: Report) -> HttpResponse:
    context = {"report": found, "items": report_items(found), **report_table(found), "breadcrumbs": _crumbs(found)}
    return render(request, "grants/report_delivered.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def report_check(request: PortalRequest, report_id: UUID) -> HttpResponse:
    """This will show a stand-alone report for a last look, and deliver it."""
    found = _own(request, report_id)
    if found.status != ReportStatus.DRAFT or _inside_a_draft(found):
        return redirect("grants:report", found.pk)
    form = CheckedForm(request.POST or None, initial={"seen_version": found.version})
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit_report(report=found, seen_version=form.cleaned_data["seen_version"], by=person(request), now=request.now)
        except actions.UnableToReport as error:
            problem = error.reason
        else:
            messages.success(request, _("The report is delivered."))
            return redirect("grants:report", found.pk)
    context = {
        "report": found,
        "items": report_items(found),
        **report_table(found),
        "problem": problem,
        "has_errors": bool(problem),
        "why_not_sign": why_not_sign(request.user, found.organisation),
        "seen_version": found.version,
        "breadcrumbs": _crumbs(found, (_("Look over and deliver"), "")),
    }
    return render(request, "grants/report_check.html", context, status=409 if problem else 200)


@require_POST
def report_revise(request: PortalRequest, report_id: UUID) -> HttpResponse:
    """This will open a returned report for correction."""
    found = _own(request, report_id)
    try:
        actions.revise_report(report=found, by=person(request), now=request.now)
    except actions.UnableToReport as error:
        messages.error(request, error.reason)
    return redirect("grants:report", found.pk)
