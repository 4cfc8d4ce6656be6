"""Money on the office's desk: payments of a round, reports, requests to keep unused money."""

import csv
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from grants.actions import carry_overs, payments, reports
from grants.actions.refusal import Unable
from grants.enums import CarryOverStatus, PaymentStatus, ReportStatus
from grants.forms import PaidForm, ReasonForm, approve_form, send_back_form
from grants.models import CarryOver, Payment, Report, Round
from grants.permissions import may_decide, may_handle
from grants.views.desk import timeline
from grants.views.shared import crumbs, office_round, person, report_items, report_table
from grants.workflow import REPORT
from lms_portal.audit.access import record_read
from lms_portal.audit.models import Access
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

PER_PAGE = 50


def _round_crumbs(round_: Round, last: str) -> list[dict[str, str]]:
    return crumbs(
        (_("Grant applications"), reverse("grants:desk")),
        (_("Grants for %(year)s") % {"year": round_.grant_year}, reverse("grants:desk_round", args=[round_.pk])),
        (last, ""),
    )


# Payments


def _payments(request: PortalRequest, round_: Round) -> list[Payment]:
    rows = Payment.objects.visible_to(request.user).filter(application__round=round_)
    related = rows.select_related("application__organisation__unit", "application__round__scheme__office", "prepared_by", "approved_by")
    return list(related.order_by("application__organisation__unit__sort_key", "instalment"))


@require_safe
def desk_payments(request: PortalRequest, round_id: UUID) -> HttpResponse:
    """This will list the payments of a round, with the steps that are open."""
    return _payments_page(request, office_round(request, round_id))


def _payments_page(request: PortalRequest, round_: Round, *, data: Any = None, problem: str = "") -> HttpResponse:
    rows = _payments(request, round_)
    states = {row.status for row in rows}
    handles = may_handle(request.user, round_.scheme)
    own = person(request).pk
    context = {
        "round": round_,
        "payments": rows,
        "total": sum(row.amount_nok for row in rows if row.status != PaymentStatus.FAILED),
        "can_prepare": handles
        and round_.status == "decided"
        and round_.awarded_nok > sum(r.amount_nok for r in rows if r.status != PaymentStatus.FAILED),
        "can_approve": any(row.status == PaymentStatus.PREPARED and row.prepared_by_id != own for row in rows),
        "own_prepared": any(row.status == PaymentStatus.PREPARED and row.prepared_by_id == own for row in rows),
        "can_export": handles and PaymentStatus.APPROVED in states,
        "exported": PaymentStatus.EXPORTED in states or PaymentStatus.PAID in states,
        "handles": handles,
        "paid_form": PaidForm(data, prefix="paid", initial={"paid_on": oslo_date(request.now)})
        if handles and PaymentStatus.EXPORTED in states
        else None,
        "problem": problem,
        "has_errors": bool(problem),
        "breadcrumbs": _round_crumbs(round_, _("Payments")),
    }
    return render(request, "grants/desk_payments.html", context)


@require_POST
def desk_payments_do(request: PortalRequest, round_id: UUID, verb: str) -> HttpResponse:
    """This will prepare, approve, send to the bank or confirm the payments of a round."""
    round_ = office_round(request, round_id)
    by, now = person(request), request.now
    form = PaidForm(request.POST, prefix="paid") if verb == "paid" else None
    if form and not form.is_valid():
        return _payments_page(request, round_, data=request.POST)
    waiting = [row for row in _payments(request, round_) if row.status == PaymentStatus.PREPARED]
    calls: dict[str, Callable[[], Any]] = {
        "prepare": lambda: payments.prepare_payments(round=round_, by=by, now=now),
        "approve": lambda: payments.approve_payments(payments=waiting, by=by, now=now),
        "export": lambda: payments.export_payments(round=round_, by=by, now=now),
        "paid": lambda: payments.confirm_payments(
            round=round_, paid_on=form.cleaned_data["paid_on"] if form else oslo_date(now), by=by, now=now
        ),
    }
    if verb not in calls:
        raise Http404
    try:
        with transaction.atomic():
            calls[verb]()
    except Unable as error:
        return _payments_page(request, office_round(request, round_id), problem=error.reason)
    messages.success(request, _("Done."))
    return redirect("grants:desk_payments", round_id)


