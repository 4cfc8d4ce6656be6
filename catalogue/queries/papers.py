"""Paper: which documents there can be, which are made, what has changed since, and the hits on short addresses."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum

from catalogue.enums import PaperKind, TermSeason, Visibility
from catalogue.models import Course, CourseShortHit, Paper, Season, SeasonListing
from catalogue.queries.desk import units_on_desk
from catalogue.workflow import RUN
from lms_portal.accounts.models import HospitalArea, User
from lms_portal.audit.models import StatusChange

OFF = ("cancelled", "postponed")
HIT_DAYS = 90


@dataclass(frozen=True, slots=True)
class PaperKey:
    """Which document: a kind, for an area, a term (guides have none) and a language."""

    kind: PaperKind
    area: HospitalArea
    season: Season | None
    language: str

    @property
    def columns(self) -> dict[str, object]:
        """The key as the table has it."""
        return {
            "kind": self.kind.value,
            "hospital_area_id": self.area.pk,
            "season_id": self.season.pk if self.season else None,
            "language": self.language,
        }


def changes_of(listings: Iterable[SeasonListing]) -> dict[UUID, datetime]:
    """This will say when each run last changed since its row was put on the poster: edited, postponed or cancelled (one query).

    By run; runs that have not changed are left out.
    """
    rows = {listing.run_id: listing for listing in listings}
    found: dict[UUID, datetime] = {}
    for pk, listing in rows.items():
        run = listing.run
        if run.edit_version and run.edited_at and run.edited_at > listing.changed_at:
            found[pk] = run.edited_at
    off = [pk for pk, listing in rows.items() if listing.run.status in OFF]
    moves = StatusChange.objects.filter(workflow=RUN.name, object_id__in=off, target__in=OFF)
    for pk, moved_at in moves.values_list("object_id").annotate(last=Max("portal_at")):
        if moved_at and moved_at > rows[pk].changed_at:
            found[pk] = max(moved_at, found.get(pk, moved_at))
    return found


def season_with_code(code: str) -> Season | None:
    """This will find a term by its code."""
    return Season.objects.filter(code=code).first()


def has_poster(season: Season, area: HospitalArea) -> bool:
    """This will say whether an area has a poster of a term."""
    rows = SeasonListing.objects.filter(season=season, hospital_area=area, run__course__public_version__isnull=False)
    return rows.filter(run__course__visibility=Visibility.LISTED).exists()


def season_for_guide(area: HospitalArea, *, today: date) -> Season | None:
    """This will choose the term whose courses the guide to referring names: the one that is on or next, else the newest there has been."""
    number = SeasonListing.objects.filter(hospital_area=area).values("season").annotate(rows=Count("pk"))
    seasons = sorted(Season.objects.filter(pk__in=[row["season"] for row in number]), key=_half_year)
    current = today.year * 2 + (1 if today.month > 6 else 0)
    return next((season for season in seasons if _half_year(season) >= current), seasons[-1] if seasons else None)


def _half_year(season: Season) -> int:
    return season.year * 2 + (season.season == TermSeason.AUTUMN)


def made_papers(areas: Iterable[str]) -> dict[tuple[str, str, UUID | None, str], Paper]:
    """This will load what is made and still holds, without the bytes: by kind, area, term and language (one query)."""
    rows = Paper.objects.filter(made_at__isnull=False, content__isnull=False, replaced_at__isnull=True, hospital_area__in=list(areas))
    return {(row.kind, row.hospital_area_id, row.season_id, row.language): row for row in rows.defer("content").order_by("made_at")}


def paper_at(key: PaperKey, *, checked_as: str) -> Paper | None:
    """This will find the made document that was found right in this state of the catalogue (one query)."""
    return Paper.objects.filter(**key.columns, checked_as=checked_as, made_at__isnull=False, content__isnull=False).first()


def waiting_paper(key: PaperKey) -> Paper | None:
    """This will find the document that waits for a worker."""
    return Paper.objects.filter(**key.columns, made_at__isnull=True).defer("content").first()


def areas_of(user: User) -> list[str]:
    """This will list the hospital areas whose paper somebody looks after: those of the units whose courses they edit (one query)."""
    units = units_on_desk(user).filter(hospital_area__isnull=False).order_by()
    return sorted(units.values_list("hospital_area", flat=True).distinct())


def outdated_papers(user: User) -> QuerySet[Paper]:
    """This will list what somebody fetched, perhaps to hang it up, and which says something else than the catalogue by now. Newest first."""
    return (
        Paper.objects.filter(hospital_area__in=areas_of(user), fetched_on__isnull=False, replaced_at__isnull=False, seen_to_at__isnull=True)
        .exclude(kind=PaperKind.GUIDE)
        .select_related("hospital_area", "season")
        .defer("content")
        .order_by("-replaced_at", "-pk")
    )


def short_hits(course: Course, *, today: date) -> list[tuple[str, int]]:
    """This will count how often the short address was opened: the last 7, 30 and 90 days, as codes with counts (one query)."""
    rows = CourseShortHit.objects.filter(course=course, opened_on__gt=today - timedelta(days=HIT_DAYS))
    by_day = defaultdict(int, rows.values_list("opened_on").annotate(hits=Sum("count")))
    return [(str(days), sum(hits for day, hits in by_day.items() if day > today - timedelta(days=days))) for days in (7, 30, HIT_DAYS)]
