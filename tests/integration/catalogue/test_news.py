"""News by mail: on the list by two presses of its owner, off it by one; sent once, in both forms, and silent about what somebody has."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalogue.actions import news as actions
from catalogue.links import NEWS, secret_of
from catalogue.models import NewsItem, NewsSubscription
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import HospitalArea, Unit, User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds
from lms_portal.outbox.bounces import Report, settle_bounce
from lms_portal.outbox.delivery import Swept, _mail, deliver_batch
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_hospital, make_hospital_area, make_person, make_unit
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db
WRITTEN = {"title_nb": "Åpent hus", "title_nn": "Ope hus", "text_nb": "Kom innom.", "text_nn": "Kom innom oss."}


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    cache.clear()
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def area() -> HospitalArea:
    return make_hospital_area("volda")


@pytest.fixture
def centre(area: HospitalArea) -> Unit:
    return make_unit("volda-lms", UnitKind.LEARNING_CENTRE, make_hospital("volda", hospital_area=area), name="LMS Volda")


@pytest.fixture
def adviser(centre: Unit) -> User:
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, centre))


@pytest.fixture
def page(client: Client, adviser: User) -> Client:
    client.force_login(adviser)
    return client


def on_the_list(
    now: datetime, email: str = "kari@post.example", *, topics: tuple[str, ...] = (), where: HospitalArea | None = None
) -> NewsSubscription:
    actions.ask_for_news(email=email, topics=topics, area=where, language="nb", now=now)
    wish = NewsSubscription.objects.get(confirmed_at__isnull=True)
    actions.confirm(subscription=wish, now=now)
    return NewsSubscription.objects.select_related("data_key").get(pk=wish.pk)


def link(subscription: NewsSubscription, name: str) -> str:
    return reverse(f"catalogue:{name}", args=[secret_of(subscription.pk, purpose=NEWS)])


def planned(centre: Unit, now: datetime, **values: str) -> NewsItem:
    item = actions.write_news(unit=centre, values={**WRITTEN, **values}, now=now)
    return actions.plan_news(item=item, send_at=now, seen_version=0, now=now)


def readers() -> set[str | None]:
    return {message.recipient_address for message in Message.objects.filter(kind="catalogue.news").select_related("data_key")}


# On and off the list


def test_address_is_on_the_list_after_two_presses(client: Client, area: HospitalArea, now: datetime) -> None:
    typed = {"email": "Kari@post.example", "topics": ["heart", "lung"], "area": area.pk, "language": "nn"}
    assert client.post(reverse("catalogue:news_ask"), typed)["Location"] == reverse("catalogue:news_asked")
    wish = NewsSubscription.objects.select_related("data_key").get()
    assert (wish.email, wish.topics, wish.area, wish.confirmed_at) == ("kari@post.example", "heart,lung", area, None)
    message = Message.objects.get(kind="catalogue.news_confirm")
    assert link(wish, "news_confirm").removeprefix("/nb") in kinds.get(message.kind).render(message).text
    client.get(link(wish, "news_confirm"))  # a mail program that opens every link changes nothing
    assert NewsSubscription.objects.filter(confirmed_at__isnull=True).exists()
    client.post(link(wish, "news_confirm"))
    assert NewsSubscription.objects.get().confirmed_at == now
    assert "Hjerte" in client.get(link(wish, "news_confirm")).content.decode()


def test_topics_and_address_are_sealed(now: datetime) -> None:
    on_the_list(now, topics=("heart",))
    with connection.cursor() as cursor:
        cursor.execute("SELECT email, topics FROM catalogue_newssubscription")
        assert not any(word in bytes(value) for value in cursor.fetchone() for word in (b"kari", b"heart"))


def test_nobody_changes_what_another_has_chosen(client: Client, now: datetime) -> None:
    first = on_the_list(now, topics=("heart",))
    client.post(reverse("catalogue:news_ask"), {"email": "kari@post.example", "topics": ["lung"], "area": "", "language": "nb"})
    assert NewsSubscription.objects.select_related("data_key").get(confirmed_at__isnull=False).topics == "heart"
    wish = NewsSubscription.objects.get(confirmed_at__isnull=True)
    actions.confirm(subscription=wish, now=now)
    assert [row.topics for row in NewsSubscription.objects.select_related("data_key")] == ["lung"]
    assert DataKey.objects.get(pk=first.data_key_id).wrapped is None
    actions.confirm(subscription=wish, now=now + timedelta(days=1))
    assert NewsSubscription.objects.get().confirmed_at == now


def test_wish_that_is_not_confirmed_is_deleted_after_a_week(client: Client, now: datetime) -> None:
    actions.ask_for_news(email="kari@post.example", topics=(), area=None, language="nb", now=now)
    wish = NewsSubscription.objects.get()
    assert actions.forget_unreachable(now=now + timedelta(days=6)) == 0
    assert actions.forget_unreachable(now=now + timedelta(days=7)) == 1
    assert client.get(link(wish, "news_confirm")).status_code == 404


def test_form_keeps_what_was_typed_and_refuses_programs(client: Client) -> None:
    answer = client.post(reverse("catalogue:news_ask"), {"email": "kari", "language": "nb", "homepage": "x"})
    assert (answer.status_code, NewsSubscription.objects.count()) == (200, 0)
    assert 'value="kari"' in answer.content.decode()
    assert texts_of(answer, "title")[0].startswith("Feil:")


def test_own_page_stops_the_news(client: Client, now: datetime) -> None:
    subscription = on_the_list(now)
    client.get(link(subscription, "news_stop"))
    assert NewsSubscription.objects.exists()
    assert client.post(link(subscription, "news_stop"))["Location"] == reverse("catalogue:news_stopped")
    assert not NewsSubscription.objects.exists()
    assert client.get(link(subscription, "news_stop")).status_code == 404


def test_one_press_in_the_mail_program_stops_the_news(now: datetime) -> None:
    subscription = on_the_list(now)
    strict = Client(enforce_csrf_checks=True)  # the mail program has no cookie and no form of ours
    where = link(subscription, "news_one_press")
    assert strict.get(where).status_code == 405
    assert strict.post(where).status_code == 400
    assert NewsSubscription.objects.exists()
    for _twice in range(2):
        assert strict.post(where, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not NewsSubscription.objects.exists()


# Sending


def test_news_goes_once_to_those_who_want_it(centre: Unit, area: HospitalArea, now: datetime) -> None:
    on_the_list(now, "heart@post.example", topics=("heart",), where=area)
    on_the_list(now, "all@post.example")
    on_the_list(now, "lung@post.example", topics=("lung",))
    on_the_list(now, "far@post.example", where=make_hospital_area("molde"))
    item = planned(centre, now, topic="heart")
    assert actions.send_due_news(now=now - timedelta(minutes=5)) == 0
    assert actions.send_due_news(now=now) == 2
    assert actions.send_due_news(now=now) == 0
    assert readers() == {"heart@post.example", "all@post.example"}
    item.refresh_from_db()
    assert (item.sent_at, item.sent_to) == (now, 2)


def test_mail_tells_nothing_and_carries_its_stop(centre: Unit, now: datetime) -> None:
    subscription = on_the_list(now, topics=("heart",))
    item = planned(centre, now, topic="heart")
    actions.send_due_news(now=now)
    message = Message.objects.get(kind="catalogue.news")
    with translation.override("nb"):
        rendered = kinds.get(message.kind).render(message)
    assert rendered.subject == "Nytt fra LMS Volda"
    assert not any(word in rendered.subject + rendered.text for word in ("Åpent hus", "Hjerte", "heart"))
    assert reverse("catalogue:news_item", args=[item.pk]) in rendered.text
    assert link(subscription, "news_stop") in rendered.text
    headers = _mail(message, rendered, "kari@post.example").message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link(subscription, "news_one_press") in "".join(headers["List-Unsubscribe"].split())


def test_who_stops_after_planning_gets_nothing(centre: Unit, now: datetime) -> None:
    subscription = on_the_list(now)
    planned(centre, now)
    actions.send_due_news(now=now)
    actions.forget(subscription=subscription, now=now)
    message = Message.objects.get(kind="catalogue.news")
    assert kinds.get(message.kind).skip_reason(message, now) == "withdrawn"


def test_address_whose_mail_comes_back_is_removed(centre: Unit, now: datetime) -> None:
    on_the_list(now, "gone@post.example")
    on_the_list(now, "here@post.example")
    planned(centre, now)
    actions.send_due_news(now=now)
    gone = next(
        one
        for one in Message.objects.filter(kind="catalogue.news").select_related("data_key")
        if one.recipient_address == "gone@post.example"
    )
    deliver_batch(now=now, swept=Swept())
    assert settle_bounce(Report(gone.message_id, "failed", "5.1.1"), now=now)
    assert actions.forget_unreachable(now=now) == 1
    assert [row.email for row in NewsSubscription.objects.select_related("data_key")] == ["here@post.example"]


# Writing


def test_adviser_writes_looks_and_sends(page: Client, centre: Unit, now: datetime) -> None:
    page.post(reverse("catalogue:news_new"), {"unit": centre.pk, "title_nb": "Åpent hus"})
    item = NewsItem.objects.get()
    send = reverse("catalogue:news_send", args=[item.pk])
    assert "på både bokmål og nynorsk" in page.get(send).content.decode()
    page.post(send, {"edit_version": "0", "day": "18.11.2026"})
    edit = reverse("catalogue:news_edit", args=[item.pk])
    assert page.post(edit, {**WRITTEN, "edit_version": "0", "then": "preview"})["Location"] == send
    assert texts_of(page.get(send), "h3")[:2] == ["Åpent hus", "Ope hus"]
    past = page.post(send, {"edit_version": "1", "day": "16.11.2026"})
    assert texts_of(past, "title")[0].startswith("Feil:")
    page.post(send, {"edit_version": "1", "day": "18.11.2026", "clock": "09.00"})
    item.refresh_from_db()
    assert item.send_at == datetime(2026, 11, 18, 8, 0, tzinfo=now.tzinfo)
    page.post(send, {"do": "hold"})
    assert NewsItem.objects.get().send_at is None
    page.post(edit, {"do": "delete"})
    assert not NewsItem.objects.exists()


def test_text_that_somebody_else_changed_is_neither_overwritten_nor_sent(page: Client, adviser: User, centre: Unit, now: datetime) -> None:
    item = actions.write_news(unit=centre, values=WRITTEN, by=adviser, now=now)
    actions.change_news(item=item, values={**WRITTEN, "title_nb": "Nytt"}, seen_version=0, by=adviser)
    answer = page.post(reverse("catalogue:news_edit", args=[item.pk]), {**WRITTEN, "edit_version": "0"})
    assert (answer.status_code, NewsItem.objects.get().title_nb) == (200, "Nytt")
    with pytest.raises(actions.UnableToSendNews):
        actions.plan_news(item=item, send_at=now, seen_version=0, by=adviser, now=now)


def test_sent_news_stands_on_a_page_and_never_changes(client: Client, adviser: User, centre: Unit, now: datetime) -> None:
    item = planned(centre, now)
    where = reverse("catalogue:news_item", args=[item.pk])
    assert client.get(where).status_code == 404
    actions.send_due_news(now=now)
    assert texts_of(client.get(where), "h1") == ["Åpent hus"]
    assert "Åpent hus" in client.get(reverse("catalogue:news_list")).content.decode()
    with pytest.raises(actions.UnableToSendNews):
        actions.change_news(item=item, values=WRITTEN, seen_version=0, by=adviser)
    with pytest.raises(actions.UnableToSendNews):
        actions.delete_news(item=item, by=adviser)


def test_news_of_another_centre_is_not_there(page: Client, now: datetime) -> None:
    other = actions.write_news(unit=make_unit(kind=UnitKind.LEARNING_CENTRE), values=WRITTEN, now=now)
    assert page.get(reverse("catalogue:news_edit", args=[other.pk])).status_code == 404
    assert page.get(reverse("catalogue:news_send", args=[other.pk])).status_code == 404


def test_course_owner_writes_no_news_and_a_stranger_sees_no_desk(client: Client, centre: Unit, now: datetime) -> None:
    owner = make_person("", "", (COURSE_OWNER, make_clinic()))
    with pytest.raises(actions.UnableToSendNews):
        actions.write_news(unit=centre, values=WRITTEN, by=owner, now=now)
    client.force_login(owner)
    assert reverse("catalogue:news_new") not in client.get(reverse("catalogue:news_desk")).content.decode()
    client.force_login(make_person())
    assert client.get(reverse("catalogue:news_desk")).status_code == 403
    client.logout()
    assert client.get(reverse("catalogue:news_desk")).status_code == 302


@pytest.mark.parametrize("name", ["news_desk", "news_list"])
def test_lists_take_the_same_queries_for_one_and_for_thirty(page: Client, centre: Unit, now: datetime, name: str) -> None:
    page.get(reverse(f"catalogue:{name}"))
    counts = []
    for wanted in (1, 30):
        while NewsItem.objects.count() < wanted:
            planned(centre, now)
        actions.send_due_news(now=now)
        with CaptureQueriesContext(connection) as queries:
            assert page.get(reverse(f"catalogue:{name}")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_database_refuses_to_send_half_written_news(centre: Unit, now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        NewsItem.objects.create(unit=centre, title_nb="Bare bokmål", created_at=now, send_at=now)
