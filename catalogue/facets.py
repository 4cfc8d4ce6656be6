"""What a list can be filtered by. Each choice has a small number, so that one array in the index holds all of a course's facets.

A group's choices are numbered group × 1000 + position; the index is computed, so a new choice needs `rebuild_search` and no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.enums import AgeGroup, Audience, CourseFormat, Delivery, Field, SignUpRoute, SpokenLanguage, TermSeason, Topic
from catalogue.schedule import TERMS
from lms_portal.common.dates import format_term

GROUP = 1000
FIRST_YEAR = 2000
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Facet:
    """One group of choices. `key` stands in the address; `codes` are its choices in order, empty where they come from data."""

    key: str
    number: int
    label: Text
    codes: tuple[str, ...] = ()
    labels: Mapping[str, Text] = field(default_factory=dict)

    def number_of(self, code: str) -> int | None:
        """This will return the number of a choice, None where there is no such choice."""
        try:
            return self.number * GROUP + self.codes.index(code)
        except ValueError:
            return None

    def numbers_of(self, codes: Iterable[str]) -> list[int]:
        """This will return the numbers of the choices that exist."""
        return [number for code in codes if (number := self.number_of(code)) is not None]


def _of(key: str, number: int, label: Text, choices: type[TextChoices]) -> Facet:
    return Facet(key, number, label, tuple(choices.values), dict(choices.choices))


SPECIFIC = Facet(
    "kind",
    8,
    _("One diagnosis or many"),
    ("specific", "independent"),
    {"specific": _("For one diagnosis"), "independent": _("Whatever the diagnosis")},
)
FREE = Facet("places", 12, _("Places"), ("free",), {"free": _("Has free places now")})
DATED = Facet("dates", 13, _("Dates"), ("upcoming",), {"upcoming": _("Has a date ahead")})
AUDIENCE = _of("for", 3, _("Who it is for"), Audience)
TOPIC = _of("topic", 1, _("Topic"), Topic)
DELIVERY = _of("how", 5, _("How you take part"), Delivery)
SIGN_UP = _of("join", 7, _("How you get a place"), SignUpRoute)
FIELD = _of("field", 2, _("Part of the health service"), Field)
AGE = _of("age", 4, _("Age"), AgeGroup)
FORMAT = _of("format", 6, pgettext_lazy("group or individual", "Group or individual"), CourseFormat)
SPOKEN = _of("language", 11, _("Language spoken"), SpokenLanguage)
PLACE = Facet("place", 9, _("Hospital"))
TERM = Facet("term", 10, _("When"))

# in the order of the page; those after the first six are folded away
FACETS = (AUDIENCE, TOPIC, PLACE, DELIVERY, SIGN_UP, TERM, FREE, DATED, FIELD, AGE, FORMAT, SPECIFIC, SPOKEN)
BY_NUMBER = {facet.number: facet for facet in FACETS}
BY_KEY = {facet.key: facet for facet in FACETS}


def place_number(number: int) -> int:
    """This will return the facet number of a hospital's search number."""
    return PLACE.number * GROUP + number


def term_number(season: TermSeason, year: int) -> int:
    """This will return the facet number of a term."""
    return TERM.number * GROUP + (year - FIRST_YEAR) * 2 + (season == TermSeason.AUTUMN)


def term_code(number: int) -> str:
    """This will return the code in addresses of a term's facet number: `autumn-2026`."""
    years, autumn = divmod(number - TERM.number * GROUP, 2)
    return f"{'autumn' if autumn else 'spring'}-{years + FIRST_YEAR}"


def term_from_code(code: str) -> int | None:
    """This will read a term's code; None where it is none."""
    season, _hyphen, year = code.partition("-")
    if season not in TermSeason.values or not (year.isdigit() and len(year) == len("2026") and year.isascii()):
        return None
    number = term_number(TermSeason(season), int(year))
    return number if PLACE.number < number // GROUP == TERM.number else None


def term_label(number: int) -> str:
    """This will name a term in the language of the moment: `Haust 2026`."""
    season, _hyphen, year = term_code(number).partition("-")
    return format_term(TERMS[TermSeason(season)], int(year))


def terms_between(first: date, last: date) -> list[int]:
    """This will list the half-years that two days reach over; summers count to the autumn."""
    numbers, year, autumn = [], first.year, first.month > 6
    while (year, 7 if autumn else 1) <= (last.year, last.month):
        numbers.append(term_number(TermSeason.AUTUMN if autumn else TermSeason.SPRING, year))
        year, autumn = (year + 1, False) if autumn else (year, True)
    return numbers
