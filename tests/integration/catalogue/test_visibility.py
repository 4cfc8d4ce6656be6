"""Where a course is found: listed everywhere; by link only; hidden from visitors, and still there for those who refer."""

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions.courses import UnableToEditCourse
from catalogue.actions.search import refresh_search
from catalogue.actions.visibility import set_visibility
from catalogue.enums import Visibility
from catalogue.links import SIGN_UP, secret_of
from catalogue.models import Course, CourseCard, PathwayStep, SearchDocument, Season, SeasonListing
from catalogue.queries.following import peers_of, public_steps
from catalogue.queries.papers import has_poster
from catalogue.queries.seasons import listings_of, posters
from catalogue.schedule import Dates
from catalogue.workflow import COURSE
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER, REFERRER
from lms_portal.audit.transitions import move
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from referrals.queries import courses_by_referral
from tests.factories.accounts import make_clinic, make_hospital, make_hospital_area, make_person, make_unit
from tests.factories.catalogue import make_course, make_draft_course, make_run
from tests.integration.catalogue.test_joining import join, open_run
from tests.integration.pages import values_of

pytestmark = pytest.mark.django_db
TITLE = "Kurs om hjertet"
UNLISTED = [Visibility.LINK, Visibility.HIDDEN]
LISTS = {
    "list": "/nb/kurs/",
    "search": "/nb/kurs/?q=hjertet",
    "front": "/nb/",
    "month": "/nb/kalender/?month=2027-03",
    "centre": "/nb/sentre/visby-lms/",
    "embedded": "/nb/innebygd/",
    "atom": "/data/nb/kurs.atom",
    "json": "/data/kurs.json",
    "sitemap": "/sitemap.xml",
    "calendar of the centre": "/data/nb/senter/visby-lms.ics",
    "calendar of the topic": "/data/nb/tema/heart.ics",
    "poster": "/nb/plakater/visby/autumn-2027/",
}


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def hospital() -> Unit:
    area = make_hospital_area("visby")
    hospital = make_hospital("visby", hospital_area=area)
    make_unit("visby-lms", UnitKind.LEARNING_CENTRE, hospital, hospital_area=area)
    return hospital


@pytest.fixture
def adviser(hospital: Unit) -> User:
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, hospital))


@pytest.fixture
def course(hospital: Unit, now: datetime) -> Course:
    course = make_course(hospital, code="HJERTE-1", title_nb=TITLE, title_nn=TITLE)
    run = make_run(course, Dates.on(date(2027, 3, 3), starts=time(10)))
    season = Season.objects.create(code="autumn-2027", year=2027, season="autumn")
    SeasonListing.objects.create(season=season, hospital_area_id="visby", run=run, position=1, changed_at=now)
    refresh_search(now=now)
    return course


