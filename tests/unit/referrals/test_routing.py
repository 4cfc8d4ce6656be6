"""Always exactly one answer, for a reason that can be read; ties and gaps are found before a set is in force."""

import contextlib
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_portal.common.text import Words
from referrals.enums import Route
from referrals.routing import (
    AreaFact,
    CourseFact,
    Facts,
    NoRoute,
    RuleFact,
    Tied,
    UnitFact,
    age_bands,
    coverage,
    route,
    ties_among,
)

ME_COURSE, OTHER_COURSE = UUID(int=1), UUID(int=2)


def unit(number: int, name: str, area: str = "") -> UnitFact:
    return UnitFact(UUID(int=100 + number), Words(name, name, name), area)


MOLDE = unit(1, "Nevrologisk inntakskontor, Molde", "molde")
VOLDA = unit(2, "Medisinsk poliklinikk, Volda", "volda")
ALESUND = unit(3, "Medisinsk poliklinikk, Ålesund", "alesund")
AT_VOLDA = AreaFact("1577", "Volda", "volda", "Volda")
COURSE_RULE = RuleFact(UUID(int=11), MOLDE, course_id=ME_COURSE)
AREA_RULE = RuleFact(UUID(int=12), VOLDA, hospital_area="volda")


def facts(**fields: Any) -> Facts:
    return Facts(**{"course_id": ME_COURSE, "delivery": "digital", "age_years": 40, "home": AT_VOLDA, **fields})


def test_course_beats_home_area_and_says_so_in_three_languages() -> None:
    answer = route([AREA_RULE, COURSE_RULE], facts())
    assert (answer.unit, answer.route, answer.rule_id) == (MOLDE, Route.RULE, COURSE_RULE.id)
    assert answer.explanation.nn == (
        "Nevrologisk inntakskontor, Molde tek imot tilvisinga fordi eininga har ansvaret for kurset. "
        "Det gjeld sjølv om pasienten bur i Volda. Regelen for heimstaden ville elles ha sendt ho til Medisinsk poliklinikk, Volda."
    )
    assert answer.explanation.nb.startswith("Nevrologisk inntakskontor, Molde tar imot henvisningen fordi enheten har ansvaret for kurset.")
    assert answer.explanation.en.endswith("The rule for the home area would otherwise have sent it to Medisinsk poliklinikk, Volda.")


def test_unit_of_the_chosen_date_comes_first() -> None:
    answer = route([AREA_RULE], facts(run_unit=MOLDE))
    assert (answer.unit, answer.route) == (MOLDE, Route.RUN)
    assert answer.explanation.nn.startswith(
        "Nevrologisk inntakskontor, Molde tek imot tilvisinga fordi kurset går derifrå. Det gjeld sjølv om"
    )


ORDER = [
    ("course before diagnosis", {"course_id": ME_COURSE}, {"diagnosis_system": "ICPC-2", "diagnosis_prefix": "A04"}),
    ("longer prefix", {"diagnosis_system": "ICPC-2", "diagnosis_prefix": "A04"}, {"diagnosis_system": "ICPC-2", "diagnosis_prefix": "A"}),
    ("diagnosis before age", {"diagnosis_system": "ICPC-2", "diagnosis_prefix": "A"}, {"age_from": 18, "age_to": 60}),
    ("narrower age", {"age_from": 30, "age_to": 50}, {"age_from": 18, "age_to": 60}),
    ("age before place", {"age_from": 18}, {"municipality": "1577"}),
    ("municipality before area", {"municipality": "1577"}, {"hospital_area": "volda"}),
    ("place before delivery", {"hospital_area": "volda"}, {"delivery": "digital"}),
    ("anything before nothing", {"delivery": "digital"}, {}),
    ("anything before a fallback", {}, {"is_fallback": True, "course_id": ME_COURSE}),
]


