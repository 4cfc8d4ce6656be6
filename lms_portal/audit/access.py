"""The reading log: one row per look at protected rows, written before the page is answered. No log, no page."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime

from lms_portal.audit import context
from lms_portal.audit.models import Access
from lms_portal.common.logs import current_request_id


def record_read(
    *,
    action: Access.Action,
    object_type: str,
    object_ids: Iterable[UUID],
    basis: str,
    categories: Iterable[str] = (),
    subject_hashes: Iterable[bytes] = (),
) -> Access:
    """This will write who looks at which rows and on what basis; call it in the transaction that reads them.

    A list page writes one row with the ids shown. Who acts, role, unit and purpose come from the audit context.
    """
    who = context.current()
    return Access.objects.create(
        action=action,
        object_type=object_type,
        object_ids=list(object_ids),
        subject_hashes=list(subject_hashes),
        categories=list(categories),
        basis=basis,
        portal_at=_moment(who.portal_at),
        actor_id=who.actor_id or None,
        system=who.system,
        role=who.role,
        unit_id=who.unit_id or None,
        purpose=who.purpose,
        request_id=current_request_id(),
    )


def _moment(portal_at: str) -> datetime | None:
    return parse_datetime(portal_at) if portal_at else None


def readers_of(object_id: UUID) -> list[Access]:
    """This will list who has looked at an object, newest first: the patient's report in one query."""
    return list(Access.objects.filter(object_ids__contains=[object_id]).order_by("-recorded_at"))
