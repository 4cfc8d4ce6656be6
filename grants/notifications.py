"""What the grants app sends: who gets it, whether it still applies, what it says. Contexts hold ids only, and no amount stands in a subject."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants import policies
from grants.enums import Phase
from grants.models import Application, Organisation, Report, Round
from grants.rounds import deadline_words, last_day_of, opening_notice
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Membership
from lms_portal.accounts.roles import roles_with
from lms_portal.common.clock import oslo_date
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient
from lms_portal.outbox.kinds import Kind, OnDoubt, Rendered
from lms_portal.outbox.models import Message

DEADLINE_REMINDER = "grants.deadline_reminder"
ROUND_OPENED = "grants.round_opened"
SUBMITTED = "grants.application_submitted"
INFORMATION_ASKED = "grants.information_asked"
DECIDED = "grants.application_decided"
PAID = "grants.payment_made"
REPORT_RETURNED = "grants.report_returned"
REPORT_APPROVED = "grants.report_approved"
CARRY_OVER_DECIDED = "grants.carry_over_decided"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets an organisation's mail."""

    organisation_id: UUID
    recipient: Recipient


def readers_of(organisation_ids: Iterable[UUID], today: date) -> list[Reader]:
    """This will list the active people who may write for the organisations; the role mailbox where an organisation has nobody."""
    wanted = set(organisation_ids)
    organisations = Organisation.objects.filter(pk__in=wanted).select_related("unit")
    by_unit = {organisation.unit_id: organisation for organisation in organisations}
    members = (
        Membership.objects.in_force(today)
        .filter(unit_id__in=by_unit, role_code__in=roles_with(Permission.APPLY_FOR_GRANT), user__is_active=True)
        .order_by("unit_id", "user_id")
        .values_list("unit_id", "user_id", "user__language")
    )
    found: dict[tuple[UUID, UUID], Reader] = {}
    for unit_id, user_id, language in members:
        found[unit_id, user_id] = Reader(by_unit[unit_id].pk, Recipient(user_id=user_id, language=language))
    peopled = {unit_id for unit_id, _user in found}
    mailboxes = [
        Reader(organisation.pk, Recipient(unit_id=unit_id, language=organisation.unit.default_language))
        for unit_id, organisation in sorted(by_unit.items())
        if unit_id not in peopled and organisation.unit.mailbox
    ]
    return [*found.values(), *mailboxes]


def to_organisation(
    kind: str,
    *,
    organisation_id: UUID,
    object_type: str,
    object_id: UUID,
    revision: str,
    now: datetime,
    context: dict[str, Any] | None = None,
) -> list[Draft]:
    """This will draft one message to everybody who writes for an organisation, due at once."""
    return [
        Draft(
            kind=kind,
            object_type=object_type,
            object_id=object_id,
            recipient=reader.recipient,
            due_at=now,
            revision=revision,
            context=context or {},
        )
        for reader in readers_of([organisation_id], oslo_date(now))
    ]


def _address(name: str, *args: Any) -> str:
    return settings.PORTAL_BASE_URL + reverse(name, args=args)


def _render(template: str, context: dict[str, Any]) -> Rendered:
    subject = render_to_string(f"emails/grants/{template}.subject.txt", context)
    text = render_to_string(f"emails/grants/{template}.txt", context)
    return Rendered(subject=" ".join(subject.split()), text=text.strip() + "\n")


def _application(message: Message) -> Application:
    applications = Application.objects.select_related("round__scheme", "organisation__unit")
    return applications.get(pk=message.object_id)


def _still_reads(message: Message, organisation: Organisation, now: datetime) -> bool:
    if message.recipient_user_id is None:
        return True
    members = Membership.objects.in_force(oslo_date(now)).filter(unit_id=organisation.unit_id, user_id=message.recipient_user_id)
    return members.filter(role_code__in=roles_with(Permission.APPLY_FOR_GRANT)).exists()


def _why_no_reminder(message: Message, now: datetime) -> str:
    application = _application(message)
    if not _still_reads(message, application.organisation, now):
        return "no_longer_a_member"
    return policies.why_no_reminder(application, int(message.context.get("revision", 0)), now)


def _render_reminder(message: Message) -> Rendered:
    application = _application(message)
    round_ = application.round
    context = {
        "organisation": application.organisation.unit.name,
        "round": round_,
        "deadline": deadline_words(round_.closes_at),
        "last_day": last_day_of(round_.closes_at),
        "is_last_day": message.context.get("rule") == "0d",
        "link": _address("grants:application", application.reference),
    }
    return _render("deadline_reminder", context)


def _why_not_opened(message: Message, now: datetime) -> str:
    round_ = Round.objects.get(pk=message.object_id)
    if policies.phase(round_, now) != Phase.OPEN:
        return "round_not_open"
    organisation = Organisation.objects.get(pk=message.context["organisation"])
    if Application.objects.filter(round=round_, organisation=organisation).exists():
        return "has_started"
    return "" if _still_reads(message, organisation, now) else "no_longer_a_member"


