"""One way to turn DATABASE_URL into Django's dictionary, with the pool and the limits that the portal relies on."""

from typing import Any

import dj_database_url

# Limits of each connection: a lock that is waited for longer than a person waits is an error with a clear page.
SESSION_LIMITS = "-c lock_timeout=3000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"


def database_from(url: str, *, pooled: bool) -> dict[str, Any]:
    """This will read the address, `sslmode` included; pooled connections survive a restart of the server."""
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    options = database.setdefault("OPTIONS", {})
    options.setdefault("options", SESSION_LIMITS)
    options.setdefault("application_name", "lms_portal")
    database["ATOMIC_REQUESTS"] = False
    if pooled:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 3}
        database["CONN_MAX_AGE"] = 0
    else:
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
    return database
