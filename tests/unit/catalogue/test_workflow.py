"""The workflows' tables: the database's guards are those of the code, and every state has words in three languages."""

from importlib import import_module
from pathlib import Path

import pytest

from catalogue.workflow import COLLECTION, COURSE, ENDED_STATES, ENROLMENT, HOLDING_STATES, RUN, WAITING_STATES
from lms_portal.accounts.roles import ROLES
from lms_portal.common.migration_operations import GuardStatus
from lms_portal.common.workflow import Workflow

MIGRATIONS = Path(__file__).parents[3] / "catalogue" / "migrations"


def _newest_guard(table: str) -> GuardStatus:
    guards = [
        operation
        for path in sorted(MIGRATIONS.glob("0*.py"))
        for operation in import_module(f"catalogue.migrations.{path.stem}").Migration.operations
        if isinstance(operation, GuardStatus) and operation.table == table
    ]
    return guards[-1]


@pytest.mark.parametrize("workflow", [COURSE, RUN, ENROLMENT, COLLECTION], ids=lambda workflow: workflow.name)
def test_guard_in_the_database_is_that_of_the_code(workflow: Workflow) -> None:
    guard = _newest_guard(workflow.table)
    assert (sorted(guard.initial), sorted(guard.pairs)) == (sorted(workflow.initial), workflow.pairs())


@pytest.mark.parametrize("workflow", [COURSE, RUN, ENROLMENT, COLLECTION], ids=lambda workflow: workflow.name)
def test_every_transition_is_for_known_roles_or_the_system(workflow: Workflow) -> None:
    nobody = [move for move in workflow.transitions if not (move.roles or move.by_system) or move.roles - ROLES.keys()]
    assert nobody == []
    assert all(words.nb and words.nn and words.en for words in workflow.labels.values())


def test_enrolment_states_wait_hold_or_have_ended() -> None:
    assert frozenset(ENROLMENT.labels) == WAITING_STATES | HOLDING_STATES | ENDED_STATES
    assert frozenset() == WAITING_STATES & HOLDING_STATES
