"""Pausing all sending, and going on: who said so and why, how long it has lasted, what waits meanwhile.

A pause stops the claiming alone (delivery.CLAIM asks for it in the same statement). Messages are planned as ever, so nothing is lost;
what is too late when sending goes on says that the pause was why. Source: docs/adr/0005-outbox.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms_portal.common.people import directory
from lms_portal.outbox.actions import wake_sweep
from lms_portal.outbox.models import Message, Pause
from lms_portal.outbox.workflow import ADMINISTRATORS

LONG = timedelta(hours=24)
SOON = timedelta(hours=24)


class UnableToPauseError(Exception):
    """Sending is paused already, or goes on already; the text is for the screen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The pause that stands now, with what it holds back. `is_long`: it has lasted a day or more."""

    pause: Pause
    by: str
    waiting: int
    soon_too_late: int
    is_long: bool


def open_pause() -> Pause | None:
    """This will return the pause that stands now."""
    return Pause.objects.filter(ended_at__isnull=True).first()


def standing(*, now: datetime) -> Standing | None:
    """This will tell of the pause that stands now; one query where there is none, three where there is one. `now` is portal time."""
    pause = open_pause()
    if pause is None:
        return None
    waits = Message.objects.filter(status__in=[Message.Status.PLANNED, Message.Status.FAILED])
    return Standing(
        pause=pause,
        by=directory().names_of_people([pause.begun_by_id]).get(pause.begun_by_id, _("somebody whose account is gone")),
        waiting=waits.filter(due_at__lte=now).count(),
        soon_too_late=waits.filter(expires_at__gt=now, expires_at__lte=now + SOON, due_at__lte=now + SOON).count(),
        is_long=is_long(pause, now=now),
    )


def standing_for(user: object, *, now: datetime) -> Standing | None:
    """This will tell those who look after messages of the pause that stands now, and nobody else."""
    return standing(now=now) if directory().roles_of(user) & ADMINISTRATORS else None


def is_long(pause: Pause, *, now: datetime) -> bool:
    """This will say whether a pause has lasted so long that it has probably been forgotten: 24 hours. `now` is portal time."""
    return (pause.ended_at or now) - pause.begun_at >= LONG


def held_back(message: Message, *, now: datetime) -> bool:
    """This will say whether a pause was why a message that is too late now was not sent in its time. `now` is portal time."""
    if message.expires_at is None:
        return False
    until = Q(ended_at__isnull=True) | Q(ended_at__gte=message.expires_at)
    return Pause.objects.filter(until, begun_at__lt=message.expires_at, begun_at__lte=now).exists()


def waits_since(due_at: datetime | None) -> datetime | None:
    """This will say since when a message has waited for a worker: since it was due, or since the last pause ended; empty in a pause."""
    if due_at is None or open_pause() is not None:
        return None
    ended_at = Pause.objects.order_by("-begun_at").values_list("ended_at", flat=True).first()
    return max(due_at, ended_at) if ended_at else due_at


def pause_sending(*, reason: str, by: UUID, now: datetime) -> Pause:
    """This will stop all sending from the next claim on. Raises: UnableToPauseError where somebody else has paused meanwhile."""
    try:
        with transaction.atomic():
            return Pause.objects.create(reason=reason, begun_at=now, begun_by_id=by)
    except IntegrityError:
        raise UnableToPauseError(_("Somebody else has paused the sending in the meantime. Their reason stands here.")) from None


def resume_sending(*, pause_id: UUID, by: UUID, now: datetime) -> None:
    """This will let sending go on, and wake the sweep. Raises: UnableToPauseError where that pause has ended already."""
    with transaction.atomic():
        pause = Pause.objects.select_for_update().filter(pk=pause_id, ended_at__isnull=True).first()
        if pause is None:
            raise UnableToPauseError(_("Somebody else has ended the pause in the meantime."))
        pause.ended_at, pause.ended_by_id = max(now, pause.begun_at), by  # the demo's clock may have gone back
        pause.save(update_fields=["ended_at", "ended_by_id"])
        transaction.on_commit(wake_sweep, robust=True)
