"""Sweeps: what beat runs again and again, and what may run twice without harm. Each leaves a heartbeat."""

import logging
import time
from datetime import datetime

from lms_portal.audit.context import acting_as_system
from lms_portal.common import clock
from lms_portal.outbox import delivery, pauses
from lms_portal.outbox.models import Heartbeat

logger = logging.getLogger(__name__)

DELIVER_DUE = "outbox.deliver_due"
BUDGET_SECONDS = 30  # a task is stopped at 60 seconds; what is left is the next sweep's


def record_heartbeat(name: str, *, handled: int) -> None:
    """This will note, in real time, that a sweep ran to its end. The age of it decides whether the portal is ready."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=clock.real_now(), handled=handled)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "handled"],
    )


def deliver_due(now: datetime) -> delivery.Swept:
    """This will deliver what is due before `now` (portal time), batch by batch, and free what dead workers held."""
    begun = time.monotonic()
    swept = delivery.Swept()
    pause = pauses.open_pause()
    if pause is not None and pauses.is_long(pause, now=now):
        logger.error("all sending has been paused since %s: nothing leaves the portal", pause.begun_at.isoformat(timespec="minutes"))
    with acting_as_system(DELIVER_DUE, now=now):
        delivery.release_expired(now=now)
        while delivery.deliver_batch(now=now, swept=swept) and time.monotonic() - begun < BUDGET_SECONDS:
            pass
        record_heartbeat(DELIVER_DUE, handled=swept.handled)
    return swept
