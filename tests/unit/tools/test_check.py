"""The runner of `make check`: one line a step, the output of what failed, and an end that says so."""

import sys

import pytest

from tools import check


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps in place of the real ones."""
    good = check.Step("good", "goes well", lambda: [sys.executable, "-c", "print('quiet')"])
    bad = check.Step("bad", "goes wrong", lambda: [sys.executable, "-c", "import sys; print('why it failed'); sys.exit(3)"])
    monkeypatch.setattr(check, "STEPS", (good, bad))


def test_every_step_runs_and_a_failure_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["ok", "good"], ["FAILED", "bad"]]
    assert lines[2:] == ["why it failed", "", "failed: bad"]


def test_only_the_named_step_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["good"]) == 0

    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "all is well"
    assert "bad" not in out


def test_unknown_step_is_refused_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check.main(["ugly"])

    assert "ugly is not a step; choose from good, bad" in capsys.readouterr().err
