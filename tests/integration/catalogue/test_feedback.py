"""Did you find what you were looking for: asked without a cookie, kept without a person, read by advisers, forgotten in time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalogue.actions import feedback as actions
from catalogue.models import PageFeedback
from catalogue.tasks import forget_searches
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER
from lms_portal.audit.models import Access
from lms_portal.common.models import DataKey
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course
from tests.integration.catalogue import test_rosters
from tests.integration.pages import addresses_of, cells_of, values_of

pytestmark = pytest.mark.django_db
adviser, page = test_rosters.adviser, test_rosters.page
TODAY = date(2026, 11, 17)
ASK = "/nb/tilbakemelding/"


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


def answer(text: str = "", *, page: str = "/nb/kurs/", is_found: bool = False, days_ago: int = 0) -> None:
    actions.take_feedback(page=page, is_found=is_found, text=text, language="nb", today=TODAY - timedelta(days=days_ago))


def sent(**changes: str) -> dict[str, str]:
    return {"page": "/nb/kurs/", "text": "Fant ikke datoene.", "found": "no", "homepage": "", **changes}


def test_answer_is_kept_by_page_and_day_and_its_text_is_sealed(client: Client) -> None:
    assert client.post(ASK, sent()).headers["Location"] == reverse("catalogue:feedback_thanks")
    row = PageFeedback.objects.select_related("data_key").get()
    assert (row.page, row.language, row.is_found, row.sent_on, row.text) == ("/nb/kurs/", "nb", False, TODAY, "Fant ikke datoene.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM catalogue_page_feedback")
        assert b"datoene" not in bytes(cursor.fetchone()[0])


def test_button_alone_is_enough(client: Client) -> None:
    client.post(ASK, sent(found="yes", text=" "))
    row = PageFeedback.objects.get()
    assert (row.is_found, row.data_key_id) == (True, None)


def test_nothing_sets_a_cookie(client: Client) -> None:
    for response in (client.get(ASK), client.post(ASK, sent()), client.get(reverse("catalogue:feedback_thanks"))):
        assert not response.cookies
        assert not response.headers.get("Set-Cookie")


@pytest.mark.parametrize(
    "written",
    [
        "https://evil.example/nb/kurs/",
        "//evil.example/",
        "/nb/kurs/?q=kreft",
        "/nb/kurs/#x",
        "/nb/plass/hemmelig-lenke/",
        "/nb/finnes-ikke/",
        "/nb/" + "a" * 300,
        "javascript:alert(1)",
        "",
    ],
)
def test_only_paths_of_pages_that_ask_are_kept(client: Client, written: str) -> None:
    assert values_of(client.get(ASK, {"page": written}))["page"] == "/nb/"
    client.post(ASK, sent(page=written))
    assert PageFeedback.objects.get().page == "/nb/"


def test_pages_ask_at_their_foot_and_stay_cacheable(client: Client) -> None:
    course = make_course()
    for path in ("/nb/kurs/", course.get_absolute_url(), "/nb/", "/nb/personvern/"):
        response = client.get(path)
        link = f"{ASK}?page={path}"
        assert link in addresses_of(response)
        assert not response.cookies
        assert values_of(client.get(link))["page"] == path
    assert client.get("/nb/kurs/").headers["Cache-Control"] == "public, no-cache"
    assert not [link for link in addresses_of(client.get("/nb/konto/logg-inn/")) if link.startswith(ASK)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"found": ""}, "Trykk på en av de to knappene"), ({"text": "x" * 1001}, "høyst 1000"), ({"homepage": "http://spam"}, "tomt")],
)
def test_what_cannot_be_kept_is_said(client: Client, changes: dict[str, str], message: str) -> None:
    response = client.post(ASK, sent(**changes))
    assert message in response.content.decode()
    assert values_of(response)["text"] == sent(**changes)["text"]
    assert not PageFeedback.objects.exists()


def test_form_of_another_site_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(ASK, sent(), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert strict.post(ASK, sent(), headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_too_many_are_told_to_wait(client: Client, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"page_feedback": "2/m/ip"}  # type: ignore[attr-defined] # pytest-django's own object
    assert [client.post(ASK, sent()).status_code for _each in range(3)] == [302, 302, 429]


def test_no_day_takes_more_rows_than_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_A_DAY", 2)
    for _each in range(3):
        answer()
    assert PageFeedback.objects.count() == 2


def test_adviser_reads_counts_and_texts_and_the_log_says_so(page: Client, adviser: User) -> None:
    answer("Gammelt", days_ago=3)
    answer("Nytt")
    answer(is_found=True)
    answer(page="/nb/", is_found=True)
    rows = cells_of(page.get(reverse("catalogue:feedback_desk")), columns=3)
    assert rows == [["/nb/kurs/", "1", "2"], ["/nb/", "1", "0"]]
    assert not Access.objects.exists()
    rows = cells_of(page.get(reverse("catalogue:feedback_desk"), {"show": "texts"}), columns=4)
    assert [row[3] for row in rows] == ["Nytt", "Gammelt"]
    log = Access.objects.get()
    assert (log.object_type, log.actor_id, len(log.object_ids)) == ("page_feedback", adviser.pk, 2)


@pytest.mark.parametrize("show", ["pages", "texts"])
def test_lists_are_paged_in_a_fixed_number_of_queries(page: Client, show: str) -> None:
    address, counts = reverse("catalogue:feedback_desk"), []
    assert "Ingen svar ennå" in page.get(address, {"show": show}).content.decode()
    for wanted in (1, 30):
        for number in range(PageFeedback.objects.count(), wanted):
            answer("Tekst", page=f"/nb/kurs/{number}/")
        with CaptureQueriesContext(connection) as queries:
            rows = cells_of(page.get(address, {"show": show}), columns=1)
        counts.append(len(queries))
    assert (len(rows), counts[0]) == (25, counts[1])


def test_others_may_not_read(client: Client) -> None:
    assert client.get(reverse("catalogue:feedback_desk")).status_code == 302
    client.force_login(make_person("Eigar Prøve", "", (COURSE_OWNER, make_clinic())))
    assert client.get(reverse("catalogue:feedback_desk")).status_code == 403


def test_old_answers_are_forgotten_with_their_keys(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("catalogue.tasks.portal_now", lambda: now)
    answer("Gammelt", days_ago=397)
    answer("Akkurat gammelt nok", days_ago=396)
    old = PageFeedback.objects.order_by("sent_on")[0].data_key_id
    assert forget_searches() == 1
    assert [row.sent_on for row in PageFeedback.objects.all()] == [TODAY - timedelta(days=396)]
    assert old is not None
    assert DataKey.objects.get(pk=old).erased_at == now


def test_database_refuses_queries_and_open_texts() -> None:
    for values in ({"page": "/nb/?q=x"}, {"page": "nb"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PageFeedback.objects.create(language="nb", is_found=True, sent_on=TODAY, **values)
