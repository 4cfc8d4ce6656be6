"""Sweeps of the grants app. Beat starts them on a plain interval in UTC; the calendar's rules are inside."""

from typing import Any

from celery import shared_task
from django.conf import settings

from grants.actions import reminders, rounds
from lms_portal.common.clock import portal_now
from lms_portal.outbox.sweeps import record_heartbeat

OPEN_AND_CLOSE = "grants.open_and_close_rounds"
PLAN_REMINDERS = "grants.plan_deadline_reminders"


@shared_task(name=OPEN_AND_CLOSE)
def open_and_close_rounds(**_future: Any) -> None:
    """This will open and close rounds by the calendar."""
    record_heartbeat(OPEN_AND_CLOSE, handled=rounds.open_and_close_rounds(now=portal_now()))


@shared_task(name=PLAN_REMINDERS)
def plan_deadline_reminders(**_future: Any) -> None:
    """This will plan the reminders that are due."""
    record_heartbeat(PLAN_REMINDERS, handled=reminders.plan_deadline_reminders(now=portal_now()))


BEAT = {
    OPEN_AND_CLOSE: {"task": OPEN_AND_CLOSE, "schedule": settings.SWEEP_SECONDS},
    PLAN_REMINDERS: {"task": PLAN_REMINDERS, "schedule": settings.SWEEP_SECONDS},
}
