"""Calls upwards: what the referrals app tells the catalogue, registered when the apps are ready."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from lms_portal.common.text import Words

if TYPE_CHECKING:
    from catalogue.models import Course, Enrolment, Run
    from lms_portal.accounts.models import Unit

EnrolmentEnded = Callable[["Enrolment", datetime], None]
Destination = Callable[["Course", "Run | None", date], "Unit | None"]
Address = Callable[["Course | None", "Run | None"], str]
Wait = Callable[["Course", date], "Words | None"]
ByReferral = Callable[[Iterable[UUID]], set[UUID]]

_enrolment_ended: list[EnrolmentEnded] = []
_destination: list[Destination] = []
_address: list[Address] = []
_wait: list[Wait] = []
_by_referral: list[ByReferral] = []


def on_enrolment_ended(callback: EnrolmentEnded) -> None:
    """This will have the callback told, in the same transaction, whenever a place ends."""
    if callback not in _enrolment_ended:
        _enrolment_ended.append(callback)


def enrolment_ended(enrolment: "Enrolment", *, now: datetime) -> None:
    """This will tell whoever has registered that a place has ended."""
    for callback in _enrolment_ended:
        callback(enrolment, now)


def set_referral_destination(find: Destination) -> None:
    """This will name what decides which unit takes a referral where routing rules do; None leaves it to the course."""
    _destination[:] = [find]


def referral_destination(course: "Course", run: "Run | None", *, today: date) -> "Unit | None":
    """This will return the unit that takes a referral: by the rules, else the run's, else the course's own."""
    for find in _destination:
        unit = find(course, run, today)
        if unit is not None:
            return unit
    if run is not None and run.refer_to is not None:
        return run.refer_to
    version = course.public_version or course.draft_version
    return version.refer_to if version else None


def set_referral_address(find: Address) -> None:
    """This will name what knows the address where a clinician begins a referral: to a course, or (None) to one chosen there."""
    _address[:] = [find]


def referral_address(course: "Course", run: "Run | None" = None) -> str:
    """This will return the address where a clinician begins a referral to this course; empty where there is none."""
    return next((find(course, run) for find in _address), "")


def referral_start() -> str:
    """This will return the address where a clinician begins a referral and chooses the course there; empty where there is none."""
    return next((find(None, None) for find in _address), "")


def set_indicative_wait(describe: Wait) -> None:
    """This will name what knows how long people have waited."""
    _wait[:] = [describe]


def indicative_wait(course: "Course", *, today: date) -> "Words | None":
    """This will return how long people have waited for this course, where somebody knows."""
    for describe in _wait:
        words = describe(course, today)
        if words is not None:
            return words
    return None


def set_by_referral(find: ByReferral) -> None:
    """This will name what knows which places have a referral behind them."""
    _by_referral[:] = [find]


def by_referral(enrolments: Iterable[UUID]) -> set[UUID]:
    """This will return which of these enrolments came by a referral: their dates are given by the clinic, with a letter."""
    wanted = list(enrolments)
    return set().union(*(find(wanted) for find in _by_referral)) if wanted else set()
