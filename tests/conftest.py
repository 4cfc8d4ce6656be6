"""Shared fixtures: the schema is made by the owner, then every test runs as the application role, as in production."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from catalogue.queries.kept import forget
from lms_portal.embedded.postgres import APP, OWNER

# A Tuesday in the middle of a grant round, at noon in Norway.
NOW = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)


def _become(role: str) -> None:
    connection.close()
    connection.settings_dict["USER"] = role


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """After the owner has created and migrated the test database, everybody becomes the application role."""
    _become(APP)
    yield
    _become(OWNER)


def _truncate_as_owner(self: Any) -> None:
    """Transactional tests clean up as the owner, with the refusing triggers off; the application role may not."""
    _become(OWNER)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
        )
        tables = cursor.fetchone()[0]
        cursor.execute("SELECT quote_ident(tgrelid::regclass::text) FROM pg_trigger WHERE tgname = 'audit_no_truncate'")
        guarded = [name for (name,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_no_truncate")
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER audit_no_truncate")
    _become(APP)


@pytest.fixture(autouse=True, scope="session")
def _teardown_by_owner() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _truncate_as_owner)
        yield


@pytest.fixture(autouse=True)
def _bokmaal() -> Iterator[None]:
    """Every test begins in bokmål: a page asked for in another language leaves that language active."""
    with translation.override("nb"):
        yield


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Every test's database begins anew at the same number."""
    forget()


@pytest.fixture
def now() -> datetime:
    """The moment of the test, in UTC; passed in wherever the code takes one."""
    return NOW
