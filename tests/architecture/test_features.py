"""The list of features says where each is to be seen; what it names exists."""

import re

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from tests.architecture.tree import ROOT

FEATURES = ROOT / "docs" / "features.md"
NAMED = re.compile(r"`([^`]+)`")
TEST = re.compile(r"tests/[\w/]+\.py(?:::test_\w+)?")
PLACE = re.compile(r"<[^>]*>")


def _rows() -> list[list[str]]:
    lines = FEATURES.read_text(encoding="utf-8").splitlines()
    tables = [line for line in lines if line.startswith("| ") and not line.startswith("| # ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in tables]


def _routes(resolver: URLResolver, before: str = "/") -> set[str]:
    found = set()
    for each in resolver.url_patterns:
        route = before + PLACE.sub("<>", str(each.pattern)).replace("nb/", "").removeprefix("/")
        if isinstance(each, URLResolver):
            found |= _routes(each, route)
        elif isinstance(each, URLPattern):
            found.add(route)
    return found


def test_each_row_has_a_number_a_rank_a_sentence_and_something_to_see() -> None:
    rows = _rows()
    assert rows
    assert [row for row in rows if len(row) != 4 or row[1] not in ("M", "S") or not row[2].endswith(".") or not row[3]] == []


def test_no_row_stands_twice() -> None:
    text = FEATURES.read_text(encoding="utf-8")
    for part in text.split("\n## ")[1:]:
        numbers = re.findall(r"^\| (\d+[a-z]?) \|", part, re.MULTILINE)
        assert numbers == sorted(set(numbers), key=lambda number: (int(re.sub(r"\D", "", number)), number))


@pytest.mark.parametrize("named", sorted({name for row in _rows() for name in NAMED.findall(row[3])}))
def test_what_a_row_names_exists(named: str) -> None:
    if TEST.fullmatch(named):
        file, _colons, function = named.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not function or f"def {function}(" in text
    elif named.startswith("make "):
        assert f"\n{named.removeprefix('make ')}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    elif named.startswith("manage.py "):
        assert named.split()[1] in get_commands()
    elif named.startswith("/"):
        with override("nb"):
            assert PLACE.sub("<>", named.partition("?")[0]) in _routes(get_resolver())
    else:
        assert (ROOT / named).exists()
