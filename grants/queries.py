"""Reading: the lists and sums that pages and actions need, each in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from grants.enums import ApplicationStatus, PartKey, PartState, Phase, RoundStatus
from grants.ledger import BudgetSum, Open, sum_budget
from grants.models import (
    Application,
    ApplicationPart,
    LedgerAccount,
    LedgerEntry,
    Organisation,
    Payment,
    Report,
    Round,
    Scheme,
)
from grants.models.applications import AWARDED

OPEN_NOK = F("carried_in_nok") + F("granted_nok") - F("used_nok") - F("carried_out_nok") - F("repaid_nok")


def announced_round(now: datetime) -> Round | None:
    """This will return the round that the call page is about: the open one, else the next to open, else the last that closed."""
    rounds = list(Round.objects.select_related("scheme__office", "guideline").order_by("opens_at"))
    by_phase: dict[Phase, list[Round]] = {Phase.OPEN: [], Phase.PLANNED: [], Phase.CLOSED: []}
    for round_ in rounds:
        by_phase[round_.phase_at(now)].append(round_)
    if by_phase[Phase.OPEN]:
        return by_phase[Phase.OPEN][0]
    if by_phase[Phase.PLANNED]:
        return by_phase[Phase.PLANNED][0]
    return by_phase[Phase.CLOSED][-1] if by_phase[Phase.CLOSED] else None


def earlier_awards(round_: Round) -> Round | None:
    """This will return the newest earlier round whose awards are decided, for the call page's example of sums."""
    done = [RoundStatus.DECIDED, RoundStatus.PAID_OUT, RoundStatus.SETTLED]
    earlier = Round.objects.filter(scheme=round_.scheme, grant_year__lt=round_.grant_year, status__in=done)
    return earlier.annotate(award_count=Count("applications", filter=Q(applications__status__in=AWARDED))).order_by("-grant_year").first()


def open_accounts(organisation: Organisation, scheme: Scheme, year: int) -> list[Open]:
    """This will list what stands open for a year by the year it came from, in whole kroner."""
    rows = LedgerAccount.objects.filter(organisation=organisation, scheme=scheme, year=year)
    return [Open(row.origin_year, row.open_nok) for row in rows.order_by("origin_year")]


def open_nok(organisation: Organisation, scheme: Scheme, year: int) -> int:
    """This will add up what stands open for a year, in whole kroner."""
    return sum(account.amount_nok for account in open_accounts(organisation, scheme, year))


def had_money(organisation: Organisation, scheme: Scheme, year: int) -> bool:
    """This will say whether an organisation had money of a scheme in a year, granted or carried in."""
    accounts = LedgerAccount.objects.filter(organisation=organisation, scheme=scheme, year=year)
    return accounts.filter(Q(granted_nok__gt=0) | Q(carried_in_nok__gt=0)).exists()


def last_application(organisation: Organisation, round_: Round) -> Application | None:
    """This will return the organisation's newest submitted application in an earlier round of the same scheme."""
    earlier = Application.objects.filter(
        organisation=organisation, round__scheme=round_.scheme_id, round__grant_year__lt=round_.grant_year, submitted_at__isnull=False
    )
    return earlier.select_related("round").order_by("-round__grant_year").first()


@dataclass(slots=True)
class PartRow:
    """One row of the task list."""

    key: PartKey
    part: ApplicationPart | None
    state: PartState


@dataclass(slots=True)
class Case:
    """An application with all that its pages show."""

    application: Application
    rows: list[PartRow]
    budget: BudgetSum
    report: Report | None
    parts: dict[str, ApplicationPart] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every part is done."""
        return all(row.state == PartState.DONE for row in self.rows)

    @property
    def missing(self) -> list[PartRow]:
        """The parts that are not done."""
        return [row for row in self.rows if row.state != PartState.DONE]

    @property
    def done_count(self) -> int:
        """How many parts are done."""
        return len(self.rows) - len(self.missing)


def with_everything(applications: QuerySet[Application]) -> QuerySet[Application]:
    """This will fetch what an application's pages show in a fixed number of queries."""
    return applications.select_related(
        "round__scheme__office",
        "round__guideline",
        "guideline",
        "organisation__unit",
        "organisation__data_key",
        "data_key",
        "started_by",
        "submitted_by",
        "report",
    ).prefetch_related(
        Prefetch("parts", ApplicationPart.objects.select_related("saved_by")), "budget_lines", "report__lines", "submissions"
    )


