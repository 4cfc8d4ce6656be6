"""Phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_portal.common.phones import InvalidPhone, format_phone, is_stored_form, mask_phone, parse_phone


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("90012345", "+4790012345"),
        ("900 12 345", "+4790012345"),
        ("90 01 23 45", "+4790012345"),
        ("+47 90 01 23 45", "+4790012345"),
        ("0047 90012345", "+4790012345"),
        ("90\u00a001\u00a023\u00a045", "+4790012345"),
        ("(+47) 900-12-345", "+4790012345"),
        ("71 12 20 00", "+4771122000"),
        ("800 33 166", "+4780033166"),
        ("02800", "+4702800"),
        ("+46 8 123 456 78", "+46812345678"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_parse_phone(text: str, stored: str) -> None:
    assert parse_phone(text) == stored


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_digits"),
        ("   ", "not_digits"),
        ("ring 90012345", "not_digits"),
        ("90012345 / 71122000", "not_digits"),
        ("٩٠٠١٢٣٤٥", "not_digits"),
        ("9001234", "no_such_number"),
        ("900123456", "no_such_number"),
        ("112", "no_such_number"),
        ("12345678", "no_such_number"),
        ("+999 123456", "no_such_number"),
        ("+", "no_such_number"),
        ("1" * 1000, "no_such_number"),
    ],
)
def test_parse_phone_refuses(text: str, code: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        parse_phone(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+4790012345", "90 01 23 45"),
        ("+4771122000", "71 12 20 00"),
        ("+4780033166", "800 33 166"),
        ("+4702800", "02800"),
        ("+442079460958", "+44 20 7946 0958"),
        ("sentralbord", "sentralbord"),
        ("", ""),
        ("+4712", "+4712"),
    ],
)
def test_format_phone(stored: str, shown: str) -> None:
    assert format_phone(stored) == shown.replace(" ", "\u00a0")


def test_mask_phone() -> None:
    assert mask_phone("+4790012345") == "**\u00a0**\u00a0**\u00a045"


def test_is_stored_form() -> None:
    assert [is_stored_form(text) for text in ("+4790012345", "+47 90012345", "90012345", "+47")] == [True, False, False, False]


@given(st.integers(min_value=40_000_000, max_value=49_999_999))
def test_shown_numbers_are_read_back(number: int) -> None:
    stored = parse_phone(str(number))
    assert parse_phone(format_phone(stored)) == stored
