"""The plugin that turns a skip for want of a browser, Redis or Pango into a failure, where nothing may be skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TESTS = """
import pytest

@pytest.mark.redis
@pytest.mark.skipif(True, reason="no redis-server on the path")
def test_with_redis(): ...

@pytest.mark.browser
def test_with_browser():
    pytest.skip("no Chromium")

@pytest.mark.skip(reason="another reason")
def test_other(): ...

@pytest.mark.pdf
def test_with_pango(): ...
"""
MODULE = "import pytest\npytest.skip('no Pango', allow_module_level=True)\n"


def _run(folder: Path, tests: str, *, no_skips: str) -> list[str]:
    (folder / "test_it.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "-p", "no:django", "-p", "tests.no_skips"]
    done = subprocess.run(
        [*command, "-W", "ignore", "-q", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PORTAL_NO_SKIPS": no_skips},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def test_skips_stay_skips_at_home(tmp_path: Path) -> None:
    assert _run(tmp_path, TESTS, no_skips="")[-1].startswith("1 passed, 3 skipped")


def test_skips_for_want_of_something_installed_fail_where_nothing_may_be_skipped(tmp_path: Path) -> None:
    lines = _run(tmp_path, TESTS, no_skips="1")

    assert lines[-1].startswith("1 failed, 1 passed, 1 skipped, 1 error")
    assert "skipped, where nothing may be skipped (redis): Skipped: no redis-server on the path" in lines
    assert "skipped, where nothing may be skipped (browser): Skipped: no Chromium" in lines


@pytest.mark.parametrize(("no_skips", "end"), [("0", "1 skipped"), ("1", "1 error")])
def test_module_that_skips_itself(tmp_path: Path, no_skips: str, end: str) -> None:
    assert _run(tmp_path, MODULE, no_skips=no_skips)[-1].startswith(end)
