"""The files of the project, for the rules that read them all."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("lms_portal", "catalogue", "referrals", "grants")
BUILT = {"node_modules", "build", ".venv", ".git", ".demo", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


@cache
def every_file() -> tuple[Path, ...]:
    """This will list the files that are or may be committed: git's list, or everything not built where there is no git."""
    asked = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"], capture_output=True, check=False
    )
    if asked.returncode == 0:
        paths = [ROOT / name for name in asked.stdout.decode().split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not BUILT & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


def name_of(path: Path) -> str:
    """This will name a file as people do: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def python_files(*, migrations: bool = False) -> list[Path]:
    """This will list the code of the portal itself, without tests and tools."""
    mine = [path for path in every_file() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES]
    return mine if migrations else [path for path in mine if "migrations" not in path.parts]


def template_files(*endings: str) -> list[Path]:
    """This will list templates, those with the endings if any are given."""
    inside = [path for path in every_file() if path.is_relative_to(ROOT / "templates")]
    return [path for path in inside if not endings or path.name.endswith(endings)]


@cache
def parsed(path: Path) -> ast.Module:
    """This will read a file's code once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imported_names(module: ast.Module) -> dict[str, str]:
    """This will map what a module calls things to what they are: `{"dt": "datetime.datetime"}`."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def dotted(node: ast.AST, names: dict[str, str]) -> str:
    """This will return what an expression names, through the module's imports; empty for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return ""


@cache
def references(module: ast.Module) -> tuple[tuple[int, str], ...]:
    """This will list every name that the code uses, in full, with its line; the longest dotted form only."""
    names = imported_names(module)
    nodes = [node for node in ast.walk(module) if isinstance(node, ast.Name | ast.Attribute)]
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    found = ((node.lineno, dotted(node, names)) for node in nodes if id(node) not in inner)
    return tuple((line, full) for line, full in found if full)
