"""Between which days, and the month: what is held then, and only that."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue import facets
from catalogue.actions.search import refresh_search
from catalogue.enums import ScheduleKind, SiteMode, SiteRole, TermSeason
from catalogue.models import Course
from catalogue.queries.finding import Days, Wanted, find_courses
from catalogue.schedule import Dates
from catalogue.workflow import RUN
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date, real_now
from tests.factories.accounts import make_clinic, make_hospital
from tests.factories.catalogue import make_course, make_run, make_site
from tests.integration.pages import addresses_of, texts_of

pytestmark = pytest.mark.django_db
TODAY = oslo_date(real_now())  # pages are asked for on the day of the test
YEAR = TODAY.year + 1
MARCH = f"{YEAR}-03"


@pytest.fixture
def offers(now: datetime) -> None:
    """One offer of each kind of dates, in and around March next year."""
    owner = make_clinic()
    for code, dates in (
        ("DAYS", Dates.on(date(YEAR, 3, 3), date(YEAR, 3, 24))),
        ("LATER", Dates.on(date(YEAR, 5, 5))),
        ("MONTH", Dates(ScheduleKind.MONTHS, months=(date(YEAR, 3, 1),))),
        ("TERM", Dates(ScheduleKind.TERM, season=TermSeason.AUTUMN, year=YEAR)),
        ("ALWAYS", Dates(ScheduleKind.CONTINUOUS)),
        ("SOMETIME", Dates(ScheduleKind.TO_BE_ANNOUNCED)),
    ):
        topic = "lung" if code == "DAYS" else "heart"
        make_run(make_course(owner, code=code, topic=topic, title_nb=f"Kurs {code}", title_nn=f"Opplæring {code}"), dates)
    refresh_search(now=now)


def _found(first: date, last: date, **wanted: object) -> set[str]:
    codes = dict(Course.objects.values_list("pk", "code"))
    found = find_courses(Wanted("nb", days=Days(first, last), **wanted))  # type: ignore[arg-type]
    assert found.total == len(found.hits)
    return {codes[hit.course_id] for hit in found.hits}


def _days_with(response: object, title: str) -> list[int]:
    """The days of the month that name a course."""
    found = [re.match(r"\d+", text) for text in texts_of(response, "td") if title in text]
    return [int(number[0]) for number in found if number]


@pytest.mark.parametrize(
    ("first", "last", "codes"),
    [
        (date(YEAR, 3, 1), date(YEAR, 3, 31), {"DAYS", "MONTH", "ALWAYS"}),
        (date(YEAR, 3, 3), date(YEAR, 3, 3), {"DAYS", "MONTH", "ALWAYS"}),
        (date(YEAR, 3, 10), date(YEAR, 3, 20), {"MONTH", "ALWAYS"}),  # between the two days of a course it is not held
        (date(YEAR, 4, 1), date(YEAR, 5, 5), {"LATER", "ALWAYS"}),
        (date(YEAR, 9, 1), date.max, {"TERM", "ALWAYS"}),
    ],
)
@pytest.mark.usefixtures("offers")
def test_days_find_what_is_held_on_one_of_them(first: date, last: date, codes: set[str]) -> None:
    assert _found(first, last) == codes


@pytest.mark.usefixtures("offers")
def test_days_count_with_the_other_filters() -> None:
    march = Days(date(YEAR, 3, 1), date(YEAR, 3, 31))
    lung, heart = facets.TOPIC.number_of("lung"), facets.TOPIC.number_of("heart")
    assert lung
    assert heart
    found = find_courses(Wanted("nb", chosen={facets.TOPIC.number: [lung]}, days=march))
    assert (found.total, found.counts[lung], found.counts[heart]) == (1, 1, 2)
    for number, count in found.counts.items():
        chosen = {facets.TOPIC.number: [lung]} | {number // facets.GROUP: [number]}
        assert find_courses(Wanted("nb", chosen=chosen, days=march)).total == count


def test_days_in_which_nothing_is_held_find_nothing(now: datetime) -> None:
    make_run(dates=Dates.on(date(YEAR, 3, 3)))
    refresh_search(now=now)
    found = find_courses(Wanted("nb", days=Days(date(YEAR, 4, 1), date(YEAR, 4, 30))))
    assert (found.total, found.hits, found.counts) == (0, [], {})


@pytest.mark.usefixtures("offers")
def test_list_takes_days_from_the_address_and_shows_them_as_chips(client: Client) -> None:
    response = client.get("/nb/kurs/", {"from": f"{YEAR}-03-01", "to": f"31.3.{YEAR}", "topic": "lung"})
    assert texts_of(response, "h3") == ["Kurs DAYS"]
    assert f"Fra 1. mars {YEAR}" in texts_of(response, "a")
    assert f"/nb/kurs/?to=31.3.{YEAR}&topic=lung" in addresses_of(response)
    assert f"/nb/kurs/?from={YEAR}-03-01&topic=lung" in addresses_of(response)
    assert f'name="to" value="{YEAR}-03-31"' in response.text


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"from": "i morgen"}, "Skriv datoen med dag, måned og år, for eksempel 3.3.2027"),
        ({"to": "31.2.2027"}, "Skriv datoen med dag, måned og år, for eksempel 3.3.2027"),
        ({"from": f"{YEAR}-03-10", "to": f"{YEAR}-03-01"}, "Den siste dagen er før den første. Velg en senere dag."),
    ],
)
@pytest.mark.usefixtures("offers")
def test_list_says_what_is_wrong_with_a_day_and_keeps_it(client: Client, asked: dict[str, str], error: str) -> None:
    response = client.get("/nb/kurs/", asked)
    assert error in texts_of(response, "p")
    assert all(f'value="{"".join(text.split())}"' in response.text for text in asked.values())
    assert texts_of(response, "title")[0].startswith("Feil:")


@pytest.mark.usefixtures("offers")
def test_month_shows_days_and_what_has_none(client: Client) -> None:
    response = client.get("/nb/kalender/", {"month": MARCH})
    assert _days_with(response, "DAYS") == [3, 24]
    assert f"Mars {YEAR}" in texts_of(response, "h2")
    links = [text for text in texts_of(response, "a") if text.startswith("Kurs ")]
    assert links == ["Kurs DAYS", "Kurs DAYS", "Kurs MONTH", "Kurs ALWAYS", "Kurs SOMETIME"]
    assert {f"/nb/kalender/?month={YEAR}-02", f"/nb/kalender/?month={YEAR}-04", "/nb/kurs/"} <= set(addresses_of(response))


@pytest.mark.usefixtures("offers")
def test_month_keeps_the_filters(client: Client) -> None:
    response = client.get("/nn/kalender/", {"month": MARCH, "topic": "lung"})
    assert [text for text in texts_of(response, "a") if text.startswith("Opplæring ")] == ["Opplæring DAYS", "Opplæring DAYS"]
    assert {"/nn/kurs/?topic=lung", f"/nn/kalender/?month={MARCH}", f"/nn/kalender/?month={YEAR}-04&topic=lung"} <= set(
        addresses_of(response)
    )
    days = client.get("/nn/kalender/", {"month": MARCH, "topic": "lung", "from": f"{YEAR}-03-10"})
    assert [text for text in texts_of(days, "a") if text.startswith("Opplæring ")] == ["Opplæring DAYS"]


@pytest.mark.usefixtures("offers")
def test_month_with_nothing_leads_to_the_next_that_has_something(client: Client) -> None:
    response = client.get("/nb/kalender/", {"month": f"{YEAR}-04", "topic": "heart"})
    assert "Ingen kurs har en fast dag denne måneden" in texts_of(response, "h3")
    assert f"/nb/kalender/?month={YEAR}-05&topic=heart" in addresses_of(response)


def test_month_shows_only_dates_at_the_chosen_place(client: Client, now: datetime) -> None:
    here, there = make_hospital("here"), make_hospital("there")
    course = make_course(make_clinic(parent=here), title_nb="To steder")
    make_run(course, Dates.on(date(YEAR, 3, 3)))
    away = make_run(course, Dates.on(date(YEAR, 3, 10)))
    away.sites.all().delete()
    make_site(away, there, role=SiteRole.ORIGIN, mode=SiteMode.IN_PERSON)
    refresh_search(now=now)
    for place, day in (("here", 3), ("there", 10)):
        response = client.get("/nb/kalender/", {"month": MARCH, "place": place})
        assert _days_with(response, "To steder") == [day]


def test_month_marks_what_is_cancelled_and_counts_what_has_no_room(client: Client, now: datetime) -> None:
    owner = make_clinic()
    runs = [make_run(make_course(owner), Dates.on(date(YEAR, 3, 3))) for _number in range(6)]
    move(RUN, runs[0], verb="cancel", now=now, reason="syk kursleder")
    refresh_search(now=now)
    response = client.get("/nb/kalender/", {"month": MARCH})
    assert "2 til denne dagen" in texts_of(response, "a")
    assert f"/nb/kurs/?from={YEAR}-03-03&to={YEAR}-03-03" in addresses_of(response)


@pytest.mark.parametrize("month", ["", "x", "2026-13", "0000-01", "9999-12", "٢٠٢٦-٠١", "2026-1"])
def test_month_that_makes_no_sense_shows_one(client: Client, month: str) -> None:
    assert client.get("/nb/kalender/", {"month": month}).status_code == 200


def test_month_takes_the_same_queries_for_one_and_for_thirty(client: Client, now: datetime) -> None:
    owner = make_clinic()
    counts = []
    for wanted in (1, 30):
        while Course.objects.count() < wanted:
            make_run(make_course(owner), Dates.on(date(YEAR, 3, 1) + timedelta(days=Course.objects.count() % 28)))
        refresh_search(now=now)
        client.get("/nb/kalender/", {"month": MARCH})
        with CaptureQueriesContext(connection) as queries:
            client.get("/nb/kalender/", {"month": MARCH})
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
