"""The demo's people, and the doctors' office that the referring ones work in."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import HospitalArea, Membership, Unit, User
from lms_portal.common.clock import oslo_date
from lms_portal.common.norwegian_text import sort_key
from lms_portal.demo.people import DEMO_PASSWORD, DEMO_PEOPLE, GP_OFFICE, DemoPerson


def add_member(email: str, name: str, role: str, unit: Unit, language: str = "nb", *, now: datetime) -> User:
    """This will make a demo person with one role, or give the role to somebody already made."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create(email=email, name=name, language=language, joined_at=now, password=_password())
    Membership.objects.get_or_create(user=user, unit=unit, role_code=role, defaults={"valid_from": oslo_date(now)})
    return user


_hashed: list[str] = []


def _password() -> str:
    """Hash once: the demo's people share one password, and Argon2 is slow on purpose."""
    if not _hashed:
        _hashed.append(make_password(DEMO_PASSWORD))
    return _hashed[0]


def _gp_office() -> None:
    name = "Volda legesenter (demo)"
    Unit.objects.get_or_create(
        code=GP_OFFICE,
        defaults={
            "kind": UnitKind.GP_OFFICE,
            "path": GP_OFFICE,
            "name_nb": name,
            "name_nn": name,
            "sort_key": sort_key(name),
            "place": "Volda",
            "hospital_area": HospitalArea.objects.filter(code="volda").first(),
            "mailbox": "legesenter.volda@demo.example",
            "default_language": "nn",
        },
    )


def _add(person: DemoPerson, units: dict[str, Unit], now: datetime) -> None:
    user = add_member(person.email, person.name, person.role, units[person.unit], person.language, now=now)
    if person.profession:
        user.profession, user.hpr_number = person.profession, person.hpr_number
        user.save(update_fields=["profession", "hpr_number"])


def load(*, now: datetime) -> None:
    """This will make the doctors' office and every demo person whose unit exists before the other parts of the demo."""
    _gp_office()
    people = [person for person in DEMO_PEOPLE if person.unit]
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[person.unit for person in people])}
    for person in people:
        _add(person, units, now)
