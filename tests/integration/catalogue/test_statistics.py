"""The catalogue in numbers: counted right, only one's own, masked everywhere, in a fixed number of queries."""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from catalogue.actions import places
from catalogue.actions.rosters import note_attendance
from catalogue.models import Course, Enrolment, Run
from catalogue.queries import statistics as queries
from catalogue.queries.statistics import Scope, term_of
from catalogue.schedule import Dates
from catalogue.workflow import ENROLMENT, RUN
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import COURSE_OWNER, REFERRER, REGIONAL_LMS
from lms_portal.audit.transitions import move
from tests.factories.accounts import make_clinic, make_person, make_unit
from tests.factories.catalogue import make_course, make_participant, make_run, make_site, make_waiting
from tests.integration.catalogue import test_rosters
from tests.integration.pages import addresses_of, texts_of

pytestmark = pytest.mark.django_db
adviser, page = test_rosters.adviser, test_rosters.page
AUTUMN = date(2026, 9, 3)
SPRING = date(2026, 3, 3)
SCOPE = (term_of(SPRING), term_of(AUTUMN))


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def clinic(adviser: User) -> Unit:
    found = adviser.memberships.get().unit.children.first()
    assert found is not None
    return found


def give(run: Run, number: int, now: datetime, *, site: Any = None) -> list[Enrolment]:
    given = []
    for _each in range(number):
        person = make_participant()
        given.append(
            places.give_place(
                course=run.course,
                run=run,
                site=site or run.sites.get(role="origin"),
                participant=person,
                data_key=person.data_key,
                waiting_since=SPRING,
                now=now,
            )
        )
    return given


def held(course: Course, day: date, now: datetime, *, people: int, completed: int = 0, came: int = 0, **fields: Any) -> Run:
    """A run with so many people, of whom some completed and some more came once."""
    run = make_run(course, Dates.on(day), places=40, **fields)
    given = give(run, people, now)
    for one in given[:completed]:
        move(ENROLMENT, one, verb="complete", now=now)
    session = run.sessions.get()
    note_attendance(
        run=run, marks={(one.pk, session.pk): "present" for one in given[completed : completed + came]}, by=make_editor(course), now=now
    )
    return run


def make_editor(course: Course) -> User:
    return make_person("Eigar Prøve", "", (COURSE_OWNER, course.owner))


def numbers(user: User, dimension: str = "term", **scope: Any) -> dict[str, list[str]]:
    table = queries.tables(Scope(user, *SCOPE, **scope))[dimension]
    columns = ("courses", "runs", "cancelled", "places", "held", "came", "completed")
    lines = [*table.lines, *([table.total] if table.total else [])]
    return {line.name or "sum": [str(line.told(column)) for column in columns] for line in lines}


def test_participants_came_once_and_completers_are_settled(adviser: User, clinic: Unit, now: datetime) -> None:
    course = make_course(clinic, topic="heart")
    held(course, SPRING, now, people=20, completed=8, came=7)
    held(course, AUTUMN, now, people=30, completed=20, came=5)
    make_run(course, Dates.on(AUTUMN), is_open=False)  # planned: nobody has opened it
    cancelled = make_run(course, Dates.on(AUTUMN))
    move(RUN, cancelled, verb="cancel", now=now, reason="too few")
    assert numbers(adviser) == {
        "Vår 2026": ["1", "1", "0", "40", "20", "15", "8"],
        "Høst 2026": ["1", "1", "1", "40", "30", "25", "20"],
        "sum": ["1", "2", "1", "80", "50", "40", "28"],
    }


