"""The referrals' cards on the page after sign-in: what waits in the clinic, and what the referrer must answer."""

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lms_portal.accounts import desk
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.common.clock import oslo_date
from lms_portal.common.working_days import add_working_days
from referrals.models import Letter, Referral
from referrals.workflow import UNANSWERED_STATES

NEAR_WORKING_DAYS = 2


def worklist(user: User, now: datetime) -> desk.Card:
    """This will count the clinic's unanswered referrals; urgent where a deadline is at most two working days away."""
    near = add_working_days(oslo_date(now), NEAR_WORKING_DAYS)
    unanswered = Q(status__in=UNANSWERED_STATES)
    counts = Referral.objects.received_by(user).aggregate(
        waiting=Count("id", filter=unanswered), near=Count("id", filter=unanswered & Q(deadline_on__lte=near))
    )
    text = _("Referrals without an answer, the nearest deadline first.")
    return desk.Card(
        title=_("Worklist"), url=reverse("referrals:worklist"), text=text, count=counts["waiting"], urgent=bool(counts["near"])
    )


def letters(user: User, now: datetime) -> desk.Card:
    """This will count the letters that the clinic has to print and post."""
    count = Letter.objects.of_clinic(user).to_post().count()
    return desk.Card(
        title=_("Letters to post"), url=reverse("referrals:letters"), text=_("Answers that are made and not posted yet."), count=count
    )


def questions(user: User, now: datetime) -> desk.Card:
    """This will count the questions that a referrer has not answered; the deadline runs meanwhile."""
    count = Referral.objects.sent_by(user).filter(status="info_requested").count()
    text = _("Your drafts, what you have sent, and questions from the clinics.")
    return desk.Card(title=_("My referrals"), url=reverse("referrals:mine"), text=text, count=count or None, urgent=bool(count))


def write(user: User, now: datetime) -> desk.Card:
    """This will lead to a new referral."""
    return desk.Card(
        title=_("Write a referral"), url=reverse("referrals:start"), text=_("The portal shows which clinic takes it, and why.")
    )


def participants(user: User, now: datetime) -> desk.Card:
    """This will lead to who takes part by referral, with their needs."""
    return desk.Card(
        title=_("Participants by referral"), url=reverse("referrals:participants"), text=_("Who has a place or waits, and what they need.")
    )


def register() -> None:
    """This will add the cards; called once, when the app is ready."""
    desk.register(Permission.SEE_UNIT_REFERRALS, build=worklist)
    desk.register(Permission.SEE_UNIT_REFERRALS, build=letters)
    desk.register(Permission.WRITE_REFERRAL, build=questions)
    desk.register(Permission.WRITE_REFERRAL, build=write)
    desk.register(Permission.SEE_ENROLMENTS, build=participants)
