"""Dates as people write them in lists, in three languages; and as the portal writes them, read again."""

import contextlib
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue import schedule
from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.printed_dates import UnreadableDates, parse_dates, parse_times, with_times, write_dates
from catalogue.schedule import Dates, Meeting


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("26.10 og 2.11.2026", "26. oktober og 2. november 2026"),
        ("26.10.2026, 02.11.2026", "26. oktober og 2. november 2026"),
        ("26.10.26", "26. oktober 2026"),
        ("2026-10-26", "26. oktober 2026"),
        ("26/10/2026", "26. oktober 2026"),
        ("26. 10. 2026", "26. oktober 2026"),
        ("28/29. febr. 2028", "28.–29. februar 2028"),
        ("30. desember 2026–2. januar 2027", "30. desember 2026–2. januar 2027"),
        ("26.–28.10.2026", "26.–28. oktober 2026"),
        ("26.10–28.10.2026", "26.–28. oktober 2026"),
        ("26 October and 2 November 2026", "26. oktober og 2. november 2026"),
        ("torsdag 26. oktober 2026", "26. oktober 2026"),
        ("3., 10. og 17. mars", "3., 10. og 17. mars 2030"),
        ("haust 2026", "Haust 2026"),
        ("Høst 26", "Haust 2026"),
        ("Spring 2027", "Vår 2027"),
        ("våren", "Vår 2030"),
        ("september og november 2026", "September og november 2026"),
        ("September–november 2026", "September–november 2026"),
        ("desember 2026 og mars 2027", "Desember 2026 og mars 2027"),
        ("månadleg", "Månadlege kurs"),
        ("Monthly courses, Tuesdays", "Månadlege kurs, tysdagar"),
        ("Hver uke, mandager, fra 1.9.2026 til 1. desember 2026", "Kurs kvar veke, måndagar, frå 1. september 2026 til 1. desember 2026"),
        ("kvar tredje månad", "Kurs kvar tredje månad"),
        ("kontinuerleg", "Kontinuerleg"),
        ("Continuous", "Kontinuerleg"),
        ("dato kjem", "Dato kjem"),
        ("Dato kommer", "Dato kjem"),
        ("  Date\u00a0to come ", "Dato kjem"),
    ],
)
def test_parse_dates_of_each_shape(written: str, label: str) -> None:
    assert schedule.label(parse_dates(written, year=2030), "nn") == label


def test_parse_dates_with_times() -> None:
    found = parse_dates("26.10.2026 kl. 9.00–15.00; 2.11.2026 kl 10-12")
    assert found.meetings == (Meeting(date(2026, 10, 26), time(9), time(15)), Meeting(date(2026, 11, 2), time(10), time(12)))
    assert parse_dates("26.10.2026 09:00–15:30").meetings[0].ends == time(15, 30)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "unreadable"),
        ("etter avtale", "unreadable"),
        ("29. februar 2027", "no_such_day"),
        ("32.13.2026", "no_such_day"),
        ("26.10", "no_year"),
        ("haust", "no_year"),
        ("2026", "unreadable"),
        ("23", "unreadable"),
        ("1.1.2026–1.12.2026", "unreadable"),
        ("3. mars 2027 kl. 15–9", "unreadable"),
        ("3. mars 2027 kl. 25", "unreadable"),
        ("=1+1", "unreadable"),
        ("kontinuerleg frå 1.1.2026 til 2.2.2026", "unreadable"),
    ],
)
def test_parse_dates_of_what_is_no_date_is_refused(written: str, code: str) -> None:
    with pytest.raises(UnreadableDates) as refused:
        parse_dates(written)
    assert refused.value.code == code


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize(
    "known",
    [
        Dates.on(date(2026, 10, 26), date(2026, 11, 2), starts=time(9), ends=time(15)),
        Dates(
            ScheduleKind.SESSIONS,
            meetings=(
                Meeting(date(2026, 10, 26)),
                Meeting(date(2026, 10, 27), time(9, 30)),
                Meeting(date(2026, 10, 28), time(9), time(12)),
            ),
        ),
        Dates(ScheduleKind.MONTHS, months=(date(2026, 12, 1), date(2027, 3, 1))),
        Dates(ScheduleKind.TERM, season=TermSeason.AUTUMN, year=2026),
        Dates(ScheduleKind.RECURRING, frequency=Frequency.QUARTERLY, weekday=5),
        Dates(ScheduleKind.RECURRING, frequency=Frequency.WEEKLY, from_on=date(2026, 9, 1), until_on=date(2026, 12, 1)),
        Dates(ScheduleKind.CONTINUOUS),
        Dates(ScheduleKind.CONTINUOUS, from_on=date(2026, 9, 1)),
        Dates(ScheduleKind.TO_BE_ANNOUNCED),
    ],
    ids=lambda known: str(known.kind),
)
def test_what_is_written_is_read_again(known: Dates, language: str) -> None:
    assert parse_dates(write_dates(known, language)) == known


@given(days=st.sets(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=12), language=st.sampled_from(["nb", "nn", "en"]))
def test_any_days_are_read_again(days: set[date], language: str) -> None:
    known = Dates.on(*days)
    assert parse_dates(write_dates(known, language)) == known
    if len(days) < schedule.MANY_DAYS:
        assert {meeting.held_on for meeting in parse_dates(schedule.label(known, language)).meetings} == days


@given(text=st.text(max_size=40))
def test_nothing_that_is_written_makes_more_than_a_refusal(text: str) -> None:
    with contextlib.suppress(UnreadableDates):
        schedule.compute(parse_dates(text, year=2026))


def test_times_are_given_to_meetings_without() -> None:
    known = parse_dates("26.10.2026; 27.10.2026 kl. 8")
    assert with_times(known, *parse_times("kl. 10–14")).meetings == (
        Meeting(date(2026, 10, 26), time(10), time(14)),
        Meeting(date(2026, 10, 27), time(8)),
    )
