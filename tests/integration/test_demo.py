"""The demo's runner: what it refuses before it starts anything, how it starts and ends its processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import demo

ROOT = Path(__file__).resolve().parents[2]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = """
import sys, time
from pathlib import Path
from tools import demo
demo.HOME = Path(sys.argv[1])
child = demo.Child("sleeper", ["sleep", "60"], {})
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of .demo."""
    monkeypatch.setattr(demo, "HOME", tmp_path)
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind((demo.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def _wait_for(path: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while not path.is_file() or text not in path.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_demo_says_in_one_line_which_port_is_taken(taken: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.demo", "--port", str(taken)], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"demo: port {taken} is in use. Stop what uses it, or choose another: make demo PORT={taken + 1}\n"


def test_free_port_is_taken_without_a_word() -> None:
    with socket.socket() as listener:
        listener.bind((demo.HOST, 0))
        port = listener.getsockname()[1]

    demo.check_port(port)


def test_port_that_was_just_left_is_free_again() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as web servers do
        listener.bind((demo.HOST, 0))
        port = listener.getsockname()[1]
        listener.listen()
        with socket.create_connection((demo.HOST, port)):
            listener.accept()[0].close()

    demo.check_port(port)


@pytest.mark.parametrize(("free", "refused"), [(demo.NEEDED_BYTES - 1, True), (demo.NEEDED_BYTES, False)])
def test_disk_without_room_is_refused_in_one_line(home: Path, monkeypatch: pytest.MonkeyPatch, free: int, refused: bool) -> None:  # noqa: FBT001 - a parameter
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=free))
    if not refused:
        demo.check_disk()
        return

    with pytest.raises(demo.DemoError, match="MB free on the disk of"):
        demo.check_disk()


def test_failed_command_is_one_line_and_the_rest_is_kept(home: Path) -> None:
    with pytest.raises(demo.DemoError) as failed:
        demo.manage({"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "lms_portal.settings.production"}, "migrate")

    assert str(failed.value).startswith("`manage.py migrate` failed: django.core.exceptions.ImproperlyConfigured: SECRET_KEY is not set.")
    assert "\n" not in str(failed.value)
    assert "Traceback" in (home / "setup.log").read_text()


def test_processes_are_web_two_workers_and_beat() -> None:
    processes = demo.children({"PATH": ""}, 8123)

    assert [child.name for child in processes] == ["web", "worker-messages", "worker-long", "beat"]
    assert [part for child in processes for part in child.command if part.startswith("--pool")] == ["--pool=solo", "--pool=solo"]
    assert "127.0.0.1:8123" in processes[0].command


def test_child_is_ended_when_asked(home: Path) -> None:
    child = demo.Child("sleeper", ["sleep", "60"], {"PATH": os.environ["PATH"]})
    child.start()
    assert child.is_running()

    child.ask_to_stop()
    child.wait_until_stopped()

    assert not child.is_running()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGTERM


def test_child_that_will_not_end_is_ended_all_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "STOP_SECONDS", 0.5)
    child = demo.Child("stubborn", [sys.executable, "-c", STUBBORN], {"PATH": os.environ["PATH"]})
    child.start()
    _wait_for(home / "stubborn.log", "up")

    child.ask_to_stop()
    child.wait_until_stopped()

    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_child_that_was_never_started_stops_without_a_word(home: Path) -> None:
    child = demo.Child("never", ["sleep", "60"], {})

    child.ask_to_stop()
    child.wait_until_stopped()

    assert not child.is_running()


def test_child_ends_with_a_runner_that_is_killed(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        child = int(runner.stdout.readline())
        assert not _is_gone(child)
        runner.kill()
        runner.wait()

    deadline = time.monotonic() + 10
    while not _is_gone(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_web_server_that_stops_while_starting_is_one_line(home: Path) -> None:
    web = demo.Child("web", [sys.executable, "-c", "raise SystemExit(1)"], {"PATH": os.environ["PATH"]})
    web.start()
    assert web.process is not None
    web.process.wait()

    with pytest.raises(demo.DemoError, match=r"the web server stopped while starting; see .*web\.log"):
        demo.wait_for_web(web, 1)
