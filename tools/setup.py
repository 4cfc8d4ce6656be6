"""Makes the checkout ready: virtual environment, hashed dependencies, styles, translations. Needs only Python and its standard library.

`python3 -m tools.setup demo` for the demo, `dev` for the checks and tests as well. A second run with nothing changed takes a moment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
NEEDED_BYTES = 1_500_000_000
GROUPS = {"demo": ("demo", "dev"), "dev": ("dev",)}  # what an installed group stands in for


def stop(problem: str) -> None:
    """This will end with one line that says what to do."""
    sys.exit(f"setup: {problem}")


def say(step: str) -> None:
    """This will print one step of the progress."""
    print(f"  {step}", flush=True)


def check_python() -> None:
    """This will refuse a Python that cannot make a virtual environment."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        stop(f"Python {found} is too old. Install Python 3.11 or newer and run again with PYTHON=python3.11 in front of make's target.")
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        stop(f"this Python has no venv. Install it (on Debian and Ubuntu: apt install {package}) and run again.")


def check_disk() -> None:
    """This will refuse to begin what the disk has no room for."""
    free = shutil.disk_usage(ROOT).free
    if not VENV.exists() and free < NEEDED_BYTES:
        stop(f"only {free // 1_000_000} MB free on the disk of {ROOT}. Free at least {NEEDED_BYTES // 1_000_000} MB and run again.")


def make_venv() -> None:
    """This will make the virtual environment, or remake one that no longer runs (a moved checkout, a removed Python)."""
    if PYTHON.exists():
        probe = subprocess.run([PYTHON, "-c", "import sys; print(sys.prefix)"], check=False, capture_output=True, text=True)
        if probe.returncode == 0 and Path(probe.stdout.strip()) == VENV:
            return
        shutil.rmtree(VENV)
    say("making the virtual environment")
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        reason = (made.stderr or made.stdout).strip().splitlines()[-1:] or ["no reason given"]
        stop(f"the virtual environment could not be made: {reason[0]}")


def install(group: str) -> None:
    """This will install the group's locked packages, each checked against its hash."""
    lock = ROOT / "requirements" / f"{group}.txt"
    digests = {name: hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest() for name in GROUPS[group]}
    if any(_stamp(name).is_file() and _stamp(name).read_text() == digest for name, digest in digests.items()):
        return
    say("installing the locked packages (a few minutes the first time)")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    done = subprocess.run(pip, check=False, capture_output=True, text=True, env={**os.environ, "PIP_NO_INPUT": "1"})
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        stop(f"the packages could not be installed ({errors[-1]}). Check the network and the disk, then run again; what is done is kept.")
    _stamp(group).write_text(digests[group])


def _stamp(group: str) -> Path:
    return VENV / f".installed-{group}"


def run_tool(*command: str) -> None:
    """This will run one of our tools inside the virtual environment; it prints its own line when it fails."""
    if subprocess.run([str(PYTHON), "-m", *command], check=False, cwd=ROOT).returncode != 0:
        sys.exit(1)


def main(group: str) -> None:
    """This will do every step that is not done yet."""
    check_python()
    check_disk()
    make_venv()
    install(group)
    run_tool("tools.styles")
    run_tool("tools.messages", "compile")


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "demo"
    if wanted not in GROUPS:
        stop(f"choose one of {', '.join(GROUPS)}")
    try:
        main(wanted)
    except KeyboardInterrupt:
        stop("stopped; run again to go on where it was")
    except OSError as error:
        stop(f"{error.strerror or error}: {error.filename or ROOT}. Mend that and run again.")
