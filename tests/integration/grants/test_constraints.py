"""What the database itself refuses, tried in plain SQL as the application role."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from grants.actions import payments, reports
from grants.models import Application, Decision, LedgerAccount, Organisation, Payment, Report, Round
from tests.factories import grants as make

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)


@dataclass
class World:
    """One award that is paid, and a draft, for the statements to disturb."""

    office: make.Office
    applicant: make.Applicant
    other: make.Applicant
    round: Round
    application: Application
    draft: Application
    decision: Decision
    account: LedgerAccount
    payment: Payment

    def names(self) -> dict[str, Any]:
        """The values that the statements name."""
        return {
            "scheme": self.office.scheme.pk,
            "officer": self.office.officer.pk,
            "decider": self.office.decider.pk,
            "guideline": self.office.guideline.pk,
            "organisation": self.applicant.organisation.pk,
            "other": self.other.organisation.pk,
            "other_unit": self.other.organisation.unit_id,
            "lead": self.applicant.lead.pk,
            "round": self.round.pk,
            "application": self.application.pk,
            "draft": self.draft.pk,
            "decision": self.decision.pk,
            "account": self.account.pk,
            "payment": self.payment.pk,
            "key": self.applicant.organisation.data_key_id,
            "id": uuid4(),
            "id2": uuid4(),
            "at": AT,
            "day": date(2026, 11, 17),
        }


@pytest.fixture
def world() -> World:
    office, applicant, other = make.make_office(), make.make_applicant(), make.make_applicant()
    first = make.make_award(office, applicant, 2026, amount_nok=80_000)
    current = make.make_round(office, 2027)
    return World(
        office=office,
        applicant=applicant,
        other=other,
        round=current,
        application=Application.objects.get(round=first),
        draft=make.make_draft(current, other),
        decision=Decision.objects.get(kind="award"),
        account=LedgerAccount.objects.get(),
        payment=Payment.objects.get(),
    )


def refused(sql: str, names: dict[str, Any]) -> str:
    """This will run a statement to its commit's checks, and return what stopped it: a constraint's name, or `permission`."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, names)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None) or ""
        if (not name and "append-only" in str(error)) or "permission denied" in str(error):
            return "permission"
        return name or str(error)
    return ""


def test_statements_run_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_app",)


ENTRY = "INSERT INTO grants_ledger_entry (id, account_id, kind, amount_nok, decision_id, entered_at) VALUES (%(id)s, %(account)s, {kind}, {amount}, {decision}, %(at)s)"
DECISION = (
    "INSERT INTO grants_decision (id, kind, organisation_id, scheme_id, grant_year, application_id, amount_nok, reason, batch, decided_by_id, decided_at)"
    " VALUES (%(id2)s, '{kind}', {organisation}, %(scheme)s, 2026, {application}, {amount}, '{reason}', %(id)s, %(decider)s, %(at)s)"
)
USE = DECISION.format(kind="use", organisation="%(organisation)s", application="NULL", amount=1, reason="x")
CARRY = DECISION.format(kind="carry_over", organisation="%(organisation)s", application="NULL", amount=1, reason="x")
ACCOUNT = (
    "INSERT INTO grants_ledgeraccount (id, organisation_id, scheme_id, year, origin_year, carried_in_nok, granted_nok, used_nok, carried_out_nok, repaid_nok)"
    " VALUES (%(id)s, %(other)s, %(scheme)s, {year}, {origin}, 0, {granted}, 0, 0, 0)"
)
ROUND = (
    "INSERT INTO grants_round (id, version, scheme_id, grant_year, status, opens_at, closes_at, deadline_revision, guideline_id, frame_amount_nok, confirmed_at, confirmed_by_id, awarded_nok)"
    " VALUES (%(id)s, 0, %(scheme)s, {year}, '{status}', {opens}, {closes}, 1, {guideline}, {frame}, {confirmed}, {awarded})"
)
PLANNED = {
    "year": 2030, "status": "planned", "opens": "'2029-10-01'", "closes": "'2029-12-02'", "guideline": "NULL", "frame": "NULL", "confirmed": "NULL, NULL", "awarded": 0
}  # fmt: skip
APPLICATION = (
    "INSERT INTO grants_application (id, version, round_id, organisation_id, reference, status, guideline_id, data_key_id, started_at, started_by_id, late_reason, info_answer, recommendation, committed_nok)"
    " VALUES (%(id)s, 0, %(round)s, {organisation}, '{reference}', '{status}', %(guideline)s, %(key)s, %(at)s, %(lead)s, '', '', '', {committed})"
)
PAYMENT = (
    "INSERT INTO grants_payment (id, version, application_id, decision_id, instalment, amount_nok, status, prepared_by_id, prepared_at, approved_by_id, approved_at, stopped_why)"
    " VALUES (%(id)s, 0, {application}, %(decision)s, {instalment}, {amount}, '{status}', %(officer)s, %(at)s, {approved}, '')"
)
ORGANISATION = "UPDATE grants_organisation SET {set} WHERE id = %(organisation)s"
CARRY_OVER = (
    "INSERT INTO grants_carryover (id, version, organisation_id, scheme_id, from_year, to_year, origin_year, amount_nok, purpose, status, requested_by_id, requested_at)"
    " VALUES (%(id)s, 0, %(organisation)s, %(scheme)s, {years}, {amount}, 'x', '{status}', %(lead)s, %(at)s)"
)
LINE = "INSERT INTO grants_budgetline (id, application_id, position, category, text, cost_nok, own_nok) VALUES (%(id)s, %(draft)s, 0, '{category}', '{text}', {cost}, {own})"
REPORT = (
    "INSERT INTO grants_report (id, version, organisation_id, scheme_id, grant_year, door, application_id, status, activities, difference, carry_over_nok, carry_over_purpose, repay_nok, save_number, returned_why)"
    " VALUES (%(id)s, 0, {organisation}, %(scheme)s, 2026, '{door}', {application}, 'draft', '', '', 0, '', 0, 0, '')"
)

