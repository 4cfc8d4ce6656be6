"""What the catalogue asks the referrals about: where a referral to a course goes, and what follows when a place has ended."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from catalogue import hooks as catalogue_hooks
from catalogue.models import Course, Run
from lms_portal.accounts.models import Unit
from referrals import queries, routing
from referrals.actions.ending import close_when_over
from referrals.models import ReferralParticipant
from referrals.routing import Facts


def destination(course: Course, run: Run | None, today: date) -> Unit | None:
    """This will return the unit that the rules in force name for a course, whoever the patient is; None leaves it to the date or the course."""
    if run is not None:
        return None
    in_force = queries.rules_in_force(course)
    everybody = [rule for rule in in_force.rules if rule.course_id == course.pk]
    try:
        return Unit.objects.get(pk=routing.route(everybody, Facts(course.pk)).unit.id)
    except (routing.NoRoute, routing.Tied):
        return None


def address(course: Course | None, run: Run | None) -> str:
    """This will return where a clinician begins a referral: to a course, or choosing one there."""
    start = reverse("referrals:start")
    return f"{start}?{urlencode({'course': course.slug})}" if course else start


def by_referral(enrolments: Iterable[UUID]) -> set[UUID]:
    """This will return which enrolments have a referral behind them (one query)."""
    found = ReferralParticipant.objects.filter(enrolment__in=list(enrolments)).values_list("enrolment_id", flat=True)
    return set(found)


def register() -> None:
    """This will answer the catalogue's questions; called once, when the app is ready."""
    catalogue_hooks.on_enrolment_ended(close_when_over)
    catalogue_hooks.set_referral_destination(destination)
    catalogue_hooks.set_referral_address(address)
    catalogue_hooks.set_by_referral(by_referral)
