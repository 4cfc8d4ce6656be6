"""Reports on the use of a year's money: inside the next application, or on their own."""

from django.db import models
from django.db.models import F, Q

from grants.enums import Category, Door, ReportStatus
from grants.models.applications import Application
from grants.models.organisations import OFFICE_PERMISSIONS, Organisation
from grants.models.rounds import Scheme
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.models import TimeOrdered, Versioned

DELIVERED = ["submitted", "returned", "approved"]


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports that a person may see."""

    def visible_to(self, user: object) -> "ReportQuerySet":
        """This will keep the reports of the person's own organisations, and the delivered ones of the offices where they work."""
        office = Q(pk__in=[])
        for permission in OFFICE_PERMISSIONS:
            office |= units_with(user, permission, prefix="scheme__office")
        return self.filter(
            units_with(user, Permission.APPLY_FOR_GRANT, prefix="organisation__unit") | (office & ~Q(status=ReportStatus.DRAFT))
        )

    def of(self, user: object) -> "ReportQuerySet":
        """This will keep the reports of the organisations that the person writes for."""
        return self.filter(units_with(user, Permission.APPLY_FOR_GRANT, prefix="organisation__unit"))

    def in_office_of(self, user: object) -> "ReportQuerySet":
        """This will keep the delivered reports of the offices where the person works."""
        office = Q(pk__in=[])
        for permission in OFFICE_PERMISSIONS:
            office |= units_with(user, permission, prefix="scheme__office")
        return self.filter(office & ~Q(status=ReportStatus.DRAFT))


class Report(Versioned):
    """What a year's money was used for. What is not yet used is planned use; what is left is asked carried over, or repaid."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reports")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="reports")
    grant_year = models.PositiveSmallIntegerField()
    door = models.CharField(max_length=20, choices=Door)
    application = models.OneToOneField(Application, null=True, blank=True, on_delete=models.PROTECT, related_name="report")
    status = models.CharField(max_length=10, choices=ReportStatus, default=ReportStatus.DRAFT)
    activities = models.TextField(blank=True)
    difference = models.TextField(blank=True, help_text="why the use differs from the budget")
    carry_over_nok = models.PositiveIntegerField(default=0)
    carry_over_purpose = models.TextField(blank=True)
    repay_nok = models.PositiveIntegerField(default=0)
    available_nok = models.PositiveIntegerField(null=True, blank=True, help_text="what stood open on the ledger when it was delivered")
    spent_nok = models.PositiveIntegerField(null=True, blank=True, help_text="used and planned together, when it was delivered")
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    save_number = models.PositiveIntegerField(default=0, help_text="rises with each save, so that nobody overwrites somebody else")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    returned_why = models.TextField(blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "scheme", "grant_year"], name="report_once_a_year"),
            models.CheckConstraint(condition=Q(status__in=ReportStatus.values), name="report_status_known"),
            models.CheckConstraint(
                condition=Q(door=Door.IN_APPLICATION, application__isnull=False) | Q(door=Door.ALONE, application__isnull=True),
                name="report_door_fits_application",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=DELIVERED)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False, available_nok__isnull=False, spent_nok__isnull=False),
                name="report_delivered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "approved"]) | Q(available_nok=F("spent_nok") + F("carry_over_nok") + F("repay_nok")),
                name="report_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="report_approved_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(status="returned") | ~Q(returned_why=""), name="report_returned_says_why"),
            models.CheckConstraint(condition=both_or_neither("saved_at", "saved_by"), name="report_saved_by_somebody"),
        ]
        indexes = [models.Index(fields=["grant_year", "status"], name="report_by_status")]

    def __str__(self) -> str:
        return f"report {self.grant_year}"


class ReportLine(TimeOrdered):
    """One line: what the budget said, what is used, what is still planned, and what the office admits."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=30, choices=Category)
    text = models.CharField(max_length=200)
    budgeted_nok = models.PositiveIntegerField(default=0)
    used_nok = models.PositiveIntegerField(default=0)
    planned_nok = models.PositiveIntegerField(default=0)
    admitted_nok = models.PositiveIntegerField(null=True, blank=True)
    comment = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="report_line_position_once", deferrable=models.Deferrable.DEFERRED),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="report_line_category_known"),
            models.CheckConstraint(
                condition=Q(admitted_nok__isnull=True) | Q(admitted_nok__lte=F("used_nok") + F("planned_nok")),
                name="report_line_admitted_at_most_used",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="report_line_says_what"),
        ]

    def __str__(self) -> str:
        return self.text