def report_of(application: Application) -> Report | None:
    """This will return the report inside an application, where there is one."""
    return getattr(application, "report", None)


def part_keys(*, has_report: bool) -> tuple[PartKey, ...]:
    """This will list the parts of an application; the report is one of them when there is money to report on."""
    return tuple(key for key in PartKey if has_report or key != PartKey.REPORT)


def case_of(application: Application) -> Case:
    """This will put together an application fetched by `with_everything`."""
    report = report_of(application)
    parts = {part.key: part for part in application.parts.all()}
    rows = [
        PartRow(key, parts.get(key), parts[key].state if key in parts else PartState.NOT_STARTED)
        for key in part_keys(has_report=report is not None)
    ]
    budget = sum_budget([(line.cost_nok, line.own_nok) for line in application.budget_lines.all()])
    return Case(application, rows, budget, report, parts)


def applications_of_round(round_: Round, user: object) -> QuerySet[Application]:
    """This will list a round's applications for its office, by organisation name, drafts only once the round has closed."""
    return (
        Application.objects.in_office_of(user)
        .filter(round=round_)
        .select_related("organisation__unit", "round")
        .order_by("organisation__unit__sort_key", "reference")
    )


@dataclass(frozen=True, slots=True)
class RoundSums:
    """The sums of a round in whole kroner, against its frame."""

    frame_nok: int
    applied_nok: int
    recommended_nok: int
    granted_nok: int
    paid_nok: int
    counts: dict[str, int]

    @property
    def left_nok(self) -> int:
        """What the recommendation leaves of the frame; negative where it goes over."""
        return self.frame_nok - self.recommended_nok


def sums_of(round_: Round) -> RoundSums:
    """This will add up a round: applied, recommended, granted, paid, and how many applications stand in each state."""
    active = Application.objects.filter(round=round_).exclude(status__in=[ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN])
    sums = active.aggregate(applied=Sum("applied_nok"), recommended=Sum("recommended_nok"), granted=Sum("granted_nok"))
    paid = Payment.objects.filter(application__round=round_, status="paid").aggregate(total=Sum("amount_nok"))["total"]
    counts = dict(Application.objects.filter(round=round_).order_by().values_list("status").annotate(n=Count("pk")))
    return RoundSums(
        frame_nok=round_.frame_amount_nok or 0,
        applied_nok=sums["applied"] or 0,
        recommended_nok=sums["recommended"] or 0,
        granted_nok=sums["granted"] or 0,
        paid_nok=paid or 0,
        counts=counts,
    )


def organisations_with_both_levels(applications: Iterable[Application]) -> set[UUID]:
    """This will find the applicants whose parent or branch applies in the same round, for the case officer to see."""
    by_organisation = {application.organisation_id: application.organisation for application in applications}
    found: set[UUID] = set()
    for organisation in by_organisation.values():
        if organisation.parent_id in by_organisation:
            found |= {organisation.pk, organisation.parent_id}
    return found


def accounts_of(organisation: Organisation, user: object) -> QuerySet[LedgerAccount]:
    """This will list an organisation's accounts that a person may see, newest year first."""
    visible = LedgerAccount.objects.visible_to(user).filter(organisation=organisation)
    return visible.select_related("scheme__office").order_by("-year", "-origin_year")


def entries_of(accounts: Iterable[LedgerAccount]) -> list[LedgerEntry]:
    """This will list every row of the accounts, newest year first, with the decision behind it."""
    rows = LedgerEntry.objects.filter(account__in=list(accounts)).select_related("account", "decision")
    return list(rows.order_by("-account__year", "-account__origin_year", "entered_at", "pk"))
