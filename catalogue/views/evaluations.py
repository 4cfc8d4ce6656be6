"""What people thought of a course: answered without sign-in or name, read by those who hold it, from five answers up."""

import io
import random
from typing import Any, cast
from uuid import UUID

import segno
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import permissions
from catalogue.actions import evaluations as actions
from catalogue.forms import rosters as forms
from catalogue.models import Evaluation, Run
from catalogue.models.rosters import SCORES
from catalogue.participant_messages import address_of
from catalogue.policies import LEAST_ANSWERS
from catalogue.views.desk import RUN_TONES, acting_on, course_of, crumbs
from catalogue.views.leader_evaluations import leaders_beside
from catalogue.wording import label_of
from lms_portal.accounts.models import User
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import format_date
from lms_portal.common.http import PortalRequest

QR_SCALE = 5


# For those who took part


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evaluate(request: PortalRequest, code: str) -> HttpResponse:
    """The questions. The page names neither the course nor anybody."""
    found = get_object_or_404(Evaluation.objects.public().select_related("run__course"), code=code.upper())
    is_over = found.closes_on < oslo_date(request.now)
    form = forms.EvaluationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (limited := ratelimit.consume_or_429(request, action="evaluation")):
        return cast("HttpResponse", limited)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(evaluation=found, values=form.cleaned_data, now=request.now)
        except actions.UnableToEvaluate as error:
            form.add_error(None, str(error))
        else:
            return redirect("catalogue:evaluated")
    context = {"form": form, "is_over": is_over, "closes_on": found.closes_on, "breadcrumbs": [{"text": _("Evaluation")}]}
    return render(request, "catalogue/evaluate.html", context)


@login_not_required
@require_safe
def evaluated(request: PortalRequest) -> HttpResponse:
    """Thanks."""
    return render(request, "catalogue/evaluated.html", {"breadcrumbs": [{"text": _("Evaluation")}]})


# For those who hold the course


def _bars(answers: list[Any]) -> list[dict[str, Any]]:
    """How the answers to each statement are spread; a statement that fewer than five have answered says only that."""
    rows = []
    for name in SCORES:
        given = [value for one in answers if (value := getattr(one, name)) is not None]
        is_shown = len(given) >= LEAST_ANSWERS
        rows.append(
            {
                "question": forms.QUESTIONS[name],
                "is_shown": is_shown,
                "counts": [given.count(value) for value, _words in forms.ANSWERS] if is_shown else [],
                "agree": round(100 * sum(value >= 4 for value in given) / len(given)) if is_shown else None,
                "number": len(given) if is_shown else None,
            }
        )
    return rows


def _remarks(answers: list[Any], name: str) -> list[str]:
    """What people wrote, in no order, so that nobody's two remarks stand side by side."""
    texts = [text for one in answers if (text := getattr(one, name))]
    if len(texts) > 1:
        random.Random(f"{name}{len(texts)}").shuffle(texts)  # noqa: S311 - an order, not a secret
    return texts


def _run_of_course(request: PortalRequest, code: str, run_id: UUID) -> Run:
    course = course_of(request, code)
    rows = (
        Run.objects.visible_to(request.user)
        .filter(course=course)
        .select_related("course__owner", "course__public_version", "course__draft_version", "term", "recurrence")
    )
    return get_object_or_404(rows.prefetch_related("sessions", "months"), pk=run_id)


@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """The results of a run's evaluation; before it is open, the button that opens it."""
    run = _run_of_course(request, code, run_id)
    user = cast("User", request.user)
    found = Evaluation.objects.visible_to(request.user).filter(run=run).first()
    if request.method == "POST":
        try:
            with acting_on(run.course, user, "open_evaluation"):
                actions.open_evaluation_by_hand(run=run, by=user, now=request.now)
        except actions.UnableToEvaluate as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("The evaluation is open. Whoever has an e-mail address gets the link; the others can have the code.")
            )
        return redirect("catalogue:evaluation", code=code, run_id=run_id)
    answers = list(found.answers.select_related("data_key")) if found else []
    enough = len(answers) >= LEAST_ANSWERS
    rows = _bars(answers) if enough else []
    context = {
        "course": run.course,
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "evaluation": found,
        "address": address_of(found) if found else "",
        "closes_on": format_date(found.closes_on) if found else "",
        "is_open": bool(found and found.closes_on >= oslo_date(request.now)),
        "enough": enough,
        "least": LEAST_ANSWERS,
        "number": len(answers) if enough else None,
        "heads": [words for _value, words in forms.ANSWERS],
        "rows": rows,
        "leaders": leaders_beside(request, run, {name: row["agree"] for name, row in zip(SCORES, rows, strict=False) if row["is_shown"]}),
        "good": _remarks(answers, "good") if enough else [],
        "better": _remarks(answers, "better") if enough else [],
        "why_not": permissions.why_not_note_attendance(user, run),
        "breadcrumbs": crumbs(run.course, _("Evaluation")),
    }
    return render(request, "catalogue/evaluation.html", context)


@require_safe
def evaluation_code(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """The code of an evaluation as a picture, for the last meeting's wall or paper."""
    run = _run_of_course(request, code, run_id)
    found = get_object_or_404(Evaluation.objects.visible_to(request.user), run=run)
    picture = io.BytesIO()
    segno.make(address_of(found), error="m").save(
        picture, kind="svg", scale=QR_SCALE, border=2, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
