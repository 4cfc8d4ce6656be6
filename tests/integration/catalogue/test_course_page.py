"""The course page: what, for whom, when, where, how to join; and what leads to it."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar, Event

from catalogue import hooks
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import Frequency, ScheduleKind, SiteMode, SiteRole, TermSeason
from catalogue.models import Course, CourseVersion, Run
from catalogue.schedule import Dates
from catalogue.workflow import COURSE
from lms_portal.accounts.models import Unit
from lms_portal.audit.transitions import move
from tests.factories.accounts import make_clinic, make_hospital
from tests.factories.catalogue import make_course, make_draft_course, make_run
from tests.integration.pages import addresses_of, texts_of

pytestmark = pytest.mark.django_db
DAY = date(2027, 3, 3)


def _page(client: Client, course: Course, language: str = "nb") -> str:
    response = client.get(f"/{language}/kurs/{course.slug}/")
    assert response.status_code == 200
    return " ".join(" ".join(texts_of(response, "main")).split())


@pytest.mark.parametrize(
    ("dates", "nb", "nn"),
    [
        (Dates.on(DAY, starts=time(9), ends=time(15)), "3. mars 2027 kl. 9.00–15.00", "onsdag 3. mars 2027 kl. 9.00–15.00"),
        (Dates(ScheduleKind.MONTHS, months=(date(2027, 3, 1), date(2027, 5, 1))), "Mars og mai 2027", "Mars og mai 2027"),
        (Dates(ScheduleKind.TERM, season=TermSeason.AUTUMN, year=2027), "Høst 2027", "Haust 2027"),
        (Dates(ScheduleKind.RECURRING, frequency=Frequency.MONTHLY), "Månedlige kurs", "Månadlege kurs"),
        (Dates(ScheduleKind.CONTINUOUS), "Kontinuerlig", "Kontinuerleg"),
        (Dates(ScheduleKind.TO_BE_ANNOUNCED), "Dato kommer", "Dato kjem"),
    ],
)
def test_page_shows_every_shape_of_dates(client: Client, dates: Dates, nb: str, nn: str) -> None:
    run = make_run(dates=dates)
    assert nb in _page(client, run.course)
    assert nn in _page(client, run.course, "nn")


def test_page_of_a_referral_course_names_the_clinic(client: Client) -> None:
    clinic = make_clinic("neuro", name="Nevrologisk inntakskontor, Molde")
    course = make_course(refer_to=clinic)
    assert "Henvisningen går til Nevrologisk inntakskontor, Molde" in _page(client, course)
    assert "Tilvisinga går til Nevrologisk inntakskontor, Molde" in _page(client, course, "nn")


def test_page_asks_the_routing_rules_where_there_are_some(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled = make_clinic("ruled", name="Etter reglane")

    def by_rule(course: Course | None, run: Run | None, today: date) -> Unit | None:
        return ruled

    monkeypatch.setattr(hooks, "_destination", [by_rule])
    assert "Henvisningen går til Etter reglane" in _page(client, make_course())


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("self", "Du trenger verken henvisning eller konto."),
        ("external", "Du melder deg på i Læringsportalen."),
        ("contact", "Ta kontakt, så får du vite"),
        ("ward", "Dette er for deg som er innlagt."),
        ("open", "Du trenger verken henvisning eller påmelding."),
    ],
)
def test_page_shows_the_door(client: Client, route: str, said: str) -> None:
    course = make_course(sign_up=route, external_name="Læringsportalen" if route == "external" else "")
    assert said in _page(client, course)


def test_page_in_a_missing_language_shows_the_other_whole_with_a_notice(client: Client) -> None:
    course = make_course(title_nn="", summary_nn="")
    response = client.get(f"/nn/kurs/{course.slug}/")
    page = response.content.decode()
    assert "Dette kurset er berre omtalt på bokmål." in page
    assert f'<h1 class="ds-heading" data-size="lg" lang="nb">{course.public_version.title_nb}</h1>' in page  # type: ignore[union-attr]


def test_page_shows_each_site_of_a_run_sent_to_others(client: Client) -> None:
    here, there = make_hospital("here", name="Kristiansund sjukehus"), make_hospital("there", name="Volda sjukehus")
    run = make_run(make_course(make_clinic(parent=here)), places=5)
    run.sites.create(unit=there, role=SiteRole.RECEIVER, mode=SiteMode.IN_PERSON, meeting_place="Kløvertun", places=3)
    page = _page(client, run.course)
    assert "Overført digitalt til Kløvertun, Volda sjukehus (3 ledige plasser)" in page
    assert "8 ledige plasser" in page


def test_page_of_a_draft_is_not_found(client: Client) -> None:
    draft = make_draft_course()
    assert client.get(f"/nb/kurs/{draft.slug}/").status_code == 404
    assert client.get("/nb/kurs/no-such-course/").status_code == 404


def test_page_of_an_archived_course_points_to_its_successor(client: Client, now: datetime) -> None:
    old, new = make_course(), make_course(title_nb="Det nye kurset")
    move(COURSE, old, verb="archive", now=now, reason="samla i eitt", successor=new)
    response = client.get(f"/nb/kurs/{old.slug}/")
    assert response.status_code == 200
    assert f"/nb/kurs/{new.slug}/" in addresses_of(response)
    assert "Dette kurset blir ikke lenger holdt." in _page(client, old)


def test_page_keeps_its_public_text_while_a_draft_is_written(client: Client, now: datetime) -> None:
    course = make_course(title_nb="Slik er det")
    draft = CourseVersion.objects.create(course=course, number=2, topic="lung", created_at=now, title_nb="Slik blir det", state_nb="draft")
    move(COURSE, course, verb="change", now=now, draft_version=draft)
    page = _page(client, course)
    assert "Slik er det" in page
    assert "Slik blir det" not in page


def test_news_of_dates_is_offered_where_there_can_be_any(client: Client) -> None:
    exact, standing = make_run(dates=Dates.on(DAY)), make_run(make_course(), Dates(ScheduleKind.CONTINUOUS))
    pages = [f"/nb/kurs/{run.course.slug}/" for run in (exact, standing)]
    assert [f"{page}si-fra/" in addresses_of(client.get(page)) for page in pages] == [True, False]


def test_page_does_not_show_planned_runs(client: Client) -> None:
    run = make_run(dates=Dates.on(DAY), is_open=False)
    assert "3. mars 2027" not in _page(client, run.course)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_public_pages_open_without_a_session(client: Client, now: datetime, language: str) -> None:
    course = make_course()
    refresh_search(now=now)
    for path in ("", "kurs/", f"kurs/{course.slug}/", "sentre/", "slik-henviser-du/", "plakater/"):
        response = client.get(f"/{language}/{path}")
        assert (path, response.status_code, response.cookies.keys()) == (path, 200, {}.keys())


def test_unchanged_page_is_answered_with_304_until_something_changes(client: Client, now: datetime) -> None:
    course = make_course()
    address = f"/nb/kurs/{course.slug}/"
    tag = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address, headers={"if-none-match": tag})
    assert (again.status_code, len(queries)) == (304, 1)
    note_change(courses=[course.pk], now=now)
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_short_code_leads_to_the_course(client: Client) -> None:
    course = make_course(code="DIA2-VOLDA")
    assert client.get("/k/dia2-volda", headers={"accept-language": "nn"})["Location"] == f"/nn/kurs/{course.slug}/"
    assert client.get("/k/NOPE").status_code == 404


def test_qr_picture_has_no_inline_style(client: Client) -> None:
    make_course(code="DIA2-VOLDA")
    response = client.get("/k/DIA2-VOLDA/qr.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert b"style" not in response.content


def test_calendar_file_has_local_times_and_no_course_name(client: Client) -> None:
    run = make_run(make_course(title_nb="Diabetes"), Dates.on(DAY, DAY + timedelta(days=60), starts=time(9), ends=time(15)))
    response = client.get(f"/nb/kurs/{run.course.slug}/{run.pk}.ics")
    events = Calendar.from_ical(response.content).walk("VEVENT")
    starts = [event.start.isoformat() for event in events if isinstance(event, Event)]
    assert starts == ["2027-03-03T09:00:00+01:00", "2027-05-02T09:00:00+02:00"]
    assert {str(event["summary"]) for event in events} == {"Kurs"}


def test_calendar_file_of_another_courses_run_is_not_found(client: Client) -> None:
    run, other = make_run(), make_course()
    assert client.get(f"/nb/kurs/{other.slug}/{run.pk}.ics").status_code == 404


@pytest.mark.usefixtures("reference")
def test_centres_say_as_many_courses_as_their_list_shows(client: Client, now: datetime) -> None:
    clinic = Unit.objects.get(code="volda-medical-outpatient")
    for _number in range(2):
        make_run(make_course(clinic))
    refresh_search(now=now)
    response = client.get("/nn/sentre/")
    assert "2 kurs frå Volda" in texts_of(response, "a")
    assert len(texts_of(client.get("/nn/kurs/", {"place": "volda"}), "h3")) == 2


def test_front_page_of_an_empty_catalogue_says_so(client: Client) -> None:
    assert "Ingen kurs er publiserte enno." in " ".join(texts_of(client.get("/nn/"), "main"))


@pytest.mark.usefixtures("reference")
def test_front_page_leads_by_word_topic_and_place(client: Client, now: datetime) -> None:
    make_run(make_course(Unit.objects.get(code="volda-medical-outpatient"), topic="heart"))
    refresh_search(now=now)
    response = client.get("/nn/")
    for address in ("/nn/kurs/?topic=heart", "/nn/kurs/?place=volda", "/nn/kurs/?for=patients"):
        assert address in addresses_of(response)
