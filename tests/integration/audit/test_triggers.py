"""The database records each change itself, and refuses to change a log."""

from datetime import datetime
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from lms_portal.accounts.models import Unit
from lms_portal.audit.context import acting_as_system
from lms_portal.audit.models import Change

pytestmark = pytest.mark.django_db


def make_unit(code: str, **fields: Any) -> Unit:
    return Unit.objects.create(code=code, kind="region", path=code, name_nb=code, name_nn=code, sort_key=code, **fields)


def test_session_runs_as_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_app",)


def test_change_names_who_and_what(now: datetime) -> None:
    with acting_as_system("load_reference", now=now):
        unit = make_unit("x")
        key = str(unit.pk)
        Unit.objects.filter(pk=unit.pk).update(place="Volda")
        unit.delete()
    rows = list(Change.objects.filter(object_id=key).order_by("id").values_list("operation", "system", "portal_at"))
    assert rows == [("insert", "load_reference", now), ("update", "load_reference", now), ("delete", "load_reference", now)]
    assert Change.objects.get(operation="update", object_id=key).changes == {"place": ["", "Volda"]}


@pytest.mark.parametrize(
    ("statement", "statements"),
    [
        ("WITH one AS (SELECT 1) SELECT * FROM one", 1),
        ("WITH gone AS (DELETE FROM accounts_unit WHERE code = 'none' RETURNING id) SELECT count(*) FROM gone", 2),
        ("  with gone as (delete from accounts_unit where code = 'none' returning id) select count(*) from gone", 2),
        ("update accounts_unit set place = '' where code = 'none'", 2),
    ],
)
def test_only_statements_that_write_carry_who_acts(statement: str, statements: int, now: datetime) -> None:
    with (
        acting_as_system("load_reference", now=now),
        mock.patch.object(psycopg.Cursor, "execute", autospec=True, side_effect=psycopg.Cursor.execute) as executed,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert executed.call_count == statements  # who acts is set first, and ends with the transaction


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_change SET purpose = 'x'",
        "DELETE FROM audit_change",
        "TRUNCATE audit_change",
        "ALTER TABLE audit_change DISABLE TRIGGER ALL",
        "DROP TABLE audit_change",
        "UPDATE audit_access SET basis = 'x'",
        "DELETE FROM audit_status_change",
    ],
)
def test_application_may_not_change_a_log(statement: str) -> None:
    make_unit("x")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
