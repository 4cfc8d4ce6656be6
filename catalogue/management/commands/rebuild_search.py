"""Builds the search anew: after new choices, synonyms or form pairs, or a restored database. Safe to repeat, also while people search."""

from typing import Any

from django.core.management.base import BaseCommand

from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change_of_all
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now


class Command(BaseCommand):
    """One transaction: until it is done, everybody sees the old rows."""

    help = "Build documents, cards, vocabulary and counts of the search anew."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """This will rebuild, and say how many courses."""
        now = portal_now()
        with acting_as_system("rebuild_search", now=now):
            count = refresh_search(now=now)
            note_change_of_all(now=now)
        self.stdout.write(f"{count} courses")
