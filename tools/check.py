"""Everything `make check` looks at, one step after another: `python -m tools.check`, or only some: `python -m tools.check ruff mypy`.

Each step prints one line with its time; a step that fails prints what it said. All of them run, so that one call shows everything.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.throwaway import bare_environment, production_environment

ROOT = Path(__file__).resolve().parents[1]
CODE = ("lms_portal", "catalogue", "referrals", "grants", "tests", "tools", "bench")
TEMPLATES = "templates"


def program(name: str) -> str:
    """This will name a program of the virtual environment that runs us."""
    return str(Path(sys.executable).parent / name)


def module(name: str, *arguments: str) -> list[str]:
    """This will run a module with our own Python."""
    return [sys.executable, "-m", name, *arguments]


def manage(*arguments: str) -> list[str]:
    """This will run a management command."""
    return [sys.executable, "manage.py", *arguments]


def templates() -> list[str]:
    """This will list every page and part of one; the layout of a plain-text mail is what people read, so no tool changes it."""
    folders = [ROOT / TEMPLATES, *(ROOT / app / TEMPLATES for app in CODE)]
    return sorted({str(path.relative_to(ROOT)) for folder in folders for path in folder.rglob("*.html")})


@dataclass(frozen=True)
class Step:
    """One thing that is looked at."""

    name: str
    what: str
    command: Callable[[], list[str]]
    environment: Callable[[], dict[str, str]] = field(default=lambda: dict(os.environ))


def _settings_made_up() -> dict[str, str]:
    return {**bare_environment(), **production_environment()}


STEPS = (
    Step("ruff", "lint", lambda: [program("ruff"), "check", "."]),
    Step("format", "layout of the code", lambda: [program("ruff"), "format", "--check", "."]),
    Step("mypy", "types", lambda: [program("mypy"), *CODE]),
    Step("imports", "who may import whom", lambda: [program("lint-imports")]),
    Step("djade", "layout of the templates", lambda: [program("djade"), "--check", "--target-version", "5.2", *templates()]),
    Step("djlint", "lint of the templates", lambda: [program("djlint"), "--lint", "--quiet", TEMPLATES]),
    Step("migrations", "a migration for every model", lambda: module("tools.migrations"), _settings_made_up),
    Step("guards", "workflows in the database as in code", lambda: module("tools.guards"), _settings_made_up),
    Step("deploy", "production settings", lambda: manage("check", "--deploy", "--fail-level", "WARNING"), _settings_made_up),
    Step("compose", "docker-compose.yml", lambda: module("tools.compose")),
    Step("docs", "generated documents as the code says", lambda: manage("write_docs", "--check"), _settings_made_up),
    Step("messages", "translations", lambda: module("tools.messages", "check")),
    Step("locks", "locks and the tree", lambda: module("tools.locks")),
)


def run(step: Step) -> bool:
    """This will run one step, print its line, and where it failed everything it said."""
    began = time.monotonic()
    done = subprocess.run(
        step.command(), cwd=ROOT, env=step.environment(), check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    took = time.monotonic() - began
    print(f"  {'ok    ' if done.returncode == 0 else 'FAILED'} {step.name:<12} {took:6.1f} s  {step.what}", flush=True)
    if done.returncode != 0:
        print(done.stdout.rstrip() + "\n", flush=True)
    return done.returncode == 0


def fix_templates() -> int:
    """This will lay out every template anew; djade ends with 1 where it changed one, which is no failure here."""
    done = subprocess.run([program("djade"), "--target-version", "5.2", *templates()], cwd=ROOT, check=False)
    return 0 if done.returncode in {0, 1} else done.returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """This will run the named steps, or all of them, and end with 1 where one failed."""
    by_name = {step.name: step for step in STEPS}
    parser = argparse.ArgumentParser(prog="python -m tools.check", description=__doc__)
    parser.add_argument("steps", nargs="*", metavar="step", help=f"one or more of {', '.join(by_name)}")
    parser.add_argument("--fix-templates", action="store_true", help="lay out the templates instead")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.steps if name not in by_name]
    if unknown:
        parser.error(f"{unknown[0]} is not a step; choose from {', '.join(by_name)}")
    if options.fix_templates:
        return fix_templates()
    failed = [step.name for step in STEPS if (not options.steps or step.name in options.steps) and not run(step)]
    print(f"failed: {', '.join(failed)}" if failed else "all is well", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
