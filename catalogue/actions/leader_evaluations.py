"""What the two who led a course thought of it: asked with the participants, answered by a link or from the desk."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalogue import following, following_mails, permissions
from catalogue.links import LEADER, hash_of, secret_of
from catalogue.models import LeaderEvaluation, Run
from catalogue.models.following import LEADER_SCORES, LeaderSide
from catalogue.queries.following import representatives_of
from lms_portal.accounts.models import User
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey


class UnableToAnswer(Exception):
    """The leaders' form does not take this; the first argument is the reason for the screen."""


@transaction.atomic
def ask_leaders(*, run: Run, now: datetime) -> list[LeaderEvaluation]:
    """This will ask both leaders of a run, once each, and plan the mails with their links. Open for four weeks."""
    people = list(representatives_of(run.course, run=run))
    found = []
    for side in LeaderSide.values:
        row = LeaderEvaluation.objects.filter(run=run, side=side).select_related("run__course__owner").first()
        if row is None:
            row_id = new_id()
            row = LeaderEvaluation.objects.create(
                id=row_id,
                run=run,
                side=side,
                data_key=DataKey.create(),
                link_hash=hash_of(secret_of(row_id, purpose=LEADER), purpose=LEADER),
                asked_at=now,
                closes_on=oslo_date(now) + timedelta(days=following.LEADER_DAYS),
            )
        following_mails.plan_leaders_asked(asked=row, representatives=people, now=now)
        found.append(row)
    return found


@transaction.atomic
def ask_leaders_by_hand(*, run: Run, by: User, now: datetime) -> list[LeaderEvaluation]:
    """This will ask both leaders of a run that has begun, from its page. Raises: UnableToAnswer."""
    if reason := permissions.why_not_note_attendance(by, run):
        raise UnableToAnswer(reason)
    if not following.has_begun(run, oslo_date(now)):
        raise UnableToAnswer(_("The first day has not come yet."))
    return ask_leaders(run=Run.objects.select_for_update(of=("self",)).select_related("course__owner").get(pk=run.pk), now=now)


@transaction.atomic
def answer(*, asked: LeaderEvaluation, values: Mapping[str, Any], now: datetime, by: User | None = None) -> LeaderEvaluation:
    """This will keep a leader's answer; another one replaces it until the last day. Raises: UnableToAnswer.

    `by` is who is signed in; None where the link was used.
    """
    locked = LeaderEvaluation.objects.select_for_update(of=("self",)).select_related("data_key", "run__course__owner").get(pk=asked.pk)
    if by is not None:
        if reason := permissions.why_not_note_attendance(by, locked.run):
            raise UnableToAnswer(reason)
        if locked.side != LeaderSide.PROFESSIONAL:
            raise UnableToAnswer(_("The user representative answers by their own link."))
    if locked.closes_on < oslo_date(now):
        raise UnableToAnswer(_("The evaluation is closed."))
    texts = {name: (values.get(name) or "").strip() or None for name in ("good", "better")}
    scores = {name: values.get(name) for name in LEADER_SCORES}
    if not any(value is not None for value in [*texts.values(), *scores.values()]):
        raise UnableToAnswer(_("Answer at least one question."))
    for name, value in {**texts, **scores}.items():
        setattr(locked, name, value)
    locked.answered_at, locked.answered_by = now, by
    locked.save()
    return locked
