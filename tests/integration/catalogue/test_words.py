"""The words of the search: advisers add, change, try and take out synonyms and pairs; the index follows; the log says who did what."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import words as actions
from catalogue.actions.search import normaliser, refresh_search
from catalogue.models import CatalogueState, FormPair, Synonym
from catalogue.queries.finding import Wanted, find_courses, read_query
from catalogue.tasks import follow_words
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course
from tests.integration.catalogue import test_rosters
from tests.integration.pages import cells_of, texts_of, values_of

pytestmark = pytest.mark.django_db
adviser, page = test_rosters.adviser, test_rosters.page


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


def found(written: str) -> int:
    return find_courses(Wanted("nb", read_query(written, normaliser()).query)).total


def test_synonym_finds_after_the_worker_has_followed(page: Client, now: datetime) -> None:
    make_course(title_nb="Kurs om fibromyalgi", title_nn="Kurs om fibromyalgi")
    refresh_search(now=now)
    assert found("bløtvevsrevmatisme") == 0
    answer = page.post(reverse("catalogue:synonym_new"), {"word": " Bløtvevsrevmatisme", "finds": "fibromyalgi\n", "verb": "save"})
    assert answer.headers["Location"] == f"{reverse('catalogue:words')}?kind=synonyms"
    assert list(Synonym.objects.values_list("word", "finds")) == [("bløtvevsrevmatisme", ["fibromyalgi"])]
    assert "Søket blir oppdatert" in page.get(reverse("catalogue:words")).content.decode()
    number = CatalogueState.objects.get().number
    assert follow_words() == 1
    assert found("bløtvevsrevmatisme") == 1
    state = CatalogueState.objects.get()
    assert (state.words_changed_at, state.all_number) == (None, number + 1)
    assert follow_words() == 0


def test_pair_lets_either_form_find_the_other(adviser: User, now: datetime) -> None:
    make_course(title_nb="Kurs om søvn", title_nn="")
    refresh_search(now=now)
    assert found("svevn") == 0
    actions.add_pair(nb="søvn", nn="svevn", is_stem=False, by=adviser, now=now)
    follow_words()
    assert found("svevn") == 1


def test_trial_shows_before_and_after_and_saves_nothing(page: Client, now: datetime) -> None:
    make_course(title_nb="Kurs om fibromyalgi")
    refresh_search(now=now)
    sent = {"word": "muskelgikt", "finds": "fibromyalgi", "trial": "", "verb": "try"}
    answer = page.post(reverse("catalogue:synonym_new"), sent)
    assert texts_of(answer, "h3") == ["Finner nå: 0 kurs", "Ville finne: ett kurs"]
    assert "Kurs om fibromyalgi Nytt" in texts_of(answer, "li")
    assert values_of(answer)["word"] == "muskelgikt"
    assert not Synonym.objects.exists()
    answer = page.post(reverse("catalogue:pair_new"), {"nb": "fibromyalgi", "nn": "muskelverk", "trial": "muskelverk", "verb": "try"})
    assert texts_of(answer, "h3") == ["Finner nå: 0 kurs", "Ville finne: ett kurs"]


def test_what_is_taken_out_stays_out_when_the_files_are_loaded_again(page: Client, now: datetime) -> None:
    call_command("load_reference", verbosity=0)
    one = Synonym.objects.order_by("word")[0]
    address = reverse("catalogue:synonym_edit", args=[one.pk])
    assert page.post(address, {"verb": "take_out"}).status_code == 302
    call_command("load_reference", verbosity=0)
    assert not Synonym.objects.get(pk=one.pk).is_used
    assert one.word not in dict(Synonym.objects.used().values_list("word", "finds"))
    assert one.word in texts_of(page.get(f"{reverse('catalogue:words')}?kind=out"), "a")
    page.post(address, {"word": one.word, "finds": "\n".join(one.finds), "verb": "save"})
    assert Synonym.objects.get(pk=one.pk).is_used


def test_history_says_who_changed_what(page: Client, adviser: User) -> None:
    page.post(reverse("catalogue:synonym_new"), {"word": "gikt", "finds": "leddgikt", "verb": "save"})
    one = Synonym.objects.get()
    page.post(reverse("catalogue:synonym_edit", args=[one.pk]), {"word": "gikt", "finds": "leddgikt\nrevmatisme", "verb": "save"})
    rows = cells_of(page.get(reverse("catalogue:words_history")), columns=3)
    assert [row[::2] for row in rows] == [["gikt", adviser.name]] * 2
    assert rows[0][1] == "EndretHva det også finner: leddgikt leddgikt, revmatisme"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"word": "", "finds": "x"}, "Fyll ut"),
        ({"word": "12345", "finds": "leddgikt"}, "bokstaver"),
        ({"word": "gikt", "finds": "gikt"}, "finner seg selv"),
        ({"word": "gikt; verk", "finds": "leddgikt"}, "bare ett ord"),
        ({"word": "finst", "finds": "leddgikt"}, "står i listen allerede"),
        ({"word": "gikt", "finds": "\n".join(f"ord{'x' * number}" for number in range(13))}, "høyst 12"),
    ],
)
def test_what_cannot_be_saved_is_said_and_kept(page: Client, sent: dict[str, str], message: str) -> None:
    Synonym.objects.create(word="finst", finds=["leddgikt"])
    answer = page.post(reverse("catalogue:synonym_new"), {**sent, "verb": "save"})
    assert message in answer.content.decode()
    assert values_of(answer)["word"] == sent["word"]
    assert Synonym.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "message"), [({"nb": "gå", "nn": "gå"}, "like"), ({"nb": "søk", "nn": "sok", "is_stem": "on"}, "for mange andre")]
)
def test_pair_that_cannot_be_is_refused(page: Client, sent: dict[str, str], message: str) -> None:
    assert message in page.post(reverse("catalogue:pair_new"), {**sent, "verb": "save"}).content.decode()
    assert not FormPair.objects.exists()


def test_word_that_was_added_meanwhile_is_refused(adviser: User, now: datetime) -> None:
    Synonym.objects.create(word="gikt", finds=["leddgikt"])
    other = Synonym.objects.create(word="verk", finds=["smerte"])
    with pytest.raises(actions.UnableToChangeWords):
        actions.add_synonym(word="gikt", finds=["x"], by=adviser, now=now)
    with pytest.raises(actions.UnableToChangeWords):
        actions.change_synonym(synonym=other, word="gikt", finds=["x"], by=adviser, now=now)
    pair = FormPair.objects.create(nb="jeg", nn="eg")
    with pytest.raises(actions.UnableToChangeWords):
        actions.add_pair(nb="jeg", nn="eg", is_stem=False, by=adviser, now=now)
    with pytest.raises(actions.UnableToChangeWords):
        actions.change_pair(pair=FormPair.objects.create(nb="a", nn="b"), nb="jeg", nn="eg", is_stem=False, by=adviser, now=now)
    assert actions.change_pair(pair=pair, nb="jeg", nn="eg", is_stem=True, by=adviser, now=now).is_stem


@pytest.mark.parametrize("name", ["words", "words_history", "synonym_new", "pair_new"])
def test_words_are_for_those_who_publish(client: Client, now: datetime, name: str) -> None:
    owner = make_person("Eigar Prøve", "", (COURSE_OWNER, make_clinic()))
    client.force_login(owner)
    assert client.get(reverse(f"catalogue:{name}")).status_code == 403
    with pytest.raises(actions.UnableToChangeWords):
        actions.add_synonym(word="gikt", finds=["leddgikt"], by=owner, now=now)
    assert not Synonym.objects.exists()


def test_list_is_searched_and_paged_in_a_fixed_number_of_queries(page: Client, django_assert_max_num_queries: Any) -> None:
    Synonym.objects.create(word="gikt", finds=["leddgikt"])
    counts = []
    page.get(reverse("catalogue:words"))
    for _each in range(2):
        with django_assert_max_num_queries(20) as queries:
            page.get(reverse("catalogue:words"))
        counts.append(len(queries))
        Synonym.objects.bulk_create([Synonym(word=f"ord nummer {number}", finds=["ting"]) for number in range(40)], ignore_conflicts=True)
    assert counts[0] == counts[1]
    assert cells_of(page.get(f"{reverse('catalogue:words')}?q=LEDD"), columns=2) == [["gikt", "leddgikt"]]
    assert cells_of(page.get(f"{reverse('catalogue:words')}?q=finst-ikkje"), columns=2) == []
