"""Sign-ups without a referral: who waits for which dates, in which order, and what those who run the course must know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from catalogue.enums import ScheduleKind, Visibility
from catalogue.joining import has_begun, is_gone, offers_places
from catalogue.links import INTEREST, SIGN_UP, hash_of
from catalogue.models import Course, CourseInterest, Run, SignUp
from catalogue.needs import Needs
from catalogue.workflow import HOLDING_STATES
from lms_portal.common import sealing
from lms_portal.common.clock import oslo_date


def email_hash(email: str, *, purpose: str = "catalogue.joining.email") -> bytes:
    """This will make the keyed hash by which an address is found."""
    return sealing.lookup_hash(email.strip().lower(), purpose=purpose)


def contact_hash(*, name: str, email: str, phone: str) -> bytes:
    """This will make the keyed hash of name and address of somebody who signs up without an identity number."""
    known = " ".join(name.lower().split())
    return sealing.lookup_hash(f"{known}|{(email or phone).strip().lower()}", purpose="participant.contact")


def sign_up_of(secret: str, *, now: datetime) -> SignUp | None:
    """This will find the sign-up that a link opens; None where there is none, or the link has expired."""
    found = SignUp.objects.with_case().select_related(
        "enrolment__course__owner", "enrolment__course__public_version", "enrolment__run", "enrolment__site__unit", "enrolment__last_run"
    )
    return found.filter(link_hash=hash_of(secret, purpose=SIGN_UP), link_expires_at__gt=now).first()


def interest_of(secret: str, *, now: datetime) -> CourseInterest | None:
    """This will find the wish to be told that a link opens."""
    found = CourseInterest.objects.select_related("course__public_version", "course__owner", "data_key")
    return found.filter(link_hash=hash_of(secret, purpose=INTEREST), expires_at__gt=now).first()


def run_in_words(run_id: UUID) -> QuerySet[Run]:
    """This will fetch a run with all that its words need, for those who have a place on it or wait: hidden from visitors or not."""
    runs = Run.objects.public().select_related("course__owner", "course__public_version", "term", "recurrence", "refer_to")
    return runs.prefetch_related("sessions", "months", "sites__unit").filter(pk=run_id, course__public_version__isnull=False)


def run_to_join(run_id: UUID) -> QuerySet[Run]:
    """This will fetch a run that visitors may see, with all that a sign-up and its words need."""
    return run_in_words(run_id).exclude(course__visibility=Visibility.HIDDEN)


def next_run_offering(course: Course, *, now: datetime) -> Run | None:
    """This will find the earliest run of a course whose free places go to those who wait."""
    runs = Run.objects.filter(course=course, status="open").select_related("course__public_version").order_by("sort_key")
    return next((run for run in runs if offers_places(run, now=now)), None)


def queue_for(run: Run, *, now: datetime) -> list[SignUp]:
    """This will list who waits for a run, in the order in which they are offered a place (one query).

    Those who asked for it, and those whose own dates are gone; not those whom it did not suit.
    """
    today = oslo_date(now)
    waiting = SignUp.objects.with_case().waiting().select_related("wished_site").filter(enrolment__course=run.course_id)
    return [one for one in waiting if run.pk not in one.passed_runs and (one.wished_run_id == run.pk or is_gone(one.wished_run, today))]


def position_of(sign_up: SignUp, *, now: datetime) -> int:
    """This will say how many stand in line up to and including somebody who waits; 1 is next."""
    today = oslo_date(now)
    run = next_run_offering(sign_up.enrolment.course, now=now) if is_gone(sign_up.wished_run, today) else sign_up.wished_run
    line = [one.pk for one in queue_for(run or sign_up.wished_run, now=now)]
    return line.index(sign_up.pk) + 1 if sign_up.pk in line else len(line) + 1


def dated_runs(course: Course, *, now: datetime) -> set[UUID]:
    """This will list the runs of a course that have dates and have not begun: what “new dates” is measured against."""
    today = oslo_date(now)
    runs = Run.objects.public().not_over(today).filter(course=course).exclude(kind=ScheduleKind.TO_BE_ANNOUNCED)
    return {run.pk for run in runs if run.status in ("open", "postponed") and not has_begun(run, today)}


# For those who run the course


@dataclass(frozen=True, slots=True)
class SignedUp:
    """One sign-up as a list of participants shows it. `is_twice`: the same name and address has another place on the same dates."""

    sign_up: SignUp
    name: str
    signed_up_by: str
    email: str
    phone: str
    birth_year: str
    needs: list[str]
    is_twice: bool


def sign_ups_of_run(run: Run, *, visible: QuerySet[SignUp]) -> QuerySet[SignUp]:
    """This will fetch the sign-ups that hold a place on a run, oldest first. `visible`: `SignUp.objects.visible_to(user)`."""
    held = visible.filter(enrolment__run=run, enrolment__status__in=HOLDING_STATES)
    return held.with_case().select_related("enrolment__site__unit").order_by("created_at")  # type: ignore[attr-defined, no-any-return]


def as_listed(sign_ups: Iterable[SignUp], *, language: str) -> list[SignedUp]:
    """This will open sign-ups for a list of participants; the caller records the reading. Loaded before: `with_case()`."""
    rows = list(sign_ups)
    hashes = [bytes(row.enrolment.participant.contact_hash or b"") for row in rows]
    return [
        SignedUp(
            sign_up=row,
            name=row.enrolment.participant.name or "",
            signed_up_by=row.contact_name or "",
            email=row.enrolment.participant.email or "",
            phone=row.enrolment.participant.phone or "",
            birth_year=row.birth_year or "",
            needs=Needs.opened(row.needs).lines(language),
            is_twice=bool(known) and hashes.count(known) > 1,
        )
        for row, known in zip(rows, hashes, strict=True)
    ]


def waiting_counts(courses: Iterable[UUID]) -> dict[UUID, int]:
    """This will count who waits without a referral, by course (one query)."""
    rows = SignUp.objects.filter(enrolment__status="waiting", enrolment__course__in=list(courses)).values_list("enrolment__course")
    return dict(rows.annotate(Count("id")))
