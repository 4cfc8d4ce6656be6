"""Links in public texts: found, tried once a week, called broken only when it is certain, and never a way into our own network."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import links as actions
from catalogue.link_check import Tried, try_link
from catalogue.models import CourseLink
from catalogue.tasks import check_links
from catalogue.workflow import COURSE
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import move
from tests.factories.catalogue import make_course
from tests.integration.catalogue import test_rosters
from tests.integration.pages import cells_of

pytestmark = pytest.mark.django_db
adviser, page = test_rosters.adviser, test_rosters.page


class Site(BaseHTTPRequestHandler):
    """Answers as its path says, and remembers what it was asked."""

    asked: list[str] = []

    def do_HEAD(self) -> None:
        """Answer by the path."""
        self.asked.append(f"{self.command} {self.path}")
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
        elif self.path == "/no-head":
            self.send_response(501 if self.command == "HEAD" else 200)
        else:
            self.send_response(int(self.path.strip("/").split("?", maxsplit=1)[0]))
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - the library's names

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.mark.parametrize(
    ("path", "tried"),
    [
        ("/200", Tried("works", "200")),
        ("/no-head", Tried("works", "200")),
        ("/403", Tried("works", "403")),
        ("/404", Tried("broken", "404")),
        ("/410", Tried("broken", "410")),
        ("/500", Tried("broken", "500", is_certain=False)),
        ("/to//200", Tried("works", "200")),
        ("/to//404", Tried("broken", "404")),
        ("/200?q=æ", Tried("works", "200")),
    ],
)
def test_what_a_try_comes_to(site: str, path: str, tried: Tried) -> None:
    assert try_link(f"http://{site}{path}", allowed=[site]) == tried


def test_redirects_without_end_are_given_up(site: str) -> None:
    assert try_link(f"http://{site}" + "/to/" * 8 + "/200", allowed=[site]).state == "broken"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.8/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "http://2130706433/",
        "http://someone:secret@example.org/",
        "http://example.org:8080/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://[broken/",
    ],
)
def test_addresses_that_are_not_public_are_refused(url: str) -> None:
    assert try_link(url).state == "refused"


def test_redirect_into_our_own_network_is_refused(site: str) -> None:
    tried = try_link(f"http://{site}/to/http://localhost:{site.split(':')[1]}/200", allowed=[site])
    assert tried.state == "refused"
    assert Site.asked == [f"HEAD /to/http://localhost:{site.split(':')[1]}/200"]


def test_name_that_does_not_exist_is_no_certain_finding() -> None:
    assert try_link("http://finst-ikkje.invalid/") == Tried("broken", "name", is_certain=False)


@pytest.fixture
def checking(settings: Any, site: str) -> str:
    settings.CHECK_LINKS = True
    settings.LINK_CHECK_PRIVATE_HOSTS = (site,)
    return site


def states() -> dict[str, str]:
    return {link.url.rpartition("/")[2]: link.state for link in CourseLink.objects.order_by("url")}


def test_links_of_public_texts_are_tried_once_a_week(checking: str, now: datetime) -> None:
    course = make_course(practical_nb=f"Sjå http://{checking}/200. Og (http://{checking}/404)!", before_nn=f"http://{checking}/200")
    assert actions.check_links(now=now) == 2
    assert states() == {"200": "works", "404": "broken"}
    assert actions.check_links(now=now + timedelta(days=6)) == 0
    assert actions.check_links(now=now + timedelta(days=7)) == 2
    move(COURSE, course, verb="archive", now=now, reason="Flytta")
    actions.collect_links()
    assert states() == {}


def test_site_that_is_down_once_is_doubtful_and_tried_the_day_after(checking: str, now: datetime) -> None:
    make_course(practical_nb=f"http://{checking}/500")
    actions.check_links(now=now)
    assert states() == {"500": "doubtful"}
    assert actions.check_links(now=now + timedelta(hours=23)) == 0
    assert actions.check_links(now=now + timedelta(days=1)) == 1
    assert states() == {"500": "broken"}
    actions.keep_result(url=CourseLink.objects.get().url, tried=Tried("works", "200"), now=now)
    assert CourseLink.objects.get().failures == 0


def test_nothing_is_tried_where_it_is_not_switched_on(site: str) -> None:
    make_course(practical_nb=f"http://{site}/404")
    assert check_links() == 0
    assert not CourseLink.objects.exists()
    assert Site.asked == []


def test_broken_links_stand_in_the_quality_list_and_on_their_page(page: Client, adviser: User, checking: str, now: datetime) -> None:
    clinic = adviser.memberships.get().unit.children.get()
    make_course(clinic, code="DEAD", user_representative_nb="Erfaren", practical_nb=f"http://{checking}/404")
    make_course(code="OTHER", practical_nb=f"http://{checking}/410")
    actions.check_links(now=now)
    rows = cells_of(page.get(f"{reverse('catalogue:quality')}?show=links"), columns=2)
    assert rows[0][1] == "Lenke som ikke fører fram"
    links = cells_of(page.get(reverse("catalogue:links")), columns=3)
    assert [row[1:] for row in links] == [[f"http://{checking}/404", "Fører ikke fram Siden finnes ikke lenger."]]


def test_written_forms_are_counted_by_unit(page: Client, adviser: User) -> None:
    clinic = adviser.memberships.get().unit.children.get()
    for number in range(3):
        make_course(clinic, title_nn="Kurs" if number else "", summary_nn="Om kurset" if number else "")
    answer = page.get(reverse("catalogue:quality"))
    assert [clinic.name, "3", "100 %", "66 %", "66 %"] in cells_of(answer, columns=5)
    assert "66 % av de publiserte kursene dine finnes på nynorsk" in answer.content.decode()