def test_groups_are_told_apart_by_hospital_delivery_topic_route_and_audience(adviser: User, clinic: Unit, now: datetime) -> None:
    heart = make_course(clinic, topic="heart", audiences=["patients", "next_of_kin"])
    pain = make_course(clinic, topic="pain_fatigue", audiences=["patients"], sign_up="self", delivery="digital")
    held(heart, AUTUMN, now, people=12)
    digital = make_run(pain, Dates.on(AUTUMN), places=20, mode="digital")
    give(digital, 9, now)
    hospital = clinic.parent
    assert hospital is not None
    assert numbers(adviser, "hospital")[hospital.name][:5] == ["2", "2", "0", "60", "21"]
    assert {name: row[4] for name, row in numbers(adviser, "delivery").items()} == {"Oppmøte": "12", "Digitalt": "9", "sum": "21"}
    assert [row[4] for row in numbers(adviser, "topic").values()] == ["12", "9", "21"]
    assert [row[4] for row in numbers(adviser, "door").values()] == ["12", "9", "21"]
    assert [row[4] for row in numbers(adviser, "audience").values()] == ["21", "12"]
    assert next(iter(numbers(adviser, "topic", topic="heart").values()))[4] == "12"


def test_small_numbers_and_what_would_give_them_away_are_not_told(adviser: User, clinic: Unit, now: datetime) -> None:
    held(make_course(clinic, topic="heart"), AUTUMN, now, people=3)
    held(make_course(clinic, topic="pain_fatigue"), AUTUMN, now, people=12)
    held(make_course(clinic, topic="cancer"), AUTUMN, now, people=30)
    with translation.override("en"):
        told = [row[4] for row in numbers(adviser, "topic").values()]
    assert told == ["under 5", "30", "hidden", "45"]


def shown_numbers(answer: HttpResponse) -> list[str]:
    """Every number of people on the page: in the tables, the drawings and the sums."""
    text = answer.content.decode()
    rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
    cells = [re.findall(r'<td class="number">\s*([^<]*?)\s*</td>', row) for row in rows]
    people = [number for row in cells if len(row) == 7 for number in row[4:]]
    drawn = re.findall(r'<text class="chart__number"[^>]*>([^<]*)</text>', text.split('id="term-name"')[1].split("</svg>\n<ul")[0])
    return [number.strip() for number in [*people, *drawn]]


