"""The logs: changes, changes of status, reads. Insert-only for the application; no foreign keys, so that nothing else can hold them back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from lms_portal.common.models import TimeOrdered


class _Actor(models.Model):
    """Who, in which role and unit, why, and in which request. `recorded_at` is real time, `portal_at` the portal's."""

    recorded_at = models.DateTimeField(db_default=Now())
    portal_at = models.DateTimeField(null=True)
    actor_id = models.UUIDField(null=True)
    system = models.CharField(max_length=80, blank=True, help_text="the command or sweep, where no person acts")
    role = models.CharField(max_length=40, blank=True)
    unit_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class Change(_Actor):
    """One row written, as the database saw it. Sealed fields are named, never shown."""

    class Operation(models.TextChoices):
        INSERT = "insert", "insert"
        UPDATE = "update", "update"
        DELETE = "delete", "delete"

    id = models.BigAutoField(primary_key=True)
    operation = models.CharField(max_length=6, choices=Operation)
    table = models.CharField(max_length=63, db_column="table_name")
    object_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict, help_text="field: [before, after]; sealed fields: “changed”")

    class Meta:
        db_table = "audit_change"
        indexes = [
            models.Index(fields=["table", "object_id", "id"], name="change_of_object"),
            models.Index(fields=["actor_id", "id"], name="change_by_actor"),
            models.Index(fields=["recorded_at"], name="change_recorded_at"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.table} {self.object_id}"


class StatusChange(TimeOrdered, _Actor):
    """One move of a workflow: from, to, why. Written by `transitions.move` in the transaction of the move itself."""

    workflow = models.CharField(max_length=40)
    object_id = models.UUIDField()
    verb = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    target = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True, help_text="in the person's words; never for health data, which is sealed in its case")

    class Meta:
        db_table = "audit_status_change"
        indexes = [models.Index(fields=["workflow", "object_id", "id"], name="status_change_of_object")]
        constraints = [models.UniqueConstraint(fields=["workflow", "object_id", "version"], name="status_change_once_per_version")]

    def __str__(self) -> str:
        return f"{self.workflow} {self.source} → {self.target}"


class Access(TimeOrdered, _Actor):
    """One look at protected rows, written before the page is answered.

    Source: pasientjournalforskriften § 14 and Normen faktaark 15 (the superset kept in the reliability study 1.3).
    """

    class Action(models.TextChoices):
        LIST = "list", "list"
        VIEW = "view", "view"
        UNMASK = "unmask", "unmask"
        DOWNLOAD = "download", "download"
        PRINT = "print", "print"
        EXPORT = "export", "export"
        SEARCH = "search", "search"
        DENY = "deny", "deny"

    action = models.CharField(max_length=10, choices=Action)
    object_type = models.CharField(max_length=60)
    object_ids = ArrayField(models.UUIDField(), default=list)
    subject_hashes = ArrayField(models.BinaryField(), default=list, help_text="keyed hashes of the people seen")
    categories = ArrayField(models.CharField(max_length=40), default=list, help_text="what kinds of data were shown")
    basis = models.CharField(max_length=60, help_text="own referral, assigned clinic, case work …")

    class Meta:
        db_table = "audit_access"
        indexes = [
            models.Index(fields=["object_type", "recorded_at"], name="access_of_type"),
            models.Index(fields=["actor_id", "recorded_at"], name="access_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} × {len(self.object_ids)}"


class SealedBatch(models.Model):
    """Tamper evidence: the digest of a closed range of log rows, chained to the batch before."""

    id = models.BigAutoField(primary_key=True)
    log = models.CharField(max_length=63)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    row_count = models.PositiveIntegerField()
    digest = models.BinaryField()
    closed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_sealed_batch"
        constraints = [models.UniqueConstraint(fields=["log", "first_at"], name="sealed_batch_once")]

    def __str__(self) -> str:
        return f"{self.log} {self.first_at} – {self.last_at}"


class Tombstone(models.Model):
    """What the retention command removed from a log: range, count and digest, so that the verifier can tell removal from tampering."""

    id = models.BigAutoField(primary_key=True)
    log = models.CharField(max_length=63)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    row_count = models.PositiveIntegerField()
    digest = models.BinaryField()
    removed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_tombstone"

    def __str__(self) -> str:
        return f"{self.log}: {self.row_count} rows removed"
