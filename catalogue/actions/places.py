"""Places: given by a conditional update on the site's counter, so that never more are given than there are."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue import hooks
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.models import Course, DeliverySite, Enrolment, Participant, Run
from catalogue.policies import free_places
from catalogue.workflow import ENDED_STATES, ENROLMENT, HOLDING_STATES, WAITING_STATES
from lms_portal.audit import transitions
from lms_portal.common.ids import new_reference
from lms_portal.common.models import DataKey

GIVING_RUN_STATES = ("planned", "open", "closed", "postponed")


class UnableToGivePlace(Exception):
    """The place cannot be given; the first argument is the reason for the screen."""


def _take(site: DeliverySite) -> None:
    free = Q(places__isnull=True) | Q(taken__lt=F("places"))
    if not DeliverySite.objects.filter(free, pk=site.pk).update(taken=F("taken") + 1):
        raise UnableToGivePlace(pgettext_lazy("no places left", "All places are taken. Use the waiting list, or choose another date."))


def _release(site: DeliverySite) -> None:
    DeliverySite.objects.filter(pk=site.pk, taken__gt=0).update(taken=F("taken") - 1)


def _places_changed(course_id: UUID, runs: Iterable[UUID | None], *, now: datetime) -> None:
    """This will have the course's page made anew, and its card where a date has just filled up or has room again."""
    note_change(courses=[course_id], now=now)
    for run in filter(None, set(runs)):
        if free_places(DeliverySite.objects.filter(run=run)) in (0, 1):
            refresh_search(courses=[course_id], now=now)


def _check_run(run: Run, course: Course, site: DeliverySite) -> None:
    if run.course_id != course.pk or site.run_id != run.pk:
        raise ValueError("the site is not of the run, or the run not of the course")
    current = Run.objects.select_for_update().only("status").get(pk=run.pk)  # held until commit: nobody cancels it meanwhile
    if current.status not in GIVING_RUN_STATES:
        raise UnableToGivePlace(_("This date no longer takes participants."))


@transaction.atomic
def give_place(
    *,
    course: Course,
    run: Run,
    site: DeliverySite,
    participant: Participant,
    data_key: DataKey,
    waiting_since: date,
    now: datetime,
    status: Enrolment.Status = Enrolment.Status.CONFIRMED,
    offer_expires_at: datetime | None = None,
) -> Enrolment:
    """This will give a participant a place at a site, confirmed or offered. `waiting_since` is the referral's ansiennitetsdato.

    Raises: UnableToGivePlace where it is full, the run is over or cancelled, or the person has a place already.
    """
    if status not in (Enrolment.Status.CONFIRMED, Enrolment.Status.OFFERED):
        raise ValueError(f"a place is not given as {status}")
    _check_run(run, course, site)
    if Enrolment.objects.filter(run=run, participant=participant, status__in=HOLDING_STATES).exists():
        raise UnableToGivePlace(_("This person already has a place on these dates."))
    _take(site)
    enrolment = Enrolment.objects.create(
        reference=new_reference("P"),
        course=course,
        participant=participant,
        data_key=data_key,
        status=status,
        run=run,
        site=site,
        waiting_since=waiting_since,
        offer_expires_at=offer_expires_at,
        created_at=now,
    )
    _places_changed(course.pk, [run.pk], now=now)
    return enrolment


@transaction.atomic
def join_waiting_list(
    *, course: Course, participant: Participant, data_key: DataKey, waiting_since: date, now: datetime, priority: int = 5
) -> Enrolment:
    """This will put a participant on a course's waiting list. Raises: UnableToGivePlace where they stand on it already."""
    Course.objects.select_for_update().only("pk").get(pk=course.pk)
    if Enrolment.objects.filter(course=course, participant=participant, status__in=WAITING_STATES).exists():
        raise UnableToGivePlace(_("This person is already on the waiting list."))
    return Enrolment.objects.create(
        reference=new_reference("P"),
        course=course,
        participant=participant,
        data_key=data_key,
        status=Enrolment.Status.WAITING,
        waiting_since=waiting_since,
        priority=priority,
        created_at=now,
    )


@transaction.atomic
def place_from_waiting_list(
    *,
    enrolment: Enrolment,
    run: Run,
    site: DeliverySite,
    now: datetime,
    verb: str = "confirm",
    seen_version: int | None = None,
    offer_expires_at: datetime | None = None,
) -> Enrolment:
    """This will give somebody who waits a place, offered (`offer`) or confirmed (`confirm`); their place in the queue is kept on the row.

    Raises: UnableToGivePlace; transitions.NotAllowed, transitions.Stale.
    """
    _check_run(run, enrolment.course, site)
    _take(site)
    transitions.move(
        ENROLMENT, enrolment, verb=verb, now=now, seen_version=seen_version, run=run, site=site, offer_expires_at=offer_expires_at
    )
    _places_changed(enrolment.course_id, [run.pk], now=now)
    return enrolment


@transaction.atomic
def change_enrolment(
    *, enrolment: Enrolment, verb: str, now: datetime, seen_version: int | None = None, reason_code: str = "", reason: str = ""
) -> Enrolment:
    """This will move a place by a verb of the workflow that needs no run: cancel, decline, expire, complete, note absence and so on.

    A place that is given up goes back to its site at once, and whoever registered for it is told.
    Raises: transitions.NotAllowed, transitions.Stale, transitions.ReasonMissing.
    """
    transition = _transition(enrolment, verb)
    values: dict[str, Any] = {}
    site = enrolment.site
    gives_up = enrolment.status in HOLDING_STATES and transition not in HOLDING_STATES
    if gives_up:
        values = {"run": None, "site": None, "last_run": enrolment.run, "offer_expires_at": None}
    transitions.move(ENROLMENT, enrolment, verb=verb, now=now, seen_version=seen_version, reason_code=reason_code, reason=reason, **values)
    if gives_up and site is not None:
        _release(site)
        _places_changed(enrolment.course_id, [site.run_id], now=now)
    if enrolment.status in ENDED_STATES:
        hooks.enrolment_ended(enrolment, now=now)
    return enrolment


def _transition(enrolment: Enrolment, verb: str) -> str:
    try:
        return ENROLMENT.find(verb, enrolment.status).target
    except LookupError as error:
        raise transitions.NotAllowed(str(error)) from None


@transaction.atomic
def move_place(*, enrolment: Enrolment, run: Run, site: DeliverySite, now: datetime) -> Enrolment:
    """This will move a held place to another run or site of the same course; the place in the queue and the state stay.

    Raises: UnableToGivePlace.
    """
    locked = Enrolment.objects.select_for_update(of=("self",)).select_related("site", "course").get(pk=enrolment.pk)
    if locked.status not in ("offered", "confirmed") or locked.site is None:
        raise UnableToGivePlace(_("Only a place that is offered or confirmed can be moved."))
    _check_run(run, locked.course, site)
    if locked.site_id != site.pk:
        _take(site)
        _release(locked.site)
    locked.last_run_id, locked.run, locked.site = locked.run_id, run, site
    locked.version += 1
    locked.save(update_fields=["last_run", "run", "site", "version"])
    _places_changed(locked.course_id, [locked.run_id, locked.last_run_id], now=now)
    return locked
