"""Keeping in touch after a course: said by each for themselves, shared among those who said yes, taken back at any time."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalogue import following, following_mails, permissions
from catalogue.links import SELF_HELP, hash_of, secret_of
from catalogue.models import Enrolment, Run, SelfHelpGroup, SelfHelpMember
from lms_portal.accounts.models import User
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey

LIMIT = 500


class UnableToKeepInTouch(Exception):
    """It cannot be done as asked; the first argument is the reason for the screen."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What somebody wants the others to see: a name, and at least one way to reach them."""

    name: str
    email: str = ""
    phone: str = ""


@transaction.atomic
def say_yes(*, enrolment: Enrolment, shared: Shared, now: datetime, by: User | None = None) -> SelfHelpMember:
    """This will note that somebody wants to keep in touch, with what they share, and plan the mail for the day it is shared.

    `by` is whoever took a paper in; None where they say so by their own link. Saying yes again changes what is shared; only the
    person does that. Raises: UnableToKeepInTouch.
    """
    run_id = Enrolment.objects.values_list("run_id", flat=True).get(pk=enrolment.pk)
    # two first ones at once make one group
    run = Run.objects.select_for_update(of=("self",)).select_related("course__owner").filter(pk=run_id).first()
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("participant__data_key", "course__owner")
    locked = rows.get(pk=enrolment.pk)
    group = SelfHelpGroup.objects.filter(run=run).first() if run else None
    if by is not None and run is not None and (reason := permissions.why_not_note_attendance(by, run)):
        raise UnableToKeepInTouch(reason)
    if reason := following.why_not_join_group(locked, run, group, now=now):
        raise UnableToKeepInTouch(reason)
    if not (shared.email or shared.phone):
        raise UnableToKeepInTouch(_("Write an e-mail address or a phone number that the others can use."))
    if run is None:  # said above already; the type does not know
        raise UnableToKeepInTouch(_("Only those who take part in the course can say yes."))
    if group is None:
        share_on = following.share_day(run, today=oslo_date(now))
        group = SelfHelpGroup.objects.create(run=run, share_on=share_on, forget_on=following.forget_day(share_on))
    before = SelfHelpMember.objects.select_related("data_key").filter(enrolment=locked).first()
    if before is not None:
        if by is not None:
            raise UnableToKeepInTouch(_("This person has said yes already. Only they can change what is shared."))
        before.name, before.email, before.phone = shared.name, shared.email or None, shared.phone or None
        before.save(update_fields=["name", "email", "phone"])
        return before
    member_id = new_id()
    made = SelfHelpMember.objects.create(
        id=member_id,
        group=group,
        enrolment=locked,
        data_key=DataKey.create(),
        name=shared.name,
        email=shared.email or None,
        phone=shared.phone or None,
        link_hash=hash_of(secret_of(member_id, purpose=SELF_HELP), purpose=SELF_HELP),
        said_yes_at=now,
        taken_in_by=by,
    )
    following_mails.plan_group_shared(member=made, now=now)
    return made


@transaction.atomic
def withdraw(*, enrolment: Enrolment, now: datetime, by: User | None = None) -> None:
    """This will delete what somebody shares, and the key that it is sealed with. Withdrawing twice changes nothing.

    Raises: UnableToKeepInTouch.
    """
    member = SelfHelpMember.objects.select_for_update(of=("self",)).select_related("group__run__course__owner").filter(enrolment=enrolment)
    found = member.first()
    if found is None:
        return
    if by is not None and not permissions.may_see_participants(by, found.group.run.course):
        raise UnableToKeepInTouch(_("Your roles do not let you see who takes part in this course."))
    _forget(found, now)


def _forget(member: SelfHelpMember, now: datetime) -> None:
    key = member.data_key_id
    member.delete()
    DataKey.objects.filter(pk=key).update(wrapped=None, erased_at=now)


@transaction.atomic
def forget_old_groups(*, now: datetime) -> int:
    """This will delete what was shared when its time is over. Returns how many people."""
    old = list(SelfHelpMember.objects.filter(group__forget_on__lte=oslo_date(now)).defer("name", "email", "phone")[:LIMIT])
    for member in old:
        _forget(member, now)
    SelfHelpGroup.objects.filter(forget_on__lte=oslo_date(now), members__isnull=True).delete()
    return len(old)
