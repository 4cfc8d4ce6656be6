"""Personal identity numbers. Every number here is synthetic or made from its digits for the test."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings
from stdnum.no import fodselsnummer

from lms_portal.common import personal_ids
from lms_portal.common.personal_ids import InvalidPersonalId, Kind, make_synthetic, parse

BIRTH_DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2039, 12, 31))


def with_check_digits(front: str, remainder: int = 0) -> str | None:
    """Finish nine digits; `remainder` is what the first check digit leaves in the series of 2032."""
    first = (remainder - personal_ids._weighted(front, personal_ids.WEIGHTS_1)) % 11
    second = -personal_ids._weighted(f"{front}{first}", personal_ids.WEIGHTS_2) % 11
    return None if first == 10 or second == 10 else f"{front}{first}{second}"


def number_for(date_digits: str, series: range = range(500), remainder: int = 0) -> str:
    """Return the first whole number that begins with a date."""
    return next(number for individual in series if (number := with_check_digits(f"{date_digits}{individual:03}", remainder)))


def code_of(text: str, **options: date) -> str:
    with pytest.raises(InvalidPersonalId) as refused:
        parse(text, **options)
    return refused.value.code


def test_parse_ordinary_number_agrees_with_stdnum() -> None:
    number = number_for("120577")
    found = parse(number)
    assert fodselsnummer.is_valid(number)
    assert (found.number, found.kind, found.synthetic, found.birth_date) == (number, Kind.BIRTH_NUMBER, False, date(1977, 5, 12))


@pytest.mark.parametrize("write", ["{} {}", "{}-{}", "{}\u00a0{}", " {}{} ", "{}.{}", "{}\u2013{}"])
def test_parse_takes_every_way_of_writing(write: str) -> None:
    number = number_for("120577")
    assert parse(write.format(number[:6], number[6:])).number == number


@pytest.mark.parametrize(
    ("date_digits", "kind", "synthetic"),
    [
        ("120577", Kind.BIRTH_NUMBER, False),
        ("520577", Kind.D_NUMBER, False),
        ("124577", Kind.H_NUMBER, False),
        ("524577", Kind.D_NUMBER, False),
        ("128577", Kind.BIRTH_NUMBER, True),
        ("528577", Kind.D_NUMBER, True),
        ("127077", Kind.BIRTH_NUMBER, True),
        ("527077", Kind.D_NUMBER, True),
    ],
)
def test_parse_knows_kinds(date_digits: str, kind: Kind, *, synthetic: bool) -> None:
    found = parse(number_for(date_digits))
    assert (found.kind, found.synthetic, found.birth_date) == (kind, synthetic, date(1977, 5, 12))


@pytest.mark.parametrize("date_digits", ["128577", "528577", "127077"])
def test_parse_refuses_synthetic_people_in_production(settings: Settings, date_digits: str) -> None:
    number = number_for(date_digits)
    settings.ALLOW_SYNTHETIC_PERSONS = False
    assert code_of(number) == "birth_date"


def test_parse_takes_ordinary_kinds_in_production(settings: Settings) -> None:
    settings.ALLOW_SYNTHETIC_PERSONS = False
    assert [parse(number_for(digits)).kind for digits in ("120577", "520577", "124577")] == [
        Kind.BIRTH_NUMBER,
        Kind.D_NUMBER,
        Kind.H_NUMBER,
    ]


@pytest.mark.parametrize(
    ("digits", "series", "born"),
    [
        ("010100", range(500), date(1900, 1, 1)),
        ("311299", range(500), date(1999, 12, 31)),
        ("010140", range(900, 1000), date(1940, 1, 1)),
        ("010100", range(500, 1000), date(2000, 1, 1)),
        ("290200", range(500, 1000), date(2000, 2, 29)),
        ("311239", range(500, 1000), date(2039, 12, 31)),
        ("010154", range(500, 750), date(1854, 1, 1)),
    ],
)
def test_parse_finds_the_century(digits: str, series: range, born: date) -> None:
    assert parse(number_for(digits, series)).birth_date == born


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_digits"),
        ("tolv", "not_digits"),
        ("1205771234a", "not_digits"),
        ("١٢٠٥٧٧١٢٣٤٥", "not_digits"),
        ("1205771234", "length"),
        ("120577123456", "length"),
        ("82057712345", "help_number"),
        ("92057712345", "help_number"),
        ("00000000000", "birth_date"),
        ("31027712345", "birth_date"),
        ("29020012345", "birth_date"),  # 1900 was no leap year
        ("12137712345", "birth_date"),
        ("01014575012", "century"),
        ("32057712345", "birth_date"),
    ],
)
def test_parse_refuses(text: str, code: str) -> None:
    assert code_of(text) == code


def test_parse_refuses_each_wrong_digit() -> None:
    number = number_for("120577")
    for place in range(11):
        for digit in "0123456789":
            wrong = number[:place] + digit + number[place + 1 :]
            if wrong != number:
                with pytest.raises(InvalidPersonalId):
                    parse(wrong)


def test_parse_refuses_birth_dates_to_come() -> None:
    number = number_for("311239", range(500, 1000))
    assert code_of(number, today=date(2039, 12, 30)) == "future"
    assert parse(number, today=date(2039, 12, 31)).birth_date == date(2039, 12, 31)


@pytest.mark.parametrize("remainder", [1, 2, 3])
def test_series_of_2032_only_where_allowed(settings: Settings, remainder: int) -> None:
    number = number_for("120533", remainder=remainder)
    assert code_of(number) == "check_digits"
    settings.ALLOW_2032_PERSONAL_IDS = True
    found = parse(number)
    assert (found.number, found.birth_date) == (number, None)


def test_series_of_2032_has_four_remainders_and_no_century(settings: Settings) -> None:
    settings.ALLOW_2032_PERSONAL_IDS = True
    assert code_of(number_for("120533", remainder=4)) == "check_digits"
    assert parse(number_for("120577")).birth_date is None  # cannot be told from a later person’s any more
    assert parse(number_for("290200")).kind is Kind.BIRTH_NUMBER
    assert code_of(number_for("310233")) == "birth_date"


def test_printing_is_masked() -> None:
    found = parse(number_for("120577"))
    assert found.masked == "120577*****"
    assert str(found) == "120577*****"
    assert repr(found) == "<PersonalId 120577*****>"
    assert f"{[found]}" == "[<PersonalId 120577*****>]"
    assert found.spaced == f"{found.number[:6]} {found.number[6:]}"


def test_refusal_never_repeats_the_number() -> None:
    number = number_for("120577")[:-1] + "0"
    with pytest.raises(InvalidPersonalId) as refused:
        parse(number[:10] + str((int(number[10]) + 1) % 10))
    assert str(refused.value) == "check_digits"
    assert "120577" not in str(refused.value.message)


def test_nothing_tells_gender() -> None:
    fields: Callable[[object], list[str]] = dir
    assert [name for name in fields(make_synthetic(date(1990, 1, 1), 0)) if "gender" in name or "sex" in name] == []


@given(birth_date=BIRTH_DATES, serial=st.integers(min_value=0, max_value=60), d_number=st.booleans())
def test_make_synthetic_is_read_back(birth_date: date, serial: int, *, d_number: bool) -> None:
    made = make_synthetic(birth_date, serial, d_number=d_number)
    assert parse(made.number) == made
    assert made.synthetic
    assert made.number[2] in "89"
    assert made.birth_date == birth_date


def test_make_synthetic_gives_each_serial_its_own_number() -> None:
    numbers = [make_synthetic(date(1980, 6, 1), serial).number for serial in range(100)]
    assert len(set(numbers)) == 100
    assert numbers == [make_synthetic(date(1980, 6, 1), serial).number for serial in range(100)]


@pytest.mark.parametrize(("birth_date", "serial"), [(date(1980, 6, 1), 500), (date(1853, 1, 1), 0), (date(2040, 1, 1), 0)])
def test_make_synthetic_without_numbers_left(birth_date: date, serial: int) -> None:
    with pytest.raises(ValueError, match="no "):
        make_synthetic(birth_date, serial)


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_messages_are_translated(language: str) -> None:
    with pytest.raises(InvalidPersonalId) as refused:
        parse("123")
    with override("en"):
        english = str(refused.value.message)
    with override(language):
        assert str(refused.value.message) != english
