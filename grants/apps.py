"""Grants to user organisations: rounds, applications, decisions, payments, reports, the ledger."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = _("Grants")

    def ready(self) -> None:
        from grants import notifications
        from grants.actions.reminders import reminders_ahead
        from lms_portal.outbox import forecasts

        notifications.register()
        forecasts.register(reminders_ahead)
