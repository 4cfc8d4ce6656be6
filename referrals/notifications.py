"""The neutral notices about referrals: that something waits in the portal. No name, no course, nothing about health."""

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from lms_portal.accounts.links import absolute
from lms_portal.accounts.models import Unit, User
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message
from referrals.models import Referral

RECEIVED = "referrals.received"
ANSWERED = "referrals.answered"
QUESTION = "referrals.question"
ANSWER_CAME = "referrals.answer_came"
OBJECT_TYPE = "referral"
NOT_IN_DEMAND = "referral_in_error"


def _rendered(event: str, context: dict[str, Any]) -> kinds.Rendered:
    prefix = f"emails/referrals/{event}"
    return kinds.Rendered(
        subject=" ".join(render_to_string(f"{prefix}.subject.txt", context).split()),
        text=render_to_string(f"{prefix}.txt", context).strip() + "\n",
    )


def _referral(message: Message) -> Referral:
    return Referral.objects.get(pk=message.object_id)


def _link(referral: Referral, language: str) -> dict[str, Any]:
    return {"reference": referral.reference, "link": absolute("referrals:referral", language=language, pk=str(referral.pk))}


def _skip_when_in_error(message: Message, now: datetime) -> str:
    gone = not Referral.objects.filter(pk=message.object_id).exclude(status="entered_in_error").exists()
    return NOT_IN_DEMAND if gone else ""


def _skip_when_moved_on(status: str) -> Any:
    def skip(message: Message, now: datetime) -> str:
        return "" if Referral.objects.filter(pk=message.object_id, status=status).exists() else "referral_moved_on"

    return skip


def _renders(event: str) -> Any:
    def render(message: Message) -> kinds.Rendered:
        return _rendered(event, _link(_referral(message), message.language))

    return render


def _revision(referral: Referral) -> str:
    return f"v{referral.version}"


def _to_unit(kind: str, referral: Referral, unit: Unit, now: datetime) -> Draft:
    # a unit without a mailbox sees the referral in its worklist; the row says why no mail went
    recipient = Recipient(unit_id=unit.pk, language=unit.default_language)
    return Draft(kind, OBJECT_TYPE, referral.pk, recipient, due_at=now, revision=_revision(referral), unit_id=unit.pk)


def _to_person(kind: str, referral: Referral, person: User, now: datetime) -> Draft:
    recipient = Recipient(user_id=person.pk, language=person.language)
    return Draft(kind, OBJECT_TYPE, referral.pk, recipient, due_at=now, revision=_revision(referral), unit_id=referral.receiving_unit_id)


def plan_received(referral: Referral, *, now: datetime) -> None:
    """This will tell the clinic that a referral has come."""
    if referral.receiving_unit is not None:
        plan([_to_unit(RECEIVED, referral, referral.receiving_unit, now)], now=now)


def plan_answered(referral: Referral, *, now: datetime) -> None:
    """This will tell the referrer, and the referrer's office, that an answer lies in the portal."""
    drafts = [_to_unit(ANSWERED, referral, referral.referrer_unit, now)]
    if referral.referrer is not None:
        drafts.append(_to_person(ANSWERED, referral, referral.referrer, now))
    plan(drafts, now=now)


def plan_question(referral: Referral, *, now: datetime) -> None:
    """This will tell the referrer that the clinic asks for more."""
    if referral.referrer is not None:
        plan([_to_person(QUESTION, referral, referral.referrer, now)], now=now)


def plan_answer_came(referral: Referral, *, now: datetime) -> None:
    """This will tell the clinic that its question is answered."""
    if referral.receiving_unit is not None:
        plan([_to_unit(ANSWER_CAME, referral, referral.receiving_unit, now)], now=now)


def register() -> None:
    """This will make the kinds known to the outbox; called once, when the app is ready."""
    again, ask = kinds.OnDoubt.RESEND, kinds.OnDoubt.ASK
    for code, event, on_doubt, skip, name in (
        (RECEIVED, "received", again, _skip_when_moved_on("submitted"), _("Referral received")),
        (ANSWERED, "answered", ask, _skip_when_in_error, _("Answer to a referral")),
        (QUESTION, "question", again, _skip_when_moved_on("info_requested"), _("Question about a referral")),
        (ANSWER_CAME, "answer_came", again, _skip_when_moved_on("under_assessment"), _("Answer to a question about a referral")),
    ):
        kinds.register(kinds.Kind(code, on_doubt, skip, _renders(event), name, (f"emails/referrals/{event}",)))
    reasons.register(
        {
            NOT_IN_DEMAND: _("The referral was entered in error."),
            "referral_moved_on": _("The referral had already moved on."),
        }
    )