FORBIDDEN: dict[str, tuple[str, str]] = {
    # the ledger
    "entry without a decision": (ENTRY.format(kind="'used'", amount=1, decision="NULL"), "null value"),
    "entry of nothing": (ENTRY.format(kind="'used'", amount=0, decision="%(decision)s"), "ledger_entry_above_zero"),
    "entry below zero": (ENTRY.format(kind="'used'", amount=-5, decision="%(decision)s"), "grants_ledger_entry_amount_nok_check"),
    "entry of an unknown kind": (ENTRY.format(kind="'lost'", amount=1, decision="%(decision)s"), "ledger_entry_kind_known"),
    "entry of use by an award": (ENTRY.format(kind="'used'", amount=1, decision="%(decision)s"), "ledger_entry_kind_fits_decision"),
    "the same award entered twice": (ENTRY.format(kind="'granted'", amount=1, decision="%(decision)s"), "ledger_entry_once_per_decision"),
    "entry by a decision about another organisation": (
        DECISION.format(kind="use", organisation="%(other)s", application="NULL", amount=1, reason="x")
        + ";"
        + ENTRY.format(kind="'used'", amount=1, decision="%(id2)s"),
        "ledger_entry_decision_of_same_organisation",
    ),
    "more used than came in": (USE + ";" + ENTRY.format(kind="'used'", amount=80_001, decision="%(id2)s"), "ledger_account_open_not_negative"),
    "carried in to the year it was granted": (CARRY + ";" + ENTRY.format(kind="'carried_in'", amount=1, decision="%(id2)s"), "ledger_account_carried_in_from_before"),
    "carried out and not carried in": (CARRY + ";" + ENTRY.format(kind="'carried_out'", amount=1, decision="%(id2)s"), "ledger_account_carried_out_is_carried_in"),
    "changed entry": ("UPDATE grants_ledger_entry SET amount_nok = 1", "permission"),
    "removed entry": ("DELETE FROM grants_ledger_entry", "permission"),
    "total written by hand": ("UPDATE grants_ledgeraccount SET used_nok = 5 WHERE id = %(account)s", "ledger_account_totals_by_entries"),
    "account made with a total": (ACCOUNT.format(year=2027, origin=2027, granted=5), "ledger_account_totals_by_entries"),
    "account of money from the future": (ACCOUNT.format(year=2026, origin=2027, granted=0), "ledger_account_origin_not_later"),
    "account moved to another year": ("UPDATE grants_ledgeraccount SET year = 2027 WHERE id = %(account)s", "ledger_account_stays_the_same"),
    "account settled while money is open": ("UPDATE grants_ledgeraccount SET settled_at = %(at)s, settled_by_id = %(officer)s WHERE id = %(account)s", "ledger_account_settled_at_zero"),
    "account settled by nobody": ("UPDATE grants_ledgeraccount SET settled_at = %(at)s WHERE id = %(account)s", "ledger_account_settled_at_zero"),
    "account removed with its entries": ("DELETE FROM grants_ledgeraccount WHERE id = %(account)s", "fk"),
    # decisions
    "award without an application": (DECISION.format(kind="award", organisation="%(organisation)s", application="NULL", amount=1, reason="x"), "decision_names_its_application"),
    "award of nothing": (DECISION.format(kind="award", organisation="%(other)s", application="%(draft)s", amount=0, reason="x"), "decision_amount_as_kind"),
    "second decision on an application": (DECISION.format(kind="rejection", organisation="%(organisation)s", application="%(application)s", amount=0, reason="x"), "decision_once_per_application"),
    "decision without a reason": (DECISION.format(kind="use", organisation="%(organisation)s", application="NULL", amount=1, reason=""), "decision_says_why"),
    "changed decision": ("UPDATE grants_decision SET amount_nok = 1", "permission"),
    "removed decision": ("DELETE FROM grants_decision", "permission"),
    "awards above the frame": (DECISION.format(kind="award", organisation="%(other)s", application="%(draft)s", amount=1_000_001, reason="x"), "round_awards_within_frame"),
    # rounds
    "second round of a year": (ROUND.format(**{**PLANNED, "year": 2027}), "round_once_a_year"),
    "round that closes before it opens": (ROUND.format(**{**PLANNED, "closes": "'2029-09-01'"}), "round_closes_after_opening"),
    "round that begins open": (ROUND.format(**{**PLANNED, "status": "open"}), "grants_round_guard_status"),
    "round confirmed by nobody": (ROUND.format(**{**PLANNED, "confirmed": "%(at)s, NULL"}), "round_confirmed_with_guideline_and_frame"),
    "round confirmed without guidelines": (ROUND.format(**{**PLANNED, "frame": 5, "confirmed": "%(at)s, %(officer)s"}), "round_confirmed_with_guideline_and_frame"),
    "round with an invented sum of awards": (ROUND.format(**{**PLANNED, "awarded": 5}), "round_awards_by_decisions"),
    "sum of awards written by hand": ("UPDATE grants_round SET awarded_nok = 1 WHERE id = %(round)s", "round_awards_by_decisions"),
    "round opened again": ("UPDATE grants_round SET status = 'planned', version = version + 1 WHERE id = %(round)s", "grants_round_guard_status"),
    "state changed without a version": ("UPDATE grants_round SET status = 'closed' WHERE id = %(round)s", "grants_round_guard_status"),
    # applications
    "second application of a round": (APPLICATION.format(organisation="%(other)s", reference="S-X", status="draft", committed=0), "application_once_a_round"),
    "application that begins submitted": (APPLICATION.format(organisation="%(organisation)s", reference="S-X", status="submitted", committed=0), "grants_application_guard_status"),
    "application with invented payments": (APPLICATION.format(organisation="%(organisation)s", reference="S-X", status="draft", committed=5), "application_committed_by_payments"),
    "submitted without a moment": ("UPDATE grants_application SET status = 'submitted', version = version + 1 WHERE id = %(draft)s", "application_submitted_unless_draft"),
    "submitted at the deadline": (
        "UPDATE grants_application SET status = 'submitted', version = version + 1, submitted_at = '2026-12-01 23:00Z', submitted_by_id = %(lead)s, deadline_at_submit = '2026-12-01 23:00Z', applied_nok = 5 WHERE id = %(draft)s",
        "application_in_time_or_late_with_reason",
    ),
    "submitted for nothing": (
        "UPDATE grants_application SET status = 'submitted', version = version + 1, submitted_at = %(at)s, submitted_by_id = %(lead)s, deadline_at_submit = '2026-12-01 23:00Z', applied_nok = 0 WHERE id = %(draft)s",
        "application_submitted_whole",
    ),
    "granted more than was applied for": ("UPDATE grants_application SET granted_nok = 80001 WHERE id = %(application)s", "application_granted_as_decided"),
    "recommended more than was applied for": ("UPDATE grants_application SET recommended_nok = 80001 WHERE id = %(application)s", "application_recommended_at_most_applied"),
    "draft that is granted money": ("UPDATE grants_application SET granted_nok = 5 WHERE id = %(draft)s", "application_granted_as_decided"),
    "sum of payments written by hand": ("UPDATE grants_application SET committed_nok = 0 WHERE id = %(application)s", "application_committed_by_payments"),
    "changed submission": ("UPDATE grants_submission SET applied_nok = 1", "permission"),
    "removed submission": ("DELETE FROM grants_submission", "permission"),
    "budget line below zero": (LINE.format(category="courses", text="x", cost=5, own=-1), "grants_budgetline_own_nok_check"),
    "budget line with more own money than cost": (LINE.format(category="courses", text="x", cost=1, own=2), "budget_line_own_at_most_cost"),
    "budget line of an unknown category": (LINE.format(category="yacht", text="x", cost=1, own=0), "budget_line_category_known"),
    "part of an unknown kind": (
        "INSERT INTO grants_applicationpart (id, application_id, key, answers, is_complete, version) VALUES (%(id)s, %(draft)s, 'secret', '{}', false, 0)",
        "part_key_known",
    ),
    "score and conflict at once": (
        "INSERT INTO grants_assessment (id, application_id, reviewer_id, has_conflict, score, amounts_add_up, comment, assessed_at) VALUES (%(id)s, %(draft)s, %(officer)s, true, 3, false, '', %(at)s)",
        "assessment_score_or_conflict",
    ),
    "score of six": (
        "INSERT INTO grants_assessment (id, application_id, reviewer_id, has_conflict, score, amounts_add_up, comment, assessed_at) VALUES (%(id)s, %(draft)s, %(officer)s, false, 6, false, '', %(at)s)",
        "assessment_score_or_conflict",
    ),
    "advice with undeclared conflicts": (
        "INSERT INTO grants_advice (id, round_id, text, given_on, conflicts_declared, filed_by_id, filed_at) VALUES (%(id)s, %(round)s, 'x', %(day)s, false, %(officer)s, %(at)s)",
        "advice_conflicts_declared",
    ),
    # payments
    "payments above the award": (PAYMENT.format(application="%(application)s", instalment=2, amount=1, status="prepared", approved="NULL, NULL"), "application_payments_within_award"),
    "payment of nothing": (PAYMENT.format(application="%(application)s", instalment=2, amount=0, status="prepared", approved="NULL, NULL"), "payment_above_zero"),
    "payment that begins approved": (PAYMENT.format(application="%(application)s", instalment=2, amount=1, status="approved", approved="%(decider)s, %(at)s"), "grants_payment_guard_status"),
    "payment approved by who prepared it": (PAYMENT.format(application="%(application)s", instalment=2, amount=1, status="prepared", approved="%(officer)s, %(at)s"), "payment_approved_by_another"),
    "payment of another application's award": (PAYMENT.format(application="%(draft)s", instalment=1, amount=1, status="prepared", approved="NULL, NULL"), "payment_of_its_award"),
    "same instalment twice": (PAYMENT.format(application="%(application)s", instalment=1, amount=1, status="prepared", approved="NULL, NULL"), "payment_instalment_once"),
    "payment with another amount": ("UPDATE grants_payment SET amount_nok = 1 WHERE id = %(payment)s", "payment_stays_the_same"),
    "paid payment that is stopped": ("UPDATE grants_payment SET status = 'failed', version = version + 1, stopped_why = 'x' WHERE id = %(payment)s", "grants_payment_guard_status"),
    # organisations
    "organisation number with letters": (ORGANISATION.format(set="organisation_number = '31000000A'"), "organisation_number_nine_digits"),
    "organisation in no county": (ORGANISATION.format(set="counties = '{}'"), "organisation_counties_known"),
    "organisation in another region": (ORGANISATION.format(set="counties = '{03}'"), "organisation_counties_known"),
    "organisation of an unknown level": (ORGANISATION.format(set="level = 'galactic'"), "organisation_level_known"),
    "organisation above itself": (ORGANISATION.format(set="parent_id = id"), "organisation_not_its_own_parent"),
    "two organisations in one unit": (ORGANISATION.format(set="unit_id = %(other_unit)s"), "grants_organisation_unit_id_key"),
    # carry-over and reports
    "carry-over that skips a year": (CARRY_OVER.format(years="2026, 2028, 2026", amount=1, status="requested"), "carry_over_to_the_next_year"),
    "carry-over of nothing": (CARRY_OVER.format(years="2026, 2027, 2026", amount=0, status="requested"), "carry_over_above_zero"),
    "carry-over of later money": (CARRY_OVER.format(years="2026, 2027, 2027", amount=1, status="requested"), "carry_over_origin_not_later"),
    "carry-over that begins approved": (CARRY_OVER.format(years="2026, 2027, 2026", amount=1, status="approved"), "grants_carryover_guard_status"),
    "stand-alone report with an application": (REPORT.format(organisation="%(other)s", door="alone", application="%(draft)s"), "report_door_fits_application"),
    "inside report without an application": (REPORT.format(organisation="%(other)s", door="in_application", application="NULL"), "report_door_fits_application"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_forbidden_row_is_refused(what: str, world: World) -> None:
    sql, expected = FORBIDDEN[what]
    found = refused(sql, world.names())
    if expected == "fk":
        assert "fk" in found
    elif expected == "null value":
        assert "null value" in found
    else:
        assert found == expected


def test_delivered_report_must_add_up(world: World) -> None:
    report = reports.start_report(
        organisation=world.applicant.organisation, scheme=world.office.scheme, grant_year=2026, by=world.applicant.lead, now=AT
    )
    statement = (
        "UPDATE grants_report SET status = 'submitted', version = version + 1, submitted_at = %(at)s, submitted_by_id = %(lead)s,"
        " available_nok = 10, spent_nok = 9 WHERE id = %(report)s"
    )
    assert refused(statement, {**world.names(), "report": report.pk}) == "report_adds_up"
    assert Report.objects.get(pk=report.pk).status == "draft"


def test_carry_between_years_holds_when_both_sides_are_written(world: World) -> None:
    statement = (
        CARRY  # noqa: S608 - names and amounts are the test's own
        + ";"
        + ENTRY.format(kind="'carried_out'", amount=7, decision="%(id2)s")
        + "; INSERT INTO grants_ledgeraccount (id, organisation_id, scheme_id, year, origin_year, carried_in_nok, granted_nok, used_nok, carried_out_nok, repaid_nok)"
        " VALUES (%(id)s, %(organisation)s, %(scheme)s, 2027, {origin}, 0, 0, 0, 0, 0);"
        " INSERT INTO grants_ledger_entry (id, account_id, kind, amount_nok, decision_id, entered_at) VALUES (%(id2)s, %(id)s, 'carried_in', {amount}, %(id2)s, %(at)s)"
    )
    other_amount = refused(statement.format(origin=2026, amount=6), world.names())
    other_origin = refused(statement.format(origin=2025, amount=7), world.names())
    right = refused(statement.format(origin=2026, amount=7), world.names())
    assert (other_amount, other_origin, right) == (
        "ledger_account_carried_out_is_carried_in",
        "ledger_account_carried_out_is_carried_in",
        "",
    )


def test_stopped_payment_frees_its_amount(world: World) -> None:
    office, applicant = world.office, world.other
    application = make.fill(world.draft, applicant)
    from grants.actions.applications import submit_application

    submit_application(application=application, seen_version=0, by=applicant.lead, now=AT)
    make.decide(world.round, office, {Application.objects.get(pk=application.pk): 50_000})
    (payment,) = payments.prepare_payments(round=world.round, by=office.officer, now=AT)
    assert Application.objects.values_list("committed_nok", flat=True).get(pk=application.pk) == 50_000
    payments.stop_payment(payment=payment, reason="Feil konto", by=office.officer, now=AT)
    assert Application.objects.values_list("committed_nok", flat=True).get(pk=application.pk) == 0


def _sealed_columns() -> list[tuple[type, str]]:
    return [(Organisation, "account_number"), (Application, "contact_name"), (Application, "account_number")]


@pytest.mark.parametrize(("model", "column"), _sealed_columns())
def test_sealed_column_holds_no_plain_text(model: type, column: str, world: World) -> None:
    table = model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608 - names from the models
        values = [bytes(value) for (value,) in cursor.fetchall()]
    assert values
    assert not any(make.ACCOUNT.encode() in value or b"Kontakt" in value for value in values)
