"""The applicant's writes: start, save part by part, submit, withdraw; and the office's late intake."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grants import notifications, policies
from grants.actions import reports
from grants.actions.refusal import Unable, acting
from grants.enums import ApplicationStatus, Door, PartKey, ReportStatus
from grants.models import Application, ApplicationPart, BudgetLine, Organisation, Report, Round, Submission
from grants.permissions import why_not_sign
from grants.queries import case_of, had_money, last_application, report_of, with_everything
from grants.workflow import APPLICATION
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import move
from lms_portal.common.ids import new_reference
from lms_portal.outbox.actions import plan

SEALED_ANSWERS = ("contact_name", "contact_email", "contact_phone", "account_number")
COPIED_PARTS = (PartKey.ORGANISATION, PartKey.ACTIVITIES, PartKey.BUDGET)
COPIED_ANSWERS_LEFT_OUT = frozenset({"annual_meeting_on", "rows"})


class UnableToStart(Unable):
    """The application could not be started."""


class UnableToSave(Unable):
    """The text could not be saved; the page keeps what was typed. `is_late`: it came after the deadline, and was kept beside the application."""

    def __init__(self, reason: str, *, is_late: bool = False, is_stale: bool = False) -> None:
        super().__init__(reason)
        self.is_late = is_late
        self.is_stale = is_stale


class UnableToSubmit(Unable):
    """The application was not submitted; nothing has been lost."""


class UnableToChange(Unable):
    """The application could not be withdrawn, reopened or answered."""


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """One typed line of a budget, in whole kroner."""

    category: str
    text: str
    cost_nok: int
    own_nok: int


def _locked(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related(
        "round__scheme__office", "organisation__unit", "data_key", "guideline"
    )
    return rows.get(pk=application.pk)


def _hold_round(round_id: object) -> Round:
    """Read the round FOR SHARE: moving its deadline and submitting are then ordered, and submissions do not wait for each other."""
    return Round.objects.raw("SELECT * FROM grants_round WHERE id = %s FOR SHARE", [round_id])[0]


def start_application(*, round: Round, organisation: Organisation, by: User, now: datetime) -> Application:  # noqa: A002 - the noun's own name
    """This will start an organisation's application in a round, or return the one it has.

    Where the organisation had money for the year, the report on it becomes a part of the application. Raises: UnableToStart.
    """
    with acting(by, Permission.APPLY_FOR_GRANT, organisation.unit, "start_application", UnableToStart):
        held = _hold_round(round.pk)
        reason = policies.why_closed(held, now)
        if reason or held.guideline is None:
            raise UnableToStart(reason or _("This round is not open yet."))
        try:
            with transaction.atomic():
                application = Application.objects.create(
                    round=held,
                    organisation=organisation,
                    reference=new_reference("S"),
                    guideline=held.guideline,
                    data_key=organisation.data_key,
                    account_number=organisation.account_number,
                    started_at=now,
                    started_by=by,
                )
        except IntegrityError:
            return Application.objects.get(round=held, organisation=organisation)
        _add_report(application, by, now)
        return application


def _add_report(application: Application, by: User, now: datetime) -> None:
    year, scheme = application.round.reports_on_year, application.round.scheme
    if not had_money(application.organisation, scheme, year):
        return
    report = Report.objects.select_for_update().filter(organisation=application.organisation, scheme=scheme, grant_year=year).first()
    if report is None:
        reports.begin(organisation=application.organisation, scheme=scheme, grant_year=year, application=application, by=by, now=now)
    elif report.status == ReportStatus.DRAFT and report.application_id is None:
        # begun on its own before they decided to apply: it moves into the application with its text
        report.application, report.door = application, Door.IN_APPLICATION
        report.save(update_fields=["application", "door"])


def save_part(
    *,
    application: Application,
    key: PartKey,
    answers: Mapping[str, Any],
    is_complete: bool,
    seen_version: int,
    by: User,
    now: datetime,
    sealed: Mapping[str, str] | None = None,
    budget: Sequence[BudgetRow] | None = None,
) -> ApplicationPart:
    """This will save one part of a draft; a part that is not finished is saved as it is.

    `sealed` holds the contact and the account number, `budget` the lines of the budget part. After the deadline the text is kept
    beside the application, for a case officer who takes it in late, and the answer says so.
    Raises: UnableToSave.
    """
    late = ""
    with acting(by, Permission.APPLY_FOR_GRANT, application.organisation.unit, "write_application", UnableToSave):
        held = _hold_round(application.round_id)
        locked = _locked(application)
        locked.round = held
        reason = policies.why_not_edit(locked, now)
        part, _created = ApplicationPart.objects.select_for_update().get_or_create(application=locked, key=key)
        if reason and locked.status == ApplicationStatus.DRAFT and now >= held.closes_at:
            late = reason
            part.late_answers = {**answers, "budget": [[r.category, r.text, r.cost_nok, r.own_nok] for r in budget or []]}
            part.late_saved_at, part.late_saved_by = now, by
            part.save(update_fields=["late_answers", "late_saved_at", "late_saved_by"])
        elif reason:
            raise UnableToSave(reason)
        else:
            _write_part(locked, part, answers, sealed, budget, is_complete=is_complete, seen_version=seen_version, by=by, now=now)
    if late:
        raise UnableToSave(late, is_late=True)
    return part


def _write_part(
    application: Application,
    part: ApplicationPart,
    answers: Mapping[str, Any],
    sealed: Mapping[str, str] | None,
    budget: Sequence[BudgetRow] | None,
    *,
    is_complete: bool,
    seen_version: int,
    by: User,
    now: datetime,
) -> None:
    if part.version != seen_version:
        who = part.saved_by.name if part.saved_by else ""
        raise UnableToSave(
            _("%(name)s saved this part while you had it open. Your text is still here: compare it with what is stored, then save again.")
            % {"name": who},
            is_stale=True,
        )
    if sealed is not None:
        for name in SEALED_ANSWERS:
            setattr(application, name, sealed.get(name) or None)
        application.save(update_fields=list(SEALED_ANSWERS))
    if budget is not None:
        application.budget_lines.all().delete()
        BudgetLine.objects.bulk_create(
            BudgetLine(
                application=application, position=position, category=row.category, text=row.text, cost_nok=row.cost_nok, own_nok=row.own_nok
            )
            for position, row in enumerate(budget)
        )
    part.answers, part.is_complete = dict(answers), is_complete
    part.version += 1
    part.saved_at, part.saved_by = now, by
    part.save(update_fields=["answers", "is_complete", "version", "saved_at", "saved_by"])


def copy_last_year(*, application: Application, by: User, now: datetime) -> Application:
    """This will fill the parts that nobody has begun with the organisation's newest earlier application.

    Each copied part still has to be looked at and saved. Raises: UnableToSave.
    """
    with acting(by, Permission.APPLY_FOR_GRANT, application.organisation.unit, "copy_application", UnableToSave):
        locked = _locked(application)
        reason = policies.why_not_edit(locked, now)
        if reason:
            raise UnableToSave(reason)
        source = last_application(locked.organisation, locked.round)
        if source is None:
            raise UnableToSave(_("There is no earlier application to copy."))
        begun = set(locked.parts.filter(saved_at__isnull=False).values_list("key", flat=True))
        for part in source.parts.filter(key__in=[key for key in COPIED_PARTS if key not in begun]):
            answers = {name: value for name, value in part.answers.items() if name not in COPIED_ANSWERS_LEFT_OUT}
            ApplicationPart.objects.update_or_create(
                application=locked,
                key=part.key,
                defaults={"answers": answers, "is_complete": False, "saved_at": now, "saved_by": by, "version": 1},
            )
            if part.key == PartKey.BUDGET:
                locked.budget_lines.all().delete()
                BudgetLine.objects.bulk_create(
                    BudgetLine(
                        application=locked, position=n, category=line.category, text=line.text, cost_nok=line.cost_nok, own_nok=line.own_nok
                    )
                    for n, line in enumerate(source.budget_lines.all())
                )
        if PartKey.ORGANISATION not in begun:
            source_sealed = Application.objects.select_related("data_key").get(pk=source.pk)
            for name in SEALED_ANSWERS:
                setattr(locked, name, getattr(source_sealed, name))
        locked.copied_from = source
        locked.save(update_fields=["copied_from", *SEALED_ANSWERS])
        return locked


def submit_application(*, application: Application, seen_version: int, by: User, now: datetime) -> Submission:
    """This will submit a draft: in time to the microsecond, whole, by somebody who may sign; with a receipt to everybody concerned.

    `now` is the moment at which the request reached the portal. Raises: UnableToSubmit. Source: data-model decision “Grants”.
    """
    with acting(by, Permission.APPLY_FOR_GRANT, application.organisation.unit, "submit_application", UnableToSubmit):
        held = _hold_round(application.round_id)
        locked = _locked(application)
        if locked.status != ApplicationStatus.DRAFT:
            raise UnableToSubmit(_("The application has already been submitted."))
        # the deadline comes first, so that whoever is late is told the time and not to fill in more
        reason = policies.why_closed(held, now) or why_not_sign(by, locked.organisation)
        if reason:
            raise UnableToSubmit(reason)
        return _submit(locked, held, verb="submit", seen_version=seen_version, by=by, now=now)


def take_in_late(*, application: Application, reason: str, use_late_text: bool, by: User, now: datetime) -> Submission:
    """This will take a draft in after the deadline, by a case officer with a reason that stands on the case.

    `use_late_text` puts what was typed after the deadline into the application first. Raises: UnableToSubmit.
    """
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "take_in_late", UnableToSubmit):
        held = _hold_round(application.round_id)
        locked = _locked(application)
        if now < held.closes_at:
            raise UnableToSubmit(_("The round is still open: the organisation can submit by itself."))
        if held.status not in {"closed", "in_assessment"}:
            raise UnableToSubmit(_("The round has gone too far for another application."))
        if not reason.strip():
            raise UnableToSubmit(_("Write why the application is taken in late."))
        if use_late_text:
            _merge_late_text(locked, now)
        return _submit(locked, held, verb="take_in_late", seen_version=locked.version, by=by, now=now, late_reason=reason.strip())


def _merge_late_text(application: Application, now: datetime) -> None:
    for part in application.parts.select_for_update().filter(late_answers__isnull=False):
        late = dict(part.late_answers or {})
        rows = late.pop("budget", [])
        if part.key == PartKey.BUDGET and rows:
            application.budget_lines.all().delete()
            BudgetLine.objects.bulk_create(
                BudgetLine(application=application, position=n, category=category, text=text, cost_nok=cost, own_nok=own)
                for n, (category, text, cost, own) in enumerate(rows)
            )
        part.answers = late
        part.version += 1
        part.saved_at, part.saved_by = now, part.late_saved_by
        part.save(update_fields=["answers", "version", "saved_at", "saved_by"])


def _submit(
    application: Application, round_: Round, *, verb: str, seen_version: int, by: User, now: datetime, late_reason: str = ""
) -> Submission:
    case = case_of(with_everything(Application.objects.filter(pk=application.pk)).get())
    if case.missing and verb == "submit":
        names = ", ".join(str(row.key.label) for row in case.missing)
        raise UnableToSubmit(_("These parts are not done: %(parts)s.") % {"parts": names})
    reason = policies.why_not_apply_for(case.budget, round_.scheme.ceiling_nok)
    if reason:
        raise UnableToSubmit(reason)
    report = report_of(case.application)
    if report is not None and report.status == ReportStatus.DRAFT:
        try:
            reports.deliver(report, by=by, now=now, late_reason=late_reason)
        except reports.UnableToReport as error:
            raise UnableToSubmit(error.reason) from None
    content = snapshot(case.application)
    move(
        APPLICATION,
        application,
        verb=verb,
        now=now,
        seen_version=seen_version,
        reason=late_reason,
        submitted_at=now,
        submitted_by=by,
        deadline_at_submit=round_.closes_at,
        applied_nok=case.budget.applied_nok,
        late_reason=late_reason,
    )
    submission = Submission.objects.create(
        application=application,
        number=application.submissions.count() + 1,
        data_key=application.data_key,
        content=content,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        applied_nok=case.budget.applied_nok,
        guideline=application.guideline,
        submitted_at=now,
        submitted_by=by,
    )
    plan(
        notifications.to_organisation(
            notifications.SUBMITTED,
            organisation_id=application.organisation_id,
            object_type="grants.application",
            object_id=application.pk,
            revision=str(submission.number),
            now=now,
        ),
        now=now,
    )
    return submission


def snapshot(application: Application) -> str:
    """This will write an application's whole content as one text with a fixed order, which the hash on the receipt is made from."""
    report = report_of(application)
    content = {
        "reference": application.reference,
        "grant_year": application.round.grant_year,
        "scheme": application.round.scheme.code,
        "guideline": application.guideline.number,
        "organisation": {"number": application.organisation.organisation_number, "name": application.organisation.unit.name_nb},
        "contact": {name: getattr(application, name) or "" for name in SEALED_ANSWERS},
        "parts": {part.key: part.answers for part in application.parts.all()},
        "budget": [[line.category, line.text, line.cost_nok, line.own_nok] for line in application.budget_lines.all()],
        "report": reports.snapshot(report) if report else None,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def withdraw_application(*, application: Application, seen_version: int, by: User, now: datetime) -> Application:
    """This will withdraw a draft or a submitted application. Raises: UnableToChange."""
    with acting(by, Permission.APPLY_FOR_GRANT, application.organisation.unit, "withdraw_application", UnableToChange):
        locked = _locked(application)
        if locked.status == ApplicationStatus.SUBMITTED:
            _refuse_unless_signing(by, locked)
        move(APPLICATION, locked, verb="withdraw", now=now, seen_version=seen_version)
        return locked


def reopen_application(*, application: Application, seen_version: int, by: User, now: datetime) -> Application:
    """This will turn a submitted or withdrawn application into a draft again, before the deadline. Raises: UnableToChange.

    It has to be submitted anew; the earlier submission stays on record.
    """
    with acting(by, Permission.APPLY_FOR_GRANT, application.organisation.unit, "reopen_application", UnableToChange):
        held = _hold_round(application.round_id)
        locked = _locked(application)
        locked.round = held
        _refuse_unless_signing(by, locked)
        reason = policies.why_not_reopen(locked, now)
        if reason:
            raise UnableToChange(reason)
        verb = "reopen" if locked.status == ApplicationStatus.SUBMITTED else "take_up_again"
        move(
            APPLICATION,
            locked,
            verb=verb,
            now=now,
            seen_version=seen_version,
            submitted_at=None,
            submitted_by=None,
            deadline_at_submit=None,
            applied_nok=None,
        )
        report = Report.objects.select_for_update().filter(application=locked, status=ReportStatus.SUBMITTED).first()
        if report:
            reports.take_back(report, now=now)
        return locked


def _refuse_unless_signing(by: User, application: Application) -> None:
    reason = why_not_sign(by, application.organisation)
    if reason:
        raise UnableToChange(reason)


def answer_information(*, application: Application, text: str, by: User, now: datetime) -> Application:
    """This will send the organisation's answer to what the case officer asked. Raises: UnableToChange."""
    with acting(by, Permission.APPLY_FOR_GRANT, application.organisation.unit, "answer_information", UnableToChange):
        locked = _locked(application)
        if not text.strip():
            raise UnableToChange(_("Write your answer."))
        move(APPLICATION, locked, verb="answer", now=now, info_answer=text.strip(), info_due_at=None)
        return locked
