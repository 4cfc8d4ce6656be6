"""The embedded PostgreSQL under faults: killed parents, killed servers, stale files, second owners. Nothing saved is lost, nothing is left running."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lms_portal.embedded.postgres import APP, OWNER, EmbeddedPostgres, EmbeddedPostgresError

ROOT = Path(__file__).resolve().parents[2]
STOPPED_SECONDS = 15

# A parent that starts the server, says the server's process id, and waits to be killed
PARENT = """
import sys, tempfile, time
from pathlib import Path
from lms_portal.embedded.postgres import EmbeddedPostgres
tempfile.tempdir = sys.argv[1]
server = EmbeddedPostgres(Path(sys.argv[2]), binaries=Path(sys.argv[3])).start()
print(server.process.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture(scope="module")
def binaries() -> Path:
    """The server's programs, where its user may run them."""
    ours = EmbeddedPostgres(ROOT, scratch=True)
    ours._own(ours.private)
    return ours._binaries()


@pytest.fixture
def area(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary area of the test's own, with a space and Norwegian letters in its name."""
    outer = Path(tempfile.mkdtemp(prefix="portal-"))
    folder = outer / "mine filer æøå"
    folder.mkdir()
    for each in (outer, folder):
        each.chmod(0o711)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(outer, ignore_errors=True)


@pytest.fixture
def checkout(area: Path) -> Path:
    """A folder that stands for a checkout."""
    folder = area / "min portal"
    folder.mkdir()
    return folder


@pytest.fixture
def server(checkout: Path, binaries: Path) -> Iterator[EmbeddedPostgres]:
    """A running server."""
    ours = EmbeddedPostgres(checkout, binaries=binaries)
    ours.start()
    yield ours
    ours.stop()


def _note(server: EmbeddedPostgres, text: str) -> None:
    with psycopg.connect(server.url(OWNER)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def _notes(server: EmbeddedPostgres) -> list[str]:
    with psycopg.connect(server.url(OWNER)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note").fetchall()]


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + STOPPED_SECONDS
    while not _is_gone(pid):
        assert time.monotonic() < deadline, f"the server {pid} goes on"
        time.sleep(0.05)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "terminate"])
def test_server_stops_when_its_parent_is_killed(area: Path, checkout: Path, binaries: Path, blow: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(area), str(checkout), str(binaries)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        postmaster = int(parent.stdout.readline())
        again = EmbeddedPostgres(checkout, binaries=binaries)
        _note(again, "kept")
        parent.send_signal(blow)
        parent.wait()

    _wait_until_gone(postmaster)
    again.start()
    try:
        assert _notes(again) == ["kept"]
    finally:
        again.stop()


def test_killed_server_starts_again_with_everything_that_was_saved(server: EmbeddedPostgres) -> None:
    _note(server, "kept")
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    assert not server.is_running()
    server.stop()

    server.start()

    assert _notes(server) == ["kept"]


def test_second_owner_is_refused_at_once(server: EmbeddedPostgres, checkout: Path, binaries: Path) -> None:
    second = EmbeddedPostgres(checkout, binaries=binaries)
    began = time.monotonic()

    with pytest.raises(EmbeddedPostgresError, match="already running"):
        second.start()

    assert time.monotonic() - began < 1
    second.stop()
    assert server.is_running()


def test_stale_pid_of_another_process_hurts_nobody(server: EmbeddedPostgres) -> None:
    _note(server, "kept")
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    with subprocess.Popen(["sleep", "60"]) as foreign:
        pid_file.write_text("\n".join([str(foreign.pid), *lines[1:]]) + "\n")

        server.start()

        assert _notes(server) == ["kept"]
        assert foreign.poll() is None
        foreign.kill()


def test_second_start_keeps_the_data_and_a_reset_removes_it(server: EmbeddedPostgres) -> None:
    _note(server, "first")
    server.stop()

    server.start()
    assert _notes(server) == ["first"]
    server.stop()

    server.start(reset=True)
    with pytest.raises(psycopg.errors.UndefinedTable):
        _notes(server)


def test_server_listens_on_no_port(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(APP)) as connection:
        shown = connection.execute("SELECT current_setting('listen_addresses'), current_user").fetchone()

    assert shown == ("", "portal_app")


def test_application_role_has_no_rights_of_its_own(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(APP)) as connection:
        row = connection.execute("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone()

    assert row == (False, False, False)


def test_scratch_server_leaves_nothing_behind(checkout: Path, binaries: Path) -> None:
    ours = EmbeddedPostgres(checkout, scratch=True, binaries=binaries).start()
    ours.stop()

    assert sorted(path.name for path in ours.private.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="the server drops its rights only when started by root")
def test_root_runs_the_server_as_somebody_else_and_opens_no_folder(area: Path, checkout: Path) -> None:
    checkout.chmod(0o700)
    above = [area, checkout, ROOT, *ROOT.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in above]
    ours = EmbeddedPostgres(checkout)  # with its own copy of the programs

    ours.start()

    try:
        assert ours.process is not None
        assert Path(f"/proc/{ours.process.pid}").stat().st_uid == ours.private.stat().st_uid != 0
        assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before
        assert list(checkout.iterdir()) == []
    finally:
        ours.stop()
