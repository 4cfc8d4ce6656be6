"""The demo's paper: a poster in Volda that somebody printed before a course on it changed, and openings of short addresses."""

from datetime import datetime, timedelta

from catalogue.actions.state import note_change
from catalogue.enums import PaperKind, TermSeason
from catalogue.models import Course, CourseShortHit, Paper, Run, SeasonListing
from lms_portal.common.clock import oslo_date

AREA = "volda"
PRINTED = "autumn-2023"  # the printed table is left as it was printed
LAID = timedelta(days=12)
FETCHED = timedelta(days=9)
CHANGED = timedelta(hours=20)
HITS = {"DIA2-VOLDA": (3, 0, 1, 2, 5, 1, 0, 4), "HJREHAB-VOLDA": (1, 1, 0, 0, 2), "IBD-VOLDA": (0, 2, 0, 0, 0, 0, 1)}


def load(*, now: datetime) -> None:
    """This will lay the newest poster of Volda some days back, change one course on it since, and count some openings."""
    today = oslo_date(now)
    listings = SeasonListing.objects.filter(hospital_area=AREA).exclude(season__code=PRINTED).select_related("season", "run")
    newest = max((row.season for row in listings), key=lambda season: (season.year, season.season == TermSeason.AUTUMN), default=None)
    if newest is not None:
        rows = listings.filter(season=newest)
        rows.update(changed_at=now - LAID)
        changed = rows.filter(run__kind="sessions").order_by("position").first()
        if changed is not None:
            Run.objects.filter(pk=changed.run_id).update(edit_version=1, edited_at=now - CHANGED)
        for kind, language in ((PaperKind.POSTER_A3, "nn"), (PaperKind.BOOKLET, "nn")):
            Paper.objects.create(
                kind=kind,
                hospital_area_id=AREA,
                season=newest,
                language=language,
                digest="0" * 32,
                wanted_at=now - FETCHED,
                made_at=now - FETCHED,
                fetched_on=oslo_date(now - FETCHED),
                replaced_at=now - CHANGED,
            )
    for code, counts in HITS.items():
        course = Course.objects.filter(code=code).first()
        if course is not None:
            CourseShortHit.objects.bulk_create(
                CourseShortHit(course=course, opened_on=today - timedelta(days=3 * back), count=count)
                for back, count in enumerate(counts)
                if count
            )
    note_change(courses=[], now=now)
