"""Decisions, payments, and the ledger that accounts for every krone."""

from django.db import models
from django.db.models import F, Q

from grants.enums import CarryOverStatus, ComplaintStatus, DecisionKind, EntryKind, PaymentStatus
from grants.models.applications import Application
from grants.models.organisations import OFFICE_PERMISSIONS, Organisation
from grants.models.rounds import Scheme
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered, Versioned

ABOUT_AN_APPLICATION = ["award", "rejection"]


class Decision(TimeOrdered):
    """A decision about money, by a person, with its reason. Rows are added, never changed."""

    kind = models.CharField(max_length=20, choices=DecisionKind)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="decisions")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="decisions")
    grant_year = models.PositiveSmallIntegerField()
    application = models.ForeignKey(Application, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    amount_nok = models.PositiveIntegerField()
    reason = models.TextField()
    batch = models.UUIDField(help_text="decisions made together share this")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=ABOUT_AN_APPLICATION, application__isnull=False)
                | (~Q(kind__in=ABOUT_AN_APPLICATION) & Q(application__isnull=True)),
                name="decision_names_its_application",
            ),
            models.CheckConstraint(
                condition=Q(kind="rejection", amount_nok=0) | (~Q(kind__in=["rejection", "use"]) & Q(amount_nok__gt=0)) | Q(kind="use"),
                name="decision_amount_as_kind",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="decision_says_why"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(kind__in=ABOUT_AN_APPLICATION), name="decision_once_per_application"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "grant_year"], name="decision_of_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_nok}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Payments that a person may see."""

    def visible_to(self, user: object) -> "PaymentQuerySet":
        """This will keep the payments of the offices where the person handles or decides grants."""
        condition = Q(pk__in=[])
        for permission in (Permission.HANDLE_GRANT, Permission.DECIDE_GRANT):
            condition |= units_with(user, permission, prefix="application__round__scheme__office")
        return self.filter(condition)


class Payment(Versioned):
    """One payment of an award. Prepared by one person and approved by another; the sum never passes the award."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="payments")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="payments")
    instalment = models.PositiveSmallIntegerField(default=1)
    amount_nok = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=PaymentStatus, default=PaymentStatus.PREPARED)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    exported_at = models.DateTimeField(null=True, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    stopped_why = models.CharField(max_length=300, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "instalment"], name="payment_instalment_once"),
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payment_status_known"),
            models.CheckConstraint(condition=Q(amount_nok__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")), name="payment_approved_by_another"
            ),
            models.CheckConstraint(condition=both_or_neither("approved_by", "approved_at"), name="payment_approved_by_and_at"),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "exported", "paid"]) | Q(approved_by__isnull=False),
                name="payment_approved_before_export",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["exported", "paid"]) | Q(exported_at__isnull=False), name="payment_exported_before_paid"
            ),
            models.CheckConstraint(condition=~Q(status="paid") | Q(paid_on__isnull=False), name="payment_paid_on_a_day"),
            models.CheckConstraint(condition=~Q(status="failed") | ~Q(stopped_why=""), name="payment_stopped_says_why"),
        ]
        indexes = [models.Index(fields=["status"], name="payment_by_status")]

    def __str__(self) -> str:
        return f"{self.amount_nok} {self.status}"


class LedgerAccountQuerySet(models.QuerySet["LedgerAccount"]):
    """Accounts that a person may see."""

    def visible_to(self, user: object) -> "LedgerAccountQuerySet":
        """This will keep the accounts of the person's own organisations, and of the offices where they work."""
        condition = units_with(user, Permission.APPLY_FOR_GRANT, prefix="organisation__unit")
        for permission in OFFICE_PERMISSIONS:
            condition |= units_with(user, permission, prefix="scheme__office")
        return self.filter(condition)


