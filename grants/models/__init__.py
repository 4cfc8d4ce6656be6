"""The grants app's rows, in modules by subject; import them from here."""

from grants.models.applications import (
    Application,
    ApplicationPart,
    Assessment,
    BudgetLine,
    ScreeningCheck,
    Submission,
)
from grants.models.money import CarryOver, Complaint, Decision, LedgerAccount, LedgerEntry, Payment
from grants.models.organisations import Organisation
from grants.models.reports import Report, ReportLine
from grants.models.rounds import Advice, GuidelineVersion, Round, Scheme

__all__ = [
    "Advice",
    "Application",
    "ApplicationPart",
    "Assessment",
    "BudgetLine",
    "CarryOver",
    "Complaint",
    "Decision",
    "GuidelineVersion",
    "LedgerAccount",
    "LedgerEntry",
    "Organisation",
    "Payment",
    "Report",
    "ReportLine",
    "Round",
    "Scheme",
    "ScreeningCheck",
    "Submission",
]
