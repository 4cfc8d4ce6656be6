"""Who takes part, who waits, and where there is room; each in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from catalogue.models import Attendance, Course, CourseLink, DeliverySite, Enrolment, Run, UserRepresentative
from catalogue.queries.collection import unanswered_yearly
from catalogue.workflow import HOLDING_STATES, LIVE_RUN_STATES, PUBLIC_COURSE_STATES, WAITING_STATES
from lms_portal.accounts.models import User
from lms_portal.common.clock import start_of_day

STALE_DAYS = 365


def people_of(run: Run, user: object) -> QuerySet[Enrolment]:
    """This will list who has a place on a run, over all its sites, in the order in which they got it."""
    rows = Enrolment.objects.visible_to(user).filter(run=run, status__in=HOLDING_STATES)
    return rows.select_related("participant__data_key", "site__unit", "course__owner", "run").order_by(
        "site__role", "site_id", "created_at", "id"
    )


def people_gone_from(run: Run, user: object) -> QuerySet[Enrolment]:
    """This will list who had a place on a run and has it no more."""
    rows = Enrolment.objects.visible_to(user).filter(last_run=run).exclude(run=run)
    return rows.select_related("participant__data_key", "course", "run").order_by("-status_changed_at", "id")


def waiting_for(course: Course, user: object) -> QuerySet[Enrolment]:
    """This will list who waits for a place on a course, in the order in which they are offered one."""
    return Enrolment.objects.visible_to(user).filter(course=course).waiting().select_related("participant__data_key", "course__owner")


def one_person(course: Course, user: object) -> QuerySet[Enrolment]:
    """This will give what the page of one place reads."""
    rows = Enrolment.objects.visible_to(user).filter(course=course)
    return rows.select_related("participant__data_key", "course__owner", "site__unit", "run__term", "run__recurrence").prefetch_related(
        "run__sessions", "run__months"
    )


def sites_to_give(course: Course, *, today: date) -> list[DeliverySite]:
    """This will list the places where a course is given from now on, full or not, by date."""
    rows = DeliverySite.objects.filter(run__course=course, run__status__in=LIVE_RUN_STATES)
    rows = rows.filter(Q(run__last_possible_on__isnull=True) | Q(run__last_possible_on__gte=today)).select_related(
        "unit", "run__term", "run__recurrence"
    )
    return list(rows.prefetch_related("run__sessions", "run__months").order_by("run__sort_key", "role", "id"))


def marks_of(run: Run) -> dict[tuple[Any, Any], str]:
    """This will read who came to which meeting: (enrolment, session) to the mark."""
    return {(row.enrolment_id, row.session_id): row.mark for row in Attendance.objects.filter(session__run=run)}


def reached_by_mail(run: Run) -> dict[str, int]:
    """This will count whom a message about a run reaches: those with a place and those who wait, with and without an address (one query)."""
    concerned = Q(run=run, status__in=("offered", "confirmed")) | Q(course=run.course_id, status__in=WAITING_STATES)
    by_mail = Q(participant__email__isnull=False)
    return Enrolment.objects.filter(concerned).aggregate(told=Count("pk", filter=by_mail), others=Count("pk", filter=~by_mail))


# A season


def runs_between(courses: QuerySet[Course], first: date, last: date) -> list[Run]:
    """This will list the runs of published courses that begin within some days, cancelled ones left out."""
    rows = Run.objects.filter(course__in=courses, first_possible_on__range=(first, last)).exclude(status=Run.Status.CANCELLED)
    rows = rows.filter(course__status__in=PUBLIC_COURSE_STATES)
    copies = Prefetch("copies", queryset=Run.objects.exclude(status=Run.Status.CANCELLED).only("copied_from_id", "sort_key"))
    return list(
        rows.select_related("course__owner", "course__public_version", "course__draft_version", "term", "recurrence", "refer_to")
        .prefetch_related("sessions", "months", "sites__unit", copies)
        .order_by("course__code", "sort_key")
    )


# What should be looked at


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that makes a public course worse than it should be."""

    code: str
    condition: Q


def flaws(today: date) -> list[Flaw]:
    """This will list what the quality list looks for, as conditions on published courses."""
    runs = Run.objects.filter(course=OuterRef("pk"))
    ahead = runs.filter(status__in=LIVE_RUN_STATES).filter(Q(last_possible_on__isnull=True) | Q(last_possible_on__gte=today))
    linked = UserRepresentative.objects.filter(course=OuterRef("pk"))
    return [
        Flaw("nn", Q(public_version__state_nn="missing")),
        Flaw("nb", Q(public_version__state_nb="missing")),
        Flaw(
            "representative", Q(public_version__user_representative_nb="", public_version__user_representative_nn="") & ~Q(Exists(linked))
        ),
        Flaw("dates", Q(Exists(runs)) & ~Q(Exists(ahead))),
        Flaw("links", Q(Exists(CourseLink.objects.filter(course=OuterRef("pk"), state="broken")))),
        Flaw("unanswered", Q(pk__in=unanswered_yearly(today).values("course"))),
        Flaw("old", Q(published_at__lt=start_of_day(today - timedelta(days=STALE_DAYS)))),
    ]


def courses_with_flaws(user: User, found: Iterable[Flaw]) -> QuerySet[Course]:
    """This will list the public courses that a person edits and that have a flaw, each flaw as an annotation `flaw_<code>`."""
    wanted = list(found)
    anything = Q(pk__in=[])
    for flaw in wanted:
        anything |= Q(**{f"flaw_{flaw.code}": True})
    rows = Course.objects.visible_to(user).filter(status__in=PUBLIC_COURSE_STATES)
    annotated = rows.annotate(**{f"flaw_{flaw.code}": _as_column(flaw.condition) for flaw in wanted})
    return annotated.filter(anything).select_related("owner", "public_version", "draft_version").order_by("published_at", "code")


def _as_column(condition: Q) -> Any:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def flaw_counts(found: QuerySet[Course], every: Iterable[Flaw]) -> dict[str, int]:
    """This will count the courses with each flaw (one query)."""
    return found.aggregate(**{flaw.code: Count("pk", filter=Q(**{f"flaw_{flaw.code}": True})) for flaw in every})
