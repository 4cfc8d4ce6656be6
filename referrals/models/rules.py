"""Routing rules, kept in numbered sets. A trigger refuses every change to a set's rules once it has been in force."""

from django.db import models
from django.db.models import F, Q

from catalogue.enums import Delivery
from catalogue.models import Course
from lms_portal.accounts.models import HospitalArea, Municipality, Unit, User
from lms_portal.common.models import TimeOrdered, Versioned
from referrals.enums import DiagnosisSystem
from referrals.workflow import RULE_SET


class RuleSet(Versioned):
    """One numbered set of rules: written as a draft, in force from a moment, retired by the next."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        IN_FORCE = "in_force"
        RETIRED = "retired"

    number = models.PositiveIntegerField(unique=True, help_text="what referrals keep as the set's version")
    note = models.CharField(max_length=200, blank=True, default="")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    in_force_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=sorted(RULE_SET.labels)), name="ruleset_status_known"),
            models.UniqueConstraint(fields=["status"], condition=Q(status="in_force"), name="ruleset_one_in_force"),
            models.CheckConstraint(
                condition=Q(status="draft", in_force_at__isnull=True, retired_at__isnull=True)
                | Q(status="in_force", in_force_at__isnull=False, retired_at__isnull=True)
                | Q(status="retired", in_force_at__isnull=False, retired_at__isnull=False, retired_at__gte=F("in_force_at")),
                name="ruleset_moments_fit_status",
            ),
        ]

    def __str__(self) -> str:
        return f"rule set {self.number}"


class Rule(TimeOrdered):
    """One rule. Empty conditions hold for everybody; ages are whole years, both ends included."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="rules")
    course = models.ForeignKey(Course, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    diagnosis_system = models.CharField(max_length=8, choices=DiagnosisSystem, blank=True, default="")
    diagnosis_prefix = models.CharField(max_length=10, blank=True, default="", db_collation="C")
    age_from = models.PositiveSmallIntegerField(null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(null=True, blank=True)
    municipality = models.ForeignKey(Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hospital_area = models.ForeignKey(HospitalArea, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    delivery = models.CharField(max_length=12, choices=Delivery, blank=True, default="")
    receiving_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    is_fallback = models.BooleanField(default=False, help_text="counts only where no other rule fits")
    legal_basis = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(diagnosis_system="", diagnosis_prefix="") | (~Q(diagnosis_system="") & ~Q(diagnosis_prefix="")),
                name="rule_diagnosis_names_its_system",
            ),
            models.CheckConstraint(
                condition=Q(diagnosis_system="") | Q(diagnosis_system__in=DiagnosisSystem.values), name="rule_diagnosis_system_known"
            ),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True) | Q(age_to__isnull=True) | Q(age_to__gte=F("age_from")), name="rule_ages_in_order"
            ),
            models.CheckConstraint(condition=Q(municipality__isnull=True) | Q(hospital_area__isnull=True), name="rule_one_kind_of_place"),
            models.CheckConstraint(condition=Q(delivery="") | Q(delivery__in=Delivery.values), name="rule_delivery_known"),
        ]
        indexes = [models.Index(fields=["rule_set", "course"], name="rule_of_set")]

    def __str__(self) -> str:
        return f"rule {self.pk}"
