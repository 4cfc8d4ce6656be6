"""The documents: decisions have one shape and consecutive numbers, and what code points to exists."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, every_file, name_of

DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
POINTER = re.compile(r"\bdocs/[\w/-]+(?:\.md|\.png|/)?")
READ = {".py", ".toml", ".yml", ".sql", ".md", ".html", ".css", ".js", ""}
MOST_LINES = 45


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.name)
def test_decision_has_its_parts_in_order(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    number = int(decision.name[:4])

    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Options", "Decision", "Consequences"]
    assert len(text.splitlines()) <= MOST_LINES


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_documents_that_are_pointed_to_exist() -> None:
    numbers = {path.name[:4] for path in DECISIONS}
    missing = set()
    for path in every_file():
        if path.suffix not in READ or path.is_relative_to(ROOT / "docs" / "workflows"):
            continue
        for pointer in POINTER.findall(path.read_text(encoding="utf-8", errors="ignore")):
            short = re.fullmatch(r"docs/adr/(\d{4})", pointer)
            if not (short and short[1] in numbers) and not (ROOT / pointer).exists():
                missing.add((name_of(path), pointer))

    assert sorted(missing) == []


def test_glossary_has_each_word_once_in_both_written_forms() -> None:
    rows = [
        line.split("|")[1:-1] for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    words = [[cell.strip() for cell in row] for row in rows if row[0].strip() != "code"]
    names = [row[0] for row in words]

    assert [name for name in names if names.count(name) > 1] == []
    assert [row[0] for row in words if len(row) != 4 or not all(row[:3])] == []
