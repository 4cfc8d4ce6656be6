"""Tamper evidence: digests over closed ranges of the logs, each chained to the one before.

A row changed, removed or slipped in later makes its batch's digest differ. What the retention command removed is told from
tampering by its tombstone, which names the same range, count and digest. Keep the newest digest somewhere else too.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from lms_portal.audit.models import Access, Change, SealedBatch, StatusChange, Tombstone

# The newest rows are left open for this long: a transaction is over long before, so no row appears in a closed range.
OPEN_FOR = timedelta(hours=1)
# What a digest covers, in this order. A column that comes later starts a list of its own for later batches; these stay.
_ACTOR = ("recorded_at", "portal_at", "actor_id", "system", "role", "unit_id", "purpose", "request_id")
LOGS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "audit_change": (Change, ("id", *_ACTOR, "operation", "table", "object_id", "changes")),
    "audit_status_change": (
        StatusChange,
        ("id", *_ACTOR, "workflow", "object_id", "verb", "source", "target", "version", "reason_code", "reason"),
    ),
    "audit_access": (Access, ("id", *_ACTOR, "action", "object_type", "object_ids", "subject_hashes", "categories", "basis")),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One batch that is not as it was closed."""

    log: str
    first_at: datetime
    last_at: datetime
    problem: str

    def __str__(self) -> str:
        return f"{self.log} {self.first_at.isoformat()} – {self.last_at.isoformat()}: {self.problem}"


def _plain(value: Any) -> str:
    """One spelling for each value, whatever the database's version."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{_plain(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_plain(part) for part in value) + "]"
    if isinstance(value, memoryview | bytes):
        return bytes(value).hex()
    return repr(value) if isinstance(value, str | float) else str(value)


def digest_of(log: str, first_at: datetime, last_at: datetime, before: bytes) -> tuple[int, bytes]:
    """This will count and digest the rows of [first_at, last_at), after the digest of the batch before."""
    model, columns = LOGS[log]
    rows = model._default_manager.filter(recorded_at__gte=first_at, recorded_at__lt=last_at).order_by("recorded_at", "pk")
    digest = hashlib.sha256(before)
    count = 0
    for row in rows.values_list(*columns).iterator(chunk_size=2000):
        digest.update(b"\0".join(_plain(value).encode() for value in row) + b"\n")
        count += 1
    return count, digest.digest()


def _lock(log: str) -> None:
    """One closer at a time for a log, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"audit.close.{log}"])


@transaction.atomic
def close_batch(log: str, *, real_now: datetime) -> SealedBatch | None:
    """This will close what is older than an hour and still open; None where there is nothing. `real_now`: logs follow real time."""
    _lock(log)
    model, _columns = LOGS[log]
    newest = SealedBatch.objects.filter(log=log).order_by("-pk").first()
    last_at = real_now - OPEN_FOR
    first_at = newest.last_at if newest else model._default_manager.aggregate(first=models.Min("recorded_at"))["first"]
    if first_at is None or first_at >= last_at:
        return None
    count, digest = digest_of(log, first_at, last_at, bytes(newest.digest) if newest else b"")
    if not count:
        return None
    return SealedBatch.objects.create(log=log, first_at=first_at, last_at=last_at, row_count=count, digest=digest)


def verify(log: str) -> list[Finding]:
    """This will digest every closed batch again, and list those that differ and are not accounted for by a tombstone."""
    removed = {(stone.first_at, stone.last_at): stone for stone in Tombstone.objects.filter(log=log)}
    findings: list[Finding] = []
    before, expected_first = b"", None
    for batch in SealedBatch.objects.filter(log=log).order_by("pk"):
        stone = removed.get((batch.first_at, batch.last_at))
        if expected_first is not None and batch.first_at != expected_first:
            findings.append(Finding(log, batch.first_at, batch.last_at, "the batch before it is missing"))
        count, digest = digest_of(log, batch.first_at, batch.last_at, before)
        if stone is not None:
            if count:
                findings.append(Finding(log, batch.first_at, batch.last_at, f"{count} rows in a range that retention emptied"))
            elif (stone.row_count, bytes(stone.digest)) != (batch.row_count, bytes(batch.digest)):
                findings.append(Finding(log, batch.first_at, batch.last_at, "the tombstone does not fit the batch"))
        elif count != batch.row_count:
            findings.append(Finding(log, batch.first_at, batch.last_at, f"{batch.row_count} rows were closed, {count} are there"))
        elif digest != bytes(batch.digest):
            findings.append(Finding(log, batch.first_at, batch.last_at, "a row is not as it was"))
        before, expected_first = bytes(batch.digest), batch.last_at
    return findings


@transaction.atomic
def purge(log: str, *, before: datetime) -> int:
    """This will remove whole closed batches that end at or before a moment, and leave a tombstone for each; returns the rows removed.

    Only the retention role may: run it with that role's DATABASE_URL.
    """
    model, _columns = LOGS[log]
    gone = set(Tombstone.objects.filter(log=log).values_list("first_at", "last_at"))
    removed = 0
    for batch in SealedBatch.objects.filter(log=log, last_at__lte=before).order_by("pk"):
        if (batch.first_at, batch.last_at) in gone:
            continue
        count, _by_model = model._default_manager.filter(recorded_at__gte=batch.first_at, recorded_at__lt=batch.last_at).delete()
        Tombstone.objects.create(
            log=log, first_at=batch.first_at, last_at=batch.last_at, row_count=batch.row_count, digest=bytes(batch.digest)
        )
        removed += count
    return removed
