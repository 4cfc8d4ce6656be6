"""One cell of a file: read into a plain value, without a language; and a plain value in words.

Plain values are what JSON holds: texts, whole numbers, true and false, lists, a unit by its code, a day as `2026-10-26`, dates of a
run as a mapping. So a row can be kept, compared and shown in any language. What cannot be read is a `BadCell`: a code and its
parameters, put into words by `problem_in_words`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from catalogue import enums
from catalogue.differences import CHOICES, LANGUAGE_NAMES, SPECIFIC, in_words
from catalogue.enums import Frequency, ScheduleKind, SignUpRoute, SiteMode, TermSeason
from catalogue.import_columns import COLUMNS
from catalogue.models.courses import TEXT_LANGUAGES, TEXTS
from catalogue.printed_dates import UnreadableDates, parse_dates, parse_times
from catalogue.schedule import Dates, Meeting, label, meeting_label
from catalogue.season_import import Aliases, UnreadableCell
from lms_portal.accounts.models import Unit
from lms_portal.common.dates import format_short_date
from lms_portal.common.norwegian_text import fold
from lms_portal.common.table_files import EXCEL_ERRORS, Value

CODE = re.compile(r"^[A-Z0-9-]{3,16}$")
DIAGNOSIS = re.compile(r"^(ICD-10|ICPC-2) [A-Z][A-Z0-9.\-]{1,14}$")
TITLE_LENGTH = 160
LIMITS = {"external_name": 80, "external_url": 200, "note_nb": 300, "note_nn": 300, "run_key": 120, **dict.fromkeys(("room",), 120)}
NUMBERS = {"places": (1, 1000), "day_count": (1, 60), "minimum": (1, 1000), "site_places": (0, 1000)}
SUGGESTIONS = 3
LEAST_LIKENESS = 55
SPLIT = re.compile(r"\s*[;\n]\s*")

Plain = Any


class BadCell(ValueError):
    """A cell that cannot be used: `code` and parameters of its sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


# Units


@dataclass(frozen=True, slots=True)
class Spot:
    """A unit, and the room that a printed name says besides."""

    unit: str
    room: str = ""


class Names:
    """Units by what people call them; the table of printed names that posters use stands behind."""

    def __init__(self, units: Iterable[Unit], aliases: Aliases | None = None) -> None:
        self.by_code = {unit.code: unit for unit in units}
        self.aliases = aliases
        self._known: dict[str, set[str]] = {}
        for unit in self.by_code.values():
            for name in (unit.name_nb, unit.name_nn, unit.name_en):
                for written in (name, f"{name} {unit.place}", f"{name} {unit.code}"):
                    if name:
                        self._known.setdefault(fold(written), set()).add(unit.code)
            self._known.setdefault(fold(unit.code), set()).add(unit.code)

    def find(self, written: str) -> Spot:
        """This will return the one unit of a name. Raises: BadCell with the nearest names."""
        codes = self._known.get(fold(written), set())
        if len(codes) == 1:
            return Spot(next(iter(codes)))
        if codes:
            raise BadCell("unit_many", written=written, names=sorted(codes))
        if self.aliases:
            for table in ("places", "doors"):
                try:
                    found = self.aliases.find(table, written)
                except UnreadableCell:
                    continue
                if found["unit"] in self.by_code:
                    return Spot(found["unit"], found.get("meeting_place", ""))
        raise BadCell("unit_unknown", written=written, names=self.nearest(written))

    def nearest(self, written: str) -> list[str]:
        """This will list the codes of the units whose names are most like a text."""
        best = process.extract(fold(written), self._known.keys(), scorer=fuzz.WRatio, limit=12, score_cutoff=LEAST_LIKENESS)
        codes: dict[str, None] = {}
        for name, _score, _index in best:
            codes |= dict.fromkeys(sorted(self._known[name]))
        return list(codes)[:SUGGESTIONS]

    def written(self, code: str) -> str:
        """This will write a unit's name, in the language of the moment, so that `find` finds it again."""
        unit = self.by_code.get(code)
        if unit is None:
            return code
        for name in (unit.name, f"{unit.name}, {unit.place}" if unit.place else "", f"{unit.name} ({unit.code})"):
            if name and self._known.get(fold(name)) == {code}:
                return name
        return code


# Choices


@lru_cache(maxsize=32)
def _words_of(column: str) -> dict[str, str]:
    """Folded word to code, in every language."""
    choices: Any = {"run_sign_up": enums.SignUpRoute, "mode": enums.SiteMode}.get(column) or CHOICES[column]
    known: dict[str, str] = {}
    for language in TEXT_LANGUAGES:
        with translation.override(language):
            known |= {fold(str(choice.label)): choice.value for choice in choices}
    return known | {fold(choice.value): choice.value for choice in choices} | {choice.value: choice.value for choice in choices}


