"""Phone numbers: kept as E.164, shown as Norwegians read them.

Source: nummerforskriften § 16 since 22 May 2019: eight digits two and two, numbers that begin with 8 as three, two, three.
"""

import itertools

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat

from lms_portal.common.invalid_input import InvalidInput

NORWAY = 47
REGION = "NO"
_ALLOWED = frozenset("0123456789 +().-\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\t")


class InvalidPhone(InvalidInput):
    """The text is no phone number."""


def _can_exist(number: phonenumbers.PhoneNumber) -> bool:
    """Judge by length and first digit, not by the library's list of series in use, which lags behind."""
    if number.country_code != NORWAY:
        return phonenumbers.is_possible_number(number)
    digits = phonenumbers.national_significant_number(number)
    return (len(digits) == 8 and digits[0] in "23456789") or (len(digits) == 5 and digits[0] == "0")


def parse_phone(text: str) -> str:
    """This will return the number as E.164, `+4790012345`; Norwegian where no country is written. Raises: InvalidPhone with what to do."""
    written = text.strip()
    if not written or not set(written) <= _ALLOWED:
        raise InvalidPhone(_("Write the phone number with digits only, like 90 01 23 45"), "not_digits")
    try:
        number = phonenumbers.parse(written, REGION)
    except NumberParseException:
        number = None
    if number is None or not _can_exist(number):
        raise InvalidPhone(
            _("There is no such phone number. A Norwegian number has eight digits; write + and the country code before a foreign one"),
            "no_such_number",
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_stored_form(text: str) -> bool:
    """This will say whether a text is a number as `parse_phone` gives it."""
    try:
        return text.startswith("+") and parse_phone(text) == text
    except InvalidPhone:
        return False


def _in_groups(digits: str) -> str:
    if len(digits) != 8:
        return digits
    cuts = (3, 5) if digits[0] == "8" else (2, 4, 6)
    edges = [0, *cuts, 8]
    return "\u00a0".join(digits[start:end] for start, end in itertools.pairwise(edges))


def format_phone(number: str) -> str:
    """This will show a stored number: Norwegian ones two and two without country code, others as their countries write them.

    Spaces do not break. What is no stored number is shown as it is.
    """
    if not is_stored_form(number):
        return number
    parsed = phonenumbers.parse(number)
    if parsed.country_code == NORWAY:
        return _in_groups(phonenumbers.national_significant_number(parsed))
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL).replace(" ", "\u00a0")


def mask_phone(number: str) -> str:
    """This will show the last two digits alone: `** ** ** 45`."""
    shown = format_phone(number)
    hidden = "".join("*" if letter.isdigit() else letter for letter in shown[:-2])
    return hidden + shown[-2:]
