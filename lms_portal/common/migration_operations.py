"""Migration operations: the database's own guard of a workflow, generated from its table in code."""

from typing import Any

from django.db import migrations


def guard_sql(table: str, initial: list[str], pairs: list[tuple[str, str]]) -> str:
    """This will write the trigger that refuses a status outside the table, and a change without a new version.

    Names and states come from code, never from input; they are asserted to be plain identifiers.
    """
    for word in [table, *initial, *(state for pair in pairs for state in pair)]:
        if not word.replace("_", "").isalnum():
            raise ValueError(f"{word!r} is not a plain identifier")
    allowed = ", ".join(f"('{source}', '{target}')" for source, target in pairs)
    start = ", ".join(f"'{state}'" for state in initial)
    return f"""
CREATE OR REPLACE FUNCTION {table}_guard_status() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status NOT IN ({start}) THEN
            RAISE EXCEPTION '{table}: a row may not begin as %', NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_guard_status';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status THEN
        IF (OLD.status, NEW.status) NOT IN ({allowed}) THEN
            RAISE EXCEPTION '{table}: % may not become %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_guard_status';
        END IF;
        IF NEW.version <> OLD.version + 1 THEN
            RAISE EXCEPTION '{table}: a change of status needs the next version' USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_guard_status';
        END IF;
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER {table}_guard_status BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_guard_status();
"""


class GuardStatus(migrations.RunSQL):
    """Writes a workflow's allowed pairs into a trigger. `make check` compares the newest one with the table in code."""

    def __init__(self, table: str, initial: list[str], pairs: list[tuple[str, str]]) -> None:
        self.table, self.initial, self.pairs = table, list(initial), [(source, target) for source, target in pairs]
        super().__init__(
            sql=guard_sql(table, self.initial, self.pairs),
            reverse_sql=f"DROP TRIGGER IF EXISTS {table}_guard_status ON {table}; DROP FUNCTION IF EXISTS {table}_guard_status();",
        )

    def deconstruct(self) -> Any:
        return self.__class__.__name__, [self.table, self.initial, self.pairs], {}

    def describe(self) -> str:
        return f"Guard the status of {self.table}"
