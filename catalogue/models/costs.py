"""What taking part costs and what helps to pay for it: one text a kind and unit, each with the day it counts from."""

from django.db import models
from django.db.models import Q

from catalogue.enums import CostKind
from lms_portal.accounts.models import Unit, User, in_language
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.models import TimeOrdered


class CostText(TimeOrdered):
    """A sum and its text from a day on. No unit: the reference value, which counts where neither health trust nor region says otherwise.

    A saved value never changes: one for the same day replaces it, and it stays as history. `follows`: from this day on the unit
    says nothing of its own, and the value above it counts again.
    """

    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="cost_texts")
    kind = models.CharField(max_length=20, choices=CostKind)
    valid_from = models.DateField()
    follows = models.BooleanField(default=False)
    amount_nok = models.PositiveIntegerField(null=True, blank=True)
    text_nb = models.TextField(blank=True, default="")
    text_nn = models.TextField(blank=True, default="")
    text_en = models.TextField(blank=True, default="")
    source_name = models.CharField(max_length=120, blank=True, default="")
    source_url = models.URLField(max_length=300, blank=True, default="")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "catalogue_cost_text"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "valid_from"],
                condition=Q(replaced_at__isnull=True),
                nulls_distinct=False,
                name="costtext_once_a_day",
            ),
            models.CheckConstraint(condition=Q(kind__in=sorted(CostKind.values)), name="costtext_kind_known"),
            models.CheckConstraint(condition=both_or_neither("unit", "saved_by"), name="costtext_unit_saved_by"),
            models.CheckConstraint(
                condition=Q(follows=True, unit__isnull=False, amount_nok__isnull=True, text_nb="", text_nn="", text_en="", source_name="")
                | Q(follows=False) & ~Q(text_nb="") & ~Q(text_nn="") & ~Q(text_en="") & ~Q(source_name=""),
                name="costtext_whole_or_follows",
            ),
        ]
        indexes = [models.Index(fields=["unit", "kind", "-valid_from"], name="costtext_of_unit")]

    def __str__(self) -> str:
        return f"{self.kind} {self.valid_from}"

    @property
    def text(self) -> str:
        """The text in the language of the moment."""
        return in_language(nb=self.text_nb, nn=self.text_nn, en=self.text_en)
