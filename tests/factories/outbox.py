"""Messages for tests, and two kinds of them: one that is sent again in doubt, one that asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

RESENDS, ASKS = "tests.resends", "tests.asks"


def render(message: Message) -> kinds.Rendered:
    """Say something, with a letter that is not ASCII."""
    return kinds.Rendered(subject="Påminnelse", text=f"Hei. Sak {message.object_id}.\n")


def never_skips(message: Message, now: datetime) -> str:
    """Let every message through."""
    return ""


@contextmanager
def registered_kinds() -> Iterator[None]:
    """Register the two kinds for a test."""
    before = kinds.all_kinds()
    kinds.register(kinds.Kind(RESENDS, kinds.OnDoubt.RESEND, never_skips, render))
    kinds.register(kinds.Kind(ASKS, kinds.OnDoubt.ASK, never_skips, render))
    yield
    kinds._kinds.clear()
    kinds._kinds.update(before)


def make_message(
    *,
    now: datetime,
    kind: str = RESENDS,
    address: str = "mottaker@example.org",
    object_id: UUID | None = None,
    due_at: datetime | None = None,
    **draft: object,
) -> Message:
    """Plan one message to a sealed address."""
    about = object_id or new_id()
    recipient = Recipient(address=address, data_key=DataKey.create())
    plan([Draft(kind, "tests.case", about, recipient, due_at=due_at or now, **draft)], now=now)  # type: ignore[arg-type]
    return Message.objects.get(kind=kind, object_id=about)
