"""What the two leaders of a course thought of it: answered by a link or from the desk, read beside the participants' answers."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue import permissions
from catalogue.actions import leader_evaluations as actions
from catalogue.following_mails import leader_link
from catalogue.forms import rosters as participants_forms
from catalogue.forms.following import LEADER_QUESTIONS, LeaderForm
from catalogue.links import LEADER, secret_of
from catalogue.models import Course, LeaderEvaluation, Run
from catalogue.models.following import LEADER_SCORES, LeaderSide
from catalogue.queries.following import leader_evaluation_of
from catalogue.views.desk import acting_on, crumbs
from catalogue.views.joining import _limited, own_page
from catalogue.wording import label_of, language_now
from lms_portal.accounts.models import User
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import format_date
from lms_portal.common.http import PortalRequest


def _written(row: LeaderEvaluation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*LEADER_SCORES, "good", "better")}


# By the link


@own_page
def leader_answer(request: PortalRequest, secret: str) -> HttpResponse:
    """This will take the answer of whoever holds the link. The page names the dates, and neither the course nor anybody."""
    if limited := _limited(request, "place_page"):
        return limited
    asked = leader_evaluation_of(secret)
    if asked is None:
        return render(request, "catalogue/leader_gone.html", status=404)
    is_over = asked.closes_on < oslo_date(request.now)
    form = LeaderForm(request.POST if request.method == "POST" else None, initial=_written(asked))
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(asked=asked, values=form.cleaned_data, now=request.now)
        except actions.UnableToAnswer as error:
            form.add_error(None, str(error))
        else:
            return redirect("catalogue:leader_thanks")
    context = {"form": form, "asked": asked, "is_over": is_over, "label": label_of(asked.run), "unit": asked.run.course.owner}
    return render(request, "catalogue/leader_answer.html", context)


@login_not_required
@require_safe
def leader_thanks(request: PortalRequest) -> HttpResponse:
    """Thanks."""
    return render(request, "catalogue/leader_gone.html", {"thanks": True})


# From the desk


def _run_seen(request: PortalRequest, code: str, run_id: UUID) -> Run:
    """Those who see the participants, and those who edit the course."""
    mine = Course.objects.with_participants_for(request.user) | Course.objects.visible_to(request.user)
    found = get_object_or_404(mine.distinct().select_related("owner", "public_version", "draft_version"), code=code)
    rows = (Run.objects.with_participants_for(request.user) | Run.objects.visible_to(request.user)).filter(course=found)
    rows = rows.distinct().select_related("course__owner", "course__public_version", "course__draft_version", "term", "recurrence")
    return get_object_or_404(rows.prefetch_related("sessions", "months"), pk=run_id)


@require_POST
def leaders_ask(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """This will make both leaders' forms."""
    run = _run_seen(request, code, run_id)
    user = cast("User", request.user)
    try:
        with acting_on(run.course, user, "open_evaluation"):
            actions.ask_leaders_by_hand(run=run, by=user, now=request.now)
    except actions.UnableToAnswer as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Both leaders are asked. User representatives whose e-mail is known get the link."))
    return redirect("catalogue:evaluation", code=code, run_id=run_id)


@require_http_methods(["GET", "HEAD", "POST"])
def leader_own(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """The professional leader's form, for whoever is signed in and sees the participants."""
    run = _run_seen(request, code, run_id)
    user = cast("User", request.user)
    rows = LeaderEvaluation.objects.visible_to(request.user).select_related("data_key", "run__course__owner")
    asked = get_object_or_404(rows, run=run, side=LeaderSide.PROFESSIONAL)
    form = LeaderForm(request.POST if request.method == "POST" else None, initial=_written(asked))
    back = reverse("catalogue:evaluation", args=[code, run_id])
    if request.method == "POST" and form.is_valid():
        try:
            with acting_on(run.course, user, "answer_evaluation"):
                actions.answer(asked=asked, values=form.cleaned_data, by=user, now=request.now)
        except actions.UnableToAnswer as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your answers are saved."))
            return redirect(back)
    context = {
        "form": form,
        "course": run.course,
        "label": label_of(run),
        "is_over": asked.closes_on < oslo_date(request.now),
        "why_not": permissions.why_not_note_attendance(user, run),
        "back": back,
        "breadcrumbs": [*crumbs(run.course, _("Evaluation"))],
    }
    return render(request, "catalogue/leader_own.html", context)


def _own_link(row: LeaderEvaluation) -> dict[str, str]:
    """The user representative's link, until they have answered: whoever has it could change what they wrote."""
    if row.side != LeaderSide.REPRESENTATIVE or row.answered_at is not None:
        return {}
    secret = secret_of(row.pk, purpose=LEADER)
    return {"address": leader_link(row.pk, language=language_now()), "path": reverse("catalogue:leader_answer", args=[secret])}


def leaders_beside(request: PortalRequest, run: Run, agreed: dict[str, int]) -> dict[str, Any]:
    """This will lay the leaders' answers beside the participants'; `agreed`: statement to how many per cent agree, where it is shown."""
    rows = LeaderEvaluation.objects.visible_to(request.user).filter(run=run).select_related("data_key")
    asked = {row.side: row for row in rows}
    words: dict[int | None, Any] = dict(participants_forms.ANSWERS)
    statements = [*LEADER_SCORES[:-1], "recommend", LEADER_SCORES[-1]]
    questions = {**participants_forms.QUESTIONS, "together": LEADER_QUESTIONS["together"]}
    sides = [(side, label, asked.get(side)) for side, label in LeaderSide.choices]
    return {
        "asked": bool(asked),
        "rows": [
            {
                "question": questions[name],
                "agreed": agreed.get(name),
                "has_participants": name in participants_forms.QUESTIONS,
                "answers": [words.get(getattr(row, name, None), "") if row else "" for _side, _label, row in sides],
            }
            for name in statements
        ],
        "sides": [
            {
                "label": label,
                "side": side,
                "row": row,
                "closes_on": format_date(row.closes_on),
                "is_open": row.closes_on >= oslo_date(request.now),
                **_own_link(row),
                "good": row.good or "",
                "better": row.better or "",
            }
            for side, label, row in sides
            if row
        ],
        "has_answers": any(row.answered_at for row in asked.values()),
    }
