"""The case officer's work on one application: formal check, questions, assessment, recommendation."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from grants import notifications
from grants.actions.refusal import Unable, acting
from grants.enums import ApplicationStatus, RoundStatus
from grants.models import Application, Assessment, ScreeningCheck
from grants.permissions import has_conflict
from grants.rounds import closing_moment
from grants.workflow import APPLICATION
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date
from lms_portal.outbox.actions import plan


class UnableToScreen(Unable):
    """The formal check could not be recorded or ended."""


class UnableToAssess(Unable):
    """The assessment or recommendation could not be recorded."""


def _locked(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related("round__scheme__office", "organisation__unit", "guideline")
    return rows.get(pk=application.pk)


def begin_screening(*, application: Application, by: User, now: datetime) -> Application:
    """This will begin the formal check of one application, such as a late one. Raises: UnableToScreen."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "screen_application", UnableToScreen):
        locked = _locked(application)
        if locked.round.status != RoundStatus.IN_ASSESSMENT:
            raise UnableToScreen(_("The assessment of the round has not begun."))
        move(APPLICATION, locked, verb="screen", now=now)
        return locked


def record_checks(*, application: Application, checks: Mapping[str, tuple[bool, str]], by: User, now: datetime) -> Application:
    """This will record the points of the formal check: code to (met, note). Raises: UnableToScreen."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "screen_application", UnableToScreen):
        locked = _locked(application)
        if locked.status != ApplicationStatus.SCREENING:
            raise UnableToScreen(_("The application is not in its formal check."))
        known = {code for code, _words in locked.guideline.criteria()}
        for code in sorted(known & set(checks)):
            is_met, note = checks[code]
            ScreeningCheck.objects.update_or_create(
                application=locked, code=code, defaults={"is_met": is_met, "note": note, "checked_by": by, "checked_at": now}
            )
        return locked


def ask_for_information(*, application: Application, question: str, due_on: date, by: User, now: datetime) -> Application:
    """This will ask the organisation for more, to be answered by the end of a Norwegian day. Raises: UnableToScreen."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "ask_for_information", UnableToScreen):
        locked = _locked(application)
        if due_on <= oslo_date(now):
            raise UnableToScreen(_("The last day to answer must be after today."))
        move(APPLICATION, locked, verb="ask", now=now, reason=question.strip(), info_due_at=closing_moment(due_on), info_answer="")
        plan(
            notifications.to_organisation(
                notifications.INFORMATION_ASKED,
                organisation_id=locked.organisation_id,
                object_type="grants.application",
                object_id=locked.pk,
                revision=str(locked.version),
                now=now,
            ),
            now=now,
        )
        return locked


def find_ineligible(*, application: Application, reason: str, by: User, now: datetime) -> Application:
    """This will end the formal check with the answer that the organisation may not apply, with the reason. Raises: UnableToScreen."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "find_ineligible", UnableToScreen):
        locked = _locked(application)
        move(APPLICATION, locked, verb="find_ineligible", now=now, reason=reason.strip())
        return locked


def readmit(*, application: Application, reason: str, by: User, now: datetime) -> Application:
    """This will take an application back into the formal check after an objection. Raises: UnableToScreen."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "readmit", UnableToScreen):
        locked = _locked(application)
        move(APPLICATION, locked, verb="readmit", now=now, reason=reason.strip())
        return locked


def send_to_review(*, application: Application, by: User, now: datetime) -> Application:
    """This will end the formal check once every point of the guideline's checklist is met. Raises: UnableToScreen."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "send_to_review", UnableToScreen):
        locked = _locked(application)
        met = set(locked.screening_checks.filter(is_met=True).values_list("code", flat=True))
        left = [words for code, words in locked.guideline.criteria() if code not in met]
        if left:
            raise UnableToScreen(_("These points are not met: %(points)s") % {"points": "; ".join(left)})
        move(APPLICATION, locked, verb="send_to_review", now=now)
        return locked


def declare_conflict(*, application: Application, by: User, now: datetime) -> Assessment:
    """This will record that a person has a conflict of interest; they take no further part in the application. Raises: UnableToAssess."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "declare_conflict", UnableToAssess):
        locked = _locked(application)
        assessment, _created = Assessment.objects.update_or_create(
            application=locked,
            reviewer=by,
            defaults={"has_conflict": True, "score": None, "comment": "", "amounts_add_up": False, "assessed_at": now},
        )
        return assessment


def assess(*, application: Application, score: int, comment: str, amounts_add_up: bool, by: User, now: datetime) -> Assessment:
    """This will record one reviewer's view: content from 1 to 5, and whether the arithmetic was checked. Raises: UnableToAssess."""
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "assess_application", UnableToAssess):
        locked = _locked(application)
        if locked.status not in {ApplicationStatus.UNDER_REVIEW, ApplicationStatus.RECOMMENDED}:
            raise UnableToAssess(_("The application is not being assessed now."))
        _refuse_conflict(by, locked)
        assessment, _created = Assessment.objects.update_or_create(
            application=locked,
            reviewer=by,
            defaults={"has_conflict": False, "score": score, "comment": comment, "amounts_add_up": amounts_add_up, "assessed_at": now},
        )
        return assessment


def recommend_application(*, application: Application, amount_nok: int, text: str, by: User, now: datetime) -> Application:
    """This will recommend an amount in whole kroner, 0 for a rejection, with the reason that the decision will carry.

    May be changed until the round is recommended. Raises: UnableToAssess.
    """
    with acting(by, Permission.HANDLE_GRANT, application.round.scheme.office, "recommend_application", UnableToAssess):
        locked = _locked(application)
        _refuse_conflict(by, locked)
        if locked.round.status != RoundStatus.IN_ASSESSMENT:
            raise UnableToAssess(_("The recommendation of the round is closed."))
        if not locked.assessments.filter(has_conflict=False, amounts_add_up=True).exists():
            raise UnableToAssess(_("Somebody must assess the content and check the amounts first."))
        if amount_nok > (locked.applied_nok or 0):
            raise UnableToAssess(_("You cannot recommend more than was applied for."))
        if not text.strip():
            raise UnableToAssess(_("Write the reason for the recommendation."))
        if locked.status == ApplicationStatus.RECOMMENDED:
            locked.recommended_nok, locked.recommendation = amount_nok, text.strip()
            locked.save(update_fields=["recommended_nok", "recommendation"])
        else:
            move(APPLICATION, locked, verb="recommend", now=now, recommended_nok=amount_nok, recommendation=text.strip())
        return locked


def _refuse_conflict(by: User, application: Application) -> None:
    if has_conflict(by, application):
        raise UnableToAssess(_("You have a conflict of interest in this application."))
