"""The one door through which a status changes: one compare-and-set, one row in the log, one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from lms_portal.audit import context
from lms_portal.audit.models import StatusChange
from lms_portal.common.logs import current_request_id
from lms_portal.common.models import Versioned
from lms_portal.common.workflow import Transition, Workflow


class NotAllowed(Exception):
    """The workflow has no such change from the state that the object is in."""


class Stale(Exception):
    """Somebody else changed the object since it was read; nothing has been written."""


class ReasonMissing(Exception):
    """This change needs a reason."""


def move(
    workflow: Workflow,
    obj: Versioned,
    *,
    verb: str,
    now: datetime,
    seen_version: int | None = None,
    reason_code: str = "",
    reason: str = "",
    **values: Any,
) -> StatusChange:
    """This will change `obj.status` by a named transition, with other columns in the same statement.

    `seen_version` is the version of the form that the person answered; left out where the caller has locked the row.
    Who acts comes from the audit context. Raises: NotAllowed, Stale, ReasonMissing.
    """
    source: str = obj.status  # type: ignore[attr-defined]  # every Versioned model declares its own choices
    try:
        transition = workflow.find(verb, source)
    except LookupError as error:
        raise NotAllowed(str(error)) from None
    if transition.needs_reason and not (reason or reason_code):
        raise ReasonMissing(f"{workflow.name}: {verb} needs a reason")
    seen = obj.version if seen_version is None else seen_version
    rows: models.Manager[Any] = type(obj)._default_manager
    with transaction.atomic():
        changed = rows.filter(pk=obj.pk, status=source, version=seen).update(
            status=transition.target, version=seen + 1, status_changed_at=now, **values
        )
        if changed != 1:
            raise Stale(f"{workflow.name} {obj.pk} is no longer {source} at version {seen}")
        row = _record(workflow, obj.pk, transition, version=seen + 1, reason_code=reason_code, reason=reason, now=now)
    for name, value in {"status": transition.target, "version": seen + 1, "status_changed_at": now, **values}.items():
        setattr(obj, name, value)
    return row


def _record(
    workflow: Workflow, object_id: UUID, transition: Transition, *, version: int, reason_code: str, reason: str, now: datetime
) -> StatusChange:
    who = context.current()
    return StatusChange.objects.create(
        workflow=workflow.name,
        object_id=object_id,
        verb=transition.verb,
        source=transition.source,
        target=transition.target,
        version=version,
        reason_code=reason_code,
        reason=reason,
        portal_at=now,
        actor_id=who.actor_id or None,
        system=who.system,
        role=who.role,
        unit_id=who.unit_id or None,
        purpose=who.purpose,
        request_id=current_request_id(),
    )


def history_of(workflow: Workflow, object_id: UUID) -> models.QuerySet[StatusChange]:
    """This will list an object's moves, oldest first; what the timeline on its page shows."""
    return StatusChange.objects.filter(workflow=workflow.name, object_id=object_id).order_by("version")
