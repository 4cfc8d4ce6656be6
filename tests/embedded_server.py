"""A pytest plugin, loaded before Django reads its settings: starts a scratch PostgreSQL unless DATABASE_URL names a server.

PORTAL_TEST_PG_BIN points at another build's binaries (Debian's PostgreSQL 15), so that the suite runs on both.
"""

import atexit
import os
from pathlib import Path

import pytest

from lms_portal.embedded.postgres import OWNER, EmbeddedPostgres, EmbeddedPostgresError


def _start() -> None:
    if os.environ.get("DATABASE_URL"):
        return
    chosen = os.environ.get("PORTAL_TEST_PG_BIN")
    server = EmbeddedPostgres(Path(__file__).resolve().parents[1], scratch=True, binaries=Path(chosen) if chosen else None)
    try:
        server.start()
    except EmbeddedPostgresError as error:
        pytest.exit(str(error), returncode=3)
    atexit.register(server.stop)
    os.environ["DATABASE_URL"] = server.url(OWNER)


_start()
