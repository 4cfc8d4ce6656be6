"""Runs: made, dated, opened, closed, postponed, cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue import participant_messages, permissions, policies, schedule
from catalogue.actions.evaluations import open_evaluation
from catalogue.actions.places import change_enrolment
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import ScheduleKind, SiteMode, SiteRole, TermSeason
from catalogue.models import Course, DeliverySite, Run, RunMonth, RunRecurrence, RunSession, RunTerm, TermEdge
from catalogue.workflow import RUN
from lms_portal.accounts.models import Unit, User
from lms_portal.audit import transitions
from lms_portal.common.clock import oslo_date

RUN_COLUMNS = ("day_count", "sign_up", "refer_to", "opens_at", "closes_at", "minimum", "decide_on", "note_nb", "note_nn")


class UnableToChangeRun(Exception):
    """The dates cannot be changed in this way; the first argument is the reason for the screen."""


class RunEditedMeanwhile(Exception):
    """Somebody else saved since the form was opened; nothing has been written. `current` is what stands now."""

    def __init__(self, current: Run) -> None:
        super().__init__("edited meanwhile")
        self.current = current


@dataclass(frozen=True, slots=True)
class SiteFields:
    """One place of a run as an editor writes it. `id` is None for a new one."""

    unit: Unit
    role: SiteRole
    mode: SiteMode
    id: UUID | None = None
    meeting_place: str = ""
    wayfinding_nb: str = ""
    wayfinding_nn: str = ""
    meeting_url: str = ""
    contact: Unit | None = None
    places: int | None = None


def term_edges_of(unit: Unit, rules: Sequence[TermEdge] | None = None) -> dict[TermSeason, schedule.Edges]:
    """This will return when terms begin and end at a unit: its own rule, else that of the nearest unit above it, else the default.

    `rules`: every rule with its unit, where the caller asks for many units.
    """
    codes = unit.path.split("/")
    found = dict(schedule.DEFAULT_EDGES)
    rows = TermEdge.objects.filter(unit__code__in=codes).select_related("unit") if rules is None else rules
    for row in sorted((row for row in rows if row.unit.code in codes), key=lambda edge: len(edge.unit.path)):
        found[TermSeason(row.season)] = schedule.Edges((row.first_month, row.first_day), (row.last_month, row.last_day))
    return found


@transaction.atomic
def new_run(*, course: Course, dates: schedule.Dates, now: datetime, **fields: Any) -> Run:
    """This will make a planned run with its dates; sites are added by the caller. Raises: schedule.ScheduleError."""
    computed = schedule.compute(dates)
    run = Run.objects.create(
        course=course,
        kind=dates.kind,
        first_possible_on=computed.first,
        last_possible_on=computed.last,
        sort_key=computed.sort_key,
        created_at=now,
        **fields,
    )
    _write_children(run, dates)
    return run


@transaction.atomic
def set_dates(*, run: Run, dates: schedule.Dates) -> Run:
    """This will replace a run's dates and the columns computed from them.

    Raises: schedule.ScheduleError; UnableToChangeRun where a meeting goes at which somebody's attendance is noted.
    """
    computed = schedule.compute(dates)
    kept = _keep_sessions(run, dates.meetings)
    run.months.all().delete()
    RunTerm.objects.filter(run=run).delete()
    RunRecurrence.objects.filter(run=run).delete()
    run.kind, run.first_possible_on, run.last_possible_on, run.sort_key = dates.kind, computed.first, computed.last, computed.sort_key
    run.save(update_fields=["kind", "first_possible_on", "last_possible_on", "sort_key"])
    _write_children(run, replace(dates, meetings=tuple(meeting for meeting in dates.meetings if meeting not in kept)))
    return run


def _keep_sessions(run: Run, wanted: Sequence[schedule.Meeting]) -> set[schedule.Meeting]:
    """Take away the meetings that are no longer held; the others keep their rows, and with them who came. Returns those that stay."""
    rows = {schedule.Meeting(row.held_on, row.starts_at_clock, row.ends_at_clock): row for row in run.sessions.all()}
    gone = [row.pk for meeting, row in rows.items() if meeting not in wanted]
    try:
        run.sessions.filter(pk__in=gone).delete()
    except ProtectedError:
        raise UnableToChangeRun(_("Who came is noted for a meeting that you change or take away. Clear its attendance first.")) from None
    return {meeting for meeting in rows if meeting in wanted}


def _write_children(run: Run, dates: schedule.Dates) -> None:
    RunSession.objects.bulk_create(
        RunSession(run=run, held_on=meeting.held_on, starts_at_clock=meeting.starts, ends_at_clock=meeting.ends)
        for meeting in dates.meetings
    )
    RunMonth.objects.bulk_create(RunMonth(run=run, month_on=month) for month in dates.months)
    if dates.kind == ScheduleKind.TERM and dates.season and dates.year:
        RunTerm.objects.create(run=run, season=dates.season, year=dates.year)
    if dates.kind == ScheduleKind.RECURRING and dates.frequency:
        RunRecurrence.objects.create(
            run=run, frequency=dates.frequency, weekday=dates.weekday, from_on=dates.from_on, until_on=dates.until_on
        )


# By an editor


def _checked(reason: str | Promise | None) -> None:
    if reason:
        raise UnableToChangeRun(reason)


def _lock(run: Run) -> Run:
    return Run.objects.select_for_update(of=("self",)).select_related("course__owner", "course__public_version").get(pk=run.pk)


def publicly_changed(course: Course, *, now: datetime) -> None:
    """This will have what visitors see of a public course made anew, in the transaction of the change."""
    if course.is_public:
        refresh_search(courses=[course.pk], now=now)
        note_change(courses=[course.pk], now=now)


@transaction.atomic
def create_run(
    *,
    course: Course,
    dates: schedule.Dates,
    fields: Mapping[str, Any],
    sites: Sequence[SiteFields],
    by: User,
    now: datetime,
    renew: bool = True,
) -> Run:
    """This will make a planned run as an editor wrote it. `renew`: False where the caller renews what visitors see, once for many runs.

    Raises: UnableToChangeRun, schedule.ScheduleError.
    """
    if not permissions.may_own(by, course.owner):
        raise UnableToChangeRun(_("Your roles do not let you edit this course."))
    run = new_run(course=course, dates=replace(dates, edges=term_edges_of(course.owner)), now=now, edited_at=now, **fields)
    _save_sites(run, sites)
    if renew:
        publicly_changed(course, now=now)
    return run


@transaction.atomic
def save_run(
    *,
    run: Run,
    dates: schedule.Dates,
    fields: Mapping[str, Any],
    sites: Sequence[SiteFields],
    seen_edit_version: int,
    by: User,
    now: datetime,
    renew: bool = True,
) -> Run:
    """This will save a run with its dates and places. A place where people have a seat stays, and keeps at least as many.

    `renew`: False where the caller renews what visitors see, once for many runs.
    Raises: UnableToChangeRun, RunEditedMeanwhile, schedule.ScheduleError.
    """
    locked = _lock(run)
    _checked(permissions.why_not_edit_run(by, locked))
    if locked.edit_version != seen_edit_version:
        raise RunEditedMeanwhile(locked)
    for name in RUN_COLUMNS:
        setattr(locked, name, fields[name])
    locked.edit_version, locked.edited_at = locked.edit_version + 1, now
    locked.save(update_fields=[*RUN_COLUMNS, "edit_version", "edited_at"])
    set_dates(run=locked, dates=replace(dates, edges=term_edges_of(locked.course.owner)))
    _save_sites(locked, sites)
    if renew:
        publicly_changed(locked.course, now=now)
    return locked


def _save_sites(run: Run, sites: Sequence[SiteFields]) -> None:
    existing = {site.pk: site for site in run.sites.select_for_update()}
    kept = {site.id for site in sites}
    for pk, site in existing.items():
        if pk not in kept and site.taken:
            raise UnableToChangeRun(_("People have places at a site that you take away. Move them first."))
    # a site without people that moves to another unit is a new one, so that two sites may change places
    moved = {site.id for site in sites if (old := existing.get(site.id)) and (old.unit_id, old.mode) != (site.unit.pk, site.mode)}  # type: ignore[arg-type]
    if any(existing[pk].taken for pk in moved if pk):
        raise UnableToChangeRun(_("People have places at a site whose hospital or form you change. Move them first."))
    run.sites.filter(taken=0).exclude(pk__in=[pk for pk in kept - moved if pk]).delete()
    # receivers first: a run never has two origins, not even for a moment
    for fields in sorted(sites, key=lambda site: site.role == SiteRole.ORIGIN):
        old = existing.get(fields.id) if fields.id and fields.id not in moved else None
        _save_site(run, old, fields)


def _save_site(run: Run, old: DeliverySite | None, fields: SiteFields) -> None:
    site = old or DeliverySite(run=run, unit=fields.unit, mode=fields.mode)
    if fields.places is not None and site.taken > fields.places:
        raise UnableToChangeRun(_("More people have a place than the number you wrote."))
    site.role, site.meeting_place, site.contact, site.places = fields.role, fields.meeting_place, fields.contact, fields.places
    site.wayfinding_nb, site.wayfinding_nn, site.meeting_url = fields.wayfinding_nb, fields.wayfinding_nn, fields.meeting_url
    if old is None:
        site.save(force_insert=True)
    else:
        # never the counter: it is moved by the giving of places alone
        site.save(update_fields=["role", "meeting_place", "contact", "places", "wayfinding_nb", "wayfinding_nn", "meeting_url"])


@transaction.atomic
def move_run(
    *, run: Run, verb: str, by: User, now: datetime, reason: str = "", public_reason: str = "", seen_version: int | None = None
) -> Run:
    """This will open, close, postpone, cancel or complete a run. Whoever has a place on a cancelled run gets it called off.

    Whoever has a place, or waits for one, is told when the run is postponed or cancelled; `public_reason` is a RunReason that the
    message says, `reason` is for the history alone. Completing it asks those who came what they thought.

    Raises: UnableToChangeRun, transitions.ReasonMissing, transitions.Stale.
    """
    locked = _lock(run)
    _checked(permissions.why_not_move_run(by, locked, verb))
    if verb == "open":
        _checked(policies.why_not_open(locked))
    if verb == "complete":
        _checked(policies.why_not_complete(locked, today=oslo_date(now)))
    transitions.move(RUN, locked, verb=verb, now=now, reason_code=public_reason, reason=reason.strip(), seen_version=seen_version)
    if verb in ("postpone", "cancel"):
        participant_messages.plan_run_moved(locked, verb=verb, public_reason=public_reason, now=now)
    if verb == "complete":
        open_evaluation(run=locked, now=now)
    if verb == "cancel":
        for enrolment in locked.enrolments.filter(status__in=("offered", "confirmed")).select_related("site", "run", "course"):
            change_enrolment(enrolment=enrolment, verb="call_off", now=now, reason=reason.strip())
    publicly_changed(locked.course, now=now)
    run.status, run.version = locked.status, locked.version
    return locked


@transaction.atomic
def complete_past_runs(*, now: datetime, grace_days: int = 14, limit: int = 200) -> int:
    """This will close and complete the runs whose last possible day is `grace_days` behind. Returns how many."""
    before = oslo_date(now) - timedelta(days=grace_days)
    past = Run.objects.select_for_update(skip_locked=True, of=("self",)).filter(status__in=["open", "closed"], last_possible_on__lt=before)
    past = past.select_related("course")[:limit]
    runs = list(past)
    for run in runs:
        if run.status == Run.Status.OPEN:
            transitions.move(RUN, run, verb="close", now=now)
        transitions.move(RUN, run, verb="complete", now=now)
        open_evaluation(run=run, now=now)
    if runs:
        courses = {run.course_id for run in runs}
        refresh_search(courses=courses, now=now)
        note_change(courses=courses, now=now)
    return len(runs)
