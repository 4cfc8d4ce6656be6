"""Waking a worker. The broker only says that there is something to do; what it is stands in the database, and a sweep finds it anyway."""

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1


def wake(task: Any) -> None:
    """This will ask a worker to run a task soon. A broker that is down or slow costs a second at most, and never a request."""
    options = {"socket_connect_timeout": PATIENCE_SECONDS, "socket_timeout": PATIENCE_SECONDS}
    transport_options = {**current_app.conf.broker_transport_options, **options}
    try:
        with current_app.connection_for_write(connect_timeout=PATIENCE_SECONDS, transport_options=transport_options) as line:
            task.apply_async(connection=line, retry=False, expires=settings.SWEEP_SECONDS * 5)
    except (KombuError, OSError) as error:
        logger.warning("the broker could not be told of %s: %s", task.name, type(error).__name__)
