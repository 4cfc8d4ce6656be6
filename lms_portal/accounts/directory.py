"""Answers what the layers below ask about people: names, and who may look at messages and logs."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import grants_of, has_permission, roles_of, units_with
from lms_portal.accounts.roles import ADMINISTRATOR, CASE_OFFICER, ROLES

NOTHING = Q(pk__in=[])
# Case work on grants is one office's for the whole region, so that its people see every message of that area.
AREAS = {CASE_OFFICER.code: "grants."}


class PortalDirectory:
    """The directory of `common.people`."""

    def names_of_people(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        """This will look up names in one query."""
        return dict(User.objects.filter(pk__in=set(ids)).values_list("pk", "name"))

    def names_of_units(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        """This will look up names of units in one query."""
        return {unit.pk: unit.name for unit in Unit.objects.filter(pk__in=set(ids))}

    def name_of_role(self, code: str) -> str:
        """This will name a role; logs may hold codes of roles that are gone."""
        return str(ROLES[code]) if code in ROLES else code

    def roles_of(self, user: object) -> frozenset[str]:
        """This will list the person's roles."""
        return roles_of(user)

    def messages_visible_to(self, user: object) -> Q:
        """This will show the messages of one's own units; those of an area to its office; all of them to the region's administrator."""
        holds = [grant for grant in grants_of(user) if Permission.SEE_MESSAGES in grant.permissions]
        if not holds:
            return NOTHING
        if any(grant.role_code == ADMINISTRATOR.code and "/" not in grant.unit_path for grant in holds):
            return Q()
        units = Unit.objects.filter(units_with(user, Permission.SEE_MESSAGES, prefix="")).values("pk")
        condition = Q(unit_id__in=units) | Q(recipient_unit_id__in=units)
        for grant in holds:
            if area := AREAS.get(grant.role_code):
                condition |= Q(kind__startswith=area)
        return condition

    def may_read_logs(self, user: object) -> bool:
        """This will say whether the person holds the permission anywhere."""
        return has_permission(user, Permission.READ_AUDIT)

    def logs_visible_to(self, user: object) -> Q:
        """This will show rows of the units below; rows of no unit only to somebody who reads for the whole region."""
        holds = [grant for grant in grants_of(user) if Permission.READ_AUDIT in grant.permissions]
        if not holds:
            return NOTHING
        if any("/" not in grant.unit_path for grant in holds):
            return Q()
        return Q(unit_id__in=Unit.objects.filter(units_with(user, Permission.READ_AUDIT, prefix="")).values("pk"))
