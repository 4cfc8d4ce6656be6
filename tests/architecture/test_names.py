"""Modules and classes are named for what they do."""

import ast

import pytest

from tests.architecture.tree import every_file, name_of, parsed, python_files

VAGUE_FILES = {
    "util",
    "utils",
    "helper",
    "helpers",
    "misc",
    "tools",
    "stuff",
    "functions",
    "lib",
    "data",
    "info",
    "manager",
    "managers",
    "admin",
}
VAGUE_CLASS_ENDINGS = ("Helper", "Util", "Utils", "Info", "Data", "Misc", "Manager")
# Names that a library gives to the thing.
ALLOWED_CLASSES = {"PortalFormHelper": "crispy-forms calls it so", "UserManager": "Django calls it so"}


def vague_module(name: str) -> bool:
    """Say whether a module's or folder's name says nothing."""
    return name.lower().strip("_") in VAGUE_FILES


@pytest.mark.parametrize(
    ("name", "vague"), [("utils", True), ("helpers", True), ("_misc", True), ("admin", True), ("working_days", False), ("ledger", False)]
)
def test_rule(name: str, *, vague: bool) -> None:
    assert vague_module(name) is vague


def test_no_module_has_a_vague_name() -> None:
    code = [path for path in every_file() if path.suffix == ".py" and path.parent.name != "templatetags"]
    assert [name_of(path) for path in code if vague_module(path.stem)] == []
    assert sorted({name_of(path.parent) for path in python_files() if vague_module(path.parent.name)}) == []


def test_no_class_has_a_vague_name() -> None:
    found = [
        f"{name_of(path)}: {node.name}"
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith(VAGUE_CLASS_ENDINGS) and node.name not in ALLOWED_CLASSES
    ]
    assert found == []


def test_every_module_says_what_it_is() -> None:
    silent = [name_of(path) for path in python_files() if path.stat().st_size and not ast.get_docstring(parsed(path))]
    assert silent == []
