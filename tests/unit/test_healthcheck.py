"""What a container asks itself: well, or one line that says what was seen and holds no secret."""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from lms_portal import healthcheck


class _Answers(BaseHTTPRequestHandler):
    """Answers with the server's status, and keeps what it was asked."""

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked = (self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"])  # type: ignore[attr-defined]  # ours
        self.send_response(self.server.status)  # type: ignore[attr-defined]  # ours
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet."""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """A web server in place of gunicorn."""
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    server.status = 200  # type: ignore[attr-defined]  # ours
    monkeypatch.setenv("PORTAL_HEALTH_URL", f"http://127.0.0.1:{server.server_port}/healthz")
    monkeypatch.setenv("ALLOWED_HOSTS", "portal.example.org,other.example.org")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_web_is_asked_as_the_proxy_asks(web: HTTPServer) -> None:
    assert healthcheck.main(["web"]) == 0
    assert web.asked == ("/healthz", "portal.example.org", "https")  # type: ignore[attr-defined]  # ours


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_web_that_answers_an_error_is_unwell(web: HTTPServer, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    web.status = status  # type: ignore[attr-defined]  # ours

    assert healthcheck.main(["web"]) == 1
    assert capsys.readouterr().err.startswith("the web server does not answer: ")


def test_web_that_is_not_there_is_unwell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORTAL_HEALTH_URL", "http://127.0.0.1:1/healthz")

    assert healthcheck.main(["web"]) == 1
    assert "Connection refused" in capsys.readouterr().err


def test_sweeps_without_a_database_are_unwell_and_the_password_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal_app:hemmelig@127.0.0.1:1/portal")

    assert healthcheck.main(["sweeps"]) == 1
    assert capsys.readouterr().err == "the database does not answer (OperationalError)\n"


@pytest.mark.parametrize("name", ["schedule", "schedule.db", "schedule.dat"])
def test_beat_that_wrote_lately_is_well(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")

    assert healthcheck.main(["beat", str(tmp_path / "schedule")]) == 0


@pytest.mark.parametrize(("seconds", "ends"), [(healthcheck.OLDEST_BEAT_SECONDS - 5, 0), (healthcheck.OLDEST_BEAT_SECONDS + 5, 1)])
def test_beat_that_wrote_long_ago_is_unwell(tmp_path: Path, seconds: int, ends: int) -> None:
    file = tmp_path / "schedule"
    file.write_text("")
    os.utime(file, (time.time() - seconds,) * 2)

    assert healthcheck.main(["beat", str(file)]) == ends


def test_beat_that_never_wrote_is_unwell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert healthcheck.main(["beat", str(tmp_path / "schedule")]) == 1
    assert capsys.readouterr().err == f"beat has written nothing to {tmp_path / 'schedule'}\n"


@pytest.mark.parametrize("arguments", [[], ["everything"]])
def test_unknown_check_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert healthcheck.main(arguments) == 2
    assert capsys.readouterr().err == "name one of web, sweeps, beat\n"
