"""Schemes, rounds, organisations and applications for tests, made through the actions. Nobody here exists."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from grants.actions import applications, assessment, payments, reports, rounds
from grants.actions.applications import BudgetRow
from grants.actions.reports import ReportRow
from grants.enums import Category, County, OrganisationLevel, PartKey
from grants.models import Application, GuidelineVersion, LedgerAccount, Organisation, Report, Round, Scheme
from grants.rounds import last_day_of, window_of
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import APPLICANT, CASE_OFFICER, DECISION_MAKER, ORGANISATION_LEAD, RBU_MEMBER
from lms_portal.common.models import DataKey
from tests.factories.accounts import make_person, make_unit

_serial = count(1)
GRANT_YEAR = 2027
OPENS_AT, CLOSES_AT = window_of(GRANT_YEAR).opens_at, window_of(GRANT_YEAR).closes_at
DURING = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)
ORGANISATION_NUMBERS = [f"3100{n:04d}" for n in range(1, 400)]
ACCOUNT = "86011117947"


def check_digit(eight: str) -> str:
    """This will complete eight digits to a synthetic organisation number; empty where there is none."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(eight, (3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    return "" if rest == 10 else eight + str(rest % 11)


NUMBERS = [number for number in map(check_digit, ORGANISATION_NUMBERS) if number]


@dataclass
class Office:
    """The grant office with its people."""

    scheme: Scheme
    officer: User
    second_officer: User
    decider: User
    adviser: User
    guideline: GuidelineVersion


@dataclass
class Applicant:
    """An organisation with a member who writes and one who signs."""

    organisation: Organisation
    writer: User
    lead: User


CHECKLIST = [
    {
        "code": "user_run",
        "nb": "Organisasjonen er brukerstyrt",
        "nn": "Organisasjonen er brukarstyrt",
        "en": "The organisation is user-run",
    },
    {"code": "board", "nb": "Styret er valgt", "nn": "Styret er valt", "en": "The board is elected"},
]


def make_office(code: str = "", **fields: Any) -> Office:
    """This will make a scheme with its office and people."""
    serial = next(_serial)
    unit = make_unit(code or f"grant-office-{serial}", UnitKind.GRANT_OFFICE)
    scheme = Scheme.objects.create(
        code=f"scheme-{serial}",
        office=unit,
        name_nb="Tilskudd",
        name_nn="Tilskot",
        counties=County.values,
        categories=Category.values,
        **fields,
    )
    guideline = GuidelineVersion.objects.create(
        scheme=scheme, number=1, text_nb="Retningslinjer", text_nn="Retningslinjer", checklist=CHECKLIST, adopted_on=date(2026, 6, 1)
    )
    return Office(
        scheme=scheme,
        officer=make_person("Sak Behandler", f"officer{serial}@example.org", (CASE_OFFICER, unit)),
        second_officer=make_person("Annen Behandler", f"second{serial}@example.org", (CASE_OFFICER, unit)),
        decider=make_person("Be Slutter", f"decider{serial}@example.org", (DECISION_MAKER, unit)),
        adviser=make_person("Råd Giver", f"adviser{serial}@example.org", (RBU_MEMBER, unit)),
        guideline=guideline,
    )


def make_applicant(name: str = "", **fields: Any) -> Applicant:
    """This will make an organisation with two people."""
    serial = next(_serial)
    unit = make_unit(f"organisation-{serial}", UnitKind.USER_ORGANISATION, name=name or f"Organisasjon {serial}")
    values = {"level": OrganisationLevel.COUNTY, "counties": [County.MORE_OG_ROMSDAL], "account_number": ACCOUNT, **fields}
    organisation = Organisation.objects.create(
        unit=unit, organisation_number=NUMBERS[serial % len(NUMBERS)], data_key=DataKey.create(), **values
    )
    return Applicant(
        organisation,
        writer=make_person("Skri Ver", f"writer{serial}@example.org", (APPLICANT, unit)),
        lead=make_person("Under Skriver", f"lead{serial}@example.org", (ORGANISATION_LEAD, unit)),
    )


def make_round(office: Office, grant_year: int = GRANT_YEAR, *, frame_amount_nok: int = 1_000_000, opened: bool = True) -> Round:
    """This will make a round of a year, confirmed in the September before, and opened on its first day."""
    window = window_of(grant_year)
    before = window.opens_at - timedelta(days=20)
    round_ = rounds.create_round(scheme=office.scheme, grant_year=grant_year, by=office.officer, now=before)
    if opened:
        confirm(round_, office, now=before, frame_amount_nok=frame_amount_nok)
        rounds.open_and_close_rounds(now=window.opens_at)
        round_.refresh_from_db()
    return round_


def confirm(round_: Round, office: Office, *, now: datetime, frame_amount_nok: int = 1_000_000) -> Round:
    """This will confirm a round with the dates that it has."""
    return rounds.confirm_round(
        round=round_,
        guideline=office.guideline,
        frame_amount_nok=frame_amount_nok,
        opens_at=round_.opens_at,
        last_day=last_day_of(round_.closes_at),
        by=office.officer,
        now=now,
    )


