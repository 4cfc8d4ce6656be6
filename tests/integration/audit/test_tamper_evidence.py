"""Digests over closed ranges of the logs: what was changed, removed or slipped in is found; what retention removed is told apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from lms_portal.audit import tamper_evidence
from lms_portal.audit.access import record_read
from lms_portal.audit.models import Access, SealedBatch, Tombstone
from lms_portal.common.clock import real_now
from lms_portal.common.ids import new_id
from lms_portal.embedded.postgres import APP, OWNER, RETENTION

pytestmark = pytest.mark.django_db(transaction=True)
LOG = "audit_access"


@contextmanager
def as_role(role: str) -> Iterator[None]:
    connection.close()
    connection.settings_dict["USER"] = role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = APP


def look() -> Access:
    return record_read(action=Access.Action.VIEW, object_type="referral", object_ids=[new_id()], basis="own", subject_hashes=[b"abc"])


def close(after: timedelta = timedelta(hours=2)) -> SealedBatch | None:
    return tamper_evidence.close_batch(LOG, real_now=real_now() + after)


def problems() -> list[str]:
    return [finding.problem for finding in tamper_evidence.verify(LOG)]


def as_owner_without_guards(statement: str, *parameters: UUID | datetime) -> None:
    """What somebody with the owner's password, and the triggers off, could do."""
    with as_role(OWNER), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_access DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)
        cursor.execute("ALTER TABLE audit_access ENABLE TRIGGER USER")


def test_untouched_log_verifies() -> None:
    for _ in range(3):
        look()
    batch = close()
    assert batch
    assert batch.row_count == 3
    assert problems() == []


def test_newest_hour_stays_open() -> None:
    look()
    assert close(after=timedelta(minutes=59)) is None


def test_closing_twice_closes_once() -> None:
    look()
    assert close()
    assert close() is None
    assert SealedBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_access SET basis = 'assigned clinic' WHERE id = (SELECT id FROM audit_access LIMIT 1)", "a row is not as it was"),
        ("DELETE FROM audit_access WHERE id = (SELECT id FROM audit_access LIMIT 1)", "3 rows were closed, 2 are there"),
        (
            "INSERT INTO audit_access SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid()))).* FROM audit_access a LIMIT 1",
            "3 rows were closed, 4 are there",
        ),
    ],
)
def test_tampering_is_found(statement: str, problem: str) -> None:
    for _ in range(3):
        look()
    close()
    as_owner_without_guards(statement)
    assert problems() == [problem]


def test_command_ends_with_an_error_where_something_is_wrong() -> None:
    look()
    close()
    call_command("verify_audit", stdout=StringIO())
    as_owner_without_guards("UPDATE audit_access SET role = 'x'")
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=StringIO(), stderr=StringIO())


def test_removed_batch_breaks_the_chain() -> None:
    begun = real_now()
    for hours in (2, 3, 4):
        row = look()
        moment = begun + timedelta(hours=hours - 1, minutes=-30)
        as_owner_without_guards("UPDATE audit_access SET recorded_at = %s WHERE id = %s", moment, row.pk)
        assert tamper_evidence.close_batch(LOG, real_now=begun + timedelta(hours=hours))
    assert problems() == []
    with as_role(OWNER), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_sealed_batch DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_sealed_batch WHERE id = (SELECT min(id) + 1 FROM audit_sealed_batch)")
        cursor.execute("ALTER TABLE audit_sealed_batch ENABLE TRIGGER USER")
    assert problems() == ["the batch before it is missing", "a row is not as it was"]


@pytest.mark.parametrize(
    "table", ["audit_access", "audit_change", "audit_status_change", "audit_sealed_batch", "audit_tombstone", "grants_ledger_entry"]
)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET id = id",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "ALTER TABLE {table} ADD COLUMN x int",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table}",
        "COPY {table} FROM PROGRAM 'true'",
    ],
)
def test_application_may_only_add(table: str, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table))


def purge(before: datetime) -> int:
    with as_role(RETENTION):
        return tamper_evidence.purge(LOG, before=before)


def test_retention_leaves_a_tombstone_and_the_log_verifies() -> None:
    look()
    batch = close()
    assert batch
    look()
    assert purge(batch.last_at) >= 1
    stone = Tombstone.objects.get()
    assert (stone.row_count, bytes(stone.digest)) == (batch.row_count, bytes(batch.digest))
    assert problems() == []


def test_retention_takes_whole_closed_batches_only() -> None:
    look()
    batch = close()
    assert batch
    assert purge(batch.last_at - timedelta(microseconds=1)) == 0
    assert Access.objects.count() == 1


def test_row_put_back_after_retention_is_found() -> None:
    row = look()
    batch = close()
    assert batch
    purge(batch.last_at)
    as_owner_without_guards(
        "INSERT INTO audit_access (id, recorded_at, action, object_type, object_ids, subject_hashes, categories, basis, system, role, purpose, request_id)"
        " VALUES (%s, %s, 'view', 'referral', '{}', '{}', '{}', 'own', '', '', '', '')",
        row.pk,
        batch.first_at,
    )
    assert problems() == ["1 rows in a range that retention emptied"]


def test_command_runs_as_the_retention_role_only() -> None:
    with pytest.raises(CommandError):
        call_command("purge_audit", LOG, "--before=2026-01-01")
    out = StringIO()
    with as_role(RETENTION):
        call_command("purge_audit", LOG, "--before=2026-01-01", stdout=out)
    assert out.getvalue() == "audit_access: 0 rows removed\n"


def test_retention_role_reaches_nothing_else() -> None:
    for statement in ("SELECT * FROM accounts_user", "UPDATE audit_access SET basis = ''", "DELETE FROM audit_tombstone"):
        with as_role(RETENTION), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_closing_by_command_prints_the_digest_to_keep() -> None:
    out = StringIO()
    call_command("close_audit_batches", stdout=out)
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == list(tamper_evidence.LOGS)
