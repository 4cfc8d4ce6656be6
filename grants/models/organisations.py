"""User organisations: who may apply, and the account that their money goes to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from grants.enums import County, OrganisationLevel
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit
from lms_portal.accounts.permissions import has_permission, units_with
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered

OFFICE_PERMISSIONS = (Permission.HANDLE_GRANT, Permission.ADVISE_ON_GRANT, Permission.DECIDE_GRANT)


def works_in_an_office(user: object) -> bool:
    """This will say whether a person handles, advises on or decides grants in some office."""
    return any(has_permission(user, permission) for permission in OFFICE_PERMISSIONS)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations that a person may see."""

    def visible_to(self, user: object) -> "OrganisationQuerySet":
        """This will keep the person's own organisations; all of them for those who work in a grant office."""
        if works_in_an_office(user):
            return self.all()
        return self.filter(units_with(user, Permission.APPLY_FOR_GRANT))

    def of(self, user: object) -> "OrganisationQuerySet":
        """This will keep the organisations that the person may write applications for."""
        return self.filter(units_with(user, Permission.APPLY_FOR_GRANT))


class Organisation(TimeOrdered):
    """A patient or next-of-kin organisation. Its people, name and mailbox are those of its unit."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="grant_organisation")
    organisation_number = models.CharField(max_length=9, unique=True, db_collation="C")
    level = models.CharField(max_length=12, choices=OrganisationLevel)
    counties = ArrayField(models.CharField(max_length=2, choices=County), help_text="where it works; a regional body covers both")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    account_number = SealedTextField(seal_id="grants.organisation.account_number", null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(organisation_number__regex=r"^[0-9]{9}$"), name="organisation_number_nine_digits"),
            models.CheckConstraint(condition=Q(level__in=OrganisationLevel.values), name="organisation_level_known"),
            models.CheckConstraint(
                condition=Q(counties__contained_by=County.values) & Q(counties__len__gte=1), name="organisation_counties_known"
            ),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="organisation_not_its_own_parent"),
        ]
        indexes = [models.Index(fields=["level"], name="organisation_level")]

    def __str__(self) -> str:
        return self.unit.name
