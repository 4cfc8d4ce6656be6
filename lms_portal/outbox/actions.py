"""Planning messages, and settling by hand those that nobody could decide about. Delivery is in delivery.py."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lms_portal.audit.transitions import NotAllowed, ReasonMissing, Stale, move
from lms_portal.common import sealing
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from lms_portal.outbox.workflow import MESSAGE


@dataclass(frozen=True, slots=True)
class Recipient:
    """Exactly one of a user, a unit (its role mailbox) or a sealed address under the key of its case."""

    user_id: UUID | None = None
    unit_id: UUID | None = None
    address: str = ""
    data_key: DataKey | None = None
    language: str = "nb"

    @property
    def key(self) -> str:
        """What makes the recipient the same one next time."""
        if self.user_id:
            return f"user:{self.user_id}"
        if self.unit_id:
            return f"unit:{self.unit_id}"
        return "hash:" + sealing.lookup_hash(self.address.strip().lower(), purpose="outbox.recipient").hex()


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to plan. `context` holds ids only; moments are portal time, aware. `unit_id`: whose case it is."""

    kind: str
    object_type: str
    object_id: UUID
    recipient: Recipient
    due_at: datetime
    revision: str = ""
    expires_at: datetime | None = None
    context: dict[str, Any] = field(default_factory=dict)
    skip_why: str = ""
    unit_id: UUID | None = None


def _row(draft: Draft, now: datetime) -> Message:
    kinds.get(draft.kind)
    key = "|".join([draft.kind, str(draft.object_id), draft.revision, draft.recipient.key])
    message = Message(
        kind=draft.kind,
        object_type=draft.object_type,
        object_id=draft.object_id,
        revision=draft.revision,
        recipient_key=draft.recipient.key,
        recipient_user_id=draft.recipient.user_id,
        recipient_unit_id=draft.recipient.unit_id,
        unit_id=draft.unit_id,
        data_key=draft.recipient.data_key,
        language=draft.recipient.language,
        context=draft.context,
        planned_at=now,
        due_at=draft.due_at,
        expires_at=draft.expires_at,
        message_id=f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{settings.MAIL_MESSAGE_ID_DOMAIN}>",
    )
    if draft.recipient.address:
        message.recipient_address = draft.recipient.address
    if draft.skip_why:
        message.status, message.why = Message.Status.SKIPPED, draft.skip_why
    return message


def plan(drafts: Iterable[Draft], *, now: datetime) -> int:
    """This will plan messages in the caller's transaction; a message already planned under the same key stays as it is.

    Returns how many rows were offered. Wakes the sweep after commit; a broker that is down never breaks a request.
    """
    rows = [_row(draft, now) for draft in drafts]
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    transaction.on_commit(wake_sweep, robust=True)
    return len(rows)


_waker: list[Callable[[], None]] = []


def set_waker(wake: Callable[[], None]) -> None:
    """This will name what wakes the sweep; the tasks module does so."""
    _waker[:] = [wake]


def wake_sweep() -> None:
    """This will ask for a sweep soon; without it the next one comes by itself."""
    for wake in _waker:
        wake()


class UnableToSettleError(Exception):
    """The message is not in a state in which a person decides about it; the text is for the screen."""


def settle_as_sent(*, message: Message, reason: str, seen_version: int, now: datetime) -> None:
    """This will mark an uncertain message as sent, after somebody has looked in the mail server's log."""
    _settle(message, "settle_as_sent", reason, seen_version, now, sent_at=now, why="settled_by_person")


def settle_as_skipped(*, message: Message, reason: str, seen_version: int, now: datetime) -> None:
    """This will mark an uncertain message as not to be sent."""
    _settle(message, "settle_as_skipped", reason, seen_version, now, why="settled_by_person")


def skip_by_hand(*, message: Message, reason: str, seen_version: int, now: datetime) -> None:
    """This will mark a message that has not gone as not to be sent: this one, no other of its kind.

    A sweep that has just claimed it wins: its version is another then, and the person is told. Planning the same message again does
    nothing, for its row stands (outbox.actions.plan).
    """
    _settle(message, "skip_by_hand", reason, seen_version, now, why="skipped_by_person")


def plan_again(*, message: Message, reason: str, seen_version: int, now: datetime) -> None:
    """This will plan a message that gave up or came back, to be sent at the next sweep; its guard is asked again then."""
    expires_at = message.expires_at if message.expires_at and message.expires_at > now else None
    _settle(message, "plan_again", reason, seen_version, now, why="", attempts=0, due_at=now, expires_at=expires_at, sent_at=None)
    transaction.on_commit(wake_sweep, robust=True)


def _settle(message: Message, verb: str, reason: str, seen_version: int, now: datetime, **values: Any) -> None:
    try:
        move(MESSAGE, message, verb=verb, now=now, seen_version=seen_version, reason=reason, **values)
    except NotAllowed:
        raise UnableToSettleError(_("This message is no longer in a state in which you can do that.")) from None
    except Stale:
        raise UnableToSettleError(_("The message has been sent, or settled by somebody else, in the meantime.")) from None
    except ReasonMissing:
        raise UnableToSettleError(_("Write a short reason.")) from None
