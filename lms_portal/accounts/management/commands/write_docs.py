"""Writes docs/roles.md and docs/workflows/*.md from the tables in code, or says that they have drifted apart."""

from argparse import ArgumentParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from lms_portal.accounts import role_tables
from lms_portal.accounts.roles import ROLES
from lms_portal.common.workflow import Transition, Workflow

NOTE = "<!-- Written by `manage.py write_docs` from the code. Do not edit by hand. -->\n\n"


def workflows() -> list[Workflow]:
    """This will find every workflow table of the installed apps, by name."""
    found: dict[str, Workflow] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.workflow"
        if config.name.startswith(("django.", "allauth", "crispy", "csp")) or find_spec(name) is None:
            continue
        for value in vars(import_module(name)).values():
            if isinstance(value, Workflow):
                found[value.name] = value
    return [found[name] for name in sorted(found)]


def roles_page() -> str:
    """This will print the roles as Markdown."""
    lines = [NOTE + "# Who can do what", "", "The page “Who can do what here” shows the same table in three languages.", ""]
    for table in role_tables.by_area():
        lines += [f"## {table.title}", "", "| Role | nb | nn | Can do | Is held in | Second factor |", "|---|---|---|---|---|---|"]
        for row in table.rows:
            may = "; ".join(row.may) or "reads what everybody can read"
            held = ", ".join(row.held_in) + ("; counts in every unit below" if row.reaches_below else "")
            needs = "required" if row.needs_second_factor else "recommended"
            lines.append(f"| {row.role.name.en} (`{row.role.code}`) | {row.role.name.nb} | {row.role.name.nn} | {may} | {held} | {needs} |")
        lines.append("")
    return "\n".join(lines)


def _who(transition: Transition) -> str:
    who = [ROLES[code].name.en for code in sorted(transition.roles)]
    return ", ".join([*who, "the portal itself"] if transition.by_system else who)


def workflow_page(workflow: Workflow) -> str:
    """This will print one workflow as a diagram and two tables."""
    lines = [NOTE + f"# {workflow.name}", "", f"Table `{workflow.table}`.", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in sorted(workflow.initial)]
    lines += [f"    {t.source} --> {t.target}: {t.verb}" for t in workflow.transitions]
    sources = {t.source for t in workflow.transitions}
    lines += [f"    {state} --> [*]" for state in workflow.labels if state not in sources]
    lines += ["```", "", "| State | nb | nn | en |", "|---|---|---|---|"]
    lines += [f"| {state} | {words.nb} | {words.nn} | {words.en} |" for state, words in workflow.labels.items()]
    lines += ["", "| From | To | Step | Who | Reason |", "|---|---|---|---|---|"]
    lines += [f"| {t.source} | {t.target} | {t.verb} | {_who(t)} | {'required' if t.needs_reason else ''} |" for t in workflow.transitions]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """This will make every page by its path below docs/."""
    with translation.override("en"):
        written = {Path("roles.md"): roles_page()}
        written |= {Path("workflows") / f"{workflow.name}.md": workflow_page(workflow) for workflow in workflows()}
    return written


class Command(BaseCommand):
    """Run it after a change of roles or workflows; `make check` runs it with --check."""

    help = "Write docs/roles.md and docs/workflows/ from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take --check and another folder."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a page differs")
        parser.add_argument("--folder", type=Path, default=settings.ROOT / "docs")

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will write or compare every page, and remove pages of workflows that are gone."""
        folder: Path = options["folder"]
        wanted = pages()
        present = {path.relative_to(folder) for path in (folder / "workflows").glob("*.md")} | {Path("roles.md")}
        drifted = sorted(path for path in wanted.keys() | present if self._differs(folder / path, wanted.get(path)))
        if options["check"]:
            if drifted:
                raise CommandError(f"run `manage.py write_docs`: {', '.join(map(str, drifted))}")
            return
        for path in drifted:
            self._write(folder / path, wanted.get(path))
            self.stdout.write(f"{path}")

    @staticmethod
    def _differs(path: Path, text: str | None) -> bool:
        present = path.read_text(encoding="utf-8") if path.exists() else None
        return present != text

    @staticmethod
    def _write(path: Path, text: str | None) -> None:
        if text is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