@pytest.mark.parametrize(("name", "first", "second"), ORDER, ids=[name for name, _first, _second in ORDER])
def test_conditions_compare_in_the_fixed_order(name: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    stronger, weaker = RuleFact(UUID(int=21), MOLDE, **first), RuleFact(UUID(int=22), VOLDA, **second)
    given_facts = facts(diagnosis_system="ICPC-2", diagnosis_code="A04")
    assert (name, route([weaker, stronger], given_facts).unit) == (name, MOLDE)


def test_prefix_of_another_code_system_fits_nothing() -> None:
    rule = RuleFact(UUID(int=21), MOLDE, diagnosis_system="ICD-10", diagnosis_prefix="A04")
    with pytest.raises(NoRoute):
        route([rule], facts(diagnosis_system="ICPC-2", diagnosis_code="A04"))


def test_unknown_age_fits_no_rule_about_age() -> None:
    rule = RuleFact(UUID(int=21), MOLDE, age_from=0)
    with pytest.raises(NoRoute):
        route([rule], facts(age_years=None))


@pytest.mark.parametrize(("age", "fits"), [(17, False), (18, True), (30, True), (31, False)])
def test_ages_include_both_ends(age: int, *, fits: bool) -> None:
    assert RuleFact(UUID(int=21), MOLDE, age_from=18, age_to=30).fits(facts(age_years=age)) == fits


def test_fallback_and_then_the_courses_own_unit_take_what_no_rule_covers() -> None:
    fallback = RuleFact(UUID(int=31), ALESUND, is_fallback=True)
    assert route([fallback], facts(course_unit=MOLDE)).route == Route.FALLBACK
    own = route([], facts(course_unit=MOLDE))
    assert (own.unit, own.route) == (MOLDE, Route.COURSE)


def test_tied_rules_are_refused_when_routing_too() -> None:
    with pytest.raises(Tied):
        route([COURSE_RULE, replace(COURSE_RULE, id=UUID(int=13), unit=VOLDA)], facts())


def test_explanation_never_names_the_diagnosis() -> None:
    rule = RuleFact(UUID(int=21), MOLDE, diagnosis_system="ICPC-2", diagnosis_prefix="A04")
    answer = route([rule], facts(diagnosis_system="ICPC-2", diagnosis_code="A04"))
    told = answer.explanation
    assert "A04" not in f"{told.nb}{told.nn}{told.en}{[reason.stored() for reason in answer.reasons]}"


def test_age_bands_are_cut_at_every_limit() -> None:
    rules = [RuleFact(UUID(int=1), MOLDE, age_from=18), RuleFact(UUID(int=2), MOLDE, age_from=0, age_to=12)]
    assert age_bands(rules) == [(0, 12), (13, 17), (18, 130)]


def test_coverage_lists_each_gap_and_a_fallback_closes_them() -> None:
    course = CourseFact(ME_COURSE, "ME", ("digital",))
    adults = RuleFact(UUID(int=1), MOLDE, course_id=ME_COURSE, age_from=18)
    found = coverage([adults], [course], ["molde", "volda"])
    assert [(gap.hospital_area, gap.age_from, gap.age_to) for gap in found.gaps] == [("molde", 0, 17), ("volda", 0, 17)]
    assert found.cells == 4
    assert coverage([adults, RuleFact(UUID(int=2), VOLDA, is_fallback=True)], [course], ["molde", "volda"]).is_complete
    assert coverage([adults], [replace(course, has_own_unit=True)], ["molde", "volda"]).is_complete


def test_rule_about_one_municipality_does_not_cover_its_area() -> None:
    course = CourseFact(ME_COURSE, "ME", ("digital",))
    assert len(coverage([RuleFact(UUID(int=1), MOLDE, municipality="1577")], [course], ["volda"]).gaps) == 1


OVERLAPS = [
    ({"age_from": 18, "age_to": 40}, {"age_from": 30, "age_to": 52}, True),
    ({"age_from": 18, "age_to": 40}, {"age_from": 41, "age_to": 63}, False),
    ({"hospital_area": "volda"}, {"hospital_area": "molde"}, False),
    ({"hospital_area": "volda"}, {"hospital_area": "volda"}, True),
    ({"delivery": "digital"}, {"delivery": "in_person"}, False),
    ({"course_id": ME_COURSE}, {"course_id": OTHER_COURSE}, False),
    ({"diagnosis_system": "ICPC-2", "diagnosis_prefix": "A0"}, {"diagnosis_system": "ICPC-2", "diagnosis_prefix": "A1"}, False),
]


@pytest.mark.parametrize(("first", "second", "tied"), OVERLAPS)
def test_ties_are_pairs_that_could_both_win(first: dict[str, Any], second: dict[str, Any], *, tied: bool) -> None:
    rules = [RuleFact(UUID(int=1), MOLDE, **first), RuleFact(UUID(int=2), VOLDA, **second)]
    assert bool(ties_among(rules)) == tied


def _ages() -> st.SearchStrategy[tuple[int | None, int | None]]:
    both = st.tuples(st.integers(0, 100), st.integers(0, 30)).map(lambda ends: (ends[0], ends[0] + ends[1]))
    return st.one_of(st.just((None, None)), both)


@st.composite
def rule_sets(draw: Any) -> list[RuleFact]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        youngest, oldest = draw(_ages())
        place = draw(
            st.sampled_from(
                [{}, {"hospital_area": "volda"}, {"hospital_area": "molde"}, {"municipality": "1577"}, {"municipality": "1506"}]
            )
        )
        diagnosis = draw(st.sampled_from([("", ""), ("ICPC-2", "A"), ("ICPC-2", "A04"), ("ICD-10", "G93")]))
        made.append(
            RuleFact(
                UUID(int=1000 + number),
                draw(st.sampled_from([MOLDE, VOLDA, ALESUND])),
                course_id=draw(st.sampled_from([None, ME_COURSE, OTHER_COURSE])),
                diagnosis_system=diagnosis[0],
                diagnosis_prefix=diagnosis[1],
                age_from=youngest,
                age_to=oldest,
                delivery=draw(st.sampled_from(["", "digital", "in_person"])),
                is_fallback=draw(st.booleans()),
                **place,
            )
        )
    return made


ALL_FACTS = st.builds(
    Facts,
    course_id=st.sampled_from([ME_COURSE, OTHER_COURSE]),
    delivery=st.sampled_from(["digital", "in_person"]),
    diagnosis_system=st.sampled_from(["ICPC-2", "ICD-10"]),
    diagnosis_code=st.sampled_from(["A04", "A97", "G933"]),
    age_years=st.integers(0, 120),
    home=st.sampled_from([AT_VOLDA, AreaFact("1506", "Molde", "molde", "Molde")]),
)


@settings(max_examples=300, deadline=None)
@given(rules=rule_sets(), wanted=ALL_FACTS)
def test_complete_set_always_gives_one_stable_explained_answer(rules: list[RuleFact], wanted: Facts) -> None:
    courses = [CourseFact(course, "c", ("digital", "in_person")) for course in (ME_COURSE, OTHER_COURSE)]
    if not coverage(rules, courses, ["volda", "molde"]).is_complete:
        return
    answer = route(rules, wanted)
    assert answer == route(list(reversed(rules)), wanted)
    assert all(answer.explanation.in_language(language) for language in ("nb", "nn", "en"))


@settings(max_examples=300, deadline=None)
@given(rules=rule_sets(), wanted=ALL_FACTS)
def test_set_without_ties_never_ties_for_anybody(rules: list[RuleFact], wanted: Facts) -> None:
    if ties_among(rules):
        return
    with contextlib.suppress(NoRoute):
        route(rules, wanted)
