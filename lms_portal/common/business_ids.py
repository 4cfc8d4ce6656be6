"""Organisation numbers and bank account numbers: read as people type them, kept as digits, shown in groups."""

import re

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.no import iban, kontonr, orgnr

from lms_portal.common.invalid_input import InvalidInput

ORGANISATION_DIGITS = 9
ACCOUNT_DIGITS = 11
# The register gives out numbers that begin with 8 or 9; synthetic organisations have 2 or 3.
REAL_FIRST = frozenset("89")
SYNTHETIC_FIRST = frozenset("23")
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015]+")
_VAT = re.compile(r"^(?:NO)?(.*?)(?:MVA)?$", re.IGNORECASE | re.DOTALL)


class InvalidOrganisationNumber(InvalidInput):
    """The text is no Norwegian organisation number."""


class InvalidAccountNumber(InvalidInput):
    """The text is no Norwegian bank account number."""


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def parse_organisation_number(text: str) -> str:
    """This will return the nine digits; `NO … MVA` around them is taken off. Raises: InvalidOrganisationNumber with what to do."""
    match = _VAT.match(_SEPARATORS.sub("", text))
    number = match.group(1) if match else ""
    if not _is_digits(number, ORGANISATION_DIGITS):
        raise InvalidOrganisationNumber(_("The organisation number must have nine digits, like 974 760 673"), "length")
    first = REAL_FIRST | SYNTHETIC_FIRST if settings.ALLOW_SYNTHETIC_PERSONS else REAL_FIRST
    if number[0] not in first or not orgnr.is_valid(number):
        raise InvalidOrganisationNumber(
            _("The organisation number has a typing error. Check it in the Brønnøysund register at brreg.no"), "check_digit"
        )
    return number


def format_organisation_number(number: str) -> str:
    """This will group the digits by three: `974 760 673`, with spaces that do not break."""
    return f"{number[:3]}\u00a0{number[3:6]}\u00a0{number[6:]}" if _is_digits(number, ORGANISATION_DIGITS) else number


def parse_account_number(text: str) -> str:
    """This will return the eleven digits; a Norwegian IBAN is taken too. Raises: InvalidAccountNumber with what to do."""
    number = _SEPARATORS.sub("", text).upper()
    if number.startswith("NO"):
        try:
            number = iban.to_kontonr(iban.validate(number))
        except StdnumError:
            raise InvalidAccountNumber(
                _("The IBAN has a typing error. Write the account number with eleven digits instead"), "iban"
            ) from None
    if not _is_digits(number, ACCOUNT_DIGITS):
        raise InvalidAccountNumber(_("The account number must have eleven digits, like 8601 11 17947"), "length")
    # stdnum takes 0000 in front as a giro number of seven digits, which nobody has had for decades
    if number.startswith("0000") or not kontonr.is_valid(number):
        raise InvalidAccountNumber(_("The account number has a typing error. Check each digit against your bank’s page"), "check_digit")
    return number


def format_account_number(number: str) -> str:
    """This will group the digits as banks do: `8601.11.17947`."""
    return f"{number[:4]}.{number[4:6]}.{number[6:]}" if _is_digits(number, ACCOUNT_DIGITS) else number


def mask_account_number(number: str) -> str:
    """This will show the last four digits alone: `****.**.*7947`."""
    return f"****.**.*{number[-4:]}" if _is_digits(number, ACCOUNT_DIGITS) else "*" * len(number)
