"""The number that rises whenever a public page may have changed, and which courses' pages that concerns."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from catalogue.models import CatalogueState, CourseChange


def _next_number(*, now: datetime) -> int:
    """This will raise the number and hold it until the transaction is over, so that changes are numbered in the order they are seen."""
    CatalogueState.objects.bulk_create([CatalogueState(pk=1)], ignore_conflicts=True)
    state = CatalogueState.objects.select_for_update().get(pk=1)
    state.number, state.changed_at = state.number + 1, now
    state.save(update_fields=["number", "changed_at"])
    return state.number


@transaction.atomic(savepoint=False)
def note_change(*, courses: Iterable[UUID], now: datetime) -> None:
    """This will have every copy of a list asked for again, and the pages of these courses made anew. Part of the transaction of the change."""
    number = _next_number(now=now)
    changes = [CourseChange(course_id=pk, number=number) for pk in sorted(set(courses))]
    CourseChange.objects.bulk_create(changes, update_conflicts=True, unique_fields=["course"], update_fields=["number"])


@transaction.atomic(savepoint=False)
def note_change_of_all(*, now: datetime) -> None:
    """This will have every copy of every page made anew: units have new names, referrals go elsewhere, a code list has changed."""
    CatalogueState.objects.filter(pk=1).update(all_number=_next_number(now=now))
