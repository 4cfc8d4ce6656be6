"""The closed lists of the grants app. The words that people read for states stand in workflow.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoundStatus(models.TextChoices):
    """Stored states of a round. Whether it takes applications now is asked of `policies.phase`, which reads the calendar."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    IN_ASSESSMENT = "in_assessment"
    RECOMMENDED = "recommended"
    DECIDED = "decided"
    PAID_OUT = "paid_out"
    SETTLED = "settled"


class Phase(models.TextChoices):
    """Where the calendar says that a round is."""

    PLANNED = "planned", _("Not open yet")
    OPEN = "open", _("Open for applications")
    CLOSED = "closed", _("Closed for applications")


class ApplicationStatus(models.TextChoices):
    """Stored states of an application. “Paid”, “reported” and “settled” are derived from payments, reports and the ledger."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SCREENING = "screening"
    MORE_INFO = "more_info"
    INELIGIBLE = "ineligible"
    UNDER_REVIEW = "under_review"
    RECOMMENDED = "recommended"
    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class PaymentStatus(models.TextChoices):
    """Stored states of a payment."""

    PREPARED = "prepared"
    APPROVED = "approved"
    EXPORTED = "exported"
    PAID = "paid"
    FAILED = "failed"


class ReportStatus(models.TextChoices):
    """Stored states of a report; “not delivered” and “overdue” are computed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class CarryOverStatus(models.TextChoices):
    """Stored states of a request to keep unused money for the next year."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    REPAID = "repaid"


class ComplaintStatus(models.TextChoices):
    """Stored states of a complaint about a decision."""

    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    UPHELD = "upheld"
    CHANGED = "changed"
    FORWARDED = "forwarded"


class OrganisationLevel(models.TextChoices):
    """Which level of its organisation an applicant is; county and regional bodies come first."""

    LOCAL = "local", _("Local branch")
    COUNTY = "county", _("County branch")
    REGIONAL = "regional", _("Regional branch")
    COOPERATION = "cooperation", _("Cooperation body")


class County(models.TextChoices):
    """The counties of Midt-Norge by their official number."""

    MORE_OG_ROMSDAL = "15", "Møre og Romsdal"
    TRONDELAG = "50", "Trøndelag"


class Category(models.TextChoices):
    """What the money is for. The same list serves budget lines, report lines and the statistics."""

    USER_REPRESENTATIVES = "user_representatives", _("Training of user representatives")
    COURSES = "courses", _("Information and mastery courses of our own")
    PEER_SUPPORT = "peer_support", _("Peer support")
    RECRUITMENT = "recruitment", _("Reaching young people and people with minority background")
    TEACHING = "teaching", _("Teaching health personnel")
    OFFICERS = "officers", _("Training of elected officers")
    RUNNING = "running", _("Running the organisation")


class PartKey(models.TextChoices):
    """The parts of an application, in the order of its task list."""

    ORGANISATION = "organisation", _("About the organisation")
    ACTIVITIES = "activities", _("Activities and priorities")
    BUDGET = "budget", _("Budget")
    REPORT = "report", _("Report on this year's money")
    CONFIRMATION = "confirmation", _("Confirmation by the board")


class PartState(models.TextChoices):
    """How far a part has come; computed from what is stored."""

    NOT_STARTED = "not_started", pgettext_lazy("part of an application", "Not started")
    STARTED = "started", pgettext_lazy("part of an application", "Started")
    DONE = "done", pgettext_lazy("part of an application", "Done")


class Door(models.TextChoices):
    """How the report on a year's money comes in."""

    IN_APPLICATION = "in_application", _("Inside the new application")
    ALONE = "alone", _("On its own")


class DecisionKind(models.TextChoices):
    """What was decided. Every row of the ledger points to one of these."""

    AWARD = "award", _("Grant awarded")
    REJECTION = "rejection", _("Application rejected")
    USE = "use", _("Use of money approved")
    CARRY_OVER = "carry_over", _("Carry-over approved")
    NO_CARRY_OVER = "no_carry_over", _("Carry-over refused")
    REPAYMENT = "repayment", _("Repayment received")
    WRITE_OFF = "write_off", _("Claim written off")


class EntryKind(models.TextChoices):
    """The kinds of ledger row: `in_carried + granted = used + carried_out + repaid + open`."""

    CARRIED_IN = "carried_in", _("Carried in")
    GRANTED = "granted", pgettext_lazy("ledger", "Granted")
    USED = "used", pgettext_lazy("ledger", "Used")
    CARRIED_OUT = "carried_out", _("Carried out")
    REPAID = "repaid", pgettext_lazy("ledger", "Repaid")


ENTRIES_IN = frozenset({EntryKind.CARRIED_IN, EntryKind.GRANTED})
ENTRIES_OUT = frozenset({EntryKind.USED, EntryKind.CARRIED_OUT, EntryKind.REPAID})
