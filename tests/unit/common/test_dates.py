"""Dates, times and terms in three languages."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lms_portal.common import dates
from lms_portal.common.dates import Month, Term


@pytest.mark.parametrize(
    ("language", "expected"),
    [("nb", "3. mars 2027"), ("nn", "3. mars 2027"), ("en", "3 March 2027"), ("no", "3. mars 2027"), ("en-gb", "3 March 2027")],
)
def test_format_date(language: str, expected: str) -> None:
    assert dates.format_date(date(2027, 3, 3), language=language) == expected


def test_language_of_the_moment_is_used() -> None:
    with override("en"):
        assert dates.format_date(date(2027, 3, 3)) == "3 March 2027"
    with override("nn"):
        assert dates.format_date_with_weekday(date(2027, 3, 6)) == "laurdag 6. mars 2027"
    with override(None):
        assert dates.format_date(date(2027, 3, 3)) == "3. mars 2027"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"]),
        ("nn", ["måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"]),
        ("en", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]),
    ],
)
def test_weekday_name(language: str, expected: list[str]) -> None:
    assert [dates.weekday_name(date(2027, 3, day), language=language) for day in range(1, 8)] == expected


def test_month_name() -> None:
    assert dates.month_name(1, language="nb") == "januar"
    assert dates.month_name(12, language="nn") == "desember"
    assert dates.month_name(10, language="en") == "October"


def test_format_short_date() -> None:
    assert dates.format_short_date(date(2027, 3, 3), language="nb") == "03.03.2027"
    assert dates.format_short_date(date(2027, 3, 3), language="nn") == "03.03.2027"
    assert dates.format_short_date(date(2027, 3, 3), language="en") == "3 Mar 2027"
    assert dates.format_short_date(date(31, 12, 9), language="nb") == "09.12.0031"


@pytest.mark.parametrize(
    ("start", "end", "norwegian", "english"),
    [
        (time(9), time(12), "kl. 9.00–12.00", "09:00–12:00"),
        (time(9, 5), time(15, 30), "kl. 9.05–15.30", "09:05–15:30"),
        (time(0), time(23, 59), "kl. 0.00–23.59", "00:00–23:59"),
    ],
)
def test_format_time_range(start: time, end: time, norwegian: str, english: str) -> None:
    assert dates.format_time_range(start, end, language="nn") == norwegian
    assert dates.format_time_range(start, end, language="en") == english


def test_format_time() -> None:
    assert dates.format_time(time(9, 30), language="nb") == "kl. 9.30"
    assert dates.format_time(time(9, 30), language="en") == "09:30"


@pytest.mark.parametrize(
    ("moment", "norwegian", "english"),
    [
        (datetime(2027, 3, 3, 8, 5, tzinfo=UTC), "3. mars 2027 kl. 9.05", "3 March 2027 at 09:05"),
        (datetime(2026, 12, 1, 22, 59, tzinfo=UTC), "1. desember 2026 kl. 23.59", "1 December 2026 at 23:59"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "1. juli 2026 kl. 0.00", "1 July 2026 at 00:00"),
    ],
)
def test_format_moment_in_norwegian_time(moment: datetime, norwegian: str, english: str) -> None:
    assert dates.format_moment(moment, language="nb") == norwegian
    assert dates.format_moment(moment, language="en") == english


@pytest.mark.parametrize(
    ("days", "norwegian", "english"),
    [
        ([], "", ""),
        ([(2023, 11, 30)], "30. november 2023", "30 November 2023"),
        ([(2023, 10, 26), (2023, 11, 2)], "26. oktober og 2. november 2023", "26 October and 2 November 2023"),
        ([(2024, 2, 28), (2024, 2, 29)], "28.–29. februar 2024", "28–29 February 2024"),
        ([(2024, 2, 29), (2024, 2, 28), (2024, 2, 29)], "28.–29. februar 2024", "28–29 February 2024"),
        ([(2027, 3, 3), (2027, 3, 10), (2027, 3, 17)], "3., 10. og 17. mars 2027", "3, 10 and 17 March 2027"),
        ([(2027, 3, 1), (2027, 3, 2), (2027, 3, 3), (2027, 3, 10)], "1.–3. og 10. mars 2027", "1–3 and 10 March 2027"),
        ([(2023, 12, 30), (2024, 1, 6)], "30. desember 2023 og 6. januar 2024", "30 December 2023 and 6 January 2024"),
        ([(2023, 11, 30), (2023, 12, 1)], "30. november–1. desember 2023", "30 November – 1 December 2023"),
        ([(2023, 12, 31), (2024, 1, 1)], "31. desember 2023–1. januar 2024", "31 December 2023 – 1 January 2024"),
        (
            [(2023, 11, 28), (2023, 11, 30), (2023, 12, 1), (2023, 12, 5)],
            "28. november, 30. november–1. og 5. desember 2023",
            "28 November, 30 November – 1 and 5 December 2023",
        ),
        (
            [(2023, 10, 1), (2023, 10, 8), (2023, 11, 5), (2024, 1, 7)],
            "1., 8. oktober, 5. november 2023 og 7. januar 2024",
            "1, 8 October, 5 November 2023 and 7 January 2024",
        ),
    ],
)
def test_format_days(days: list[tuple[int, int, int]], norwegian: str, english: str) -> None:
    chosen = [date(*day) for day in days]
    assert dates.format_days(chosen, language="nb") == norwegian
    assert dates.format_days(chosen, language="nn") == norwegian
    assert dates.format_days(chosen, language="en") == english


@pytest.mark.parametrize(
    ("first", "last", "norwegian"),
    [
        (date(2027, 3, 1), date(2027, 3, 1), "1. mars 2027"),
        (date(2027, 3, 1), date(2027, 3, 19), "1.–19. mars 2027"),
        (date(2023, 11, 30), date(2023, 12, 2), "30. november–2. desember 2023"),
        (date(2023, 12, 28), date(2024, 1, 2), "28. desember 2023–2. januar 2024"),
        (date(2023, 3, 1), date(2024, 3, 1), "1. mars 2023–1. mars 2024"),
    ],
)
def test_format_date_range(first: date, last: date, norwegian: str) -> None:
    assert dates.format_date_range(first, last, language="nn") == norwegian


@pytest.mark.parametrize(
    ("months", "norwegian", "english"),
    [
        ([], "", ""),
        ([(2023, 9)], "September 2023", "September 2023"),
        ([(2023, 9), (2023, 11)], "September og november 2023", "September and November 2023"),
        ([(2023, 9), (2023, 10)], "September og oktober 2023", "September and October 2023"),
        ([(2023, 9), (2023, 10), (2023, 11)], "September–november 2023", "September–November 2023"),
        ([(2023, 12), (2024, 2)], "Desember 2023 og februar 2024", "December 2023 and February 2024"),
        ([(2023, 11), (2023, 12), (2024, 1)], "November 2023–januar 2024", "November 2023–January 2024"),
        ([(2023, 1), (2023, 5), (2023, 9)], "Januar, mai og september 2023", "January, May and September 2023"),
        ([(2023, 12), (2024, 1)], "Desember 2023 og januar 2024", "December 2023 and January 2024"),
    ],
)
def test_format_months(months: list[Month], norwegian: str, english: str) -> None:
    assert dates.format_months(months, language="nb") == norwegian
    assert dates.format_months(reversed(months), language="en") == english


@pytest.mark.parametrize(
    ("term", "labels", "in_text"),
    [
        ("autumn", ("Høst 2023", "Haust 2023", "Autumn 2023"), ("høsten 2023", "hausten 2023", "autumn 2023")),
        ("spring", ("Vår 2023", "Vår 2023", "Spring 2023"), ("våren 2023", "våren 2023", "spring 2023")),
        ("summer", ("Sommer 2023", "Sommar 2023", "Summer 2023"), ("sommeren 2023", "sommaren 2023", "summer 2023")),
        ("winter", ("Vinter 2023", "Vinter 2023", "Winter 2023"), ("vinteren 2023", "vinteren 2023", "winter 2023")),
    ],
)
def test_terms(term: Term, labels: tuple[str, ...], in_text: tuple[str, ...]) -> None:
    assert tuple(dates.format_term(term, 2023, language=language) for language in ("nb", "nn", "en")) == labels
    assert tuple(dates.format_term_in_text(term, 2023, language=language) for language in ("nb", "nn", "en")) == in_text


def test_join_words_and_capitalise() -> None:
    assert dates.join_words(["a"], language="nb") == "a"
    assert dates.join_words(["a", "b", "c"], language="nn") == "a, b og c"
    assert dates.join_words(["a", "b"], language="en") == "a and b"
    assert dates.capitalise("åpent hus i Volda") == "Åpent hus i Volda"


@given(st.sets(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)), min_size=1, max_size=6))
def test_format_days_always_ends_in_the_last_year(days: set[date]) -> None:
    assert dates.format_days(days, language="nb").endswith(str(max(days).year))
