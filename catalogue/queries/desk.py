"""The course desk: what waits for whom, and the list of courses, each in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, DateTimeField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.models import Attendance, Course, Enrolment, Run, RunSession
from catalogue.workflow import COURSE, LIVE_RUN_STATES, PUBLIC_COURSE_STATES, REVIEW_COURSE_STATES
from lms_portal.accounts.enums import Permission, UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import grants_of, units_with
from lms_portal.accounts.roles import REGIONAL_LMS


@dataclass(frozen=True, slots=True)
class Need:
    """One reason why a course needs somebody. `tone` late: others wait for it."""

    code: str
    text: str | Promise
    tone: str = ""


NEEDS = (
    Need("review", _("Wait for your review"), "late"),
    Need("drafts", _("Drafts")),
    Need("changed", _("Changes beside the public text")),
    Need("language", _("Lack bokmål or nynorsk")),
    Need("no_run", _("No dates ahead")),
    Need("to_come", _("Dates to be announced")),
    Need("few", _("Too few have a place, and it must be decided"), "late"),
    Need("attendance", _("Attendance to note")),
    Need("past", _("Past, but not marked as held"), "late"),
)
STATES = tuple(COURSE.labels)
DECIDE_WITHIN_DAYS = 7


def _in_regional_reach(user: object) -> Q:
    condition = Q(pk__in=[])
    for grant in grants_of(user):
        if grant.role_code == REGIONAL_LMS.code:
            condition |= Q(owner=grant.unit_id) | Q(owner__path__startswith=f"{grant.unit_path}/")
    return condition


def reviewable_by(user: User) -> Q:
    """This will keep the courses in review that a person may publish: as `permissions.why_not_publish` says, for many rows at once."""
    own = Q(draft_version__submitted_by=user) | Q(draft_version__edited_by=user) | Q(draft_version__created_by=user)
    # CASE: a plain NOT over columns that may be empty would lose the rows that nobody has edited
    by_others = Q(Case(When(own, then=Value(False)), default=Value(True)))
    reach = units_with(user, Permission.PUBLISH_COURSE, prefix="owner")
    return Q(status__in=REVIEW_COURSE_STATES) & reach & (_in_regional_reach(user) | by_others)


def _conditions(user: User, today: date) -> dict[str, Q]:
    """Each need as a condition on courses."""
    runs = Run.objects.filter(course=OuterRef("pk"))
    ahead = runs.filter(status__in=LIVE_RUN_STATES).filter(Q(last_possible_on__isnull=True) | Q(last_possible_on__gte=today))
    missing = Q(pk__in=[])
    for language in ("nb", "nn"):
        missing |= Q(draft_version__isnull=False, **{f"draft_version__state_{language}": "missing"})
        missing |= Q(draft_version__isnull=True, **{f"public_version__state_{language}": "missing"})
    return {
        "review": reviewable_by(user),
        "drafts": Q(status=Course.Status.DRAFT),
        "changed": Q(status__in=[Course.Status.CHANGED, Course.Status.CHANGE_IN_REVIEW]),
        "language": missing & ~Q(status=Course.Status.ARCHIVED),
        "no_run": Q(status__in=PUBLIC_COURSE_STATES) & ~Q(Exists(ahead)),
        "to_come": ~Q(status=Course.Status.ARCHIVED) & Q(Exists(ahead.filter(kind="to_be_announced"))),
        "few": Q(Exists(_runs_with_too_few(today))),
        "attendance": Q(Exists(_meetings_to_note(today))),
        "past": Q(Exists(runs.filter(status__in=LIVE_RUN_STATES, last_possible_on__lt=today))),
    }


def _runs_with_too_few(today: date) -> QuerySet[Run]:
    """A course's runs that fewer have a place on than it takes, with a decision day that has come or soon does."""
    rows = Run.objects.filter(course=OuterRef("pk"), minimum__isnull=False, status__in=("open", "closed"))
    soon = rows.filter(decide_on__lte=today + timedelta(days=DECIDE_WITHIN_DAYS)).exclude(first_possible_on__lt=today)
    return soon.annotate(people=Sum("sites__taken")).filter(people__lt=F("minimum"))


