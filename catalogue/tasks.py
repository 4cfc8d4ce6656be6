"""The catalogue's sweeps: what the calendar alone has made wrong."""

from typing import Any

from celery import shared_task
from django.conf import settings

from catalogue.actions.runs import complete_past_runs
from catalogue.actions.search import follow_release, refresh_stale
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now
from lms_portal.outbox.sweeps import record_heartbeat

FOLLOW_CALENDAR = "catalogue.follow_calendar"


@shared_task(name=FOLLOW_CALENDAR)
def follow_calendar(**_future: Any) -> int:
    """Renew cards and search rows that a day or a new release has made wrong, and complete runs that are over. Returns how many."""
    now = portal_now()
    with acting_as_system(FOLLOW_CALENDAR, now=now):
        touched = complete_past_runs(now=now) + follow_release(now=now) + refresh_stale(now=now)
    record_heartbeat(FOLLOW_CALENDAR, handled=touched)
    return touched


BEAT = {FOLLOW_CALENDAR: {"task": FOLLOW_CALENDAR, "schedule": float(settings.SWEEP_SECONDS)}}
