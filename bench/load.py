"""Sends requests as fast as they are answered: wrk where it is installed, else a generator of our own in another process."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

CONNECTIONS = 8
SECONDS = 3


@dataclass(frozen=True, slots=True)
class Load:
    """What one round gave."""

    requests: int
    per_second: float
    failed: int


def run(url: str, headers: dict[str, str] | None = None, seconds: int = SECONDS, connections: int = CONNECTIONS) -> Load:
    """This will load one address for some seconds."""
    if shutil.which("wrk"):
        return _wrk(url, headers or {}, seconds, connections)
    return _own(url, headers or {}, seconds, connections)


def _wrk(url: str, headers: dict[str, str], seconds: int, connections: int) -> Load:
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    printed = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", printed)[1])  # type: ignore[index]  # wrk always prints it
    per_second = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])  # type: ignore[index]  # likewise
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    return Load(requests, per_second, int(failed[1]) if failed else 0)


def _own(url: str, headers: dict[str, str], seconds: int, connections: int) -> Load:
    arguments = [sys.executable, "-m", "bench.generator", url, str(seconds), str(connections)]
    arguments += [f"{name}: {value}" for name, value in headers.items()]
    requests, per_second, failed = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.split()
    return Load(int(requests), float(per_second), int(failed))
