"""The number that rises whenever a public page may have changed."""

from datetime import datetime

from django.db.models import F

from catalogue.models import CatalogueState


def note_change(*, now: datetime) -> None:
    """This will raise the catalogue's number, so that every kept copy of a public page is asked for again."""
    if not CatalogueState.objects.filter(pk=1).update(number=F("number") + 1, changed_at=now):
        CatalogueState.objects.bulk_create([CatalogueState(pk=1, number=1, changed_at=now)], ignore_conflicts=True)
