"""A pytest plugin: with PORTAL_NO_SKIPS=1, a test that was skipped for want of a browser, Redis or Pango has failed.

At home such a test says why it did not run. Where everything is installed, a skip would hide that it never does.
"""

import os
from collections.abc import Generator

import pytest

NEEDED = ("browser", "redis", "pdf")


def active() -> bool:
    """This will say whether skips count as failures."""
    return os.environ.get("PORTAL_NO_SKIPS", "") not in ("", "0")


def _why(report: pytest.TestReport | pytest.CollectReport) -> str:
    where = report.longrepr
    return str(where[2]) if isinstance(where, tuple) else str(where)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """This will turn the skip of a test that needs something installed into a failure."""
    report = yield
    marks = [name for name in NEEDED if item.get_closest_marker(name)]
    if active() and report.skipped and marks and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be skipped ({', '.join(marks)}): {_why(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """This will do the same to a whole module that skips itself."""
    report = yield
    if active() and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be skipped: {_why(report)}"
    return report
