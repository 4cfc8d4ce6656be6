"""The clock is passed in. Nothing but common/clock.py reads the time; rules never ask even that."""

import ast

import pytest

from tests.architecture.tree import dotted, imported_names, name_of, parsed, python_files, references

READS_TIME = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "django.utils.timezone.now",
    "time.time",
    "time.time_ns",
}
# These convert a moment that they are given, and read the time where they are given none.
READS_TIME_WITHOUT_ARGUMENTS = {"django.utils.timezone.localdate", "django.utils.timezone.localtime", "time.localtime", "time.gmtime"}
ASKS_CLOCK = {"lms_portal.common.clock.real_now", "lms_portal.common.clock.portal_now"}

# Where the time is read, each with its reason.
MAY_READ_TIME = {
    "lms_portal/common/clock.py": "the one clock",
    "lms_portal/healthcheck.py": "runs beside the portal, without Django: compares the age of a file with the machine's time",
}
# Layers that hold rules: the moment comes in as `now` or `today`.
HOLDS_RULES = ("actions", "policies", "permissions", "queries", "models", "workflow", "forms", "notifications", "templatetags")
MAY_ASK_CLOCK = {
    "catalogue/actions/imports.py": "the lease of a worker, in real time",
    "lms_portal/accounts/permissions.py": "memberships are judged by the request's day, which the audit context carries; outside requests by today",
}


def reads_of_time(module: ast.Module) -> list[str]:
    """List what reads the time, and model fields that would."""
    found = [f"{line}: {name}" for line, name in references(module) if name in READS_TIME]
    names = imported_names(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and not node.args and not node.keywords and dotted(node.func, names) in READS_TIME_WITHOUT_ARGUMENTS:
            found.append(f"{node.lineno}: {dotted(node.func, names)}")
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            found.append(f"{node.value.lineno}: {node.arg}")
    return found


@pytest.mark.parametrize(
    "code",
    [
        "from django.utils import timezone\ntimezone.now()",
        "from django.utils.timezone import now as moment\nmoment()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import datetime as dt\nx = dt.utcnow",
        "from datetime import date\ndate.today()",
        "import django.utils.timezone\ndjango.utils.timezone.localdate()",
        "import time\ntime.time()",
        "models.DateTimeField(auto_now_add=True)",
        "models.DateTimeField(default=timezone.now)\nfrom django.utils import timezone",
    ],
)
def test_rule_finds_what_reads_the_time(code: str) -> None:
    assert len(reads_of_time(ast.parse(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "def f(now): return now",
        "import time\ntime.monotonic()",
        "request.now",
        "from datetime import datetime\ndatetime.max",
        "from django.utils.timezone import localtime\nlocaltime(moment)",
    ],
)
def test_rule_leaves_the_rest_alone(code: str) -> None:
    assert reads_of_time(ast.parse(code)) == []


def test_only_the_clock_reads_the_time() -> None:
    found = {name_of(path): reads_of_time(parsed(path)) for path in python_files() if name_of(path) not in MAY_READ_TIME}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_rules_do_not_ask_the_clock() -> None:
    found = {}
    for path in python_files():
        if path.stem not in HOLDS_RULES and not set(path.parts) & set(HOLDS_RULES):
            continue
        asked = [f"{line}: {name}" for line, name in references(parsed(path)) if name in ASKS_CLOCK]
        if asked and name_of(path) not in MAY_ASK_CLOCK:
            found[name_of(path)] = asked
    assert found == {}


def test_exceptions_are_still_needed() -> None:
    files = {name_of(path): path for path in python_files()}
    assert [name for name in MAY_READ_TIME if not reads_of_time(parsed(files[name]))] == []
    assert [name for name in MAY_ASK_CLOCK if not any(full in ASKS_CLOCK for _, full in references(parsed(files[name])))] == []
