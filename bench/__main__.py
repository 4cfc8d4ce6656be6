"""Measures the portal beside a bare view: ratios, CPU a request, queries, bytes, each with its goal. Under five minutes.

Figures of one run belong together; only ratios compare between runs. Goals: bench/README.md.
"""

import json
import os
import statistics
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import dataset, load
from bench.servers import ROOT, Server, cpu_seconds, start
from lms_portal.embedded.postgres import APP, OWNER, EmbeddedPostgres

ROUNDS = 5
MET = {True: "yes", False: "no", None: "–"}
COPIES_TO_5000 = 37
LIST, SEARCH, RARE, COURSE = "/nb/kurs/", "/nb/kurs/?q=kurs", "/nb/kurs/?q=sukkersyke", "/nb/kurs/{slug}/"


@dataclass
class Row:
    """One line of the table."""

    work: str
    figure: str
    goal: str
    met: bool | None


def say(step: str) -> None:
    """This will print one step of the progress, apart from the table."""
    print(f"  {step}", file=sys.stderr, flush=True)


def manage(environment: dict[str, str], *command: str) -> None:
    """This will run one management command."""
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"bench: manage.py {command[0]} failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")


def in_process(environment: dict[str, str], paths: list[str]) -> dict[str, dict[str, float]]:
    """This will measure pages in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.inprocess", *paths], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr.strip().splitlines()[-1])
    measured: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return measured


def etag_of(url: str) -> str:
    """This will return a page's ETag."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own loopback address
        return str(answer.headers.get("ETag", ""))


@dataclass
class Measured:
    """Medians over the rounds."""

    ratio: float
    web_ms: float
    database_ms: float
    failed: int


def beside_bare(bare: Server, portal: Server, database_pid: int, path: str, headers: dict[str, str] | None = None) -> Measured:
    """This will interleave the bare view and a page, five times, and take medians."""
    ratios, web, database, failed = [], [], [], 0
    for _ in range(ROUNDS):
        floor = load.run(bare.url + "/", seconds=2)
        cpu_before, database_before = cpu_seconds(portal.process.pid), cpu_seconds(database_pid)
        page = load.run(portal.url + path, headers, seconds=2)
        ratios.append(page.per_second / floor.per_second)
        web.append((cpu_seconds(portal.process.pid) - cpu_before) * 1000 / max(page.requests, 1))
        database.append((cpu_seconds(database_pid) - database_before) * 1000 / max(page.requests, 1))
        failed += page.failed
    return Measured(statistics.median(ratios), statistics.median(web), statistics.median(database), failed)


def first_view(url: str) -> tuple[int, int] | None:
    """This will count bytes and requests of a phone's first view in Chromium; None where there is no browser."""
    try:
        from playwright.sync_api import Error, Request, sync_playwright
    except ImportError:
        return None
    from shutil import which

    with sync_playwright() as playwright:
        try:
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
            browser = playwright.chromium.launch(executable_path=which("chromium") or which("google-chrome"), args=arguments)
        except Error:
            return None
        page = browser.new_page(viewport={"width": 375, "height": 800})
        sizes: list[int] = []

        def count(request: Request) -> None:
            size = request.sizes()["responseBodySize"] + request.sizes()["responseHeadersSize"]
            if size > 0:  # what the page already has comes from the browser's memory, not over the air
                sizes.append(size)

        page.on("requestfinished", count)
        page.goto(url, wait_until="networkidle")
        browser.close()
        return sum(sizes), len(sizes)


def compare(name: str, measured: Measured, *, ratio_goal: float, cpu_goal: str) -> Row:
    """This will make the line of one page."""
    figure = f"{measured.ratio:.3f} of bare; {measured.web_ms:.1f} + {measured.database_ms:.1f} ms CPU" + (
        f"; {measured.failed} failed" if measured.failed else ""
    )
    return Row(name, figure, f"≥ {ratio_goal} of bare{cpu_goal}", measured.ratio >= ratio_goal and not measured.failed)


