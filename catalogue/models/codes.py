"""Code lists: diagnoses, and the national lists of urgency, reasons and answers. Data with a time, loaded by importers."""

from datetime import date

from django.db import models
from django.db.models import Q

from lms_portal.common.constraints import in_order
from lms_portal.common.models import TimeOrdered


class CodeQuerySet(models.QuerySet["Code"]):
    """Codes of one list that count."""

    def of(self, system: str, *, today: date) -> "CodeQuerySet":
        """This will keep the codes of a list that are valid on a Norwegian day, in the order of the list."""
        return (
            self.filter(system=system, valid_from__lte=today).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today)).order_by("position")
        )


class Code(TimeOrdered):
    """One code of one list, such as `volven-9148` 1, or `ICD-10` E11."""

    system = models.CharField(max_length=20, db_collation="C")
    code = models.CharField(max_length=20, db_collation="C")
    display_nb = models.CharField(max_length=200)
    display_nn = models.CharField(max_length=200, blank=True)
    definition = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "code", "valid_from"], name="code_once_from_a_day"),
            models.CheckConstraint(condition=in_order("valid_from", "valid_to"), name="code_valid_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.code}"
