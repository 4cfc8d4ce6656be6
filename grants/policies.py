"""What the records and the calendar allow, whoever asks. Each answer is a reason for the screen, empty where nothing stands in the way."""

from datetime import datetime

from django.utils.translation import gettext as _

from grants.enums import ApplicationStatus, Phase, ReportStatus, RoundStatus
from grants.ledger import BudgetSum
from grants.models import Application, Report, Round
from grants.rounds import clock_words, deadline_words
from lms_portal.common.money import format_kroner

NOT_YET_CLOSED = (RoundStatus.PLANNED, RoundStatus.OPEN)


def phase(round_: Round, now: datetime) -> Phase:
    """This will say where the calendar has a round, to the microsecond; see `Round.phase_at`."""
    return round_.phase_at(now)


def why_closed(round_: Round, now: datetime) -> str:
    """This will say why a round takes no applications now, with the server's time and the deadline; empty where it does."""
    where = phase(round_, now)
    if where == Phase.OPEN:
        return ""
    if where == Phase.PLANNED:
        return _("This round is not open yet.")
    return _("The deadline was %(deadline)s. The server's clock was %(now)s when it received this.") % {
        "deadline": deadline_words(round_.closes_at),
        "now": clock_words(now),
    }


def why_not_edit(application: Application, now: datetime) -> str:
    """This will say why an application's text cannot be changed now."""
    if application.status == ApplicationStatus.DRAFT:
        return why_closed(application.round, now)
    if application.status == ApplicationStatus.SUBMITTED:
        return _("The application is submitted. Reopen it first if you want to change it.")
    return _("The application can no longer be changed.")


def why_not_reopen(application: Application, now: datetime) -> str:
    """This will say why a submitted or withdrawn application cannot become a draft again."""
    if application.status not in {ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN}:
        return _("The application is already being processed.")
    return why_closed(application.round, now)


def why_not_apply_for(budget: BudgetSum, ceiling_nok: int | None) -> str:
    """This will say why a budget cannot be submitted: nothing applied for, or more than the scheme's ceiling. Whole kroner."""
    if budget.applied_nok <= 0:
        return _("The budget must show an amount to apply for.")
    if ceiling_nok is not None and budget.applied_nok > ceiling_nok:
        return _("You may apply for at most %(ceiling)s.") % {"ceiling": format_kroner(ceiling_nok)}
    return ""


def why_no_reminder(application: Application, revision: int, now: datetime) -> str:
    """This will return the code of why a deadline reminder no longer applies; empty where it does. The page asks the same."""
    if application.status != ApplicationStatus.DRAFT:
        return "not_a_draft"
    if application.round.deadline_revision != revision:
        return "deadline_moved"
    if phase(application.round, now) != Phase.OPEN:
        return "round_not_open"
    return ""


def why_not_deliver(*, available_nok: int, spent_nok: int, carry_over_nok: int, repay_nok: int) -> str:
    """This will say why a report does not add up: use, carry-over and repayment together are what was available. Whole kroner."""
    difference = available_nok - spent_nok - carry_over_nok - repay_nok
    if difference > 0:
        return _("%(amount)s is not accounted for. Enter it as used, planned, carried over or repaid.") % {
            "amount": format_kroner(difference)
        }
    if difference < 0:
        return _("The report accounts for %(amount)s more than you had.") % {"amount": format_kroner(-difference)}
    return ""


def is_report_missing(report: Report | None) -> bool:
    """This will say whether a year's report has not been delivered."""
    return report is None or report.status == ReportStatus.DRAFT
