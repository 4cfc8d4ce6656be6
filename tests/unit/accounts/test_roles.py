"""Roles and permissions as tables: each role printed once, and what makes a second factor needed."""

import pytest
from django.utils import translation

from lms_portal.accounts import role_tables
from lms_portal.accounts.enums import SENSITIVE, Permission, UnitKind
from lms_portal.accounts.management.commands import write_docs
from lms_portal.accounts.roles import ROLES


def test_every_role_is_printed_once() -> None:
    printed = [row.role.code for table in role_tables.by_area() for row in table.rows]
    assert sorted(printed) == sorted(ROLES)


def test_every_permission_is_held_by_some_role() -> None:
    held = {permission for role in ROLES.values() for permission in role.permissions}
    assert held == set(Permission)


@pytest.mark.parametrize("code", sorted(ROLES))
def test_role_fits_somewhere_and_is_named_in_three_languages(code: str) -> None:
    role = ROLES[code]
    assert role.kinds
    assert role.kinds <= set(UnitKind)
    assert all([role.name.nb, role.name.nn, role.name.en])


@pytest.mark.parametrize("code", sorted(ROLES))
def test_second_factor_is_needed_exactly_for_sensitive_permissions(code: str) -> None:
    role = ROLES[code]
    assert role.needs_second_factor is bool(role.permissions & SENSITIVE)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_tables_print_in_each_language(language: str) -> None:
    with translation.override(language):
        lines = [line for table in role_tables.by_area() for row in table.rows for line in [row.name, *row.may, *row.held_in]]
    assert all(lines)


def test_docs_name_every_role_and_every_state() -> None:
    pages = {str(path): text for path, text in write_docs.pages().items()}
    assert all(f"`{code}`" in pages["roles.md"] for code in ROLES)
    for workflow in write_docs.workflows():
        page = pages[f"workflows/{workflow.name}.md"]
        assert all(f"| {state} | " in page for state in workflow.labels)
        assert page.count(" --> ") >= len(workflow.transitions)
