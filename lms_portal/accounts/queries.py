"""Reading people and units, for pages."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Invitation, Membership, Unit, User
from lms_portal.accounts.permissions import units_with


def managed_units(user: object) -> QuerySet[Unit]:
    """This will list the units whose people this person manages."""
    return Unit.objects.filter(units_with(user, Permission.MANAGE_PEOPLE, prefix="")).order_by("sort_key")


def memberships_managed_by(user: object, *, today: date, unit: UUID | None = None, text: str = "") -> QuerySet[Membership]:
    """This will list the memberships in force in the units that a person manages, by name; `text` is part of a name or address."""
    rows = Membership.objects.in_force(today).filter(units_with(user, Permission.MANAGE_PEOPLE)).select_related("user", "unit")
    if unit:
        rows = rows.filter(unit_id=unit)
    if text:
        rows = rows.filter(user__name__icontains=text) | rows.filter(user__email__icontains=text)
    return rows.order_by("user__name", "user__email", "unit__sort_key", "role_code")


def people_managed_by(user: object) -> QuerySet[User]:
    """This will list the people who have, or have had, a role in a unit that this person manages."""
    units = managed_units(user).order_by()
    return User.objects.filter(pk__in=Membership.objects.filter(unit__in=units).values("user_id"))


def waiting_invitations(user: object, *, now: datetime) -> QuerySet[Invitation]:
    """This will list the invitations that still work, in the units that a person manages."""
    rows = Invitation.objects.filter(units_with(user, Permission.MANAGE_PEOPLE), used_at__isnull=True, expires_at__gt=now)
    return rows.select_related("unit", "invited_by").order_by("expires_at")
