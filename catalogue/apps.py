"""The catalogue: courses, their runs and dates, places, and how people find them."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "catalogue"
    label = "catalogue"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        """This will add the catalogue's code lists to what `load_reference` loads, its messages to the outbox and its card to the desk."""
        from catalogue import (
            collection_mails,
            desk_cards,
            following_mails,
            hooks,
            joining_mails,
            notifications,
            paper_messages,
            participant_messages,
            reference_data,
        )
        from lms_portal.accounts.reference_data import register
        from lms_portal.outbox import forecasts

        register(reference_data.load)
        notifications.register()
        joining_mails.register()
        hooks.on_enrolment_ended(joining_mails.enrolment_ended)
        participant_messages.register()
        following_mails.register()
        paper_messages.register()
        desk_cards.register()
        collection_mails.register()
        forecasts.register(collection_mails.reminders_ahead)
