"""Letters: frozen at the moment of the decision, one per recipient, made in its transaction."""

from django.db import models
from django.db.models import Q

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import LANGUAGES, Unit, User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered
from referrals.enums import Channel, LetterKind, RecipientKind
from referrals.models.cases import Decision, Referral, ReferralParticipant

MAX_TRIES = 5


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters that a person may print or read."""

    def visible_to(self, user: object) -> "LetterQuerySet":
        """This will keep the letters of a clinic that sent them or has the referral now, and those to the person's own office."""
        clinic = units_with(user, Permission.SEE_UNIT_REFERRALS, prefix="unit")
        clinic |= units_with(user, Permission.SEE_UNIT_REFERRALS, prefix="referral__receiving_unit")
        office = units_with(user, Permission.WRITE_REFERRAL, prefix="referral__referrer_unit") & Q(recipient_kind=RecipientKind.REFERRER)
        return self.filter(clinic | office).exclude(referral__status="entered_in_error")

    def of_clinic(self, user: object) -> "LetterQuerySet":
        """This will keep the letters that the person's clinic sends."""
        return self.filter(units_with(user, Permission.SEE_UNIT_REFERRALS, prefix="unit")).exclude(referral__status="entered_in_error")

    def to_post(self) -> "LetterQuerySet":
        """This will keep what waits to be printed and posted."""
        return self.filter(channel=Channel.POST, posted_at__isnull=True)


class Letter(TimeOrdered):
    """One letter to one recipient. Its content never changes: a trigger refuses it.

    Letters to participants carry an address of the patient's page and a secret of eight characters, of which only the keyed hash is
    kept beside the sealed letter itself. `tries` counts wrong secrets; five close the page until the clinic opens it again.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="letters")
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="letters")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=LetterKind)
    recipient_kind = models.CharField(max_length=12, choices=RecipientKind)
    participant = models.ForeignKey(ReferralParticipant, null=True, blank=True, on_delete=models.PROTECT, related_name="letters")
    recipient_name = SealedTextField(seal_id="referrals.letter.recipient_name")
    body = SealedTextField(seal_id="referrals.letter.body")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="referral_letters", help_text="who sends it")
    channel = models.CharField(max_length=8, choices=Channel)
    made_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    secret_hash = models.BinaryField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    code_hash = models.BinaryField(null=True, blank=True, help_text="of the code that the clinic reads out")
    code_expires_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=sorted(LetterKind.values)), name="letter_kind_known"),
            models.CheckConstraint(condition=Q(recipient_kind__in=sorted(RecipientKind.values)), name="letter_recipient_known"),
            models.CheckConstraint(condition=Q(channel__in=sorted(Channel.values)), name="letter_channel_known"),
            models.CheckConstraint(
                condition=Q(recipient_kind="participant", participant__isnull=False)
                | (~Q(recipient_kind="participant") & Q(participant__isnull=True)),
                name="letter_to_participant_names_them",
            ),
            models.CheckConstraint(condition=both_or_neither("posted_at", "posted_by"), name="letter_posted_at_by"),
            models.CheckConstraint(condition=Q(posted_at__isnull=True) | Q(channel="post"), name="letter_posted_goes_by_post"),
            models.CheckConstraint(condition=both_or_neither("secret_hash", "expires_at"), name="letter_secret_expires"),
            models.CheckConstraint(condition=both_or_neither("code_hash", "code_expires_at"), name="letter_code_expires"),
            models.CheckConstraint(condition=Q(tries__lte=MAX_TRIES), name="letter_tries_are_few"),
            models.UniqueConstraint(
                fields=["decision", "participant"],
                condition=Q(decision__isnull=False, participant__isnull=False),
                name="letter_once_per_participant",
            ),
            models.UniqueConstraint(
                fields=["decision", "recipient_kind"],
                condition=Q(decision__isnull=False, participant__isnull=True),
                name="letter_once_per_recipient",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "made_at"], condition=Q(channel="post", posted_at__isnull=True), name="letter_to_post"),
            models.Index(fields=["referral", "made_at"], name="letter_of_referral"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
