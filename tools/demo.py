"""Runs the whole portal on one machine: PostgreSQL, web, two workers and beat, with demo data. Ctrl-C ends every process it started."""

import argparse
import ctypes
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lms_portal.embedded.postgres import APP, OWNER, EmbeddedPostgres, EmbeddedPostgresError

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".demo"
HOST = "127.0.0.1"
NEEDED_BYTES = 300_000_000
STOP_SECONDS = 10
RESTART_PAUSE_SECONDS = 2
PR_SET_PDEATHSIG = 1
WEB_READY_SECONDS = 60


class DemoError(Exception):
    """The demo cannot go on; the message is one line that says what to do."""


def say(step: str) -> None:
    """This will print one step of the progress."""
    print(f"  {step}", flush=True)


def die_with_parent() -> Callable[[], None]:
    """This will make a child end when we end, however we end."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def setup() -> None:
        os.setpgid(0, 0)  # Ctrl-C reaches us alone; we stop the children in order
        if libc:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return setup


@dataclass
class Child:
    """One process of the demo, restarted when it dies."""

    name: str
    command: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """This will start it, with its output in .demo/<name>.log."""
        with open(HOME / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(),  # noqa: PLW1509 - ties it to us
            )

    def is_running(self) -> bool:
        """This will say whether it is alive."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """This will ask it to stop, without waiting."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_stopped(self) -> None:
        """This will wait for it, and insist after a while."""
        if self.process is None:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def check_port(port: int) -> None:
    """This will refuse a port that somebody else listens on, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise DemoError(f"port {port} is in use. Stop what uses it, or choose another: make demo PORT={port + 1}") from None


def check_disk() -> None:
    """This will refuse to start a database that has no room."""
    free = shutil.disk_usage(HOME).free
    if free < NEEDED_BYTES:
        raise DemoError(
            f"only {free // 1_000_000} MB free on the disk of {HOME}. Free at least {NEEDED_BYTES // 1_000_000} MB and start again."
        )


def manage(env: dict[str, str], *command: str) -> None:
    """This will run one management command, and show its last line when it fails."""
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        (HOME / "setup.log").write_text(done.stdout + done.stderr)
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise DemoError(
            f"`manage.py {command[0]}` failed: {last[0]} (all of it in {HOME / 'setup.log'}; `make demo RESET=1` starts afresh)"
        )


def collect_static(env: dict[str, str]) -> None:
    """This will gather and compress the static files when one of them has changed."""
    folders = [ROOT / "static", ROOT / "build" / "static"]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256("".join(f"{path} {path.stat().st_mtime_ns}" for path in files).encode()).hexdigest()
    stamp = ROOT / "build" / "collected.stamp"
    if stamp.is_file() and stamp.read_text() == digest and (ROOT / "build" / "collected" / "staticfiles.json").is_file():
        return
    say("gathering the static files")
    manage(env, "collectstatic", "--noinput", "--clear", "-v", "0")
    stamp.write_text(digest)


def children(env: dict[str, str], port: int) -> list[Child]:
    """This will describe the demo's processes. Solo workers: the pool's children would share a pipe that a killed one can block."""
    python = sys.executable
    gunicorn = [
        python,
        "-m",
        "gunicorn",
        "lms_portal.wsgi:application",
        "--bind",
        f"{HOST}:{port}",
        "--workers",
        "2",
        "--timeout",
        "60",
        "--no-control-socket",
    ]
    worker = [
        python,
        "-m",
        "celery",
        "-A",
        "lms_portal",
        "worker",
        "--pool=solo",
        "--loglevel=WARNING",
        "--without-mingle",
        "--without-gossip",
    ]
    beat = [python, "-m", "celery", "-A", "lms_portal", "beat", "--loglevel=WARNING", "--schedule", str(HOME / "beat-schedule")]
    return [
        Child("web", gunicorn, env),
        Child("worker-messages", [*worker, "-Q", "messages", "-n", "messages@demo"], env),
        Child("worker-long", [*worker, "-Q", "long", "-n", "long@demo"], env),
        Child("beat", [*beat, "--pidfile="], env),
    ]


def wait_for_web(web: Child, port: int) -> None:
    """This will wait until the portal answers."""
    deadline = time.monotonic() + WEB_READY_SECONDS
    while time.monotonic() < deadline:
        if not web.is_running():
            raise DemoError(f"the web server stopped while starting; see {HOME / 'web.log'}")
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise DemoError(f"the web server did not answer within {WEB_READY_SECONDS} seconds; see {HOME / 'web.log'}")


def print_welcome(port: int) -> None:
    """This will print the address and one demo sign-in for each role."""
    from lms_portal.demo.people import DEMO_PASSWORD, DEMO_PEOPLE

    print(f"\nThe portal runs on http://localhost:{port}  (also http://{HOST}:{port})\n")
    print(f"Demo sign-ins, all with the password  {DEMO_PASSWORD}")
    for person in DEMO_PEOPLE:
        print(f"  {person.role_name_en:<34} {person.email}")
    print(f"\nMail that would have been sent: http://localhost:{port}/nb/meldinger/demo-postkasse/")
    print("Ctrl-C stops everything. The data is kept; `make demo RESET=1` starts afresh.", flush=True)


def supervise(server: EmbeddedPostgres, running: list[Child]) -> None:
    """This will restart what dies, and say so, until a signal ends us."""
    while True:
        time.sleep(1)
        if not server.is_running():
            say("the database was stopped from outside; starting it again (nothing that was saved is lost)")
            server.stop()
            time.sleep(RESTART_PAUSE_SECONDS)
            server.start()
        for child in running:
            if not child.is_running():
                say(f"{child.name} stopped; starting it again (see {HOME / child.name}.log)")
                time.sleep(RESTART_PAUSE_SECONDS)
                child.start()


def environment(server: EmbeddedPostgres, role: str, port: int) -> dict[str, str]:
    """This will build the environment of a process that speaks to the database as one role."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lms_portal.settings.dev",
        "DATABASE_URL": server.url(role),
        "PORTAL_BASE_URL": f"http://localhost:{port}",
        "PYTHONUNBUFFERED": "1",
    }


