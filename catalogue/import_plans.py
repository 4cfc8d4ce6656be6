"""What the rows of a file would do: each compared with the courses and runs that are there. Nothing is written here.

Planning the same rows twice gives the same plan while nothing has changed; that is how an import knows that what it saves is what
somebody looked at.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from catalogue import permissions
from catalogue.actions.courses import content_of, text_edited
from catalogue.enums import ScheduleKind, SignUpRoute, SiteMode, SiteRole
from catalogue.import_columns import COLUMNS, SITES
from catalogue.import_values import BadCell, Names, Plain, dates_from, plain_dates, read_cell, read_route
from catalogue.models import Course, DeliverySite, Run
from catalogue.models.courses import FACETS, TEXTS
from catalogue.printed_dates import parse_times, plain, with_times
from catalogue.queries import imports as queries
from catalogue.schedule import Dates, ScheduleError, compute
from catalogue.season_import import ALIASES, Aliases
from catalogue.wording import dates_of
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.common.clock import oslo_date
from lms_portal.common.norwegian_text import fold, slugify_norwegian
from lms_portal.common.table_files import Value

OWN_KEY = re.compile(r"^R-[0-9A-F]{12}$")
# an empty cell in one of these changes nothing: a course and a run always have them
ALWAYS_FILLED = frozenset({"topic", "field", "diagnosis_specific", "format", "delivery", "spoken_language", "sign_up"})
COURSE_CONTENT = tuple(column.code for column in COLUMNS.values() if column.part == "course" and column.code not in ("code", "owner"))
RUN_PLAIN = ("day_count", "run_sign_up", "run_refer_to", "opens_on", "closes_on", "minimum", "decide_on", "note_nb", "note_nn")
RUN_CODES = frozenset(column.code for column in COLUMNS.values() if column.part == "run")
TITLES = ("title_nb", "title_nn", "title_en")
CODE_LENGTH = 16
OWNER_KINDS = (UnitKind.HOSPITAL, UnitKind.CLINIC, UnitKind.LEARNING_CENTRE, UnitKind.MUNICIPALITY)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file: the value of each column that is read."""

    sheet: int
    number: int
    cells: Mapping[str, Value]
    left_out: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """By what rows are told apart."""
        return self.sheet, self.number


@dataclass
class Planned:
    """What one row would do."""

    row: FileRow
    code: str = ""
    title: str = ""
    course_verb: str = ""
    run_verb: str = ""
    changes: list[list[Plain]] = field(default_factory=list)
    problems: list[list[Plain]] = field(default_factory=list)
    basis: str = ""
    owner: str = ""
    course_values: dict[str, Plain] = field(default_factory=dict)
    run: "RunState | None" = None
    run_values: dict[str, Plain] = field(default_factory=dict)
    key: str = ""

    @property
    def verb(self) -> str:
        """The row in one word."""
        if self.row.left_out:
            return "out"
        if self.problems:
            return "error"
        verbs = {self.course_verb, self.run_verb}
        return "new" if "new" in verbs else "change" if "change" in verbs else "same"

    def problem(self, column: str, code: str, **params: Plain) -> None:
        """This will note something that must be put right."""
        self.problems.append([column, code, params])


@dataclass
class RunState:
    """A run that is there, in plain values."""

    run: Run
    key: str
    values: dict[str, Plain]
    sites: list[DeliverySite]

    @property
    def stamp(self) -> str:
        """Changes whenever the run does."""
        return f"{self.run.version}.{self.run.edit_version}"


@dataclass
class CourseState:
    """A course that is there, in plain values."""

    course: Course
    values: dict[str, Plain]
    runs: list[RunState]

    @property
    def stamp(self) -> str:
        """Changes whenever the course or its text does."""
        return f"{self.course.version}.{text_edited(self.course).number}.{text_edited(self.course).edit_version}"


def key_of(run: Run) -> str:
    """This will write the key by which the portal's own files name a run."""
    return f"R-{run.pk.hex[-12:].upper()}"


def site_order(run: Run) -> list[DeliverySite]:
    """This will put a run's places in the order of their columns: where it is given stands first."""
    return sorted(run.sites.all(), key=lambda site: (site.role != SiteRole.ORIGIN, str(site.pk)))


def plain_course(course: Course) -> dict[str, Plain]:
    """This will write the text that an editor goes on from in plain values."""
    content = content_of(text_edited(course))
    found = {name: value for name, value in content.items() if name in FACETS or name.rpartition("_")[0] in TEXTS}
    return found | {"refer_to": content["refer_to"].code if content["refer_to"] else None}


