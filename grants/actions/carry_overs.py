"""Unused money: kept for the next year on a decision, or repaid."""

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from grants import notifications
from grants.actions.ledger import enter
from grants.actions.refusal import Unable, acting
from grants.enums import CarryOverStatus, DecisionKind, EntryKind
from grants.models import CarryOver, Decision, LedgerAccount
from grants.workflow import CARRY_OVER
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import move
from lms_portal.outbox.actions import plan


class UnableToDecideCarryOver(Unable):
    """The carry-over could not be decided."""


class UnableToRecordRepayment(Unable):
    """The repayment could not be recorded."""


def _locked(carry_over: CarryOver) -> CarryOver:
    return CarryOver.objects.select_for_update(of=("self",)).select_related("scheme__office", "organisation__unit").get(pk=carry_over.pk)


def _decide(carry_over: CarryOver, kind: DecisionKind, reason: str, by: User, now: datetime) -> Decision:
    return Decision.objects.create(
        kind=kind,
        organisation_id=carry_over.organisation_id,
        scheme_id=carry_over.scheme_id,
        grant_year=carry_over.from_year,
        amount_nok=carry_over.amount_nok,
        reason=reason,
        batch=uuid.uuid4(),
        decided_by=by,
        decided_at=now,
    )


def _tell(carry_over: CarryOver, now: datetime) -> None:
    plan(
        notifications.to_organisation(
            notifications.CARRY_OVER_DECIDED,
            organisation_id=carry_over.organisation_id,
            object_type="grants.carry_over",
            object_id=carry_over.pk,
            revision=carry_over.status,
            now=now,
            context={"organisation": str(carry_over.organisation_id)},
        ),
        now=now,
    )


def approve_carry_over(*, carry_over: CarryOver, by: User, now: datetime) -> CarryOver:
    """This will let an organisation keep money for the next year: out of one account, into the next, with its year of origin.

    Raises: UnableToDecideCarryOver.
    """
    with acting(by, Permission.DECIDE_GRANT, carry_over.scheme.office, "approve_carry_over", UnableToDecideCarryOver):
        locked = _locked(carry_over)
        if locked.status != CarryOverStatus.REQUESTED:
            raise UnableToDecideCarryOver(_("The request is already decided."))
        decision = _decide(locked, DecisionKind.CARRY_OVER, locked.purpose, by, now)
        enter(decision, EntryKind.CARRIED_OUT, locked.amount_nok, year=locked.from_year, origin_year=locked.origin_year, now=now)
        enter(decision, EntryKind.CARRIED_IN, locked.amount_nok, year=locked.to_year, origin_year=locked.origin_year, now=now)
        move(CARRY_OVER, locked, verb="approve", now=now, decision=decision)
        _tell(locked, now)
        return locked


def refuse_carry_over(*, carry_over: CarryOver, reason: str, by: User, now: datetime) -> CarryOver:
    """This will refuse a request; the money is to be repaid. Raises: UnableToDecideCarryOver."""
    with acting(by, Permission.DECIDE_GRANT, carry_over.scheme.office, "refuse_carry_over", UnableToDecideCarryOver):
        locked = _locked(carry_over)
        if locked.status != CarryOverStatus.REQUESTED:
            raise UnableToDecideCarryOver(_("The request is already decided."))
        if not reason.strip():
            raise UnableToDecideCarryOver(_("Write why the request is refused."))
        decision = _decide(locked, DecisionKind.NO_CARRY_OVER, reason.strip(), by, now)
        move(CARRY_OVER, locked, verb="refuse", now=now, reason=reason.strip(), decision=decision)
        _tell(locked, now)
        return locked


def record_repayment(*, account: LedgerAccount, amount_nok: int, note: str, by: User, now: datetime) -> Decision:
    """This will record money that came back on an account, in whole kroner. A refused carry-over of the same money becomes repaid.

    Raises: UnableToRecordRepayment.
    """
    with acting(by, Permission.HANDLE_GRANT, account.scheme.office, "record_repayment", UnableToRecordRepayment):
        locked = LedgerAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
        if not 0 < amount_nok <= locked.open_nok:
            raise UnableToRecordRepayment(_("The amount must be between one krone and what stands open on the account."))
        decision = Decision.objects.create(
            kind=DecisionKind.REPAYMENT,
            organisation_id=locked.organisation_id,
            scheme_id=locked.scheme_id,
            grant_year=locked.year,
            amount_nok=amount_nok,
            reason=note.strip() or _("Repayment received"),
            batch=uuid.uuid4(),
            decided_by=by,
            decided_at=now,
        )
        enter(decision, EntryKind.REPAID, amount_nok, year=locked.year, origin_year=locked.origin_year, now=now)
        refused = CarryOver.objects.select_for_update().filter(
            organisation_id=locked.organisation_id,
            scheme_id=locked.scheme_id,
            from_year=locked.year,
            origin_year=locked.origin_year,
            status=CarryOverStatus.REFUSED,
            amount_nok__lte=amount_nok,
        )
        for carry_over in refused:
            move(CARRY_OVER, carry_over, verb="record_repayment", now=now, repayment=decision)
        return decision
