"""What the locks and the tree must not hold: `python -m tools.locks`.

A lock names no host, so that it works with any registry or mirror; every requirement carries its hashes; and no third-party file
and no `uv.lock`, which names hosts, is part of the tree.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

HOST = re.compile(r"\w+://|@ |--(?:extra-)?index-url|--find-links|--trusted-host")
REQUIREMENT = re.compile(r"^([a-zA-Z0-9][\w.-]*)(?:\[[\w,-]+\])?==\S+", re.MULTILINE)
NAME = re.compile(r"^[a-zA-Z0-9][\w.-]*")
LOCKS = {"base": (), "demo": ("demo",), "dev": ("demo", "dev")}

# what belongs to others, by its path; our own fonts, scripts and styles stand beside none of these
FOREIGN_FOLDERS = frozenset({"node_modules", "vendor", ".venv", "site-packages", "build", "dist", "wheels"})
FOREIGN_ENDINGS = (".min.js", ".min.css", ".woff", ".woff2", ".ttf", ".otf", ".whl", ".tar.gz", ".tgz", ".so", ".pyc", ".mo", ".egg-info")
FOREIGN_NAMES = frozenset({"uv.lock", "poetry.lock", "Pipfile.lock", ".env"})


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lock_problems(name: str, text: str) -> list[str]:
    """This will say what is wrong with a lock of Python packages."""
    found = [
        f"requirements/{name}.txt: line {number} names a host" for number, line in enumerate(text.splitlines(), 1) if HOST.search(line)
    ]
    blocks = re.split(r"(?m)^(?=[a-zA-Z0-9])", text)
    found += [
        f"requirements/{name}.txt: {block.split()[0]} has no hash" for block in blocks if block.strip() and "--hash=sha256:" not in block
    ]
    found += [
        f"requirements/{name}.txt: {block.split()[0]} has no version" for block in blocks if block.strip() and not REQUIREMENT.match(block)
    ]
    return found


def missing_from(name: str, text: str, project: dict[str, Any]) -> list[str]:
    """This will list the dependencies of pyproject.toml that a lock does not hold."""
    wanted = [*project["project"]["dependencies"], *(line for group in LOCKS[name] for line in project["dependency-groups"][group])]
    held = {_plain(found) for found in REQUIREMENT.findall(text)}
    names = [match[0] for line in wanted if (match := NAME.match(line))]
    return [f"requirements/{name}.txt: lacks {one}; run `make lock`" for one in names if _plain(one) not in held]


def npm_problems(lock: dict[str, Any]) -> list[str]:
    """This will say what is wrong with package-lock.json."""
    found = []
    for path, package in lock["packages"].items():
        if path and "integrity" not in package:
            found.append(f"package-lock.json: {path} has no hash")
        if HOST.search(json.dumps(package)):
            found.append(f"package-lock.json: {path or 'the root'} names a host")
    return found


def foreign_files(paths: list[str]) -> list[str]:
    """This will list what does not belong in the tree."""
    found = []
    for path in paths:
        parts = Path(path).parts
        if FOREIGN_FOLDERS & set(parts[:-1]) or parts[-1] in FOREIGN_NAMES or path.endswith(FOREIGN_ENDINGS):
            found.append(f"{path}: not ours, or made by a tool; it does not belong in the tree")
    return found


def tree() -> list[str]:
    """This will list the files that are in the tree, or would be added to it; none outside a checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return [path for path in listed.stdout.split("\0") if path]


def main() -> int:
    """This will print each problem on its own line."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = []
    for name in LOCKS:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        found += lock_problems(name, text) + missing_from(name, text, project)
    found += npm_problems(json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8")))
    found += foreign_files(tree())
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
