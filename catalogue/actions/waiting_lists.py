"""What the calendar does with sign-ups: offers that run out, places that become free, reminders, new dates. May run twice without harm."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from catalogue import joining, joining_mails
from catalogue.actions.joining import forget_interest
from catalogue.actions.places import UnableToGivePlace, change_enrolment, place_from_waiting_list
from catalogue.enums import ScheduleKind
from catalogue.models import CourseInterest, Enrolment, Run, SignUp
from catalogue.queries import joining as queries
from lms_portal.audit.transitions import NotAllowed, Stale
from lms_portal.common.clock import oslo_date
from lms_portal.outbox.actions import plan
from lms_portal.outbox.models import Message

LIMIT = 200


def expire_offers(*, now: datetime) -> int:
    """This will end the offers whose time has run out; their places are free again. Returns how many."""
    late = Enrolment.objects.filter(status="offered", offer_expires_at__lte=now, sign_up__isnull=False).order_by("offer_expires_at")
    return sum(_expire(pk, now) for pk in late.values_list("pk", flat=True)[:LIMIT])


@transaction.atomic
def _expire(pk: UUID, now: datetime) -> bool:
    # first the run and then the place, in the order in which places are given
    run = Enrolment.objects.values_list("run_id", flat=True).get(pk=pk)
    Run.objects.select_for_update().filter(pk=run).first()
    late = Enrolment.objects.select_for_update(of=("self",)).select_related("site", "run", "course")
    enrolment = late.filter(pk=pk, status="offered", offer_expires_at__lte=now).first()
    if enrolment is None:  # answered meanwhile, or another sweep was here
        return False
    change_enrolment(enrolment=enrolment, verb="expire", now=now)
    return True


def offer_free_places(*, now: datetime) -> int:
    """This will offer free places to those who wait, in their order, each for a limited time. Returns how many were offered."""
    courses = SignUp.objects.waiting().order_by().values_list("enrolment__course_id", flat=True).distinct()
    runs = Run.objects.filter(course__in=list(courses), status="open").select_related("course__public_version").order_by("sort_key")
    return sum(_offer_places_of(run.pk, now) for run in runs if joining.offers_places(run, now=now))


@transaction.atomic
def _offer_places_of(run_id: UUID, now: datetime) -> int:
    run = Run.objects.select_for_update(of=("self",)).select_related("course__public_version").get(pk=run_id)
    until = joining.answer_before(run, now=now, hours=settings.PLACE_OFFER_HOURS)
    sites = list(run.sites.select_related("unit"))
    if until is None or not joining.offers_places(run, now=now) or not any(site.free is None or site.free for site in sites):
        return 0
    left = {site.pk: site.free for site in sites}
    offered = 0
    for sign_up in queries.queue_for(run, now=now):
        site = next((site for site in joining.would_take(sign_up, run, sites) if left[site.pk] is None or left[site.pk]), None)
        if site is None:
            continue
        try:
            place_from_waiting_list(enrolment=sign_up.enrolment, run=run, site=site, now=now, verb="offer", offer_expires_at=until)
        except (UnableToGivePlace, Stale, NotAllowed):  # cancelled, or given to a referral, a moment ago
            continue
        SignUp.objects.filter(pk=sign_up.pk).update(link_expires_at=joining.link_expires_at(run, now=now))
        joining_mails.plan_offer(sign_up=sign_up, now=now)
        free = left[site.pk]
        left[site.pk] = None if free is None else free - 1
        offered += 1
    return offered


@transaction.atomic
def plan_reminders(*, now: datetime) -> int:
    """This will plan the reminders of courses that begin soon, once for each place and day. Returns how many are new."""
    today = oslo_date(now)
    placed = SignUp.objects.with_case().select_related("enrolment__run")
    soon = placed.filter(
        enrolment__status="confirmed",
        enrolment__run__kind=ScheduleKind.SESSIONS,
        enrolment__run__status__in=["open", "closed"],
        enrolment__run__first_possible_on__gt=today,
        enrolment__run__first_possible_on__lte=today + timedelta(days=max(joining.REMINDER_DAYS)),
    )
    drafts = []
    known = _planned_reminders([sign_up.pk for sign_up in soon])
    for sign_up in soon:
        run = sign_up.enrolment.run
        if run is not None:
            drafts += joining_mails.reminder_drafts(sign_up=sign_up, run=run, now=now)
    new = [draft for draft in drafts if (draft.object_id, draft.revision) not in known]
    return plan(new, now=now) if new else 0


def _planned_reminders(sign_ups: list[UUID]) -> set[tuple[UUID, str]]:
    """A quiet sweep writes nothing; the unique key holds where two sweeps race."""
    rows = Message.objects.filter(kind=joining_mails.REMINDER, object_id__in=sign_ups)
    return set(rows.values_list("object_id", "revision"))


def tell_of_new_dates(*, now: datetime) -> int:
    """This will tell those who asked that a course has new dates, and delete their addresses. Returns how many were told."""
    waiting = CourseInterest.objects.filter(confirmed_at__isnull=False).values_list("course", flat=True).distinct()
    runs = (
        Run.objects.filter(course__in=list(waiting), status="open")
        .exclude(kind=ScheduleKind.TO_BE_ANNOUNCED)
        .select_related("course__public_version")
        .order_by("sort_key")
    )
    today = oslo_date(now)
    open_now = [run for run in runs if run.course.is_public and not joining.has_begun(run, today) and (run.opens_at or now) <= now]
    return sum(_tell_of(run, now) for run in open_now)


@transaction.atomic
def _tell_of(run: Run, now: datetime) -> int:
    rows = CourseInterest.objects.select_for_update(of=("self",), skip_locked=True).select_related("data_key", "course")
    told = list(rows.filter(course=run.course_id, confirmed_at__isnull=False).exclude(seen_runs__contains=[run.pk])[:LIMIT])
    for interest in told:
        joining_mails.plan_interest_news(interest=interest, run=run, now=now)
        forget_interest(interest=interest, now=now)
    return len(told)


def forget_old_interests(*, now: datetime) -> int:
    """This will delete the addresses that were never confirmed, or have waited for years. Returns how many."""
    old = list(CourseInterest.objects.filter(expires_at__lte=now)[:LIMIT])
    for interest in old:
        forget_interest(interest=interest, now=now)
    return len(old)
