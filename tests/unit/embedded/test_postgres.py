"""The supervisor of the embedded PostgreSQL: what it refuses, and what it leaves alone. No server is started here."""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms_portal.embedded.postgres import EmbeddedPostgres, EmbeddedPostgresError


@pytest.fixture
def area(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary area of the test's own, which another user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="portal-area-"))
    folder.chmod(0o711)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(area: Path) -> EmbeddedPostgres:
    """A supervisor that has not started anything."""
    return EmbeddedPostgres(area / "checkout", scratch=True)


def test_private_folder_is_made_for_its_user_alone(server: EmbeddedPostgres) -> None:
    server._own(server.private)

    found = server.private.stat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == (server.identity[0] if server.identity else os.geteuid())


def test_private_folder_is_taken_again_when_it_is_ours(server: EmbeddedPostgres) -> None:
    server._own(server.private)
    server._own(server.private)

    assert server.private.is_dir()


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o777])
def test_folder_that_others_may_enter_is_refused(server: EmbeddedPostgres, mode: int) -> None:
    server._own(server.private)
    server.private.chmod(mode)

    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_folder_of_another_user_is_refused(server: EmbeddedPostgres) -> None:
    server.private.mkdir(mode=0o700)
    os.chown(server.private, 12345, 12345)

    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        server.start()


def test_link_in_place_of_the_folder_is_refused(server: EmbeddedPostgres, area: Path) -> None:
    (area / "elsewhere").mkdir(mode=0o700)
    server.private.symlink_to(area / "elsewhere")

    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        server.start()
    assert list((area / "elsewhere").iterdir()) == []


def test_file_in_place_of_the_folder_is_refused(server: EmbeddedPostgres) -> None:
    server.private.write_text("")

    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        server.start()


def test_two_checkouts_have_two_folders(area: Path) -> None:
    assert EmbeddedPostgres(area / "one").private != EmbeddedPostgres(area / "two").private


def test_one_checkout_has_one_folder_whatever_it_is_called(area: Path) -> None:
    (area / "real").mkdir()
    (area / "link").symlink_to(area / "real")

    assert EmbeddedPostgres(area / "real").private == EmbeddedPostgres(area / "link").private


def test_address_survives_spaces_and_norwegian_letters(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(area / "mine æøå filer"))
    server = EmbeddedPostgres(area)
    server.sockets = area / "mine æøå filer" / "s"

    assert server.url("portal_app").endswith("mine%20%C3%A6%C3%B8%C3%A5%20filer%2Fs/portal")


def _with_pid_file(server: EmbeddedPostgres, content: str) -> Path:
    server._own(server.private)
    server._own(server.data)
    server._own(server.sockets)
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(content)
    return pid_file


def test_pid_of_somebody_else_is_forgotten_and_that_process_left_alone(server: EmbeddedPostgres) -> None:
    with subprocess.Popen(["sleep", "60"]) as foreign:
        pid_file = _with_pid_file(server, f"{foreign.pid}\n{server.data}\n")
        (server.sockets / ".s.PGSQL.5432").write_text("")

        server._clear_stale()

        assert foreign.poll() is None
        foreign.kill()
    assert not pid_file.exists()
    assert list(server.sockets.iterdir()) == []


def test_pid_of_a_zombie_is_forgotten(server: EmbeddedPostgres) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    try:
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # dead, and not reaped
        pid_file = _with_pid_file(server, f"{child}\n{server.data}\n")

        server._clear_stale()

        assert not pid_file.exists()
    finally:
        os.waitpid(child, 0)


@pytest.mark.parametrize("content", ["", "not a number\n", "999999999\n"])
def test_pid_that_means_nothing_is_left_to_postgresql(server: EmbeddedPostgres, content: str) -> None:
    pid_file = _with_pid_file(server, content)

    server._clear_stale()

    assert pid_file.read_text() == content


def test_a_full_disk_is_one_line_that_says_what_to_do(area: Path) -> None:
    full = OSError(28, "No space left on device")

    assert EmbeddedPostgres._disk_message(area, full) == f"The disk is full at {area}. Free some space (about 300 MB) and start again."


def test_a_folder_that_cannot_be_written_is_one_line_that_says_what_to_do(area: Path) -> None:
    refused = OSError(30, "Read-only file system")

    assert (
        EmbeddedPostgres._disk_message(area, refused)
        == f"Cannot use {area}: Read-only file system. Make it writable, or set TMPDIR to another folder."
    )


def test_missing_user_is_one_line_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, area: Path) -> None:
    def nobody(_name: str) -> None:
        raise KeyError

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", nobody)

    with pytest.raises(EmbeddedPostgresError, match="Start as an ordinary user"):
        EmbeddedPostgres(area)
