"""Two hundred people press the button at once for the last ten places, against several web processes: ten get one, the rest a place in line.

Beside it stands a control that counts first and writes then, as one would without thinking of others: it gives more places than there are.
"""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import reverse

from catalogue.models import Enrolment, Run, SignUp
from catalogue.schedule import Dates
from lms_portal.common.clock import oslo_date, real_now
from lms_portal.outbox.models import Message
from tests.factories.catalogue import make_course, make_run
from tests.faults.database import own_database_url

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
AT_ONCE, PLACES = 200, 10
PROCESSES, THREADS = 3, 10
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Web:
    """Web processes on one port."""

    port: int

    def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, str, http.client.HTTPMessage]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            line.request(method, path, body, headers or {})
            answer = line.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            line.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Several processes with several threads each, on the tests' database."""
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": own_database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.faults.web_settings",
        "PYTHONPATH": str(ROOT),
    }
    size = ["--workers", str(PROCESSES), "--threads", str(THREADS), "--timeout", "120"]
    command = [sys.executable, "-m", "gunicorn", "lms_portal.wsgi:application", "--bind", f"127.0.0.1:{port}", "--no-control-socket", *size]
    with open(tmp_path_factory.mktemp("web") / "web.log", "wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_answers(port, process)
        yield Web(port)
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the web server stopped while starting"
        try:
            if Web(port).ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the web server did not answer")


def _open_run() -> Run:
    return make_run(make_course(sign_up="self"), Dates.on(_in_a_year()), places=PLACES)


def _in_a_year() -> date:
    return oslo_date(real_now()).replace(day=1, year=oslo_date(real_now()).year + 1)


def _headers(number: int, cookie: str = "") -> dict[str, str]:
    """Everybody comes from an address of their own, as the proxy in front says."""
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
        "Cookie": cookie,
    }


def _until_answered(web: Web, path: str, body: str, headers: dict[str, str]) -> int:
    """On a slow machine some wait too long for their turn and are told so; they press once more, and the form is the same."""
    for _again in range(5):
        status = web.ask("POST", path, body, headers)[0]
        if status != 503:
            break
    return status


def _at_once(count: int, press: object) -> list[int]:
    barrier = Barrier(count)

    def wait_and_press(number: int) -> int:
        barrier.wait()
        status: int = press(number)  # type: ignore[operator]
        return status

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_press, range(count)))


def _form(web: Web, run: Run) -> tuple[str, str, str]:
    """The form's address, its token and the cookie that belongs to it."""
    path = reverse("catalogue:join", args=[run.pk])
    status, page, headers = web.ask("GET", path)
    token = TOKEN.search(page)
    assert status == 200
    assert token
    return path, token[1], str(headers["Set-Cookie"]).split(";")[0]


def test_never_more_places_than_there_are(web: Web) -> None:
    run = _open_run()
    path, token, cookie = _form(web, run)

    def press(number: int) -> int:
        typed = {"relation": "self", "name": f"Person {number}", "email": f"person{number}@post.example", "language": "nb"}
        body = urlencode({**typed, "csrfmiddlewaretoken": token, "form_key": str(uuid4())})
        return _until_answered(web, path, body, _headers(number, cookie))

    assert Counter(_at_once(AT_ONCE, press)) == {302: AT_ONCE}
    states = Counter(Enrolment.objects.values_list("status", flat=True))
    assert states == {"confirmed": PLACES, "waiting": AT_ONCE - PLACES}
    assert (run.sites.get().taken, Enrolment.objects.filter(run=run).count()) == (PLACES, PLACES)
    assert Message.objects.filter(kind="catalogue.sign_up_receipt").count() == AT_ONCE


def test_one_form_sent_by_many_at_once_is_one_sign_up(web: Web) -> None:
    run = _open_run()
    path, token, cookie = _form(web, run)
    typed = {"relation": "self", "name": "Kari Prøve", "email": "kari@post.example", "language": "nb"}
    body = urlencode({**typed, "csrfmiddlewaretoken": token, "form_key": str(uuid4())})
    answers = _at_once(20, lambda number: _until_answered(web, path, body, _headers(number, cookie)))
    assert (Counter(answers), SignUp.objects.count(), run.sites.get().taken) == ({302: 20}, 1, 1)


def test_counting_first_and_writing_then_gives_more_places_than_there_are(web: Web) -> None:
    run = _open_run()
    path = f"/naive/{run.sites.get().pk}/"
    answers = _at_once(AT_ONCE, lambda number: web.ask("POST", path, urlencode({"name": f"Person {number}"}), _headers(number))[0])
    assert Counter(answers) == {204: AT_ONCE}
    assert Enrolment.objects.filter(run=run, status="confirmed").count() > PLACES
