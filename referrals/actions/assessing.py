"""Assessing: opened, asked about, answered, sent on. The clock of ten working days runs on through all of it."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from catalogue.models import Code
from lms_portal.accounts.models import Unit, User
from lms_portal.audit import transitions
from lms_portal.common.clock import oslo_date
from lms_portal.common.text import Words
from referrals import notifications, policies, queries
from referrals.actions.case import UnableToAct, begin
from referrals.actions.letters import make_letters
from referrals.enums import Answer, CodeSystem, LetterKind, ReopenReason, ThreadKind
from referrals.models import Decision, Referral, ThreadMessage
from referrals.workflow import REFERRAL


def start_assessment(*, referral: Referral, by: User, now: datetime, seen_version: int) -> Referral:
    """This will open a received referral for assessment and give it to the person. Raises: UnableToAct, transitions.Stale."""
    with begin(referral, verb="start", by=by, seen_version=seen_version) as case:
        transitions.move(REFERRAL, case.referral, verb="start", now=now, assigned_to=by, assigned_at=now)
        return case.referral


def take_over(*, referral: Referral, by: User, now: datetime, seen_version: int) -> Referral:
    """This will give an open referral to the person, whoever has it now. Raises: UnableToAct, transitions.Stale."""
    with begin(referral, verb="withdraw", by=by, seen_version=seen_version) as case:  # whoever may act on an open case may take it
        row = case.referral
        if case.role == "referrer":
            raise UnableToAct(_("Only the clinic can take over a referral."))
        row.assigned_to, row.assigned_at = by, now
        row.save(update_fields=["assigned_to", "assigned_at"])
        return row


def ask_for_information(*, referral: Referral, text: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will ask the referrer a question. The clock runs on; from the eighth working day no question is asked any more.

    Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="ask", by=by, seen_version=seen_version) as case:
        row = case.referral
        if refusal := policies.why_no_question(row, oslo_date(now)):
            raise UnableToAct(refusal)
        _write(row, ThreadKind.QUESTION, text, by=by, unit=row.clinic, now=now)
        transitions.move(REFERRAL, row, verb="ask", now=now)
        notifications.plan_question(row, now=now)
        return row


def answer_question(*, referral: Referral, text: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will write down the answer to the clinic's question, by the referrer, or by the clinic itself after a call.

    An answer is taken at any time, also after the eighth working day. Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="answer", by=by, seen_version=seen_version) as case:
        row = case.referral
        by_referrer = case.role == "referrer"
        _write(row, ThreadKind.ANSWER, text, by=by, unit=row.referrer_unit if by_referrer else row.clinic, now=now)
        transitions.move(REFERRAL, row, verb="answer", now=now)
        if by_referrer:
            notifications.plan_answer_came(row, now=now)
        return row


def assess_as_it_is(*, referral: Referral, by: User, now: datetime, seen_version: int) -> Referral:
    """This will go on with the assessment without waiting for the answer. Raises: UnableToAct, transitions.Stale."""
    with begin(referral, verb="assess_as_it_is", by=by, seen_version=seen_version) as case:
        transitions.move(REFERRAL, case.referral, verb="assess_as_it_is", now=now)
        return case.referral


def _write(row: Referral, kind: ThreadKind, text: str, *, by: User, unit: Unit, now: datetime) -> None:
    if not text.strip():
        raise UnableToAct(_("Write a text first."))
    ThreadMessage.objects.create(
        referral=row, data_key=row.data_key, kind=kind, text=text.strip(), author=by, author_unit=unit, written_at=now
    )


def reason_words(system: str, code: str, *, now: datetime) -> Words:
    """This will return a reason of a code list in words. Raises: UnableToAct where the list has no such code today."""
    found = Code.objects.of(system, today=oslo_date(now)).filter(code=code).first()
    if found is None:
        raise UnableToAct(_("Choose a reason from the list."))
    return Words(found.display_nb, found.display_nn or found.display_nb, found.display_nb)


def forward(*, referral: Referral, to_unit: Unit, reason_code: str, text: str, by: User, now: datetime, seen_version: int) -> Referral:
    """This will send a referral on to another clinic of the portal. Its ansiennitetsdato and deadline stay; participants and referrer are told.

    Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="forward", by=by, seen_version=seen_version) as case:
        row = case.referral
        if to_unit.pk == row.receiving_unit_id:
            raise UnableToAct(_("The referral is in this unit already. Choose another one."))
        if not queries.receiving_clinics().filter(Q(pk=to_unit.pk)).exists():
            raise UnableToAct(_("This unit takes no referrals now. Choose another one."))
        words = reason_words(CodeSystem.FORWARDING, reason_code, now=now)
        decision = decide(row, Answer.FORWARDED, by=by, now=now, reason_code=reason_code, text=text, to_unit=to_unit)
        make_letters(
            referral=row,
            participants=queries.participants_of(row),
            kind=LetterKind.FORWARDED,
            now=now,
            decision=decision,
            text=text,
            reason=words,
            to_unit_name=Words(to_unit.name_nb, to_unit.name_nn, to_unit.name_en or to_unit.name_nb),
        )
        transitions.move(
            REFERRAL, row, verb="forward", now=now, reason_code=reason_code, receiving_unit=to_unit, assigned_to=None, assigned_at=None
        )
        notifications.plan_received(row, now=now)
        notifications.plan_answered(row, now=now)
        return row


def forward_outside(
    *, referral: Referral, to_name: str, reason_code: str, text: str, by: User, now: datetime, seen_version: int
) -> Referral:
    """This will note that a referral is sent on to a unit outside the portal, whose name is written. Raises: UnableToAct, transitions.Stale."""
    with begin(referral, verb="forward_outside", by=by, seen_version=seen_version) as case:
        row = case.referral
        if not to_name.strip():
            raise UnableToAct(_("Write the name of the unit that the referral is sent on to."))
        words = reason_words(CodeSystem.FORWARDING, reason_code, now=now)
        decision = decide(row, Answer.FORWARDED, by=by, now=now, reason_code=reason_code, text=f"{to_name.strip()}\n{text}".strip())
        make_letters(
            referral=row,
            participants=queries.participants_of(row),
            kind=LetterKind.FORWARDED,
            now=now,
            decision=decision,
            text=text,
            reason=words,
            to_unit_name=Words(to_name.strip(), to_name.strip(), to_name.strip()),
        )
        transitions.move(REFERRAL, row, verb="forward_outside", now=now, reason_code=reason_code)
        notifications.plan_answered(row, now=now)
        return row


def reopen(*, referral: Referral, reason: ReopenReason, by: User, now: datetime, seen_version: int) -> Referral:
    """This will take up an answered referral again, after a complaint or new information. Its clock is the first one's.

    Raises: UnableToAct, transitions.Stale.
    """
    with begin(referral, verb="reopen", by=by, seen_version=seen_version) as case:
        row = case.referral
        row.participants.filter(attends=True).update(outcome="undecided")
        transitions.move(REFERRAL, row, verb="reopen", now=now, reason_code=reason, assigned_to=by, assigned_at=now, answered_at=None)
        return row


def decide(
    row: Referral, answer: Answer, *, by: User, now: datetime, reason_code: str = "", text: str = "", to_unit: Unit | None = None
) -> Decision:
    """This will write the decision that the next change of status stands for."""
    return Decision.objects.create(
        referral=row,
        data_key=row.data_key,
        referral_version=row.version + 1,
        answer_code=answer,
        reason_code=reason_code,
        text=text.strip() or None,
        unit=row.clinic,
        to_unit=to_unit,
        decided_by=by,
        decided_at=now,
    )
