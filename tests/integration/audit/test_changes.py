"""Whatever way a row is written, the change is recorded with who did it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import pytest
from django.db import connection, transaction

from lms_portal.accounts.models import HospitalArea
from lms_portal.audit.context import Acting, acting_as
from lms_portal.audit.models import Change
from lms_portal.common.ids import new_id

pytestmark = pytest.mark.django_db


def by_save() -> None:
    HospitalArea(code="a", name="A", sort_key="a").save()


def by_bulk_create() -> None:
    HospitalArea.objects.bulk_create([HospitalArea(code="a", name="A", sort_key="a"), HospitalArea(code="b", name="B", sort_key="b")])


def by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_hospitalarea (code, name, sort_key) VALUES ('a', 'A', 'a')")


@pytest.mark.parametrize(("write", "count"), [(by_save, 1), (by_bulk_create, 2), (by_sql, 1)])
def test_new_rows_are_recorded_however_they_come(write: Callable[[], None], count: int) -> None:
    write()
    rows = Change.objects.filter(table="accounts_hospitalarea", operation="insert")
    assert rows.count() == count
    assert rows.get(object_id="a").changes["name"] == [None, "A"]


@pytest.fixture
def area() -> HospitalArea:
    return HospitalArea.objects.create(code="a", name="A", sort_key="a")


def save(area: HospitalArea) -> None:
    area.name = "B"
    area.save()


def update(area: HospitalArea) -> None:
    HospitalArea.objects.update(name="B")


def bulk_update(area: HospitalArea) -> None:
    area.name = "B"
    HospitalArea.objects.bulk_update([area], ["name"])


def sql(area: HospitalArea) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_hospitalarea SET name = 'B'")


def with_sql(area: HospitalArea) -> None:
    with connection.cursor() as cursor:
        cursor.execute("WITH chosen AS (SELECT code FROM accounts_hospitalarea) UPDATE accounts_hospitalarea SET name = 'B' FROM chosen")


@pytest.mark.parametrize("write", [save, update, bulk_update, sql, with_sql])
def test_changed_rows_are_recorded_with_before_and_after(area: HospitalArea, write: Callable[[HospitalArea], None]) -> None:
    person = new_id()
    with acting_as(Acting(actor_id=str(person), role="lms_adviser", purpose="tidy")):
        write(area)
    row = Change.objects.get(table="accounts_hospitalarea", operation="update")
    assert row.changes == {"name": ["A", "B"]}
    assert (row.actor_id, row.role, row.purpose) == (person, "lms_adviser", "tidy")


def test_removed_rows_are_recorded(area: HospitalArea) -> None:
    area.delete()
    assert Change.objects.get(operation="delete").changes["name"] == ["A", None]


def test_write_that_changes_nothing_leaves_no_row(area: HospitalArea) -> None:
    area.save()
    assert not Change.objects.filter(operation="update").exists()


def test_rolled_back_change_leaves_no_row_and_no_actor_behind(area: HospitalArea, now: datetime) -> None:
    with acting_as(Acting(actor_id=str(new_id()))), suppress(ZeroDivisionError), transaction.atomic():
        HospitalArea.objects.update(name="B")
        raise ZeroDivisionError
    HospitalArea.objects.update(name="C")
    row = Change.objects.get(operation="update")
    assert (row.changes, row.actor_id) == ({"name": ["A", "C"]}, None)
