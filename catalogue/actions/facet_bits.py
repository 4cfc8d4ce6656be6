"""The bits that choices are counted by: one bit a course in each choice's row. Kept in step by `search.refresh_search`, under its lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Max, QuerySet

from catalogue.models import Course, FacetBits, SearchDocument
from catalogue.queries.finding import EVERY_COURSE

STEP = 1024  # bits are added so many at a time
MANY = 40  # courses; from so many on, counting all bits anew is quicker than setting each


@dataclass(frozen=True, slots=True)
class Known:
    """A course as the bits have it."""

    ordinal: int
    facets: frozenset[int]


REBUILD = """
WITH zero AS (
    SELECT repeat('0', (max(ordinal) / %(step)s + 1) * %(step)s)::varbit AS bits FROM catalogue_search_document
), held AS (
    SELECT ordinal, %(every)s::int2 AS facet FROM catalogue_search_document WHERE language = 'nb'
     UNION ALL
    SELECT ordinal, unnest(facets) FROM catalogue_search_document WHERE language = 'nb'
)
INSERT INTO catalogue_facet_bits (number, bits)
SELECT held.facet, bit_or(set_bit(zero.bits, held.ordinal, 1)) FROM held, zero GROUP BY held.facet
"""
NEW_ROWS = """
INSERT INTO catalogue_facet_bits (number, bits)
SELECT number, repeat('0', %(length)s)::varbit FROM unnest(%(numbers)s::int2[]) AS number ON CONFLICT (number) DO NOTHING
"""
LENGTH = "SELECT coalesce(max(length(bits)), 0) FROM catalogue_facet_bits"
LENGTHEN = "UPDATE catalogue_facet_bits SET bits = bits || repeat('0', %s)::varbit"
SET = "UPDATE catalogue_facet_bits SET bits = set_bit(bits, %s, %s) WHERE number = ANY(%s)"


def facets_now(courses: QuerySet[Course]) -> dict[UUID, Known]:
    """This will read what the bits say of some courses before they are refreshed."""
    rows = SearchDocument.objects.filter(course__in=courses, language="nb").values_list("course_id", "ordinal", "facets")
    return {course_id: Known(ordinal, frozenset(facets)) for course_id, ordinal, facets in rows}


def ordinal_of(course_id: UUID, before: Mapping[UUID, Known], given: Mapping[UUID, int], *, is_full: bool) -> int:
    """This will return the place of a course in the bits: the one it has, else the next after all that are taken."""
    if is_full:
        return len(given)
    if course_id in before:
        return before[course_id].ordinal
    highest = SearchDocument.objects.aggregate(highest=Max("ordinal"))["highest"]
    return max([-1 if highest is None else highest, *given.values()]) + 1


def bring_up_to_date(courses: QuerySet[Course], before: Mapping[UUID, Known], *, is_full: bool) -> None:
    """This will set the bits of refreshed courses to what their documents say now."""
    now = facets_now(courses)
    changed = [course_id for course_id in before.keys() | now.keys() if before.get(course_id) != now.get(course_id)]
    if is_full or len(changed) > MANY:
        FacetBits.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(REBUILD, {"step": STEP, "every": EVERY_COURSE})
        return
    for course_id in sorted(changed, key=str):
        was, now_is = before.get(course_id), now.get(course_id)
        if was is not None:
            gone = was.facets - now_is.facets if now_is is not None else was.facets | {EVERY_COURSE}
            _set(was.ordinal, 0, gone)
        if now_is is not None:
            _set(now_is.ordinal, 1, now_is.facets - was.facets if was is not None else now_is.facets | {EVERY_COURSE})


def _set(ordinal: int, bit: int, numbers: frozenset[int]) -> None:
    if not numbers:
        return
    wanted = sorted(numbers)
    with connection.cursor() as cursor:
        cursor.execute(LENGTH)
        length = cursor.fetchone()[0]
        if ordinal >= length:
            further = (ordinal // STEP + 1) * STEP - length
            cursor.execute(LENGTHEN, [further])
            length += further
        cursor.execute(NEW_ROWS, {"length": length, "numbers": wanted})
        cursor.execute(SET, [ordinal, bit, wanted])
