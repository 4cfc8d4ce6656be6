"""The grant office's desk: rounds, and one round with its applications and steps."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.actions import rounds as actions
from grants.enums import ApplicationStatus, CarryOverStatus, Phase, ReportStatus, RoundStatus
from grants.forms import AdviceForm, ConfirmRoundForm, MoveDeadlineForm, NewRoundForm
from grants.models import Advice, CarryOver, GuidelineVersion, Report, Round, Scheme
from grants.permissions import may_decide, may_handle, works_on
from grants.policies import phase
from grants.queries import applications_of_round, organisations_with_both_levels, sums_of
from grants.rounds import last_day_of
from grants.views.shared import crumbs, office_round, person
from grants.workflow import APPLICATION, ROUND
from lms_portal.accounts.permissions import roles_of
from lms_portal.audit.transitions import history_of
from lms_portal.common.clock import oslo_date, start_of_day
from lms_portal.common.http import PortalRequest
from lms_portal.common.people import directory

PER_PAGE = 50
Bound = tuple[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: PortalRequest) -> HttpResponse:
    """This will list the rounds of the person's offices, with what waits, and set up a new round."""
    rounds = list(Round.objects.visible_to(request.user).select_related("scheme__office"))
    schemes = list(Scheme.objects.select_related("office").filter(pk__in={round_.scheme_id for round_ in rounds}))
    if not rounds:
        schemes = list(Scheme.objects.select_related("office"))
    handled = [scheme for scheme in schemes if may_handle(request.user, scheme)]
    if not rounds and not handled:
        raise Http404
    newest = max((round_.grant_year for round_ in rounds), default=oslo_date(request.now).year)
    form = NewRoundForm(request.POST or None, initial={"grant_year": newest + 1}) if handled else None
    if request.method == "POST" and form and form.is_valid():
        try:
            made = actions.create_round(scheme=handled[0], grant_year=form.cleaned_data["grant_year"], by=person(request), now=request.now)
        except actions.UnableToSetUpRound as error:
            form.add_error("grant_year", error.reason)
        else:
            messages.success(request, _("The round is set up. Confirm its dates and guidelines, and it opens by itself."))
            return redirect("grants:desk_round", made.pk)
    context = {
        "rounds": [{"round": round_, "phase": phase(round_, request.now)} for round_ in rounds],
        "form": form,
        "waiting_reports": Report.objects.in_office_of(request.user).filter(status=ReportStatus.SUBMITTED).count(),
        "waiting_carry_overs": CarryOver.objects.filter(scheme__in=schemes, status=CarryOverStatus.REQUESTED).count(),
        "breadcrumbs": crumbs((_("Grant applications"), "")),
    }
    return render(request, "grants/desk.html", context)


@require_safe
def desk_round(request: PortalRequest, round_id: UUID) -> HttpResponse:
    """This will show one round: its sums against the frame, its next step, its applications."""
    return _round_page(request, office_round(request, round_id))


def _forms(request: PortalRequest, round_: Round, bound: Bound | None = None) -> dict[str, Any]:
    """The forms that the round's state and the person's roles allow; the one that was sent keeps what was typed."""
    given = dict([bound]) if bound else {}
    made: dict[str, Any] = {}
    if may_handle(request.user, round_.scheme):
        if round_.status == RoundStatus.PLANNED:
            guidelines = GuidelineVersion.objects.filter(scheme=round_.scheme)
            initial: dict[str, Any] = {
                "opens_on": oslo_date(round_.opens_at),
                "last_day": last_day_of(round_.closes_at),
                "guideline": round_.guideline_id,
                "frame_amount_nok": round_.frame_amount_nok,
            }
            made["confirm"] = ConfirmRoundForm(given.get("confirm"), initial=initial, guidelines=guidelines, prefix="confirm")
        if round_.status in {RoundStatus.PLANNED, RoundStatus.OPEN} and phase(round_, request.now) == Phase.OPEN:
            made["move"] = MoveDeadlineForm(given.get("move"), prefix="move")
    if works_on(request.user, round_) and round_.status == RoundStatus.IN_ASSESSMENT and not may_decide(request.user, round_.scheme):
        advice = Advice.objects.filter(round=round_).first()
        initial = {"text": advice.text, "given_on": advice.given_on} if advice else {}
        made["advice"] = AdviceForm(given.get("advice"), initial=initial, prefix="advice")
    return made


