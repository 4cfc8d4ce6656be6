"""Sweeps of the referrals app. Beat starts them on a plain interval in UTC."""

from typing import Any

from celery import shared_task
from django.conf import settings

from lms_portal.common.clock import portal_now
from lms_portal.outbox.sweeps import record_heartbeat
from referrals.actions import drafts


@shared_task(name=drafts.SWEEP)
def delete_forgotten_drafts(**_future: Any) -> None:
    """This will delete drafts that nobody has touched for 14 days."""
    record_heartbeat(drafts.SWEEP, handled=drafts.delete_forgotten_drafts(now=portal_now()))


BEAT = {drafts.SWEEP: {"task": drafts.SWEEP, "schedule": settings.SWEEP_SECONDS}}
