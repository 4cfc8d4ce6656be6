"""The messages between author and reviewer of a course. They go to role mailboxes and name the course by its code alone."""

from datetime import datetime
from functools import partial
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from catalogue.models import Course
from catalogue.workflow import EDITABLE_COURSE_STATES, REVIEW_COURSE_STATES
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.links import absolute
from lms_portal.accounts.models import Membership, Unit, User
from lms_portal.accounts.roles import ROLES, roles_with
from lms_portal.common.clock import oslo_date
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

REVIEW_WANTED = "catalogue.review_wanted"
SENT_BACK = "catalogue.sent_back"


def _rendered(event: str, message: Message) -> kinds.Rendered:
    course = Course.objects.select_related("owner").get(pk=message.object_id)
    page = {REVIEW_WANTED: "catalogue:course_publish", SENT_BACK: "catalogue:course_desk"}[message.kind]
    context: dict[str, Any] = {
        "code": course.code,
        "unit": course.owner.name,
        "link": absolute(page, language=message.language, code=course.code),
    }
    prefix = f"emails/catalogue/{event}"
    return kinds.Rendered(
        subject=" ".join(render_to_string(f"{prefix}.subject.txt", context).split()),
        text=render_to_string(f"{prefix}.txt", context).strip() + "\n",
    )


def _memberships_reaching(unit: Unit, permission: Permission, now: datetime) -> list[Membership]:
    """Who holds a permission in a unit, those in the nearest unit first."""
    codes = unit.path.split("/")
    held = (
        Membership.objects.in_force(oslo_date(now))
        .filter(role_code__in=roles_with(permission), unit__code__in=codes, user__is_active=True)
        .select_related("unit")
        .order_by("user_id")
    )
    reaching = [member for member in held if member.unit_id == unit.pk or ROLES[member.role_code].reaches_below]
    return sorted(reaching, key=lambda member: -len(member.unit.path))


def reviewing_unit(course: Course, *, author: User | None, now: datetime) -> Unit:
    """This will find whose mailbox hears that a course waits: the nearest unit with an adviser other than the author, else the owner."""
    others = [
        member
        for member in _memberships_reaching(course.owner, Permission.PUBLISH_COURSE, now)
        if author is None or member.user_id != author.pk
    ]
    return next((member.unit for member in others if member.unit.mailbox), course.owner)


def authoring_unit(course: Course, *, author: User | None, now: datetime) -> Unit:
    """This will find whose mailbox hears that a course was sent back: the unit through which its author writes, else the owner."""
    own = [
        member
        for member in _memberships_reaching(course.owner, Permission.EDIT_COURSE, now)
        if author is not None and member.user_id == author.pk
    ]
    return next((member.unit for member in own if member.unit.mailbox), course.owner)


def _plan(kind: str, course: Course, unit: Unit, now: datetime) -> None:
    recipient = Recipient(unit_id=unit.pk, language=unit.default_language)
    # every move raises the version: sent to review again is a new message
    draft = Draft(kind, "catalogue.course", course.pk, recipient, due_at=now, revision=f"v{course.version}", unit_id=course.owner_id)
    plan([draft], now=now)


def plan_review_wanted(*, course: Course, author: User, now: datetime) -> None:
    """This will plan the message that a course waits for review."""
    _plan(REVIEW_WANTED, course, reviewing_unit(course, author=author, now=now), now)


def plan_sent_back(*, course: Course, now: datetime) -> None:
    """This will plan the message that a course was sent back with a comment; the comment itself stands on its page."""
    author = course.draft_version.submitted_by if course.draft_version else None
    _plan(SENT_BACK, course, authoring_unit(course, author=author, now=now), now)


def _still(states: frozenset[str], message: Message) -> bool:
    return Course.objects.filter(pk=message.object_id, status__in=states).exists()


def _review_skip_reason(message: Message, now: datetime) -> str:
    return "" if _still(REVIEW_COURSE_STATES, message) else "review_over"


def _sent_back_skip_reason(message: Message, now: datetime) -> str:
    return "" if _still(EDITABLE_COURSE_STATES, message) else "taken_up_again"


def register() -> None:
    """This will make the kinds known to the outbox; called once, when the app is ready."""
    for code, event, skip, name in (
        (REVIEW_WANTED, "review_wanted", _review_skip_reason, _("A course waits for review")),
        (SENT_BACK, "sent_back", _sent_back_skip_reason, _("A course was sent back")),
    ):
        kinds.register(kinds.Kind(code, kinds.OnDoubt.RESEND, skip, partial(_rendered, event), name, (f"emails/catalogue/{event}",)))
    reasons.register(
        {
            "review_over": _("The course was no longer in review."),
            "taken_up_again": _("The course had already been taken up again."),
        }
    )