def test_no_page_or_file_shows_one_to_four_people(page: Client, adviser: User, clinic: Unit, now: datetime) -> None:
    for number, (topic, people) in enumerate([("heart", 1), ("cancer", 2), ("lung", 3), ("sensory", 4), ("skin_allergy", 9)]):
        held(make_course(clinic, topic=topic), (SPRING, AUTUMN)[number % 2], now, people=people, completed=people // 2, came=people // 2)
    answer = page.get(reverse("catalogue:statistics"))
    assert isinstance(answer, HttpResponse)
    shown = shown_numbers(answer)
    assert len(shown) > 40
    assert not {"1", "2", "3", "4"} & set(shown)
    book = load_workbook(io.BytesIO(page.get(reverse("catalogue:statistics_excel")).content))
    told = [row[5:8] for sheet in book.worksheets[:6] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert told
    assert not {1, 2, 3, 4, "1", "2", "3", "4"} & {value for row in told for value in row}
    text = page.get(reverse("catalogue:statistics_csv")).content.decode()
    assert not {"1", "2", "3", "4"} & {cell for line in text.splitlines()[1:] for cell in line.replace('"', "").split(";")[6:]}


def test_numbers_of_other_hospitals_are_not_counted_and_the_region_counts_all(
    page: Client, adviser: User, clinic: Unit, now: datetime
) -> None:
    held(make_course(clinic), AUTUMN, now, people=7)
    assert clinic.parent is not None
    assert clinic.parent.parent is not None
    stranger = make_course(make_clinic(parent=make_unit("other", UnitKind.HOSPITAL, clinic.parent.parent)))
    held(stranger, AUTUMN, now, people=8)
    assert numbers(adviser)["sum"][4] == "7"
    region = Unit.objects.get(code=clinic.path.split("/")[0])
    regional = make_person("Regional Prøve", "", (REGIONAL_LMS, region))
    assert numbers(regional)["sum"][4] == "15"
    assert numbers(regional, unit=stranger.owner)["sum"][4] == "8"


def test_receiving_site_that_stood_empty_is_shown(page: Client, adviser: User, clinic: Unit, now: datetime) -> None:
    run = make_run(make_course(clinic), Dates.on(AUTUMN))
    make_site(run, make_clinic(name="Ørsta"), role="receiver", mode="digital", places=6)
    used = make_site(run, make_clinic(name="Sykkylven"), role="receiver", mode="digital", places=6)
    give(run, 3, now, site=used)
    with translation.override("en"):
        uses = {use.name: (use.places, str(use.taken), use.empty_runs) for use in queries.digital_sites(Scope(adviser, *SCOPE))}
    assert uses == {"Ørsta": (6, "0", 1), "Sykkylven": (6, "under 5", 0)}
    assert "Ørsta" in page.get(reverse("catalogue:statistics")).content.decode()


def test_waiting_lists_are_counted_by_route(adviser: User, clinic: Unit, now: datetime) -> None:
    course = make_course(clinic)
    for _each in range(6):
        make_waiting(course)
    make_waiting(make_course(clinic, sign_up="self"))
    with translation.override("en"):
        table = queries.waiting(Scope(adviser, *SCOPE))
        assert [str(line.people["waiting"]) for line in table.lines] == ["hidden", "under 5"]
    assert table.total is not None
    assert str(table.total.people["waiting"]) == "7"


def test_period_is_chosen_and_nonsense_is_answered_kindly(page: Client, clinic: Unit, now: datetime) -> None:
    held(make_course(clinic), date(2025, 3, 3), now, people=9)
    where = reverse("catalogue:statistics")
    one = page.get(f"{where}?first=spring-2025&last=spring-2025")
    assert "Vår 2025" in texts_of(one, "h2")
    wrong = page.get(f"{where}?first=autumn-2026&last=spring-2025")
    assert wrong.status_code == 200
    assert "er før det første" in wrong.content.decode() or "before" in wrong.content.decode()
    assert page.get(f"{where}?first=x&last=y&unit=z&topic=q").status_code == 200


def test_nothing_to_count_is_said(page: Client) -> None:
    answer = page.get(reverse("catalogue:statistics"))
    assert (answer.status_code, answer.content.decode().count("<svg class=")) == (200, 0)


@pytest.mark.parametrize("name", ["statistics", "statistics_csv", "statistics_excel", "annual_report"])
def test_numbers_are_for_editors_alone(client: Client, name: str) -> None:
    assert client.get(reverse(f"catalogue:{name}")).status_code == 302
    client.force_login(make_person("Lege Prøve", "", (REFERRER, make_clinic())))
    assert client.get(reverse(f"catalogue:{name}")).status_code == 403


def test_page_takes_as_many_queries_for_thirty_courses_as_for_one(
    page: Client, clinic: Unit, now: datetime, django_assert_max_num_queries: Any
) -> None:
    held(make_course(clinic), AUTUMN, now, people=6)
    counts = []
    page.get(reverse("catalogue:statistics"))
    for _each in range(2):
        with django_assert_max_num_queries(30) as found:
            page.get(reverse("catalogue:statistics"))
        counts.append(len(found))
        for number in range(30):
            make_run(make_course(clinic, topic=("heart", "lung", "cancer")[number % 3]), Dates.on(AUTUMN))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("form", "words"), [("nb", "plass til 30 personer"), ("nn", "plass til 30 personar")])
def test_report_is_written_in_the_chosen_form_with_the_same_numbers(
    page: Client, clinic: Unit, now: datetime, form: str, words: str
) -> None:
    held(make_course(clinic), AUTUMN, now, people=30, completed=3, came=20)
    answer = page.get(f"{reverse('catalogue:annual_report')}?year=2026&form={form}")
    text = texts_of(answer, "textarea")[0]
    assert words in text
    assert "færre enn fem" in text
    assert reverse("catalogue:annual_report") in addresses_of(page.get(reverse("catalogue:statistics")))
