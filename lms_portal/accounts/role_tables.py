"""The roles as tables, for the page and for docs/roles.md."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from lms_portal.accounts import roles as r
from lms_portal.accounts.enums import Permission, UnitKind
from lms_portal.accounts.roles import ROLES, Role

AREAS = (
    (_("Courses"), (r.COURSE_OWNER, r.LMS_ADVISER, r.REGIONAL_LMS, r.USER_REPRESENTATIVE)),
    (_("Referrals"), (r.REFERRER, r.REFERRER_ASSISTANT, r.INTAKE_SECRETARY, r.ASSESSOR)),
    (_("Grants"), (r.APPLICANT, r.ORGANISATION_LEAD, r.CASE_OFFICER, r.RBU_MEMBER, r.DECISION_MAKER)),
    (_("The portal itself"), (r.ADMINISTRATOR, r.AUDITOR)),
)


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role, ready to print."""

    role: Role
    name: str
    may: list[str]
    held_in: list[str]
    reaches_below: bool
    needs_second_factor: bool


@dataclass(frozen=True, slots=True)
class RoleTable:
    """The roles of one area."""

    title: str
    rows: list[RoleRow]


def _row(role: Role) -> RoleRow:
    return RoleRow(
        role=role,
        name=str(role.name),
        may=[str(permission.label) for permission in Permission if permission in role.permissions],
        held_in=[str(kind.label) for kind in UnitKind if kind in role.kinds],
        reaches_below=role.reaches_below,
        needs_second_factor=role.needs_second_factor,
    )


def by_area() -> list[RoleTable]:
    """This will list every role once, in the language of the moment. Raises: LookupError where a role stands in no area."""
    listed = {role.code for _title, roles in AREAS for role in roles}
    if missing := sorted(set(ROLES) - listed):
        raise LookupError(f"no area lists {', '.join(missing)}")
    return [RoleTable(str(title), [_row(role) for role in roles]) for title, roles in AREAS]