def run(server: EmbeddedPostgres) -> list[Row]:
    """This will make the data, start the servers and measure."""
    owner = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": server.url(OWNER)}
    app = {**owner, "DATABASE_URL": server.url(APP)}
    say("migrating and loading about 130 courses")
    manage(owner, "migrate", "-v", "0")
    manage(app, "load_demo")
    manage(app, "collectstatic", "--noinput", "-v", "0")
    course = COURSE.format(slug=_slug(server))
    paths = [LIST, SEARCH, RARE, course, f"{course}#anew"]
    small = in_process(app, paths)
    say("copying them to about 5,000")
    courses, runs = dataset.grow(server.url("postgres", "portal"), COPIES_TO_5000)
    large = in_process(app, paths)
    say("measuring beside the bare view")
    bare, portal = start("bench.bare:application", dict(os.environ), "/"), start("lms_portal.wsgi:application", app, "/healthz")
    try:
        database_pid = server.process.pid if server.process else 0
        rows = [
            compare(
                f"catalogue list, {courses:,} courses and {runs:,} runs",
                beside_bare(bare, portal, database_pid, LIST),
                ratio_goal=0.055,
                cpu_goal="; ≤ 4 + 2.5 ms",
            ),
            compare("search, a word that most courses have", beside_bare(bare, portal, database_pid, SEARCH), ratio_goal=0.03, cpu_goal=""),
            compare("search, a rare word", beside_bare(bare, portal, database_pid, RARE), ratio_goal=0.055, cpu_goal=""),
            compare("course page, its text kept ready", beside_bare(bare, portal, database_pid, course), ratio_goal=0.10, cpu_goal=""),
        ]
        for name, path in (("catalogue list asked again (304)", LIST), ("course page asked again (304)", course)):
            headers = {"If-None-Match": etag_of(portal.url + path)}
            rows.append(compare(name, beside_bare(bare, portal, database_pid, path, headers), ratio_goal=0.7, cpu_goal=""))
        rows += growth(small, large)
        viewed = first_view(portal.url + LIST)
        if viewed:
            size, requests = viewed
            rows.append(
                Row(
                    "first view of the catalogue on a phone",
                    f"{size / 1000:.0f} kB in {requests} requests",
                    "≤ 100 kB, ≤ 8 requests",
                    size <= 100_000 and requests <= 8,
                )
            )
    finally:
        bare.stop()
        portal.stop()
    return rows


def growth(small: dict[str, dict[str, float]], large: dict[str, dict[str, float]]) -> list[Row]:
    """This will compare each page at 130 and at 5,000 courses, and with its own SQL."""
    rows = []
    for path, big in large.items():
        little = small[path]
        same = little["queries"] == big["queries"]
        rows.append(Row(f"queries {path}", f"{little['queries']:.0f} → {big['queries']:.0f}", "the same at 130 and 5,000", same))
        rows.append(
            Row(
                f"page beyond its SQL {path}",
                f"{big['cpu_ms']:.1f} ms CPU beside {big['sql_ms']:.1f} ms SQL ({little['sql_ms']:.1f} ms at 130)",
                "made once for all visitors after a change" if path.endswith("#anew") else "≤ 4 ms CPU beyond the SQL",
                None if path.endswith("#anew") else big["cpu_ms"] <= 4,
            )
        )
    return rows


def _slug(server: EmbeddedPostgres) -> str:
    import psycopg

    with psycopg.connect(server.url(APP)) as connection:
        row = connection.execute("SELECT slug FROM catalogue_course WHERE code = 'MECFS-MOLDE'").fetchone()
    if row is None:
        raise SystemExit("bench: the demo has no course MECFS-MOLDE")
    return str(row[0])


def print_table(rows: list[Row]) -> None:
    """This will print every figure beside its goal."""
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("work", "figure", "goal")]
    print(f"{'work':<{widths[0]}}  {'figure':<{widths[1]}}  {'goal':<{widths[2]}}  met")
    for row in rows:
        print(f"{row.work:<{widths[0]}}  {row.figure:<{widths[1]}}  {row.goal:<{widths[2]}}  {MET[row.met]}")


def main() -> None:
    """This will measure, print the table, and keep the figures in reports/bench.json."""
    server = EmbeddedPostgres(Path(__file__).resolve().parents[1], scratch=True).start()
    try:
        rows = run(server)
    finally:
        server.stop()
    print_table(rows)
    reports = ROOT / "reports"
    reports.mkdir(exist_ok=True)
    taken = datetime.now(UTC).isoformat(timespec="seconds")
    (reports / "bench.json").write_text(json.dumps({"at": taken, "rows": [vars(row) for row in rows]}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
