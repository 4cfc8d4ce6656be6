"""Payments of awards: prepared by one person, approved by another, sent to the bank as a list, confirmed."""

from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from grants import notifications
from grants.actions.refusal import Unable, acting
from grants.enums import PaymentStatus, RoundStatus
from grants.models import Application, Decision, Payment, Round
from grants.models.applications import AWARDED
from grants.workflow import PAYMENT
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import has_permission
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date
from lms_portal.outbox.actions import plan


class UnableToPay(Unable):
    """The payment could not be prepared, approved, exported or confirmed."""


def _locked(payment: Payment) -> Payment:
    rows = Payment.objects.select_for_update(of=("self",)).select_related(
        "application__round__scheme__office", "application__organisation__unit"
    )
    return rows.get(pk=payment.pk)


def prepare_payments(*, round: Round, by: User, now: datetime) -> list[Payment]:  # noqa: A002 - the noun's own name
    """This will prepare the payment of what each award has left to pay. Raises: UnableToPay."""
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "prepare_payments", UnableToPay):
        if not Round.objects.filter(pk=round.pk, status=RoundStatus.DECIDED).exists():
            raise UnableToPay(_("Payments are prepared after the decision."))
        awards = Application.objects.select_for_update(of=("self",)).filter(round=round, status__in=AWARDED).order_by("pk")
        decisions = {d.application_id: d for d in Decision.objects.filter(application__round=round, kind="award")}
        last = dict(Payment.objects.filter(application__round=round).order_by().values_list("application_id").annotate(n=Max("instalment")))
        prepared = []
        for application in awards:
            left = (application.granted_nok or 0) - application.committed_nok
            if left <= 0:
                continue
            prepared.append(
                Payment.objects.create(
                    application=application,
                    decision=decisions[application.pk],
                    instalment=(last.get(application.pk) or 0) + 1,
                    amount_nok=left,
                    prepared_by=by,
                    prepared_at=now,
                )
            )
        if not prepared:
            raise UnableToPay(_("Every award already has its payment."))
        return prepared


def approve_payments(*, payments: list[Payment], by: User, now: datetime) -> list[Payment]:
    """This will approve prepared payments, by somebody else than the person who prepared them. Raises: UnableToPay."""
    approved = []
    for payment in sorted(payments, key=lambda payment: payment.pk):
        office = payment.application.round.scheme.office
        permission = Permission.DECIDE_GRANT if has_permission(by, Permission.DECIDE_GRANT, office) else Permission.HANDLE_GRANT
        with acting(by, permission, office, "approve_payment", UnableToPay):
            locked = _locked(payment)
            if locked.prepared_by_id == by.pk:
                raise UnableToPay(_("A payment must be approved by somebody else than the person who prepared it."))
            move(PAYMENT, locked, verb="approve", now=now, approved_by=by, approved_at=now)
            approved.append(locked)
    return approved


def export_payments(*, round: Round, by: User, now: datetime) -> list[Payment]:  # noqa: A002 - the noun's own name
    """This will mark approved payments as sent to the bank, and return them for the list. Raises: UnableToPay."""
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "export_payments", UnableToPay):
        rows = Payment.objects.select_for_update(of=("self",)).filter(application__round=round, status=PaymentStatus.APPROVED)
        payments = list(rows.select_related("application__organisation__unit", "application__data_key").order_by("pk"))
        if not payments:
            raise UnableToPay(_("No payment is approved and waiting."))
        if any(not payment.application.account_number for payment in payments):
            raise UnableToPay(_("An organisation has no account number."))
        for payment in payments:
            move(PAYMENT, payment, verb="export", now=now, exported_at=now)
        return payments


def confirm_payments(*, round: Round, paid_on: date, by: User, now: datetime) -> list[Payment]:  # noqa: A002 - the noun's own name
    """This will record that what was sent to the bank has been paid on a day, and tell the organisations. Raises: UnableToPay."""
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "confirm_payments", UnableToPay):
        if paid_on > oslo_date(now):
            raise UnableToPay(_("The day of payment cannot be in the future."))
        payments = list(Payment.objects.select_for_update(of=("self",)).filter(application__round=round, status=PaymentStatus.EXPORTED))
        if not payments:
            raise UnableToPay(_("No payment has been sent to the bank."))
        for payment in payments:
            move(PAYMENT, payment, verb="confirm_paid", now=now, paid_on=paid_on)
            application = Application.objects.get(pk=payment.application_id)
            plan(
                notifications.to_organisation(
                    notifications.PAID,
                    organisation_id=application.organisation_id,
                    object_type="grants.application",
                    object_id=application.pk,
                    revision=str(payment.instalment),
                    now=now,
                ),
                now=now,
            )
        return payments


def stop_payment(*, payment: Payment, reason: str, by: User, now: datetime) -> Payment:
    """This will stop a payment that is not paid yet; the award can then be prepared for payment again. Raises: UnableToPay."""
    with acting(by, Permission.HANDLE_GRANT, payment.application.round.scheme.office, "stop_payment", UnableToPay):
        locked = _locked(payment)
        move(PAYMENT, locked, verb="stop", now=now, reason=reason.strip(), stopped_why=reason.strip())
        return locked