class LedgerAccount(TimeOrdered):
    """An organisation's money of one year, by the year it came from. The totals are kept by the entries' trigger alone."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ledger_accounts")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="ledger_accounts")
    year = models.PositiveSmallIntegerField()
    origin_year = models.PositiveSmallIntegerField()
    carried_in_nok = models.BigIntegerField(default=0)
    granted_nok = models.BigIntegerField(default=0)
    used_nok = models.BigIntegerField(default=0)
    carried_out_nok = models.BigIntegerField(default=0)
    repaid_nok = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = LedgerAccountQuerySet.as_manager()

    class Meta:
        ordering = ["year", "origin_year"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "scheme", "year", "origin_year"], name="ledger_account_once"),
            models.CheckConstraint(condition=Q(origin_year__lte=F("year")), name="ledger_account_origin_not_later"),
            models.CheckConstraint(condition=Q(granted_nok=0) | Q(origin_year=F("year")), name="ledger_account_granted_in_its_own_year"),
            models.CheckConstraint(
                condition=Q(carried_in_nok=0) | Q(origin_year__lt=F("year")), name="ledger_account_carried_in_from_before"
            ),
            models.CheckConstraint(
                condition=Q(carried_in_nok__gte=0, granted_nok__gte=0, used_nok__gte=0, carried_out_nok__gte=0, repaid_nok__gte=0),
                name="ledger_account_totals_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(carried_in_nok__gte=F("used_nok") + F("carried_out_nok") + F("repaid_nok") - F("granted_nok")),
                name="ledger_account_open_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True)
                | Q(carried_in_nok=F("used_nok") + F("carried_out_nok") + F("repaid_nok") - F("granted_nok")),
                name="ledger_account_settled_at_zero",
            ),
            models.CheckConstraint(condition=both_or_neither("settled_at", "settled_by"), name="ledger_account_settled_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}/{self.origin_year}"

    @property
    def in_nok(self) -> int:
        """What came in: carried in and granted."""
        return self.carried_in_nok + self.granted_nok

    @property
    def open_nok(self) -> int:
        """What is neither used, carried out nor repaid."""
        return self.in_nok - self.used_nok - self.carried_out_nok - self.repaid_nok


class LedgerEntry(TimeOrdered):
    """One row of the ledger. Append-only in the database; every row points to the decision that made it."""

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=EntryKind)
    amount_nok = models.PositiveIntegerField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="entries")
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "grants_ledger_entry"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="ledger_entry_kind_known"),
            models.CheckConstraint(condition=Q(amount_nok__gt=0), name="ledger_entry_above_zero"),
            models.UniqueConstraint(fields=["account", "decision", "kind"], name="ledger_entry_once_per_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_nok}"


class CarryOver(Versioned):
    """A request to use unused money in the next year. The money keeps the year that it came from."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="carry_overs")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="carry_overs")
    from_year = models.PositiveSmallIntegerField()
    to_year = models.PositiveSmallIntegerField()
    origin_year = models.PositiveSmallIntegerField()
    amount_nok = models.PositiveIntegerField()
    purpose = models.TextField()
    status = models.CharField(max_length=10, choices=CarryOverStatus, default=CarryOverStatus.REQUESTED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decision = models.OneToOneField(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="carry_over")
    repayment = models.OneToOneField(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="repaid_carry_over")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "scheme", "from_year", "origin_year"], name="carry_over_once_a_year"),
            models.CheckConstraint(condition=Q(status__in=CarryOverStatus.values), name="carry_over_status_known"),
            models.CheckConstraint(condition=Q(to_year=F("from_year") + 1), name="carry_over_to_the_next_year"),
            models.CheckConstraint(condition=Q(origin_year__lte=F("from_year")), name="carry_over_origin_not_later"),
            models.CheckConstraint(condition=Q(amount_nok__gt=0), name="carry_over_above_zero"),
            models.CheckConstraint(
                condition=Q(status="requested", decision__isnull=True) | (~Q(status="requested") & Q(decision__isnull=False)),
                name="carry_over_decided_by_decision",
            ),
            models.CheckConstraint(
                condition=Q(repayment__isnull=False, status="repaid") | (Q(repayment__isnull=True) & ~Q(status="repaid")),
                name="carry_over_repaid_by_decision",
            ),
        ]
        indexes = [models.Index(fields=["status"], name="carry_over_by_status")]

    def __str__(self) -> str:
        return f"{self.from_year}/{self.origin_year} {self.amount_nok}"


class Complaint(Versioned):
    """A complaint about the decision of an application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="complaints")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="complaints")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(seal_id="grants.complaint.text")
    received_on = models.DateField()
    due_on = models.DateField(help_text="the last day on which it was in time")
    status = models.CharField(max_length=12, choices=ComplaintStatus, default=ComplaintStatus.RECEIVED)
    outcome = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ComplaintStatus.values), name="complaint_status_known"),
            models.UniqueConstraint(fields=["decision"], name="complaint_once_per_decision"),
            models.CheckConstraint(
                condition=~Q(status__in=["upheld", "changed", "forwarded"]) | ~Q(outcome=""), name="complaint_ends_with_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"complaint {self.application_id}"
