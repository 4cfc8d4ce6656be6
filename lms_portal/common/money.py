"""Money in whole kroner: read as people type it, kept as integers, shown with a space that does not break."""

import re

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms_portal.common.invalid_input import InvalidInput

LARGEST = 10_000_000_000
HARD_SPACE = "\u00a0"
MINUS = "\u2212"
_CURRENCY = re.compile(r"^(?:kr\.?|nok)\s*|\s*(?:kr\.?|kroner|nok)$", re.IGNORECASE)
_NO_OERE = re.compile(r",(?:-|\u2013|\u2014|00)$|\.00$")
_GROUPED = re.compile(r"^\d{1,3}(?:(?:\.\d{3})+|(?: \d{3})+)$|^\d+$", re.ASCII)
_WITH_OERE = re.compile(r"^[\d. ]*\d[,.]\d{1,2}$", re.ASCII)


class InvalidAmount(InvalidInput):
    """The text is no amount in whole kroner."""


def parse_kroner(text: str) -> int:
    """This will read an amount: `12500`, `12 500`, `kr 12.500`, `12 500,-`. Raises: InvalidAmount with what to do."""
    spaced = re.sub(r"\s+", " ", text).strip()
    written = _CURRENCY.sub("", spaced).strip()
    if re.match(r"^[-\u2010-\u2015\u2212]", written):
        raise InvalidAmount(_("The amount cannot be below zero"), "negative")
    whole = _NO_OERE.sub("", written)
    if _GROUPED.match(whole):
        digits = re.sub(r"\D", "", whole).lstrip("0") or "0"
        if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
            raise InvalidAmount(_("The amount is too large. Check the number of zeros"), "too_large")
        return int(digits)
    if _WITH_OERE.match(whole):
        raise InvalidAmount(_("Write the amount in whole kroner, without øre"), "oere")
    raise InvalidAmount(_("Write the amount with digits only, like 12 500"), "not_a_number")


def group_thousands(number: int, *, language: str | None = None) -> str:
    """This will write a whole number with its thousands apart: `10 000`, in English `10,000`."""
    english = (language or get_language() or "nb").startswith("en")
    grouped = f"{abs(number):,}"
    return (MINUS if number < 0 else "") + (grouped if english else grouped.replace(",", HARD_SPACE))


def format_kroner(amount: int, *, language: str | None = None) -> str:
    """This will write an amount: `10 000 kr`, in English `NOK 10,000`; in the language of the moment where none is given."""
    chosen = language or get_language() or "nb"
    number = group_thousands(amount, language=chosen)
    return f"NOK{HARD_SPACE}{number}" if chosen.startswith("en") else f"{number}{HARD_SPACE}kr"
