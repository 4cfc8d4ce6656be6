"""Whole kroner."""

import contextlib

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lms_portal.common.money import LARGEST, InvalidAmount, format_kroner, group_thousands, parse_kroner


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("500", 500),
        ("1 234 567", 1_234_567),
        ("1\u00a0234\u00a0567", 1_234_567),
        ("1\u202f234\u2009567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("kr 1.234", 1234),
        ("kr. 500", 500),
        ("KR500", 500),
        ("12 500 kr", 12_500),
        ("12500 kroner", 12_500),
        ("NOK 12500", 12_500),
        ("12 500,-", 12_500),
        ("12 500,–", 12_500),
        ("12 500,00", 12_500),
        ("12500.00", 12_500),
        ("  42 ", 42),
        ("007", 7),
        ("10 000 000 000", LARGEST),
    ],
)
def test_parse_kroner(text: str, amount: int) -> None:
    assert parse_kroner(text) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_number"),
        ("kr", "not_a_number"),
        ("tusen", "not_a_number"),
        ("1e9", "not_a_number"),
        ("12 34", "not_a_number"),
        ("1 0000", "not_a_number"),
        ("1.2345", "not_a_number"),
        ("1,234", "not_a_number"),
        ("1 234.567", "not_a_number"),
        ("١٢٣", "not_a_number"),
        ("500-", "not_a_number"),
        ("1 234,50", "oere"),
        ("12,5", "oere"),
        ("12.50", "oere"),
        ("1.234,01", "oere"),
        ("-500", "negative"),
        ("−500", "negative"),
        ("kr -500", "negative"),
        ("-0", "negative"),
        ("10 000 000 001", "too_large"),
        ("9" * 5000, "too_large"),
    ],
)
def test_parse_kroner_refuses(text: str, code: str) -> None:
    with pytest.raises(InvalidAmount) as refused:
        parse_kroner(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        (10_000, "nb", "10 000 kr"),
        (10_000, "nn", "10 000 kr"),
        (10_000, "en", "NOK 10,000"),
        (0, "nb", "0 kr"),
        (999, "nb", "999 kr"),
        (1_234_567, "nn", "1 234 567 kr"),
        (-500, "nb", "−500 kr"),
        (-12_500, "en", "NOK −12,500"),
    ],
)
def test_format_kroner(amount: int, language: str, shown: str) -> None:
    assert format_kroner(amount, language=language) == shown.replace(" ", "\u00a0")


def test_format_kroner_follows_the_language_of_the_moment() -> None:
    with override("en"):
        assert format_kroner(10_000) == "NOK\u00a010,000"
    with override("nn"):
        assert format_kroner(10_000) == "10\u00a0000\u00a0kr"


def test_group_thousands() -> None:
    assert group_thousands(1_000, language="nb") == "1\u00a0000"


@given(st.integers(min_value=0, max_value=LARGEST))
def test_shown_amounts_are_read_back(amount: int) -> None:
    assert parse_kroner(format_kroner(amount, language="nb")) == amount
    assert parse_kroner(str(amount)) == amount


@given(st.text(max_size=40))
def test_parse_kroner_of_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    with contextlib.suppress(InvalidAmount):
        assert 0 <= parse_kroner(text) <= LARGEST
