"""The season collection: whom to ask, what a link opens, and the board. Each in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet

from catalogue.collected import half_year, is_standing, number_of
from catalogue.enums import ScheduleKind
from catalogue.links import COLLECTION as LINK
from catalogue.links import hash_of
from catalogue.models import AnswerContact, CollectionRecipient, CollectionRound, CollectionRow, Course, Run, Season, SeasonListing
from catalogue.workflow import LIVE_RUN_STATES, PUBLIC_COURSE_STATES
from lms_portal.accounts.enums import Permission, UnitKind
from lms_portal.accounts.models import HospitalArea, Unit, User
from lms_portal.accounts.permissions import units_with
from lms_portal.common import sealing

NO_POSITION = 30_000
DETAILS = ("sessions", "months", "sites__unit", "sites__contact")


def email_hash(email: str) -> bytes:
    """This will make what tells that two courses have the same mailbox."""
    return sealing.lookup_hash(email.strip().lower(), purpose="catalogue.collection.email")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A course that may be asked about, with one of its runs of last time (None: it has had none), and who would be asked."""

    course: Course
    last_run: Run | None
    email: str
    position: int
    has_dates: bool

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.course.pk}.{self.last_run.pk}" if self.last_run else str(self.course.pk)


def collecting_units(user: User) -> QuerySet[Unit]:
    """This will list the centres and hospitals whose season a person collects, in the tree's order."""
    kinds = [UnitKind.HOSPITAL, UnitKind.LEARNING_CENTRE]
    may = units_with(user, Permission.MANAGE_SEASON, prefix="")
    return Unit.objects.filter(may, kind__in=kinds, hospital_area__isnull=False).select_related("hospital_area").order_by("path")


def _courses_of(unit: Unit) -> QuerySet[Course]:
    rows = Course.objects.filter(status__in=PUBLIC_COURSE_STATES).filter(Q(owner=unit) | Q(owner__path__startswith=unit.path_prefix))
    runs = Run.objects.exclude(status=Run.Status.CANCELLED).select_related("term", "recurrence").prefetch_related(*DETAILS)
    return (
        rows.select_related("owner", "public_version")
        .prefetch_related(Prefetch("runs", queryset=runs.order_by("sort_key"), to_attr="runs_held"))
        .order_by("code")
    )


def mailboxes_of(courses: Iterable[Course]) -> dict[UUID, str]:
    """This will find who answers for each course: its own contact, else the mailbox of its unit or the nearest above (two queries)."""
    wanted = list(courses)
    own = {row.course_id: row.email for row in AnswerContact.objects.filter(course__in=wanted).select_related("data_key")}
    codes = {code for course in wanted for code in course.owner.path.split("/")}
    boxes = dict(Unit.objects.filter(code__in=codes).exclude(mailbox="").values_list("code", "mailbox"))
    found = {}
    for course in wanted:
        nearest = next((boxes[code] for code in reversed(course.owner.path.split("/")) if code in boxes), "")
        found[course.pk] = str(own.get(course.pk) or nearest)
    return found


def poster_positions(area: HospitalArea | None, *, before: Season | None) -> dict[UUID, int]:
    """This will say where each run stood on the latest poster of an area that it stood on (one query)."""
    rows = SeasonListing.objects.filter(hospital_area=area).order_by(F("season__year").asc(), F("season__season").desc(), "position")
    if before is not None:
        rows = rows.exclude(season=before)
    return dict(rows.values_list("run_id", "position"))


def _last_time(runs: list[Run], target: int) -> list[Run]:
    """The runs of the same season a year ago; else of the season before; else of the latest before."""
    dated = [run for run in runs if run.first_possible_on and half_year(run.first_possible_on) < target and not is_standing(run)]
    halves = {half_year(run.first_possible_on) for run in dated if run.first_possible_on}
    if not halves:
        return []
    chosen = next((half for half in (target - 2, target - 1) if half in halves), max(halves))
    return [run for run in dated if run.first_possible_on and half_year(run.first_possible_on) == chosen]


def candidates(unit: Unit, season: Season) -> list[Candidate]:
    """This will list what a round would ask about, in the order of last time's poster; what another round of the season has is left out."""
    target = number_of(season)
    courses = list(_courses_of(unit))
    boxes = mailboxes_of(courses)
    positions = poster_positions(unit.hospital_area, before=season)
    asked: set[tuple[UUID, UUID | None]] = set(
        CollectionRow.objects.filter(round__season__season=season.season, round__season__year=season.year).values_list(
            "course_id", "last_run_id"
        )
    )
    found = []
    for course in courses:
        runs: list[Run] = course.runs_held  # type: ignore[attr-defined]  # loaded by _courses_of
        standing = [run for run in runs if is_standing(run) and run.status in LIVE_RUN_STATES]
        has_dates = any(run.first_possible_on and half_year(run.first_possible_on) == target and not is_standing(run) for run in runs)
        rows: list[Run | None] = [*_last_time(runs, target), *standing]
        for run in rows or [None]:
            if (course.pk, run.pk if run else None) in asked:
                continue
            position = positions.get(run.pk, NO_POSITION) if run else NO_POSITION
            found.append(Candidate(course, run, boxes[course.pk], position, has_dates and not is_standing(run)))
    return sorted(found, key=lambda one: (one.position, one.course.code, one.last_run.sort_key if one.last_run else ""))


