"""Referrals: a clinician refers a patient to a course, the right clinic takes it, and everybody hears at the same time."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    label = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        """This will register message kinds, and answer the catalogue's questions about referrals."""
        from lms_portal.accounts.reference_data import register
        from referrals import desk_cards, hooks, notifications, reference_data

        register(reference_data.load)
        notifications.register()
        hooks.register()
        desk_cards.register()
