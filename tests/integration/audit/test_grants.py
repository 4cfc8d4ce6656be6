"""What the database lets each role do is exactly the table in code, and every recorded table has its trigger."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from lms_portal.audit import database
from lms_portal.common.fields import SealedTextField

pytestmark = pytest.mark.django_db


def rows(statement: str, *parameters: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


GRANTED = """
SELECT c.relname, array_agg(a.privilege_type ORDER BY a.privilege_type)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
 WHERE n.nspname = 'public' AND c.relkind = 'r' AND r.rolname = %s GROUP BY c.relname
"""


def test_grants_of_the_application_are_those_of_the_table() -> None:
    present = {str(name) for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    granted = {str(table): rights for table, rights in rows(GRANTED, settings.DB_APP_ROLE)}
    assert granted == {table: sorted(database.privileges(table)) for table in present}


def test_grants_of_the_retention_role_are_those_of_the_table() -> None:
    granted = {str(table): rights for table, rights in rows(GRANTED, settings.DB_RETENTION_ROLE)}
    expected = {table: ["DELETE", "SELECT"] for table in database.RETENTION_DELETES}
    expected |= {table: ["INSERT", "SELECT"] for table in ("audit_tombstone", "audit_sealed_batch")}
    assert granted == expected


def test_application_has_no_power_beyond_its_tables() -> None:
    power = rows(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication, has_schema_privilege('public', 'CREATE'),"
        " (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid) FROM pg_roles WHERE rolname = current_user"
    )
    assert power == [(False, False, False, False, False, False, 0)]


def test_nothing_is_granted_to_everybody() -> None:
    assert (
        rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a"
            " WHERE n.nspname = 'public' AND a.grantee = 0"
        )
        == []
    )


TRIGGERS = """
SELECT c.relname, t.tgargs, t.tgtype & 28, t.tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'audit_record'
"""
INSERT_UPDATE_DELETE = 4 + 8 + 16


def test_every_recorded_table_records_every_change_and_hides_what_is_sealed() -> None:
    found = {str(table): (bytes(arguments).decode(), events, enabled) for table, arguments, events, enabled in rows(TRIGGERS)}
    expected = {}
    for model in database.recorded_models():
        hidden = sorted(
            str(f.column)
            for f in model._meta.local_concrete_fields
            if isinstance(f, SealedTextField | models.BinaryField) or f.name == "password"
        )
        expected[model._meta.db_table] = (f"{model._meta.pk.column}\0{{{','.join(hidden)}}}\0", INSERT_UPDATE_DELETE, "O")
    assert found == expected


def test_tables_that_are_not_recorded_are_named_with_a_reason() -> None:
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label in database.RECORDED_APPS
    }
    recorded = {model._meta.db_table for model in database.recorded_models()}
    assert ours - recorded <= set(database.NOT_RECORDED)
    assert all(database.NOT_RECORDED.values())


@pytest.mark.parametrize("table", sorted(database.INSERT_ONLY))
def test_logs_refuse_change_and_emptying_for_everybody_but_retention(table: str) -> None:
    names = {
        str(name)
        for (name,) in rows(
            "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relname = %s AND tgenabled = 'O'", table
        )
    }
    assert {"audit_append_only", "audit_no_truncate"} <= names