# What a link opens


def recipient_of(secret: str, *, now: datetime) -> CollectionRecipient | None:
    """This will find whose link it is; None where there is none, it was replaced, or its time is over (one query)."""
    rows = CollectionRecipient.objects.filter(link_hash=hash_of(secret, purpose=LINK), link_expires_at__gt=now)
    return rows.select_related("round__unit", "round__season", "data_key").first()


def with_details(rows: QuerySet[CollectionRow]) -> QuerySet[CollectionRow]:
    """This will load rows with all that their words need."""
    related = ("course__owner", "course__public_version", "last_run__term", "last_run__recurrence", "contact", "run")
    return (
        rows.select_related(*related)
        .prefetch_related(*(f"last_run__{name}" for name in DETAILS))
        .order_by("position", "course__code", "id")
    )


def rows_of(recipient: CollectionRecipient) -> QuerySet[CollectionRow]:
    """This will list what a link asks about."""
    return with_details(CollectionRow.objects.filter(recipient=recipient))


# The board

SHOWN = ("waiting", "overdue", "answered", "checked", "in_catalogue", "not_held")


def states(round_: CollectionRound, today: date) -> dict[str, Q]:
    """This will say what each tile of the board counts."""
    is_late = round_.last_on < today
    nothing = Q(pk__in=[])
    held = ~Q(answer="not_held")
    return {
        "waiting": nothing if is_late else Q(status="invited"),
        "overdue": Q(status="invited") if is_late else nothing,
        "answered": Q(status="answered"),
        "checked": Q(status="checked") & held,
        "in_catalogue": Q(status="in_catalogue"),
        "not_held": Q(answer="not_held"),
    }


def counts(round_: CollectionRound, today: date) -> dict[str, int]:
    """This will count a round's courses by state (one query)."""
    counted = {code: Count("pk", filter=condition) for code, condition in states(round_, today).items()}
    found: dict[str, int] = round_.rows.aggregate(all=Count("pk"), **counted)
    return found


def with_counts(rounds: QuerySet[CollectionRound]) -> QuerySet[CollectionRound]:
    """This will load rounds with how many courses are asked about, answered and done."""
    done = Q(rows__status="in_catalogue") | Q(rows__status="checked", rows__answer="not_held") | Q(rows__status="checked", season=None)
    return (
        rounds.select_related("unit", "season")
        .annotate(
            asked=Count("rows"),
            unanswered=Count("rows", filter=Q(rows__status="invited")),
            to_check=Count("rows", filter=Q(rows__status="answered")),
            done=Count("rows", filter=done),
        )
        .order_by("-opened_on", "unit__sort_key", "id")
    )


def recipients_of(round_: CollectionRound) -> list[CollectionRecipient]:
    """This will list the mailboxes of a round that have courses, with how many answers they lack (one query)."""
    rows = round_.recipients.select_related("data_key").annotate(
        asked=Count("rows"), missing=Count("rows", filter=Q(rows__status="invited"))
    )
    return list(rows.filter(asked__gt=0).order_by("-missing", "created_at", "id"))


def contact_of(course: Course) -> tuple[str, str]:
    """This will say who answers for a course: its own contact (empty where it has none), and the mailbox that is used without one."""
    row = AnswerContact.objects.select_related("data_key").filter(course=course).first()
    boxes = dict(Unit.objects.filter(code__in=course.owner.path.split("/")).exclude(mailbox="").values_list("code", "mailbox"))
    nearest = next((boxes[code] for code in reversed(course.owner.path.split("/")) if code in boxes), "")
    return (str(row.email) if row else ""), nearest


# Once a year


def standing_runs() -> QuerySet[Run]:
    """This will list the live runs of public courses that go on without an end."""
    rows = Run.objects.filter(kind__in=[ScheduleKind.CONTINUOUS, ScheduleKind.RECURRING], last_possible_on__isnull=True)
    return rows.filter(status__in=LIVE_RUN_STATES, course__status__in=PUBLIC_COURSE_STATES).select_related("course__owner")


def asked_on() -> dict[UUID, date]:
    """This will say when each standing run was last asked about, in a season or by itself (one query)."""
    rows = CollectionRow.objects.filter(last_run__kind__in=[ScheduleKind.CONTINUOUS, ScheduleKind.RECURRING])
    return dict(rows.order_by("round__opened_on").values_list("last_run_id", "round__opened_on"))


def unanswered_yearly(today: date) -> QuerySet[CollectionRow]:
    """This will list the yearly questions that nobody has answered in time; the quality list shows their courses."""
    return CollectionRow.objects.filter(round__season__isnull=True, status="invited", round__last_on__lt=today)
