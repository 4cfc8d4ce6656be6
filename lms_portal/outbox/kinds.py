"""The kinds of message, registered by the apps that know them: may it still be sent, what does it say, what if it is in doubt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from lms_portal.outbox.models import Message


class OnDoubt(Enum):
    """What happens when a crash leaves it unknown whether the mail server took the message. Source: docs/adr/0005-outbox.md."""

    RESEND = "resend"  # reminders: one mail too many harms less than a missed deadline
    ASK = "ask"  # decisions, letters, payments: a person looks first


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to send. Nothing about health stands in it."""

    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)  # further ones, such as List-Unsubscribe


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `skip_reason(message, now)` returns why it no longer applies, or an empty text; it is the same guard as the page's.

    `render(message)` is called with the recipient's language active; secret links are made there, at sending.
    """

    code: str
    on_doubt: OnDoubt
    skip_reason: "Callable[[Message, datetime], str]"
    render: "Callable[[Message], Rendered]"
    name: "StrOrPromise" = ""  # what the messages page calls it; its code where empty
    texts: tuple[str, ...] = ()  # the templates that `render` writes with, without their endings: “emails/catalogue/place_given”


class AddressBook(Protocol):
    """Finds where people and units get their mail; the accounts app provides it."""

    def mail_of_user(self, user_id: UUID) -> str:
        """Return the person's address, empty where the person may not get mail any more."""

    def mail_of_unit(self, unit_id: UUID) -> str:
        """Return the unit's role mailbox, empty where it has none."""


_kinds: dict[str, Kind] = {}
_address_books: list[AddressBook] = []


def set_address_book(book: AddressBook) -> None:
    """This will name the one address book."""
    _address_books[:] = [book]


def address_book() -> AddressBook:
    """This will return the address book. Raises: LookupError where no app has set one."""
    if not _address_books:
        raise LookupError("no address book is set")
    return _address_books[0]


def register(kind: Kind) -> None:
    """This will make a kind known; called from an app's `ready()`."""
    _kinds[kind.code] = kind


def get(code: str) -> Kind:
    """This will return a registered kind. Raises: LookupError where no app knows it."""
    try:
        return _kinds[code]
    except KeyError:
        raise LookupError(f"no app has registered the message kind {code!r}") from None


def all_kinds() -> dict[str, Kind]:
    """This will return every registered kind by its code."""
    return dict(_kinds)