def answers(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("address", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("visibility", UNLISTED)
def test_unlisted_course_leaves_every_list_and_comes_back(
    client: Client, course: Course, now: datetime, address: str, visibility: Visibility
) -> None:  # fmt: skip
    adviser = make_person("Rådgjevar Prøve", "", (LMS_ADVISER, course.owner))
    named = ("HJERTE-1", "hjerte-1", TITLE, "Kurs: " + TITLE)
    before = answers(client, address)
    had = [name for name in named if name in before]
    set_visibility(course=course, visibility=visibility, by=adviser, now=now)
    after = answers(client, address)
    assert [name for name in named if name in after] == []
    if address in ("/nb/", LISTS["centre"]):
        assert before != after or had == []
    else:
        assert had
    set_visibility(course=course, visibility=Visibility.LISTED, by=adviser, now=now)
    assert [name for name in named if name in answers(client, address)] == had


@pytest.mark.parametrize("visibility", UNLISTED)
def test_unlisted_course_has_no_search_rows_cards_or_poster(course: Course, adviser: User, now: datetime, visibility: Visibility) -> None:
    season, area = Season.objects.get(), make_hospital_area("visby")
    assert (len(posters()), listings_of(season, area).count(), has_poster(season, area)) == (1, 1, True)
    set_visibility(course=course, visibility=visibility, by=adviser, now=now)
    assert (SearchDocument.objects.count(), CourseCard.objects.count()) == (0, 0)
    assert (len(posters()), listings_of(season, area).count(), has_poster(season, area)) == (0, 0, False)


@pytest.mark.parametrize("visibility", UNLISTED)
def test_refresh_of_everything_leaves_it_out_too(course: Course, adviser: User, now: datetime, visibility: Visibility) -> None:
    set_visibility(course=course, visibility=visibility, by=adviser, now=now)
    refresh_search(now=now)
    assert not SearchDocument.objects.exists()


def test_by_link_only_answers_and_asks_search_engines_to_leave_it_out(client: Client, course: Course, adviser: User, now: datetime) -> None:
    assert "X-Robots-Tag" not in client.get(course.get_absolute_url()).headers
    set_visibility(course=course, visibility=Visibility.LINK, by=adviser, now=now)
    for _first_and_kept in range(2):
        page = client.get(course.get_absolute_url())
        assert (page.status_code, page.headers["X-Robots-Tag"]) == (200, "noindex")
        assert '<meta name="robots" content="noindex">' in page.content.decode()
    assert client.get("/k/HJERTE-1").headers["Location"] == course.get_absolute_url()
    assert "BEGIN:VEVENT" in answers(client, "/data/nb/kurs/HJERTE-1.ics")


def test_hidden_course_answers_no_visitor(client: Client, course: Course, adviser: User, now: datetime) -> None:
    run = course.runs.get()
    places = [
        course.get_absolute_url(),
        "/k/HJERTE-1",
        "/k/HJERTE-1/qr.svg",
        "/data/nb/kurs/HJERTE-1.ics",
        reverse("catalogue:interest", args=[course.slug]),
        reverse("catalogue:calendar", args=[course.slug, run.pk]),
        reverse("catalogue:run_link", args=[run.pk]),
    ]
    assert {client.get(place).status_code for place in places} <= {200, 302}
    set_visibility(course=course, visibility=Visibility.HIDDEN, by=adviser, now=now)
    assert {client.get(place).status_code for place in places} == {404}


@pytest.mark.parametrize("visibility", Visibility)
def test_clinicians_can_refer_to_each(client: Client, course: Course, adviser: User, now: datetime, visibility: Visibility) -> None:
    set_visibility(course=course, visibility=visibility, by=adviser, now=now)
    assert list(courses_by_referral()) == [course]
    client.force_login(make_person("Lege Prøve", "", (REFERRER, make_clinic())))
    assert TITLE in answers(client, reverse("referrals:start"))
    page = client.get(reverse("referrals:start"), {"course": course.slug})
    assert page.status_code == 200
    assert (course.get_absolute_url() in page.content.decode()) == (visibility != Visibility.HIDDEN)


def test_hidden_course_is_no_step_and_no_peer_offer(hospital: Unit, adviser: User, now: datetime) -> None:
    union = make_unit(kind=UnitKind.USER_ORGANISATION)
    course, peer = make_course(hospital), make_course(union, sign_up="self")
    assert peers_of(course, "heart") == [peer]
    PathwayStep.objects.create(course=course, side="after", kind="course", target=peer, position=1)
    assert len(public_steps(course)) == 1
    Course.objects.filter(pk=peer.pk).update(visibility=Visibility.LINK)
    assert (peers_of(course, "heart"), len(public_steps(course))) == ([], 1)
    Course.objects.filter(pk=peer.pk).update(visibility=Visibility.HIDDEN)
    assert public_steps(course) == []


def test_adviser_chooses_on_a_page(client: Client, course: Course, adviser: User) -> None:
    client.force_login(adviser)
    desk, address = reverse("catalogue:course_desk", args=[course.code]), reverse("catalogue:course_visibility", args=[course.code])
    assert address in answers(client, desk)
    assert values_of(client.get(address))["visibility"] == "listed"
    assert "Velg" in client.post(address, {"visibility": "everywhere"}).content.decode()
    assert client.post(address, {"visibility": "hidden"}).headers["Location"] == desk
    course.refresh_from_db()
    assert course.visibility == Visibility.HIDDEN
    page = answers(client, desk)
    assert ("Besøkende får ingen side" in page, course.get_absolute_url() in page) == (True, False)


def test_course_in_preparation_can_be_hidden_before_it_is_published(hospital: Unit, adviser: User, now: datetime) -> None:
    draft = make_draft_course(hospital)
    assert set_visibility(course=draft, visibility=Visibility.HIDDEN, by=adviser, now=now).visibility == Visibility.HIDDEN


def test_others_may_not(client: Client, course: Course, hospital: Unit, now: datetime) -> None:
    address = reverse("catalogue:course_visibility", args=[course.code])
    assert client.get(address).status_code == 302
    owner = make_person("Eigar Prøve", "", (COURSE_OWNER, hospital))
    client.force_login(owner)
    assert client.get(address).status_code == 403
    with pytest.raises(UnableToEditCourse):
        set_visibility(course=course, visibility=Visibility.HIDDEN, by=owner, now=now)
    client.force_login(make_person("Annan Prøve", "", (LMS_ADVISER, make_hospital())))
    assert client.post(address, {"visibility": "hidden"}).status_code == 404


def test_archived_course_stays_as_it_is(course: Course, adviser: User, now: datetime) -> None:
    move(COURSE, course, verb="archive", now=now, reason="Slutt")
    with pytest.raises(UnableToEditCourse):
        set_visibility(course=course, visibility=Visibility.HIDDEN, by=adviser, now=now)


def test_database_knows_three(course: Course) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(visibility="secret")


def test_whoever_has_a_place_keeps_page_and_mails_when_the_course_is_hidden(client: Client, now: datetime) -> None:
    run = open_run()
    made = join(run, now)
    Course.objects.filter(pk=run.course_id).update(visibility=Visibility.HIDDEN)
    page = client.get(reverse("catalogue:place", kwargs={"secret": secret_of(made.pk, purpose=SIGN_UP, number=made.link_number)}))
    assert page.status_code == 200
    (message,) = Message.objects.all()
    assert "/min-plass/" in kinds.get(message.kind).render(message).text
