"""Applications: the case, its parts and budget lines, what was submitted, and how it was assessed."""

from django.db import models
from django.db.models import F, Q

from grants.enums import ApplicationStatus, Category, PartKey, PartState, RoundStatus
from grants.models.organisations import OFFICE_PERMISSIONS, Organisation
from grants.models.rounds import GuidelineVersion, Round
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered, Versioned

AWARDED = (ApplicationStatus.GRANTED, ApplicationStatus.PARTLY_GRANTED)
DECIDED = (*AWARDED, ApplicationStatus.REJECTED)


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Applications that a person may see."""

    def visible_to(self, user: object) -> "ApplicationQuerySet":
        """This will keep the person's own organisations' applications, and those of the offices where they work.

        An office sees a draft once its round has closed, for late intake; before that a draft belongs to the organisation alone.
        """
        own = units_with(user, Permission.APPLY_FOR_GRANT, prefix="organisation__unit")
        return self.filter(own | self._of_offices(user))

    def in_office_of(self, user: object) -> "ApplicationQuerySet":
        """This will keep the applications of the offices where the person works; nothing by being a member of the applicant."""
        return self.filter(self._of_offices(user))

    def of(self, user: object) -> "ApplicationQuerySet":
        """This will keep the applications of the organisations that the person writes for."""
        return self.filter(units_with(user, Permission.APPLY_FOR_GRANT, prefix="organisation__unit"))

    @staticmethod
    def _of_offices(user: object) -> Q:
        office = Q(pk__in=[])
        for permission in OFFICE_PERMISSIONS:
            office |= units_with(user, permission, prefix="round__scheme__office")
        readable = ~Q(status=ApplicationStatus.DRAFT) | ~Q(round__status__in=[RoundStatus.PLANNED, RoundStatus.OPEN])
        return office & readable


class Application(Versioned):
    """An organisation's application in a round. Its answers are in parts, so that several people can write at once."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="applications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    reference = models.CharField(max_length=12, unique=True, db_collation="C")
    status = models.CharField(max_length=20, choices=ApplicationStatus, default=ApplicationStatus.DRAFT)
    guideline = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="applications")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    contact_name = SealedTextField(seal_id="grants.application.contact_name", null=True, blank=True)
    contact_email = SealedTextField(seal_id="grants.application.contact_email", null=True, blank=True)
    contact_phone = SealedTextField(seal_id="grants.application.contact_phone", null=True, blank=True)
    account_number = SealedTextField(seal_id="grants.application.account_number", null=True, blank=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deadline_at_submit = models.DateTimeField(null=True, blank=True, help_text="the round's closing moment as it stood then")
    applied_nok = models.PositiveIntegerField(null=True, blank=True)
    late_reason = models.TextField(blank=True, help_text="why a case officer took it in after the deadline")

    info_due_at = models.DateTimeField(null=True, blank=True)
    info_answer = models.TextField(blank=True)
    recommended_nok = models.PositiveIntegerField(null=True, blank=True)
    recommendation = models.TextField(blank=True)
    granted_nok = models.PositiveIntegerField(null=True, blank=True)
    committed_nok = models.PositiveIntegerField(default=0, help_text="sum of the payments that are not stopped; kept by a trigger")

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="application_once_a_round"),
            models.CheckConstraint(condition=Q(status__in=ApplicationStatus.values), name="application_status_known"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True, deadline_at_submit__isnull=True, applied_nok__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False, deadline_at_submit__isnull=False, applied_nok__gt=0),
                name="application_submitted_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at__isnull=True)
                | Q(status="withdrawn")
                | (~Q(status="draft") & Q(submitted_at__isnull=False)),
                name="application_submitted_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(submitted_at__lt=F("deadline_at_submit")) | ~Q(late_reason=""),
                name="application_in_time_or_late_with_reason",
            ),
            models.CheckConstraint(condition=~Q(status="more_info") | Q(info_due_at__isnull=False), name="application_info_has_deadline"),
            models.CheckConstraint(
                condition=Q(recommended_nok__isnull=True) | Q(applied_nok__isnull=False, recommended_nok__lte=F("applied_nok")),
                name="application_recommended_at_most_applied",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["recommended", "granted", "partly_granted", "rejected"]) | Q(recommended_nok__isnull=False),
                name="application_recommended_before_decided",
            ),
            models.CheckConstraint(
                condition=Q(status="granted", granted_nok__gt=0, granted_nok=F("applied_nok"))
                | Q(status="partly_granted", granted_nok__gt=0, granted_nok__lt=F("applied_nok"))
                | Q(status="rejected", granted_nok=0)
                | (~Q(status__in=["granted", "partly_granted", "rejected"]) & Q(granted_nok__isnull=True)),
                name="application_granted_as_decided",
            ),
            models.CheckConstraint(
                condition=Q(committed_nok=0) | Q(granted_nok__isnull=False, committed_nok__lte=F("granted_nok")),
                name="application_payments_within_award",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "status"], name="application_by_status"),
            models.Index(fields=["organisation", "-started_at"], name="application_of_organisation"),
        ]

    def __str__(self) -> str:
        return self.reference


