"""Organisation and account numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from lms_portal.common.business_ids import (
    InvalidAccountNumber,
    InvalidOrganisationNumber,
    format_account_number,
    format_organisation_number,
    mask_account_number,
    parse_account_number,
    parse_organisation_number,
)

ORGANISATION = "974760673"  # the Brønnøysund register’s own
ACCOUNT = "86011117947"  # the example of the banks’ documentation


@pytest.mark.parametrize(
    "text", ["974760673", "974 760 673", " 974\u00a0760\u00a0673 ", "NO974760673MVA", "no 974 760 673 mva", "974.760.673"]
)
def test_parse_organisation_number(text: str) -> None:
    assert parse_organisation_number(text) == ORGANISATION


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("MVA", "length"),
        ("97476067", "length"),
        ("9747606733", "length"),
        ("97476067x", "length"),
        ("٩٧٤٧٦٠٦٧٣", "length"),
        ("974760674", "check_digit"),
        ("000000000", "check_digit"),
        ("123456785", "check_digit"),  # right check digit, a number that the register never gives
    ],
)
def test_parse_organisation_number_refuses(text: str, code: str) -> None:
    with pytest.raises(InvalidOrganisationNumber) as refused:
        parse_organisation_number(text)
    assert refused.value.code == code


def test_parse_organisation_number_takes_synthetic_only_where_allowed(settings: Settings) -> None:
    assert parse_organisation_number("310000019") == "310000019"
    settings.ALLOW_SYNTHETIC_PERSONS = False
    with pytest.raises(InvalidOrganisationNumber):
        parse_organisation_number("310000019")
    assert parse_organisation_number(ORGANISATION) == ORGANISATION


@given(st.text(alphabet="0123456789", min_size=9, max_size=9), st.integers(0, 8), st.integers(1, 9))
def test_parse_organisation_number_catches_every_wrong_digit(front: str, place: int, added: int) -> None:
    number = "9" + front[1:]
    wrong = number[:place] + str((int(number[place]) + added) % 10) + number[place + 1 :]
    accepted = []
    for text in (number, wrong):
        try:
            accepted.append(parse_organisation_number(text))
        except InvalidOrganisationNumber:
            continue
    assert len(accepted) < 2


@pytest.mark.parametrize(
    "text",
    ["86011117947", "8601 11 17947", "8601.11.17947", "8601-11-17947", "NO93 8601 1117 947", "no9386011117947", "8601\u00a011\u00a017947"],
)
def test_parse_account_number(text: str) -> None:
    assert parse_account_number(text) == ACCOUNT


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("8601111794", "length"),
        ("860111179477", "length"),
        ("8601 11 1794x", "length"),
        ("86011117948", "check_digit"),
        ("00000000000", "check_digit"),
        ("00004090403", "check_digit"),
        ("4090403", "length"),
        ("NO92 8601 1117 947", "iban"),
        ("NO", "iban"),
    ],
)
def test_parse_account_number_refuses(text: str, code: str) -> None:
    with pytest.raises(InvalidAccountNumber) as refused:
        parse_account_number(text)
    assert refused.value.code == code
    assert "8601" not in str(refused.value)


def test_formats() -> None:
    assert format_organisation_number(ORGANISATION) == "974\u00a0760\u00a0673"
    assert format_account_number(ACCOUNT) == "8601.11.17947"
    assert mask_account_number(ACCOUNT) == "****.**.*7947"


@pytest.mark.parametrize("text", ["", "half", "8601 11 179"])
def test_formats_of_what_is_no_number(text: str) -> None:
    assert format_organisation_number(text) == text
    assert format_account_number(text) == text
    assert mask_account_number(text) == "*" * len(text)
