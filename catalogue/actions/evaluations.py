"""What people thought of a course: asked once it is over, answered without a name."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalogue import participant_messages, permissions
from catalogue.actions.leader_evaluations import ask_leaders
from catalogue.models import Evaluation, EvaluationAnswer, Run
from catalogue.models.rosters import SCORES
from catalogue.workflow import HOLDING_STATES
from lms_portal.accounts.models import User
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import REFERENCE_ALPHABET
from lms_portal.common.models import DataKey

OPEN_DAYS = 28
CODE_LETTERS = 10


class UnableToEvaluate(Exception):
    """The evaluation does not take this; the first argument is the reason for the screen."""


@transaction.atomic
def open_evaluation(*, run: Run, now: datetime) -> Evaluation | None:
    """This will ask those who took part what they thought, once a run; None where nobody has a place. Open for four weeks."""
    if not run.enrolments.filter(status__in=HOLDING_STATES).exists():
        return None
    closes_on = oslo_date(now) + timedelta(days=OPEN_DAYS)
    found = Evaluation.objects.filter(run=run).first()
    if found is None:
        code = "".join(secrets.choice(REFERENCE_ALPHABET) for _letter in range(CODE_LETTERS))
        found = Evaluation.objects.create(run=run, code=code, data_key=DataKey.create(), opened_at=now, closes_on=closes_on)
    participant_messages.plan_evaluation(found, now=now)
    ask_leaders(run=run, now=now)
    return found


@transaction.atomic
def open_evaluation_by_hand(*, run: Run, by: User, now: datetime) -> Evaluation:
    """This will open the evaluation before the run is marked as held, such as on its last day. Raises: UnableToEvaluate."""
    if reason := permissions.why_not_note_attendance(by, run):
        raise UnableToEvaluate(reason)
    if run.first_possible_on is None or run.first_possible_on > oslo_date(now):
        raise UnableToEvaluate(_("The first day has not come yet."))
    opened = open_evaluation(run=Run.objects.select_for_update(of=("self",)).select_related("course").get(pk=run.pk), now=now)
    if opened is None:
        raise UnableToEvaluate(_("Nobody has a place on these dates, so there is nobody to ask."))
    return opened


@transaction.atomic
def answer(*, evaluation: Evaluation, values: Mapping[str, Any], now: datetime) -> None:
    """This will keep one answer, without who or when; never more answers than people who took part. Raises: UnableToEvaluate."""
    locked = Evaluation.objects.select_for_update(of=("self",)).select_related("data_key", "run").get(pk=evaluation.pk)
    if locked.closes_on < oslo_date(now):
        raise UnableToEvaluate(_("The evaluation is closed."))
    if locked.answers.count() >= locked.run.enrolments.filter(status__in=HOLDING_STATES).count():
        raise UnableToEvaluate(_("As many have answered as took part, so no more answers are taken."))
    texts = {name: values.get(name, "").strip() or None for name in ("good", "better")}
    scores = {name: values.get(name) for name in SCORES}
    if not any(value is not None for value in [*texts.values(), *scores.values()]):
        raise UnableToEvaluate(_("Answer at least one question."))
    EvaluationAnswer.objects.create(evaluation=locked, data_key=locked.data_key, **scores, **texts)
