"""Reports on the use of money: begun, saved, delivered through either door, sent back, approved into the ledger."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from grants import notifications, policies
from grants.actions.ledger import enter
from grants.actions.refusal import Unable, acting
from grants.enums import ApplicationStatus, DecisionKind, Door, EntryKind, PartKey, ReportStatus
from grants.ledger import Open, take_oldest_first
from grants.models import Application, ApplicationPart, CarryOver, Decision, Organisation, Report, ReportLine, Scheme
from grants.permissions import why_not_sign
from grants.queries import had_money, open_accounts
from grants.workflow import REPORT
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import move
from lms_portal.outbox.actions import plan


class UnableToReport(Unable):
    """The report could not be begun, saved or delivered. `is_stale`: somebody else saved it meanwhile."""

    def __init__(self, reason: str, *, is_stale: bool = False) -> None:
        super().__init__(reason)
        self.is_stale = is_stale


class UnableToSettleReport(Unable):
    """The report could not be sent back or approved."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One typed line of a report, in whole kroner."""

    category: str
    text: str
    budgeted_nok: int
    used_nok: int
    planned_nok: int


def begin(
    *, organisation: Organisation, scheme: Scheme, grant_year: int, application: Application | None, by: User, now: datetime
) -> Report:
    """This will make a report with the lines of the budget that the money was granted for, in the caller's transaction."""
    report = Report.objects.create(
        organisation=organisation,
        scheme=scheme,
        grant_year=grant_year,
        door=Door.IN_APPLICATION if application else Door.ALONE,
        application=application,
        saved_at=now,
        saved_by=by,
    )
    granted = Application.objects.filter(organisation=organisation, round__scheme=scheme, round__grant_year=grant_year).first()
    if granted:
        ReportLine.objects.bulk_create(
            ReportLine(report=report, position=n, category=line.category, text=line.text, budgeted_nok=line.cost_nok - line.own_nok)
            for n, line in enumerate(granted.budget_lines.all())
        )
    return report


def start_report(*, organisation: Organisation, scheme: Scheme, grant_year: int, by: User, now: datetime) -> Report:
    """This will begin a report on its own, for an organisation that does not apply again, or return the one there is.

    Raises: UnableToReport.
    """
    with acting(by, Permission.APPLY_FOR_GRANT, organisation.unit, "start_report", UnableToReport):
        existing = Report.objects.filter(organisation=organisation, scheme=scheme, grant_year=grant_year).first()
        if existing:
            return existing
        if not had_money(organisation, scheme, grant_year):
            raise UnableToReport(_("The organisation had no money that year, so there is nothing to report on."))
        return begin(organisation=organisation, scheme=scheme, grant_year=grant_year, application=None, by=by, now=now)


def _locked(report: Report) -> Report:
    rows = Report.objects.select_for_update(of=("self",)).select_related(
        "organisation__unit", "scheme__office", "application__round__scheme"
    )
    return rows.get(pk=report.pk)


