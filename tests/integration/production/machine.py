"""One machine with a PostgreSQL and a Redis server, on which the services of docker-compose.yml run as they are written there.

A service's command, environment and health check come from the file. Only what a container has and we have not is replaced: the
names of hosts become ports on 127.0.0.1, and the container's folders become folders of ours.
"""

import base64
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path
from typing import Any

import psycopg
from aiosmtpd.controller import Controller

from lms_portal.embedded.postgres import EmbeddedPostgres
from tools import compose

START_SECONDS = 60
STOP_SECONDS = 40
HOST = "127.0.0.1"
DEBIAN = Path("/usr/lib/postgresql")


def free_port() -> int:
    """This will find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], object], what: str, *, seconds: float = START_SECONDS) -> None:
    """This will wait until something holds, and fail with its name where it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds:.0f} seconds")


def postgres_binaries() -> Path:
    """This will find Debian's newest server, or else the embedded one."""
    found = sorted(DEBIAN.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    embedded = EmbeddedPostgres(compose.ROOT, scratch=True)
    embedded._own(embedded.private)
    return embedded._binaries()


class Sink:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """This will take a mail."""
        self.mails.append(BytesParser(policy=modern).parsebytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        return "250 taken"


@dataclass
class Machine:
    """The servers and every process that a test started; `stop` ends them all."""

    folder: Path
    sink: Sink
    mail_port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in ("db", "redis", "web")})
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        self.values = {
            **{name: secrets.token_hex(32) for name in compose.required_variables() if name.endswith("PASSWORD")},
            "SECRET_KEY": secrets.token_urlsafe(48),
            "PORTAL_BASE_URL": "https://portal.example.org",
            "ALLOWED_HOSTS": "portal.example.org",
            "SEAL_KEYS": f"1:{key}",
            "LOOKUP_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "EMAIL_URL": f"smtp://{HOST}:{self.mail_port}",
            "DEFAULT_FROM_EMAIL": "Læring og mestring <ikke-svar@portal.example.org>",
            "MAIL_MESSAGE_ID_DOMAIN": "portal.example.org",
            "SECURITY_CONTACT": "mailto:sikkerhet@portal.example.org",
            "FEEDBACK_MAILBOX": "tilbakemelding@portal.example.org",
            "SWEEP_SECONDS": "2",
            "WEB_WORKERS": "2",
        }
        for name in ("files", "tmp", "queue", "database"):
            (self.folder / name).mkdir()

    # What stands in the file, for this machine

    def _local(self, text: str) -> str:
        ours = {
            "@db:5432": f"@{HOST}:{self.ports['db']}",
            "@redis:6379": f"@{HOST}:{self.ports['redis']}",
            "0.0.0.0:8000": f"{HOST}:{self.ports['web']}",
            "/srv/portal/files": str(self.folder / "files"),
            "--dir /data": f"--dir {self.folder}/queue --port {self.ports['redis']} --bind {HOST}",
            "redis-cli": f"redis-cli -p {self.ports['redis']}",
            "/tmp/": f"{self.folder}/tmp/",  # noqa: S108 - the container's own
        }
        return re.sub("|".join(map(re.escape, ours)), lambda found: ours[found[0]], text)

    def service(self, name: str) -> dict[str, Any]:
        """This will return a service as compose would start it."""
        return dict(compose.resolve(self.values)["services"][name])

    def environment(self, name: str) -> dict[str, str]:
        """This will return the environment of a service's process: what the file says, and nothing of ours."""
        given = {key: self._local(value) for key, value in self.service(name)["environment"].items()}
        own = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "HOSTNAME": socket.gethostname(),
            "PORTAL_HEALTH_URL": f"http://{HOST}:{self.ports['web']}/healthz",
            "PYTHONUNBUFFERED": "1",
        }
        return {**given, **own}

    def command(self, name: str) -> list[str]:
        """This will return a service's command."""
        return [self._local(word) for word in self.service(name)["command"]]

    # Processes

    def log(self, name: str) -> str:
        """This will return what a service printed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _spawn(self, name: str, command: list[str], environment: dict[str, str], **how: Any) -> None:
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=how.pop("cwd", compose.ROOT), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **how,
            )  # fmt: skip

    def start(self, name: str) -> None:
        """This will start a service that goes on."""
        self._spawn(name, self.command(name), self.environment(name))

    def run(self, name: str, *, command: list[str] | None = None, without: str = "", role: str = "") -> subprocess.CompletedProcess[str]:
        """This will run a service, or another command in its place, to its end; without a variable, or as another database role."""
        environment = self.environment(name)
        environment.pop(without, None)
        if role:
            environment["DATABASE_URL"] = f"postgresql://{role}:{self.password_of(role)}@{HOST}:{self.ports['db']}/portal"
        return subprocess.run(
            command or self.command(name), cwd=compose.ROOT, env=environment, check=False, capture_output=True, text=True, timeout=180
        )

    def is_healthy(self, name: str) -> bool:
        """This will run a service's own health check once."""
        how, *test = self.service(name)["healthcheck"]["test"]
        words = [self._local(word) for word in test]
        command = ["sh", "-c", words[0]] if how == "CMD-SHELL" else [part for word in words for part in word.split()]
        return self.run(name, command=command).returncode == 0

    def stop(self, name: str) -> int:
        """This will ask a process to stop as Docker does, insist after a while, and return how it ended."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            ended = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            ended = -signal.SIGKILL
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return ended

    def stop_all(self) -> None:
        """This will end everything, the servers last."""
        for name in sorted(self.processes, key=lambda name: name in {"db", "redis"}):
            self.stop(name)

    # The servers

    def start_database(self) -> None:
        """This will start PostgreSQL with the options of the file, and run the file that makes the roles."""
        binaries, data = postgres_binaries(), self.folder / "database"
        user = next(entry for entry in (_user("postgres"), _user("nobody")) if entry) if os.geteuid() == 0 else None
        rights: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        if user:
            os.chown(data, user.pw_uid, user.pw_gid)
        data.chmod(0o700)
        password = data.parent / "superuser"
        password.write_text(self.values["DB_SUPERUSER_PASSWORD"])
        password.chmod(0o644)  # the server's user reads it once; the folder around it is ours alone
        common = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        given = [word for word in self.service("db")["environment"]["POSTGRES_INITDB_ARGS"].split() if "locale" not in word]
        initdb = [
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--auth-local=scram-sha-256",
        ]
        subprocess.run([*initdb, *given, f"--pwfile={password}"], env=common, check=True, capture_output=True, cwd="/", **rights)
        password.unlink()
        options = [self._local(word) for word in self.service("db")["command"][1:]]
        where = ["-c", f"port={self.ports['db']}", "-c", f"listen_addresses={HOST}", "-c", "unix_socket_directories="]
        self._spawn("db", [str(binaries / "postgres"), "-D", str(data), *options, *where], common, cwd="/", **rights)
        wait_until(lambda: self.sql("postgres", "SELECT 1", database="postgres") == [(1,)], "PostgreSQL answers")
        self.make_roles()

    def postgres(self, program: str, *arguments: str, without: str = "") -> None:
        """This will run one of PostgreSQL's programs as the superuser, with the environment of the database service."""
        environment = {"PATH": os.environ["PATH"], "PGPASSWORD": self.password_of("postgres"), **self.service("db")["environment"]}
        environment.pop(without, None)
        where = ["-h", HOST, "-p", str(self.ports["db"]), "-U", "postgres"]
        subprocess.run([str(postgres_binaries() / program), *where, *arguments], env=environment, check=True, capture_output=True)

    def make_roles(self, *, without: str = "") -> None:
        """This will run the file that makes the roles, as the image of the server does when its volume is empty."""
        roles = str(compose.ROOT / compose.read()["configs"]["roles"]["file"])
        self.postgres("psql", "-d", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", roles, without=without)

    def start_redis(self) -> None:
        """This will start Redis by the command of the file."""
        self.start("redis")
        wait_until(lambda: self.is_healthy("redis"), "Redis answers")

    def password_of(self, role: str) -> str:
        """This will return a database role's password."""
        names = {"postgres": "SUPERUSER", "portal_owner": "OWNER", "portal_app": "APP", "portal_retention": "RETENTION"}
        return self.values[f"DB_{names[role]}_PASSWORD"]

    def sql(self, role: str, statement: str, *, database: str = "portal") -> list[tuple[Any, ...]] | None:
        """This will run a statement as a role; None where the server does not answer yet."""
        try:
            with psycopg.connect(
                host=HOST, port=self.ports["db"], user=role, password=self.password_of(role), dbname=database, connect_timeout=5
            ) as connection:
                cursor = connection.execute(statement.encode())
                return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError:
            return None


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


@contextmanager
def machine() -> Iterator[Machine]:
    """This will make a machine with its servers running, and end everything it started."""
    folder = Path(tempfile.mkdtemp(prefix="portal-production-"))
    folder.chmod(0o711)  # the server's user passes through, and reads nothing
    sink = Sink()
    mail = Controller(sink, hostname=HOST, port=free_port())
    mail.start()
    ours = Machine(folder, sink, mail.port)
    try:
        ours.start_database()
        ours.start_redis()
        yield ours
    finally:
        ours.stop_all()
        mail.stop()
        shutil.rmtree(folder, ignore_errors=True)
