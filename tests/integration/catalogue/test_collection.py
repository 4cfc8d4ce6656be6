"""The season collection: asked by one mail each, answered without sign-in, checked, and put in the catalogue once, in last time's order."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalogue import collection_mails
from catalogue.actions import collection as actions
from catalogue.actions.collection import Ask, Said
from catalogue.actions.season_copies import Copy, copy_runs
from catalogue.actions.seasons import season_from_code
from catalogue.collected import answered_dates, dates_as_json, dates_from_json
from catalogue.enums import Frequency, ScheduleKind, SeasonAnswer, TermSeason
from catalogue.links import COLLECTION, secret_of
from catalogue.models import AnswerContact, CollectionRecipient, CollectionRound, CollectionRow, Run, Season, SeasonListing
from catalogue.queries import collection as queries
from catalogue.schedule import Dates, Meeting
from catalogue.wording import label_of
from catalogue.workflow import RUN
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER, REFERRER
from lms_portal.audit.context import acting_as_system
from lms_portal.audit.models import StatusChange
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date
from lms_portal.demo import accounts_demo, catalogue_demo, collection_demo
from lms_portal.outbox import forecasts, kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_hospital, make_hospital_area, make_person
from tests.factories.catalogue import make_course, make_run, make_site
from tests.integration.pages import addresses_of, cells_of, texts_of, values_of

pytestmark = pytest.mark.django_db
LAST_TIME = date(2026, 3, 3)
LAST_DAY = date(2026, 12, 15)


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Addresses begin in one language, requests come at the moment of the test, and nobody has used up a limit."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    cache.clear()
    with translation.override("nb"):
        yield
    cache.clear()


@pytest.fixture
def hospital() -> Unit:
    return make_hospital("volda", hospital_area=make_hospital_area())


@pytest.fixture
def clinic(hospital: Unit) -> Unit:
    return make_clinic("poliklinikk", hospital)


@pytest.fixture
def adviser(hospital: Unit) -> User:
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, hospital))


@pytest.fixture
def page(client: Client, adviser: User) -> Client:
    client.force_login(adviser)
    return client


@pytest.fixture
def season() -> Season:
    return season_from_code("spring-2027")


def held(clinic: Unit, code: str, day: date = LAST_TIME, **course: Any) -> Run:
    """A course that was held last spring."""
    return make_run(make_course(clinic, code=code, **course), Dates.on(day), meeting_place="Kløvertun")


def ask(run: Run, email: str = "post@poliklinikk.example", position: int = 1) -> Ask:
    return Ask(run.course, run, email, position)


def opened(hospital: Unit, season: Season, by: User, now: datetime, *asks: Ask) -> CollectionRound:
    return actions.open_round(unit=hospital, season=season, last_on=LAST_DAY, greeting="Hei alle!", asks=asks, by=by, now=now)


@pytest.fixture
def round_(hospital: Unit, clinic: Unit, adviser: User, season: Season, now: datetime) -> CollectionRound:
    """Three courses, of which one mailbox has two."""
    one, two, three = (held(clinic, code) for code in ("A-1", "B-1", "C-1"))
    return opened(hospital, season, adviser, now, ask(one), ask(two, position=2), ask(three, "andre@poliklinikk.example", 3))


def row_of(code: str) -> CollectionRow:
    return CollectionRow.objects.select_related("round__season", "last_run").get(course__code=code)


def link(recipient: CollectionRecipient, name: str = "collected", **parts: Any) -> str:
    secret = secret_of(recipient.pk, purpose=COLLECTION, number=recipient.link_number)
    return reverse(f"catalogue:{name}", kwargs={"secret": secret, **parts})


def link_to(code: str, name: str = "collected") -> str:
    row = row_of(code)
    return link(row.recipient, name, **({} if name == "collected" else {"row_id": row.pk}))


def texts(kind: str) -> list[str]:
    found = []
    for message in Message.objects.filter(kind=kind).order_by("planned_at", "id"):
        with translation.override(message.language):
            found.append(kinds.get(kind).render(message).text)
    return found


def say(code: str, now: datetime, answer: SeasonAnswer = SeasonAnswer.SAME, **fields: Any) -> CollectionRow:
    row = row_of(code)
    if answer == SeasonAnswer.NOT_HELD:
        fields.setdefault("reason", "Ingen å holde det")
    else:
        fields.setdefault("dates", Dates.on(date(2027, 3, 2)))
    return actions.answer(row=row, said=Said(answer, **fields), seen_version=row.version, now=now)


def checked(code: str, by: User, now: datetime) -> CollectionRow:
    row = row_of(code)
    return actions.check(row=row, seen_version=row.version, by=by, now=now)


# Asking


def test_several_courses_of_a_mailbox_are_one_mail_with_one_link(round_: CollectionRound) -> None:
    assert Message.objects.filter(kind=collection_mails.INVITATION).count() == 2
    both, one = sorted(texts(collection_mails.INVITATION), key=lambda text: "2 kurs" not in text)
    assert "Hei alle!" in both
    assert "2 kurs" in both
    assert "15. desember 2026" in both
    assert both.count("http") == one.count("http") == 1
    assert link_to("A-1") in both
    assert link_to("A-1") == link_to("B-1") != link_to("C-1")


def test_mail_names_no_course(hospital: Unit, clinic: Unit, adviser: User, season: Season, now: datetime) -> None:
    run = held(clinic, "KOLS-1", title_nb="Kols", title_nn="Kols")
    opened(hospital, season, adviser, now, ask(run))
    assert "kols" not in texts(collection_mails.INVITATION)[0].lower()


def test_link_is_kept_as_a_digest_alone(round_: CollectionRound) -> None:
    recipient = row_of("A-1").recipient
    secret = secret_of(recipient.pk, purpose=COLLECTION)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r::text FROM catalogue_collectionrecipient r UNION ALL SELECT m::text FROM outbox_message m UNION ALL SELECT c.changes::text FROM audit_change c"
        )
        stored = "".join(line for (line,) in cursor.fetchall())
    assert secret not in stored
    assert "post@poliklinikk.example" not in stored


def test_last_time_is_the_same_season_a_year_ago_and_standing_offers_too(hospital: Unit, clinic: Unit, season: Season) -> None:
    old = held(clinic, "A-1", date(2025, 3, 3))
    spring = make_run(old.course, Dates.on(LAST_TIME))
    make_run(old.course, Dates.on(date(2026, 10, 1)))
    autumn = held(clinic, "B-1", date(2026, 10, 2))
    make_run(autumn.course, Dates.on(date(2027, 2, 2)))
    standing = make_run(make_course(clinic, code="C-1"), Dates(ScheduleKind.CONTINUOUS))
    make_course(clinic, code="D-1")
    make_course(code="ANOTHER")
    found = [(one.course.code, one.last_run, one.has_dates) for one in queries.candidates(hospital, season)]
    assert sorted(found, key=lambda one: one[0]) == [
        ("A-1", spring, False),
        ("B-1", autumn, True),
        ("C-1", standing, False),
        ("D-1", None, False),
    ]


def test_mailbox_is_the_courses_own_else_the_units_else_the_nearest_above(
    hospital: Unit, adviser: User, season: Season, now: datetime
) -> None:
    bare = make_clinic("utan", hospital, mailbox="")
    held(bare, "A-1")
    own = held(bare, "B-1")
    actions.set_answer_contact(course=own.course, email="Kari@Poliklinikk.example", by=adviser, now=now)
    held(make_clinic("med", hospital), "C-1")
    assert {one.course.code: one.email for one in queries.candidates(hospital, season)} == {
        "A-1": "volda@sykehus.example",
        "B-1": "kari@poliklinikk.example",
        "C-1": "med@sykehus.example",
    }


def test_candidates_come_in_the_order_of_last_times_poster(hospital: Unit, clinic: Unit, season: Season, now: datetime) -> None:
    before = season_from_code("spring-2026")
    for code, position in (("A-1", 3), ("B-1", 1), ("C-1", 2)):
        SeasonListing.objects.create(
            season=before, hospital_area=make_hospital_area(), run=held(clinic, code), position=position, changed_at=now
        )
    assert [one.course.code for one in queries.candidates(hospital, season)] == ["B-1", "C-1", "A-1"]


def test_asking_is_refused(clinic: Unit, adviser: User, season: Season, round_: CollectionRound, now: datetime) -> None:
    hospital = round_.unit
    run = held(clinic, "D-1")
    stranger = make_person("Framand Prøve", "", (LMS_ADVISER, make_hospital()))
    owner = make_person("Kursleiar Prøve", "", (COURSE_OWNER, clinic))
    later = season_from_code("autumn-2027")
    for by in (stranger, owner):
        with pytest.raises(actions.UnableToCollect):
            opened(hospital, later, by, now, ask(run))
    with pytest.raises(actions.UnableToCollect, match="allerede"):
        opened(hospital, season, adviser, now, ask(run))
    with pytest.raises(actions.UnableToCollect):
        opened(hospital, later, adviser, now)
    with pytest.raises(actions.UnableToCollect):
        opened(hospital, later, adviser, now, ask(run, ""))
    with pytest.raises(actions.UnableToCollect):
        actions.open_round(
            unit=hospital, season=later, last_on=oslo_date(now) - timedelta(days=1), greeting="", asks=[ask(run)], by=adviser, now=now
        )
    assert CollectionRound.objects.count() == 1


# Answering


def test_same_for_all_in_one_press(client: Client, round_: CollectionRound) -> None:
    answer = client.post(link_to("A-1"), {"do": "all", **values_of(client.get(link_to("A-1")))})
    assert answer.status_code == 302
    said = {row.course.code: (row.status, row.answer, row.dates) for row in CollectionRow.objects.select_related("course")}
    term = {"kind": "term", "season": "spring", "year": 2027}
    assert said == {"A-1": ("answered", "same", term), "B-1": ("answered", "same", term), "C-1": ("invited", "", None)}


def test_same_with_new_days_keeps_the_hours(client: Client, clinic: Unit, adviser: User, season: Season, now: datetime) -> None:
    run = make_run(make_course(clinic, code="T-1"), Dates.on(LAST_TIME, starts=time(9), ends=time(12)))
    assert clinic.parent
    opened(clinic.parent, season, adviser, now, ask(run))
    row = row_of("T-1")
    client.post(
        link_to("T-1"), {"do": f"same:{row.pk}", f"{row.pk}-version": "0", f"{row.pk}-when": "term", f"{row.pk}-days": "2.3.2027, 9.3.2027"}
    )
    assert answered_dates(row_of("T-1")) == Dates.on(date(2027, 3, 2), date(2027, 3, 9), starts=time(9), ends=time(12))


def test_days_that_cannot_be_read_come_back_and_so_do_those_of_other_courses(client: Client, round_: CollectionRound) -> None:
    one, two = row_of("A-1"), row_of("B-1")
    typed = {
        f"{one.pk}-version": "0",
        f"{one.pk}-when": "days",
        f"{one.pk}-days": "tysdagar",
        f"{two.pk}-version": "0",
        f"{two.pk}-when": "days",
        f"{two.pk}-days": "4.5.2027",
    }
    answer = client.post(link_to("A-1"), {"do": f"same:{one.pk}", **typed})
    text = answer.content.decode()
    assert (answer.status_code, row_of("A-1").status) == (200, "invited")
    assert 'value="tysdagar"' in text
    assert 'value="4.5.2027"' in text
    assert "Feil:" in text
    # the next press answers for one, and what is typed about the other still stands
    answer = client.post(link_to("A-1"), {"do": f"same:{one.pk}", **typed, f"{one.pk}-days": "6.5.2027"})
    assert (answer.status_code, row_of("A-1").status, row_of("B-1").status) == (200, "answered", "invited")
    assert 'value="4.5.2027"' in answer.content.decode()


def test_to_come_is_an_answer(client: Client, round_: CollectionRound) -> None:
    row = row_of("C-1")
    client.post(link_to("C-1"), {"do": f"same:{row.pk}", f"{row.pk}-version": "0", f"{row.pk}-when": "to_come", f"{row.pk}-days": ""})
    assert row_of("C-1").dates == {"kind": "to_be_announced"}


def test_changed_says_dates_place_places_and_contact(client: Client, clinic: Unit, round_: CollectionRound) -> None:
    address = link_to("C-1", "collected_change")
    shown = values_of(client.get(address))
    assert (shown["meeting_place_0"], shown["places_0"]) == ("Kløvertun", "12")
    typed = {
        **shown,
        "kind": "months",
        "months": ["3", "4"],
        "meeting_place_0": "Aulaen",
        "places_0": "20",
        "contact": str(clinic.pk),
        "notes": "To kvelder",
    }
    answer = client.post(address, typed)
    assert answer.status_code == 302
    row = row_of("C-1")
    assert (row.answer, row.dates, row.contact, row.notes) == (
        "changed",
        {"kind": "months", "months": ["2027-03-01", "2027-04-01"]},
        clinic,
        "To kvelder",
    )
    assert [(site["meeting_place"], site["places"]) for site in row.sites] == [("Aulaen", 20)]
    assert values_of(client.get(address))["meeting_place_0"] == "Aulaen"


def test_change_that_lacks_something_keeps_what_was_typed(client: Client, round_: CollectionRound) -> None:
    address = link_to("C-1", "collected_change")
    typed = {"version": "0", "kind": "sessions", "days": "", "ends": "12", "meeting_place_0": "Aulaen", "places_0": "mange", "notes": "Hei"}
    answer = client.post(address, typed)
    values = values_of(answer)
    assert (answer.status_code, row_of("C-1").status) == (200, "invited")
    assert (values["ends"], values["meeting_place_0"], values["places_0"], values["notes"]) == ("12", "Aulaen", "mange", "Hei")
    assert "Feil:" in answer.content.decode()


def test_not_this_season_needs_a_reason(client: Client, round_: CollectionRound) -> None:
    address = link_to("C-1", "collected_drop")
    assert client.post(address, {"version": "0", "reason": ""}).status_code == 200
    assert row_of("C-1").status == "invited"
    assert client.post(address, {"version": "0", "reason": "Permisjon"}).status_code == 302
    assert (row_of("C-1").answer, row_of("C-1").why_not) == ("not_held", "Permisjon")
    with pytest.raises(IntegrityError, match="says_why_not"), transaction.atomic():
        CollectionRow.objects.filter(course__code="C-1").update(why_not="")


def test_second_of_two_people_sees_what_the_first_answered_and_may_overwrite_it(
    client: Client, round_: CollectionRound, now: datetime
) -> None:
    address = link_to("C-1", "collected_change")
    typed = {**values_of(client.get(address)), "kind": "term", "meeting_place_0": "Aulaen", "notes": "Min"}
    say("C-1", now, SeasonAnswer.NOT_HELD, reason="Kursleder slutter")
    answer = client.post(address, typed)
    assert answer.status_code == 409
    assert "Kursleder slutter" in answer.content.decode()
    assert values_of(answer)["notes"] == "Min"
    assert row_of("C-1").answer == "not_held"
    assert client.post(address, {**values_of(answer), "kind": "term"}).status_code == 302
    assert (row_of("C-1").answer, row_of("C-1").notes, row_of("C-1").why_not) == ("changed", "Min", "")


def test_second_press_on_the_list_sees_the_first_too(client: Client, round_: CollectionRound, now: datetime) -> None:
    row = row_of("C-1")
    typed = {"do": f"same:{row.pk}", f"{row.pk}-version": "0", f"{row.pk}-when": "term", f"{row.pk}-days": ""}
    say("C-1", now, SeasonAnswer.NOT_HELD, reason="Kursleder slutter")
    answer = client.post(link_to("C-1"), typed)
    assert (answer.status_code, row_of("C-1").answer) == (409, "not_held")
    assert "Kursleder slutter" in answer.content.decode()
    client.post(link_to("C-1"), {**typed, **values_of(answer), "do": f"same:{row.pk}"})
    assert row_of("C-1").answer == "same"


def test_answer_is_changed_until_it_is_checked(client: Client, adviser: User, round_: CollectionRound, now: datetime) -> None:
    say("C-1", now)
    say("C-1", now, SeasonAnswer.NOT_HELD)
    checked("C-1", adviser, now)
    with pytest.raises(actions.UnableToCollect):
        say("C-1", now)
    page = client.get(link_to("C-1"))
    assert "Senteret har kontrollert dette svaret" in page.content.decode()
    assert client.get(link_to("C-1", "collected_change"))["Location"] == link_to("C-1")
    row = row_of("C-1")
    client.post(link_to("C-1"), {"do": f"same:{row.pk}", f"{row.pk}-version": str(row.version), f"{row.pk}-when": "term"})
    assert row_of("C-1").answer == "not_held"


def test_after_the_last_day_a_first_answer_is_taken_and_no_change(round_: CollectionRound, now: datetime) -> None:
    say("A-1", now)
    late = now + timedelta(days=30)
    assert say("B-1", late).status == "answered"
    with pytest.raises(actions.UnableToCollect, match="siste dagen"):
        say("A-1", late, SeasonAnswer.NOT_HELD)


def test_wrong_expired_and_replaced_links_say_how_to_get_a_new_one(
    client: Client, adviser: User, round_: CollectionRound, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    wrong = reverse("catalogue:collected", args=["x" * 43])
    old = link_to("C-1")
    other = reverse("catalogue:collected_change", kwargs={"secret": old.rstrip("/").rsplit("/", 1)[1], "row_id": row_of("A-1").pk})
    assert client.get(wrong).status_code == 404
    assert texts_of(client.get(wrong), "h1") == ["Lenken virker ikke"]
    assert client.get(other).status_code == 404  # a course of another mailbox
    actions.replace_link(recipient=row_of("C-1").recipient, email="andre@poliklinikk.example", by=adviser, now=now)
    assert (client.get(old).status_code, client.get(link_to("C-1")).status_code) == (404, 200)
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now + timedelta(days=70))
    assert client.get(link_to("C-1")).status_code == 404


def test_page_of_a_link_is_for_one_pair_of_eyes(client: Client, round_: CollectionRound) -> None:
    page = client.get(link_to("A-1"))
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("same-origin", "noindex")
    assert "no-store" in page["Cache-Control"]
    title = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    assert title
    assert "Kurs" not in title[1].replace("Kursportal", "")


def test_last_answer_tells_the_centre_once(round_: CollectionRound, now: datetime) -> None:
    for code in ("A-1", "B-1"):
        say(code, now)
    assert not Message.objects.filter(kind=collection_mails.ALL_ANSWERED).exists()
    say("C-1", now)
    say("C-1", now, SeasonAnswer.NOT_HELD)
    assert Message.objects.filter(kind=collection_mails.ALL_ANSWERED).count() == 1
    assert reverse("catalogue:collection", args=[round_.pk]) in texts(collection_mails.ALL_ANSWERED)[0]


# Reminders


def test_reminder_each_week_to_those_who_lack_answers(round_: CollectionRound, now: datetime) -> None:
    say("C-1", now)
    assert collection_mails.plan_reminders(now=now + timedelta(days=6)) == 0
    week = now + timedelta(days=7)
    assert collection_mails.plan_reminders(now=week) == 1
    assert collection_mails.plan_reminders(now=week + timedelta(hours=3)) == 0
    message = Message.objects.get(kind=collection_mails.REMINDER)
    assert "2 kurs" in texts(collection_mails.REMINDER)[0]
    assert kinds.get(message.kind).skip_reason(message, week) == ""
    say("A-1", now)
    say("B-1", now)
    assert kinds.get(message.kind).skip_reason(message, week) == "collection_answered"
    assert collection_mails.plan_reminders(now=now + timedelta(days=14)) == 0


def test_no_reminder_after_the_last_day_and_a_missed_week_is_left_out(round_: CollectionRound, now: datetime) -> None:
    assert collection_mails.plan_reminders(now=now + timedelta(days=22)) == 2
    assert {message.revision for message in Message.objects.filter(kind=collection_mails.REMINDER)} == {"week3"}
    assert collection_mails.plan_reminders(now=now + timedelta(days=35)) == 0


def test_reminders_ahead_are_foretold(adviser: User, round_: CollectionRound, now: datetime) -> None:
    ahead = forecasts.ahead_for(adviser, now=now, kind=collection_mails.REMINDER)
    assert [(oslo_date(one.due_at), one.recipients) for one in ahead] == [
        (date(2026, 11, 24), 2),
        (date(2026, 12, 1), 2),
        (date(2026, 12, 8), 2),
        (date(2026, 12, 15), 2),
    ]
    stranger = make_person("Framand Prøve", "", (LMS_ADVISER, make_hospital()))
    assert forecasts.ahead_for(stranger, now=now, kind=collection_mails.REMINDER) == []


def test_centre_hears_once_that_time_is_out(round_: CollectionRound, now: datetime) -> None:
    late = now + timedelta(days=30)
    assert actions.sweep(now=late) == 1
    assert actions.sweep(now=late) == 0
    message = Message.objects.get(kind=collection_mails.TIME_IS_OUT)
    assert "3 kurs" in texts(collection_mails.TIME_IS_OUT)[0]
    for code in ("A-1", "B-1", "C-1"):
        say(code, late)
    assert kinds.get(message.kind).skip_reason(message, late) == "collection_answered"


def test_more_time_moves_the_links_and_the_reminders(adviser: User, round_: CollectionRound, now: datetime) -> None:
    late = now + timedelta(days=30)
    with pytest.raises(actions.UnableToCollect):
        actions.extend(round_=round_, last_on=LAST_DAY, by=adviser, now=late)
    actions.extend(round_=round_, last_on=date(2027, 1, 10), by=adviser, now=late)
    say("A-1", late)
    say("A-1", late, SeasonAnswer.NOT_HELD)
    assert collection_mails.plan_reminders(now=late) == 2
    assert row_of("A-1").recipient.link_expires_at > now + timedelta(days=80)


def test_new_link_to_another_mailbox_joins_the_courses_that_are_there(adviser: User, round_: CollectionRound, now: datetime) -> None:
    actions.replace_link(recipient=row_of("C-1").recipient, email="POST@poliklinikk.example", by=adviser, now=now)
    assert row_of("C-1").recipient == row_of("A-1").recipient
    old, new = Message.objects.filter(kind=collection_mails.INVITATION, object_id=row_of("A-1").recipient_id).order_by("planned_at", "id")
    assert kinds.get(old.kind).skip_reason(old, now) == "link_replaced"
    assert kinds.get(new.kind).skip_reason(new, now) == ""


# Checking, and into the catalogue


def test_all_that_say_the_same_are_checked_at_once_but_not_those_with_a_note(adviser: User, round_: CollectionRound, now: datetime) -> None:
    say("A-1", now)
    say("B-1", now, notes="Ring meg")
    say("C-1", now, SeasonAnswer.CHANGED)
    assert actions.check_all_same(round_=round_, by=adviser, now=now) == 1
    assert [row_of(code).status for code in ("A-1", "B-1", "C-1")] == ["checked", "answered", "answered"]


def test_put_in_the_catalogue_makes_a_planned_run_like_last_time_once(
    adviser: User, hospital: Unit, round_: CollectionRound, now: datetime
) -> None:
    say("A-1", now)
    row = checked("A-1", adviser, now)
    last = row_of("A-1").last_run
    assert last
    make_site(last, hospital, role="receiver", mode="digital", places=4)
    run = actions.put_in_catalogue(row=row, by=adviser, now=now)
    again = actions.put_in_catalogue(row=row_of("A-1"), by=adviser, now=now)
    assert run == again
    assert (run.status, run.copied_from, label_of(run)) == ("planned", last, "2. mars 2027")
    assert sorted((site.unit_id, site.role, site.mode, site.meeting_place, site.places) for site in run.sites.all()) == sorted(
        (site.unit_id, site.role, site.mode, site.meeting_place, site.places) for site in last.sites.all()
    )
    assert (Run.objects.filter(course=last.course).count(), SeasonListing.objects.filter(season=round_.season).count()) == (2, 1)
    assert list(StatusChange.objects.filter(workflow="season_answer").order_by("version").values_list("verb", flat=True)) == [
        "answer",
        "check",
        "put_in",
    ]


def test_what_is_changed_is_written_onto_the_copy_alone(adviser: User, clinic: Unit, round_: CollectionRound, now: datetime) -> None:
    sites = [{"unit": str(clinic.pk), "mode": "in_person", "meeting_place": "Aulaen", "places": 20}]
    say("A-1", now, SeasonAnswer.CHANGED, sites=sites, contact=clinic.parent)
    run = actions.put_in_catalogue(row=checked("A-1", adviser, now), by=adviser, now=now)
    site, old = run.sites.get(), row_of("A-1").last_run.sites.get()  # type: ignore[union-attr]
    assert (site.meeting_place, site.places, site.contact) == ("Aulaen", 20, clinic.parent)
    assert (old.meeting_place, old.places, old.contact) == ("Kløvertun", 12, None)


def test_poster_gets_last_times_order_whatever_comes_first(adviser: User, round_: CollectionRound, now: datetime) -> None:
    for code in ("C-1", "A-1", "B-1"):
        say(code, now)
        actions.put_in_catalogue(row=checked(code, adviser, now), by=adviser, now=now)
    listed = SeasonListing.objects.filter(season=round_.season).order_by("position")
    assert [(one.position, one.run.course.code) for one in listed] == [(1, "A-1"), (2, "B-1"), (3, "C-1")]


def test_row_that_was_put_on_the_poster_by_hand_stays_where_it_is(
    adviser: User, clinic: Unit, round_: CollectionRound, now: datetime
) -> None:
    season = round_.season
    assert season
    by_hand = make_run(make_course(clinic, code="HAND"), Dates.on(date(2027, 1, 12)))
    SeasonListing.objects.create(season=season, hospital_area=make_hospital_area(), run=by_hand, position=1, changed_at=now)
    for code in ("B-1", "A-1"):
        say(code, now)
        actions.put_in_catalogue(row=checked(code, adviser, now), by=adviser, now=now)
    listed = SeasonListing.objects.filter(season=season).order_by("position")
    assert [one.run.course.code for one in listed] == ["HAND", "A-1", "B-1"]


def test_printed_title_goes_with_the_row(adviser: User, round_: CollectionRound, now: datetime) -> None:
    last = row_of("A-1").last_run
    assert last
    SeasonListing.objects.create(
        season=season_from_code("spring-2026"),
        hospital_area=make_hospital_area(),
        run=last,
        position=4,
        title_nn="Trykt namn",
        note_nn="Berre då",
        changed_at=now,
    )
    say("A-1", now)
    run = actions.put_in_catalogue(row=checked("A-1", adviser, now), by=adviser, now=now)
    assert (run.listings.get().title_nn, run.listings.get().note_nn) == ("Trykt namn", "")


def test_dates_that_a_copied_season_has_made_already_are_used(adviser: User, round_: CollectionRound, now: datetime) -> None:
    last = row_of("A-1").last_run
    assert last
    [copied] = copy_runs(copies=[Copy(last, Dates.on(date(2027, 3, 2)))], by=adviser, now=now)
    say("A-1", now)
    assert actions.put_in_catalogue(row=checked("A-1", adviser, now), by=adviser, now=now) == copied


def test_standing_offer_is_listed_and_not_copied(hospital: Unit, clinic: Unit, adviser: User, season: Season, now: datetime) -> None:
    run = make_run(make_course(clinic, code="S-1"), Dates(ScheduleKind.CONTINUOUS))
    opened(hospital, season, adviser, now, ask(run))
    say("S-1", now, dates=None)
    assert actions.put_in_catalogue(row=checked("S-1", adviser, now), by=adviser, now=now) == run
    assert (Run.objects.count(), run.listings.get().season) == (1, season)


def test_course_that_has_never_been_held_begins_at_its_own_unit(
    hospital: Unit, clinic: Unit, adviser: User, season: Season, now: datetime
) -> None:
    opened(hospital, season, adviser, now, Ask(make_course(clinic, code="N-1"), None, "post@poliklinikk.example"))
    say("N-1", now, SeasonAnswer.CHANGED, sites=[{"unit": "", "mode": "", "meeting_place": "Aulaen", "places": 8}])
    run = actions.put_in_catalogue(row=checked("N-1", adviser, now), by=adviser, now=now)
    site = run.sites.get()
    assert (site.unit, site.role, site.meeting_place, site.places) == (clinic, "origin", "Aulaen", 8)


def test_into_the_catalogue_is_refused(adviser: User, round_: CollectionRound, now: datetime) -> None:
    say("A-1", now)
    with pytest.raises(actions.UnableToCollect):
        actions.put_in_catalogue(row=row_of("A-1"), by=adviser, now=now)
    say("B-1", now, SeasonAnswer.NOT_HELD)
    with pytest.raises(actions.UnableToCollect):
        actions.put_in_catalogue(row=checked("B-1", adviser, now), by=adviser, now=now)
    row, stranger = checked("A-1", adviser, now), make_person("Framand Prøve", "", (LMS_ADVISER, make_hospital()))
    with pytest.raises(actions.UnableToCollect):
        actions.put_in_catalogue(row=row, by=stranger, now=now)
    with pytest.raises(actions.UnableToCollect):
        actions.put_all_in_catalogue(round_=round_, by=stranger, now=now)
    assert not SeasonListing.objects.exists()


def test_two_advisers_do_not_pass_each_other_unseen(adviser: User, round_: CollectionRound, now: datetime) -> None:
    seen = say("A-1", now).version
    say("A-1", now, SeasonAnswer.NOT_HELD)
    for attempt in (actions.check, actions.reopen):
        with pytest.raises(actions.AnsweredMeanwhile):
            attempt(row=row_of("A-1"), seen_version=seen, by=adviser, now=now)
    with pytest.raises(actions.AnsweredMeanwhile):
        actions.answer(row=row_of("A-1"), said=Said(SeasonAnswer.NOT_HELD, reason="x"), seen_version=seen, by=adviser, now=now)
    row = checked("A-1", adviser, now)
    assert actions.reopen(row=row, seen_version=row.version, by=adviser, now=now).status == "answered"


# Once a year


def standing(clinic: Unit, code: str, made_at: datetime) -> Run:
    run = make_run(make_course(clinic, code=code), Dates(ScheduleKind.CONTINUOUS))
    Run.objects.filter(pk=run.pk).update(created_at=made_at)
    return run


def test_standing_offers_are_asked_about_once_a_year_in_one_mail(clinic: Unit, hospital: Unit, now: datetime) -> None:
    standing(clinic, "A-1", now - timedelta(days=400))
    standing(clinic, "B-1", now - timedelta(days=320))  # due soon: asked at once with the other
    standing(clinic, "C-1", now - timedelta(days=100))
    held(clinic, "D-1")
    assert actions.sweep(now=now) == 2
    assert actions.sweep(now=now) == 0
    round_ = CollectionRound.objects.get()
    assert (round_.unit, round_.season, round_.last_on) == (hospital, None, oslo_date(now) + timedelta(days=28))
    assert Message.objects.filter(kind=collection_mails.YEARLY).count() == 1
    assert "2 av tilbudene deres" in texts(collection_mails.YEARLY)[0]
    assert actions.ask_whether_still_running(now=now + timedelta(days=300)) > 0
    assert CollectionRow.objects.filter(course__code="C-1").count() == 1


def test_yes_as_it_stands_in_one_press_and_stopped_with_a_reason(client: Client, adviser: User, clinic: Unit, now: datetime) -> None:
    for code in ("A-1", "B-1"):
        standing(clinic, code, now - timedelta(days=400))
    actions.sweep(now=now)
    one = row_of("A-1")
    shown = client.get(link_to("A-1"))
    assert "Ja, slik det står" in shown.content.decode()
    client.post(link_to("A-1"), {"do": f"same:{one.pk}", f"{one.pk}-version": "0"})
    client.post(link_to("B-1", "collected_drop"), {"version": "0", "reason": "Lagt ned"})
    assert [(row_of(code).answer, row_of(code).dates) for code in ("A-1", "B-1")] == [("same", None), ("not_held", None)]
    client.force_login(adviser)
    address = reverse("catalogue:collection_row", args=[one.round_id, row_of("B-1").pk])
    board = client.get(reverse("catalogue:collection", args=[one.round_id])).content.decode()
    assert "Ja, slik det står" in board
    assert reverse("catalogue:run_edit", args=["B-1", row_of("B-1").last_run_id]) in client.get(address).content.decode()


def test_what_nobody_answers_stands_on_the_quality_list(page: Client, clinic: Unit, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    standing(clinic, "A-1", now - timedelta(days=400))
    actions.sweep(now=now)
    address = f"{reverse('catalogue:quality')}?show=unanswered"
    course = reverse("catalogue:course_desk", args=["A-1"])
    assert course not in addresses_of(page.get(address))
    late = now + timedelta(days=29)
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: late)
    page.logout()  # nobody is signed in for that long
    page.force_login(User.objects.get(name="Rådgjevar Prøve"))
    assert course in addresses_of(page.get(address))
    say("A-1", late, dates=None)
    assert course not in addresses_of(page.get(address))


def test_change_of_a_standing_offer_is_written_onto_it(adviser: User, clinic: Unit, now: datetime) -> None:
    run = standing(clinic, "A-1", now - timedelta(days=400))
    actions.sweep(now=now)
    sites = [{"unit": str(clinic.pk), "mode": "in_person", "meeting_place": "Ny sal", "places": None}]
    say("A-1", now, SeasonAnswer.CHANGED, dates=None, sites=sites)
    actions.put_in_catalogue(row=checked("A-1", adviser, now), by=adviser, now=now)
    assert (run.sites.get().meeting_place, run.sites.get().places) == ("Ny sal", None)


# The desk's pages


def new_round(**fields: Any) -> dict[str, Any]:
    return {"unit": "volda", "season": str(2027 * 2), "last_on": "15.12.2026", "greeting": "Hei alle!", **fields}


def test_round_is_seen_before_it_is_sent_and_what_is_typed_stays(page: Client, clinic: Unit) -> None:
    one, two = held(clinic, "A-1"), held(clinic, "B-1")
    address = reverse("catalogue:collection_new")
    keys = [f"{run.course_id}.{run.pk}" for run in (one, two)]
    shown = page.post(address, new_round(do="show"))
    assert values_of(shown)[f"email-{keys[0]}"] == "poliklinikk@sykehus.example"
    emails = {f"email-{key}": "poliklinikk@sykehus.example" for key in keys}
    mail = page.post(address, new_round(do="preview", ask=keys, **emails))
    assert "Hei alle!" in mail.content.decode()
    assert "om 2 kurs" in mail.content.decode()
    wrong = page.post(address, new_round(do="send", ask=keys, **emails | {f"email-{keys[1]}": "ingen"}))
    assert (wrong.status_code, values_of(wrong)[f"email-{keys[1]}"]) == (200, "ingen")
    assert not CollectionRound.objects.exists()
    assert not Season.objects.filter(year=2027).exists()
    sent = page.post(address, new_round(do="send", ask=keys[:1], **emails))
    made = CollectionRound.objects.get()
    assert sent["Location"] == reverse("catalogue:collection", args=[made.pk])
    assert [row.course.code for row in made.rows.all()] == ["A-1"]


def test_course_that_was_left_out_is_asked_about_in_the_same_round(page: Client, clinic: Unit, round_: CollectionRound) -> None:
    run, old = held(clinic, "D-1"), link_to("A-1")
    key = f"{run.course_id}.{run.pk}"
    address = reverse("catalogue:collection_new")
    assert reverse("catalogue:collection", args=[round_.pk]) in addresses_of(page.post(address, new_round(do="show")))
    page.post(address, new_round(do="send", ask=[key], **{f"email-{key}": "post@poliklinikk.example"}))
    assert (row_of("D-1").round, row_of("D-1").recipient) == (round_, row_of("A-1").recipient)
    assert (page.get(old).status_code, page.get(link_to("D-1")).status_code) == (404, 200)


def test_round_with_faults_says_what_to_do(page: Client, clinic: Unit) -> None:
    held(clinic, "A-1")
    answer = page.post(reverse("catalogue:collection_new"), new_round(do="show", last_on="1.1.2026"))
    assert (answer.status_code, values_of(answer)["last_on"]) == (200, "1.1.2026")
    assert "Feil:" in answer.content.decode()
    none = page.post(reverse("catalogue:collection_new"), new_round(do="send"))
    assert (none.status_code, CollectionRound.objects.exists()) == (200, False)


def test_board_counts_filters_and_does_many_at_once(page: Client, round_: CollectionRound, now: datetime) -> None:
    address = reverse("catalogue:collection", args=[round_.pk])
    say("A-1", now)
    say("B-1", now, SeasonAnswer.NOT_HELD)
    assert [row[1] for row in cells_of(page.get(address), columns=2)][:3] == ["Svart", "Svart", "Invitert"]
    assert len([row for row in cells_of(page.get(f"{address}?show=waiting"), columns=5) if row[1] == "Invitert"]) == 1
    page.post(address, {"do": "check_same"})
    page.post(address, {"do": "put_all"})
    page.post(address, {"do": "put_all"})
    assert (row_of("A-1").status, row_of("B-1").status) == ("in_catalogue", "answered")
    assert Run.objects.filter(course__code="A-1").count() == 2
    page.post(address, {"do": "extend", "last_on": "20.12.2026"})
    assert CollectionRound.objects.get().last_on == date(2026, 12, 20)
    assert values_of(page.post(address, {"do": "extend", "last_on": "1.1.2020"}))["last_on"] == "1.1.2020"


def test_overdue_is_seen_on_the_board_and_among_the_rounds(
    page: Client, round_: CollectionRound, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now + timedelta(days=30))
    page.force_login(User.objects.get(name="Rådgjevar Prøve"))
    board = page.get(f"{reverse('catalogue:collection', args=[round_.pk])}?show=overdue")
    assert [row[1] for row in cells_of(board, columns=2)][:3] == ["Over fristen"] * 3
    assert "Over fristen" in page.get(reverse("catalogue:collections")).content.decode()


def test_adviser_corrects_checks_and_puts_in(page: Client, round_: CollectionRound, now: datetime) -> None:
    say("A-1", now)
    row = row_of("A-1")
    address = reverse("catalogue:collection_row", args=[round_.pk, row.pk])
    shown = page.get(address)
    assert "3. mars 2026" in shown.content.decode()
    assert "2. mars 2027" in shown.content.decode()
    values = values_of(shown)
    page.post(address, {**values, "days": "5.3.2027"})
    row = row_of("A-1")
    assert (row.answer, row.answered_by and row.answered_by.name) == ("same", "Rådgjevar Prøve")
    old = page.post(address, {"do": "check", "version": "1"})
    assert (old.status_code, row_of("A-1").status) == (409, "answered")
    for step in ("check", "reopen", "check", "put_in", "put_in"):
        page.post(address, {"do": step, "version": str(row_of("A-1").version)})
    row = row_of("A-1")
    assert row.run
    assert label_of(row.run) == "5. mars 2027"
    assert reverse("catalogue:run_edit", args=["A-1", row.run_id]) in addresses_of(page.get(address))


def test_answer_by_telephone_is_written_down(page: Client, round_: CollectionRound) -> None:
    row = row_of("A-1")
    address = reverse("catalogue:collection_row", args=[round_.pk, row.pk])
    lacking = page.post(address, {"version": "0", "answer": "not_held", "notes": "Ringte"})
    assert (lacking.status_code, values_of(lacking)["notes"]) == (200, "Ringte")
    page.post(address, {"version": "0", "answer": "not_held", "reason": "Permisjon"})
    assert (row_of("A-1").answer, row_of("A-1").why_not) == ("not_held", "Permisjon")


def test_new_link_by_the_page(page: Client, round_: CollectionRound) -> None:
    old = link_to("C-1")
    recipient = row_of("C-1").recipient
    address = reverse("catalogue:collection_recipient", args=[round_.pk, recipient.pk])
    assert page.post(address, {"email": "feil"}).status_code == 200
    page.post(address, {"email": "ny@poliklinikk.example"})
    assert (row_of("C-1").recipient.email, row_of("C-1").recipient.link_number) == ("ny@poliklinikk.example", 2)
    assert page.get(old).status_code == 404


def test_who_answers_is_edited_on_the_desk(page: Client, adviser: User, clinic: Unit) -> None:
    course = make_course(clinic, code="A-1")
    address = reverse("catalogue:answer_contact", args=["A-1"])
    assert address in addresses_of(page.get(reverse("catalogue:course_desk", args=["A-1"])))
    assert "poliklinikk@sykehus.example" in page.get(address).content.decode()
    page.post(address, {"email": "kurs@poliklinikk.example"})
    assert AnswerContact.objects.get().email == "kurs@poliklinikk.example"
    assert values_of(page.get(address))["email"] == "kurs@poliklinikk.example"
    page.post(address, {"email": "feil"})
    page.post(address, {"email": ""})
    assert not AnswerContact.objects.filter(course=course).exists()
    with pytest.raises(actions.UnableToCollect):
        actions.set_answer_contact(course=make_course(), email="x@x.example", by=adviser, now=course.created_at)


def test_desks_pages_are_for_those_who_collect_there(client: Client, clinic: Unit, round_: CollectionRound) -> None:
    row = row_of("A-1")
    pages = [
        reverse("catalogue:collection", args=[round_.pk]),
        reverse("catalogue:collection_row", args=[round_.pk, row.pk]),
        reverse("catalogue:collection_recipient", args=[round_.pk, row.recipient_id]),
        reverse("catalogue:answer_contact", args=["A-1"]),
    ]
    lists = [reverse("catalogue:collections"), reverse("catalogue:collection_new")]
    assert {client.get(address).status_code for address in pages + lists} == {302}
    client.force_login(make_person("Framand Prøve", "", (LMS_ADVISER, make_hospital())))
    assert [client.get(address).status_code for address in pages + lists] == [404, 404, 404, 404, 200, 200]
    client.force_login(make_person("Lege Prøve", "", (REFERRER, clinic)))
    assert [client.get(address).status_code for address in lists] == [403, 403]
    client.force_login(make_person("Kursleiar Prøve", "", (COURSE_OWNER, clinic)))
    assert [client.get(address).status_code for address in pages + lists] == [404, 404, 404, 200, 200, 403]


def test_pages_take_as_many_queries_with_thirty_courses_as_with_one(
    page: Client, hospital: Unit, clinic: Unit, adviser: User, now: datetime
) -> None:
    found = []
    for code, number in (("spring-2027", 1), ("autumn-2027", 30)):
        season = season_from_code(code)
        runs = [held(clinic, f"{code[0].upper()}-{serial}00") for serial in range(number)]
        made = opened(hospital, season, adviser, now, *(ask(run, position=serial) for serial, run in enumerate(runs)))
        recipient = made.recipients.get()
        counted = []
        addresses = [
            reverse("catalogue:collection", args=[made.pk]),
            link(recipient),
            reverse("catalogue:collection_recipient", args=[made.pk, recipient.pk]),
        ]
        for address in addresses:
            page.get(address)
            with CaptureQueriesContext(
                connection,
            ) as queries_made:
                assert page.get(address).status_code == 200
            counted.append(len(queries_made))
        with CaptureQueriesContext(connection) as queries_made:
            queries.candidates(hospital, season_from_code("spring-2028" if number == 1 else "autumn-2028"))
        counted.append(len(queries_made))
        found.append(counted)
    assert found[0] == found[1]


# The whole round, as its people walk it


def test_whole_round(client: Client, clinic: Unit, hospital: Unit, adviser: User, now: datetime) -> None:
    runs = [held(clinic, code) for code in ("A-1", "B-1", "C-1", "D-1")]
    before = season_from_code("spring-2026")
    for position, run in enumerate(runs, start=1):
        SeasonListing.objects.create(season=before, hospital_area=make_hospital_area(), run=run, position=position, changed_at=now)
    client.force_login(adviser)
    new = reverse("catalogue:collection_new")
    shown = values_of(client.post(new, new_round(do="show")))
    emails = {name: value for name, value in shown.items() if name.startswith("email-")}
    asked = [f"{run.course_id}.{run.pk}" for run in runs]
    board = client.post(new, new_round(do="send", ask=asked, **emails))["Location"]

    visitor = Client()
    address = link_to("A-1")
    client.get(board)
    visitor.post(
        link_to("B-1", "collected_change"),
        {**values_of(visitor.get(link_to("B-1", "collected_change"))), "kind": "sessions", "days": "4.5.2027"},
    )
    visitor.post(link_to("C-1", "collected_drop"), {**values_of(visitor.get(link_to("C-1", "collected_drop"))), "reason": "Permisjon"})
    visitor.post(address, {"do": "all", **values_of(visitor.get(address))})
    assert "Alt er besvart" in visitor.get(address).content.decode()

    client.post(board, {"do": "check_same"})
    row = row_of("B-1")
    one = reverse("catalogue:collection_row", args=[row.round_id, row.pk])
    client.post(one, {"do": "check", "version": str(row.version)})
    client.post(board, {"do": "put_all"})
    listed = SeasonListing.objects.filter(season__code="spring-2027").order_by("position")
    assert [(each.run.course.code, label_of(each.run), each.run.status) for each in listed] == [
        ("A-1", "Vår 2027", "planned"),
        ("B-1", "4. mai 2027", "planned"),
        ("D-1", "Vår 2027", "planned"),
    ]
    poster = reverse("catalogue:season", args=["volda", "spring-2027"])
    assert visitor.get(poster).status_code == 404  # nobody sees what is only planned
    run = Run.objects.select_related("course__owner", "course__public_version").get(listings__in=listed, course__code="B-1")
    move(RUN, run, verb="open", now=now)
    assert cells_of(visitor.get(poster), columns=3)[0][2] == "4. mai 2027"


@pytest.mark.parametrize(
    "dates",
    [
        Dates.on(date(2027, 3, 2), date(2027, 3, 9)),
        Dates(ScheduleKind.MONTHS, months=(date(2027, 3, 1),)),
        Dates(ScheduleKind.TERM, season=TermSeason.SPRING, year=2027),
        Dates(ScheduleKind.RECURRING, frequency=Frequency.MONTHLY, weekday=0, from_on=date(2027, 1, 4), until_on=date(2027, 6, 7)),
        Dates(ScheduleKind.TO_BE_ANNOUNCED),
        Dates(ScheduleKind.SESSIONS, meetings=(Meeting(date(2027, 3, 2)),)),
    ],
)
def test_dates_of_an_answer_are_read_as_they_were_written(dates: Dates) -> None:
    assert dates_from_json(dates_as_json(dates)) == dates


@pytest.mark.usefixtures("reference")
def test_demo_shows_a_collection_at_every_stage(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    only = [entry for entry in catalogue_demo.read_courses() if entry["owner"].startswith("volda")]
    monkeypatch.setattr(catalogue_demo, "read_courses", lambda: only)
    with acting_as_system("load_demo", now=now):
        accounts_demo.load(now=now)
        catalogue_demo.load(now=now)
        collection_demo.load(now=now)
    over = CollectionRound.objects.get(season__isnull=False, last_on__lt=oslo_date(now))
    counted = queries.counts(over, oslo_date(now))
    assert [code for code, number in counted.items() if not number] == ["waiting"]
    assert CollectionRow.objects.filter(round__season__isnull=False, round__last_on__gt=oslo_date(now), status="invited").exists()
    assert queries.unanswered_yearly(oslo_date(now)).exists()
    assert SeasonListing.objects.filter(season=over.season, run__status="planned").exists()
