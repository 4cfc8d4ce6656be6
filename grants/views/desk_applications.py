"""One application on the office's desk: its content, the formal check, questions, assessment, recommendation."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from grants.actions import applications as intake
from grants.actions import assessment as actions
from grants.actions.refusal import Unable
from grants.enums import ApplicationStatus, RoundStatus
from grants.forms import AskForm, AssessForm, LateForm, ReasonForm, RecommendForm, ScreeningForm
from grants.models import Application
from grants.permissions import has_conflict, may_handle
from grants.queries import case_of, sums_of
from grants.views.desk import timeline
from grants.views.shared import crumbs, log_read, office_application, person, sections_of
from grants.workflow import APPLICATION
from lms_portal.common.http import PortalRequest

OFFICE = "case work"
Bound = tuple[str, Any]


@require_safe
def desk_application(request: PortalRequest, reference: str) -> HttpResponse:
    """This will show an application to its office, with the steps that its state allows."""
    return _page(request, office_application(request, reference))


def _forms(request: PortalRequest, found: Application, bound: Bound | None = None) -> dict[str, Any]:
    """The forms that the application's state allows; the one that was sent keeps what was typed."""
    if not may_handle(request.user, found.round.scheme) or has_conflict(request.user, found):
        return {}
    given = dict([bound]) if bound else {}
    status, round_status = found.status, found.round.status
    made: dict[str, Any] = {}

    def add(name: str, form: Any, **kwargs: Any) -> None:
        made[name] = form(given.get(name), prefix=name, **kwargs)

    if status == ApplicationStatus.DRAFT and round_status in {RoundStatus.CLOSED, RoundStatus.IN_ASSESSMENT}:
        add(
            "late",
            LateForm,
            label=gettext_lazy("Why is the application taken in late?"),
            button=gettext_lazy("Take in the late application"),
        )
    if status == ApplicationStatus.SCREENING:
        checks = {check.code: check for check in found.screening_checks.all()}
        initial: dict[str, str] = {}
        for code, check in checks.items():
            initial |= {code: "yes" if check.is_met else "no", f"{code}_note": check.note}
        add("screen", ScreeningForm, criteria=found.guideline.criteria(), initial=initial)
        add("ask", AskForm)
        add("ineligible", ReasonForm, label=gettext_lazy("Why may the organisation not apply?"), button=gettext_lazy("Refuse formally"))
    if status == ApplicationStatus.INELIGIBLE:
        add("readmit", ReasonForm, label=gettext_lazy("Why is the application taken up again?"), button=gettext_lazy("Take up again"))
    if status in {ApplicationStatus.UNDER_REVIEW, ApplicationStatus.RECOMMENDED} and round_status == RoundStatus.IN_ASSESSMENT:
        own = next((each for each in found.assessments.all() if each.reviewer_id == person(request).pk), None)
        assessed = {"score": own.score, "comment": own.comment, "amounts_add_up": own.amounts_add_up} if own else {}
        add("assess", AssessForm, initial=assessed)
        recommended = {"amount_nok": found.recommended_nok, "text": found.recommendation} if found.recommended_nok is not None else {}
        add("recommend", RecommendForm, initial=recommended, applied_nok=found.applied_nok or 0)
    return made


def _page(request: PortalRequest, found: Application, bound: Bound | None = None, problem: str = "") -> HttpResponse:
    forms = _forms(request, found, bound)
    handles = may_handle(request.user, found.round.scheme)
    conflicted = has_conflict(request.user, found)
    context = {
        "application": found,
        "case": case_of(found),
        "sections": sections_of(case_of(found)),
        "forms": forms,
        "handles": handles,
        "conflicted": conflicted,
        "can_begin": handles and found.status == ApplicationStatus.SUBMITTED and found.round.status == RoundStatus.IN_ASSESSMENT,
        "can_review": handles and not conflicted and found.status == ApplicationStatus.SCREENING,
        "sums": sums_of(found.round),
        "checks": _checks(found),
        "assessments": found.assessments.select_related("reviewer"),
        "late_parts": [part for part in found.parts.all() if part.late_saved_at],
        "events": timeline(APPLICATION, found.pk),
        "problem": problem,
        "has_errors": bool(problem) or any(form.is_bound and form.errors for form in forms.values()),
        "breadcrumbs": crumbs(
            (_("Grant applications"), reverse("grants:desk")),
            (_("Grants for %(year)s") % {"year": found.round.grant_year}, reverse("grants:desk_round", args=[found.round_id])),
            (found.reference, ""),
        ),
    }
    with transaction.atomic():
        log_read(found, OFFICE)
        return render(request, "grants/desk_application.html", context)


def _checks(found: Application) -> list[dict[str, Any]]:
    words = dict(found.guideline.criteria())
    return [
        {
            "term": words.get(check.code, check.code),
            "value": f"{_('Met') if check.is_met else _('Not met')}{'. ' + check.note if check.note else ''}",
        }
        for check in found.screening_checks.order_by("code")
    ]


def _call(request: PortalRequest, found: Application, verb: str, answers: dict[str, Any], form: Any) -> Any:
    common: dict[str, Any] = {"application": found, "by": person(request), "now": request.now}
    calls: dict[str, Callable[[], Any]] = {
        "begin": lambda: actions.begin_screening(**common),
        "review": lambda: actions.send_to_review(**common),
        "conflict": lambda: actions.declare_conflict(**common),
        "screen": lambda: actions.record_checks(checks=form.checks(), **common),
        "ask": lambda: actions.ask_for_information(**answers, **common),
        "ineligible": lambda: actions.find_ineligible(**answers, **common),
        "readmit": lambda: actions.readmit(**answers, **common),
        "assess": lambda: actions.assess(**answers, **common),
        "recommend": lambda: actions.recommend_application(**answers, **common),
        "late": lambda: intake.take_in_late(**answers, **common),
    }
    return calls[verb]()


@require_POST
def desk_application_do(request: PortalRequest, reference: str, verb: str) -> HttpResponse:
    """This will do one step of the case work, and show the page again with the reason where it was refused."""
    found = office_application(request, reference)
    form, answers = None, {}
    if verb not in {"begin", "review", "conflict"}:
        form = _forms(request, found, (verb, request.POST)).get(verb)
        if form is None:
            raise Http404
        if not form.is_valid():
            return _page(request, found, (verb, request.POST))
        answers = form.cleaned_data
    try:
        _call(request, found, verb, answers, form)
    except Unable as error:
        return _page(request, office_application(request, reference), (verb, request.POST), error.reason)
    messages.success(request, _("Done."))
    return redirect("grants:desk_application", reference)
