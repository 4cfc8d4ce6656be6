"""A small load generator for machines without wrk: threads that ask again as soon as they are answered."""

import http.client
import sys
import threading
import time
from urllib.parse import urlsplit


def main(url: str, seconds: float, connections: int, headers: dict[str, str]) -> None:
    """This will print how many requests were answered, how many a second, and how many failed."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    counts = [[0, 0] for _ in range(connections)]
    began = time.monotonic()

    def ask(mine: list[int]) -> None:
        while time.monotonic() - began < seconds:
            connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=10)
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            mine[0] += 1
            mine[1] += answer.status >= 400

    threads = [threading.Thread(target=ask, args=(mine,)) for mine in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = sum(done for done, _ in counts)
    print(total, total / (time.monotonic() - began), sum(failed for _, failed in counts))


if __name__ == "__main__":
    given = dict(line.split(": ", 1) for line in sys.argv[4:])
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), given)
