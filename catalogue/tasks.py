"""The catalogue's sweeps: what the calendar alone has made wrong."""

from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings

from catalogue.actions import imports, waiting_lists
from catalogue.actions.rosters import tell_too_few
from catalogue.actions.runs import complete_past_runs
from catalogue.actions.search import follow_release, refresh_stale
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now
from lms_portal.outbox.sweeps import record_heartbeat

FOLLOW_CALENDAR = "catalogue.follow_calendar"
MOVE_WAITING_LISTS = "catalogue.move_waiting_lists"
WRITE_TO_PARTICIPANTS = "catalogue.write_to_participants"
FOLLOW_IMPORTS = "catalogue.follow_imports"
LONG_IMPORT_SECONDS = 1500  # of 5,000 rows; below the broker's visibility timeout


@shared_task(name=FOLLOW_CALENDAR)
def follow_calendar(**_future: Any) -> int:
    """Renew what a day or a new release has made wrong, complete runs that are over, and tell owners whose runs have too few people.

    Returns how many.
    """
    now = portal_now()
    with acting_as_system(FOLLOW_CALENDAR, now=now):
        touched = complete_past_runs(now=now) + follow_release(now=now) + refresh_stale(now=now) + tell_too_few(now=now)
    record_heartbeat(FOLLOW_CALENDAR, handled=touched)
    return touched


@shared_task(name=MOVE_WAITING_LISTS)
def move_waiting_lists(**_future: Any) -> int:
    """End offers that were not answered, and offer free places to the next in line. Returns how many."""
    now = portal_now()
    with acting_as_system(MOVE_WAITING_LISTS, now=now):
        touched = waiting_lists.expire_offers(now=now) + waiting_lists.offer_free_places(now=now)
    record_heartbeat(MOVE_WAITING_LISTS, handled=touched)
    return touched


@shared_task(name=WRITE_TO_PARTICIPANTS)
def write_to_participants(**_future: Any) -> int:
    """Plan the reminders that are due, tell those who asked of new dates, and forget addresses that are no longer needed."""
    now = portal_now()
    with acting_as_system(WRITE_TO_PARTICIPANTS, now=now):
        touched = waiting_lists.plan_reminders(now=now) + waiting_lists.tell_of_new_dates(now=now)
        touched += waiting_lists.forget_old_interests(now=now)
    record_heartbeat(WRITE_TO_PARTICIPANTS, handled=touched)
    return touched


@shared_task(name=imports.LONG_IMPORT, soft_time_limit=LONG_IMPORT_SECONDS, time_limit=LONG_IMPORT_SECONDS + 60)
def long_import(import_id: str, **_future: Any) -> None:
    """Read or save one file of courses and dates, whichever it waits for."""
    imports.go_on(import_id=UUID(import_id), now=portal_now())


@shared_task(name=FOLLOW_IMPORTS)
def follow_imports(**_future: Any) -> int:
    """Ask for workers for files that a dead one left, and delete files that have been kept long enough. Returns how many."""
    now = portal_now()
    with acting_as_system(FOLLOW_IMPORTS, now=now):
        touched = imports.wake_waiting(now=now) + imports.forget_old_imports(now=now)
    record_heartbeat(FOLLOW_IMPORTS, handled=touched)
    return touched


BEAT = {
    name: {"task": name, "schedule": float(settings.SWEEP_SECONDS)}
    for name in (FOLLOW_CALENDAR, MOVE_WAITING_LISTS, WRITE_TO_PARTICIPANTS, FOLLOW_IMPORTS)
}
