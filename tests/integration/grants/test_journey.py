"""The whole of a grant: from the call to the settled account."""

from datetime import timedelta

import pytest

from grants.actions import carry_overs, reports, rounds
from grants.models import Application, CarryOver, LedgerAccount, Report, Submission
from lms_portal.outbox.models import Message
from tests.factories import grants as make

pytestmark = pytest.mark.django_db


def test_journey_from_draft_to_receipt() -> None:
    office, applicant = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    application = make.make_submitted(round_, applicant)
    assert application.status == "submitted"
    assert application.applied_nok == 80_000
    submission = Submission.objects.get(application=application)
    assert submission.number == 1
    kinds = Message.objects.filter(object_id=application.pk).values_list("kind", "recipient_user_id")
    assert set(kinds) == {("grants.application_submitted", applicant.writer.pk), ("grants.application_submitted", applicant.lead.pk)}


def test_journey_to_settlement_carries_money_with_its_year_of_origin() -> None:
    office, applicant = make.make_office(), make.make_applicant()
    first = make.make_award(office, applicant, 2026, amount_nok=90_000)
    now = make.DURING
    report = reports.start_report(organisation=applicant.organisation, scheme=office.scheme, grant_year=2026, by=applicant.writer, now=now)
    make.fill_report(report, applicant, carry_over_nok=25_000, repay_nok=5_000, now=now)
    report = reports.submit_report(report=report, seen_version=0, by=applicant.lead, now=now)
    reports.approve_report(report=report, admitted={}, by=office.officer, now=now)
    request = CarryOver.objects.get()
    assert (request.amount_nok, request.origin_year, request.from_year, request.to_year) == (25_000, 2026, 2026, 2027)
    carry_overs.approve_carry_over(carry_over=request, by=office.decider, now=now)
    account = LedgerAccount.objects.get(year=2026, origin_year=2026)
    assert (account.granted_nok, account.used_nok, account.carried_out_nok, account.open_nok) == (90_000, 60_000, 25_000, 5_000)
    with pytest.raises(rounds.UnableToAdvanceRound):
        rounds.settle_round(round=first, by=office.officer, now=now)
    carry_overs.record_repayment(account=account, amount_nok=5_000, note="", by=office.officer, now=now)
    rounds.settle_round(round=first, by=office.officer, now=now)
    first.refresh_from_db()
    account.refresh_from_db()
    assert first.status == "settled"
    assert account.open_nok == 0
    assert account.settled_at == now
    carried = LedgerAccount.objects.get(year=2027, origin_year=2026)
    assert carried.open_nok == 25_000


def test_report_inside_an_application_is_delivered_with_it() -> None:
    office, applicant = make.make_office(), make.make_applicant()
    make.make_award(office, applicant, 2026)
    round_ = make.make_round(office, 2027)
    application = make.make_submitted(round_, applicant)
    report = Report.objects.get(application=application)
    assert report.status == "submitted"
    assert (report.available_nok, report.spent_nok) == (80_000, 80_000)


def test_refused_carry_over_is_repaid() -> None:
    office, applicant = make.make_office(), make.make_applicant()
    make.make_award(office, applicant, 2026, amount_nok=50_000)
    now = make.DURING
    report = reports.start_report(organisation=applicant.organisation, scheme=office.scheme, grant_year=2026, by=applicant.writer, now=now)
    make.fill_report(report, applicant, carry_over_nok=20_000, now=now)
    report = reports.submit_report(report=report, seen_version=0, by=applicant.lead, now=now)
    reports.approve_report(report=report, admitted={}, by=office.officer, now=now)
    request = CarryOver.objects.get()
    carry_overs.refuse_carry_over(carry_over=request, reason="Ikke i tråd med formålet.", by=office.decider, now=now)
    account = LedgerAccount.objects.get()
    carry_overs.record_repayment(account=account, amount_nok=20_000, note="Kvittering", by=office.officer, now=now + timedelta(days=3))
    request.refresh_from_db()
    account.refresh_from_db()
    assert request.status == "repaid"
    assert account.open_nok == 0


def test_partial_award_and_rejection_are_decided_together() -> None:
    office, first, second = make.make_office(), make.make_applicant(), make.make_applicant()
    round_ = make.make_round(office)
    some, none = make.make_submitted(round_, first), make.make_submitted(round_, second)
    make.decide(round_, office, {some: 30_000, none: 0})
    states = dict(Application.objects.values_list("pk", "status"))
    assert states == {some.pk: "partly_granted", none.pk: "rejected"}
    round_.refresh_from_db()
    assert round_.awarded_nok == 30_000
