"""The adviser's work with those who take part: places given and moved, who came, how it ended."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue import hooks, participant_messages, permissions, policies
from catalogue.actions import places
from catalogue.enums import AttendanceMark, CompletionRule
from catalogue.models import Attendance, Course, DeliverySite, Enrolment, Run
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import NotAllowed, ReasonMissing, Stale
from lms_portal.common.clock import oslo_date

OUTCOMES = ("complete", "leave_incomplete", "note_absence")


class UnableToChangeRoster(Exception):
    """The list of participants cannot be changed in this way; the first argument is the reason for the screen."""


def _checked(reason: str | Promise | None) -> None:
    if reason:
        raise UnableToChangeRoster(reason)


def _lock(enrolment: Enrolment, seen_version: int) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",))
    locked = rows.select_related("course__owner", "participant__data_key", "run", "site").get(pk=enrolment.pk)
    if locked.version != seen_version:
        raise UnableToChangeRoster(_("Somebody else has changed this place in the meantime. Look at it again before you go on."))
    return locked


@transaction.atomic
def give_place(*, enrolment: Enrolment, site: DeliverySite, by: User, now: datetime, seen_version: int) -> Enrolment:
    """This will give somebody on the waiting list a place at a site, and tell them. Raises: UnableToChangeRoster.

    Whoever waits by a referral gets the place from the clinic, with its letter.
    """
    locked = _lock(enrolment, seen_version)
    _checked(permissions.why_not_move_enrolment(by, locked, "confirm"))
    if hooks.by_referral([locked.pk]):
        raise UnableToChangeRoster(
            _("This person waits by a referral. The clinic gives the date in the referral, so that the letter follows.")
        )
    try:
        placed = places.place_from_waiting_list(enrolment=locked, run=site.run, site=site, now=now)
    except places.UnableToGivePlace as error:
        raise UnableToChangeRoster(*error.args) from error
    participant_messages.plan_place(placed, participant_messages.PLACE_GIVEN, now=now)
    return placed


@transaction.atomic
def move_person(*, enrolment: Enrolment, site: DeliverySite, by: User, now: datetime, seen_version: int) -> Enrolment:
    """This will move a place to another run or site of the course, and tell the person. Raises: UnableToChangeRoster."""
    locked = _lock(enrolment, seen_version)
    if not permissions.may_see_participants(by, locked.course):
        raise UnableToChangeRoster(_("Your roles do not let you do this with places on this course."))
    if locked.site_id == site.pk:
        raise UnableToChangeRoster(_("The person has this place already. Choose another."))
    if Attendance.objects.filter(enrolment=locked).exists():
        raise UnableToChangeRoster(_("It is noted that this person has been to a meeting. A course that has begun is not moved."))
    try:
        moved = places.move_place(enrolment=locked, run=site.run, site=site, now=now)
    except places.UnableToGivePlace as error:
        raise UnableToChangeRoster(*error.args) from error
    participant_messages.plan_place(
        Enrolment.objects.select_related("participant__data_key", "course").get(pk=moved.pk), participant_messages.PLACE_MOVED, now=now
    )
    return moved


@transaction.atomic
def change_place(*, enrolment: Enrolment, verb: str, reason: str, by: User, now: datetime, seen_version: int) -> Enrolment:
    """This will move a place by a verb that needs no run: cancel for the person, call off, back to the waiting list, close and so on.

    Raises: UnableToChangeRoster.
    """
    locked = _lock(enrolment, seen_version)
    _checked(permissions.why_not_move_enrolment(by, locked, verb))
    try:
        return places.change_enrolment(enrolment=locked, verb=verb, now=now, reason=reason.strip())
    except ReasonMissing:
        raise UnableToChangeRoster(_("Write a short reason.")) from None
    except (NotAllowed, Stale):
        raise UnableToChangeRoster(_("The place is not in a state in which this can be done.")) from None


# After the meetings


@transaction.atomic
def note_attendance(*, run: Run, marks: Mapping[tuple[UUID, UUID], str], by: User, now: datetime) -> int:
    """This will note who came: (enrolment, session) to a mark, an empty one takes the note away. Returns how many notes changed.

    Only what differs is written, so that two people who note different meetings do not undo each other.
    Raises: UnableToChangeRoster.
    """
    locked = Run.objects.select_for_update(of=("self",)).select_related("course__owner").get(pk=run.pk)
    _checked(permissions.why_not_note_attendance(by, locked))
    sessions = {session.pk: session for session in locked.sessions.all()}
    people = set(locked.enrolments.holding().values_list("pk", flat=True))
    for enrolment, session in marks:
        if session not in sessions or enrolment not in people:
            raise UnableToChangeRoster(_("The dates or the participants have changed meanwhile. Look at the list again."))
    today = oslo_date(now)
    if any(mark and sessions[session].held_on > today for (_person, session), mark in marks.items()):
        raise UnableToChangeRoster(_("A meeting that is still to come has nobody at it yet."))
    before = {(row.enrolment_id, row.session_id): row for row in Attendance.objects.filter(session__in=sessions)}
    changed = 0
    for key, mark in marks.items():
        old = before.get(key)
        if (old.mark if old else "") == mark:
            continue
        changed += 1
        if not mark:
            Attendance.objects.filter(enrolment=key[0], session=key[1]).delete()
            continue
        Attendance.objects.update_or_create(
            enrolment_id=key[0], session_id=key[1], defaults={"mark": AttendanceMark(mark), "noted_at": now, "noted_by": by}
        )
    return changed


@transaction.atomic
def settle_outcomes(*, run: Run, outcomes: Mapping[UUID, str], by: User, now: datetime) -> int:
    """This will end places by the workflow: enrolment to `complete`, `leave_incomplete` or `note_absence`. Returns how many.

    Raises: UnableToChangeRoster.
    """
    locked = Run.objects.select_for_update(of=("self",)).select_related("course__owner").get(pk=run.pk)
    _checked(permissions.why_not_note_attendance(by, locked))
    _checked(policies.why_not_settle(locked, today=oslo_date(now)))
    rows = locked.enrolments.filter(status=Enrolment.Status.CONFIRMED).select_related("course__owner", "run", "site")
    confirmed = {row.pk: row for row in rows}
    settled = 0
    for pk, verb in outcomes.items():
        enrolment = confirmed.get(pk)
        if enrolment is None or not verb:
            continue
        if verb not in OUTCOMES:
            raise UnableToChangeRoster(_("The place is not in a state in which this can be done."))
        _checked(permissions.why_not_move_enrolment(by, enrolment, verb))
        places.change_enrolment(enrolment=enrolment, verb=verb, now=now)
        settled += 1
    return settled


@transaction.atomic
def set_completion_rule(*, course: Course, rule: CompletionRule, by: User) -> Course:
    """This will set how many meetings of a course somebody must come to. Raises: UnableToChangeRoster."""
    if not permissions.may_own(by, course.owner):
        raise UnableToChangeRoster(_("Your roles do not let you edit this course."))
    Course.objects.filter(pk=course.pk).update(completion_rule=rule)
    course.completion_rule = rule
    return course


# The sweep


@transaction.atomic
def tell_too_few(*, now: datetime) -> int:
    """This will tell the owners of runs whose decision day has come without enough people, once a day to decide. Returns how many."""
    return sum(participant_messages.plan_minimum(run, now=now) for run in participant_messages.runs_to_decide(now=now))
