"""Celery's side of the outbox. The broker only wakes a worker up; what is to be done stands in the database."""

import logging

from celery import current_app, shared_task
from django.conf import settings
from kombu.exceptions import KombuError

from lms_portal.common import clock
from lms_portal.outbox import sweeps
from lms_portal.outbox.actions import set_waker

logger = logging.getLogger(__name__)

BROKER_PATIENCE_SECONDS = 1
BEAT = {sweeps.DELIVER_DUE: {"task": sweeps.DELIVER_DUE, "schedule": settings.SWEEP_SECONDS}}


@shared_task(name=sweeps.DELIVER_DUE)
def deliver_due(**_future: object) -> None:
    """This will deliver what is due now."""
    sweeps.deliver_due(clock.portal_now())


def wake() -> None:
    """This will ask a worker to sweep soon. A broker that is down or slow costs a second at most, and never a request."""
    options = {"socket_connect_timeout": BROKER_PATIENCE_SECONDS, "socket_timeout": BROKER_PATIENCE_SECONDS}
    transport_options = {**current_app.conf.broker_transport_options, **options}
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_PATIENCE_SECONDS, transport_options=transport_options) as line:
            deliver_due.apply_async(connection=line, retry=False, expires=settings.SWEEP_SECONDS * 5)  # type: ignore[call-arg]  # celery-types lacks it
    except (KombuError, OSError) as error:
        logger.warning("the broker could not be told that mail is due: %s", type(error).__name__)


set_waker(wake)
