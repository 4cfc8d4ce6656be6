"""Posters: which there are, and their rows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from catalogue.enums import Visibility
from catalogue.models import Season, SeasonListing
from catalogue.workflow import PUBLIC_RUN_STATES
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import HospitalArea, Unit


@dataclass(frozen=True, slots=True)
class PosterLink:
    """One poster that there is."""

    season: Season
    area: HospitalArea
    row_count: int
    changed_at: datetime


def posters() -> list[PosterLink]:
    """This will list the posters, newest season first (three queries)."""
    rows = list(
        SeasonListing.objects.filter(run__status__in=PUBLIC_RUN_STATES, run__course__visibility=Visibility.LISTED)
        .values("season", "hospital_area")
        .annotate(row_count=Count("id"), changed_at=Max("changed_at"))
        .order_by("hospital_area__sort_key")
    )
    seasons = Season.objects.in_bulk([row["season"] for row in rows])
    areas = HospitalArea.objects.in_bulk([row["hospital_area"] for row in rows])
    links = [PosterLink(seasons[row["season"]], areas[row["hospital_area"]], row["row_count"], row["changed_at"]) for row in rows]
    return sorted(links, key=lambda link: (-link.season.year, link.season.season != "autumn", link.area.sort_key))


def listings_of(season: Season, area: HospitalArea) -> QuerySet[SeasonListing]:
    """This will load a poster's rows with all that their cells need; dates that are only planned are not shown to anybody yet."""
    shown = SeasonListing.objects.filter(
        run__status__in=PUBLIC_RUN_STATES, run__course__public_version__isnull=False, run__course__visibility=Visibility.LISTED
    )
    return (
        shown.filter(season=season, hospital_area=area)
        .select_related("run__term", "run__recurrence", "run__refer_to", "run__course__owner", "run__course__public_version__refer_to")
        .prefetch_related("run__sessions", "run__months", "run__sites__unit")
        .order_by("position")
    )


def centre_of(area: HospitalArea) -> Unit | None:
    """This will find the learning and mastery centre of an area."""
    return Unit.objects.filter(kind=UnitKind.LEARNING_CENTRE, hospital_area=area).order_by("path").first()
