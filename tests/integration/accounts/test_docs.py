"""docs/roles.md and docs/workflows/ come from the code; a page that has drifted is found."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def write(folder: Path, *options: str) -> str:
    out = StringIO()
    call_command("write_docs", f"--folder={folder}", *options, stdout=out)
    return out.getvalue()


def test_written_pages_hold_and_edited_ones_do_not(tmp_path: Path) -> None:
    assert "roles.md" in write(tmp_path)
    write(tmp_path, "--check")
    assert write(tmp_path) == ""
    page = tmp_path / "workflows" / "message.md"
    page.write_text("edited", encoding="utf-8")
    with pytest.raises(CommandError, match=r"message\.md"):
        write(tmp_path, "--check")


def test_page_of_a_workflow_that_is_gone_is_removed(tmp_path: Path) -> None:
    write(tmp_path)
    left = tmp_path / "workflows" / "gone.md"
    left.write_text("old", encoding="utf-8")
    with pytest.raises(CommandError):
        write(tmp_path, "--check")
    write(tmp_path)
    assert not left.exists()
