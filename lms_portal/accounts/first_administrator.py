"""The first account of an installation: invitations come from administrators, and somebody has to be the first."""

from datetime import datetime

from django.db import transaction

from lms_portal.accounts import notifications, policies
from lms_portal.accounts.models import Membership, Unit, User
from lms_portal.accounts.roles import ADMINISTRATOR
from lms_portal.common.clock import oslo_date


class UnableToAddError(Exception):
    """There is an administrator already, or the unit cannot have one; the text says what to do."""


@transaction.atomic
def add_first_administrator(*, email: str, name: str, unit: Unit, language: str, now: datetime) -> User:
    """This will make an administrator without a password, and plan the mail with the link to set one.

    Only where no administrator is in force: everybody after the first comes by invitation. Raises: UnableToAddError.
    """
    today = oslo_date(now)
    if Membership.objects.in_force(today).filter(role_code=ADMINISTRATOR.code, user__is_active=True).exists():
        raise UnableToAddError("There is an administrator already. Let that person send an invitation.")
    if not policies.fits(ADMINISTRATOR.code, unit):
        raise UnableToAddError(f"{unit.code} is a {unit.get_kind_display()}; an administrator belongs to a region or a health trust.")
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        user = User.objects.create_user(email.strip(), None, name=name, language=language, joined_at=now)
    Membership.objects.update_or_create(
        user=user, unit=unit, role_code=ADMINISTRATOR.code, defaults={"valid_from": today, "valid_to": None}
    )
    notifications.plan_password_reset(email=user.email, language=user.language, now=now)
    return user
