"""The editor of dates: every kind of schedule, rows without script, places, two editors at once, moves with a reason."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions.runs import save_run
from catalogue.forms.runs import initial_of
from catalogue.models import Course, DeliverySite, Run
from catalogue.schedule import Dates
from catalogue.wording import dates_of, label_of
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER
from lms_portal.common.clock import start_of_day
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_run, make_site
from tests.integration.catalogue.test_editor import fields_of

pytestmark = pytest.mark.django_db
EMPTY_FORMSETS = {
    f"{name}-{part}": value for name in ("sessions", "months", "sites") for part, value in (("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0"))
}


@pytest.fixture(autouse=True)
def _in_bokmaal() -> Iterator[None]:
    """Addresses begin in one language, whatever a page of another test left behind."""
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


def new_address(course: Course) -> str:
    return reverse("catalogue:run_new", args=[course.code])


def edit_address(run: Run) -> str:
    return reverse("catalogue:run_edit", args=[run.course.code, run.pk])


def written(kind: str, **fields: Any) -> dict[str, Any]:
    """A whole form of new dates. `sessions=[{...}]` are rows."""
    sent: dict[str, Any] = {"edit_version": "0", "kind": kind, **EMPTY_FORMSETS}
    for name, value in fields.items():
        if name in ("sessions", "months", "sites"):
            sent[f"{name}-TOTAL_FORMS"] = str(len(value))
            sent |= {f"{name}-{number}-{field}": text for number, row in enumerate(value) for field, text in row.items()}
        else:
            sent[name] = value
    return sent


def the_run(course: Course) -> Run:
    return course.runs.prefetch_related("sessions", "months", "sites").get()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            written(
                "sessions",
                sessions=[{"held_on": "10.03.2027", "starts": "9", "ends": "15.30"}, {"held_on": "3.3.27", "starts": "09:00"}, {}],
            ),
            ("3. og 10. mars 2027", date(2027, 3, 3), date(2027, 3, 10)),
        ),
        (
            written("months", months=[{"month": "9", "year": "2027"}, {"month": "11", "year": "2027"}, {"month": "1", "year": ""}]),
            ("September og november 2027", date(2027, 9, 1), date(2027, 11, 30)),
        ),
        (written("term", season="autumn", year="2027"), ("Høst 2027", date(2027, 8, 1), date(2027, 12, 31))),
        (written("recurring", frequency="monthly", weekday="0"), ("Månedlige kurs, mandager", None, None)),
        (written("continuous"), ("Kontinuerlig", None, None)),
        (written("to_be_announced"), ("Dato kommer", None, None)),
    ],
    ids=["sessions", "months", "term", "recurring", "continuous", "to_be_announced"],
)
def test_new_dates_of_every_kind(
    page: Client, course: Course, form: dict[str, Any], expected: tuple[str, date | None, date | None]
) -> None:
    response = page.post(new_address(course), form)
    assert response.status_code == 302
    run = the_run(course)
    assert (label_of(run, "nb"), run.first_possible_on, run.last_possible_on) == expected
    assert (run.status, run.kind) == ("planned", form["kind"])


def test_times_are_kept_with_their_days(page: Client, course: Course) -> None:
    rows = [{"held_on": "10.03.2027", "starts": "9.00", "ends": "15.30"}, {"held_on": "2027-03-03"}]
    page.post(new_address(course), written("sessions", sessions=rows))
    meetings = [(meeting.held_on, meeting.starts, meeting.ends) for meeting in dates_of(the_run(course)).meetings]
    assert meetings == [(date(2027, 3, 3), None, None), (date(2027, 3, 10), time(9), time(15, 30))]


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (written("sessions", sessions=[{}]), "Skriv minst én dag"),
        (written("sessions", sessions=[{"held_on": "31.2.2027"}]), "03.02.2027"),
        (written("sessions", sessions=[{"held_on": "", "starts": "9"}]), "Skriv dagen for samlingen"),
        (written("sessions", sessions=[{"held_on": "3.3.2027", "starts": "9", "ends": "9"}]), "Samlingen må slutte"),
        (written("sessions", sessions=[{"held_on": "3.3.2027", "ends": "9"}]), "Skriv når samlingen begynner"),
        (written("sessions", sessions=[{"held_on": "3.3.2027"}, {"held_on": "03.03.2027"}]), "står to ganger"),
        (written("months", months=[{"month": "1", "year": ""}]), "Skriv minst én måned"),
        (written("term", season="", year="2027"), "Velg vår eller høst"),
        (written("term", season="spring", year=""), "Skriv året"),
        (written("recurring"), "Velg hvor ofte"),
        (written("recurring", frequency="weekly", from_on="3.3.2027", until_on="2.3.2027"), "kan ikke være før"),
        (written("continuous", opens_on="3.3.2027", closes_on="2.3.2027"), "kan ikke være før"),
        (written("tull"), "ds-error-summary"),
        (
            written("continuous", sites=[{"unit": "", "role": "origin", "mode": "digital", "meeting_place": "Rom 1"}]),
            "Velg sykehuset eller enheten",
        ),
        ({"kind": "continuous", "edit_version": "0"}, "ds-error-summary"),
    ],
)
def test_what_is_wrong_is_said_and_kept(page: Client, course: Course, form: dict[str, Any], wrong: str) -> None:
    response = page.post(new_address(course), form)
    body = response.content.decode()
    assert (response.status_code, wrong in body, "ds-error-summary" in body, course.runs.exists()) == (200, True, True, False)
    typed = [text for name, text in form.items() if name.startswith("sessions-") and "FORMS" not in name and text]
    assert [text in body for text in typed] == [True] * len(typed)


# Rows without script


def test_rows_come_and_go_and_everything_typed_stays(page: Client, course: Course) -> None:
    sent = fields_of(page.get(new_address(course)))
    sent |= {"sessions-0-held_on": "tull", "sessions-0-starts": "9.00", "note_nn": "Ta med matpakke", "sites-0-meeting_place": "Kløvertun"}
    more = page.post(new_address(course), {**sent, "rows": "sessions+"})
    again = fields_of(more)
    assert "ds-error-summary" not in more.content.decode()
    assert (again["sessions-TOTAL_FORMS"], again["sessions-0-held_on"], again["sessions-1-held_on"], again["sessions-1-starts"]) == (
        ["2"],
        ["tull"],
        [""],
        ["9.00"],
    )
    assert (again["note_nn"], again["sites-0-meeting_place"]) == (["Ta med matpakke"], ["Kløvertun"])
    again["sessions-1-held_on"] = ["3.3.2027"]
    fewer = fields_of(page.post(new_address(course), {**again, "rows": "sessions-0"}))
    assert (fewer["sessions-TOTAL_FORMS"], fewer["sessions-0-held_on"]) == (["1"], ["3.3.2027"])
    places = fields_of(page.post(new_address(course), {**fewer, "rows": "sites+"}))
    assert (places["sites-TOTAL_FORMS"], places["sites-1-role"]) == (["2"], ["receiver"])
    assert course.runs.exists() is False


def test_another_kind_shows_its_fields_and_keeps_what_was_written_for_the_first(page: Client, course: Course) -> None:
    sent = fields_of(page.get(new_address(course)))
    sent |= {"sessions-0-held_on": "3.3.2027", "kind": "term"}
    term = page.post(new_address(course), {**sent, "show": "1"})
    assert ('id="id_season"' in term.content.decode(), "ds-error-summary" in term.content.decode()) == (True, False)
    back = fields_of(term) | {"kind": "sessions"}
    again = fields_of(page.post(new_address(course), {**back, "show": "1"}))
    assert again["sessions-0-held_on"] == ["3.3.2027"]


@pytest.mark.parametrize("button", ["sessions-99", "sites--1", "tull", "sessions+'"])
def test_a_button_that_is_none_changes_nothing(page: Client, course: Course, button: str) -> None:
    sent = fields_of(page.get(new_address(course)))
    again = fields_of(page.post(new_address(course), {**sent, "rows": button}))
    assert (again["sessions-TOTAL_FORMS"], again["sites-TOTAL_FORMS"]) == (["1"], ["1"])


# Places


def site_row(unit: Unit, **fields: Any) -> dict[str, Any]:
    return {"site_id": "", "unit": str(unit.pk), "role": "origin", "mode": "in_person", **fields}


def test_places_given_and_received(page: Client, course: Course) -> None:
    here, there = course.owner, make_clinic()
    rows = [
        site_row(here, meeting_place="Kløvertun", places="12", wayfinding_nb="Opp trappa", wayfinding_nn="Opp trappa"),
        site_row(there, role="receiver", contact=str(there.pk), places=""),
        site_row(here, role="receiver", mode="digital", places="0"),
        {"site_id": "", "unit": "", "role": "receiver", "mode": "in_person"},
    ]
    assert page.post(new_address(course), written("continuous", sites=rows)).status_code == 302
    sites = {(site.unit, site.mode): (site.role, site.meeting_place, site.places, site.contact) for site in the_run(course).sites.all()}
    assert sites == {
        (here, "in_person"): ("origin", "Kløvertun", 12, None),
        (there, "in_person"): ("receiver", "", None, there),
        (here, "digital"): ("receiver", "", 0, None),
    }


@pytest.mark.parametrize("roles", [("origin", "origin"), ("receiver", "receiver")])
def test_exactly_one_place_gives_the_course(page: Client, course: Course, roles: tuple[str, str]) -> None:
    rows = [site_row(course.owner, role=roles[0]), site_row(make_clinic(), role=roles[1])]
    response = page.post(new_address(course), written("continuous", sites=rows))
    assert (response.status_code, "Velg nøyaktig ett sted" in response.content.decode()) == (200, True)


def test_two_places_change_roles_and_units(page: Client, course: Course) -> None:
    run = make_run(course)
    other = make_clinic()
    first, second = run.sites.get(), make_site(run, other, role="receiver")
    sent = fields_of(page.get(edit_address(run)))
    swapped = {"sites-0-role": "receiver", "sites-1-role": "origin"}
    assert page.post(edit_address(run), {**sent, **swapped}).status_code == 302
    assert {site.pk: site.role for site in run.sites.all()} == {first.pk: "receiver", second.pk: "origin"}
    sent = fields_of(page.get(edit_address(run)))
    swapped = {"sites-0-unit": sent["sites-1-unit"][0], "sites-1-unit": sent["sites-0-unit"][0]}
    assert page.post(edit_address(run), {**sent, **swapped}).status_code == 302
    assert {site.unit: site.role for site in run.sites.all()} == {other: "receiver", course.owner: "origin"}


@pytest.mark.parametrize("change", [{"sites-0-places": "1"}, {"sites-TOTAL_FORMS": "0"}, {"sites-0-mode": "digital"}])
def test_a_place_with_people_stays_and_keeps_room_for_them(page: Client, course: Course, change: dict[str, str]) -> None:
    run = make_run(course)
    DeliverySite.objects.filter(run=run).update(taken=2)
    sent = fields_of(page.get(edit_address(run)))
    response = page.post(edit_address(run), {**sent, **change})
    site = run.sites.get()
    assert (response.status_code, "ds-error-summary" in response.content.decode(), site.places, site.mode, site.taken) == (
        200,
        True,
        12,
        "in_person",
        2,
    )


def test_a_place_of_another_run_is_not_moved_here(page: Client, course: Course) -> None:
    run, other = make_run(course), make_run(course)
    foreign = other.sites.get()
    sent = fields_of(page.get(edit_address(run))) | {"sites-0-site_id": str(foreign.pk), "sites-0-places": "3"}
    page.post(edit_address(run), sent)
    foreign.refresh_from_db()
    assert (foreign.run, foreign.places) == (other, 12)


# Window and route


def test_the_window_is_whole_days_in_norway_and_the_route_may_differ(page: Client, course: Course) -> None:
    clinic = make_clinic()
    form = written(
        "continuous",
        opens_on="28.3.2027",
        closes_on="31.10.2027",
        sign_up="referral",
        refer_to=str(clinic.pk),
        minimum="6",
        decide_on="1.3.2027",
        note_nn="Hugs mat",
    )
    page.post(new_address(course), form)
    run = the_run(course)
    assert (run.opens_at, run.closes_at) == (start_of_day(date(2027, 3, 28)), start_of_day(date(2027, 11, 1)))
    assert (run.sign_up, run.refer_to, run.minimum, run.decide_on, run.note_nn) == ("referral", clinic, 6, date(2027, 3, 1), "Hugs mat")


@pytest.mark.parametrize("dates", [Dates.on(date(2027, 3, 3), starts=time(9), ends=time(15))])
def test_saving_what_stands_there_changes_nothing_but_the_number(page: Client, course: Course, dates: Dates) -> None:
    run = make_run(
        course, dates, opens_at=start_of_day(date(2027, 1, 1)), closes_at=start_of_day(date(2027, 2, 1)), sign_up="self", minimum=4
    )

    def content() -> Any:
        stored = Run.objects.select_related("course").prefetch_related("sessions", "months", "sites").get(pk=run.pk)
        initial, rows = initial_of(stored)
        return {**initial, "edit_version": 0}, rows

    before = content()
    sent = fields_of(page.get(edit_address(run)))
    assert page.post(edit_address(run), sent).status_code == 302
    assert content() == before
    assert Run.objects.get(pk=run.pk).edit_version == 1


# Two editors at once


def test_the_second_editor_sees_what_the_other_saved_and_keeps_their_own(
    page: Client, course: Course, adviser: User, now: datetime
) -> None:
    run = make_run(course)
    sent = fields_of(page.get(edit_address(run)))
    fields = {
        name: getattr(run, name)
        for name in ("day_count", "sign_up", "refer_to", "opens_at", "closes_at", "minimum", "decide_on", "note_nn")
    }
    save_run(
        run=run,
        dates=Dates.on(date(2027, 4, 4)),
        fields={**fields, "note_nb": "Kollegaens merknad"},
        sites=[],
        seen_edit_version=0,
        by=adviser,
        now=now,
    )
    mine = {**sent, "note_nb": "Min merknad", "sessions-0-held_on": "5.5.2027", "sessions-1-held_on": ""}
    response = page.post(edit_address(run), mine)
    body = response.content.decode()
    assert response.status_code == 409
    assert [text in body for text in ("4. april 2027", "5. mai 2027", "Kollegaens merknad", "Min merknad")] == [True] * 4
    assert Run.objects.get(pk=run.pk).note_nb == "Kollegaens merknad"
    assert page.post(edit_address(run), fields_of(response)).status_code == 302
    stored = Run.objects.get(pk=run.pk)
    assert (stored.note_nb, stored.first_possible_on, stored.sites.count()) == ("Min merknad", date(2027, 5, 5), 1)


# Moves


def status_address(run: Run, verb: str) -> str:
    return reverse("catalogue:run_status", args=[run.course.code, run.pk, verb])


def test_opening_makes_it_public_and_found(page: Client, course: Course) -> None:
    run = make_run(course, is_open=False)
    assert page.get(status_address(run, "open")).status_code == 200
    page.post(status_address(run, "open"), {"version": run.version})
    assert Run.objects.get(pk=run.pk).status == "open"
    assert {row.next_key for row in course.search_documents.all()} == {run.sort_key}


def test_postponing_asks_why(page: Client, course: Course) -> None:
    run = make_run(course)
    refused = page.post(status_address(run, "postpone"), {"version": run.version, "reason": ""})
    assert (refused.status_code, Run.objects.get(pk=run.pk).status) == (200, "open")
    page.post(status_address(run, "postpone"), {"version": run.version, "reason": "Sjukdom"})
    assert Run.objects.get(pk=run.pk).status == "postponed"


def test_a_move_on_an_old_page_is_refused(page: Client, course: Course) -> None:
    run = make_run(course)
    response = page.post(status_address(run, "close"), {"version": run.version - 1})
    assert (response.status_code, Run.objects.get(pk=run.pk).status) == (200, "open")


@pytest.mark.parametrize("verb", ["complete", "tull"])
def test_a_move_that_is_none_leads_back(page: Client, course: Course, verb: str) -> None:
    run = make_run(course)
    assert page.get(status_address(run, verb)).headers["Location"] == reverse("catalogue:course_desk", args=[course.code])


def test_cancelled_dates_are_shown_but_no_longer_changed(page: Client, course: Course) -> None:
    run = make_run(course)
    page.post(status_address(run, "cancel"), {"version": run.version, "reason": "Sjukdom"})
    response = page.get(edit_address(run))
    assert (response.status_code, 'name="kind"' in response.content.decode()) == (200, False)
    page.post(edit_address(run), written("continuous"))
    assert Run.objects.get(pk=run.pk).kind == "sessions"


def test_a_course_owner_makes_dates_but_does_not_cancel_open_ones(client: Client, course: Course) -> None:
    client.force_login(make_person("Kursansvarleg Prøve", "", (COURSE_OWNER, course.owner)))
    assert client.post(new_address(course), written("continuous")).status_code == 302
    run = make_run(course)
    client.post(status_address(run, "cancel"), {"version": run.version, "reason": "Sjukdom"})
    assert Run.objects.get(pk=run.pk).status == "open"
