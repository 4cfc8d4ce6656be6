"""The tables of the workflows: who may move what, and that the database's guard says the same."""

import importlib

import pytest

from grants.workflow import APPLICATION, INNER_STATES, UNDER_TREATMENT, WORKFLOWS, public_label
from lms_portal.accounts.roles import ROLES
from lms_portal.common.migration_operations import GuardStatus
from lms_portal.common.workflow import Workflow

GUARDS = {
    operation.table: operation
    for operation in importlib.import_module("grants.migrations.0002_guards").Migration.operations
    if isinstance(operation, GuardStatus)
}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_guard_in_the_database_is_the_table_in_code(workflow: Workflow) -> None:
    guard = GUARDS[workflow.table]
    assert guard.pairs == workflow.pairs()
    assert guard.initial == sorted(workflow.initial)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_every_transition_names_known_roles_or_the_system(workflow: Workflow) -> None:
    for transition in workflow.transitions:
        assert transition.roles <= set(ROLES)
        assert bool(transition.roles) != transition.by_system


@pytest.mark.parametrize(
    ("verb", "roles"),
    [
        ("submit", {"organisation_lead"}),
        ("take_in_late", {"case_officer"}),
        ("answer", {"applicant", "organisation_lead"}),
        ("screen", {"case_officer"}),
        ("recommend", {"case_officer"}),
        ("grant", {"decision_maker"}),
        ("grant_partly", {"decision_maker"}),
        ("reject", {"decision_maker"}),
    ],
)
def test_step_of_an_application_belongs_to_its_roles(verb: str, roles: set[str]) -> None:
    assert {role for t in APPLICATION.transitions if t.verb == verb for role in t.roles} == roles


def test_applicant_reads_one_label_while_the_office_works() -> None:
    assert {public_label(state) for state in INNER_STATES} == {UNDER_TREATMENT}
    assert public_label("granted") == APPLICATION.labels["granted"]


def test_every_state_has_words_in_three_languages() -> None:
    for workflow in WORKFLOWS:
        for words in workflow.labels.values():
            assert words.nb
            assert words.nn
            assert words.en
