"""What every write on a sent referral begins with: the row locked, the version compared, the person's role found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from lms_portal.accounts.models import User
from lms_portal.audit import transitions
from lms_portal.audit.context import for_purpose
from referrals import permissions
from referrals.models import Referral
from referrals.workflow import CLINIC, REFERRAL


class UnableToAct(Exception):
    """The referral cannot be changed so; the first argument is the reason for the screen."""


@dataclass(frozen=True, slots=True)
class Case:
    """A locked referral, and the role by which the person acts on it."""

    referral: Referral
    role: str


def lock(referral: Referral, *, seen_version: int | None) -> Referral:
    """This will lock and read a referral anew. Raises: transitions.Stale where it is no longer at the version that was seen."""
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).with_case().select_related("municipality__hospital_area")
    row = rows.get(pk=referral.pk)
    if seen_version is not None and row.version != seen_version:
        raise transitions.Stale(f"{row.pk} is at version {row.version}, not {seen_version}")
    return row


@contextmanager
def begin(referral: Referral, *, verb: str, by: User, seen_version: int | None) -> Iterator[Case]:
    """This will open the transaction of one change: the row locked, and `by` allowed to do it.

    The audit context gets the role, the unit and the purpose `referral_<verb>`. Raises: transitions.Stale, UnableToAct.
    """
    with transaction.atomic():
        row = lock(referral, seen_version=seen_version)
        role = permissions.role_for_verb(by, row, verb)
        if not role:
            raise UnableToAct(why_not(by, row, verb))
        unit_id = row.receiving_unit_id if role in CLINIC else row.referrer_unit_id
        with for_purpose(f"referral_{verb}", role=role, unit_id=unit_id):
            yield Case(row, role)


def why_not(by: User, referral: Referral, verb: str) -> str:
    """This will say why a person may not do something with a referral now."""
    try:
        REFERRAL.find(verb, referral.status)
    except LookupError:
        return _("This cannot be done while the referral is in the state “%(state)s”.") % {"state": referral.label}
    if permissions.roles_towards(by, referral):
        return _("Your role may not do this. Somebody with another role in your unit can.")
    return _("The referral belongs to another unit.")