def plain_run(run: Run) -> dict[str, Plain]:
    """This will write a loaded run in plain values."""

    def day(found: date | None) -> str | None:
        return found.isoformat() if found else None

    return {
        "when": plain_dates(dates_of(run)),
        "day_count": run.day_count,
        "run_sign_up": run.sign_up,
        "run_refer_to": run.refer_to.code if run.refer_to else None,
        "opens_on": day(oslo_date(run.opens_at)) if run.opens_at else None,
        # exclusive in the table; the last day in words
        "closes_on": day(oslo_date(run.closes_at - timedelta(microseconds=1))) if run.closes_at else None,
        "minimum": run.minimum,
        "decide_on": day(run.decide_on),
        "note_nb": run.note_nb,
        "note_nn": run.note_nn,
        "sites": [[site.unit.code, site.mode, site.meeting_place, site.places] for site in site_order(run)],
    }


@dataclass
class World:
    """What rows are compared with."""

    by: User
    centre: Unit
    names: Names
    courses: dict[str, CourseState]
    codes_by_title: dict[str, set[str]]
    taken_codes: set[str]
    run_keys: dict[tuple[str, str], Run]
    owners: dict[str, Unit]
    year: int | None = None
    topic: str = ""


def load_world(rows: Sequence[FileRow], *, by: User, centre: Unit, year: int | None = None, topic: str = "") -> World:
    """This will load what the rows may be about, in a fixed number of queries."""
    units = list(Unit.objects.all())
    names = Names(units, Aliases.load(ALIASES))
    by_title: dict[str, set[str]] = {}
    for code, titles in queries.codes_by_title(by, centre):
        for title in titles:
            by_title.setdefault(fold(title), set()).add(code)
    wanted = {str(row.cells.get("code") or "").strip().upper() for row in rows}
    for row in rows:
        if not row.cells.get("code"):
            for name in TITLES:
                wanted |= by_title.get(fold(str(row.cells.get(name) or "")), set())
    wanted.discard("")
    loaded = queries.with_all_runs(queries.editable(by, centre).filter(code__in=wanted))
    courses = {}
    run_keys: dict[tuple[str, str], Run] = {}
    for course in loaded:
        runs = []
        for run in course.runs.all():
            run.course = course
            runs.append(RunState(run, key_of(run), plain_run(run), site_order(run)))
            run_keys |= {(course.code, known.key): run for known in run.import_keys.all()}
        courses[course.code] = CourseState(course, plain_course(course), runs)
    inside = [unit for unit in units if f"{unit.path}/".startswith(centre.path_prefix) and unit.kind in OWNER_KINDS]
    owners = {unit.code: unit for unit in inside if permissions.may_own(by, unit)}
    return World(by, centre, names, courses, by_title, queries.known_codes(wanted), run_keys, owners, year, topic)


# Planning


def plan(rows: Iterable[FileRow], world: World) -> list[Planned]:
    """This will say for each row what it would do, in the order of the rows."""
    planned = [Planned(row) for row in rows]
    values = {one.row.place: _read(one, world) for one in planned if not one.row.left_out}
    new_titles: dict[str, str] = {}
    described = {
        found["code"] for found in values.values() if found.get("code") and any(not _is_empty(found.get(name)) for name in COURSE_CONTENT)
    }
    for one in planned:
        if not one.row.left_out:
            _find_course(one, values[one.row.place], world, new_titles, described)
    _plan_courses([one for one in planned if one.code], values, world)
    seen: dict[tuple[str, str], int] = {}
    for one in planned:
        if one.code:
            _plan_run(one, values[one.row.place], world, seen)
    return planned


def _read(one: Planned, world: World) -> dict[str, Plain]:
    values: dict[str, Plain] = {}
    for column, cell in one.row.cells.items():
        try:
            values[column] = read_cell(column, cell, names=world.names, year=world.year)
        except BadCell as error:
            one.problem(column, error.code, **error.params)
    if values.get("sign_up"):
        try:
            found = read_route(values["sign_up"], names=world.names)
        except BadCell as error:
            one.problem("sign_up", error.code, **error.params)
            del values["sign_up"]
        else:
            values |= {name: value for name, value in found.items() if not values.get(name) or name == "sign_up"}
    return values