@require_POST
def desk_payment_stop(request: PortalRequest, payment_id: UUID) -> HttpResponse:
    """This will stop one payment."""
    payment = Payment.objects.visible_to(request.user).select_related("application__round__scheme__office").filter(pk=payment_id).first()
    if payment is None:
        raise Http404
    try:
        payments.stop_payment(payment=payment, reason=request.POST.get("reason", "")[:300], by=person(request), now=request.now)
    except Unable as error:
        return _payments_page(request, office_round(request, payment.application.round_id), problem=error.reason)
    messages.success(request, _("The payment is stopped."))
    return redirect("grants:desk_payments", payment.application.round_id)


@require_safe
def desk_payments_file(request: PortalRequest, round_id: UUID) -> HttpResponse:
    """This will give the list of payments that are sent to the bank, with account numbers and the control sum, and record who took it."""
    round_ = office_round(request, round_id)
    if not may_handle(request.user, round_.scheme):
        raise Http404
    with transaction.atomic():
        rows = Payment.objects.visible_to(request.user).filter(
            application__round=round_, status__in=[PaymentStatus.EXPORTED, PaymentStatus.PAID]
        )
        listed = list(
            rows.select_related("application__organisation__unit", "application__data_key").order_by("application__reference", "instalment")
        )
        record_read(
            action=Access.Action.EXPORT,
            object_type="grants.application",
            object_ids=[row.application_id for row in listed],
            basis="payment list",
            categories=["account_number"],
        )
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="payments-{round_.grant_year}.csv"'
        response.write("\ufeff")  # spreadsheets read it as UTF-8
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["reference", "organisation_number", "organisation", "account_number", "amount_nok"])
        for row in listed:
            organisation = row.application.organisation
            writer.writerow([
                row.application.reference, organisation.organisation_number, _plain(organisation.unit.name), row.application.account_number, row.amount_nok
            ])  # fmt: skip
        writer.writerow(["", "", f"sum of {len(listed)}", "", sum(row.amount_nok for row in listed)])
    return response


