"""What a member of an organisation sees: their organisations, the open round, the door to choose, all years of money."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.actions.applications import UnableToStart, start_application
from grants.actions.carry_overs import UnableToRecordRepayment, record_repayment
from grants.actions.reports import UnableToReport, start_report
from grants.enums import ReportStatus
from grants.forms import RepaymentForm
from grants.models import Application, CarryOver, LedgerAccount, Organisation, Report, Round
from grants.models.organisations import works_in_an_office
from grants.permissions import may_handle
from grants.policies import phase, why_closed
from grants.queries import accounts_of, announced_round, entries_of
from grants.rounds import stand_alone_report_due
from grants.views.shared import crumbs, person
from lms_portal.common.http import PortalRequest
from lms_portal.common.money import format_kroner


@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    """This will list the person's organisations with what each has to do now, and their earlier applications."""
    organisations = list(Organisation.objects.of(request.user).select_related("unit").order_by("unit__sort_key"))
    round_ = announced_round(request.now)
    applications = list(
        Application.objects.of(request.user)
        .select_related("round__scheme", "organisation__unit")
        .order_by("-round__grant_year", "organisation__unit__sort_key")
    )
    reports = {(r.organisation_id, r.grant_year): r for r in Report.objects.of(request.user)}
    money = {(a.organisation_id, a.year) for a in LedgerAccount.objects.filter(organisation__in=organisations) if a.in_nok}
    rows = []
    for organisation in organisations:
        current = next((a for a in applications if round_ and a.organisation_id == organisation.pk and a.round_id == round_.pk), None)
        year = round_.reports_on_year if round_ else 0
        report = reports.get((organisation.pk, year))
        rows.append(
            {
                "organisation": organisation,
                "application": current,
                "report": report,
                "must_report": (organisation.pk, year) in money
                and (report is None or report.status in {ReportStatus.DRAFT, ReportStatus.RETURNED}),
                "returned": [r for r in reports.values() if r.organisation_id == organisation.pk and r.status == ReportStatus.RETURNED],
            }
        )
    context = {
        "rows": rows,
        "round": round_,
        "phase": phase(round_, request.now) if round_ else None,
        "report_due": stand_alone_report_due(round_.reports_on_year) if round_ else None,
        "earlier": [a for a in applications if not round_ or a.round_id != round_.pk],
        "breadcrumbs": crumbs((_("Our grant applications"), "")),
    }
    return render(request, "grants/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PortalRequest, round_id: UUID, organisation_id: UUID) -> HttpResponse:
    """This will tell what is needed before writing, and start the application, or the report alone."""
    organisation = Organisation.objects.of(request.user).select_related("unit", "data_key").filter(pk=organisation_id).first()
    round_ = Round.objects.select_related("scheme__office", "guideline").filter(pk=round_id).first()
    if organisation is None or round_ is None:
        raise Http404
    existing = Application.objects.filter(round=round_, organisation=organisation).first()
    if existing:
        return redirect("grants:application", existing.reference)
    problem = why_closed(round_, request.now)
    if request.method == "POST":
        try:
            if request.POST.get("door") == "alone":
                report = start_report(
                    organisation=organisation, scheme=round_.scheme, grant_year=round_.reports_on_year, by=person(request), now=request.now
                )
                return redirect("grants:report", report.pk)
            application = start_application(round=round_, organisation=organisation, by=person(request), now=request.now)
            return redirect("grants:application", application.reference)
        except (UnableToStart, UnableToReport) as error:
            problem = error.reason
    has_money = LedgerAccount.objects.filter(organisation=organisation, scheme=round_.scheme, year=round_.reports_on_year).exists()
    context = {
        "organisation": organisation,
        "round": round_,
        "phase": phase(round_, request.now),
        "problem": problem,
        "has_money": has_money,
        "report_due": stand_alone_report_due(round_.reports_on_year),
        "criteria": [words for _code, words in round_.guideline.criteria()] if round_.guideline else [],
        "breadcrumbs": crumbs((_("Our grant applications"), reverse("grants:mine")), (_("Before you start"), "")),
    }
    return render(request, "grants/start.html", context)


@require_POST
def start_report_alone(request: PortalRequest, organisation_id: UUID, scheme_id: UUID, year: int) -> HttpResponse:
    """This will begin a report on its own."""
    organisation = Organisation.objects.of(request.user).select_related("unit").filter(pk=organisation_id).first()
    scheme = Round.objects.filter(scheme_id=scheme_id, grant_year=year).select_related("scheme__office").first()
    if organisation is None or scheme is None:
        raise Http404
    try:
        report = start_report(organisation=organisation, scheme=scheme.scheme, grant_year=year, by=person(request), now=request.now)
    except UnableToReport as error:
        messages.error(request, error.reason)
        return redirect("grants:mine")
    return redirect("grants:report", report.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: PortalRequest, organisation_id: UUID) -> HttpResponse:
    """This will show all years of an organisation: applications, reports and the ledger, with every entry's decision."""
    found = Organisation.objects.visible_to(request.user).select_related("unit", "parent__unit").filter(pk=organisation_id).first()
    if found is None:
        raise Http404
    accounts = list(accounts_of(found, request.user))
    handled = [account for account in accounts if account.open_nok > 0 and may_handle(request.user, account.scheme)]
    choices = [
        (
            str(a.pk),
            _("%(year)s, granted for %(origin)s: %(open)s open")
            % {"year": a.year, "origin": a.origin_year, "open": format_kroner(a.open_nok)},
        )
        for a in handled
    ]
    form = RepaymentForm(request.POST or None, accounts=choices) if choices else None
    if request.method == "POST" and form and form.is_valid():
        chosen = next(a for a in handled if str(a.pk) == form.cleaned_data["account"])
        try:
            record_repayment(
                account=chosen,
                amount_nok=form.cleaned_data["amount_nok"],
                note=form.cleaned_data["note"],
                by=person(request),
                now=request.now,
            )
        except UnableToRecordRepayment as error:
            form.add_error(None, error.reason)
        else:
            messages.success(request, _("The repayment is recorded."))
            return redirect("grants:organisation", found.pk)
    context = {
        "organisation": found,
        "accounts": accounts,
        "entries": entries_of(accounts),
        "applications": Application.objects.visible_to(request.user)
        .filter(organisation=found)
        .select_related("round")
        .order_by("-round__grant_year"),
        "reports": Report.objects.visible_to(request.user).filter(organisation=found).order_by("-grant_year"),
        "carry_overs": CarryOver.objects.filter(organisation=found).order_by("-from_year") if accounts else [],
        "form": form,
        "in_office": may_see_as_office(request),
        "breadcrumbs": crumbs((found.unit.name, "")),
    }
    return render(request, "grants/organisation.html", context)


def may_see_as_office(request: PortalRequest) -> bool:
    """This will say whether the person reads as the office: inner states instead of the applicant's words."""
    return works_in_an_office(request.user)