def _find_course(one: Planned, values: Mapping[str, Plain], world: World, new_titles: dict[str, str], described: set[str]) -> None:
    """`described`: codes of which some row says more than the code; `new_titles` gathers the codes of courses without one."""
    titles = [values[name] for name in TITLES if values.get(name)]
    one.title = (titles or [""])[0]
    if "code" in one.row.cells and "code" not in values:
        return  # unreadable; said already
    code = values.get("code") or ""
    if not code and not titles:
        one.problem("code", "no_course")
        return
    if not code:
        codes = set().union(*(world.codes_by_title.get(fold(title), set()) for title in titles)) & world.courses.keys()
        code = next(iter(codes)) if len(codes) == 1 else new_titles.get(fold(titles[0]), "")
    if not code:
        code = _new_code(titles[0], world, set(new_titles.values()))
        new_titles[fold(titles[0])] = code
    if code in world.courses:
        one.title = text_edited(world.courses[code].course).title or one.title
    elif code in world.taken_codes:
        one.problem("code", "code_elsewhere", written=code)
        return
    elif code not in described and not titles:
        one.problem("code", "no_such_course", written=code)
        return
    one.code = code


def _new_code(title: str, world: World, others: set[str]) -> str:
    """A code out of a title, the same each time: codes stand on posters, and the preview shows it before it is made."""
    base = slugify_norwegian(title, max_length=CODE_LENGTH - 3).upper().strip("-") or "COURSE"
    base = base if len(base) >= 3 else f"{base}-KURS"
    taken = (
        world.taken_codes | world.courses.keys() | others | queries.known_codes([base, *(f"{base}-{number}" for number in range(2, 20))])
    )
    return next((code for code in (base, *(f"{base}-{number}" for number in range(2, 100))) if code not in taken), base)


# Courses


def _is_empty(value: Plain) -> bool:
    return value is None or value in ("", [])


def _plan_courses(planned: Sequence[Planned], values: Mapping[tuple[int, int], dict[str, Plain]], world: World) -> None:
    """All rows about one course say together what it is to be; what changes is shown on the first of them."""
    groups: dict[str, list[Planned]] = {}
    for one in planned:
        groups.setdefault(one.code, []).append(one)
    for code, rows in groups.items():
        wanted: dict[str, tuple[Plain, int]] = {}
        for one in rows:
            for column in COURSE_CONTENT:
                if column not in values[one.row.place]:
                    continue
                value = values[one.row.place][column]
                before = wanted.get(column)
                if before is None or _is_empty(before[0]):
                    wanted[column] = (value, one.row.number)
                elif not _is_empty(value) and value != before[0]:
                    one.problem(column, "conflict", row=before[1])
        said = {column: value for column, (value, _row) in wanted.items() if not (_is_empty(value) and column in ALWAYS_FILLED)}
        state = world.courses.get(code)
        if state is None:
            _new_course(rows, said, {row.row.place: values[row.row.place] for row in rows}, world)
        elif said:
            _changed_course(rows[0], said, state, world)


def _check_clinic(one: Planned, said: dict[str, Plain], before: Mapping[str, Plain]) -> None:
    """Only a course that needs a referral has a clinic that takes it."""
    if said.get("sign_up", before.get("sign_up", SignUpRoute.REFERRAL)) == SignUpRoute.REFERRAL:
        return
    if said.get("refer_to"):
        one.problem("refer_to", "clinic_not_wanted")
    elif before.get("refer_to"):
        said["refer_to"] = None


def _new_course(rows: Sequence[Planned], said: dict[str, Plain], values: Mapping[Any, Mapping[str, Plain]], world: World) -> None:
    first = rows[0]
    said = {column: value for column, value in said.items() if not _is_empty(value)}
    said.setdefault("topic", world.topic)
    if not said["topic"]:
        first.problem("topic", "no_topic")
    if not said.get("title_nb") and not said.get("title_nn"):
        first.problem("title_nb", "no_title")
    owner = next((found for one in rows if (found := values[one.row.place].get("owner"))), world.centre.code)
    if owner not in world.owners and not any(problem[0] == "owner" for problem in first.problems):
        first.problem("owner", "no_owner")
    _check_clinic(first, said, {})
    first.course_verb, first.owner, first.course_values = "new", owner, said
    first.title = said.get("title_nb") or said.get("title_nn") or first.title
    first.changes += [["code", None, first.code], ["owner", None, owner], *([column, None, value] for column, value in said.items())]
    for one in rows:
        one.title = one.title or first.title


def _changed_course(one: Planned, said: dict[str, Plain], state: CourseState, world: World) -> None:
    _check_clinic(one, said, state.values)
    changed = {column: value for column, value in said.items() if _differs(column, state.values[column], value)}
    one.course_verb = "change" if changed else "same"
    if not changed:
        return
    if reason := permissions.why_not_edit(world.by, state.course):
        one.problem("code", "refused", reason=str(reason))
    one.course_values = changed
    one.basis = state.stamp
    one.changes += [[column, state.values[column], value] for column, value in changed.items()]


