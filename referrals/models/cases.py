"""A referral, those who take part in it, the thread between clinic and referrer, and the decisions."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from catalogue.enums import Delivery
from catalogue.models import Course, Enrolment, Participant, Run
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import LANGUAGES, Municipality, Unit, User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither, in_order
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered, Versioned
from referrals.enums import Answer, DiagnosisSystem, Outcome, ParticipantKind, Route, ThreadKind, Urgency, WithdrawnBy
from referrals.models.rules import Rule
from referrals.workflow import ACCEPTED_STATES, OPEN_STATES, REFERRAL, UNANSWERED_STATES

IDENTITY_PURPOSE = "referral.identity"
DRAFT_KEPT_DAYS = 14


def _in_states(*states: str) -> Q:
    return Q(status__in=sorted(states))


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Referrals that a person may see, as sender or as receiver."""

    def visible_to(self, user: object) -> "ReferralQuerySet":
        """This will keep what the person's clinic has received, and what they have written or are to approve."""
        return self.filter(self._of_clinic(user) | self._of_sender(user))

    def received_by(self, user: object) -> "ReferralQuerySet":
        """This will keep what has been sent to a clinic where the person may see referrals."""
        return self.filter(self._of_clinic(user))

    def sent_by(self, user: object) -> "ReferralQuerySet":
        """This will keep what the person has prepared or sent, and the drafts that colleagues in their office have handed over to be sent."""
        return self.filter(self._of_sender(user))

    @staticmethod
    def _of_clinic(user: object) -> Q:
        return units_with(user, Permission.SEE_UNIT_REFERRALS, prefix="receiving_unit") & ~_in_states("draft")

    @staticmethod
    def _of_sender(user: object) -> Q:
        if not isinstance(user, User):
            return Q(pk__in=[])
        own = units_with(user, Permission.WRITE_REFERRAL, prefix="referrer_unit") & (Q(prepared_by=user) | Q(referrer=user))
        handed_over = (
            units_with(user, Permission.SEND_REFERRAL, prefix="referrer_unit") & _in_states("draft") & Q(handed_over_at__isnull=False)
        )
        return (own | handed_over) & ~_in_states("entered_in_error")

    def open(self) -> "ReferralQuerySet":
        """This will keep those that are not ended."""
        return self.filter(_in_states(*OPEN_STATES))

    def with_case(self) -> "ReferralQuerySet":
        """This will fetch with each referral what every list and page of it shows."""
        return self.select_related(
            "data_key",
            "course__public_version",
            "course__draft_version",
            "receiving_unit",
            "referrer_unit",
            "referrer",
            "assigned_to",
            "run",
        )


