"""The project speaks of itself alone: no address of a package mirror, no path of somebody's machine, nothing left for later."""

import re

import pytest

from tests.architecture.tree import every_file, name_of

# Written with classes of one letter, so that this file does not find itself.
FORBIDDEN = {
    "address of a package registry or mirror": re.compile(
        r"pythonhoste[d]|pyp[i]\.org|registry\.npmj[s]|registry\.yarnpk[g]|artifactor[y]|/nexu[s]/"
        r"|--(?:extra-)?inde[x]-url|--fin[d]-links|\"resolve[d]\"\s*:\s*\"",
        re.IGNORECASE,
    ),
    "path of a machine": re.compile(
        r"/wor[k]/(?:main|shared)|(?<![\w.~-])/roo[t]/|/hom[e]/[a-z]+/|/User[s]/[A-Za-z]+/|[A-Z]:\\\\?User[s]\\"
    ),
    "something left for later": re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b"),
    "mark of a merge": re.compile(r"^(?:<{7}|>{7}|={7})(?: |$)", re.MULTILINE),
}
# Files whose own contents are the point.
EXEMPT = {
    ("tests/unit/common/test_uploads.py", "path of a machine"): "file names as browsers on Windows once sent them",
    ("tools/locks.py", "address of a package registry or mirror"): "takes such lines out of the lock",
    ("tests/unit/tools/test_locks.py", "address of a package registry or mirror"): "shows that it does",
}
BINARY = {".png", ".jpg", ".gif", ".ico", ".woff2", ".pdf", ".mo", ".docx", ".xlsx", ".odt"}


def forbidden_in(text: str) -> list[str]:
    """Name what a text may not hold, with its line."""
    found = []
    for what, pattern in FORBIDDEN.items():
        found += [f"{text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group()}" for match in pattern.finditer(text)]
    return found


# What the rule must find, each with one letter left out here.
SAMPLES = [
    "https://files.python_hosted.org/packages/x",
    "--index_-url https://mirror.example/simple",
    '"resolv_ed": "https://host/x.tgz"',
    "open('/wo_rk/main/x')",
    "/ho_me/kari/src",
    "/ro_ot/.cache",
    "# TO_DO: later",
    "FIX_ME",
    "<<<<<<_< HEAD",
]


@pytest.mark.parametrize("text", [sample.replace("_", "") for sample in SAMPLES])
def test_rule_finds(text: str) -> None:
    assert len(forbidden_in(text)) == 1


@pytest.mark.parametrize("text", ["the root/ of it", "hackathon", "=======", "/srv/portal/files", "NO_TODOS_HERE"])
def test_rule_leaves_the_rest_alone(text: str) -> None:
    assert [found for found in forbidden_in(text) if "merge" not in found] == []


def test_no_file_holds_what_is_forbidden() -> None:
    wrong = []
    for path in every_file():
        if path.suffix in BINARY:
            continue
        name = name_of(path)
        lines = forbidden_in(path.read_text(encoding="utf-8"))
        wrong += [f"{name}:{line}" for line in lines if not any(name == exempt and what in line for exempt, what in EXEMPT)]
    assert wrong == []


def test_exemptions_are_still_needed() -> None:
    files = {name_of(path): path for path in every_file()}
    unused = [
        (name, what)
        for name, what in EXEMPT
        if name not in files or not any(what in found for found in forbidden_in(files[name].read_text(encoding="utf-8")))
    ]
    assert unused == []
