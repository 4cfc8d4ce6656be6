"""Course pages, centres, the front page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.utils.safestring import SafeString, mark_safe

from catalogue.enums import Visibility
from catalogue.facets import place_number
from catalogue.models import Course, Run, SearchPlace
from catalogue.workflow import PUBLIC_COURSE_STATES
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit


def with_runs() -> "Prefetch[str, QuerySet[Run], str]":
    """This will load runs with all that their words need, in a fixed number of queries."""
    runs = (
        Run.objects.select_related("term", "recurrence", "refer_to")
        .prefetch_related("sessions", "months", "sites__unit")
        .order_by("sort_key")
    )
    return Prefetch("runs", queryset=runs)


@dataclass(frozen=True, slots=True)
class PageText:
    """A course's page, ready to put in the frame. `text_language` is set where the text is in another language than the page."""

    title: str
    summary: str
    text_language: str
    html: SafeString
    is_listed: bool = True


KEPT_PAGE = """
SELECT page.title, page.summary, page.text_language, page.html, course.visibility = 'listed'
  FROM catalogue_course AS course
  JOIN catalogue_coursepage AS page ON page.course_id = course.id AND page.language = %(language)s
  LEFT JOIN catalogue_course_change AS change ON change.course_id = course.id
 CROSS JOIN catalogue_cataloguestate AS state
 WHERE course.slug = %(slug)s AND course.status = ANY(%(public)s) AND course.visibility <> 'hidden'
   AND page.number >= state.all_number AND page.number >= coalesce(change.number, 0)
   AND page.made_on <= %(today)s AND page.stale_on > %(today)s
"""


def kept_page(*, slug: str, language: str, today: date) -> PageText | None:
    """This will return the ready page of a public course in one query; None where there is none that still holds."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_PAGE, {"slug": slug, "language": language, "today": today, "public": sorted(PUBLIC_COURSE_STATES)})
        row = cursor.fetchone()
    if row is None:
        return None
    title, summary, text_language, html, is_listed = row
    # written by our own template, escaped when it was made
    return PageText(title, summary, text_language, mark_safe(html), is_listed=is_listed)  # noqa: S308


def answered_courses() -> QuerySet[Course]:
    """This will return the courses whose address answers: the public ones, and those that have been; none that is hidden."""
    return (
        Course.objects.filter(public_version__isnull=False)
        .exclude(visibility=Visibility.HIDDEN)
        .select_related("owner__parent", "public_version__refer_to", "successor__public_version")
    )


def hospital_of(unit: Unit, hospitals: Iterable[Unit]) -> Unit | None:
    """This will find the hospital that a unit is, or belongs to."""
    return next((hospital for hospital in hospitals if unit.path == hospital.path or unit.path.startswith(hospital.path_prefix)), None)


def hospitals() -> list[Unit]:
    """This will list the hospitals in the order of their places (one query)."""
    return list(Unit.objects.filter(kind=UnitKind.HOSPITAL).select_related("parent", "hospital_area").order_by("place", "sort_key"))


@dataclass
class Centre:
    """One learning and mastery centre, the hospital it serves and how many courses stand there."""

    unit: Unit
    hospital: Unit | None
    course_count: int = 0


def centre_with_code(code: str) -> Centre | None:
    """This will find a learning and mastery centre and the hospital that it serves (two queries)."""
    unit = Unit.objects.filter(kind=UnitKind.LEARNING_CENTRE, code=code).select_related("parent", "hospital_area").first()
    return Centre(unit, hospital_of(unit, hospitals())) if unit else None


@dataclass
class Trust:
    """One health trust with its centres."""

    unit: Unit
    centres: list[Centre] = field(default_factory=list)


def centres_by_trust(counts: Mapping[UUID, int]) -> list[Trust]:
    """This will list the learning and mastery centres under their health trusts (one query). `counts`: courses by hospital."""
    kinds = [UnitKind.HEALTH_TRUST, UnitKind.HOSPITAL, UnitKind.LEARNING_CENTRE]
    by_kind: dict[str, list[Unit]] = {kind: [] for kind in kinds}
    for unit in Unit.objects.filter(kind__in=kinds).order_by("sort_key"):
        by_kind[unit.kind].append(unit)
    trusts = []
    for trust in by_kind[UnitKind.HEALTH_TRUST]:
        own = [unit for unit in by_kind[UnitKind.LEARNING_CENTRE] if unit.path.startswith(trust.path_prefix)]
        centres = [Centre(unit, hospital_of(unit, by_kind[UnitKind.HOSPITAL])) for unit in own]
        for centre in centres:
            centre.course_count = counts.get(centre.hospital.pk, 0) if centre.hospital is not None else 0
        if centres:
            trusts.append(Trust(trust, centres))
    return trusts


def course_counts_by_hospital(counts: Mapping[int, int]) -> dict[UUID, int]:
    """This will turn the list's counts by facet number into counts by hospital, so that a link shows as many as it says (one query)."""
    return {place.unit_id: counts.get(place_number(place.number), 0) for place in SearchPlace.objects.all()}