class Referral(Versioned):
    """One patient's referral to a course, with everybody who takes part. Who and why is sealed under the case's own key.

    `received_on` is the ansiennitetsdato: the day of first receipt anywhere in the specialist service. A trigger keeps it for good.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        UNDER_ASSESSMENT = "under_assessment"
        INFO_REQUESTED = "info_requested"
        ACCEPTED_PENDING = "accepted_pending"
        ACCEPTED_DATED = "accepted_dated"
        FORWARDED = "forwarded"
        REJECTED = "rejected"
        ADVISED = "advised"
        WITHDRAWN = "withdrawn"
        CLOSED = "closed"
        ENTERED_IN_ERROR = "entered_in_error"

    reference = models.CharField(max_length=12, unique=True, db_collation="C", help_text="what is said on the phone")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="referrals")
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals", help_text="the date asked for")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    form_token = models.UUIDField(unique=True, help_text="made with the empty form: sending it twice makes one referral")

    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="prepared_referrals")
    referrer = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="sent_referrals", help_text="who sent it"
    )
    referrer_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sent_referrals")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edit_version = models.PositiveIntegerField(default=0, help_text="raised by each save of the draft: the second writer sees what changed")
    handed_over_at = models.DateTimeField(
        null=True, blank=True, help_text="when an assistant gave the draft to the clinicians of the office"
    )

    urgency = models.CharField(max_length=8, choices=Urgency, default=Urgency.ROUTINE)
    diagnosis_system = models.CharField(max_length=8, choices=DiagnosisSystem, default=DiagnosisSystem.ICPC2)
    diagnosis_code = SealedTextField(seal_id="referrals.referral.diagnosis_code", null=True, blank=True)
    diagnosis_text = SealedTextField(seal_id="referrals.referral.diagnosis_text", null=True, blank=True)
    reason = SealedTextField(seal_id="referrals.referral.reason", null=True, blank=True)
    what_matters = SealedTextField(seal_id="referrals.referral.what_matters", null=True, blank=True)
    history = SealedTextField(seal_id="referrals.referral.history", null=True, blank=True)
    medication = SealedTextField(seal_id="referrals.referral.medication", null=True, blank=True)
    needs_interpreter = models.BooleanField(default=False)
    interpreter_language = models.CharField(max_length=60, blank=True, default="")
    other_needs = SealedTextField(seal_id="referrals.referral.other_needs", null=True, blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nb", help_text="the written form of the patient's letters")
    patient_is_informed = models.BooleanField(default=False)
    consents_to_sharing = models.BooleanField(default=False, help_text="the leaders of the group may see the reason")
    copy_to_gp = models.BooleanField(default=True)
    gp_name = SealedTextField(seal_id="referrals.referral.gp_name", null=True, blank=True)
    municipality = models.ForeignKey(Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    preferred_delivery = models.CharField(max_length=12, choices=Delivery, blank=True, default="")

    submitted_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True, help_text="first receipt in the specialist service")
    received_on = models.DateField(null=True, blank=True, help_text="ansiennitetsdato: the Norwegian day of first receipt")
    deadline_on = models.DateField(null=True, blank=True, help_text="the tenth working day: an answer is due at its end")
    receiving_unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="received_referrals")

    route = models.CharField(max_length=8, choices=Route, blank=True, default="")
    route_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="where the rules sent it"
    )
    route_rule = models.ForeignKey(Rule, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals")
    rule_set_number = models.PositiveIntegerField(null=True, blank=True)
    route_reasons = models.JSONField(default=list, blank=True, help_text="codes with parameters; no diagnosis, no name of a person")
    route_text = models.TextField(blank=True, default="", help_text="as shown to the referrer")
    route_language = models.CharField(max_length=2, choices=LANGUAGES, blank=True, default="")
    is_overridden = models.BooleanField(default=False, help_text="the referrer chose another unit than the rules")
    override_reason = SealedTextField(seal_id="referrals.referral.override_reason", null=True, blank=True)

    assigned_to = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_referrals")
    assigned_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="when the assessment ended")
    right_by_on = models.DateField(null=True, blank=True, help_text="frist for helsehjelp: begun no later than this day")
    period_from_on = models.DateField(null=True, blank=True)
    period_to_on = models.DateField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=8, choices=WithdrawnBy, blank=True, default="")
    result_note = SealedTextField(seal_id="referrals.referral.result_note", null=True, blank=True)
    error_reported_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    error_reported_at = models.DateTimeField(null=True, blank=True)
    error_confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    error_reason = SealedTextField(seal_id="referrals.referral.error_reason", null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=sorted(REFERRAL.labels)), name="referral_status_known"),
            models.CheckConstraint(condition=Q(urgency__in=sorted(Urgency.values)), name="referral_urgency_known"),
            models.CheckConstraint(
                condition=Q(diagnosis_system__in=sorted(DiagnosisSystem.values)), name="referral_diagnosis_system_known"
            ),
            models.CheckConstraint(
                condition=Q(reference__regex=r"^H-[2-9A-HJ-NP-TV-Z]{4}-[2-9A-HJ-NP-TV-Z]{3}$"), name="referral_reference_form"
            ),
            models.CheckConstraint(
                condition=_in_states("draft")
                | Q(
                    submitted_at__isnull=False,
                    received_at__isnull=False,
                    received_on__isnull=False,
                    deadline_on__isnull=False,
                    receiving_unit__isnull=False,
                    referrer__isnull=False,
                    route_unit__isnull=False,
                    reason__isnull=False,
                    patient_is_informed=True,
                ),
                name="referral_sent_is_whole",
            ),
            models.CheckConstraint(
                condition=_in_states("draft") | (Q(route__in=sorted(Route.values)) & ~Q(route_text="") & ~Q(route_language="")),
                name="referral_sent_keeps_its_route",
            ),
            models.CheckConstraint(
                condition=~_in_states("draft")
                | Q(submitted_at__isnull=True, received_on__isnull=True, receiving_unit__isnull=True, referrer__isnull=True),
                name="referral_draft_is_not_received",
            ),
            models.CheckConstraint(
                condition=~Q(route="rule") | Q(route_rule__isnull=False, rule_set_number__isnull=False), name="referral_rule_is_kept"
            ),
            models.CheckConstraint(
                condition=Q(is_overridden=False) | Q(override_reason__isnull=False), name="referral_override_has_reason"
            ),
            models.CheckConstraint(condition=in_order("received_on", "deadline_on"), name="referral_deadline_after_receipt"),
            models.CheckConstraint(condition=both_or_neither("period_from_on", "period_to_on"), name="referral_period_has_both_ends"),
            models.CheckConstraint(condition=in_order("period_from_on", "period_to_on"), name="referral_period_in_order"),
            models.CheckConstraint(condition=both_or_neither("assigned_to", "assigned_at"), name="referral_assigned_at_with_person"),
            models.CheckConstraint(
                condition=both_or_neither("error_reported_by", "error_reported_at"), name="referral_error_reported_at_by"
            ),
            models.CheckConstraint(
                condition=Q(error_confirmed_by__isnull=True)
                | (Q(error_reported_by__isnull=False) & ~Q(error_confirmed_by=F("error_reported_by"))),
                name="referral_error_needs_second_person",
            ),
            models.CheckConstraint(
                condition=~_in_states("entered_in_error") | Q(error_confirmed_by__isnull=False), name="referral_error_is_confirmed"
            ),
            models.CheckConstraint(
                condition=~_in_states("accepted_dated") | Q(right_by_on__isnull=False), name="referral_accepted_has_right_by"
            ),
            models.CheckConstraint(
                condition=~_in_states("accepted_pending") | Q(period_from_on__isnull=False), name="referral_pending_has_period"
            ),
            models.CheckConstraint(condition=~_in_states("withdrawn") | ~Q(withdrawn_by=""), name="referral_withdrawn_by_somebody"),
            models.CheckConstraint(
                condition=~_in_states(*ACCEPTED_STATES, "rejected", "advised") | Q(answered_at__isnull=False), name="referral_answered_at"
            ),
        ]
        indexes = [
            models.Index(fields=["receiving_unit", "status", "deadline_on", "id"], name="referral_worklist"),
            models.Index(
                fields=["receiving_unit", "deadline_on", "id"], condition=_in_states(*UNANSWERED_STATES), name="referral_unanswered"
            ),
            models.Index(fields=["referrer_unit", "-saved_at"], name="referral_of_sender"),
            models.Index(fields=["course", "status"], name="referral_of_course"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def label(self) -> str:
        """The state's word in the language of the moment."""
        return str(REFERRAL.labels[self.status])

    @property
    def is_draft(self) -> bool:
        """Whether it has not been sent."""
        return self.status == self.Status.DRAFT

    @property
    def clinic(self) -> Unit:
        """The unit that has the referral. Raises: LookupError while it is a draft."""
        if self.receiving_unit is None:
            raise LookupError("a draft is in no clinic")
        return self.receiving_unit

    @property
    def awaits_answer(self) -> bool:
        """Whether the ten working days are running."""
        return self.status in UNANSWERED_STATES

    @property
    def draft_kept_until(self) -> datetime:
        """The moment when an untouched draft is deleted."""
        return self.saved_at + timedelta(days=DRAFT_KEPT_DAYS)

    def get_absolute_url(self) -> str:
        """This will return the address of the referral's page in the language of the moment."""
        return reverse("referrals:referral", args=[self.pk])


