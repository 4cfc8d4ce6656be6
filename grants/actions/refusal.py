"""What the refusals of every action have in common, and who acts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit
from lms_portal.accounts.permissions import role_for
from lms_portal.audit import context
from lms_portal.audit.transitions import NotAllowed, ReasonMissing, Stale


class Unable(Exception):
    """An action that was refused, with the reason for the screen."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def acting(by: object, permission: Permission, unit: Unit, purpose: str, refusal: type[Unable]) -> Iterator[None]:
    """This will run a block as one transaction, in the role by which the person may do it.

    Raises: the given refusal where the person may not, where somebody else changed the row meanwhile, or where a reason is missing.
    """
    role = role_for(by, permission, unit)
    if not role:
        raise refusal(_("You do not have the role that may do this."))
    try:
        with context.for_purpose(purpose, role=role, unit_id=unit.pk), transaction.atomic():
            yield
    except Stale:
        raise refusal(_("Somebody else changed this while you had it open. Look at it again before you go on.")) from None
    except NotAllowed:
        raise refusal(_("This can no longer be done: the state has changed.")) from None
    except ReasonMissing:
        raise refusal(_("Write the reason.")) from None
