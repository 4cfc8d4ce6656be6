"""The guard's SQL, as text; what the database makes of it is tested where there is one."""

import pytest

from lms_portal.common.migration_operations import GuardStatus, guard_sql

PAIRS = [("open", "done"), ("open", "gone")]


def test_guard_sql_names_states_and_pairs() -> None:
    sql = guard_sql("app_thing", ["open", "draft"], PAIRS)
    assert "NEW.status NOT IN ('open', 'draft')" in sql
    assert "(OLD.status, NEW.status) NOT IN (('open', 'done'), ('open', 'gone'))" in sql
    assert "NEW.version <> OLD.version + 1" in sql
    assert sql.count("app_thing_guard_status") == 6


@pytest.mark.parametrize("word", ["", "a b", "x'; DROP TABLE y; --", 'a"b', "a-b", "a.b"])
def test_guard_sql_refuses_what_is_no_identifier(word: str) -> None:
    for arguments in (
        (word, ["open"], PAIRS),
        ("app_thing", [word], PAIRS),
        ("app_thing", ["open"], [("open", word)]),
        ("app_thing", ["open"], [(word, "open")]),
    ):
        with pytest.raises(ValueError, match="is not a plain identifier"):
            guard_sql(*arguments)


def test_guard_status_is_written_into_migrations_as_literals() -> None:
    operation = GuardStatus("app_thing", ["open"], PAIRS)
    name, arguments, options = operation.deconstruct()
    assert (name, arguments, options) == ("GuardStatus", ["app_thing", ["open"], PAIRS], {})
    assert GuardStatus(*arguments).sql == operation.sql
    assert operation.describe() == "Guard the status of app_thing"


def test_guard_status_can_be_taken_back() -> None:
    operation = GuardStatus("app_thing", ["open"], PAIRS)
    assert operation.reversible
    assert operation.reverse_sql == (
        "DROP TRIGGER IF EXISTS app_thing_guard_status ON app_thing; DROP FUNCTION IF EXISTS app_thing_guard_status();"
    )
