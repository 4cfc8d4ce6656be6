"""The list of courses: search in either form, filters with counts, pages, and what stands where nothing is found."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalogue import facets
from catalogue.actions.search import normaliser, refresh_search, refresh_stale
from catalogue.enums import ScheduleKind, SiteMode
from catalogue.models import Course, CourseCard, SearchDocument
from catalogue.queries.finding import Found, Wanted, find_courses, read_query
from catalogue.schedule import Dates
from catalogue.workflow import COURSE
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date
from tests.factories.accounts import make_clinic, make_hospital
from tests.factories.catalogue import make_course, make_draft_course, make_run
from tests.integration.pages import addresses_of, texts_of


def _found(words: str = "", language: str = "nb", **wanted: object) -> Found:
    with translation.override(language):
        query = read_query(words, normaliser()).query if words else None
        return find_courses(Wanted(language, query, **wanted))  # type: ignore[arg-type]


def _codes(found: Found) -> list[str]:
    codes = dict(Course.objects.values_list("pk", "code"))
    return [codes[hit.course_id] for hit in found.hits]


@pytest.fixture
def three(reference: None, now: datetime) -> None:
    """A heart course with a date, a diabetes course without, and a past one."""
    heart = make_course(
        code="HEART", topic="heart", title_nb="Hjerterehabilitering", title_nn="Hjarterehabilitering", practical_nb="Ta med joggesko og vannflaske.",
        keywords_nb="infarkt", referral_note_nb="Skriv om insulin i henvisningen.",
    )  # fmt: skip
    make_run(heart, Dates.on(oslo_date(now) + timedelta(days=40)))
    make_course(code="DIABETES", topic="endocrine", audiences=["patients", "next_of_kin"], title_nb="Diabetes type 2", title_nn="Diabetes type 2",
                sign_up="self", diagnoses=["ICD-10 E11"], keywords_nb="insulin")  # fmt: skip
    past = make_course(code="PAST", topic="endocrine", title_nb="Mestring av diabetes", title_nn="Meistring av diabetes", sign_up="self")
    make_run(past, Dates.on(oslo_date(now) - timedelta(days=40)))
    refresh_search(now=now)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("hjerterehabilitering", ["HEART"]),
        ("hjarterehabilitering", ["HEART"]),
        ("hjarte", ["HEART"]),
        ("joggesko", ["HEART"]),
        ("tilvising insulin", ["HEART"]),
        ("sukkersjuke", ["DIABETES", "PAST"]),
        ("sukkersyke", ["DIABETES", "PAST"]),
        ("meistring", ["PAST"]),
        ("E11", ["DIABETES"]),
        ("heart", ["HEART"]),
        ("infarkt diabetes", []),
    ],
)
@pytest.mark.usefixtures("three")
def test_search_finds_in_either_form(words: str, codes: list[str]) -> None:
    for language in ("nb", "nn"):
        assert sorted(_codes(_found(words, language))) == sorted(codes)


@pytest.mark.usefixtures("three")
def test_search_puts_title_and_keywords_before_body() -> None:
    assert _codes(_found("insulin")) == ["DIABETES", "HEART"]


@pytest.mark.parametrize(
    ("typed", "corrected"), [("diabtes", "diabetes"), ("hjarterehabilitring", "hjarterehabilitering"), ("diabetes", "")]
)
@pytest.mark.usefixtures("three")
def test_read_query_with_a_slip_takes_the_nearest_word(typed: str, corrected: str) -> None:
    assert read_query(typed, normaliser()).corrected == corrected


@pytest.mark.parametrize("words", ["' or 1=1 --", "&", "<->", "!!", "zzzqqq", "æ" * 300, "\\", "og i på"])
@pytest.mark.usefixtures("three")
def test_search_of_odd_input_answers(client: Client, words: str) -> None:
    assert client.get("/nb/kurs/", {"q": words}).status_code == 200


@pytest.mark.usefixtures("three")
def test_counts_are_what_choosing_would_give() -> None:
    endocrine, heart = facets.TOPIC.number_of("endocrine"), facets.TOPIC.number_of("heart")
    own_door = facets.SIGN_UP.number_of("self")
    assert endocrine
    assert heart
    assert own_door
    found = _found(chosen={facets.TOPIC.number: [endocrine]})
    assert (found.total, found.counts[endocrine], found.counts[heart], found.counts[own_door]) == (2, 2, 1, 2)
    both = _found(chosen={facets.TOPIC.number: [heart], facets.SIGN_UP.number: [own_door]})
    assert (both.total, both.counts[endocrine], both.counts.get(heart, 0)) == (0, 2, 0)
    for number, count in found.counts.items():
        group = number // facets.GROUP
        chosen = {facets.TOPIC.number: [endocrine]} | {group: [number]}
        assert _found(chosen=chosen).total == count


@pytest.mark.usefixtures("three")
def test_list_by_date_puts_what_has_no_date_last() -> None:
    assert _codes(_found(by_date=True))[0] == "HEART"


@pytest.mark.usefixtures("three")
def test_drafts_are_not_found(now: datetime) -> None:
    make_draft_course(code="SECRET", title_nb="Hemmelig kurs")
    refresh_search(now=now)
    assert _found("hemmelig").total == 0


def test_place_is_where_it_is_given_or_received(db: None, now: datetime) -> None:
    here, there = make_hospital("here"), make_hospital("there")
    course = make_course(make_clinic(parent=here), code="SENT")
    run = make_run(course)
    run.sites.create(unit=there, role="receiver", mode=SiteMode.IN_PERSON)
    refresh_search(now=now)
    places = {hospital.code: facets.place_number(hospital.search_place.number) for hospital in (here, there)}
    for number in places.values():
        assert _codes(_found(chosen={facets.PLACE.number: [number]})) == ["SENT"]


@pytest.mark.usefixtures("three")
def test_cards_follow_the_calendar(now: datetime) -> None:
    card = CourseCard.objects.get(course__code="HEART", language="nb")
    assert "Åpent for henvisning" in card.html
    # the day after the last one on which a referral is answered and the place told in time; after that, the day it “starts soon”
    assert card.stale_on == date(2026, 12, 1)
    later = now + timedelta(days=30)
    assert refresh_stale(now=later) == 1
    assert "Starter snart" in CourseCard.objects.get(course__code="HEART", language="nb").html
    assert refresh_stale(now=later) == 0


@pytest.mark.usefixtures("three")
def test_dates_alone_take_a_course_off_the_free_places(now: datetime) -> None:
    free = facets.FREE.numbers_of(["free"])
    assert _codes(_found(chosen={facets.FREE.number: free})) == ["HEART"]
    refresh_stale(now=now + timedelta(days=60))
    assert _found(chosen={facets.FREE.number: free}).total == 0


@pytest.mark.usefixtures("three")
def test_list_page_shows_what_was_chosen_as_chips(client: Client) -> None:
    response = client.get("/nb/kurs/", {"topic": "endocrine", "join": ["self", "nonsense"], "q": "diabetes"})
    assert texts_of(response, "h3") == ["Diabetes type 2", "Mestring av diabetes"]
    addresses = addresses_of(response)
    assert "/nb/kurs/?topic=endocrine&join=self&join=nonsense" in addresses
    assert "/nb/kurs/?join=self&join=nonsense&q=diabetes" in addresses


@pytest.mark.usefixtures("three")
def test_list_page_with_nothing_found_says_what_to_do(client: Client) -> None:
    response = client.get("/nn/kurs/", {"q": "diabetes", "topic": "heart"})
    assert "Ingen kurs passar med alt dette" in texts_of(response, "h2")
    assert "/nn/kurs/" in addresses_of(response)


@pytest.mark.usefixtures("three")
def test_list_page_near_a_municipality_adds_the_digital_ones(client: Client, now: datetime) -> None:
    make_course(make_clinic("far", parent=make_hospital("far-away")), code="DIGITAL", delivery="digital", title_nb="På nett")
    refresh_search(now=now)
    assert texts_of(client.get("/nb/kurs/", {"near": "1577"}), "h3") == ["På nett"]


@pytest.mark.parametrize("page", ["2", "99999", "-1", "x", "0", "٣"])
@pytest.mark.usefixtures("three")
def test_list_page_beyond_the_end_shows_a_page(client: Client, page: str) -> None:
    response = client.get("/nb/kurs/", {"page": page})
    assert (response.status_code, len(texts_of(response, "h3"))) == (200, 3)


def test_list_page_takes_the_same_queries_for_one_and_for_thirty(client: Client, reference: None, now: datetime) -> None:
    owner = make_clinic()
    counts = []
    for wanted in (1, 30):
        while Course.objects.count() < wanted:
            make_run(make_course(owner))
        refresh_search(now=now)
        client.get("/nb/kurs/", {"q": "kurs"})
        with CaptureQueriesContext(connection) as queries:
            client.get("/nb/kurs/", {"q": "kurs"})
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_search_document_is_one_a_language_and_goes_with_the_course(db: None, now: datetime) -> None:
    course = make_course()
    refresh_search(now=now)
    refresh_search(now=now)
    assert sorted(SearchDocument.objects.filter(course=course).values_list("language", flat=True)) == ["en", "nb", "nn"]


def test_terms_between_counts_half_years() -> None:
    numbers = facets.terms_between(date(2026, 12, 1), date(2027, 7, 1))
    assert [facets.term_code(number) for number in numbers] == ["autumn-2026", "spring-2027", "autumn-2027"]
    assert [facets.term_from_code(code) for code in ("autumn-2026", "summer-2026", "autumn-20x6", "autumn-99999")][1:] == [None, None, None]


def test_undated_kinds_are_shown_after_dated_ones(db: None, now: datetime) -> None:
    for code, dates in (
        ("C", Dates(ScheduleKind.CONTINUOUS)),
        ("T", Dates(ScheduleKind.TO_BE_ANNOUNCED)),
        ("S", Dates.on(date(2027, 3, 3))),
    ):
        make_run(make_course(code=f"KIND-{code}"), dates)
    make_course(code="KIND-NONE")
    refresh_search(now=now)
    assert _codes(_found(by_date=True)) == ["KIND-S", "KIND-C", "KIND-T", "KIND-NONE"]


def _bits_by_hand() -> dict[int, set[int]]:
    """What the bits should say, from the documents."""
    wanted: dict[int, set[int]] = {0: set()}
    for ordinal, numbers in SearchDocument.objects.filter(language="nb").values_list("ordinal", "facets"):
        for number in [0, *numbers]:
            wanted.setdefault(number, set()).add(ordinal)
    return wanted


def _bits_stored() -> dict[int, set[int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, bits::text FROM catalogue_facet_bits")
        stored = {number: {place for place, bit in enumerate(bits) if bit == "1"} for number, bits in cursor.fetchall()}
    return {number: places for number, places in stored.items() if places}


@pytest.mark.usefixtures("three")
def test_facet_bits_follow_every_change(now: datetime) -> None:
    assert _bits_stored() == _bits_by_hand()
    added = make_course(topic="lung", audiences=["professionals"])
    refresh_search(courses=[added.pk], now=now)
    assert _bits_stored() == _bits_by_hand()
    make_run(added, places=0)
    refresh_search(courses=[added.pk], now=now)
    assert _bits_stored() == _bits_by_hand()
    gone = Course.objects.get(code="HEART")
    move(COURSE, gone, verb="archive", now=now, reason="slutt")
    refresh_search(courses=[gone.pk], now=now)
    assert _bits_stored() == _bits_by_hand()
    assert _found().total == 3


def test_facet_bits_grow_past_their_first_length(db: None, now: datetime) -> None:
    first, last = make_course(), make_course()
    refresh_search(courses=[first.pk], now=now)
    SearchDocument.objects.update(ordinal=1023)
    refresh_search(courses=[last.pk], now=now)
    assert SearchDocument.objects.filter(course=last).values_list("ordinal", flat=True).distinct().get() == 1024
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT length(bits) FROM catalogue_facet_bits")
        assert cursor.fetchall() == [(2048,)]


@pytest.mark.usefixtures("three")
def test_rebuild_search_gives_the_same_again() -> None:
    def documents() -> list[tuple[object, ...]]:
        return list(
            SearchDocument.objects.order_by("course__code", "language").values_list("course__code", "language", "facets", "next_key")
        )

    before = documents()
    call_command("rebuild_search", verbosity=0)
    assert [row[:2] for row in documents()] == [row[:2] for row in before]
    assert _bits_stored() == _bits_by_hand()