class ApplicationPart(TimeOrdered):
    """One part of an application with its answers. `version` rises with each save, so that nobody overwrites somebody else."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="parts")
    key = models.CharField(max_length=20, choices=PartKey)
    answers = models.JSONField(default=dict)
    is_complete = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    late_answers = models.JSONField(null=True, blank=True, help_text="typed after the deadline; counts only if a case officer takes it in")
    late_saved_at = models.DateTimeField(null=True, blank=True)
    late_saved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="part_once"),
            models.CheckConstraint(condition=both_or_neither("late_saved_at", "late_saved_by"), name="part_late_saved_by_somebody"),
            models.CheckConstraint(condition=Q(key__in=PartKey.values), name="part_key_known"),
            models.CheckConstraint(condition=both_or_neither("saved_at", "saved_by"), name="part_saved_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.key}"

    @property
    def state(self) -> PartState:
        """How far the part has come."""
        if self.saved_at is None:
            return PartState.NOT_STARTED
        return PartState.DONE if self.is_complete else PartState.STARTED


class BudgetLine(TimeOrdered):
    """One line of the budget, in whole kroner. What is applied for is the cost less own and other funding."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="budget_lines")
    position = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=30, choices=Category)
    text = models.CharField(max_length=200)
    cost_nok = models.PositiveIntegerField()
    own_nok = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "position"], name="budget_line_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="budget_line_category_known"),
            models.CheckConstraint(condition=Q(own_nok__lte=F("cost_nok")), name="budget_line_own_at_most_cost"),
            models.CheckConstraint(condition=~Q(text=""), name="budget_line_says_what"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def applied_nok(self) -> int:
        """What is applied for on this line."""
        return self.cost_nok - self.own_nok


class Submission(TimeOrdered):
    """What was submitted, frozen: the whole content, sealed, and its hash, which stands on the receipt. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    content = SealedTextField(seal_id="grants.submission.content")
    content_hash = models.CharField(max_length=64, db_collation="C")
    applied_nok = models.PositiveIntegerField()
    guideline = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="submission_number_once"),
            models.CheckConstraint(condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="submission_hash_whole"),
            models.CheckConstraint(condition=Q(applied_nok__gt=0), name="submission_applies_for_something"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.number}"


class ScreeningCheck(TimeOrdered):
    """One point of the formal check, by the code of the guideline's checklist."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="screening_checks")
    code = models.CharField(max_length=40, db_collation="C")
    is_met = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "code"], name="screening_check_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.code}"


class Assessment(TimeOrdered):
    """One reviewer's view of an application, or the reviewer's conflict of interest, which excludes it."""

    SCORES = range(1, 6)

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="assessments")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    has_conflict = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    amounts_add_up = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    assessed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="assessment_once_per_reviewer"),
            models.CheckConstraint(
                condition=Q(has_conflict=True, score__isnull=True, comment="") | Q(has_conflict=False, score__gte=1, score__lte=5),
                name="assessment_score_or_conflict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.reviewer_id}"
