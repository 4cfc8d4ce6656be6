"""Locks name no host and hash everything; nothing that is not ours stands in the tree."""

import json
from typing import Any

import pytest

from tools import locks

HASHED = "django==5.2.1 \\\n    --hash=sha256:0123\n"
PROJECT: dict[str, Any] = {
    "project": {"dependencies": ["Django>=5.2", "celery[redis]>=5"]},
    "dependency-groups": {"demo": ["babel>=2"], "dev": ["ruff>=0.1"]},
}


def test_lock_with_hashes_has_no_problem() -> None:
    assert locks.lock_problems("base", HASHED * 2) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("django==5.2.1\n", "requirements/base.txt: django==5.2.1 has no hash"),
        ("django>=5.2 \\\n    --hash=sha256:0123\n", "requirements/base.txt: django>=5.2 has no version"),
        ("--index-url https://mirror.example/simple\n" + HASHED, "requirements/base.txt: line 1 names a host"),
        ("django @ https://mirror.example/django.whl \\\n    --hash=sha256:0123\n", "requirements/base.txt: line 1 names a host"),
        ("--trusted-host mirror.example\n" + HASHED, "requirements/base.txt: line 1 names a host"),
    ],
)
def test_lock_problem_is_found(text: str, problem: str) -> None:
    assert problem in locks.lock_problems("base", text)


def test_dependency_that_the_lock_lacks_is_found() -> None:
    assert locks.missing_from("demo", HASHED + "celery==5.6.0 \\\n    --hash=sha256:0123\n", PROJECT) == [
        "requirements/demo.txt: lacks babel; run `make lock`"
    ]


def test_dependency_with_another_spelling_is_the_same() -> None:
    project = {"project": {"dependencies": ["Ruamel_Yaml>=1"]}, "dependency-groups": {}}

    assert locks.missing_from("base", "ruamel.yaml==1.0 \\\n    --hash=sha256:0123\n", project) == []


def test_npm_lock_without_hashes_or_with_hosts_is_found() -> None:
    lock = {
        "packages": {
            "": {"name": "ours"},
            "node_modules/good": {"integrity": "sha512-x"},
            "node_modules/bare": {},
            "node_modules/far": {"integrity": "sha512-x", "resolved": "https://registry.example/far.tgz"},
        }
    }

    assert locks.npm_problems(lock) == [
        "package-lock.json: node_modules/bare has no hash",
        "package-lock.json: node_modules/far names a host",
    ]


@pytest.mark.parametrize(
    ("path", "foreign"),
    [
        ("uv.lock", True),
        (".env", True),
        ("static/js/vendor/htmx.js", True),
        ("static/js/htmx.min.js", True),
        ("static/fonts/inter.woff2", True),
        ("catalogue/locale/nb/LC_MESSAGES/django.mo", True),
        ("node_modules/a/b.css", True),
        (".env.example", False),
        ("static/js/autosave.js", False),
        ("static/css/site.css", False),
        ("package-lock.json", False),
        ("deploy/roles.sql", False),
    ],
)
def test_file_that_is_not_ours_is_found(path: str, foreign: bool) -> None:  # noqa: FBT001 - a parameter
    assert bool(locks.foreign_files([path])) == foreign


def test_locks_and_tree_of_this_checkout_are_clean() -> None:
    found = [line for name in locks.LOCKS for line in locks.lock_problems(name, (locks.ROOT / "requirements" / f"{name}.txt").read_text())]

    assert found == []
    assert locks.npm_problems(json.loads((locks.ROOT / "package-lock.json").read_text())) == []
