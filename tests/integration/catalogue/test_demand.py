"""Searches without an answer: counted without anything about a person, shown only where several look for the same, forgotten in time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import demand as actions
from catalogue.actions.search import refresh_search
from catalogue.models import CourseInterest, SearchMiss
from catalogue.search_misses import countable
from catalogue.tasks import forget_searches
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER, REFERRER
from lms_portal.common.models import DataKey
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_run, make_waiting
from tests.integration.catalogue import test_rosters
from tests.integration.pages import addresses_of, cells_of

pytestmark = pytest.mark.django_db
adviser, page = test_rosters.adviser, test_rosters.page
TODAY = date(2026, 11, 17)


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


def miss(words: str, times: int = 1, *, days_ago: int = 0, language: str = "nb") -> None:
    for _each in range(times):
        actions.note_miss(written=words, words=words.split(), language=language, today=TODAY - timedelta(days=days_ago))


def test_search_without_hits_is_counted_by_word_day_and_language(client: Client, now: datetime) -> None:
    make_course(title_nb="Kurs om hjerte")
    refresh_search(now=now)
    for _each in range(2):
        client.get(reverse("catalogue:list"), {"q": "Lipødem  xyzq"})
    client.get(reverse("catalogue:list"), {"q": "hjerte"})
    with translation.override("nn"):
        client.get(reverse("catalogue:list"), {"q": "lipødem xyzq"})
    rows = SearchMiss.objects.order_by("language").values_list("language", "searched_on", "count")
    assert list(rows) == [("nb", TODAY, 2), ("nn", TODAY, 1)]
    assert len(set(SearchMiss.objects.values_list("words", flat=True))) == 1


def test_filters_that_leave_nothing_are_not_a_missing_course(client: Client, now: datetime) -> None:
    make_course(title_nb="Kurs om hjerte")
    refresh_search(now=now)
    client.get(reverse("catalogue:list"), {"q": "xyzqxyzq", "topic": "cancer"})
    client.get(reverse("catalogue:list"), {"topic": "cancer"})
    client.head(reverse("catalogue:list"), {"q": "xyzqxyzq"})
    assert not SearchMiss.objects.exists()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("long covid 19", "long covid 19"),
        ("12857612345", ""),
        ("ola 128576 12345", ""),
        ("900 12 345", ""),
        ("ola@example.org", ""),
        ("eg heiter ola og har det vondt", ""),
        ("x", ""),
        ("a" * 70, ""),
        ("", ""),
    ],
)
def test_what_may_be_about_somebody_is_never_counted(written: str, kept: str) -> None:
    assert countable(written, written.replace("@", " ").split()) == kept


@pytest.mark.parametrize("words", ["1285", "ola@x"])
def test_database_refuses_numbers_and_addresses_too(words: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SearchMiss.objects.create(words=words, language="nb", searched_on=TODAY)


def test_no_day_takes_more_rows_than_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_A_DAY", 2)
    for words in ("en", "to", "tre"):
        miss(words)
    assert sorted(SearchMiss.objects.values_list("words", flat=True)) == ["en", "to"]


def test_rare_words_are_not_shown(page: Client) -> None:
    miss("ola prøve", 4)
    miss("lipødem", 5)
    for day in range(3):
        miss("pots", days_ago=day)
        miss("gammelt", days_ago=500 + day)
    rows = cells_of(page.get(reverse("catalogue:demand")), columns=4)
    assert rows == [["lipødem", "Bokmål", "5", "1"], ["pots", "Bokmål", "3", "3"]]
    assert cells_of(page.get(f"{reverse('catalogue:demand')}?language=nn"), columns=1) == []


def test_publisher_goes_on_to_a_synonym_and_a_course_owner_does_not(page: Client, client: Client, adviser: User) -> None:
    miss("lipødem", 5)
    address = f"{reverse('catalogue:synonym_new')}?word=lip%C3%B8dem"
    assert address in addresses_of(page.get(reverse("catalogue:demand")))
    assert 'value="lipødem"' in page.get(address).content.decode()
    client.force_login(make_person("Eigar Prøve", "", (COURSE_OWNER, make_clinic())))
    assert address not in addresses_of(client.get(reverse("catalogue:demand")))


def test_counts_are_forgotten_after_thirteen_months() -> None:
    for days in (395, 396, 397):
        miss("lipødem", days_ago=days)
    assert actions.forget_old_misses(today=TODAY) == 1
    assert SearchMiss.objects.count() == 2
    forget_searches()


def test_courses_that_people_wait_for_are_listed_with_masked_counts(page: Client, adviser: User, now: datetime) -> None:
    clinic = adviser.memberships.get().unit.children.get()
    make_run(make_course(clinic, code="DATED"))
    bare, wanted = make_course(clinic, code="BARE"), make_course(clinic, code="WANTED", sign_up="self")
    make_run(wanted)
    make_course(clinic, code="SELF", sign_up="self")
    make_course(code="OTHER")
    for number in range(6):
        make_waiting(bare)
        if number < 3:
            interest(wanted, number, now)
    rows = cells_of(page.get(f"{reverse('catalogue:demand')}?show=courses"), columns=4)
    assert [row[1:] for row in rows] == [["Ingen datoer framover", "6", "0"], ["Har datoer", "0", "færre enn fem"]]


def interest(course: Any, number: int, now: datetime) -> None:
    CourseInterest.objects.create(
        course=course,
        data_key=DataKey.create(),
        email=f"p{number}@deltaker.example",
        email_hash=bytes([number]),
        link_hash=bytes([number]),
        created_at=now,
        confirmed_at=now,
        expires_at=now + timedelta(days=9),
    )


def test_pages_take_as_many_queries_for_thirty_as_for_one(page: Client, adviser: User, django_assert_max_num_queries: Any) -> None:
    clinic = adviser.memberships.get().unit.children.get()
    miss("lipødem", 5)
    make_course(clinic)
    counts: list[list[int]] = []
    addresses = [reverse("catalogue:demand"), f"{reverse('catalogue:demand')}?show=courses"]
    page.get(addresses[0])
    for _each in range(2):
        counts.append([])
        for address in addresses:
            with django_assert_max_num_queries(25) as queries:
                page.get(address)
            counts[-1].append(len(queries))
        for number in range(20):
            miss(f"ord{'x' * number}", 5)
            make_course(clinic)
    assert counts[0] == counts[1]


def test_demand_is_for_editors(client: Client) -> None:
    assert client.get(reverse("catalogue:demand")).status_code == 302
    client.force_login(make_person("Lege Prøve", "", (REFERRER, make_clinic())))
    assert client.get(reverse("catalogue:demand")).status_code == 403