def _plain(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text


# Reports


@require_safe
def desk_reports(request: PortalRequest) -> HttpResponse:
    """This will list the delivered reports, those that wait first."""
    rows = Report.objects.in_office_of(request.user).select_related("organisation__unit", "scheme")
    chosen = request.GET.get("state", "")
    if chosen in ReportStatus.values:
        rows = rows.filter(status=chosen)
    page = Paginator(rows.order_by("-grant_year", "organisation__unit__sort_key"), PER_PAGE).get_page(request.GET.get("page"))
    tabs = [
        {"text": text, "url": f"?state={state}" if state else "?", "current": state == chosen}
        for state, text in (
            ("", _("All reports")), ("submitted", str(REPORT.labels["submitted"])), ("returned", str(REPORT.labels["returned"])), ("approved", str(REPORT.labels["approved"]))
        )
    ]  # fmt: skip
    context = {"page": page, "tabs": tabs, "breadcrumbs": crumbs((_("Grant applications"), reverse("grants:desk")), (_("Reports"), ""))}
    return render(request, "grants/desk_reports.html", context)


def _office_report(request: PortalRequest, key: UUID) -> Report:
    rows = Report.objects.in_office_of(request.user).select_related("organisation__unit", "scheme__office", "submitted_by", "approved_by")
    found = rows.prefetch_related("lines").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@require_safe
def desk_report(request: PortalRequest, report_id: UUID) -> HttpResponse:
    """This will show a delivered report, to be approved line by line or sent back."""
    return _report_page(request, _office_report(request, report_id))


def _report_page(request: PortalRequest, found: Report, verb: str = "", problem: str = "") -> HttpResponse:
    waits = found.status == ReportStatus.SUBMITTED and may_handle(request.user, found.scheme)
    data = {verb: request.POST}
    context = {
        "report": found,
        "items": report_items(found),
        **report_table(found),
        "approve": approve_form(found, data.get("approve")) if waits else None,
        "send_back": send_back_form(found, data.get("return")) if waits else None,
        "events": timeline(REPORT, found.pk),
        "problem": problem,
        "has_errors": bool(problem) or bool(verb),
        "breadcrumbs": crumbs(
            (_("Grant applications"), reverse("grants:desk")),
            (_("Reports"), reverse("grants:desk_reports")),
            (found.organisation.unit.name, ""),
        ),
    }
    return render(request, "grants/desk_report.html", context)


@require_POST
def desk_report_do(request: PortalRequest, report_id: UUID, verb: str) -> HttpResponse:
    """This will approve a report, or send it back."""
    found = _office_report(request, report_id)
    if verb not in {"approve", "return"}:
        raise Http404
    form = approve_form(found, request.POST) if verb == "approve" else send_back_form(found, request.POST)
    if not form.is_valid():
        return _report_page(request, found, verb)
    by, now = person(request), request.now
    try:
        if verb == "approve":
            reports.approve_report(report=found, admitted=form.by_line(), by=by, now=now)
        else:
            reports.send_back(report=found, reason=form.cleaned_data["reason"], comments=form.by_line(), by=by, now=now)
    except Unable as error:
        return _report_page(request, _office_report(request, report_id), problem=error.reason)
    messages.success(request, _("Done."))
    return redirect("grants:desk_report", report_id)


# Carry-over


def _carry_overs(request: PortalRequest) -> list[CarryOver]:
    schemes = {round_.scheme_id for round_ in Round.objects.visible_to(request.user)}
    rows = CarryOver.objects.filter(scheme__in=schemes).select_related("organisation__unit", "scheme__office", "decision")
    return list(rows.order_by("-from_year", "organisation__unit__sort_key", "origin_year"))


@require_safe
def desk_carry_overs(request: PortalRequest) -> HttpResponse:
    """This will list the requests to use money next year, with the decision on each."""
    return _carry_overs_page(request)


def _carry_overs_page(request: PortalRequest, problem: str = "") -> HttpResponse:
    rows = _carry_overs(request)
    if not rows and not Round.objects.visible_to(request.user).exists():
        raise Http404
    context = {
        "requests": [
            {
                "carry_over": row,
                "form": ReasonForm(prefix=row.pk.hex, label=gettext_lazy("Why is the request refused?"), button=gettext_lazy("Refuse"))
                if row.status == CarryOverStatus.REQUESTED and may_decide(request.user, row.scheme)
                else None,
            }
            for row in rows
        ],
        "problem": problem,
        "has_errors": bool(problem),
        "breadcrumbs": crumbs((_("Grant applications"), reverse("grants:desk")), (_("Carry-over"), "")),
    }
    return render(request, "grants/desk_carry_overs.html", context)


@require_POST
def desk_carry_over_do(request: PortalRequest, carry_over_id: UUID, verb: str) -> HttpResponse:
    """This will approve or refuse a request."""
    found = next((row for row in _carry_overs(request) if row.pk == carry_over_id), None)
    if found is None or verb not in {"approve", "refuse"}:
        raise Http404
    by, now = person(request), request.now
    try:
        if verb == "approve":
            carry_overs.approve_carry_over(carry_over=found, by=by, now=now)
        else:
            reason = request.POST.get(f"{found.pk.hex}-reason", "")[:1000]
            carry_overs.refuse_carry_over(carry_over=found, reason=reason, by=by, now=now)
    except Unable as error:
        return _carry_overs_page(request, error.reason)
    messages.success(request, _("Done."))
    return redirect("grants:desk_carry_overs")
