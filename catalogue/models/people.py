"""People who take part, sealed, and their places."""

from django.db import models
from django.db.models import Q

from catalogue.models.courses import Course
from catalogue.models.runs import DeliverySite, Run
from catalogue.workflow import ENROLMENT, HOLDING_STATES, WAITING_STATES
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import LANGUAGES
from lms_portal.accounts.permissions import units_with
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered, Versioned


class Participant(TimeOrdered):
    """One human in one matter: a referral, or a sign-up. Who it is, is sealed under the key of that matter.

    `identity_hash` is the keyed hash of the identity number (purpose `participant.identity`), `contact_hash` that of address and
    name for those who sign up without one (purpose `participant.contact`).
    """

    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    name = SealedTextField(seal_id="catalogue.participant.name", null=True, blank=True)
    identity_number = SealedTextField(seal_id="catalogue.participant.identity_number", null=True, blank=True)
    email = SealedTextField(seal_id="catalogue.participant.email", null=True, blank=True)
    phone = SealedTextField(seal_id="catalogue.participant.phone", null=True, blank=True)
    address = SealedTextField(seal_id="catalogue.participant.address", null=True, blank=True)
    needs = SealedTextField(seal_id="catalogue.participant.needs", null=True, blank=True)
    identity_hash = models.BinaryField(null=True, blank=True)
    contact_hash = models.BinaryField(null=True, blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nb")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["identity_hash"], condition=Q(identity_hash__isnull=False), name="participant_by_identity"),
            models.Index(fields=["contact_hash"], condition=Q(contact_hash__isnull=False), name="participant_by_contact"),
        ]

    def __str__(self) -> str:
        return f"participant {self.pk}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Places that a person may see."""

    def visible_to(self, user: object) -> "EnrolmentQuerySet":
        """This will keep the places of courses whose participants a person may see."""
        return self.filter(units_with(user, Permission.SEE_ENROLMENTS, prefix="course__owner"))

    def waiting(self) -> "EnrolmentQuerySet":
        """This will keep those who wait, in the order in which they are offered a place."""
        return self.filter(status__in=WAITING_STATES).order_by("priority", "waiting_since", "created_at", "id")

    def holding(self) -> "EnrolmentQuerySet":
        """This will keep those who have a place, or had one to the end."""
        return self.filter(status__in=HOLDING_STATES)


class Enrolment(Versioned):
    """One person's place on a course, or the wish for one."""

    class Status(models.TextChoices):
        REQUESTED = "requested"
        WAITING = "waiting"
        OFFERED = "offered"
        CONFIRMED = "confirmed"
        DECLINED = "declined"
        EXPIRED = "expired"
        DECLINED_BY_PROVIDER = "declined_by_provider"
        NO_SHOW = "no_show"
        COMPLETED = "completed"
        NOT_COMPLETED = "not_completed"
        CANCELLED_BY_PARTICIPANT = "cancelled_by_participant"
        CANCELLED_BY_PROVIDER = "cancelled_by_provider"
        CLOSED = "closed"

    reference = models.CharField(max_length=12, unique=True, db_collation="C")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="enrolments")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=24, choices=Status)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments")
    site = models.ForeignKey(DeliverySite, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments")
    last_run = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="the run whose place was given up"
    )
    waiting_since = models.DateField(help_text="ansiennitetsdato: the place in the queue; kept when moved to another run")
    priority = models.PositiveSmallIntegerField(default=5, help_text="lower comes first")
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=sorted(ENROLMENT.labels)), name="enrolment_status_known"),
            models.CheckConstraint(
                condition=(Q(status__in=sorted(HOLDING_STATES)) & Q(run__isnull=False) & Q(site__isnull=False))
                | (~Q(status__in=sorted(HOLDING_STATES)) & Q(run__isnull=True) & Q(site__isnull=True)),
                name="enrolment_run_and_site_while_held",
            ),
            models.UniqueConstraint(
                fields=["course", "participant"], condition=Q(status__in=sorted(WAITING_STATES)), name="enrolment_waits_once"
            ),
            models.UniqueConstraint(
                fields=["run", "participant"], condition=Q(status__in=sorted(HOLDING_STATES)), name="enrolment_one_place_in_run"
            ),
        ]
        indexes = [
            models.Index(
                fields=["course", "priority", "waiting_since"], condition=Q(status__in=sorted(WAITING_STATES)), name="enrolment_queue"
            ),
            models.Index(fields=["run", "status"], name="enrolment_of_run"),
            models.Index(fields=["site"], condition=Q(status__in=sorted(HOLDING_STATES)), name="enrolment_of_site"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def label(self) -> str:
        """The state's word in the language of the moment."""
        return str(ENROLMENT.labels[self.status])
