"""Reads a season's printed table: what each cell means as dates, door, places. Pure: tables come in, plans go out.

One normalisation stands between the print and the page: abbreviations are spelled out and years have four digits. Everything else
is kept as printed. A name that the alias table does not know is an error of its row, never a new unit.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalogue.enums import SignUpRoute, SiteMode, SiteRole
from catalogue.printed_dates import UnreadableDates, parse_dates
from catalogue.schedule import Dates

# the table of printed names that advisers keep
ALIASES = Path(__file__).parent / "reference" / "season_aliases.toml"
COLUMNS = ("course", "audience", "when", "referral_or_registration", "meeting_place", "delivery")
DIGITAL = "digitalt"
PRINTED_DAYS = re.compile(r"\b(\d{1,2})\.?\s*dg\.", re.IGNORECASE)


class UnreadableCell(ValueError):
    """A cell cannot be read; the text says which and why, in plain words."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row that cannot be imported. `row` counts as a spreadsheet does: the heading is row 1."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.text}"


@dataclass(frozen=True, slots=True)
class Door:
    """How somebody gets a place, and the unit that takes referrals or sign-ups."""

    route: SignUpRoute
    unit: str
    external_name: str = ""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One place of the run."""

    unit: str
    role: SiteRole
    mode: SiteMode
    meeting_place: str = ""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """One printed row, understood."""

    row: int
    import_key: str
    code: str
    owner: str
    topic: str
    field: str
    title_nn: str
    audience_nn: str
    audiences: tuple[str, ...]
    dates: Dates
    day_count: int | None
    door: Door
    sites: tuple[SitePlan, ...]


class Aliases:
    """What the printed names mean, from the table that advisers keep."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.abbreviations: dict[str, str] = table["abbreviations"]
        self._tables: dict[str, dict[str, Any]] = {
            name: {_key(printed): meaning for printed, meaning in table[name].items()}
            for name in ("doors", "places", "deliveries", "audiences", "courses")
        }

    @classmethod
    def load(cls, path: Path) -> "Aliases":
        """This will read the table from TOML."""
        with path.open("rb") as source:
            return cls(tomllib.load(source))

    def find(self, table: str, printed: str) -> Any:
        """This will return what a printed name means. Raises: UnreadableCell."""
        try:
            return self._tables[table][_key(printed)]
        except KeyError:
            raise UnreadableCell(f"“{printed}” is not in the table of {table}") from None

    def spell_out(self, printed: str) -> str:
        """This will write abbreviations out: `4 dg.` becomes `4 dagar`, `Kr.sund` Kristiansund."""
        text = PRINTED_DAYS.sub(lambda found: f"{found[1]} dagar", printed)
        for short, long in self.abbreviations.items():
            text = text.replace(short, long)
        return re.sub(r"\s+", " ", text).replace("/ ", "/").strip()


def _key(printed: str) -> str:
    return re.sub(r"\s+", " ", printed).strip().casefold()


def parse_when(printed: str, *, year: int, aliases: Aliases) -> Dates:
    """This will read a printed date in any of its shapes. `year` is the season's, for dates without one. Raises: UnreadableCell."""
    try:
        return parse_dates(aliases.spell_out(printed), year=year)
    except UnreadableDates as error:
        if error.code == "no_such_day":
            raise UnreadableCell(f"there is no such day as “{printed}”") from None
        raise UnreadableCell(f"“{printed}” is not a date that can be read") from None


def _sites(place: str, delivery: str, door: Door, aliases: Aliases) -> tuple[SitePlan, ...]:
    """The places of a run: the first is where it is given."""
    mode = aliases.find("deliveries", delivery)
    if mode == "unsaid":
        return ()
    spot = aliases.find("places", place) if place and _key(place) != DIGITAL else {"unit": door.unit}
    here = SitePlan(spot["unit"], SiteRole.ORIGIN, SiteMode.IN_PERSON, spot.get("meeting_place", ""))
    match mode:
        case "in_person":
            return (here,)
        case "digital":
            return (SitePlan(door.unit, SiteRole.ORIGIN, SiteMode.DIGITAL),)
        case "hybrid":
            return (here, SitePlan(here.unit, SiteRole.RECEIVER, SiteMode.DIGITAL))
        case _:  # sent from the clinic's hospital to a room elsewhere
            return (
                SitePlan(door.unit, SiteRole.ORIGIN, SiteMode.IN_PERSON),
                SitePlan(here.unit, SiteRole.RECEIVER, SiteMode.IN_PERSON, here.meeting_place),
            )


def plan_row(row: int, cells: Mapping[str, str], *, year: int, aliases: Aliases) -> tuple[RowPlan | None, list[RowProblem]]:
    """This will understand one row, or list everything in it that cannot be read."""
    problems: list[RowProblem] = []

    def reading(column: str, read: Any) -> Any:
        try:
            return read()
        except UnreadableCell as error:
            problems.append(RowProblem(row, column, str(error)))
            return None

    printed = {column: (cells.get(column) or "").strip() for column in COLUMNS}
    course = reading("course", lambda: aliases.find("courses", printed["course"]))
    audiences = reading("audience", lambda: aliases.find("audiences", printed["audience"]))
    dates = reading("when", lambda: parse_when(printed["when"], year=year, aliases=aliases))
    found = reading("referral_or_registration", lambda: aliases.find("doors", printed["referral_or_registration"]))
    door = Door(SignUpRoute(found["route"]), found["unit"], found.get("external_name", "")) if found else None
    sites = reading("meeting_place", lambda: _sites(printed["meeting_place"], printed["delivery"], door, aliases)) if door else None
    if problems or door is None or sites is None:
        return None, problems
    days = PRINTED_DAYS.search(printed["course"])
    plan = RowPlan(
        row=row,
        import_key=_key(printed["course"])[:120],
        code=course["code"],
        owner=course["owner"],
        topic=course["topic"],
        field=course.get("field", "somatic"),
        title_nn=aliases.spell_out(printed["course"]),
        audience_nn=aliases.spell_out(printed["audience"]),
        audiences=tuple(audiences),
        dates=dates,
        day_count=int(days[1]) if days else None,
        door=door,
        sites=sites,
    )
    return plan, []
