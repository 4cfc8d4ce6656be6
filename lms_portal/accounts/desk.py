"""“What needs me now”: each app registers cards for the page after sign-in, by the permission that opens them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import grants_of


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `count` is how many things wait (None where nothing is counted); `urgent` where a deadline is near or past."""

    title: str
    url: str
    text: str = ""
    count: int | None = None
    urgent: bool = False


CardBuilder = Callable[[User, datetime], Card | None]

_builders: list[tuple[frozenset[Permission], CardBuilder]] = []


def register(*permissions: Permission, build: CardBuilder) -> None:
    """This will add a card for whoever holds one of the permissions; for everybody where none is named.

    `build(user, now)` runs at each showing of the page, in at most one query, with the portal's moment; None shows nothing.
    """
    _builders.append((frozenset(permissions), build))


def cards_for(user: User, now: datetime) -> list[Card]:
    """This will build the cards of a person: what is urgent first, then what waits, then plain links."""
    held = {permission for grant in grants_of(user) for permission in grant.permissions}
    built = [build(user, now) for permissions, build in _builders if not permissions or permissions & held]
    return sorted((card for card in built if card), key=lambda card: (not card.urgent, not card.count))
