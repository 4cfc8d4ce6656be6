"""Answering: a place, a right with the date to come, no, or advice. Letters to participants and referrer come with it or not at all."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from catalogue.actions.places import UnableToGivePlace, give_place, join_waiting_list, place_from_waiting_list
from catalogue.models import DeliverySite, Participant
from lms_portal.accounts.models import User
from lms_portal.audit import transitions
from lms_portal.common.clock import oslo_date
from referrals import notifications, queries
from referrals.actions.assessing import decide, reason_words
from referrals.actions.case import UnableToAct, begin
from referrals.actions.letters import make_letters
from referrals.enums import Answer, CodeSystem, LetterKind, Outcome
from referrals.models import Referral, ReferralParticipant
from referrals.workflow import REFERRAL


class UnableToAccept(UnableToAct):
    """The places cannot be given; the first argument is the reason for the screen."""


@dataclass(frozen=True, slots=True)
class Period:
    """When the date is expected: Norwegian calendar days, both ends included."""

    from_on: date
    to_on: date


def _needs(referral: Referral) -> str:
    """What the leaders of the course must prepare for; nothing of why the patient is referred."""
    parts = []
    if referral.needs_interpreter:
        parts.append(f"Tolk: {referral.interpreter_language}".rstrip(": "))
    if referral.other_needs:
        parts.append(referral.other_needs)
    return "\n".join(parts)


def _person(referral: Referral, one: ReferralParticipant, now: datetime) -> Participant:
    """The catalogue's row of a participant, sealed under the referral's key; needs follow the patient alone."""
    if one.participant is not None:
        return one.participant
    return Participant.objects.create(
        data_key=referral.data_key,
        name=one.name,
        identity_number=one.identity_number,
        phone=one.phone,
        needs=(_needs(referral) or None) if one.is_patient else None,
        identity_hash=queries.catalogue_identity_hash(one),
        language=referral.language,
        created_at=now,
    )


def _check_right_by(right_by_on: date, today: date) -> None:
    if right_by_on < today:
        raise UnableToAccept(_("The day by which the course must begin has passed. Give a later day."))


def accept_with_place(
    *, referral: Referral, site: DeliverySite, right_by_on: date, text: str, by: User, now: datetime, seen_version: int
) -> Referral:
    """This will give everybody who attends a place at one site of one run, and tell them and the referrer at the same time.

    `right_by_on` is the last day for the course to begin. All get a place, or nobody does.
    Raises: UnableToAccept, UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="accept", by=by, seen_version=seen_version) as case:
        row = case.referral
        _check_right_by(right_by_on, oslo_date(now))
        participants = queries.participants_of(row)
        try:
            for one in participants:
                _give(row, one, site, now)
        except UnableToGivePlace as error:
            raise UnableToAccept(*error.args) from error
        row.right_by_on = right_by_on
        _tell(row, participants, Answer.DATE_GIVEN, LetterKind.PLACE_GIVEN, by=by, now=now, text=text, site=site)
        transitions.move(REFERRAL, row, verb="accept", now=now, right_by_on=right_by_on, answered_at=now)
        notifications.plan_answered(row, now=now)
        return row


def _give(row: Referral, one: ReferralParticipant, site: DeliverySite, now: datetime) -> None:
    if not one.attends:
        _outcome(one, Outcome.NOT_ATTENDING)
        return
    one.participant = _person(row, one, now)
    one.enrolment = give_place(
        course=row.course,
        run=site.run,
        site=site,
        participant=one.participant,
        data_key=row.data_key,
        waiting_since=row.received_on or oslo_date(now),
        now=now,
    )
    _outcome(one, Outcome.PLACE)


def _outcome(one: ReferralParticipant, outcome: Outcome) -> None:
    one.outcome = outcome
    one.save(update_fields=["outcome", "participant", "enrolment"])


