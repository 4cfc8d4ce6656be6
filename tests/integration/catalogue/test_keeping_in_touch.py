"""Keeping in touch after a course: only those who said yes see each other, only from the day, and only until they withdraw."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalogue.actions import self_help as actions
from catalogue.actions.places import change_enrolment
from catalogue.actions.self_help import Shared
from catalogue.following import FORGOTTEN_DAYS_AFTER, SHARED_DAYS_AFTER
from catalogue.links import SELF_HELP, SIGN_UP, secret_of
from catalogue.models import Course, Enrolment, Run, SelfHelpGroup, SelfHelpMember, SignUp
from catalogue.schedule import Dates
from lms_portal.accounts.models import User
from lms_portal.audit.models import Access
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_run
from tests.integration.catalogue import test_rosters
from tests.integration.catalogue.test_joining import join
from tests.integration.catalogue.test_rosters import address, give
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db
adviser, page, course = test_rosters.adviser, test_rosters.page, test_rosters.course
HELD_ON = date(2026, 11, 10)
SHARED_ON = date(2026, 12, 1)  # two weeks after the day of the tests, which is later than the meeting
ANNA = Shared("Anna", email="anna@post.example")
PHONE = "90 01 23 45"
BO = Shared("Bo", phone="+4790012345")


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    cache.clear()
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def run(course: Course) -> Run:
    return make_run(course, Dates.on(HELD_ON), places=None)


@pytest.fixture
def anna(run: Run, now: datetime) -> Enrolment:
    return give(run, now, "Anna Prøve", email="anna@post.example")


@pytest.fixture
def bo(run: Run, now: datetime) -> Enrolment:
    return give(run, now, "Bo Prøve")


def own(member: SelfHelpMember) -> str:
    return reverse("catalogue:my_group", args=[secret_of(member.pk, purpose=SELF_HELP)])


def words_of(response: object) -> str:
    """The page's words, with plain spaces in numbers."""
    return " ".join(" ".join(texts_of(response, "main")).split())


def move_to(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: moment)


def test_days_are_set_by_the_first_yes_and_do_not_move(anna: Enrolment, bo: Enrolment, now: datetime) -> None:
    actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    actions.say_yes(enrolment=bo, shared=BO, now=now + timedelta(days=5))
    group = SelfHelpGroup.objects.get()
    assert group.share_on == SHARED_ON == date(2026, 11, 17) + timedelta(days=SHARED_DAYS_AFTER)
    assert group.forget_on == SHARED_ON + timedelta(days=FORGOTTEN_DAYS_AFTER)


def test_what_is_shared_is_sealed(anna: Enrolment, now: datetime) -> None:
    actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, email FROM catalogue_selfhelpmember")
        assert not any(b"nna" in bytes(value) for value in cursor.fetchone())


