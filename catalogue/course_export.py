"""Courses and runs as tables that can be read again: what is exported here, `import_plans` finds unchanged."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from catalogue.actions.courses import text_edited
from catalogue.differences import CHOICES, SPECIFIC, in_words
from catalogue.import_columns import COLUMNS, COURSE_COLUMNS, FOR_PEOPLE, RUN_COLUMNS, SITE_PARTS, SITES
from catalogue.import_plans import key_of, plain_course, plain_run
from catalogue.import_values import Names, Plain, dates_from, value_in_words
from catalogue.models import Course, Run
from catalogue.printed_dates import write_dates
from catalogue.schedule import compute
from catalogue.wording import language_now
from lms_portal.common.clock import oslo_date
from lms_portal.common.spreadsheets import Sheet

LEAST_SITES = 2
DAYS = frozenset({"opens_on", "closes_on", "decide_on"})
LISTS = frozenset({"audiences", "age_groups", "diagnoses"})


def cell(column: str, plain: Plain, names: Names) -> object:  # noqa: PLR0911 - one line a kind of column
    """This will write one plain value as a cell, in the language of the moment."""
    if plain in (None, "", []):
        return None
    if column in LISTS:
        return "; ".join(in_words(column, [one]) for one in plain)
    if column in DAYS:
        return date.fromisoformat(plain)
    if column == "when":
        return write_dates(dates_from(plain), language_now())
    if column == "diagnosis_specific":
        return str(SPECIFIC[plain])
    if isinstance(plain, int):
        return plain
    return value_in_words(column, plain, names)


def course_sheet(courses: Iterable[Course], names: Names) -> Sheet:
    """This will make the table of courses: the text that an editor goes on from, one course a row."""
    columns = [column.code for column in COURSE_COLUMNS]
    heads = [*(COLUMNS[code].label for code in columns), FOR_PEOPLE["state"], FOR_PEOPLE["published"]]
    rows = []
    for course in courses:
        values = plain_course(course) | {"code": course.code, "owner": course.owner.code}
        published = oslo_date(course.published_at) if course.published_at else None
        rows.append([*(cell(code, values[code], names) for code in columns), course.label, published])
    return Sheet(_("Courses"), heads, rows)


def _run_row(course: Course, run: Run, columns: Sequence[str], sites: int, names: Names) -> list[object]:
    values: dict[str, Any] = plain_run(run)
    computed = compute(dates_from(values["when"])) if run.kind != "term" else None
    cells: dict[str, object] = {code: cell(code, values.get(code), names) for code in columns}
    cells |= {"code": course.code, "run_key": key_of(run)}
    cells |= {
        "first_on": computed.first if computed else run.first_possible_on,
        "last_on": computed.last if computed else run.last_possible_on,
    }
    places: list[object] = []
    for number in range(sites):
        unit, mode, room, count = values["sites"][number] if number < len(values["sites"]) else (None, None, None, None)
        words = {
            "unit": names.written(unit) if unit else None,
            "mode": value_in_words("delivery", mode, names) if mode else None,
            "room": room,
            "places": count,
        }
        places += [words[part] for part in SITE_PARTS]
    taken = sum(site.taken for site in run.sites.all())
    return [course.code, text_edited(course).title, run.label, *(cells[code] for code in columns if code != "code"), *places, taken]


def run_sheet(courses: Iterable[Course], names: Names) -> Sheet:
    """This will make the table of runs, one run a row, its places side by side."""
    found = list(courses)
    most = max((len(run.sites.all()) for course in found for run in course.runs.all()), default=0)
    sites = min(max(most, LEAST_SITES), SITES)
    columns = ["code", *(column.code for column in RUN_COLUMNS if not column.code.startswith("site") and column.code != "times")]
    heads = [COLUMNS["code"].label, FOR_PEOPLE["title"], FOR_PEOPLE["state"], *(COLUMNS[code].label for code in columns[1:])]
    heads += [COLUMNS[f"site{number}_{part}"].label for number in range(1, sites + 1) for part in SITE_PARTS]
    rows = [_run_row(course, run, columns, sites, names) for course in found for run in course.runs.all()]
    return Sheet(dates_name(), [*heads, FOR_PEOPLE["taken"]], rows)


def dates_name() -> str:
    """This will name the sheet of runs."""
    return _("Course dates")


def explanation() -> Sheet:
    """This will make the sheet that says what each column is, and what may stand in it."""
    rows: list[list[object]] = []
    for name, columns in ((_("Courses"), COURSE_COLUMNS), (dates_name(), RUN_COLUMNS)):
        for column in columns:
            if column.code.startswith("site") and not column.code.startswith("site1"):
                continue
            rows.append([name, column.label, column.hint or _choices(column.code) or _("Text.")])
        rows += [[name, FOR_PEOPLE[code], _("For reading alone; it is not read when the file comes back.")] for code in _people(name)]
    rows.append([_("Both"), _("An emptied cell"), _("Empties what it is about. Columns that you take away change nothing.")])
    return Sheet(_("Explanation"), [_("Sheet"), _("Column"), _("What may stand there")], rows)


def _people(name: str) -> tuple[str, ...]:
    return ("state", "published") if name == _("Courses") else ("title", "state", "taken")


def _choices(code: str) -> str:
    name = {"run_sign_up": "sign_up"}.get(code, code)
    if code == "diagnosis_specific":
        return "; ".join(str(words) for words in SPECIFIC.values())
    return "; ".join(str(choice.label) for choice in CHOICES[name]) if name in CHOICES else ""


def workbook(courses: Sequence[Course], names: Names) -> list[Sheet]:
    """This will make the three sheets of the portal's own file."""
    return [course_sheet(courses, names), run_sheet(courses, names), explanation()]
