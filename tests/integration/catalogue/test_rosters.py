"""Who takes part: the list over all places, what it leaves in the reading log, places given and moved, and who may do what."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import places
from catalogue.actions import rosters as actions
from catalogue.models import Course, DeliverySite, Enrolment, Run
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import ASSESSOR, COURSE_OWNER, LMS_ADVISER, REGIONAL_LMS
from lms_portal.audit.models import Access
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_participant, make_run, make_site, make_waiting
from tests.integration.pages import addresses_of, cells_of, texts_of

pytestmark = pytest.mark.django_db
SINCE = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Addresses begin in one language, and requests come at the moment of the test."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def adviser() -> User:
    hospital = make_clinic().parent
    assert hospital is not None
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, hospital))


@pytest.fixture
def page(client: Client, adviser: User) -> Client:
    client.force_login(adviser)
    return client


@pytest.fixture
def course(adviser: User) -> Course:
    return make_course(adviser.memberships.get().unit.children.get(), code="VOLDA-1")


def give(run: Run, now: datetime, name: str = "Ola Prøve", *, site: DeliverySite | None = None, **person: Any) -> Enrolment:
    participant = make_participant(name, **person)
    return places.give_place(
        course=run.course,
        run=run,
        site=site or run.sites.get(role="origin"),
        participant=participant,
        data_key=participant.data_key,
        waiting_since=SINCE,
        now=now,
    )


def address(name: str, run: Run) -> str:
    return reverse(f"catalogue:{name}", args=[run.course.code, run.pk])


def test_roster_lists_everybody_by_place_with_needs(page: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    there = make_site(run, make_clinic(name="Ørsta"), role="receiver")
    give(run, now, "Kari Prøve", needs="rullestol", email="kari@deltaker.example", phone="+4790012345")
    give(run, now, "Per Prøve", site=there)
    answer = page.get(address("roster", run))
    assert [row[:5] for row in cells_of(answer, columns=5)] == [
        [f"Kari Prøve{Enrolment.objects.first()!s}", "Bekreftet", "rullestol", "90 01 23 45", "kari@deltaker.example"],
        [f"Per Prøve{Enrolment.objects.last()!s}", "Bekreftet", "–", "–", "–"],
    ]
    assert "Ørsta" in "".join(texts_of(answer, "h2"))


def test_looking_at_a_roster_is_logged_with_everybody_seen(page: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    seen = {give(run, now, name).pk for name in ("Kari Prøve", "Per Prøve")}
    page.get(address("roster", run))
    page.get(address("sign_list", run))
    page.get(address("roster_file", run))
    rows = list(Access.objects.order_by("recorded_at"))
    assert [row.action for row in rows] == ["list", "print", "export"]
    assert all(set(row.object_ids) == seen and row.role == "lms_adviser" for row in rows)


@pytest.mark.parametrize("name", ["roster", "sign_list", "roster_file", "attendance", "outcomes"])
def test_participants_of_another_hospital_are_not_there(client: Client, adviser: User, name: str, now: datetime) -> None:
    run = make_run()
    give(run, now)
    client.force_login(adviser)
    assert client.get(address(name, run)).status_code == 404
    assert not Access.objects.exists()


def test_regional_function_edits_courses_and_sees_no_participants(client: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    region = Unit.objects.get(code=course.owner.path.split("/")[0])
    client.force_login(make_person("Regional Prøve", "", (REGIONAL_LMS, region)))
    assert client.get(reverse("catalogue:course_desk", args=[course.code])).status_code == 200
    assert client.get(address("roster", run)).status_code == 404
    assert address("roster", run) not in addresses_of(client.get(address("run_edit", run)))


def test_assessor_sees_the_roster_of_own_clinic(client: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    give(run, now)
    client.force_login(make_person("Vurderer Prøve", "", (ASSESSOR, course.owner)))
    assert client.get(address("roster", run)).status_code == 200


def test_roster_takes_as_many_queries_for_thirty_as_for_one(
    page: Client, course: Course, now: datetime, django_assert_max_num_queries: Any
) -> None:
    one, thirty = make_run(course, places=None), make_run(course, places=None)
    give(one, now)
    for number in range(30):
        give(thirty, now, f"Person {number}")
    counts = []
    page.get(address("roster", one))  # what a worker keeps in memory
    for run in (one, thirty):
        with django_assert_max_num_queries(40) as queries:
            page.get(address("roster", run))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("written", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", "\t=1", " =1"])
def test_file_never_holds_a_formula(page: Client, course: Course, now: datetime, written: str) -> None:
    run = make_run(course)
    give(run, now, written, needs=written)
    answer = page.get(address("roster_file", run))
    text = answer.content.decode()
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert text.startswith("\ufeff")
    assert (rows[1][1], rows[1][6]) == (f"'{written}", f"'{written}")
    assert "diagn" not in answer.headers["Content-Disposition"]


def test_file_has_the_contact_type_that_the_clinic_registers_activity_by(page: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    give(run, now)
    rows = list(csv.reader(io.StringIO(page.get(address("roster_file", run)).content.decode()), delimiter=";"))
    assert (rows[0][-1], rows[1][-1]) == ("Kontakttype (kodeverk 8432)", "13 Opplæring")


def test_list_to_sign_has_a_column_for_each_day(page: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    give(run, now, "Kari Prøve", needs="rullestol")
    answer = page.get(address("sign_list", run))
    assert [text for text in texts_of(answer, "th") if text[0].isdigit()] == ["03.03.2027", "04.03.2027"]
    assert "rullestol" not in answer.content.decode()


# The waiting list


def test_waiting_list_stands_in_order_with_reasons(page: Client, course: Course, now: datetime) -> None:
    make_run(course)
    people: dict[str, dict[str, Any]] = {
        "Sein Prøve": {"waiting_since": date(2026, 9, 1)},
        "Tidleg Prøve": {"waiting_since": date(2026, 8, 1)},
        "Hastar Prøve": {"waiting_since": date(2026, 10, 1), "priority": 1},
    }
    for name, fields in people.items():
        make_waiting(course, make_participant(name), **fields)
    rows = cells_of(page.get(reverse("catalogue:waiting_list", args=[course.code])), columns=3)
    assert [(row[0], row[1].split("P-")[0], row[2]) for row in rows] == [
        ("1", "Hastar Prøve", "Prioritet 1, har ventet siden 1. oktober 2026"),
        ("2", "Tidleg Prøve", "Har ventet siden 1. august 2026"),
        ("3", "Sein Prøve", "Har ventet siden 1. september 2026"),
    ]


def test_next_one_gets_a_place_and_is_told_once(page: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    waiting = make_waiting(course, make_participant("Kari Prøve", email="kari@deltaker.example", language="nn"))
    where = reverse("catalogue:person", args=[course.code, waiting.pk])
    answer = page.post(where, {"do": "place", "version": "0", "site": str(run.sites.get().pk)})
    assert answer.status_code == 302
    stored = Enrolment.objects.get()
    message = Message.objects.get()
    assert (stored.status, stored.run, run.sites.get().taken, stored.waiting_since) == ("confirmed", run, 1, waiting.waiting_since)
    assert (message.kind, message.recipient_address, message.language) == ("catalogue.place_given", "kari@deltaker.example", "nn")
    again = page.post(where, {"do": "place", "version": "0", "site": str(run.sites.get().pk)})
    assert (again.status_code, Message.objects.count()) == (200, 1)


def test_mail_says_dates_and_reference_and_neither_course_nor_clinic(course: Course, adviser: User, now: datetime) -> None:
    run = make_run(course)
    waiting = make_waiting(course, make_participant(email="kari@deltaker.example"))
    actions.give_place(enrolment=waiting, site=run.sites.get(), by=adviser, now=now, seen_version=0)
    message = Message.objects.get()
    written = kinds.get(message.kind).render(message)
    whole = written.subject + written.text
    assert "3.–4. mars 2027" in written.text
    assert waiting.reference in written.subject
    assert not any(word in whole for word in (course.code, course.shown_version.title, course.owner.name, course.slug))


def test_full_dates_are_not_offered_and_are_refused(course: Course, adviser: User, now: datetime, page: Client) -> None:
    run = make_run(course, places=1)
    give(run, now)
    waiting = make_waiting(course)
    with pytest.raises(actions.UnableToChangeRoster):
        actions.give_place(enrolment=waiting, site=run.sites.get(), by=adviser, now=now, seen_version=0)
    assert "Ingen andre datoer" in page.get(reverse("catalogue:person", args=[course.code, waiting.pk])).content.decode()


def test_place_for_somebody_with_a_referral_is_the_clinics(
    course: Course, adviser: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, waiting = make_run(course), make_waiting(course)
    monkeypatch.setattr("catalogue.hooks._by_referral", [set])
    with pytest.raises(actions.UnableToChangeRoster):
        actions.give_place(enrolment=waiting, site=run.sites.get(), by=adviser, now=now, seen_version=0)


# Moving


def test_person_is_moved_to_other_dates_and_told(page: Client, course: Course, now: datetime) -> None:
    here, there = make_run(course), make_run(course, places=3)
    one = give(here, now, email="kari@deltaker.example")
    where = reverse("catalogue:person", args=[course.code, one.pk])
    assert "3 ledige" in page.get(where).content.decode()
    page.post(where, {"do": "place", "version": "0", "site": str(there.sites.get().pk)})
    assert Enrolment.objects.get().run == there
    assert (here.sites.get().taken, there.sites.get().taken) == (0, 1)
    assert Message.objects.get().kind == "catalogue.place_moved"


def test_move_by_somebody_who_looked_at_an_older_place_is_refused(course: Course, adviser: User, now: datetime) -> None:
    here, there = make_run(course), make_run(course)
    one = give(here, now)
    actions.move_person(enrolment=one, site=there.sites.get(), by=adviser, now=now, seen_version=0)
    with pytest.raises(actions.UnableToChangeRoster):
        actions.move_person(enrolment=one, site=here.sites.get(), by=adviser, now=now, seen_version=0)


def test_somebody_without_the_role_moves_nobody(course: Course, now: datetime) -> None:
    here, there = make_run(course), make_run(course)
    one = give(here, now)
    stranger = make_person("Framand Prøve", "", (COURSE_OWNER, make_clinic()))
    for refused in (
        lambda: actions.move_person(enrolment=one, site=there.sites.get(), by=stranger, now=now, seen_version=0),
        lambda: actions.change_place(enrolment=one, verb="cancel", reason="", by=stranger, now=now, seen_version=0),
        lambda: actions.note_attendance(run=here, marks={}, by=stranger, now=now),
        lambda: actions.settle_outcomes(run=here, outcomes={}, by=stranger, now=now),
    ):
        with pytest.raises(actions.UnableToChangeRoster):
            refused()


def test_place_that_is_given_up_on_the_phone(page: Client, course: Course, now: datetime) -> None:
    run = make_run(course)
    one = give(run, now)
    where = reverse("catalogue:person", args=[course.code, one.pk])
    refused = page.post(where, {"do": "change", "version": "0", "verb": "call_off", "reason": ""})
    assert (refused.status_code, Enrolment.objects.get().status) == (200, "confirmed")
    page.post(where, {"do": "change", "version": "0", "verb": "cancel", "reason": ""})
    assert (Enrolment.objects.get().status, run.sites.get().taken) == ("cancelled_by_participant", 0)
    assert "har den ikke lenger" in page.get(address("roster", run)).content.decode()


def test_roster_pages_of_an_empty_run(page: Client, course: Course) -> None:
    run = make_run(course)
    for name in ("roster", "sign_list", "attendance", "outcomes"):
        assert page.get(address(name, run)).status_code == 200
    assert page.get(reverse("catalogue:waiting_list", args=[course.code])).status_code == 200
