"""The demo's sign-ins, for the sign-in page of the demo. Whoever has a demo address is listed; the rows come from lms_portal.demo."""

from dataclasses import dataclass

from lms_portal.accounts.demo_constants import DOMAIN
from lms_portal.accounts.models import User
from lms_portal.accounts.role_tables import AREAS


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One line of the sign-in page."""

    email: str
    name: str
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class DemoArea:
    """The people of one part of the portal."""

    title: str
    people: list[DemoPerson]


def is_demo_address(email: str) -> bool:
    """This will say whether an address belongs to the demo."""
    return email.endswith(f"@{DOMAIN}")


def by_area() -> list[DemoArea]:
    """This will list the demo people by the area of their first role, in the language of the moment. Two queries."""
    people = User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).order_by("email").prefetch_related("memberships__unit")
    held = [(person, membership) for person in people for membership in list(person.memberships.all())[:1]]
    areas = []
    for title, roles in AREAS:
        order = [role.code for role in roles]
        rows = sorted((pair for pair in held if pair[1].role_code in order), key=lambda pair: order.index(pair[1].role_code))
        if rows:
            lines = [DemoPerson(person.email, person.name, str(membership.role), membership.unit.name) for person, membership in rows]
            areas.append(DemoArea(str(title), lines))
    return areas
