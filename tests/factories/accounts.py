"""Units, places and people for tests. Nobody here exists."""

from datetime import date
from itertools import count
from typing import Any

from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import HospitalArea, Membership, Municipality, Unit, User
from lms_portal.accounts.roles import Role

_serial = count(1)
PASSWORD = "a long enough sentence for a test"


def make_hospital_area(code: str = "volda", name: str = "") -> HospitalArea:
    """This will make or find a hospital area."""
    area, _ = HospitalArea.objects.get_or_create(code=code, defaults={"name": name or code.capitalize(), "sort_key": code})
    return area


def make_municipality(number: str = "1577", name: str = "Volda", area: HospitalArea | None = None) -> Municipality:
    """This will make or find a municipality."""
    area = area or make_hospital_area()
    row, _ = Municipality.objects.get_or_create(
        number=number, defaults={"name": name, "county": "Møre og Romsdal", "hospital_area": area, "sort_key": name.lower()}
    )
    return row


def make_unit(code: str = "", kind: UnitKind = UnitKind.CLINIC, parent: Unit | None = None, **fields: Any) -> Unit:
    """This will make a unit; its path follows from its parent."""
    code = code or f"unit-{next(_serial)}"
    name = fields.pop("name", code.replace("-", " ").capitalize())
    values = {"name_nb": name, "name_nn": name, "sort_key": name.lower(), "mailbox": f"{code}@sykehus.example", **fields}
    return Unit.objects.create(code=code, kind=kind, parent=parent, path=f"{parent.path}/{code}" if parent else code, **values)


def make_hospital(code: str = "", **fields: Any) -> Unit:
    """This will make a hospital under a region and a trust of its own."""
    serial = next(_serial)
    region = make_unit(f"region-{serial}", UnitKind.REGION)
    trust = make_unit(f"trust-{serial}", UnitKind.HEALTH_TRUST, region)
    return make_unit(code or f"hospital-{serial}", UnitKind.HOSPITAL, trust, **fields)


def make_clinic(code: str = "", parent: Unit | None = None, **fields: Any) -> Unit:
    """This will make a clinic, in a hospital of its own unless one is given."""
    return make_unit(code, UnitKind.CLINIC, parent or make_hospital(), **fields)


def make_person(name: str = "Kari Prøve", email: str = "", *memberships: tuple[Role, Unit], **fields: Any) -> User:
    """This will make somebody who can sign in with `PASSWORD`, with roles in units."""
    serial = next(_serial)
    user = User.objects.create_user(email or f"person{serial}@sykehus.example", PASSWORD, name=name, **fields)
    for role, unit in memberships:
        make_membership(user, role, unit)
    return user


def make_membership(user: User, role: Role, unit: Unit, *, valid_from: date | None = None, valid_to: date | None = None) -> Membership:
    """This will give a person a role in a unit."""
    return Membership.objects.create(user=user, unit=unit, role_code=role.code, valid_from=valid_from, valid_to=valid_to)