ANSWERS: dict[PartKey, dict[str, Any]] = {
    PartKey.ORGANISATION: {"about": "Vi møtes hver måned.", "members": 120, "annual_meeting_on": "2026-03-14"},
    PartKey.ACTIVITIES: {"goals": "Færre står alene.", "activities": "Fem samlinger.", "participants": 60, "cooperation": "LMS Volda.", "priorities": ["courses"]},
    PartKey.BUDGET: {"explanation": ""},
    PartKey.CONFIRMATION: {
        "is_user_run": True, "is_democratic": True, "board_approved_on": "2026-10-20", "knows_report_duty": True, "is_correct": True
    },
}  # fmt: skip
SEALED = {
    "contact_name": "Kontakt Person",
    "contact_email": "kontakt@example.org",
    "contact_phone": "+4770123456",
    "account_number": ACCOUNT,
}


def make_draft(round_: Round, applicant: Applicant, *, now: datetime | None = None) -> Application:
    """This will start an application."""
    moment = now or round_.opens_at + timedelta(days=5)
    return applications.start_application(round=round_, organisation=applicant.organisation, by=applicant.writer, now=moment)


def fill(
    application: Application, applicant: Applicant, *, cost_nok: int = 100_000, own_nok: int = 20_000, now: datetime | None = None
) -> Application:
    """This will complete every part of a draft, the report too where there is money to report on."""
    moment = now or application.started_at + timedelta(days=1)
    for key, answers in ANSWERS.items():
        applications.save_part(
            application=application,
            key=key,
            answers=answers,
            is_complete=True,
            seen_version=0,
            by=applicant.writer,
            now=moment,
            sealed=SEALED if key == PartKey.ORGANISATION else None,
            budget=[BudgetRow("courses", "Kurshelg", cost_nok, own_nok)] if key == PartKey.BUDGET else None,
        )
    report = Report.objects.filter(application=application).first()
    if report:
        fill_report(report, applicant, now=moment)
    return Application.objects.get(pk=application.pk)


def fill_report(
    report: Report, applicant: Applicant, *, used_nok: int | None = None, carry_over_nok: int = 0, repay_nok: int = 0, now: datetime
) -> Report:
    """This will complete a report: everything that stands open is used, unless some is carried over or repaid."""
    accounts = LedgerAccount.objects.filter(organisation=report.organisation, scheme=report.scheme, year=report.grant_year)
    available = sum(account.open_nok for account in accounts)
    used = available - carry_over_nok - repay_nok if used_nok is None else used_nok
    return reports.save_report(
        report=report,
        texts={"activities": "Vi holdt fem samlinger.", "carry_over_purpose": "En samling til."},
        carry_over_nok=carry_over_nok,
        repay_nok=repay_nok,
        rows=[ReportRow("courses", "Kurshelg", available, used, 0)],
        is_complete=True,
        seen_number=report.save_number,
        by=applicant.writer,
        now=now,
    )


def make_submitted(round_: Round, applicant: Applicant, *, now: datetime | None = None, **amounts: Any) -> Application:
    """This will start, fill and submit an application."""
    application = fill(make_draft(round_, applicant), applicant, **amounts)
    moment = now or application.started_at + timedelta(days=2)
    applications.submit_application(application=application, seen_version=application.version, by=applicant.lead, now=moment)
    return Application.objects.get(pk=application.pk)


def close(round_: Round) -> Round:
    """This will let the deadline pass."""
    rounds.open_and_close_rounds(now=round_.closes_at)
    round_.refresh_from_db()
    return round_


def recommend(application: Application, office: Office, *, amount_nok: int, now: datetime) -> Application:
    """This will take an application from its formal check to a recommendation."""
    checks = {item["code"]: (True, "") for item in CHECKLIST}
    assessment.record_checks(application=application, checks=checks, by=office.officer, now=now)
    assessment.send_to_review(application=application, by=office.officer, now=now)
    assessment.assess(application=application, score=4, comment="God plan.", amounts_add_up=True, by=office.officer, now=now)
    return assessment.recommend_application(application=application, amount_nok=amount_nok, text="Godt tiltak.", by=office.officer, now=now)


def decide(round_: Round, office: Office, amounts: dict[Application, int]) -> Round:
    """This will take a round from its deadline to its decision, with an amount for each application."""
    close(round_)
    now = round_.closes_at + timedelta(days=30)
    rounds.start_assessment(round=round_, by=office.officer, now=now)
    for application, amount in amounts.items():
        recommend(application, office, amount_nok=amount, now=now)
    rounds.file_advice(
        round=round_, text="Vi støtter innstillingen.", given_on=now.date(), conflicts_declared=True, by=office.adviser, now=now
    )
    rounds.recommend_round(round=round_, by=office.officer, now=now)
    rounds.decide_round(round=round_, by=office.decider, now=now)
    round_.refresh_from_db()
    return round_


def pay(round_: Round, office: Office) -> Round:
    """This will pay every award in full."""
    now = round_.closes_at + timedelta(days=60)
    prepared = payments.prepare_payments(round=round_, by=office.officer, now=now)
    payments.approve_payments(payments=prepared, by=office.second_officer, now=now)
    payments.export_payments(round=round_, by=office.officer, now=now)
    payments.confirm_payments(round=round_, paid_on=now.date(), by=office.officer, now=now)
    rounds.finish_payments(round=round_, by=office.officer, now=now)
    round_.refresh_from_db()
    return round_


def make_award(office: Office, applicant: Applicant, grant_year: int = GRANT_YEAR - 1, *, amount_nok: int = 80_000) -> Round:
    """This will let an organisation have money for a year, paid out."""
    round_ = make_round(office, grant_year)
    application = make_submitted(round_, applicant, cost_nok=amount_nok, own_nok=0)
    return pay(decide(round_, office, {application: amount_nok}), office)


def unit_of(applicant: Applicant) -> Unit:
    """This will return the organisation's unit."""
    return applicant.organisation.unit
