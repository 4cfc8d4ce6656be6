"""The queue of record: one row per message and recipient, under a key that makes planning it twice impossible."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from lms_portal.common.constraints import both_or_neither, exactly_one, in_order
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered, Versioned
from lms_portal.common.people import directory
from lms_portal.common.text import Words
from lms_portal.outbox.workflow import MESSAGE


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, as people and pages ask for them."""

    def visible_to(self, user: object) -> "MessageQuerySet":
        """This will keep the rows that a person may see; the accounts app knows which."""
        return self.filter(directory().messages_visible_to(user))

    def about(self, object_id: UUID) -> "MessageQuerySet":
        """This will keep the messages of one case, the newest first."""
        return self.filter(object_id=object_id).order_by("-due_at", "-pk")


class Message(Versioned):
    """One message to one recipient. The context holds ids only: no name, no health detail, no secret link."""

    class Status(models.TextChoices):
        PLANNED = "planned"
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        UNCERTAIN = "uncertain"
        SKIPPED = "skipped"
        DEAD = "dead"
        BOUNCED = "bounced"

    kind = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField()
    revision = models.CharField(max_length=60, default="", blank=True, help_text="what makes the same message new: “7d”, version 3")
    recipient_key = models.CharField(max_length=64, help_text="user:<id>, unit:<id> or hash:<keyed hash of the address>")
    unit_id = models.UUIDField(null=True, blank=True, help_text="whose case it is; its people see the row on the messages page")
    # no foreign keys: people and units live in a layer above; kinds.AddressBook finds their addresses
    recipient_user_id = models.UUIDField(null=True, blank=True)
    recipient_unit_id = models.UUIDField(null=True, blank=True)
    recipient_address = SealedTextField(seal_id="outbox.message.recipient", null=True, blank=True)
    data_key = models.ForeignKey(DataKey, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, default="nb")
    context = models.JSONField(default=dict, blank=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    planned_at = models.DateTimeField(help_text="portal time")
    due_at = models.DateTimeField(help_text="portal time; not sent before")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="portal time; not sent after")
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, help_text="which sweep holds the row")
    lease_until = models.DateTimeField(null=True, blank=True, help_text="real time")
    sending_since = models.DateTimeField(
        null=True, blank=True, help_text="real time; a kind that asks is being handed to the mail server: from here on nobody can be sure"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=120, help_text="the Message-ID, made from the key: copies of one message carry the same")
    why = models.CharField(max_length=200, blank=True, help_text="why it was skipped, failed or is uncertain; a code, never personal")

    objects = MessageQuerySet.as_manager()

    class Meta:
        db_table = "outbox_message"
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "revision", "recipient_key"], name="message_once"),
            models.CheckConstraint(condition=Q(status__in=sorted(MESSAGE.labels)), name="message_status_known"),
            models.CheckConstraint(
                condition=(Q(status="claimed") & Q(lease_until__isnull=False) & Q(claim__isnull=False))
                | (~Q(status="claimed") & Q(lease_until__isnull=True) & Q(claim__isnull=True)),
                name="message_lease_while_claimed",
            ),
            models.CheckConstraint(condition=Q(sending_since__isnull=True) | Q(status="claimed"), name="message_sending_while_claimed"),
            models.CheckConstraint(condition=~Q(status="sent") | Q(sent_at__isnull=False), name="message_sent_at_when_sent"),
            models.CheckConstraint(
                condition=~Q(status__in=["skipped", "uncertain", "dead", "bounced"]) | ~Q(why=""), name="message_says_why"
            ),
            models.CheckConstraint(
                condition=exactly_one("recipient_user_id", "recipient_unit_id", "recipient_address"),
                name="message_one_recipient",
            ),
            models.CheckConstraint(condition=Q(recipient_address__isnull=True) | Q(data_key__isnull=False), name="message_address_has_key"),
            models.CheckConstraint(condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("due_at")), name="message_expires_after_due"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=["planned", "failed"]), name="message_due"),
            models.Index(fields=["lease_until"], condition=Q(status="claimed"), name="message_leased"),
            models.Index(fields=["object_id", "planned_at"], name="message_of_object"),
            models.Index(fields=["status", "due_at"], name="message_by_status"),
            models.Index(fields=["unit_id", "due_at"], name="message_of_unit"),
            models.Index(fields=["message_id"], name="message_by_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"

    @property
    def status_label(self) -> Words:
        """The state in the language of the moment."""
        return MESSAGE.labels[self.status]


class Heartbeat(models.Model):
    """When each sweep last ran to its end, in real time. Its age decides whether the portal is ready."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    handled = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "outbox_heartbeat"

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


class Pause(TimeOrdered):
    """A time when nothing is sent: who said so, why, and who ended it. One at a time is open, and then no sweep claims anything.

    Every change of the row stands in the log of changes too. Source: docs/adr/0005-outbox.md.
    """

    reason = models.CharField(max_length=300, help_text="shown to all who see the messages pages; nothing about a person")
    begun_at = models.DateTimeField(help_text="portal time")
    begun_by_id = models.UUIDField(help_text="no foreign key: people live in a layer above")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="portal time")
    ended_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "outbox_pause"
        constraints = [
            models.UniqueConstraint(fields=["ended_at"], condition=Q(ended_at__isnull=True), nulls_distinct=False, name="pause_one_open"),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_says_why"),
            models.CheckConstraint(condition=both_or_neither("ended_at", "ended_by_id"), name="pause_ended_by_somebody"),
            models.CheckConstraint(condition=in_order("begun_at", "ended_at"), name="pause_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["-begun_at"], name="pause_newest")]

    def __str__(self) -> str:
        return f"pause {self.begun_at} – {self.ended_at or ''}"


class DeliveredMail(TimeOrdered):
    """The demo's mailbox: what would have been sent, to whom. Filled by the demo's mail backend alone."""

    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    message_id = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "outbox_delivered_mail"
        indexes = [models.Index(fields=["-at"], name="delivered_mail_newest")]

    def __str__(self) -> str:
        return f"mail {self.pk}"