def _differs(column: str, before: Plain, after: Plain) -> bool:
    if isinstance(before, str) and isinstance(after, str):
        # a spreadsheet trims what it shows; that is no change
        return [line.strip() for line in before.strip().splitlines()] != [line.strip() for line in after.strip().splitlines()]
    if column in ("audiences", "age_groups", "diagnoses"):
        return sorted(before) != sorted(after)
    return bool(before != after) and not (_is_empty(before) and _is_empty(after))


# Runs


def _plan_run(one: Planned, values: dict[str, Plain], world: World, seen: dict[tuple[str, str], int]) -> None:
    mentioned = RUN_CODES & one.row.cells.keys()
    if not any(not _is_empty(one.row.cells[column]) for column in mentioned):
        return
    state = world.courses.get(one.code)
    dates = _dates(one, values)
    _find_run(one, values, dates, state, world)
    if any(problem[1] == "key_gone" for problem in one.problems):
        return
    place = _unit_of(values.get("site1_unit"), world)
    new = one.key if values.get("run_key") else f"{json.dumps(dates)}|{place}"
    marker = (one.code, str(one.run.run.pk) if one.run else new)
    if marker in seen:
        one.problem("when", "double", row=seen[marker])
        return
    seen[marker] = one.row.number
    if dates is None and one.run is None:
        if "when" not in {problem[0] for problem in one.problems}:
            one.problem("when", "no_dates")
        return
    wanted: dict[str, Plain] = {"when": dates} if dates is not None else {}
    wanted |= {column: values[column] for column in RUN_PLAIN if column in values}
    sites = _sites(one, values, world)
    if sites is not None:
        wanted["sites"] = sites
    _check_order(one, wanted)
    if one.run is None:
        one.run_verb, one.run_values = "new", {column: value for column, value in wanted.items() if not _is_empty(value)}
        one.changes += [[column, None, value] for column, value in one.run_values.items()]
        return
    changed = {column: value for column, value in wanted.items() if _differs(column, one.run.values[column], value)}
    one.run_verb = "change" if changed else "same"
    if not changed:
        return
    if reason := permissions.why_not_edit_run(world.by, one.run.run):
        one.problem("run_key", "refused", reason=str(reason))
    one.run_values = changed
    one.basis = f"{one.basis}/{one.run.stamp}"
    one.changes += [[column, one.run.values[column], value] for column, value in changed.items()]


def _dates(one: Planned, values: Mapping[str, Plain]) -> Plain:  # noqa: C901 - each way to say the dates, and what may be wrong with it
    """The dates of a row: as written, or from its first and last day; None where it says none."""
    first, last = values.get("first_on"), values.get("last_on")
    found: Plain = values.get("when") or None
    if found is None and "when" in one.row.cells and not _is_empty(one.row.cells["when"]):
        return None  # unreadable; said already
    if found is None and first:
        days = [date.fromisoformat(first)]
        if last and last != first:
            days.append(date.fromisoformat(last))
        if days[-1] < days[0]:
            one.problem("last_on", "last_before_first")
            return None
        if (days[-1] - days[0]).days > 1:
            one.problem("last_on", "days_unsaid")
            return None
        found = plain_dates(Dates.on(*days))
    elif found and first and found["kind"] in (ScheduleKind.SESSIONS, ScheduleKind.MONTHS):
        computed = compute(dates_from(found)).first
        if computed and computed.isoformat() != first:
            one.problem("first_on", "first_day")
    if found and values.get("times"):
        found = plain_dates(with_times(dates_from(found), *parse_times(values["times"])))
    if found:
        try:
            compute(dates_from(found))
        except ScheduleError:
            one.problem("when", "dates", written="")
            return None
    return found


def _find_run(one: Planned, values: Mapping[str, Plain], dates: Plain, state: CourseState | None, world: World) -> None:
    """Which run the row is about: by its key, by what the file called it last time, else by the same dates at the same place."""
    key = values.get("run_key") or ""
    runs = state.runs if state else []
    by_pk = {found.run.pk: found for found in runs}
    if key:
        one.key = key
        found = next((run for run in runs if run.key == key), None)
        if found is None and (known := world.run_keys.get((one.code, key))):
            found = by_pk[known.pk]
        if found is None and state is not None and OWN_KEY.match(key):
            one.problem("run_key", "key_gone")
        one.run = found
        return
    place = fold(str(one.row.cells.get("site1_unit") or ""))
    one.key = f"={plain(str(one.row.cells.get('when') or values.get('first_on') or ''))}|{place}"[:120]
    if known := world.run_keys.get((one.code, one.key)):
        one.run = by_pk[known.pk]
        return
    if dates is None:
        return
    for found in runs:
        origin = found.sites[0].unit.code if found.sites else ""
        same_place = not place or not origin or _unit_of(values.get("site1_unit"), world) in ("", origin)
        if found.values["when"] == dates and same_place and found.run.status != Run.Status.CANCELLED:
            one.run = found
            return


