"""One month of the courses that somebody looks for: what is held on its days, and what may be held without a set day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from catalogue.models import Run
from catalogue.queries.finding import Wanted, sought

A_DAY = 4  # entries; the others are counted, and stand in the list of that day
UNDATED = 24

MONTH = """{found}, runs AS (
    SELECT run.id, run.kind, run.sort_key, run.first_possible_on, run.last_possible_on, run.status, document.title_key
      FROM masks, catalogue_search_document AS document
      JOIN catalogue_run AS run ON run.course_id = document.course_id
      JOIN catalogue_course AS course ON course.id = run.course_id
      JOIN catalogue_courseversion AS version ON version.id = course.public_version_id
     WHERE document.language = %(language)s AND get_bit(masks.found, document.ordinal) = 1
       AND run.status IN ('open', 'closed', 'cancelled'){conditions}
), held AS (
    SELECT session.held_on, session.starts_at_clock, runs.id, runs.title_key
      FROM runs JOIN catalogue_runsession AS session ON session.run_id = runs.id
     WHERE session.held_on >= %(since)s
), entries AS (
    SELECT held.*, row_number() OVER (PARTITION BY held_on ORDER BY starts_at_clock NULLS FIRST, title_key, id) AS place,
           count(*) OVER (PARTITION BY held_on) AS amount
      FROM held WHERE held_on <= %(until)s
), undated AS (
    SELECT runs.*, count(*) OVER () AS amount FROM runs
     WHERE kind <> 'sessions' AND status IN ('open', 'closed') AND %(until)s >= %(today)s
       AND (first_possible_on IS NULL OR first_possible_on <= %(until)s)
       AND (last_possible_on IS NULL OR last_possible_on >= greatest(%(since)s, %(today)s))
     ORDER BY sort_key, title_key, id LIMIT %(undated)s
)
SELECT 0 AS kind, held_on, starts_at_clock, id, amount, '' AS sort_key, title_key FROM entries WHERE place <= %(a_day)s
UNION ALL SELECT 1, NULL, NULL, id, amount, sort_key, title_key FROM undated
UNION ALL SELECT 2, min(held_on), NULL, NULL, 0, '', '' FROM held WHERE held_on > %(until)s
 ORDER BY kind, held_on, starts_at_clock NULLS FIRST, sort_key, title_key, id
"""
AT = """
       AND EXISTS (SELECT FROM catalogue_deliverysite AS site JOIN accounts_unit AS unit ON unit.id = site.unit_id
                    WHERE site.run_id = run.id AND ({digital}(site.mode = 'in_person' AND EXISTS (
                        SELECT FROM unnest(%({paths})s::text[]) AS place (path)
                         WHERE unit.path = place.path OR starts_with(unit.path, place.path || '/')))))"""
BY_MODE = """
       AND (NOT EXISTS (SELECT FROM catalogue_deliverysite AS site WHERE site.run_id = run.id)
            OR EXISTS (SELECT FROM catalogue_deliverysite AS site WHERE site.run_id = run.id AND site.mode = ANY(%(modes)s)))"""
BY_ROUTE = """
       AND coalesce(nullif(run.sign_up, ''), version.sign_up) = ANY(%(routes)s)"""
FREE = """
       AND run.status = 'open' AND NOT EXISTS (
           SELECT FROM catalogue_deliverysite AS site WHERE site.run_id = run.id HAVING sum(coalesce(site.places, 32767) - site.taken) <= 0)"""


@dataclass(frozen=True, slots=True)
class OfRuns:
    """What is asked of each date itself, beside what is asked of its course: paths of hospitals, modes, doors, a free place."""

    at: Sequence[str] = ()
    near: Sequence[str] | None = None
    modes: Sequence[str] = ()
    routes: Sequence[str] = ()
    free: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One date on one day (None: without a set day)."""

    run: Run
    held_on: date | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month's entries, how many each day has, what has no set day, and when something is held after the month."""

    entries: list[Entry]
    amounts: dict[date, int]
    undated: list[Entry]
    undated_amount: int
    later_on: date | None


def _conditions(of_runs: OfRuns) -> tuple[str, dict[str, Any]]:
    text, parameters = "", {}
    if of_runs.at:
        text += AT.format(digital="", paths="at")
        parameters["at"] = list(of_runs.at)
    if of_runs.near is not None:
        text += AT.format(digital="site.mode = 'digital' OR ", paths="near_paths")
        parameters["near_paths"] = list(of_runs.near)
    if of_runs.modes:
        text += BY_MODE
        parameters["modes"] = list(of_runs.modes)
    if of_runs.routes:
        text += BY_ROUTE
        parameters["routes"] = list(of_runs.routes)
    return text + (FREE if of_runs.free else ""), parameters


def month_of(wanted: Wanted, of_runs: OfRuns, *, since: date, until: date, today: date) -> Month:
    """This will find what is held from one Norwegian day to another, both included, in a fixed number of queries.

    `until` is the last day of the month that is shown; what is held later is only looked at for when it next is.
    """
    beginning = sought(wanted)
    conditions, own = _conditions(of_runs)
    parameters = beginning.parameters | own | {"since": since, "until": until, "today": today, "a_day": A_DAY, "undated": UNDATED}
    with connection.cursor() as cursor:
        cursor.execute(MONTH.format(found=beginning.text, conditions=conditions), parameters)
        rows = cursor.fetchall()
    ids: set[UUID] = {row[3] for row in rows if row[3]}
    loaded = (
        Run.objects.filter(pk__in=ids)
        .select_related("course__public_version__refer_to", "term", "recurrence", "refer_to")
        .prefetch_related("sessions", "months", "sites__unit")
    )
    runs = {run.pk: run for run in loaded}
    undated = [row for row in rows if row[0] == 1]
    return Month(
        entries=[Entry(runs[row[3]], row[1]) for row in rows if row[0] == 0],
        amounts={row[1]: row[4] for row in rows if row[0] == 0},
        undated=[Entry(runs[row[3]], None) for row in undated],
        undated_amount=undated[0][4] if undated else 0,
        later_on=next((row[1] for row in rows if row[0] == 2), None),
    )
