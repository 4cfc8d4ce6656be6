"""Dates in every shape: their days, their order, when they are over, and how they read in three languages."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue import schedule
from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.schedule import Computed, Dates, Edges, Meeting, ScheduleError

K = ScheduleKind
TWO_DAYS = Dates.on(date(2023, 10, 26), date(2023, 11, 2))
ONE_DAY = Dates.on(date(2023, 9, 1))
MONTHS = Dates(K.MONTHS, months=(date(2023, 9, 1), date(2023, 11, 1)))
AUTUMN = Dates(K.TERM, season=TermSeason.AUTUMN, year=2023)
SPRING = Dates(K.TERM, season=TermSeason.SPRING, year=2024)
MONTHLY = Dates(K.RECURRING, frequency=Frequency.MONTHLY)
CONTINUOUS = Dates(K.CONTINUOUS)
TO_COME = Dates(K.TO_BE_ANNOUNCED)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (ONE_DAY, Computed(date(2023, 9, 1), date(2023, 9, 1), "20230901-0-20230901")),
        (TWO_DAYS, Computed(date(2023, 10, 26), date(2023, 11, 2), "20231026-0-20231102")),
        (MONTHS, Computed(date(2023, 9, 1), date(2023, 11, 30), "20230901-1-20231130")),
        (AUTUMN, Computed(date(2023, 8, 1), date(2023, 12, 31), "20230801-2-20231231")),
        (SPRING, Computed(date(2024, 1, 1), date(2024, 6, 30), "20240101-2-20240630")),
        (MONTHLY, Computed(None, None, "99991231-3-99991231")),
        (CONTINUOUS, Computed(None, None, "99991231-4-99991231")),
        (TO_COME, Computed(None, None, "99991231-5-99991231")),
        (Dates(K.RECURRING, frequency=Frequency.WEEKLY, from_on=date(2027, 1, 7), until_on=date(2027, 6, 3)),
         Computed(date(2027, 1, 7), date(2027, 6, 3), "20270107-3-20270603")),
    ],
)  # fmt: skip
def test_compute_each_kind(dates: Dates, expected: Computed) -> None:
    assert schedule.compute(dates) == expected


def test_compute_term_with_own_edges_takes_the_institutions() -> None:
    edges = {TermSeason.AUTUMN: Edges((8, 15), (12, 20)), TermSeason.SPRING: Edges((1, 10), (2, 29))}
    assert schedule.compute(Dates(K.TERM, season=TermSeason.AUTUMN, year=2023, edges=edges)).first == date(2023, 8, 15)
    assert schedule.compute(Dates(K.TERM, season=TermSeason.SPRING, year=2023, edges=edges)).last == date(2023, 2, 28)


@pytest.mark.parametrize("kind", [K.SESSIONS, K.MONTHS, K.TERM, K.RECURRING])
def test_compute_without_what_the_kind_needs_is_refused(kind: ScheduleKind) -> None:
    with pytest.raises(ScheduleError):
        schedule.compute(Dates(kind))


def test_sort_key_orders_exact_before_vague_and_undated_last() -> None:
    september = Dates(K.MONTHS, months=(date(2023, 9, 1),))
    in_order = [AUTUMN, ONE_DAY, september, MONTHS, TWO_DAYS, SPRING, MONTHLY, CONTINUOUS, TO_COME]
    shuffled = in_order[1::2] + in_order[::2]
    assert sorted(shuffled, key=lambda dates: schedule.compute(dates).sort_key) == in_order


@pytest.mark.parametrize(
    ("last", "today", "over"),
    [
        (date(2023, 11, 2), date(2023, 11, 1), False),
        (date(2023, 11, 2), date(2023, 11, 2), False),
        (date(2023, 11, 2), date(2023, 11, 3), True),
        (None, date(2999, 1, 1), False),
    ],
)
def test_is_over_around_the_last_day(*, last: date | None, today: date, over: bool) -> None:
    assert schedule.is_over(last, today) is over


@pytest.mark.parametrize(
    ("dates", "nb", "nn", "en"),
    [
        (ONE_DAY, "1. september 2023", "1. september 2023", "1 September 2023"),
        (TWO_DAYS, "26. oktober og 2. november 2023", "26. oktober og 2. november 2023", "26 October and 2 November 2023"),
        (MONTHS, "September og november 2023", "September og november 2023", "September and November 2023"),
        (AUTUMN, "Høst 2023", "Haust 2023", "Autumn 2023"),
        (SPRING, "Vår 2024", "Vår 2024", "Spring 2024"),
        (MONTHLY, "Månedlige kurs", "Månadlege kurs", "Monthly courses"),
        (CONTINUOUS, "Kontinuerlig", "Kontinuerleg", "Continuous"),
        (TO_COME, "Dato kommer", "Dato kjem", "Date to come"),
        (Dates(K.RECURRING, frequency=Frequency.WEEKLY, weekday=1), "Kurs hver uke, tirsdager", "Kurs kvar veke, tysdagar", "Courses every week, Tuesdays"),
        (Dates.on(*(date(2027, 1, 5 + 7 * week) for week in range(3)), date(2027, 2, 9), date(2027, 2, 16), date(2027, 3, 2)),
         "6 ganger, 5. januar–2. mars 2027", "6 gonger, 5. januar–2. mars 2027", "6 times, 5 January – 2 March 2027"),
    ],
)  # fmt: skip
def test_label_in_three_languages(dates: Dates, nb: str, nn: str, en: str) -> None:
    assert [schedule.label(dates, language) for language in ("nb", "nn", "en")] == [nb, nn, en]


def test_meeting_label_writes_weekday_and_times() -> None:
    meeting = Meeting(date(2023, 10, 26), time(9), time(15))
    assert schedule.meeting_label(meeting, "nn") == "torsdag 26. oktober 2023 kl. 9.00–15.00"
    assert schedule.meeting_label(Meeting(date(2023, 10, 28)), "nn") == "laurdag 28. oktober 2023"


@given(st.lists(st.dates(date(2000, 1, 1), date(2100, 12, 31)), min_size=1, max_size=12))
def test_compute_of_any_days_holds_them_all(days: list[date]) -> None:
    computed = schedule.compute(Dates.on(*days))
    assert (computed.first, computed.last) == (min(days), max(days))
    assert schedule.label(Dates.on(*days), "nn")[-4:] == str(max(days).year)