def save_report(
    *,
    report: Report,
    texts: Mapping[str, str],
    carry_over_nok: int,
    repay_nok: int,
    rows: Sequence[ReportRow],
    is_complete: bool,
    seen_number: int,
    by: User,
    now: datetime,
) -> Report:
    """This will save a report's draft. `texts` holds activities, difference and carry_over_purpose; amounts are whole kroner.

    Raises: UnableToReport.
    """
    with acting(by, Permission.APPLY_FOR_GRANT, report.organisation.unit, "write_report", UnableToReport):
        locked = _locked(report)
        if locked.status != ReportStatus.DRAFT:
            raise UnableToReport(_("The report is delivered and can no longer be changed."))
        if locked.application and locked.application.status == ApplicationStatus.DRAFT:
            reason = policies.why_closed(locked.application.round, now)
            if reason:
                raise UnableToReport(reason)
        if locked.save_number != seen_number:
            raise UnableToReport(
                _(
                    "Somebody else saved the report while you had it open. Your text is still here: compare it with what is stored, then save again."
                ),
                is_stale=True,
            )
        for name in ("activities", "difference", "carry_over_purpose"):
            setattr(locked, name, texts.get(name, ""))
        locked.carry_over_nok, locked.repay_nok = carry_over_nok, repay_nok
        locked.saved_at, locked.saved_by = now, by
        locked.save_number += 1
        locked.save()
        locked.lines.all().delete()
        ReportLine.objects.bulk_create(
            ReportLine(
                report=locked,
                position=n,
                category=row.category,
                text=row.text,
                budgeted_nok=row.budgeted_nok,
                used_nok=row.used_nok,
                planned_nok=row.planned_nok,
            )
            for n, row in enumerate(rows)
        )
        if locked.application_id:
            part, _created = ApplicationPart.objects.get_or_create(application_id=locked.application_id, key=PartKey.REPORT)
            part.is_complete, part.saved_at, part.saved_by = is_complete, now, by
            part.version += 1
            part.save(update_fields=["is_complete", "saved_at", "saved_by", "version"])
        return locked


def submit_report(*, report: Report, seen_version: int, by: User, now: datetime) -> Report:
    """This will deliver a report that stands on its own. Raises: UnableToReport."""
    with acting(by, Permission.APPLY_FOR_GRANT, report.organisation.unit, "submit_report", UnableToReport):
        locked = _locked(report)
        if locked.door == Door.IN_APPLICATION and locked.application and locked.application.status == ApplicationStatus.DRAFT:
            raise UnableToReport(_("This report is part of an application, and is delivered with it."))
        reason = why_not_sign(by, locked.organisation)
        if reason:
            raise UnableToReport(reason)
        if locked.version != seen_version:
            raise UnableToReport(_("Somebody else changed the report while you had it open. Look at it again before you go on."))
        return deliver(locked, by=by, now=now)


def deliver(report: Report, *, by: User, now: datetime, late_reason: str = "") -> Report:
    """This will move a draft to delivered, in the caller's transaction, once it adds up to the krone. Raises: UnableToReport."""
    available = sum(account.amount_nok for account in open_accounts(report.organisation, report.scheme, report.grant_year))
    lines = list(report.lines.all())
    spent = sum(line.used_nok + line.planned_nok for line in lines)
    reason = policies.why_not_deliver(
        available_nok=available, spent_nok=spent, carry_over_nok=report.carry_over_nok, repay_nok=report.repay_nok
    )
    if not reason and not report.activities.strip():
        reason = _("The report must say what was done.")
    if not reason and report.carry_over_nok and not report.carry_over_purpose.strip():
        reason = _("The report must say what the carried-over money is for.")
    if reason:
        raise UnableToReport(reason)
    move(
        REPORT,
        report,
        verb="take_in_late" if late_reason else "submit",
        now=now,
        reason=late_reason,
        submitted_at=now,
        submitted_by=by,
        available_nok=available,
        spent_nok=spent,
    )
    return report


def take_back(report: Report, *, now: datetime) -> Report:
    """This will turn a delivered report into a draft again with its application, in the caller's transaction."""
    move(REPORT, report, verb="reopen", now=now, submitted_at=None, submitted_by=None, available_nok=None, spent_nok=None)
    return report


def snapshot(report: Report) -> dict[str, Any]:
    """This will write a report's content for the submission that it belongs to."""
    return {
        "grant_year": report.grant_year,
        "activities": report.activities,
        "difference": report.difference,
        "lines": [[line.category, line.text, line.budgeted_nok, line.used_nok, line.planned_nok] for line in report.lines.all()],
        "carry_over": [report.carry_over_nok, report.carry_over_purpose],
        "repay": report.repay_nok,
    }


