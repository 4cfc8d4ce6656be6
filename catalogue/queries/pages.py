"""Course pages, centres, the front page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from catalogue.facets import place_number
from catalogue.models import CatalogueState, Course, Run, SearchPlace
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


def catalogue_number() -> int:
    """This will return the number that rises whenever a public page may have changed."""
    return CatalogueState.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def answered_courses() -> QuerySet[Course]:
    """This will return the courses whose address answers: the public ones, and those that have been."""
    return Course.objects.filter(public_version__isnull=False).select_related(
        "owner__parent", "public_version__refer_to", "successor__public_version"
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