def accept_without_date(
    *, referral: Referral, period: Period, right_by_on: date, text: str, by: User, now: datetime, seen_version: int
) -> Referral:
    """This will grant the right to the course and put everybody who attends on its waiting list, by the ansiennitetsdato.

    Raises: UnableToAccept, UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="accept_without_date", by=by, seen_version=seen_version) as case:
        row = case.referral
        _check_right_by(right_by_on, oslo_date(now))
        if period.to_on < period.from_on:
            raise UnableToAccept(_("The period ends before it begins."))
        participants = queries.participants_of(row)
        for one in participants:
            if not one.attends:
                _outcome(one, Outcome.NOT_ATTENDING)
                continue
            one.participant = _person(row, one, now)
            one.enrolment = join_waiting_list(
                course=row.course,
                participant=one.participant,
                data_key=row.data_key,
                waiting_since=row.received_on or oslo_date(now),
                now=now,
            )
            _outcome(one, Outcome.WAITING)
        row.right_by_on, row.period_from_on, row.period_to_on = right_by_on, period.from_on, period.to_on
        _tell(row, participants, Answer.DATE_TO_COME, LetterKind.DATE_TO_COME, by=by, now=now, text=text)
        transitions.move(
            REFERRAL,
            row,
            verb="accept_without_date",
            now=now,
            right_by_on=right_by_on,
            period_from_on=period.from_on,
            period_to_on=period.to_on,
            answered_at=now,
        )
        notifications.plan_answered(row, now=now)
        return row


def give_date(*, referral: Referral, site: DeliverySite, text: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will give those who wait a place, with new letters. Raises: UnableToAccept, UnableToAct, transitions.Stale."""
    with begin(referral, verb="give_date", by=by, seen_version=seen_version) as case:
        row = case.referral
        participants = queries.participants_of(row)
        try:
            for one in participants:
                if one.outcome == Outcome.WAITING and one.enrolment is not None:
                    place_from_waiting_list(enrolment=one.enrolment, run=site.run, site=site, now=now)
                    _outcome(one, Outcome.PLACE)
        except UnableToGivePlace as error:
            raise UnableToAccept(*error.args) from error
        if not any(one.outcome == Outcome.PLACE for one in participants):
            raise UnableToAccept(_("Nobody waits for a place any more."))
        _tell(row, participants, Answer.DATE_GIVEN, LetterKind.PLACE_GIVEN, by=by, now=now, text=text, site=site)
        transitions.move(REFERRAL, row, verb="give_date", now=now)
        notifications.plan_answered(row, now=now)
        return row


def reject(*, referral: Referral, reason_code: str, text: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will turn a referral down with a reason of the list and a text; that the course is full is no reason.

    Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="reject", by=by, seen_version=seen_version) as case:
        row = case.referral
        words = reason_words(CodeSystem.REJECTION, reason_code, now=now)
        if not text.strip():
            raise UnableToAct(_("Explain the reason in your own words; the patient reads it."))
        participants = _nobody_gets_a_place(row)
        decision = decide(row, Answer.REJECTED, by=by, now=now, reason_code=reason_code, text=text)
        make_letters(
            referral=row, participants=participants, kind=LetterKind.REJECTED, now=now, decision=decision, text=text.strip(), reason=words
        )
        transitions.move(REFERRAL, row, verb="reject", now=now, reason_code=reason_code, answered_at=now)
        notifications.plan_answered(row, now=now)
        return row


def advise(*, referral: Referral, text: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will give the referrer advice instead of a place. Raises: UnableToAct, transitions.Stale."""
    with begin(referral, verb="advise", by=by, seen_version=seen_version) as case:
        row = case.referral
        if not text.strip():
            raise UnableToAct(_("Write the advice first."))
        participants = _nobody_gets_a_place(row)
        _tell(row, participants, Answer.ADVICE, LetterKind.ADVICE, by=by, now=now, text=text)
        transitions.move(REFERRAL, row, verb="advise", now=now, answered_at=now)
        notifications.plan_answered(row, now=now)
        return row


def _nobody_gets_a_place(row: Referral) -> list[ReferralParticipant]:
    participants = queries.participants_of(row)
    for one in participants:
        _outcome(one, Outcome.NONE if one.attends else Outcome.NOT_ATTENDING)
    return participants


def _tell(
    row: Referral,
    participants: list[ReferralParticipant],
    answer: Answer,
    kind: LetterKind,
    *,
    by: User,
    now: datetime,
    text: str,
    site: DeliverySite | None = None,
) -> None:
    decision = decide(row, answer, by=by, now=now, text=text)
    make_letters(referral=row, participants=participants, kind=kind, now=now, decision=decision, text=text.strip(), site=site)
