"""Norwegian personal identity numbers: birth numbers, D-numbers, H-numbers, synthetic ones, and the series from 2032.

Nothing here derives gender. A birth date is a guess from the digits, and none is made once the series of 2032 is allowed.
Source: folkeregisterforskriften § 2-2-1, Skatteetaten on the personal identity numbers of 2032; Tenor adds 80 to the month of
synthetic people, Dolly 65 (its older people have 40 and cannot be told from H-numbers).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lms_portal.common.invalid_input import InvalidInput

DIGITS = 11
WEIGHTS_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
WEIGHTS_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
REMAINDERS_2032 = frozenset({0, 1, 2, 3})
D_DAY = 40
H_MONTH = 40
DOLLY_MONTH = 65
TENOR_MONTH = 80
FH_FIRST_DIGITS = "89"
_TYPING_ERROR = _("The number has a typing error. Check each digit against the person’s papers")
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015:]+")


class InvalidPersonalId(InvalidInput):
    """The text is no personal identity number that the portal takes."""


class Kind(Enum):
    """What kind of number it is, as its digits tell."""

    BIRTH_NUMBER = "birth_number"
    D_NUMBER = "d_number"
    H_NUMBER = "h_number"


@dataclass(frozen=True, slots=True, repr=False)
class PersonalId:
    """A checked number. Prints itself masked: the whole of it is had by `number` alone, where a page has logged why."""

    number: str
    kind: Kind
    synthetic: bool
    birth_date: date | None

    @property
    def masked(self) -> str:
        """The first six digits, the rest hidden: `120577*****`."""
        return self.number[:6] + "*" * (DIGITS - 6)

    @property
    def spaced(self) -> str:
        """The whole number as people write it: `120577 12345`."""
        return f"{self.number[:6]} {self.number[6:]}"

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"<PersonalId {self.masked}>"


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11


def _check_digits(number: str) -> None:
    allowed = REMAINDERS_2032 if settings.ALLOW_2032_PERSONAL_IDS else {0}
    if _weighted(number, WEIGHTS_1) not in allowed or _weighted(number, WEIGHTS_2) != 0:
        raise InvalidPersonalId(_TYPING_ERROR, "check_digits")


def _full_year(year: int, individual: int) -> int | None:
    """Return the year with its century, which stands in the individual number; nothing where no series fits."""
    if individual < 500:
        return 1900 + year
    if year < 40:
        return 2000 + year
    if individual >= 900:
        return 1900 + year
    return 1800 + year if individual < 750 and year >= 54 else None


def _without_additions(day: int, month: int) -> tuple[int, int, Kind, bool]:
    """Return the day and month of birth, the kind, and whether the person is synthetic."""
    kind = Kind.D_NUMBER if day > D_DAY else Kind.BIRTH_NUMBER
    day = day - D_DAY if day > D_DAY else day
    if settings.ALLOW_SYNTHETIC_PERSONS:
        for addition in (TENOR_MONTH, DOLLY_MONTH):
            if addition < month <= addition + 12:
                return day, month - addition, kind, True
    if H_MONTH < month <= H_MONTH + 12:
        return day, month - H_MONTH, Kind.H_NUMBER if kind is Kind.BIRTH_NUMBER else kind, False
    return day, month, kind, False


def _date_or_refuse(year: int, day: int, month: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidPersonalId(_("The first six digits are not a date. Write day, month and year of birth first"), "birth_date") from None


def _birth_date(number: str, day: int, month: int) -> date | None:
    """Return the birth date as the digits tell it; nothing once the series of 2032 may be met, whose centuries cannot be told."""
    short_year = int(number[4:6])
    if settings.ALLOW_2032_PERSONAL_IDS:
        _date_or_refuse(2000 + short_year, day, month)
        return None
    year = _full_year(short_year, int(number[6:9]))
    if year is None:
        raise InvalidPersonalId(_TYPING_ERROR, "century")
    return _date_or_refuse(year, day, month)


def parse(text: str, *, today: date | None = None) -> PersonalId:
    """This will read a number as people type it, with or without spaces.

    With `today`, a Norwegian day, a birth date after it is refused. Raises: InvalidPersonalId with what to do.
    """
    number = _SEPARATORS.sub("", text)
    if not (number.isascii() and number.isdigit()):
        raise InvalidPersonalId(_("Write the eleven digits, without letters or other signs"), "not_digits")
    if len(number) != DIGITS:
        raise InvalidPersonalId(_("The number must have eleven digits: six for the date of birth and five more"), "length")
    if number[0] in FH_FIRST_DIGITS:
        raise InvalidPersonalId(_("This is a shared help number. Write the birth number or the D-number"), "help_number")
    day, month, kind, synthetic = _without_additions(int(number[:2]), int(number[2:4]))
    born = _birth_date(number, day, month)
    _check_digits(number)
    if born and today and born > today:
        raise InvalidPersonalId(_("The date of birth has not come yet. Check the first six digits"), "future")
    return PersonalId(number, kind, synthetic, born)


def _series(year: int) -> range:
    if 1900 <= year <= 1999:
        return range(500)
    if 2000 <= year <= 2039:
        return range(500, 1000)
    if 1854 <= year <= 1899:
        return range(500, 750)
    raise ValueError(f"no series for people born in {year}")


def make_synthetic(birth_date: date, serial: int, *, d_number: bool = False) -> PersonalId:
    """This will make the synthetic number of nobody: month + 80, for tests and the demo. The same serial gives the same number.

    `serial` counts from 0 among the day's valid numbers. Raises: ValueError where the day has no more.
    """
    day = birth_date.day + (D_DAY if d_number else 0)
    front = f"{day:02}{birth_date.month + TENOR_MONTH:02}{birth_date.year % 100:02}"
    left = serial
    for individual in _series(birth_date.year):
        body = f"{front}{individual:03}"
        first = -_weighted(body, WEIGHTS_1) % 11
        second = -_weighted(f"{body}{first}", WEIGHTS_2) % 11
        if first == 10 or second == 10:
            continue
        if left == 0:
            kind = Kind.D_NUMBER if d_number else Kind.BIRTH_NUMBER
            return PersonalId(f"{body}{first}{second}", kind, synthetic=True, birth_date=birth_date)
        left -= 1
    raise ValueError(f"{birth_date} has no synthetic number with serial {serial}")
