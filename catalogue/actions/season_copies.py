"""Many runs at once: by a rule, and a whole season forward. Planned runs alone; nothing is sent and nothing opens by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from catalogue import permissions, recurrence, schedule
from catalogue.actions.runs import UnableToChangeRun, new_run, publicly_changed, term_edges_of
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import ScheduleKind
from catalogue.models import Course, DeliverySite, Run, TermEdge
from lms_portal.accounts.models import User
from lms_portal.common.clock import oslo_date, start_of_day

COPIED = ("day_count", "sign_up", "refer_to", "minimum")
SITE_COLUMNS = ("unit", "role", "mode", "meeting_place", "wayfinding_nb", "wayfinding_nn", "contact", "places")


@dataclass(frozen=True, slots=True)
class Copy:
    """One run to copy, and its new dates."""

    run: Run
    dates: schedule.Dates


def _copy_sites(source: Run, target: Run) -> None:
    DeliverySite.objects.bulk_create(
        DeliverySite(run=target, **{name: getattr(site, name) for name in SITE_COLUMNS}) for site in source.sites.all()
    )


def _moved_fields(run: Run, dates: schedule.Dates, *, now: datetime) -> dict[str, Any]:
    """What goes with a copy. Windows and the decision day keep their distance to the first day; those in the past are left out."""
    fields: dict[str, Any] = {name: getattr(run, name) for name in COPIED}
    first = schedule.compute(dates).first
    if run.first_possible_on is None or first is None:
        return fields
    shift, today = first - run.first_possible_on, oslo_date(now)
    for name in ("opens_at", "closes_at"):
        moment = getattr(run, name)
        # windows begin and end at midnight in Norway, in summer and winter
        day = oslo_date(moment) + shift if moment else None
        fields[name] = start_of_day(day) if day and day > today else None
    decide_on = run.decide_on + shift if run.decide_on else None
    fields["decide_on"] = decide_on if decide_on and decide_on > today else None
    return fields


@transaction.atomic
def copy_runs(*, copies: Sequence[Copy], by: User, now: datetime) -> list[Run]:
    """This will make planned runs out of earlier ones, all or none; people, messages and notes stay where they are.

    Raises: UnableToChangeRun, schedule.ScheduleError.
    """
    made: list[Run] = []
    rules = list(TermEdge.objects.select_related("unit"))
    for copy in copies:
        course = copy.run.course
        if not permissions.may_own(by, course.owner):
            raise UnableToChangeRun(_("Your roles do not let you edit this course."))
        dates = replace(copy.dates, edges=term_edges_of(course.owner, rules))
        fields = _moved_fields(copy.run, dates, now=now)
        try:
            with transaction.atomic():
                run = new_run(course=course, dates=dates, now=now, edited_at=now, copied_from=copy.run, **fields)
        except IntegrityError:
            raise UnableToChangeRun(_("Some of these dates have been copied already. Look at the list again.")) from None
        _copy_sites(copy.run, run)
        made.append(run)
    public = {copy.run.course_id for copy in copies if copy.run.course.is_public}
    if public:
        refresh_search(courses=public, now=now)
        note_change(courses=public, now=now)
    return made


@transaction.atomic
def create_by_rule(
    *, course: Course, meetings: Sequence[schedule.Meeting], as_one: bool, like: Run | None, by: User, now: datetime
) -> list[Run]:
    """This will make planned runs on the given days: one with all of them, or one a day. `like`: whose places and sign-up they get.

    Raises: UnableToChangeRun, schedule.ScheduleError.
    """
    if not permissions.may_own(by, course.owner):
        raise UnableToChangeRun(_("Your roles do not let you edit this course."))
    if not meetings or len(meetings) > recurrence.MOST_DAYS:
        raise UnableToChangeRun(_("Tick at least one day."))
    if like is not None and like.course_id != course.pk:
        raise ValueError("the pattern is a run of another course")
    groups = [tuple(meetings)] if as_one else [(meeting,) for meeting in meetings]
    made = []
    for group in groups:
        dates = schedule.Dates(ScheduleKind.SESSIONS, meetings=group)
        fields = {name: getattr(like, name) for name in COPIED if name != "day_count"} if like else {}
        run = new_run(course=course, dates=dates, now=now, edited_at=now, **fields)
        if like is not None:
            _copy_sites(like, run)
        made.append(run)
    publicly_changed(course, now=now)
    return made