class ReferralParticipant(TimeOrdered):
    """One human in a referral: the patient, or somebody close. Exactly one is the patient, who need not attend.

    `identity_hash` is the keyed hash of the identity number (purpose `referral.identity`), for the warning about a second referral.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="participants")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+", help_text="the referral's own")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=ParticipantKind)
    attends = models.BooleanField(default=True)
    name = SealedTextField(seal_id="referrals.participant.name", null=True, blank=True)
    identity_number = SealedTextField(seal_id="referrals.participant.identity_number", null=True, blank=True)
    identity_hash = models.BinaryField(null=True, blank=True)
    phone = SealedTextField(seal_id="referrals.participant.phone", null=True, blank=True)
    outcome = models.CharField(max_length=14, choices=Outcome, default=Outcome.UNDECIDED)
    participant = models.ForeignKey(Participant, null=True, blank=True, on_delete=models.PROTECT, related_name="referral_participants")
    enrolment = models.OneToOneField(Enrolment, null=True, blank=True, on_delete=models.PROTECT, related_name="referral_participant")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["referral"], condition=Q(kind="patient"), name="referralparticipant_one_patient"),
            models.UniqueConstraint(
                fields=["referral", "position"], name="referralparticipant_one_place", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                fields=["referral", "identity_hash"], condition=Q(identity_hash__isnull=False), name="referralparticipant_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=sorted(ParticipantKind.values)), name="referralparticipant_kind_known"),
            models.CheckConstraint(condition=Q(outcome__in=sorted(Outcome.values)), name="referralparticipant_outcome_known"),
            # a draft keeps a number that is typed wrong; the hash is made of checked numbers alone
            models.CheckConstraint(
                condition=Q(identity_hash__isnull=True) | Q(identity_number__isnull=False), name="referralparticipant_hash_of_number"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["place", "waiting"]) | Q(attends=True, enrolment__isnull=False, participant__isnull=False),
                name="referralparticipant_outcome_has_enrolment",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not_attending") | Q(attends=False), name="referralparticipant_absent_does_not_attend"
            ),
        ]
        indexes = [models.Index(fields=["identity_hash"], condition=Q(identity_hash__isnull=False), name="referralparticipant_by_number")]

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"

    @property
    def is_patient(self) -> bool:
        """Whether the referral is about this person."""
        return self.kind == ParticipantKind.PATIENT


class ThreadMessage(TimeOrdered):
    """One question from the clinic, or one answer, in order."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="thread")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ThreadKind)
    text = SealedTextField(seal_id="referrals.thread.text")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=sorted(ThreadKind.values)), name="threadmessage_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.written_at}"


class Decision(TimeOrdered):
    """One answer to a referral, as it was given: by whom, with which national code and reason. Never changed; a reopening makes a new one."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="decisions")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    referral_version = models.PositiveIntegerField(help_text="the version that the decision made")
    answer_code = models.CharField(max_length=4, choices=Answer, db_collation="C", help_text="Volven 9148")
    reason_code = models.CharField(max_length=20, blank=True, default="", db_collation="C")
    text = SealedTextField(seal_id="referrals.decision.text", null=True, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="where it was sent on")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["referral_version"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "referral_version"], name="decision_once_a_version"),
            models.CheckConstraint(condition=Q(answer_code__in=sorted(Answer.values)), name="decision_answer_known"),
            models.CheckConstraint(condition=~Q(answer_code__in=["3", "4"]) | ~Q(reason_code=""), name="decision_refusal_has_reason"),
            models.CheckConstraint(condition=~Q(answer_code="4") | ~Q(reason_code="full"), name="decision_full_is_no_reason"),
            models.CheckConstraint(condition=~Q(answer_code__in=["4", "11"]) | Q(text__isnull=False), name="decision_refusal_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.answer_code} {self.decided_at}"
