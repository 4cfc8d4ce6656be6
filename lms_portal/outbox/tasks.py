"""Celery's side of the outbox. The broker only wakes a worker up; what is to be done stands in the database."""

from celery import shared_task
from django.conf import settings

from lms_portal.common import broker, clock
from lms_portal.outbox import sweeps
from lms_portal.outbox.actions import set_waker

BEAT = {sweeps.DELIVER_DUE: {"task": sweeps.DELIVER_DUE, "schedule": settings.SWEEP_SECONDS}}


@shared_task(name=sweeps.DELIVER_DUE)
def deliver_due(**_future: object) -> None:
    """This will deliver what is due now."""
    sweeps.deliver_due(clock.portal_now())


def wake() -> None:
    """This will ask a worker to sweep soon."""
    broker.wake(deliver_due)


set_waker(wake)