def _tell(report: Report, kind: str, now: datetime) -> None:
    plan(
        notifications.to_organisation(
            kind,
            organisation_id=report.organisation_id,
            object_type="grants.report",
            object_id=report.pk,
            revision=str(report.version),
            now=now,
        ),
        now=now,
    )


def send_back(*, report: Report, reason: str, comments: Mapping[uuid.UUID, str], by: User, now: datetime) -> Report:
    """This will return a report with a reason, and a comment on each line that needs one. Raises: UnableToSettleReport."""
    with acting(by, Permission.HANDLE_GRANT, report.scheme.office, "send_back_report", UnableToSettleReport):
        locked = _locked(report)
        for line in locked.lines.all():
            line.comment = comments.get(line.pk, "")
            line.save(update_fields=["comment"])
        move(REPORT, locked, verb="send_back", now=now, reason=reason.strip(), returned_why=reason.strip())
        _tell(locked, notifications.REPORT_RETURNED, now)
        return locked


def revise_report(*, report: Report, by: User, now: datetime) -> Report:
    """This will open a returned report for correction; from now on it stands on its own. Raises: UnableToReport."""
    with acting(by, Permission.APPLY_FOR_GRANT, report.organisation.unit, "revise_report", UnableToReport):
        locked = _locked(report)
        move(REPORT, locked, verb="revise", now=now)
        return locked


def approve_report(*, report: Report, admitted: Mapping[uuid.UUID, int], by: User, now: datetime) -> Report:
    """This will approve a delivered report: the admitted use goes into the ledger, oldest money first, and requests for carry-over are filed.

    `admitted` holds whole kroner per line; a line that is left out is admitted in full. What is not admitted stays open, to be repaid.
    Raises: UnableToSettleReport.
    """
    with acting(by, Permission.HANDLE_GRANT, report.scheme.office, "approve_report", UnableToSettleReport):
        locked = _locked(report)
        total = 0
        for line in locked.lines.all():
            used = line.used_nok + line.planned_nok
            line.admitted_nok = admitted.get(line.pk, used)
            if line.admitted_nok > used:
                raise UnableToSettleReport(_("You cannot admit more than was used on “%(line)s”.") % {"line": line.text})
            line.save(update_fields=["admitted_nok"])
            total += line.admitted_nok
        move(REPORT, locked, verb="approve", now=now, approved_at=now, approved_by=by)
        left = open_accounts(locked.organisation, locked.scheme, locked.grant_year)
        if total:
            decision = Decision.objects.create(
                kind=DecisionKind.USE,
                organisation_id=locked.organisation_id,
                scheme_id=locked.scheme_id,
                grant_year=locked.grant_year,
                amount_nok=total,
                reason=_("Report approved"),
                batch=uuid.uuid4(),
                decided_by=by,
                decided_at=now,
            )
            for taken in take_oldest_first(total, left):
                enter(decision, EntryKind.USED, taken.amount_nok, year=locked.grant_year, origin_year=taken.origin_year, now=now)
        _request_carry_over(locked, now)
        _tell(locked, notifications.REPORT_APPROVED, now)
        return locked


def _request_carry_over(report: Report, now: datetime) -> None:
    if not report.carry_over_nok or not report.scheme.allows_carry_over or report.submitted_by is None:
        return
    left = open_accounts(report.organisation, report.scheme, report.grant_year)
    newest_first = [Open(-account.origin_year, account.amount_nok) for account in left]  # the oldest money was used before the newest
    for taken in take_oldest_first(min(report.carry_over_nok, sum(account.amount_nok for account in left)), newest_first):
        CarryOver.objects.create(
            organisation_id=report.organisation_id,
            scheme_id=report.scheme_id,
            from_year=report.grant_year,
            to_year=report.grant_year + 1,
            origin_year=-taken.origin_year,
            amount_nok=taken.amount_nok,
            purpose=report.carry_over_purpose,
            requested_by=report.submitted_by,
            requested_at=report.submitted_at or now,
        )
