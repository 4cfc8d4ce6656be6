"""Reading the logs, for the auditor's pages."""

from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from lms_portal.audit.models import Access, Change
from lms_portal.common.clock import start_of_day
from lms_portal.common.people import directory

Row = TypeVar("Row", Access, Change)


def _between(rows: QuerySet[Row], since: date | None, until: date | None) -> QuerySet[Row]:
    """Days are Norwegian; the last one is included."""
    if since:
        rows = rows.filter(recorded_at__gte=start_of_day(since))
    if until:
        rows = rows.filter(recorded_at__lt=start_of_day(until + timedelta(days=1)))
    return rows


def reads(
    user: object, *, since: date | None = None, until: date | None = None, actor: UUID | None = None, object_id: UUID | None = None
) -> QuerySet[Access]:
    """This will list the looks that this auditor may see, the newest first."""
    rows = _between(Access.objects.filter(directory().logs_visible_to(user)), since, until)
    if actor:
        rows = rows.filter(actor_id=actor)
    if object_id:
        rows = rows.filter(object_ids__contains=[object_id])
    return rows.order_by("-recorded_at", "-pk")


def changes(
    user: object, *, since: date | None = None, until: date | None = None, actor: UUID | None = None, object_id: UUID | None = None
) -> QuerySet[Change]:
    """This will list the changes that this auditor may see, the newest first."""
    rows = _between(Change.objects.filter(directory().logs_visible_to(user)), since, until)
    if actor:
        rows = rows.filter(actor_id=actor)
    if object_id:
        rows = rows.filter(object_id=str(object_id))
    return rows.order_by("-recorded_at", "-pk")
