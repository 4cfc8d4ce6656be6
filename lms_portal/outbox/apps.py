"""Outbox: every message leaves through here, in the transaction of what caused it."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "lms_portal.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        from lms_portal.outbox import (
            tasks,  # noqa: F401 - names what wakes the sweep
            trial_mails,
        )

        trial_mails.register()