def _round_page(request: PortalRequest, round_: Round, bound: Bound | None = None, problem: str = "") -> HttpResponse:
    rows = applications_of_round(round_, request.user)
    chosen = request.GET.get("state", "")
    if chosen in ApplicationStatus.values:
        rows = rows.filter(status=chosen)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    sums = sums_of(round_)
    forms = _forms(request, round_, bound)
    roles = roles_of(request.user)
    hidden = ApplicationStatus.DRAFT if round_.status in {RoundStatus.PLANNED, RoundStatus.OPEN} else None
    tiles = [
        {
            "count": sums.counts[status],
            "text": str(APPLICATION.labels[status]),
            "url": f"?state={status}" if status != chosen else "?",
            "current": status == chosen,
        }
        for status in ApplicationStatus.values
        if sums.counts.get(status) and status != hidden
    ]
    context = {
        "round": round_,
        "phase": phase(round_, request.now),
        "sums": sums,
        "drafts": sums.counts.get(ApplicationStatus.DRAFT, 0) if hidden else 0,
        "tiles": tiles,
        "page": page,
        "both_levels": organisations_with_both_levels(page.object_list),
        "steps": [step for step in ROUND.from_state(round_.status, roles=roles) if step.verb in STEPS],
        "forms": forms,
        "advice": Advice.objects.filter(round=round_).first(),
        "problem": problem,
        "has_errors": bool(problem) or any(form.is_bound and form.errors for form in forms.values()),
        "events": timeline(ROUND, round_.pk),
        "breadcrumbs": crumbs(
            (_("Grant applications"), reverse("grants:desk")), (_("Grants for %(year)s") % {"year": round_.grant_year}, "")
        ),
    }
    return render(request, "grants/desk_round.html", context)


def timeline(workflow: Any, object_id: UUID) -> list[dict[str, Any]]:
    """This will list an object's moves for the timeline, with the names of those who made them."""
    moves = list(history_of(workflow, object_id))
    names = directory().names_of_people({move.actor_id for move in moves if move.actor_id})
    return [
        {
            "at": move.portal_at,
            "title": str(workflow.labels[move.target]),
            "text": move.reason,
            "by": names.get(move.actor_id, "") if move.actor_id else _("The portal, by the calendar"),
            "current": index == len(moves) - 1,
        }
        for index, move in enumerate(moves)
    ]


STEPS: dict[str, Callable[..., Any]] = {
    "start_assessment": actions.start_assessment,
    "recommend": actions.recommend_round,
    "decide": actions.decide_round,
    "finish_payments": actions.finish_payments,
    "settle": actions.settle_round,
}


@require_POST
def desk_round_do(request: PortalRequest, round_id: UUID, verb: str) -> HttpResponse:
    """This will do one step of a round, and show the page again with the reason where it was refused."""
    round_ = office_round(request, round_id)
    by, now = person(request), request.now
    if verb in STEPS:
        return _done(request, round_, lambda: STEPS[verb](round=round_, by=by, now=now))
    form = _forms(request, round_, (verb, request.POST)).get(verb)
    if form is None:
        raise Http404
    if not form.is_valid():
        return _round_page(request, round_, (verb, request.POST))
    answers = form.cleaned_data
    if verb == "confirm":
        answers = {**answers, "opens_at": start_of_day(answers["opens_on"])}
        del answers["opens_on"]
    calls: dict[str, Callable[..., Any]] = {"confirm": actions.confirm_round, "move": actions.move_deadline, "advice": actions.file_advice}
    return _done(request, round_, lambda: calls[verb](round=round_, by=by, now=now, **answers), (verb, request.POST))


def _done(request: PortalRequest, round_: Round, action: Callable[[], Any], bound: Bound | None = None) -> HttpResponse:
    try:
        action()
    except (actions.UnableToSetUpRound, actions.UnableToAdvanceRound) as error:
        return _round_page(request, office_round(request, round_.pk), bound, error.reason)
    messages.success(request, _("Done."))
    return redirect("grants:desk_round", round_.pk)
