"""Courses, runs, places and people in numbers: counted by the database, and masked before anything else reads them.

A run counts in the half-year of its first possible day. A participant has come at least once: a meeting noted as “came”, or an outcome
that says so. Who has completed is settled by the leader, by the course's own rule (two thirds of the meetings unless it says otherwise).
Source: docs/workflows/enrolment.md; policies.outcome_of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count as CountOf
from django.db.models import Max, Min, Q, QuerySet

from catalogue import facets
from catalogue.enums import Audience, Delivery, SignUpRoute, Topic
from catalogue.models import Course, Enrolment, Run
from catalogue.workflow import WAITING_STATES
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User, in_language
from lms_portal.accounts.permissions import units_with
from lms_portal.common.small_numbers import Count, alone, mask_column

TERMS_SHOWN = 4
MOST_TERMS = 12
DIMENSIONS = ("term", "hospital", "delivery", "topic", "door")
PLAIN = ("courses", "runs", "cancelled", "places", "unlimited")  # these count no people
PEOPLE = ("held", "came", "completed")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: courses that somebody edits, within half-years, a unit and what is below it, and a topic."""

    user: User
    first_term: int  # year times two, and one for the autumn
    last_term: int
    unit: Unit | None = None
    topic: str = ""

    @property
    def first_on(self) -> date:
        """The first day that counts."""
        return date(self.first_term // 2, 7 if self.first_term % 2 else 1, 1)

    @property
    def before(self) -> date:
        """The day after the last that counts."""
        after = self.last_term + 1
        return date(after // 2, 7 if after % 2 else 1, 1)

    @property
    def terms(self) -> list[int]:
        """Every half-year of the scope, in order."""
        return list(range(self.first_term, self.last_term + 1))

    def courses(self) -> QuerySet[Course]:
        """This will keep the courses that count."""
        rows = Course.objects.visible_to(self.user).filter(public_version__isnull=False)
        if self.unit is not None:
            rows = rows.filter(Q(owner=self.unit) | Q(owner__path__startswith=self.unit.path_prefix))
        return rows.filter(public_version__topic=self.topic) if self.topic else rows


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: a group, and its numbers as they may be told. `code` is empty for the sum."""

    code: str
    name: str
    numbers: Mapping[str, int]
    people: Mapping[str, Count]

    def told(self, column: str) -> Count:
        """The number of a column, of things or of people."""
        return self.people[column] if column in self.people else Count(self.numbers[column])


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind of group. `total` is None where a course may stand in several rows, so that they have no sum."""

    dimension: str
    lines: Sequence[Line]
    total: Line | None


def term_of(day: date) -> int:
    """This will number a day's half-year: year times two, and one for the autumn. Summers count to the autumn."""
    return day.year * 2 + (day.month > 6)


def term_code(number: int) -> str:
    """This will return a half-year's code in addresses: `autumn-2026`."""
    return f"{'autumn' if number % 2 else 'spring'}-{number // 2}"


def term_from_code(code: str) -> int | None:
    """This will read a half-year's code; None where it is none."""
    season, _hyphen, year = code.partition("-")
    if season not in ("spring", "autumn") or not (len(year) == 4 and year.isascii() and year.isdigit()):
        return None
    return int(year) * 2 + (season == "autumn")


def terms_known(user: User, *, today: date) -> list[int]:
    """This will list the half-years from the first run of somebody's courses to the last, the present one among them (one query)."""
    found = Run.objects.filter(course__in=Course.objects.visible_to(user).values("pk")).aggregate(
        first=Min("first_possible_on"), last=Max("first_possible_on")
    )
    days = [day for day in (found["first"], found["last"], today) if day]
    return list(range(term_of(min(days)), term_of(max(days)) + 1))


COUNTED = """
WITH course AS MATERIALIZED (
    SELECT course.id, version.topic, version.delivery, version.sign_up, version.audiences, hospital.code AS hospital
      FROM catalogue_course AS course
      JOIN catalogue_courseversion AS version ON version.id = course.public_version_id
      JOIN accounts_unit AS owner ON owner.id = course.owner_id
      LEFT JOIN LATERAL (
          SELECT above.code FROM accounts_unit AS above
           WHERE above.kind IN ('hospital', 'municipality') AND above.path = ANY (
               SELECT array_to_string((string_to_array(owner.path, '/'))[1:depth], '/')
                 FROM generate_series(1, cardinality(string_to_array(owner.path, '/'))) AS depth)
           ORDER BY length(above.path) DESC LIMIT 1
      ) AS hospital ON true
     WHERE course.id IN ({courses})
), run AS MATERIALIZED (
    SELECT run.id, run.course_id, run.status, coalesce(nullif(run.sign_up, ''), course.sign_up) AS door, course.topic, course.hospital,
           course.delivery AS usual_delivery, course.audiences,
           extract(year FROM run.first_possible_on)::int * 2 + (extract(month FROM run.first_possible_on) > 6)::int AS term
      FROM catalogue_run AS run JOIN course ON course.id = run.course_id
     WHERE run.first_possible_on >= %s AND run.first_possible_on < %s AND run.status <> 'planned'
), site AS MATERIALIZED (
    SELECT site.run_id, sum(site.places) AS places, count(*) FILTER (WHERE site.places IS NULL) AS unlimited,
           bool_or(site.mode = 'digital') AS digital, bool_or(site.mode = 'in_person') AS in_person
      FROM catalogue_deliverysite AS site JOIN run ON run.id = site.run_id AND run.status <> 'cancelled' GROUP BY site.run_id
), person AS MATERIALIZED (
    SELECT place.run_id, count(*) AS held, count(*) FILTER (WHERE place.status = 'completed') AS completed,
           count(*) FILTER (WHERE place.status IN ('completed', 'not_completed') OR EXISTS (
               SELECT FROM catalogue_attendance AS mark WHERE mark.enrolment_id = place.id AND mark.mark = 'present')) AS came
      FROM catalogue_enrolment AS place JOIN run ON run.id = place.run_id
     WHERE place.status IN ('confirmed', 'completed', 'not_completed', 'no_show') GROUP BY place.run_id
), counted AS (
    SELECT run.*, site.places, site.unlimited, person.held, person.came, person.completed,
           CASE WHEN site.digital AND site.in_person THEN 'hybrid' WHEN site.digital THEN 'digital'
                WHEN site.in_person THEN 'in_person' ELSE run.usual_delivery END AS delivery
      FROM run LEFT JOIN site ON site.run_id = run.id LEFT JOIN person ON person.run_id = run.id
)
"""
NUMBERS = """count(DISTINCT course_id) FILTER (WHERE status <> 'cancelled'), count(*) FILTER (WHERE status <> 'cancelled'),
       count(*) FILTER (WHERE status = 'cancelled'), coalesce(sum(places), 0), coalesce(sum(unlimited), 0),
       coalesce(sum(held), 0), coalesce(sum(came), 0), coalesce(sum(completed), 0)"""
BY_GROUP = """
SELECT CASE WHEN GROUPING(term) = 0 THEN 'term' WHEN GROUPING(hospital) = 0 THEN 'hospital' WHEN GROUPING(delivery) = 0 THEN 'delivery'
            WHEN GROUPING(topic) = 0 THEN 'topic' WHEN GROUPING(door) = 0 THEN 'door' ELSE '' END,
       coalesce(term::text, hospital, delivery, topic, door, ''), {numbers}
  FROM counted GROUP BY GROUPING SETS ((), (term), (hospital), (delivery), (topic), (door))
UNION ALL
SELECT 'audience', audience, {numbers} FROM counted CROSS JOIN LATERAL unnest(counted.audiences) AS audience GROUP BY audience
"""
SITES = """
SELECT unit.id, unit.name_nb, unit.name_nn, unit.name_en, site.role, count(*), coalesce(sum(site.places), 0),
       count(*) FILTER (WHERE site.places IS NULL), sum(site.taken), count(*) FILTER (WHERE site.taken = 0)
  FROM catalogue_deliverysite AS site
  JOIN catalogue_run AS run ON run.id = site.run_id
  JOIN accounts_unit AS unit ON unit.id = site.unit_id
 WHERE site.mode = 'digital' AND run.first_possible_on >= %s AND run.first_possible_on < %s AND run.status NOT IN ('planned', 'cancelled')
   AND (run.course_id IN ({courses}) OR site.unit_id IN ({units}))
 GROUP BY unit.id, site.role ORDER BY unit.sort_key, site.role
"""


def _sql(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """A condition of the ORM, as text and parameters for a statement that the ORM cannot write."""
    text, parameters = rows.order_by().values("pk").query.sql_with_params()
    return text, tuple(parameters)


def _masked(dimension: str, rows: Iterable[tuple[str, str, Mapping[str, int]]], *, courses: int) -> Table:
    """This is the only way from counted people to a table. `courses`: all of them; one given in two half-years is one."""
    groups = list(rows)
    if dimension == "audience":  # a course for patients and next of kin stands in both rows
        lines = [Line(code, name, row, {column: alone(row[column]) for column in PEOPLE}) for code, name, row in groups]
        return Table(dimension, lines, None)
    columns = {column: mask_column(row[column] for _code, _name, row in groups) for column in PEOPLE}
    lines = [
        Line(code, name, row, {column: columns[column].cells[place] for column in PEOPLE}) for place, (code, name, row) in enumerate(groups)
    ]
    numbers = {column: sum(row[column] for _code, _name, row in groups) for column in PLAIN} | {"courses": courses}
    return Table(dimension, lines, Line("", "", numbers, {column: columns[column].total for column in PEOPLE}))


def _names(scope: Scope) -> dict[str, dict[str, str]]:
    """What each group is called and in which order, hospitals apart."""
    return {
        "term": {
            str(number): facets.term_label(facets.TERM.number * facets.GROUP + number - facets.FIRST_YEAR * 2) for number in scope.terms
        },
        "delivery": {code: str(words) for code, words in Delivery.choices},
        "topic": {code: str(words) for code, words in Topic.choices},
        "door": {code: str(words) for code, words in SignUpRoute.choices},
        "audience": {code: str(words) for code, words in Audience.choices},
    }


def tables(scope: Scope) -> dict[str, Table]:
    """This will count by half-year, hospital, delivery, topic, sign-up route and target group (two queries), small numbers masked."""
    courses, parameters = _sql(scope.courses())
    statement = COUNTED.format(courses=courses) + BY_GROUP.format(numbers=NUMBERS)
    found: dict[str, dict[str, dict[str, int]]] = {name: {} for name in (*DIMENSIONS, "audience", "")}
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, scope.first_on, scope.before])
        for dimension, code, *numbers in cursor.fetchall():
            found[dimension][code] = dict(zip((*PLAIN, *PEOPLE), map(int, numbers), strict=True))
    names = _names(scope)
    hospitals = Unit.objects.filter(code__in=[code for code in found["hospital"] if code]).order_by("sort_key")
    names["hospital"] = {unit.code: unit.name for unit in hospitals} | ({"": "–"} if "" in found["hospital"] else {})
    nothing = dict.fromkeys((*PLAIN, *PEOPLE), 0)
    made = {}
    for dimension, words in names.items():
        every = dimension == "term"  # a half-year without runs is a finding, a topic without them is not
        rows = [(code, name, found[dimension].get(code, nothing)) for code, name in words.items() if every or code in found[dimension]]
        made[dimension] = _masked(dimension, rows, courses=found[""].get("", nothing)["courses"])
    return made


@dataclass(frozen=True, slots=True)
class SiteUse:
    """How the digital places at one hospital were used."""

    name: str
    is_receiver: bool
    runs: int
    places: int
    unlimited: int
    taken: Count
    empty_runs: int


def digital_sites(scope: Scope) -> list[SiteUse]:
    """This will list how many digital places each site had, how many were used, and how many runs nobody followed there (one query)."""
    courses, parameters = _sql(scope.courses())
    own = units_with(scope.user, Permission.EDIT_COURSE, prefix="") | units_with(scope.user, Permission.PUBLISH_COURSE, prefix="")
    units = Unit.objects.filter(own)
    if scope.unit is not None:
        units = units.filter(Q(pk=scope.unit.pk) | Q(path__startswith=scope.unit.path_prefix))
    if scope.topic:  # what is received from others is not told apart by topic
        units = units.filter(pk__isnull=True)
    mine, more = _sql(units)
    found = []
    with connection.cursor() as cursor:
        cursor.execute(SITES.format(courses=courses, units=mine), [scope.first_on, scope.before, *parameters, *more])
        for _id, nb, nn, en, role, runs, places, unlimited, taken, empty in cursor.fetchall():
            name = in_language(nb=nb, nn=nn, en=en)
            found.append(SiteUse(name, role == "receiver", runs, int(places), unlimited, alone(int(taken)), empty))
    return found


def undated_runs(scope: Scope) -> int:
    """This will count the offers without a first day, which stand in no half-year (one query)."""
    rows = Run.objects.filter(course__in=scope.courses().values("pk"), first_possible_on__isnull=True)
    return rows.exclude(status__in=["planned", "cancelled"]).count()


def waiting(scope: Scope) -> Table:
    """This will count who waits for a place now, by sign-up route, whatever the half-year (one query)."""
    rows = (
        Enrolment.objects.filter(course__in=scope.courses().values("pk"), status__in=WAITING_STATES)
        .order_by()
        .values_list("course__public_version__sign_up")
        .annotate(people=CountOf("pk"), of_courses=CountOf("course", distinct=True))
    )
    found = {code: (people, of_courses) for code, people, of_courses in rows}
    groups = [(code, str(words), *found[code]) for code, words in SignUpRoute.choices if code in found]
    column = mask_column(people for _code, _name, people, _courses in groups)
    lines = [
        Line(code, name, {"courses": of_courses}, {"waiting": column.cells[place]})
        for place, (code, name, _people, of_courses) in enumerate(groups)
    ]
    total = Line("", "", {"courses": sum(row[3] for row in groups)}, {"waiting": column.total})
    return Table("waiting", lines, total)
