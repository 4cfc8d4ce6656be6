"""Starts gunicorn for the bare view and the portal on loopback, and reads the CPU that they and PostgreSQL use."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
READY_SECONDS = 30
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """This will find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A gunicorn with two sync workers."""

    application: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """This will end it."""
        self.process.terminate()
        self.process.wait(20)


def start(application: str, environment: dict[str, str], path: str) -> Server:
    """This will start a server and wait until it answers at `path`."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        application,
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(WORKERS),
        "--log-level",
        "error",
        "--no-control-socket",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    server = Server(application, port, process)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(server.url + path, timeout=5):  # noqa: S310 - our own loopback address
                return server
        except HTTPError:
            return server
        except (URLError, OSError):
            time.sleep(0.1)
    server.stop()
    raise SystemExit(f"bench: {application} did not answer within {READY_SECONDS} seconds")


def descendants(pid: int) -> list[int]:
    """This will list a process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting.extend(children.get(current, []))
    return found


def cpu_seconds(pid: int) -> float:
    """This will add up user and system time of a process and everything below it, ended children included."""
    total = 0
    for process in descendants(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICKS
