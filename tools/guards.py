"""Does the database guard each workflow as the code says? `python -m tools.guards` compares the newest guard of each table's migrations.

The allowed pairs are written into a trigger by a migration (docs/adr/0003-two-database-roles.md), so that a change of a workflow table
without a migration would be refused at run time, or worse, allowed.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from tools.throwaway import set_up_django


@dataclass(frozen=True)
class Guard:
    """What one table's trigger allows, and where that is written; for a workflow in code, its module."""

    initial: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    place: str


def guards_in_code() -> dict[str, Guard]:
    """This will find every workflow table of the installed apps."""
    from django.apps import apps

    from lms_portal.common.workflow import Workflow

    found = {}
    for config in apps.get_app_configs():
        module = f"{config.name}.workflow"
        if find_spec(config.name) is None or find_spec(module) is None:
            continue
        for value in vars(import_module(module)).values():
            if isinstance(value, Workflow):
                found[value.table] = Guard(frozenset(value.initial), frozenset(value.pairs()), module)
    return found


def guards_in_migrations() -> dict[str, Guard]:
    """This will find the newest guard of each table, in the order in which the migrations run."""
    from django.db.migrations.loader import MigrationLoader

    from lms_portal.common.migration_operations import GuardStatus

    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = {}
    ordered = [node for target in sorted(loader.graph.leaf_nodes()) for node in loader.graph.forwards_plan(target)]
    for app, name in dict.fromkeys(ordered):
        for operation in loader.graph.nodes[app, name].operations:
            if isinstance(operation, GuardStatus):
                found[operation.table] = Guard(frozenset(operation.initial), frozenset((a, b) for a, b in operation.pairs), f"{app}.{name}")
    return found


def _listed(states: Iterable[tuple[str, ...]]) -> str:
    return ", ".join(" → ".join(each) for each in sorted(states))


def differences(code: Mapping[str, Guard], migrations: Mapping[str, Guard]) -> list[str]:
    """This will say, table by table, what the code allows and the database refuses, and the other way round."""
    found = [f"{table}: {code[table].place} has a workflow, no migration guards it" for table in sorted(code.keys() - migrations.keys())]
    found += [f"{table}: {migrations[table].place} guards it, no workflow names it" for table in sorted(migrations.keys() - code.keys())]
    for table in sorted(code.keys() & migrations.keys()):
        wanted, guard = code[table], migrations[table]
        for what, here, there in (
            ("lets rows begin as", {(state,) for state in wanted.initial}, {(state,) for state in guard.initial}),
            ("allows", wanted.pairs, guard.pairs),
        ):
            if here - there:
                found.append(f"{table}: the code {what} {_listed(here - there)}, {guard.place} does not")
            if there - here:
                found.append(f"{table}: {guard.place} {what} {_listed(there - here)}, the code does not")
    return found


def main() -> int:
    """This will print each difference on its own line."""
    set_up_django()
    found = differences(guards_in_code(), guards_in_migrations())
    for line in found:
        print(f"{line}. Write a migration with GuardStatus.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
