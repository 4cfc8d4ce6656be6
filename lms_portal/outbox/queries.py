"""Reading messages, for pages: their own list, and the box “messages of this case” that other apps show."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lms_portal.audit.models import StatusChange
from lms_portal.common.people import directory
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.models import Message
from lms_portal.outbox.workflow import MESSAGE

Status = Message.Status
ATTENTION = (Status.UNCERTAIN, Status.DEAD, Status.BOUNCED)
WAITING = (Status.PLANNED, Status.CLAIMED, Status.FAILED)
GROUPS: dict[str, tuple[Status, ...]] = {
    "attention": ATTENTION,
    "waiting": WAITING,
    "sent": (Status.SENT,),
    "skipped": (Status.SKIPPED,),
}
BY_HAND = frozenset({"settled_by_person", "skipped_by_person"})
TONES = {
    Status.PLANNED: "waiting",
    Status.CLAIMED: "active",
    Status.SENT: "done",
    Status.FAILED: "late",
    Status.UNCERTAIN: "late",
    Status.SKIPPED: "draft",
    Status.DEAD: "stopped",
    Status.BOUNCED: "stopped",
}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as pages show it: never its text, and never a sealed address."""

    message: Message
    kind: str
    recipient: str
    status: str
    tone: str
    why: str

    @property
    def moment(self) -> datetime:
        """When it was sent, or is to be sent."""
        return self.message.sent_at or self.message.due_at


def kind_name(code: str) -> str:
    """This will name a kind in the language of the moment, by its code where no app knows it."""
    known = kinds.all_kinds().get(code)
    return str(known.name) if known and known.name else code


def lines_of(messages: list[Message]) -> list[MessageLine]:
    """This will make messages ready to show; two queries for the names of all recipients, one for what people said about some."""
    people = directory().names_of_people(m.recipient_user_id for m in messages if m.recipient_user_id)
    units = directory().names_of_units(m.recipient_unit_id for m in messages if m.recipient_unit_id)
    said = _reasons_said(messages)
    return [
        MessageLine(
            message=message,
            kind=kind_name(message.kind),
            recipient=_recipient(message, people, units),
            status=str(message.status_label),
            tone=TONES[Status(message.status)],
            why=" ".join(part for part in (reasons.in_words(message.why) if message.why else "", said.get(message.pk, "")) if part),
        )
        for message in messages
    ]


def _reasons_said(messages: list[Message]) -> dict[UUID, str]:
    """What people wrote when they decided about a message, by its id; no query where nobody has."""
    settled = [message.pk for message in messages if message.why in BY_HAND]
    moves = StatusChange.objects.filter(workflow=MESSAGE.name, object_id__in=settled).order_by("version") if settled else ()
    return {move.object_id: move.reason for move in moves if move.reason}


def _recipient(message: Message, people: dict[UUID, str], units: dict[UUID, str]) -> str:
    if message.recipient_user_id:
        return people.get(message.recipient_user_id, _("somebody whose account is gone"))
    if message.recipient_unit_id:
        return units.get(message.recipient_unit_id, _("a unit that is gone"))
    return _("a protected address")


def messages_of(object_ids: list[UUID]) -> list[MessageLine]:
    """This will list the messages about the objects of one case, the newest first, for `outbox/_of_object.html`.

    The caller has already checked that the person may see the case.
    """
    return lines_of(list(Message.objects.filter(object_id__in=object_ids).order_by("-due_at", "-pk")))


def filtered(rows: QuerySet[Message], *, group: str = "", kind: str = "") -> QuerySet[Message]:
    """This will narrow messages to a group of states and a kind; what waits comes soonest first, the rest newest first."""
    if group in GROUPS:
        rows = rows.filter(status__in=GROUPS[group])
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("due_at", "pk") if group == "waiting" else rows.order_by("-due_at", "-pk")


def counts(rows: QuerySet[Message]) -> dict[str, int]:
    """This will count each group of states in one query."""
    return rows.aggregate(**{name: Count("pk", filter=Q(status__in=states)) for name, states in GROUPS.items()})


def kinds_present(rows: QuerySet[Message]) -> list[tuple[str, str]]:
    """This will list code and name of the kinds that occur."""
    codes = rows.order_by().values_list("kind", flat=True).distinct()
    return sorted(((code, kind_name(code)) for code in codes), key=lambda pair: pair[1])


def oldest_untouched(*, now: datetime) -> datetime | None:
    """This will return when the oldest message that is due, and that no worker has tried yet, became due; `now` is portal time.

    A pause is somebody's decision and no fault of a worker: see pauses.waits_since.
    """
    untouched = Message.objects.filter(status=Status.PLANNED, attempts=0, due_at__lte=now)
    return untouched.order_by("due_at").values_list("due_at", flat=True).first()