def _choices_now(column: str) -> list[str]:
    choices: Any = {"run_sign_up": enums.SignUpRoute, "mode": enums.SiteMode}.get(column) or CHOICES[column]
    return [str(choice.value) for choice in choices]


def _choice(column: str, written: str) -> str:
    known = _words_of(column)
    if found := known.get(fold(written)):
        return found
    best = process.extractOne(fold(written), known.keys(), scorer=fuzz.ratio, score_cutoff=85)
    if best:
        return known[best[0]]
    raise BadCell("choice", written=written, among=column)


def _several(column: str, written: str, names: Names) -> list[str]:
    if names.aliases and column == "audiences":
        try:
            return list(names.aliases.find("audiences", written))
        except UnreadableCell:
            pass
    parts = [part for part in SPLIT.split(written) if part]
    if len(parts) == 1 and fold(parts[0]) not in _words_of(column):
        parts = [part.strip() for part in written.split(",") if part.strip()]
    found = [_choice(column, part) for part in parts]
    return sorted(dict.fromkeys(found), key=_choices_now(column).index)


# Reading


def as_text(value: Value) -> str:
    """This will write a cell's value as a text."""
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y} kl. {value:%H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def _number(name: str, text: str) -> int:
    least, most = NUMBERS[name]
    digits = re.sub(r"[\s\u00a0]", "", text)
    if not re.fullmatch(r"\d{1,6}", digits):
        raise BadCell("number", written=text)
    if not least <= int(digits) <= most:
        raise BadCell("number_limits", written=text, least=least, most=most)
    return int(digits)


def _day(text: str, year: int | None) -> str:
    try:
        found = parse_dates(text, year=year)
    except UnreadableDates as error:
        raise BadCell("day" if error.code == "unreadable" else error.code, written=text) from None
    if found.kind != ScheduleKind.SESSIONS or len(found.meetings) != 1:
        raise BadCell("day", written=text)
    return found.meetings[0].held_on.isoformat()


def _short(name: str, text: str) -> str:
    limit = LIMITS[name]
    if len(text) > limit:
        raise BadCell("too_long", length=len(text), most=limit)
    return text


def _address(text: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise BadCell("address", written=text) from None
    return _short("external_url", text)


def _diagnoses(text: str) -> list[str]:
    codes = [re.sub(r"\s+", " ", part).upper() for part in SPLIT.split(text) if part]
    for code in codes:
        if not DIAGNOSIS.match(code):
            raise BadCell("diagnosis", written=code)
    return list(dict.fromkeys(codes))


def _flag(text: str) -> bool:
    known: dict[str, bool] = {"true": True, "false": False}
    for language in TEXT_LANGUAGES:
        with translation.override(language):
            known |= {fold(str(words)): flag for flag, words in SPECIFIC.items()}
    known |= {**dict.fromkeys(("ja", "yes", "1"), True), **dict.fromkeys(("nei", "no", "0"), False)}
    try:
        return known[fold(text)]
    except KeyError:
        raise BadCell("flag", written=text) from None


def _dates(text: str, year: int | None, aliases: Aliases | None) -> dict[str, Plain]:
    try:
        return plain_dates(parse_dates(text, year=year))
    except UnreadableDates as error:
        if aliases and (spelt := aliases.spell_out(text)) != text:
            return _dates(spelt, year, None)
        code = {"unreadable": "dates"}.get(error.code, error.code)
        raise BadCell(code, written=text) from None


def read_cell(column: str, value: Value, *, names: Names, year: int | None = None) -> Plain:  # noqa: C901, PLR0911, PLR0912 - one case a kind of column
    """This will read one cell; empty gives the empty value of its column. `year`: for dates without one. Raises: BadCell."""
    text = as_text(value).strip()
    if text in EXCEL_ERRORS:
        raise BadCell("excel_error", written=text)
    base = column.rpartition("_")[2] if column.startswith("site") else column
    if not text:
        return [] if column in ("audiences", "age_groups", "diagnoses") else None if _is_nullable(column) else ""
    match base:
        case "code":
            code = text.upper()
            if not CODE.match(code):
                raise BadCell("code", written=text)
            return code
        case "owner" | "refer_to" | "run_refer_to":
            return names.find(text).unit
        case "unit":
            return "digital" if fold(text) in _words_of("mode") and _words_of("mode")[fold(text)] == SiteMode.DIGITAL else text
        case "room":
            return _short("room", text)
        case "mode":
            return "hybrid" if fold(text) in ("hybrid", *_hybrid_words()) else _choice("mode", _mode_word(text))
        case "sign_up":
            return text
        case "run_sign_up" | "topic" | "field" | "format" | "delivery" | "spoken_language":
            return _choice(column, text)
        case "audiences" | "age_groups":
            return _several(column, text, names)
        case "diagnosis_specific":
            return _flag(text)
        case "places" | "day_count" | "minimum":
            return _number("site_places" if column.startswith("site") else base, text)
        case "diagnoses":
            return _diagnoses(text)
        case "external_url":
            return _address(text)
        case "external_name" | "note_nb" | "note_nn" | "run_key":
            return _short(base, text)
        case "opens_on" | "closes_on" | "decide_on" | "first_on" | "last_on":
            return _day(text, year)
        case "when":
            return _dates(text, year, names.aliases)
        case "times":
            try:
                parse_times(text)
            except UnreadableDates:
                raise BadCell("times", written=text) from None
            return text
    if column.startswith("title_") and len(text) > TITLE_LENGTH:
        raise BadCell("too_long", length=len(text), most=TITLE_LENGTH)
    return text


def _is_nullable(column: str) -> bool:
    return column in {"refer_to", "run_refer_to", "places", "day_count", "minimum", "opens_on", "closes_on", "decide_on"} or (
        column.startswith("site") and column.endswith("places")
    )


@lru_cache(maxsize=1)
def _hybrid_words() -> tuple[str, ...]:
    found = []
    for language in TEXT_LANGUAGES:
        with translation.override(language):
            found.append(fold(str(enums.Delivery.HYBRID.label)))
    return tuple(found)


def _mode_word(text: str) -> str:
    """What posters write for meeting in person."""
    return {"oppmøte": "in_person", "fysisk": "in_person", "digitalt": "digital", "video": "digital"}.get(fold(text), text)


def read_route(text: str, *, names: Names) -> dict[str, Plain]:
    """This will read how people get a place: a route, or the name of the clinic that takes the referral. Raises: BadCell."""
    if names.aliases:
        try:
            found = names.aliases.find("doors", text)
        except UnreadableCell:
            pass
        else:
            door = {"sign_up": found["route"], "external_name": found.get("external_name", "")}
            return door | ({"refer_to": found["unit"]} if found["route"] == SignUpRoute.REFERRAL else {})
    try:
        return {"sign_up": _choice("sign_up", text)}
    except BadCell:
        try:
            return {"sign_up": SignUpRoute.REFERRAL.value, "refer_to": names.find(text).unit}
        except BadCell:
            pass
        raise


# Dates of a run


def plain_dates(known: Dates) -> dict[str, Plain]:
    """This will write dates as a mapping of what JSON holds."""

    def clock(moment: time | None) -> str | None:
        return moment.isoformat("minutes") if moment else None

    return {
        "kind": known.kind.value,
        "meetings": [[meeting.held_on.isoformat(), clock(meeting.starts), clock(meeting.ends)] for meeting in known.meetings],
        "months": [month.isoformat() for month in known.months],
        "season": known.season.value if known.season else None,
        "year": known.year,
        "frequency": known.frequency.value if known.frequency else None,
        "weekday": known.weekday,
        "from_on": known.from_on.isoformat() if known.from_on else None,
        "until_on": known.until_on.isoformat() if known.until_on else None,
    }


def dates_from(plain: Mapping[str, Plain]) -> Dates:
    """This will read what `plain_dates` wrote."""

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    def clock(text: str | None) -> time | None:
        return time.fromisoformat(text) if text else None

    return Dates(
        ScheduleKind(plain["kind"]),
        meetings=tuple(Meeting(date.fromisoformat(held_on), clock(starts), clock(ends)) for held_on, starts, ends in plain["meetings"]),
        months=tuple(date.fromisoformat(month) for month in plain["months"]),
        season=TermSeason(plain["season"]) if plain["season"] else None,
        year=plain["year"],
        frequency=Frequency(plain["frequency"]) if plain["frequency"] else None,
        weekday=plain["weekday"],
        from_on=day(plain["from_on"]),
        until_on=day(plain["until_on"]),
    )


# In words

SITES_LABEL = _("Places where it is held")


def label_of_column(column: str) -> str:
    """This will name a column, or the places of a run together."""
    if column == "sites":
        return str(SITES_LABEL)
    return str(COLUMNS[column].label) if column in COLUMNS else ""


def language_of_column(column: str) -> str:
    """This will say in which language a column's text is; empty for others."""
    name, _underscore, language = column.rpartition("_")
    return language if (name in TEXTS or name == "note") and language in LANGUAGE_NAMES else ""


def value_in_words(column: str, plain: Plain, names: Names) -> str:  # noqa: PLR0911 - one line a kind of column
    """This will write a plain value as the page shows it; empty for nothing."""
    if plain in (None, "", []):
        return ""
    match column:
        case "when":
            known, language = dates_from(plain), (translation.get_language() or "nb")[:2]
            meetings = [meeting_label(meeting, language) for meeting in known.meetings if meeting.starts]
            return "\n".join(meetings or [label(known, language)])
        case "sites":
            return "\n".join(_site_in_words(site, names) for site in plain)
        case "refer_to" | "run_refer_to" | "owner":
            return names.written(plain)
        case "run_sign_up":
            return in_words("sign_up", plain)
        case "opens_on" | "closes_on" | "decide_on":
            return format_short_date(date.fromisoformat(plain))
    return in_words(column, plain)


def _site_in_words(site: Sequence[Plain], names: Names) -> str:
    unit, mode, room, places = site
    parts = [names.written(unit), str(SiteMode(mode).label), room]
    if places is not None:
        parts.append(gettext("%(number)s places") % {"number": places})
    return ", ".join(part for part in parts if part)


PROBLEMS: dict[str, Any] = {
    "address": _("“%(written)s” is not an address. Write it in full, like https://example.org"),
    "choice": _("“%(written)s” is not one of the choices. Write one of: %(choices)s"),
    "code": _("“%(written)s” cannot be a course code. Write 3 to 16 capital letters, digits and hyphens"),
    "code_elsewhere": _("The code %(written)s belongs to a course of another centre. Choose another code for a new course"),
    "conflict": _("Row %(row)s says something else about the same course. Write the same in both, or leave one empty"),
    "clinic_not_wanted": _("A clinic is only for courses that need a referral. Empty the cell, or change how people get a place"),
    "dates": _("“%(written)s” cannot be read as dates. Write for example 26.10.2026, 02.11.2026 – or autumn 2026, monthly, date to come"),
    "day": _("“%(written)s” is not a day. Write it like 26.10.2026"),
    "days_unsaid": _("The days between the first and the last are not known. Write every day in the column “%(column)s”"),
    "diagnosis": _("“%(written)s” is not a code: write the code system and the code, such as ICD-10 E11"),
    "double": _("The same dates stand in row %(row)s. Leave one of them out"),
    "excel_error": _("The cell shows %(written)s, an error from Excel. Put the formula right, or write the value"),
    "first_day": _("The first day here is not the first of the dates. Change the days in the column “%(column)s”"),
    "flag": _("“%(written)s” cannot be read. Write “For one diagnosis” or “Whatever the diagnosis”"),
    "key_gone": _("The course has no dates with this key. Empty the cell to make new dates"),
    "last_before_first": _("The last day must not be before the first"),
    "no_course": _("The row does not say which course it is about. Write the code or the title"),
    "no_dates": _("The row has no dates. Write them, or “date to come”"),
    "no_owner": _("You may not make courses for this unit. Write one of your own clinics or centres"),
    "no_such_course": _("There is no course “%(written)s” at your centre. Write its code, or a topic and a title for a new one"),
    "no_such_day": _("There is no such day as “%(written)s”. Look at day and month"),
    "no_title": _("A new course needs a title in bokmål or nynorsk"),
    "no_topic": _("A new course needs a topic. Write it, or choose one for all new courses on the page with the columns"),
    "no_year": _("“%(written)s” has no year. Write the year, or choose one on the page with the columns"),
    "number": _("“%(written)s” is not a whole number"),
    "number_limits": _("%(written)s is too small or too large. Write a number from %(least)s to %(most)s"),
    "places_taken": _("%(taken)s people have a place there. Write at least so many places, or move them first"),
    "refused": "%(reason)s",
    "site_taken": _("%(taken)s people have places at %(unit)s. Move them before you take the place away"),
    "site_twice": _("The same unit stands twice with the same way to take part. Put them together"),
    "times": _("“%(written)s” cannot be read as a time of day. Write for example 9.00–15.00"),
    "too_long": _("The text has %(length)s characters, and can have at most %(most)s. Shorten it"),
    "unit_many": _("“%(written)s” can be several: %(names)s. Write one of them in full"),
    "unit_unknown": _("The portal knows no unit “%(written)s”. Nearest: %(names)s"),
}
NOTHING_NEAR = pgettext_lazy("no name is like it", "none")


def problem_in_words(code: str, params: Mapping[str, Any], names: Names) -> str:
    """This will write a problem with what to do, in the language of the moment."""
    filled = dict(params)
    if code == "choice":
        column = params["among"]
        filled["choices"] = (
            ", ".join(in_words("sign_up" if column == "run_sign_up" else column, one) for one in _choices_now(column))
            if (column != "mode")
            else ", ".join(str(mode.label) for mode in SiteMode)
        )
    if code in ("days_unsaid", "first_day"):
        filled["column"] = label_of_column("when")
    if "names" in params:
        filled["names"] = "; ".join(names.written(unit) for unit in params["names"]) or str(NOTHING_NEAR)
    if "unit" in params:
        filled["unit"] = names.written(params["unit"])
    return str(PROBLEMS[code]) % filled