def test_nobody_sees_anybody_before_the_day(
    client: Client, anna: Enrolment, bo: Enrolment, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    actions.say_yes(enrolment=bo, shared=BO, now=now)
    assert PHONE not in words_of(client.get(own(member)))
    move_to(monkeypatch, now + timedelta(days=SHARED_DAYS_AFTER))
    shown = client.get(own(member))
    assert PHONE in words_of(shown)
    assert (shown["X-Robots-Tag"], "no-store" in shown["Cache-Control"]) == ("noindex", True)
    read = Access.objects.get(object_type="self_help_member")
    assert (read.basis, read.object_ids) == ("own_link", [SelfHelpMember.objects.get(enrolment=bo).pk])


def test_page_of_the_list_takes_the_same_queries_for_one_and_for_thirty(
    client: Client, run: Run, anna: Enrolment, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    counts = []
    for wanted in (1, 30):
        while SelfHelpMember.objects.count() <= wanted:
            actions.say_yes(enrolment=give(run, now), shared=BO, now=now)
        move_to(monkeypatch, now + timedelta(days=SHARED_DAYS_AFTER))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(own(member)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_mail_is_planned_for_the_day_and_says_nothing_of_the_course(anna: Enrolment, now: datetime) -> None:
    member = actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    actions.say_yes(enrolment=anna, shared=Shared("Anna P", email="ny@post.example"), now=now)
    message = Message.objects.get(kind="catalogue.group_shared")
    assert message.due_at.astimezone().date() == SHARED_ON
    text = kinds.get(message.kind).render(message).text
    assert own(member) in text
    assert not any(word in text for word in (anna.course.code, anna.course.shown_version.title, "Anna", "post.example"))


def test_withdrawing_deletes_the_row_and_its_key_and_stops_the_mail(client: Client, anna: Enrolment, now: datetime) -> None:
    member = actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    assert client.post(own(member), {"do": "withdraw"})["Location"] == reverse("catalogue:group_left")
    assert not SelfHelpMember.objects.exists()
    assert DataKey.objects.get(pk=member.data_key_id).erased_at == now
    message = Message.objects.get(kind="catalogue.group_shared")
    assert kinds.get(message.kind).skip_reason(message, now) == "withdrawn"
    assert client.get(own(member)).status_code == 404
    actions.withdraw(enrolment=anna, now=now)


def test_everything_is_deleted_when_the_time_is_over(client: Client, anna: Enrolment, now: datetime) -> None:
    member = actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    later = now + timedelta(days=SHARED_DAYS_AFTER + FORGOTTEN_DAYS_AFTER)
    assert actions.forget_old_groups(now=later - timedelta(days=1)) == 0
    assert actions.forget_old_groups(now=later) == 1
    assert (SelfHelpMember.objects.count(), SelfHelpGroup.objects.count()) == (0, 0)
    assert DataKey.objects.get(pk=member.data_key_id).wrapped is None
    with pytest.raises(actions.UnableToKeepInTouch):
        actions.say_yes(enrolment=anna, shared=ANNA, now=later)


def test_only_those_who_took_part_and_not_before_the_course_begins(course: Course, anna: Enrolment, now: datetime) -> None:
    ahead = give(make_run(course), now)
    with pytest.raises(actions.UnableToKeepInTouch):
        actions.say_yes(enrolment=ahead, shared=ANNA, now=now)
    change_enrolment(enrolment=anna, verb="note_absence", now=now)
    with pytest.raises(actions.UnableToKeepInTouch):
        actions.say_yes(enrolment=anna, shared=ANNA, now=now)


def test_one_way_to_be_reached_is_needed(anna: Enrolment, now: datetime) -> None:
    with pytest.raises(actions.UnableToKeepInTouch):
        actions.say_yes(enrolment=anna, shared=Shared("Anna"), now=now)
    member = actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfHelpMember.objects.filter(pk=member.pk).update(email=None)


# The page of a place


@pytest.fixture
def signed_up(now: datetime) -> SignUp:
    """Somebody who signed up for a course that has been since."""
    early = datetime(2026, 11, 1, 12, tzinfo=now.tzinfo)
    run = make_run(None, Dates.on(HELD_ON), places=None, sign_up="self")
    return join(run, early)


def test_place_leads_to_the_form_which_keeps_what_was_typed(client: Client, signed_up: SignUp) -> None:
    secret = secret_of(signed_up.pk, purpose=SIGN_UP)
    where = reverse("catalogue:place_group", args=[secret])
    assert where in client.get(reverse("catalogue:place", args=[secret])).content.decode()
    refused = client.post(where, {"name": "Kalle", "email": "", "phone": ""})
    assert (refused.status_code, SelfHelpMember.objects.count()) == (200, 0)
    assert 'value="Kalle"' in refused.content.decode()
    assert texts_of(refused, "title")[0].startswith("Feil:")
    assert client.post(where, {"name": "Kalle", "email": "kalle@post.example"}).status_code == 302
    member = SelfHelpMember.objects.get()
    assert (member.name, member.email, member.phone, member.taken_in_by) == ("Kalle", "kalle@post.example", None, None)
    assert client.post(where, {"do": "withdraw"}).status_code == 302
    assert not SelfHelpMember.objects.exists()


def test_unknown_link_opens_nothing(client: Client) -> None:
    assert client.get(reverse("catalogue:my_group", args=["finnesikke"])).status_code == 404
    assert client.get(reverse("catalogue:place_group", args=["finnesikke"])).status_code == 404


# The papers


def test_leader_takes_in_a_paper_and_sees_no_contact(page: Client, run: Run, anna: Enrolment, bo: Enrolment) -> None:
    typed = {"do": "yes", "person": str(bo.pk), "name": "Bo", "phone": "90012345"}
    assert SelfHelpMember.objects.count() == 0
    page.post(address("group_papers", run), typed)
    assert SelfHelpMember.objects.count() == 0  # without the paper
    assert page.post(address("group_papers", run), {**typed, "on_paper": "on"}).status_code == 302
    assert SelfHelpMember.objects.get().taken_in_by is not None
    shown = words_of(page.get(address("group_papers", run)))
    assert PHONE not in shown
    assert "på papir" in shown
    assert Access.objects.filter(object_type="self_help_member").count() == 0
    page.post(address("group_papers", run), {"do": "withdraw", "person": str(bo.pk)})
    assert not SelfHelpMember.objects.exists()


def test_leader_does_not_change_what_somebody_shares(adviser: User, anna: Enrolment, now: datetime) -> None:
    actions.say_yes(enrolment=anna, shared=ANNA, now=now)
    with pytest.raises(actions.UnableToKeepInTouch):
        actions.say_yes(enrolment=anna, shared=BO, by=adviser, now=now)


def test_papers_of_another_hospital_are_not_there(client: Client, page: Client, run: Run, anna: Enrolment, now: datetime) -> None:
    assert page.get(address("group_papers", make_run())).status_code == 404
    stranger = make_person()
    client.force_login(stranger)
    assert client.get(address("group_papers", run)).status_code == 404
    with pytest.raises(actions.UnableToKeepInTouch):
        actions.say_yes(enrolment=anna, shared=ANNA, by=stranger, now=now)
    client.logout()
    assert client.get(address("group_papers", run)).status_code == 302


def test_papers_take_the_same_queries_for_one_and_for_thirty(page: Client, run: Run, now: datetime) -> None:
    page.get(address("group_papers", run))  # what a worker keeps from its first request on
    counts = []
    for wanted in (1, 30):
        while run.enrolments.count() < wanted:
            actions.say_yes(enrolment=give(run, now), shared=BO, now=now)
        with CaptureQueriesContext(connection) as queries:
            assert page.get(address("group_papers", run)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
