"""Rules about people that need no database: which role fits where, and how long an invitation lasts."""

from datetime import date, datetime, timedelta

from lms_portal.accounts.invitations import VALID_HOURS
from lms_portal.accounts.models import Unit
from lms_portal.accounts.roles import ROLES, Role


def roles_for(unit: Unit) -> list[Role]:
    """This will list the roles that somebody can hold in a unit of this kind."""
    return [role for role in ROLES.values() if unit.kind in role.kinds]


def fits(role_code: str, unit: Unit) -> bool:
    """This will say whether the role exists and can be held in the unit."""
    role = ROLES.get(role_code)
    return role is not None and unit.kind in role.kinds


def invitation_ends(now: datetime) -> datetime:
    """This will return when an invitation made now stops working (72 hours: ASVS 5.0, 6.4.1)."""
    return now + timedelta(hours=VALID_HOURS)


def last_day_of(valid_from: date | None, today: date) -> tuple[date | None, date]:
    """This will return the days that a membership that ends today was valid; one that began today never was."""
    yesterday = today - timedelta(days=1)
    return (min(valid_from, yesterday) if valid_from else None), yesterday