def _unit_of(written: Plain, world: World) -> str:
    try:
        return world.names.find(str(written)).unit if written and written != SiteMode.DIGITAL else ""
    except BadCell:
        return ""


def _check_order(one: Planned, wanted: Mapping[str, Plain]) -> None:
    before = one.run.values if one.run else {}
    opens, closes = (wanted.get(name, before.get(name)) for name in ("opens_on", "closes_on"))
    if opens and closes and closes < opens:
        one.problem("closes_on", "last_before_first")


def _sites(one: Planned, values: Mapping[str, Plain], world: World) -> list[Plain] | None:
    """The places that the row says; None where it has no column about them. Places without a column stay."""
    slots = [
        number
        for number in range(1, SITES + 1)
        if any(f"site{number}_{part}" in one.row.cells for part in ("unit", "mode", "room", "places"))
    ]
    if not slots:
        return None
    before: list[Plain] = one.run.values["sites"] if one.run else []
    found: list[Plain] = []
    for number in range(1, max(slots) + 1):
        old = before[number - 1] if number <= len(before) else None
        found += _site(one, number, values, old, world) if number in slots else [old] if old else []
    found += before[max(slots) :]
    if len({(site[0], site[1]) for site in found}) < len(found):
        one.problem(f"site{slots[0]}_unit", "site_twice")
    _check_taken(one, found)
    return found


def _site(one: Planned, number: int, values: Mapping[str, Plain], old: Plain, world: World) -> list[Plain]:
    name = f"site{number}_"
    said = {part: values.get(f"{name}{part}") for part in ("unit", "mode", "room", "places") if f"{name}{part}" in one.row.cells}
    if all(_is_empty(value) for part, value in said.items() if part != "mode") and ("unit" in said or old is None):
        return []
    state = world.courses.get(one.code)
    home = state.course.owner.code if state else (one.owner or world.centre.code)
    unit, room, mode = (old[0] if old else home), (old[2] if old else ""), (old[1] if old else SiteMode.IN_PERSON.value)
    if said.get("unit") == SiteMode.DIGITAL:
        mode = SiteMode.DIGITAL.value
    elif said.get("unit"):
        try:
            spot = world.names.find(str(said["unit"]))
        except BadCell as error:
            one.problem(f"{name}unit", error.code, **error.params)
            return []
        unit, room = spot.unit, spot.room or ("" if "room" in said else room if old and old[0] == spot.unit else "")
    mode = said.get("mode") or mode
    room = said["room"] if said.get("room") else room if not ("room" in said and not said.get("unit")) else ""
    places = said["places"] if "places" in said else (old[3] if old else None)
    if mode == "hybrid":
        return [[unit, SiteMode.IN_PERSON.value, room, places], [unit, SiteMode.DIGITAL.value, "", None]]
    return [[unit, mode, room, places]]


def _check_taken(one: Planned, found: Sequence[Plain]) -> None:
    """People have places: a site with people stays, and keeps at least as many."""
    after = {(site[0], site[1]): site for site in found}
    for number, site in enumerate(one.run.sites if one.run else (), start=1):
        if not site.taken:
            continue
        kept = after.get((site.unit.code, site.mode))
        if kept is None:
            one.problem(f"site{min(number, SITES)}_unit", "site_taken", taken=site.taken, unit=site.unit.code)
        elif kept[3] is not None and kept[3] < site.taken:
            one.problem(f"site{min(number, SITES)}_places", "places_taken", taken=site.taken)


# Cells kept as JSON


def pack(value: Value) -> Plain:
    """This will write a cell's value as JSON holds it."""
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    return value


def unpack(kept: Plain) -> Value:
    """This will read what `pack` wrote."""
    if isinstance(kept, dict):
        ((kind, text),) = kept.items()
        readers: dict[str, Any] = {"moment": datetime.fromisoformat, "day": date.fromisoformat, "time": time.fromisoformat}
        read: Value = readers[kind](text)
        return read
    found: Value = kept
    return found