def run(port: int, *, reset: bool) -> None:
    """This will start everything, step by step, and watch over it."""
    HOME.mkdir(exist_ok=True)
    check_port(port)
    check_disk()
    server = EmbeddedPostgres(ROOT)
    running: list[Child] = []
    try:
        say("starting PostgreSQL")
        server.start(reset=reset)
        if reset:
            for name in ("queue", "files"):
                shutil.rmtree(HOME / name, ignore_errors=True)
        for folder in ("queue/control", "files"):
            (HOME / folder).mkdir(parents=True, exist_ok=True)
        owner, app = environment(server, OWNER, port), environment(server, APP, port)
        say("bringing the database to the newest form")
        manage(owner, "createcachetable")
        manage(owner, "migrate", "-v", "0")
        collect_static(app)
        say("loading the demo data, if there is none")
        manage(app, "load_demo", "--if-empty")
        running.extend(children(app, port))
        say("starting the web server, two workers and beat")
        for child in running:
            child.start()
        wait_for_web(running[0], port)
        print_welcome(port)
        supervise(server, running)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C does not interrupt the tidying
        if running:
            print("\n  stopping", flush=True)
        for child in running:
            child.ask_to_stop()
        for child in running:
            child.wait_until_stopped()
        server.stop()


def main() -> int:
    """This will run the demo until Ctrl-C, and end with one line where it cannot."""
    parser = argparse.ArgumentParser(description="Run the portal with demo data.")
    parser.add_argument("--reset", action="store_true", help="remove the demo's data first")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell started us in the background with Ctrl-C ignored
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    try:
        run(arguments.port, reset=arguments.reset)
    except KeyboardInterrupt:
        return 0
    except (DemoError, EmbeddedPostgresError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"demo: {error.strerror or error}: {error.filename or HOME}. Mend that and start again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
