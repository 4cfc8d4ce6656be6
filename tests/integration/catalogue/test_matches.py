"""What people type, in either written form and with a slip, and what the list says it found."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue.actions.search import refresh_search
from catalogue.models import Course
from tests.factories.accounts import make_clinic
from tests.factories.catalogue import make_course
from tests.integration.pages import texts_of


@pytest.fixture
def courses(reference: None, now: datetime) -> None:
    """One course for each word that people look for, written once in each form."""
    owner = make_clinic()
    make_course(owner, code="DIABETES", topic="endocrine", title_nb="Diabetes type 2", title_nn="Diabetes type 2",
                diagnoses=["ICD-10 E11"], keywords_nb="insulin, diabetes", sign_up="self")  # fmt: skip
    make_course(
        owner, code="LUNGS", topic="lung", title_nb="Pust bedre", title_nn="Pust betre", keywords_nb="KOLS, tung pust", sign_up="self"
    )
    make_course(owner, code="JOINTS", topic="musculoskeletal", title_nb="Revmatisk sykdom i ledd", title_nn="Revmatisk sjukdom i ledd",
                keywords_nb="leddgikt", sign_up="self")  # fmt: skip
    make_course(owner, code="CHILDREN", topic="children_families", title_nb="Foreldre til barn med ADHD", title_nn="Føresette til born med ADHD",
                audiences=["guardians"], sign_up="self")  # fmt: skip
    make_course(owner, code="MASTERY", topic="living_with_illness", title_nb="Mestring i hverdagen", title_nn="Meistring i kvardagen",
                referral_note_nb="Henvisning fra fastlegen.", referral_note_nn="Tilvising frå fastlegen.")  # fmt: skip
    make_course(
        owner,
        code="TIRED",
        topic="pain_fatigue",
        title_nb="Lite krefter",
        title_nn="Lite krefter",
        keywords_nb="ME/CFS, energi",
        sign_up="self",
    )
    refresh_search(now=now)


CARDS = {
    "Diabetes type 2": "DIABETES",
    "Pust bedre": "LUNGS",
    "Pust betre": "LUNGS",
    "Revmatisk sykdom i ledd": "JOINTS",
    "Revmatisk sjukdom i ledd": "JOINTS",
    "Foreldre til barn med ADHD": "CHILDREN",
    "Føresette til born med ADHD": "CHILDREN",
    "Mestring i hverdagen": "MASTERY",
    "Meistring i kvardagen": "MASTERY",
    "Lite krefter": "TIRED",
}


def _list(client: Client, words: str, language: str) -> tuple[list[str], list[str], str]:
    """The courses, why they were found, and what the words were taken for."""
    response = client.get(f"/{language}/kurs/", {"q": words})
    marked = [text.removeprefix("Treff på: ") for text in texts_of(response, "p") if text.startswith("Treff på: ")]
    taken_for = [text.partition("treff for ")[2].rstrip(".") for text in texts_of(response, "p") if "treff for " in text]
    return [CARDS[title] for title in texts_of(response, "h3")], marked, "".join(taken_for)


@pytest.mark.parametrize(
    ("words", "code", "nb", "nn"),
    [
        ("henvisning", "MASTERY", "Henvisning", "Tilvising"),
        ("tilvising", "MASTERY", "Henvisning", "Tilvising"),
        ("mestring", "MASTERY", "Mestring", "Meistring"),
        ("meistring", "MASTERY", "Mestring", "Meistring"),
        ("sukkersyke", "DIABETES", "diabetes", "diabetes"),
        ("sukkersjuke", "DIABETES", "diabetes", "diabetes"),
        ("kols", "LUNGS", "KOLS", "KOLS"),
        ("leddgikt", "JOINTS", "leddgikt", "leddgikt"),
        ("barn med adhd", "CHILDREN", "barn, ADHD", "born, ADHD"),
        ("born", "CHILDREN", "barn", "born"),
        ("føresette", "CHILDREN", "Foreldre", "føresette"),
        ("foreldre", "CHILDREN", "Foreldre", "føresette"),
        ("E11", "DIABETES", "E11", "E11"),
        ("me", "TIRED", "ME", "ME"),
    ],
)
@pytest.mark.usefixtures("courses")
def test_result_says_which_word_was_found(client: Client, words: str, code: str, nb: str, nn: str) -> None:
    assert [_list(client, words, language) for language in ("nb", "nn")] == [([code], [nb], ""), ([code], [nn], "")]


@pytest.mark.parametrize(
    ("typed", "code", "taken_for"),
    [
        ("henvinsing", "MASTERY", "henvisning"),
        ("tlivising", "MASTERY", "tilvising"),
        ("mestrign", "MASTERY", "mestring"),
        ("meistrng", "MASTERY", "meistring"),
        ("sukersyke", "DIABETES", "sukkersyke"),
        ("sukkersjuek", "DIABETES", "sukkersjuke"),
        ("klos", "LUNGS", "kols"),
        ("ledgikt", "JOINTS", "leddgikt"),
        ("barn med adhdd", "CHILDREN", "barn med adhd"),
        ("bron", "CHILDREN", "born"),
        ("føresete", "CHILDREN", "føresette"),
        ("foreldrre", "CHILDREN", "foreldre"),
    ],
)
@pytest.mark.usefixtures("courses")
def test_slip_finds_what_was_meant_and_says_so(client: Client, typed: str, code: str, taken_for: str) -> None:
    for language in ("nb", "nn"):
        found, why, shown_for = _list(client, typed, language)
        assert (found, len(why), shown_for) == ([code], 1, taken_for)


@pytest.mark.usefixtures("courses")
def test_short_word_finds_no_longer_one_that_only_begins_like_its_stem(client: Client, now: datetime) -> None:
    make_course(code="BOWEL", title_nb="Ulcerøs kolitt", title_nn="Ulcerøs kolitt", practical_nb="Om kolesterol.")
    make_course(code="SCHOOL", title_nb="Kolsskole", title_nn="Kolsskule")
    refresh_search(now=now)
    assert texts_of(client.get("/nb/kurs/", {"q": "kols"}), "h3") == ["Kolsskole", "Pust bedre"]


@pytest.mark.usefixtures("courses")
def test_more_words_in_title_and_keywords_come_first(client: Client, now: datetime) -> None:
    make_course(code="OTHER", title_nb="Aktiv", title_nn="Aktiv", for_whom_nb="Barn med konsentrasjonsvansker og ADHD.")
    make_course(code="TITLE", title_nb="ÅADHD – ADHD på nett", title_nn="ADHD på nett", for_whom_nb="For barn.")
    refresh_search(now=now)
    titles = texts_of(client.get("/nb/kurs/", {"q": "barn med adhd"}), "h3")
    assert titles == ["Foreldre til barn med ADHD", "ÅADHD – ADHD på nett", "Aktiv"]


@pytest.mark.usefixtures("courses")
def test_list_without_words_says_nothing_of_matches(client: Client) -> None:
    assert "Treff på" not in client.get("/nb/kurs/", {"topic": "lung"}).text


@pytest.mark.usefixtures("courses")
def test_matched_words_are_escaped(client: Client, now: datetime) -> None:
    make_course(code="ODD", title_nb="Kurs <b>merkelig", title_nn="Kurs <b>merkelig")
    refresh_search(now=now)
    assert "<strong>merkelig</strong>" in client.get("/nb/kurs/", {"q": "merkelig"}).text
    assert "<strong>&lt;" not in client.get("/nb/kurs/", {"q": "<b>merkelig"}).text


def test_words_of_a_page_take_the_same_queries_for_one_and_for_thirty(client: Client, reference: None, now: datetime) -> None:
    owner = make_clinic()
    counts = []
    for wanted in (1, 30):
        while Course.objects.count() < wanted:
            make_course(owner, diagnoses=["ICD-10 E11"])
        refresh_search(now=now)
        client.get("/nb/kurs/", {"q": "diabetes"})
        with CaptureQueriesContext(connection) as queries:
            assert len(texts_of(client.get("/nb/kurs/", {"q": "diabetes"}), "strong")) >= min(wanted, 20)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
