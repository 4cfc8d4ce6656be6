"""What is kept ready for visitors: one look-up while it holds, and never shown once something it says has changed."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue.actions import places
from catalogue.actions.pages import keep_page
from catalogue.actions.places import change_enrolment, give_place
from catalogue.actions.search import catch_up, follow_release, refresh_search, refresh_soon
from catalogue.actions.state import note_change, note_change_of_all
from catalogue.models import CatalogueState, Course, CourseCard, CoursePage, Enrolment, Run, SearchDocument
from catalogue.queries.kept import catalogue_number, kept
from catalogue.schedule import Dates
from catalogue.workflow import COURSE
from lms_portal.accounts.models import Municipality
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date, real_now
from tests.factories.catalogue import make_course, make_participant, make_run
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db
TODAY = oslo_date(real_now())  # pages are asked for on the day of the test
DAY = TODAY + timedelta(days=100)
SINCE = date(2026, 10, 1)


@pytest.fixture
def run(now: datetime) -> Run:
    """A date in the future with two places, on a course whose page may be kept."""
    made = make_run(dates=Dates.on(DAY), places=2)
    refresh_search(now=now)
    note_change_of_all(now=now)
    return made


def _page(client: Client, course: Course) -> str:
    return " ".join(" ".join(texts_of(client.get(f"/nb/kurs/{course.slug}/"), "main")).split())


def _queries(client: Client, course: Course) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/nb/kurs/{course.slug}/").status_code == 200
    return len(queries)


def _give(run: Run, now: datetime) -> Enrolment:
    participant = make_participant()
    return give_place(
        course=run.course, run=run, site=run.sites.get(), participant=participant, data_key=participant.data_key, waiting_since=SINCE, now=now
    )  # fmt: skip


def test_second_visitor_gets_the_kept_page(client: Client, run: Run) -> None:
    first = _page(client, run.course)
    assert _queries(client, run.course) == 2  # the number, the page
    assert _page(client, run.course) == first
    CoursePage.objects.update(html="<p>Den ferdige siden</p>")
    assert "Den ferdige siden" in _page(client, run.course)


def test_page_made_anew_takes_the_same_queries_for_one_run_and_for_thirty(client: Client, run: Run, now: datetime) -> None:
    counts = []
    for wanted in (1, 30):
        while run.course.runs.count() < wanted:
            make_run(run.course, Dates.on(DAY + timedelta(days=run.course.runs.count())))
        note_change(courses=[run.course_id], now=now)
        counts.append(_queries(client, run.course))
    assert counts[0] == counts[1] <= 16


def _fill(run: Run, now: datetime) -> None:
    _give(run, now)
    _give(run, now)


def _of_all(_run: Run, now: datetime) -> None:
    note_change_of_all(now=now)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_give, "Én ledig plass"),
        (_fill, "Fulltegnet, venteliste"),
        (_of_all, "2 ledige plasser"),
    ],
    ids=["one place", "full", "everything"],
)
def test_page_follows_each_change(client: Client, run: Run, now: datetime, change: Callable[[Run, datetime], object], words: str) -> None:
    _page(client, run.course)
    CoursePage.objects.update(html="<p>Gammelt</p>")
    change(run, now)
    page = _page(client, run.course)
    assert "Gammelt" not in page
    assert words.lower() in page.lower()


def test_change_of_one_course_leaves_the_others_pages(client: Client, run: Run, now: datetime) -> None:
    other = make_course()
    _page(client, other)
    note_change(courses=[run.course_id], now=now)
    assert _queries(client, other) == 2


def test_page_made_while_something_changed_is_not_shown(client: Client, run: Run, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:

    def change_just_before(**values: object) -> None:
        note_change(courses=[run.course_id], now=now)
        keep_page(**values)  # type: ignore[arg-type]

    monkeypatch.setattr("catalogue.views.courses.keep_page", change_just_before)
    _page(client, run.course)
    assert CoursePage.objects.filter(course=run.course).count() == 1
    assert _queries(client, run.course) > 2


@pytest.mark.parametrize(("made", "stale"), [(1, 8), (-9, -2), (-7, 0)], ids=["made tomorrow", "long past", "stale today"])
def test_page_of_another_day_is_made_anew(client: Client, run: Run, now: datetime, made: int, stale: int) -> None:
    _page(client, run.course)
    CoursePage.objects.update(html="<p>Gammelt</p>", made_on=TODAY + timedelta(days=made), stale_on=TODAY + timedelta(days=stale))
    assert "Gammelt" not in _page(client, run.course)


def test_page_is_kept_until_its_next_date(client: Client, now: datetime) -> None:
    course = make_course()
    make_run(course, Dates.on(TODAY + timedelta(days=3)))
    note_change_of_all(now=now)
    _page(client, course)
    assert CoursePage.objects.get().stale_on == TODAY + timedelta(days=3)


def test_ended_course_is_not_kept(client: Client, run: Run, now: datetime) -> None:
    _page(client, run.course)
    move(COURSE, run.course, verb="archive", now=now, reason="Slutt", draft_version=None)
    assert "Dette kurset blir ikke lenger holdt" in _page(client, run.course)
    assert "Dette kurset blir ikke lenger holdt" not in CoursePage.objects.get().html


def test_card_says_full_when_the_last_place_goes_and_free_when_one_comes_back(run: Run, now: datetime) -> None:
    def card() -> str:
        return CourseCard.objects.get(course=run.course, language="nb").html

    _give(run, now)
    assert "Fulltegnet" not in card()
    last = _give(run, now)
    assert "Fulltegnet, venteliste" in card()
    change_enrolment(enrolment=last, verb="cancel", now=now, reason_code="own_wish")
    assert "Fulltegnet" not in card()


def test_move_to_another_date_renews_both(run: Run, now: datetime) -> None:
    other = make_run(run.course, Dates.on(DAY + timedelta(days=7)), places=1)
    _give(run, now)
    held = _give(run, now)
    places.move_place(enrolment=held, run=other, site=other.sites.get(), now=now)
    assert "Fulltegnet" not in CourseCard.objects.get(course=run.course, language="nb").html


def test_unchanged_page_is_answered_without_a_query_while_the_number_is_fresh(client: Client, run: Run, settings: LazySettings) -> None:
    settings.CATALOGUE_NUMBER_SECONDS = 60
    address = f"/nb/kurs/{run.course.slug}/"
    tag = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, len(queries), again["ETag"], again["Cache-Control"]) == (304, 0, tag, "public, no-cache")
    assert {part.strip() for part in again["Vary"].split(",")} == {"Cookie", "Accept-Encoding"}


def test_signed_in_person_and_notices_are_never_answered_unchanged(client: Client, run: Run) -> None:
    address = f"/nb/kurs/{run.course.slug}/"
    tag = client.get(address)["ETag"]
    client.cookies["messages"] = "something"
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_address_that_is_not_there_stays_so_whatever_it_is_asked_with(client: Client, run: Run) -> None:
    tag = client.get(f"/nb/kurs/{run.course.slug}/")["ETag"]
    assert client.get("/nb/kurs/no-such-course/", headers={"if-none-match": tag}).status_code == 404


def test_visitors_pages_are_compressed_where_the_browser_can(client: Client, run: Run) -> None:
    response = client.get(f"/nb/kurs/{run.course.slug}/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert response["ETag"].startswith("W/")
    assert "Content-Encoding" not in client.get(f"/nb/kurs/{run.course.slug}/").headers


def test_new_release_makes_cards_and_pages_anew(client: Client, run: Run, now: datetime) -> None:
    _page(client, run.course)
    CoursePage.objects.update(html="<p>Gammelt</p>")
    CourseCard.objects.update(html="<p>Gammelt</p>")
    assert not follow_release(now=now)
    CatalogueState.objects.update(release="1")
    assert follow_release(now=now)
    assert catch_up(now=now) == 1
    assert "Gammelt" not in _page(client, run.course)
    assert "Gammelt" not in client.get("/nb/kurs/").text
    assert (follow_release(now=now), catch_up(now=now)) == (False, 0)


def test_catching_up_goes_on_where_it_was_stopped(run: Run, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalogue.actions.search.COURSES_A_STEP", 1)
    other = make_course(title_nb="Et annet kurs")
    refresh_search(now=now)
    CatalogueState.objects.update(release="1", words_changed_at=now)
    follow_release(now=now)
    steps = iter([True, False])
    assert catch_up(now=now, goes_on=lambda: next(steps)) == 1
    assert CatalogueState.objects.get().words_changed_at == now
    assert catch_up(now=now) == 1
    state = CatalogueState.objects.get()
    assert set(SearchDocument.objects.values_list("generation", flat=True)) == {state.generation}
    assert (state.words_changed_at, SearchDocument.objects.filter(course__in=[run.course, other]).count()) == (None, 6)


def test_many_courses_are_made_anew_by_the_sweep_and_few_at_once(run: Run, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalogue.actions.search.COURSES_A_STEP", 1)
    other = make_course(title_nb="Et annet kurs")
    refresh_search(now=now)
    CourseCard.objects.update(html="<p>Gammelt</p>")
    refresh_soon(courses=[other.pk], now=now)
    assert CourseCard.objects.filter(html="<p>Gammelt</p>").count() == 3
    refresh_soon(courses=[other.pk, run.course.pk], now=now)
    assert CourseCard.objects.filter(html="<p>Gammelt</p>").count() == 3
    assert catch_up(now=now) == 2
    assert not CourseCard.objects.filter(html="<p>Gammelt</p>").exists()


def test_copies_are_dropped_when_the_number_rises(now: datetime) -> None:
    made = []

    def make() -> int:
        made.append(1)
        return len(made)

    note_change_of_all(now=now)
    assert [kept("x", catalogue_number(), make), kept("x", catalogue_number(), make)] == [1, 1]
    note_change_of_all(now=now)
    assert kept("x", catalogue_number(), make) == 2


@pytest.mark.usefixtures("reference")
def test_loaded_reference_data_reaches_the_list(client: Client) -> None:
    assert "Volda" in " ".join(texts_of(client.get("/nb/kurs/"), "option"))
    before = CatalogueState.objects.get().all_number
    Municipality.objects.filter(name="Volda").update(name="Gammelt namn")
    call_command("load_reference", verbosity=0)
    assert CatalogueState.objects.get().all_number > before
    assert "Gammelt namn" not in " ".join(texts_of(client.get("/nb/kurs/"), "option"))


@pytest.mark.usefixtures("reference")
def test_list_marks_the_chosen_municipality(client: Client) -> None:
    response = client.get("/nb/kurs/", {"near": "1577"})
    assert 'value="1577" selected' in response.text
    assert response.text.count(" selected") == 1
    assert "selected" not in client.get("/nb/kurs/", {"near": '1577" onload="x'}).text
