"""The rules of what follows a course, on rows that are already loaded: keeping in touch, the leaders' evaluation, news."""

from datetime import date, datetime, time, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.enums import ScheduleKind
from catalogue.models import Enrolment, NewsItem, Run, SelfHelpGroup
from catalogue.schedule import is_over
from lms_portal.common.clock import oslo_date

Reason = str | Promise | None
SHARED_DAYS_AFTER = 14
FORGOTTEN_DAYS_AFTER = 180
MAILED_AT = time(9)
LEADER_DAYS = 28
NEWS_TO_CONFIRM = timedelta(days=7)
MOST_STEPS = 12
TOOK_PART = frozenset({Enrolment.Status.CONFIRMED, Enrolment.Status.COMPLETED, Enrolment.Status.NOT_COMPLETED})


def has_begun(run: Run, today: date) -> bool:
    """This will say whether a run has certainly begun by a Norwegian day; vague dates have when they are over."""
    if run.status == Run.Status.CANCELLED:
        return False
    exact = run.kind == ScheduleKind.SESSIONS and run.first_possible_on is not None and run.first_possible_on <= today
    return exact or run.status == Run.Status.COMPLETED or is_over(run.last_possible_on, today)


def share_day(run: Run, *, today: date) -> date:
    """This will set the day on which those who said yes see each other: two weeks after the last meeting, so that all have time to answer."""
    return max(run.last_possible_on or today, today) + timedelta(days=SHARED_DAYS_AFTER)


def forget_day(share_on: date) -> date:
    """This will set the day on which everything is deleted: half a year later the group keeps in touch by itself, or not at all."""
    return share_on + timedelta(days=FORGOTTEN_DAYS_AFTER)


def is_shared(group: SelfHelpGroup, *, now: datetime) -> bool:
    """This will say whether those who said yes may see each other now."""
    return group.share_on <= oslo_date(now)


def why_not_join_group(enrolment: Enrolment, run: Run | None, group: SelfHelpGroup | None, *, now: datetime) -> Reason:
    """This will say why somebody cannot say yes to keep in touch: the run has not begun, they have no place, or the time is over."""
    today = oslo_date(now)
    if run is None or enrolment.run_id != run.pk or enrolment.status not in TOOK_PART:
        return _("Only those who take part in the course can say yes.")
    if not has_begun(run, today):
        return _("You can say yes when the course has begun and you know who the others are.")
    forgotten = forget_day(share_day(run, today=run.last_possible_on)) if run.last_possible_on else None
    last = group.forget_on if group else forgotten
    if last is not None and last <= today:
        return _("It is too long since the course: the list has been deleted.")
    return None


def why_not_send(item: NewsItem, *, send_at: datetime, now: datetime) -> Reason:
    """This will say why a piece of news cannot be sent at a moment."""
    if item.sent_at is not None:
        return _("The news has been sent already.")
    if not (item.title_nb and item.title_nn and item.text_nb and item.text_nn):
        return _("Write title and text in both bokmål and nynorsk first.")
    if send_at < now - timedelta(minutes=1):
        return _("Choose a time to come.")
    return None
