"""Asks the WSGI application in its own process: queries a page, and CPU and SQL time beside each other. Prints JSON for `bench`."""

import json
import resource
import statistics
import sys
import time
from typing import Any

import django

ROUNDS = 60
WARM_UP = 10


def measure(path: str) -> dict[str, float]:
    """This will ask for one page many times, and return medians: milliseconds of CPU and of SQL, and the number of queries.

    A path that ends in #anew is asked for after a change of everything each time: nothing of it is kept ready.
    """
    from django.db import connection
    from django.test import Client

    from catalogue.actions.state import note_change_of_all
    from catalogue.queries.kept import forget
    from lms_portal.common.clock import real_now

    path, _hash, anew = path.partition("#")

    client = Client()
    spent: list[float] = []
    asked: list[float] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.append(time.perf_counter() - began)

    queries = 0
    sql: list[float] = []
    for round_number in range(WARM_UP + ROUNDS):
        if anew:
            note_change_of_all(now=real_now())
            forget()
        asked.clear()
        before = resource.getrusage(resource.RUSAGE_SELF)
        with connection.execute_wrapper(count):
            response = client.get(path)
        after = resource.getrusage(resource.RUSAGE_SELF)
        if response.status_code != 200:
            raise SystemExit(f"bench: {path} answered {response.status_code}")
        if round_number >= WARM_UP:
            spent.append((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000)
            sql.append(sum(asked) * 1000)
            queries = len(asked)
    return {"cpu_ms": statistics.mean(spent), "sql_ms": statistics.median(sql), "queries": queries, "bytes": len(response.content)}


if __name__ == "__main__":
    django.setup()
    print(json.dumps({path: measure(path) for path in sys.argv[1:]}))