def _meetings_to_note(today: date) -> QuerySet[RunSession]:
    """A course's meetings that have been held, and where somebody with a place has no mark."""
    noted = Attendance.objects.filter(enrolment=OuterRef("pk"), session=OuterRef(OuterRef("pk")))
    without = Enrolment.objects.filter(~Exists(noted), run=OuterRef("run"), status=Enrolment.Status.CONFIRMED)
    return RunSession.objects.filter(Exists(without), run__course=OuterRef("pk"), held_on__lte=today)


def counts(user: User, *, today: date) -> dict[str, int]:
    """This will count the courses that need somebody, by need, among those that the person edits (one query)."""
    counted = {code: Count("pk", filter=condition) for code, condition in _conditions(user, today).items()}
    found: dict[str, int] = Course.objects.visible_to(user).aggregate(**counted)
    return found


def awaiting_review(user: User) -> int:
    """This will count the courses that wait for this person's review (one query)."""
    return Course.objects.visible_to(user).filter(reviewable_by(user)).count()


def courses_on_desk(
    user: User, *, today: date, need: str = "", state: str = "", unit: Unit | None = None, text: str = ""
) -> QuerySet[Course]:
    """This will list the courses that a person edits, those last worked on first. `unit`: its own courses and those below."""
    rows = Course.objects.visible_to(user).select_related("owner", "public_version", "draft_version")
    conditions = _conditions(user, today)
    if need in conditions:
        rows = rows.filter(conditions[need])
    if state in STATES:
        rows = rows.filter(status=state)
    if unit is not None:
        rows = rows.filter(Q(owner=unit) | Q(owner__path__startswith=unit.path_prefix))
    if text:
        rows = rows.filter(_says(text))
    return rows.annotate(touched_at=_touched()).order_by("-touched_at", "code")


def _says(text: str) -> Q:
    condition = Q(code__istartswith=text)
    for version in ("draft_version", "public_version"):
        for language in ("nb", "nn", "en"):
            condition |= Q(**{f"{version}__title_{language}__icontains": text})
    return condition


def _touched() -> Any:
    """When somebody last worked on the course."""
    return Greatest(
        Coalesce(F("draft_version__edited_at"), F("draft_version__created_at"), F("published_at"), F("created_at")),
        Coalesce(F("status_changed_at"), F("created_at")),
        output_field=DateTimeField(),
    )


def runs_ahead(today: date) -> "Prefetch[Any]":
    """This will load the runs of a page of courses that are not over, with what their dates' words need."""
    runs = (
        Run.objects.filter(status__in=LIVE_RUN_STATES)
        .filter(Q(last_possible_on__isnull=True) | Q(last_possible_on__gte=today))
        .select_related("term", "recurrence")
        .prefetch_related("sessions", "months")
        .order_by("sort_key")
    )
    return Prefetch("runs", queryset=runs, to_attr="runs_ahead")


def units_on_desk(user: User) -> QuerySet[Unit]:
    """This will list the units whose courses a person edits, in the tree's order."""
    may = units_with(user, Permission.EDIT_COURSE, prefix="") | units_with(user, Permission.PUBLISH_COURSE, prefix="")
    kinds = [UnitKind.HEALTH_TRUST, UnitKind.HOSPITAL, UnitKind.CLINIC, UnitKind.LEARNING_CENTRE]
    return Unit.objects.filter(may, kind__in=kinds).order_by("path")


def owning_units(user: User) -> QuerySet[Unit]:
    """This will list the units that a person may make courses for."""
    kinds = [UnitKind.HOSPITAL, UnitKind.CLINIC, UnitKind.LEARNING_CENTRE, UnitKind.MUNICIPALITY]
    return Unit.objects.filter(units_with(user, Permission.EDIT_COURSE, prefix=""), kind__in=kinds).order_by("path")
