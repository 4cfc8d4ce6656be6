"""Planning the reminders of a deadline. Every sweep may run twice, late, or twice at once: the key of each message is unique."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grants import notifications
from grants.enums import ApplicationStatus, Phase
from grants.models import Application, LedgerAccount, Round
from grants.policies import NOT_YET_CLOSED, phase
from grants.rounds import ReminderRule, reminder_chain
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.permissions import units_with
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import oslo_date
from lms_portal.outbox.actions import Draft, plan
from lms_portal.outbox.forecasts import Ahead
from lms_portal.outbox.models import Message


@dataclass(frozen=True, slots=True)
class Started:
    """A draft, as the planner needs it."""

    application_id: UUID
    organisation_id: UUID
    started_at: datetime


def plan_deadline_reminders(*, now: datetime) -> int:
    """This will plan what is due now for every open round; returns how many messages are new.

    To those with a draft: the most urgent reminder of the chain that has not expired; earlier ones that were missed are kept as
    skipped, with the reason. To organisations that had money this year and have not begun: that the round has opened.
    Source: data-model decision “Messages”; reliability study 3.1.
    """
    planned = 0
    with acting_as_system("plan_deadline_reminders", now=now), transaction.atomic():
        for round_ in Round.objects.filter(status__in=NOT_YET_CLOSED, opens_at__lte=now, closes_at__gt=now).order_by("pk"):
            if phase(round_, now) == Phase.OPEN:
                planned += _offer(_deadline_drafts(round_, now) + notifications.opening_drafts(round_, _not_begun(round_), now), now)
    return planned


def _offer(drafts: list[Draft], now: datetime) -> int:
    """Leave out what is planned already, so that a quiet sweep writes nothing; the unique key holds where two sweeps race."""
    keys = {(draft.kind, draft.object_id, draft.revision, draft.recipient.key) for draft in drafts}
    known = set(
        Message.objects.filter(kind__in={key[0] for key in keys}, object_id__in={key[1] for key in keys}).values_list(
            "kind", "object_id", "revision", "recipient_key"
        )
    )
    new = [draft for draft in drafts if (draft.kind, draft.object_id, draft.revision, draft.recipient.key) not in known]
    return plan(new, now=now) if new else 0


def _deadline_drafts(round_: Round, now: datetime) -> list[Draft]:
    due = [rule for rule in reminder_chain(round_.closes_at) if rule.due_at <= now]
    if not due:
        return []
    started = {
        organisation_id: Started(key, organisation_id, started_at)
        for key, organisation_id, started_at in Application.objects.filter(round=round_, status=ApplicationStatus.DRAFT).values_list(
            "pk", "organisation_id", "started_at"
        )
    }
    readers = notifications.readers_of(started, oslo_date(now))
    return [_draft(round_, started[reader.organisation_id], reader, rule, due, now) for reader in readers for rule in due]


def _draft(  # noqa: PLR0917 - what decides one message
    round_: Round, started: Started, reader: notifications.Reader, rule: ReminderRule, due: Iterable[ReminderRule], now: datetime
) -> Draft:
    most_urgent = min(due, key=lambda each: each.days_before)
    skip = ""
    if rule.due_at <= started.started_at:
        skip = "started_later"
    elif rule is not most_urgent:
        skip = "newer_reminder"
    elif rule.expires_at <= now:
        skip = "expired"
    return Draft(
        kind=notifications.DEADLINE_REMINDER,
        object_type="grants.application",
        object_id=started.application_id,
        recipient=reader.recipient,
        due_at=rule.due_at,
        revision=f"r{round_.deadline_revision}-{rule.code}",
        expires_at=rule.expires_at,
        context={"rule": rule.code, "revision": round_.deadline_revision},
        skip_why=skip,
    )


def reminders_ahead(user: object, now: datetime) -> list[Ahead]:
    """This will say which reminders of open rounds are still to come, to those who have a draft as of now. For whoever sees the office's messages."""
    offices = units_with(user, Permission.SEE_MESSAGES, prefix="scheme__office")
    ahead = []
    for round_ in Round.objects.filter(offices, status__in=NOT_YET_CLOSED, closes_at__gt=now).select_related("scheme"):
        drafts = Application.objects.filter(round=round_, status=ApplicationStatus.DRAFT).values_list("organisation_id", flat=True)
        recipients = len(notifications.readers_of(drafts, oslo_date(now)))
        about = _("Grants for %(year)s") % {"year": round_.grant_year}
        ahead += [
            Ahead(notifications.DEADLINE_REMINDER, rule.due_at, recipients, about)
            for rule in reminder_chain(round_.closes_at)
            if rule.due_at > now
        ]
    return ahead


def _not_begun(round_: Round) -> list[UUID]:
    """Organisations with money for the year that the round reports on, and no application in it."""
    had_money = LedgerAccount.objects.filter(
        Q(granted_nok__gt=0) | Q(carried_in_nok__gt=0), scheme=round_.scheme_id, year=round_.reports_on_year
    )
    begun = Application.objects.filter(round=round_).values("organisation_id")
    return list(
        had_money.exclude(organisation_id__in=begun).values_list("organisation_id", flat=True).distinct().order_by("organisation_id")
    )
