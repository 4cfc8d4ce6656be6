"""What a container asks itself: `python -m lms_portal.healthcheck web`, `sweeps`, or `beat FILE`. Ends with 0 when well, else prints why.

It loads no Django, so that asking twice a minute costs little.
"""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

ANSWER_SECONDS = 4
SWEEPS_MISSED = 3  # as many may fail to come before anybody is told
# beat writes its file down every three minutes
OLDEST_BEAT_SECONDS = 400

NEWEST_SWEEP = "SELECT extract(epoch FROM now() - max(at)) FROM outbox_heartbeat"


class UnwellError(Exception):
    """The service does not do its work; the text says what was seen."""


def check_web(*_arguments: str) -> None:
    """This will ask the web server of this container, as the proxy would. Raises: UnwellError."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip("*.") or "localhost"
    address = os.environ.get("PORTAL_HEALTH_URL") or "http://127.0.0.1:8000/healthz"
    request = urllib.request.Request(address, headers={"Host": host, "X-Forwarded-Proto": "https"})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 - likewise
            return
    except (urllib.error.URLError, OSError) as error:
        raise UnwellError(f"the web server does not answer: {getattr(error, 'reason', error)}") from None


def check_sweeps(*_arguments: str) -> None:
    """This will look for a sweep that came to its end lately; a worker may be alive and idle. Raises: UnwellError."""
    import psycopg

    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=ANSWER_SECONDS) as connection:
            row = connection.execute(NEWEST_SWEEP).fetchone()
    except psycopg.Error as error:
        raise UnwellError(f"the database does not answer ({type(error).__name__})") from None
    age = row[0] if row else None
    if age is None:
        raise UnwellError("no sweep has run yet")
    if age > SWEEPS_MISSED * int(os.environ.get("SWEEP_SECONDS") or 60):
        raise UnwellError(f"the newest sweep is {age:.0f} seconds old")


def check_beat(*arguments: str) -> None:
    """This will look at how lately beat wrote its schedule down; the file's ending depends on the machine. Raises: UnwellError."""
    file = Path(arguments[0] if arguments else "/tmp/beat-schedule")  # noqa: S108 - the container's own tmpfs
    times = [path.stat().st_mtime for path in file.parent.glob(f"{file.name}*")]
    if not times:
        raise UnwellError(f"beat has written nothing to {file}")
    age = time.time() - max(times)
    if age > OLDEST_BEAT_SECONDS:
        raise UnwellError(f"beat wrote its schedule {age:.0f} seconds ago")


CHECKS: dict[str, Callable[..., None]] = {"web": check_web, "sweeps": check_sweeps, "beat": check_beat}


def main(arguments: Sequence[str]) -> int:
    """This will run the named check."""
    if not arguments or arguments[0] not in CHECKS:
        sys.stderr.write(f"name one of {', '.join(CHECKS)}\n")
        return 2
    try:
        CHECKS[arguments[0]](*arguments[1:])
    except UnwellError as unwell:
        sys.stderr.write(f"{unwell}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
