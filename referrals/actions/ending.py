"""Ending: withdrawn, closed when the course is over, or marked as entered in error by two people."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.actions.places import change_enrolment
from catalogue.models import Code, Enrolment
from catalogue.schedule import is_over
from catalogue.workflow import ENDED_STATES, ENROLMENT
from lms_portal.accounts.models import User
from lms_portal.audit import transitions
from lms_portal.audit.context import for_purpose
from lms_portal.common.clock import oslo_date
from referrals import notifications, queries
from referrals.actions.case import UnableToAct, begin, lock
from referrals.actions.letters import make_letters
from referrals.enums import CodeSystem, ErrorReason, LetterKind, Outcome, WithdrawnBy
from referrals.models import Referral, ReferralParticipant
from referrals.workflow import ACCEPTED_STATES, REFERRAL

REFERRERS_WISH = "referrers_wish"


def withdraw(
    *, referral: Referral, wish_of: WithdrawnBy, reason_code: str, text: str, by: User, now: datetime, seen_version: int
) -> Referral:
    """This will withdraw an open referral, by the referrer before the assessment, or by the clinic on the patient's wish; places are released.

    `reason_code` is one of Volven 8445 where it is the patient's wish. Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="withdraw", by=by, seen_version=seen_version) as case:
        row = case.referral
        if case.role == "referrer":
            wish_of, code = WithdrawnBy.REFERRER, REFERRERS_WISH
        elif wish_of == WithdrawnBy.PATIENT:
            code = reason_code
            if not Code.objects.of(CodeSystem.END_OF_WAITING, today=oslo_date(now)).filter(code=code).exists():
                raise UnableToAct(_("Choose a reason from the list."))
        else:
            code = REFERRERS_WISH
        participants = queries.participants_of(row)
        transitions.move(REFERRAL, row, verb="withdraw", now=now, reason_code=code, withdrawn_by=wish_of)
        _release_places(participants, now, reason_code=code)
        make_letters(referral=row, participants=participants, kind=LetterKind.WITHDRAWN, now=now, text=text.strip())
        notifications.plan_answered(row, now=now)
        return row


def _release_places(participants: list[ReferralParticipant], now: datetime, *, reason_code: str) -> None:
    for one in participants:
        enrolment = one.enrolment
        if enrolment is not None and enrolment.status not in ENDED_STATES:
            verb = next(v for v in ("cancel", "decline", "close") if _allowed(enrolment, v))
            change_enrolment(enrolment=enrolment, verb=verb, now=now, reason_code=reason_code)
        one.outcome = Outcome.NONE if one.attends else Outcome.NOT_ATTENDING
        one.save(update_fields=["outcome"])


def _allowed(enrolment: Enrolment, verb: str) -> bool:
    try:
        ENROLMENT.find(verb, enrolment.status)
    except LookupError:
        return False
    return True


def close(*, referral: Referral, result_note: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will close an accepted referral with a short note of the result for the referrer.

    Places on a course that is over are completed; places and waiting that are still to come are given up.
    Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="close", by=by, seen_version=seen_version) as case:
        row = case.referral
        if not result_note.strip():
            raise UnableToAct(_("Write a short note of the result; the referrer reads it."))
        row.result_note = result_note.strip()
        row.save(update_fields=["result_note"])
        participants = queries.participants_of(row)
        transitions.move(REFERRAL, row, verb="close", now=now)
        for one in participants:
            _end_place(one.enrolment, now)
        notifications.plan_answered(row, now=now)
        return row


def _end_place(enrolment: Enrolment | None, now: datetime) -> None:
    if enrolment is None or enrolment.status in ENDED_STATES:
        return
    over = enrolment.run is not None and is_over(enrolment.run.last_possible_on, oslo_date(now))
    verbs = ("complete", "cancel", "decline", "close") if over else ("cancel", "decline", "close")
    change_enrolment(enrolment=enrolment, verb=next(verb for verb in verbs if _allowed(enrolment, verb)), now=now, reason_code="closed")


def close_when_over(enrolment: Enrolment, now: datetime) -> None:
    """This will close a referral as the system when the last of its places has ended; the catalogue calls it in the same transaction."""
    one = ReferralParticipant.objects.filter(enrolment=enrolment).select_related("referral").first()
    if one is None or one.referral.status not in ACCEPTED_STATES:
        return
    with transaction.atomic(), for_purpose("referral_close", role="system"):
        row = lock(one.referral, seen_version=None)
        enrolments = list(Enrolment.objects.filter(referral_participant__referral=row).order_by("reference"))
        if row.status not in ACCEPTED_STATES or any(each.status not in ENDED_STATES for each in enrolments):
            return
        row.result_note = row.result_note or "\n".join(f"{each.reference}: {ENROLMENT.labels[each.status].nb}" for each in enrolments)
        row.save(update_fields=["result_note"])
        transitions.move(REFERRAL, row, verb="close", now=now)
        notifications.plan_answered(row, now=now)


def report_error(*, referral: Referral, reason: ErrorReason, text: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will say that a referral was entered in error; nothing changes until a second person confirms. Raises: UnableToAct, transitions.Stale."""
    with begin(referral, verb="enter_in_error", by=by, seen_version=seen_version) as case:
        row = case.referral
        if row.error_reported_by_id is not None:
            raise UnableToAct(_("This is reported already. Somebody else must confirm it."))
        row.error_reason = f"{reason}\n{text.strip()}".strip()
        row.error_reported_by, row.error_reported_at = by, now
        row.save(update_fields=["error_reason", "error_reported_by", "error_reported_at"])
        return row


def dismiss_error(*, referral: Referral, by: User, seen_version: int) -> Referral:
    """This will take back a report of an error; the referral goes on as before. Raises: UnableToAct, transitions.Stale."""
    with begin(referral, verb="enter_in_error", by=by, seen_version=seen_version) as case:
        row = case.referral
        row.error_reason, row.error_reported_by, row.error_reported_at = None, None, None
        row.save(update_fields=["error_reason", "error_reported_by", "error_reported_at"])
        return row


def confirm_error(*, referral: Referral, by: User, now: datetime, seen_version: int) -> Referral:
    """This will mark a referral as entered in error, by another person than the one who reported it. Its content is shown no more.

    Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="enter_in_error", by=by, seen_version=seen_version) as case:
        row = case.referral
        if row.error_reported_by_id is None:
            raise UnableToAct(_("Report the error first; then somebody else confirms it."))
        if row.error_reported_by_id == by.pk:
            raise UnableToAct(_("Somebody else than the person who reported the error must confirm it."))
        code = (row.error_reason or "").split("\n", maxsplit=1)[0]
        participants = queries.participants_of(row)
        transitions.move(REFERRAL, row, verb="enter_in_error", now=now, reason_code=code, error_confirmed_by=by)
        _release_places(participants, now, reason_code=code)
        return row