def _render_opened(message: Message) -> Rendered:
    round_ = Round.objects.select_related("scheme").get(pk=message.object_id)
    organisation = Organisation.objects.select_related("unit").get(pk=message.context["organisation"])
    context = {
        "organisation": organisation.unit.name,
        "round": round_,
        "deadline": deadline_words(round_.closes_at),
        "link": _address("grants:overview"),
        "report_link": _address("grants:mine"),
    }
    return _render("round_opened", context)


def _about_application(template: str) -> Callable[[Message], Rendered]:
    def render(message: Message) -> Rendered:
        application = _application(message)
        context = {
            "organisation": application.organisation.unit.name,
            "application": application,
            "round": application.round,
            "deadline": deadline_words(application.round.closes_at),
            "info_due": deadline_words(application.info_due_at) if application.info_due_at else "",
            "link": _address("grants:application", application.reference),
        }
        return _render(template, context)

    return render


def _about_report(template: str) -> Callable[[Message], Rendered]:
    def render(message: Message) -> Rendered:
        report = Report.objects.select_related("organisation__unit").get(pk=message.object_id)
        context = {"organisation": report.organisation.unit.name, "report": report, "link": _address("grants:report", report.pk)}
        return _render(template, context)

    return render


def _render_carry_over(message: Message) -> Rendered:
    organisation = Organisation.objects.select_related("unit").get(pk=message.context["organisation"])
    return _render("carry_over_decided", {"organisation": organisation.unit.name, "link": _address("grants:organisation", organisation.pk)})


def _if_submitted(message: Message, _now: datetime) -> str:
    return "" if _application(message).submitted_at else "reopened_or_withdrawn"


def _if_asked(message: Message, _now: datetime) -> str:
    return "" if _application(message).status == "more_info" else "already_answered"


def _always(_message: Message, _now: datetime) -> str:
    return ""


def register() -> None:
    """This will make the kinds known to the outbox. Reminders may be sent again after a crash; what tells of money asks a person first."""
    for kind in (
        Kind(
            DEADLINE_REMINDER,
            OnDoubt.RESEND,
            _why_no_reminder,
            _render_reminder,
            _("Reminder of the deadline"),
            ("emails/grants/deadline_reminder",),
        ),
        Kind(ROUND_OPENED, OnDoubt.RESEND, _why_not_opened, _render_opened, _("Applications are open"), ("emails/grants/round_opened",)),
        Kind(
            SUBMITTED,
            OnDoubt.RESEND,
            _if_submitted,
            _about_application("application_submitted"),
            _("Receipt for an application"),
            ("emails/grants/application_submitted",),
        ),
        Kind(
            INFORMATION_ASKED,
            OnDoubt.RESEND,
            _if_asked,
            _about_application("information_asked"),
            _("Question about an application"),
            ("emails/grants/information_asked",),
        ),
        Kind(
            DECIDED,
            OnDoubt.ASK,
            _always,
            _about_application("application_decided"),
            _("Decision on an application"),
            ("emails/grants/application_decided",),
        ),
        Kind(PAID, OnDoubt.ASK, _always, _about_application("payment_made"), _("Grant paid"), ("emails/grants/payment_made",)),
        Kind(
            REPORT_RETURNED,
            OnDoubt.RESEND,
            _always,
            _about_report("report_returned"),
            _("Report sent back"),
            ("emails/grants/report_returned",),
        ),
        Kind(
            REPORT_APPROVED,
            OnDoubt.RESEND,
            _always,
            _about_report("report_approved"),
            _("Report approved"),
            ("emails/grants/report_approved",),
        ),
        Kind(
            CARRY_OVER_DECIDED,
            OnDoubt.ASK,
            _always,
            _render_carry_over,
            _("Answer about unused money"),
            ("emails/grants/carry_over_decided",),
        ),
    ):
        kinds.register(kind)
    reasons.register(
        {
            "not_a_draft": _("The application was no longer a draft."),
            "deadline_moved": _("The deadline was moved, and a new reminder was planned."),
            "round_not_open": _("The round was not open for applications."),
            "has_started": _("The organisation had already started an application."),
            "started_later": _("The application was started after the moment of this reminder."),
            "no_longer_a_member": _("The person no longer writes for the organisation."),
            "reopened_or_withdrawn": _("The application was reopened or withdrawn before the receipt was sent."),
            "already_answered": _("The organisation had already answered."),
        }
    )


def opening_drafts(round_: Round, organisation_ids: Iterable[UUID], now: datetime) -> list[Draft]:
    """This will draft the notice that a round has opened, for each organisation; none once its time has passed."""
    notice = opening_notice(round_.opens_at, round_.closes_at)
    if not notice.due_at <= now < notice.expires_at:
        return []
    return [
        Draft(
            kind=ROUND_OPENED,
            object_type="grants.round",
            object_id=round_.pk,
            recipient=reader.recipient,
            due_at=notice.due_at,
            # a person in two organisations is told for each
            revision=f"r1-{reader.organisation_id}",
            expires_at=notice.expires_at,
            context={"organisation": str(reader.organisation_id)},
        )
        for reader in readers_of(organisation_ids, oslo_date(now))
    ]
