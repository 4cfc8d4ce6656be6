"""What a person may do, where. Everything else asks here: pages, actions, `visible_to`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Membership, Unit, User
from lms_portal.accounts.roles import ROLES, roles_with
from lms_portal.audit import context
from lms_portal.common.clock import oslo_date, real_now


@dataclass(frozen=True, slots=True)
class Grant:
    """One membership in force, as the rules need it."""

    role_code: str
    permissions: frozenset[Permission]
    unit_id: UUID
    unit_path: str
    unit_name: str
    reaches_below: bool


def _today() -> date:
    """The day that memberships are judged by: the request's, which the audit context carries."""
    moment = parse_datetime(context.current().portal_at) if context.current().portal_at else None
    return oslo_date(moment or real_now())


def grants_of(user: object) -> tuple[Grant, ...]:
    """This will list a person's memberships in force, read once per request and kept on the user."""
    if not isinstance(user, User) or not user.is_active:
        return ()
    today = _today()
    cached: dict[date, tuple[Grant, ...]] = user.__dict__.setdefault("_grants", {})
    if today not in cached:
        rows = Membership.objects.in_force(today).filter(user=user).select_related("unit").order_by("unit__path", "role_code")
        cached[today] = tuple(
            Grant(m.role_code, m.role.permissions, m.unit_id, m.unit.path, m.unit.name, m.role.reaches_below) for m in rows
        )
    return cached[today]


def has_permission(user: object, permission: Permission, unit: Unit | None = None) -> bool:
    """This will say whether a person holds a permission: anywhere, or in a unit (or above it, for roles that reach below)."""
    for grant in grants_of(user):
        if permission not in grant.permissions:
            continue
        if unit is None or grant.unit_id == unit.pk:
            return True
        if grant.reaches_below and unit.path.startswith(grant.unit_path + "/"):
            return True
    return False


def role_for(user: object, permission: Permission, unit: Unit) -> str:
    """This will name the role by which a person may do this in a unit; empty where they may not."""
    for grant in grants_of(user):
        reaches = grant.unit_id == unit.pk or (grant.reaches_below and unit.path.startswith(grant.unit_path + "/"))
        if permission in grant.permissions and reaches:
            return grant.role_code
    return ""


def roles_of(user: object) -> frozenset[str]:
    """This will list the codes of every role a person holds."""
    return frozenset(grant.role_code for grant in grants_of(user))


def units_with(user: object, permission: Permission, *, prefix: str = "unit") -> Q:
    """This will build the condition for rows whose unit a person holds the permission in; nothing where they hold it nowhere.

    `prefix` is the path to the unit from the row, such as `course__owner`; empty where the row is itself a unit.
    """
    join = f"{prefix}__" if prefix else ""
    condition = Q(pk__in=[])
    for grant in grants_of(user):
        if permission in grant.permissions:
            condition |= Q(**{f"{join}pk": grant.unit_id})
            if grant.reaches_below:
                condition |= Q(**{f"{join}path__startswith": grant.unit_path + "/"})
    return condition


def people_with(permission: Permission, units: Iterable[Unit], today: date) -> list[User]:
    """This will list the active people who hold a permission directly in one of the units, in the order of their names."""
    roles = roles_with(permission)
    members = Membership.objects.in_force(today).filter(role_code__in=roles, unit__in=list(units), user__is_active=True)
    return sorted({member.user for member in members.select_related("user")}, key=lambda user: user.name)


def needs_second_factor(user: object) -> bool:
    """This will say whether production asks this person for a second factor: sees health data, or decides money."""
    return any(ROLES[grant.role_code].needs_second_factor for grant in grants_of(user))
