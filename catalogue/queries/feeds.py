"""What feeds are made of: runs with exact days, courses by when they changed, every public address."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import DateTimeField, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from catalogue.enums import ScheduleKind, Visibility
from catalogue.models import Course, Run
from catalogue.queries.pages import with_runs
from catalogue.workflow import PUBLIC_COURSE_STATES, PUBLIC_RUN_STATES
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit

DAYS_BACK = 60  # what has just been stays in people's calendars
MOST_RUNS = 1000
NEWEST = 50


def runs_for_calendar(*, today: date) -> QuerySet[Run]:
    """This will prepare the runs of listed courses with exact days from two months back, the soonest first, with what a calendar needs."""
    return days_for_calendar(today=today).filter(course__visibility=Visibility.LISTED)


def days_for_calendar(*, today: date) -> QuerySet[Run]:
    """This will prepare the same of every published course, for who has the address of one."""
    return (
        Run.objects.public()
        .filter(
            course__status__in=PUBLIC_COURSE_STATES, kind=ScheduleKind.SESSIONS, last_possible_on__gte=today - timedelta(days=DAYS_BACK)
        )
        .select_related("course__public_version")
        .prefetch_related("sessions", "sites__unit")
        .order_by("sort_key", "pk")
    )


def held_at(unit: Unit, runs: QuerySet[Run]) -> QuerySet[Run]:
    """This will keep the runs that are given or received at a unit or below it, or owned there where no place is set."""
    at = Q(sites__unit=unit) | Q(sites__unit__path__startswith=unit.path_prefix)
    owned = Q(sites__isnull=True) & (Q(course__owner=unit) | Q(course__owner__path__startswith=unit.path_prefix))
    return runs.filter(pk__in=Run.objects.filter(at | owned).values("pk"))


@dataclass(frozen=True, slots=True)
class Changed:
    """A public course, and when its text or one of its dates last changed."""

    course: Course
    changed_at: datetime


def changed_courses(limit: int = NEWEST) -> list[Changed]:
    """This will list the public courses whose text or dates changed last, the newest first (one query)."""
    public_runs = Q(runs__status__in=PUBLIC_RUN_STATES)
    last_run = Max(Coalesce("runs__edited_at", "runs__created_at"), filter=public_runs)
    rows = (
        Course.objects.public()
        .annotate(changed_at=Greatest(F("published_at"), last_run, output_field=DateTimeField()))
        .select_related("owner", "public_version")
        .order_by("-changed_at", "pk")[:limit]
    )
    return [Changed(course, vars(course)["changed_at"]) for course in rows]


def addresses(limit: int) -> list[tuple[str, date | None]]:
    """This will list the slugs of the public courses and when each text last changed, the newest first."""
    rows = Course.objects.public().order_by("-published_at", "pk").values_list("slug", "published_at")[:limit]
    return [(slug, moment.date() if moment else None) for slug, moment in rows]


def centres_in_order() -> list[Unit]:
    """This will list the learning and mastery centres (one query)."""
    return list(Unit.objects.filter(kind=UnitKind.LEARNING_CENTRE).order_by("sort_key"))


def courses_for_data(*, start: int, size: int) -> tuple[list[Course], bool]:
    """This will load so many public courses with all that the open data says, by their code, and say whether there are more."""
    rows = (
        Course.objects.public()
        .select_related("owner", "public_version")
        .prefetch_related(with_runs())
        .order_by("code")[start : start + size + 1]
    )
    loaded = list(rows)
    return loaded[:size], len(loaded) > size
