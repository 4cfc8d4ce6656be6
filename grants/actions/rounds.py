"""Rounds: made, confirmed, opened and closed by the calendar, recommended, decided, settled."""

import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grants import notifications
from grants.actions.ledger import enter
from grants.actions.refusal import Unable, acting
from grants.enums import ApplicationStatus, DecisionKind, EntryKind, ReportStatus, RoundStatus
from grants.models import Advice, Application, Decision, GuidelineVersion, LedgerAccount, Payment, Report, Round, Scheme
from grants.models.applications import AWARDED
from grants.policies import NOT_YET_CLOSED
from grants.queries import OPEN_NOK, sums_of
from grants.rounds import closing_moment, window_of
from grants.workflow import APPLICATION, ROUND
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import has_permission
from lms_portal.audit.context import acting_as_system
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date
from lms_portal.common.money import format_kroner
from lms_portal.outbox.actions import plan

STILL_BEING_WORKED_ON = (
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.SCREENING,
    ApplicationStatus.MORE_INFO,
    ApplicationStatus.UNDER_REVIEW,
)


class UnableToSetUpRound(Unable):
    """The round could not be made, confirmed or moved."""


class UnableToAdvanceRound(Unable):
    """The round could not go on to its next state."""


def _locked(round_: Round) -> Round:
    return Round.objects.select_for_update(of=("self",), no_key=True).select_related("scheme__office", "guideline").get(pk=round_.pk)


def create_round(*, scheme: Scheme, grant_year: int, by: User, now: datetime) -> Round:
    """This will make the round of a year, with the dates of the calendar and the guideline and frame of the year before.

    It opens only after `confirm_round`. Raises: UnableToSetUpRound.
    """
    with acting(by, Permission.HANDLE_GRANT, scheme.office, "create_round", UnableToSetUpRound):
        window = window_of(grant_year)
        if window.closes_at <= now:
            raise UnableToSetUpRound(_("The deadline of that year has passed."))
        before = Round.objects.filter(scheme=scheme, grant_year__lt=grant_year).order_by("-grant_year").first()
        try:
            with transaction.atomic():
                return Round.objects.create(
                    scheme=scheme,
                    grant_year=grant_year,
                    opens_at=window.opens_at,
                    closes_at=window.closes_at,
                    guideline=before.guideline if before else None,
                    frame_amount_nok=before.frame_amount_nok if before else None,
                )
        except IntegrityError:
            raise UnableToSetUpRound(_("There is already a round for that year.")) from None


def confirm_round(
    *,
    round: Round,  # noqa: A002 - the noun's own name
    guideline: GuidelineVersion,
    frame_amount_nok: int,
    opens_at: datetime,
    last_day: date,
    by: User,
    now: datetime,
) -> Round:
    """This will confirm a planned round's dates, guideline version and frame (whole kroner), so that it opens by itself.

    `opens_at` is aware; `last_day` is the Norwegian day that counts whole. Raises: UnableToSetUpRound.
    Source: workflows study E2.5.
    """
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "confirm_round", UnableToSetUpRound):
        locked = _locked(round)
        closes_at = closing_moment(last_day)
        if locked.status != RoundStatus.PLANNED:
            raise UnableToSetUpRound(_("The round has already opened. Move the deadline instead."))
        if closes_at <= opens_at:
            raise UnableToSetUpRound(_("The last day must be after the day on which the round opens."))
        if closes_at <= now:
            raise UnableToSetUpRound(_("The last day has passed."))
        if guideline.scheme_id != locked.scheme_id:
            raise UnableToSetUpRound(_("Choose one of the scheme's own guidelines."))
        locked.opens_at, locked.closes_at = opens_at, closes_at
        locked.guideline, locked.frame_amount_nok = guideline, frame_amount_nok
        locked.confirmed_at, locked.confirmed_by = now, by
        locked.save(update_fields=["opens_at", "closes_at", "guideline", "frame_amount_nok", "confirmed_at", "confirmed_by"])
        return locked


def move_deadline(*, round: Round, last_day: date, by: User, now: datetime) -> Round:  # noqa: A002 - the noun's own name
    """This will give an open round another last day; reminders of the old deadline no longer apply, and people are told anew.

    Raises: UnableToSetUpRound.
    """
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "move_deadline", UnableToSetUpRound):
        locked = _locked(round)
        closes_at = closing_moment(last_day)
        if locked.status not in NOT_YET_CLOSED or locked.closes_at <= now:
            raise UnableToSetUpRound(_("The round has closed. A late application can be taken in with a reason."))
        if closes_at <= now or closes_at <= locked.opens_at:
            raise UnableToSetUpRound(_("The last day has passed."))
        if closes_at != locked.closes_at:
            locked.closes_at = closes_at
            locked.deadline_revision += 1
            locked.save(update_fields=["closes_at", "deadline_revision"])
        return locked


def open_and_close_rounds(*, now: datetime) -> int:
    """This will open confirmed rounds whose time has come and close those whose deadline has passed; returns how many changed.

    Running it twice, or twice at once, changes nothing more: a row that another sweep holds is left to it.
    """
    changed = 0
    due = Round.objects.filter(status__in=NOT_YET_CLOSED, opens_at__lte=now, confirmed_at__isnull=False).values_list("pk", flat=True)
    for key in list(due):
        with acting_as_system("open_and_close_rounds", now=now), transaction.atomic():
            rows = Round.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=key, status__in=NOT_YET_CLOSED)
            for round_ in rows:
                if round_.status == RoundStatus.PLANNED:
                    move(ROUND, round_, verb="open", now=now)
                    changed += 1
                if round_.closes_at <= now:
                    move(ROUND, round_, verb="close", now=now)
                    changed += 1
    return changed


def start_assessment(*, round: Round, by: User, now: datetime) -> Round:  # noqa: A002 - the noun's own name
    """This will begin the formal check of every submitted application of a closed round. Raises: UnableToAdvanceRound."""
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "start_assessment", UnableToAdvanceRound):
        locked = _locked(round)
        move(ROUND, locked, verb="start_assessment", now=now)
        for application in Application.objects.select_for_update().filter(round=locked, status=ApplicationStatus.SUBMITTED).order_by("pk"):
            move(APPLICATION, application, verb="screen", now=now)
        return locked


def file_advice(*, round: Round, text: str, given_on: date, conflicts_declared: bool, by: User, now: datetime) -> Advice:  # noqa: A002 - one form's answers
    """This will file the regional user committee's advice on a round. Raises: UnableToAdvanceRound."""
    refusal = UnableToAdvanceRound
    permission = Permission.ADVISE_ON_GRANT if _advises(by, round) else Permission.HANDLE_GRANT
    with acting(by, permission, round.scheme.office, "file_advice", refusal):
        locked = _locked(round)
        if locked.status != RoundStatus.IN_ASSESSMENT:
            raise refusal(_("Advice is filed while the round is being assessed."))
        if not conflicts_declared:
            raise refusal(_("Confirm that members with a conflict of interest stepped aside."))
        if given_on > oslo_date(now):
            raise refusal(_("The day of the advice cannot be in the future."))
        advice, _created = Advice.objects.update_or_create(
            round=locked,
            defaults={"text": text, "given_on": given_on, "conflicts_declared": True, "filed_by": by, "filed_at": now},
        )
        return advice


def _advises(by: User, round_: Round) -> bool:
    return has_permission(by, Permission.ADVISE_ON_GRANT, round_.scheme.office)


def recommend_round(*, round: Round, by: User, now: datetime) -> Round:  # noqa: A002 - the noun's own name
    """This will hand the recommendation to the decision maker.

    Every application has been checked and recommended, the advice is filed, and the sum is within the frame.
    Raises: UnableToAdvanceRound. Source: workflows study E2.5.
    """
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "recommend_round", UnableToAdvanceRound):
        locked = _locked(round)
        left = Application.objects.filter(round=locked, status__in=STILL_BEING_WORKED_ON).count()
        if left:
            raise UnableToAdvanceRound(_("%(count)s applications are not recommended yet.") % {"count": left})
        if not Advice.objects.filter(round=locked).exists():
            raise UnableToAdvanceRound(_("The advice of the regional user committee is not filed."))
        over = -sums_of(locked).left_nok
        if over > 0:
            raise UnableToAdvanceRound(_("The recommendation is %(amount)s above the frame.") % {"amount": format_kroner(over)})
        move(ROUND, locked, verb="recommend", now=now)
        return locked


def decide_round(*, round: Round, by: User, now: datetime) -> list[Decision]:  # noqa: A002 - the noun's own name
    """This will decide every recommended application in one batch: decisions, ledger, states and letters together or not at all.

    Raises: UnableToAdvanceRound.
    """
    with acting(by, Permission.DECIDE_GRANT, round.scheme.office, "decide_round", UnableToAdvanceRound):
        locked = _locked(round)
        move(ROUND, locked, verb="decide", now=now)
        batch = uuid.uuid4()
        recommended = Application.objects.select_for_update(of=("self",)).filter(round=locked, status=ApplicationStatus.RECOMMENDED)
        return [_decide(application, batch, locked, by, now) for application in recommended.select_related("organisation").order_by("pk")]


def _decide(application: Application, batch: uuid.UUID, round_: Round, by: User, now: datetime) -> Decision:
    amount = application.recommended_nok or 0
    decision = Decision.objects.create(
        kind=DecisionKind.AWARD if amount else DecisionKind.REJECTION,
        organisation_id=application.organisation_id,
        scheme_id=round_.scheme_id,
        grant_year=round_.grant_year,
        application=application,
        amount_nok=amount,
        reason=application.recommendation,
        batch=batch,
        decided_by=by,
        decided_at=now,
    )
    if not amount:
        move(APPLICATION, application, verb="reject", now=now, reason=application.recommendation, granted_nok=0)
    else:
        verb = "grant" if amount == application.applied_nok else "grant_partly"
        move(APPLICATION, application, verb=verb, now=now, granted_nok=amount)
        enter(decision, EntryKind.GRANTED, amount, year=round_.grant_year, origin_year=round_.grant_year, now=now)
    plan(
        notifications.to_organisation(
            notifications.DECIDED,
            organisation_id=application.organisation_id,
            object_type="grants.application",
            object_id=application.pk,
            revision=str(decision.pk),
            now=now,
        ),
        now=now,
    )
    return decision


def finish_payments(*, round: Round, by: User, now: datetime) -> Round:  # noqa: A002 - the noun's own name
    """This will mark a decided round as paid out, once every award is paid in full. Raises: UnableToAdvanceRound."""
    permission = Permission.HANDLE_GRANT
    with acting(by, permission, round.scheme.office, "finish_payments", UnableToAdvanceRound):
        locked = _locked(round)
        paid: dict[uuid.UUID, int] = {}
        for key, amount in Payment.objects.filter(application__round=locked, status="paid").values_list("application_id", "amount_nok"):
            paid[key] = paid.get(key, 0) + amount
        awards = Application.objects.filter(round=locked, status__in=AWARDED).values_list("pk", "granted_nok")
        left = sum(1 for key, granted in awards if paid.get(key, 0) < (granted or 0))
        if left:
            raise UnableToAdvanceRound(_("%(count)s awards are not paid in full.") % {"count": left})
        move(ROUND, locked, verb="finish_payments", now=now)
        return locked


def settle_round(*, round: Round, by: User, now: datetime) -> Round:  # noqa: A002 - the noun's own name
    """This will close a year's accounts: all reports approved, and nothing open on any of them. Raises: UnableToAdvanceRound."""
    with acting(by, Permission.HANDLE_GRANT, round.scheme.office, "settle_round", UnableToAdvanceRound):
        locked = _locked(round)
        accounts = LedgerAccount.objects.filter(scheme=locked.scheme, year=locked.grant_year)
        not_zero = accounts.annotate(still_open=OPEN_NOK).filter(still_open__gt=0).count()
        if not_zero:
            raise UnableToAdvanceRound(
                _("%(count)s accounts of the year still have money that is not accounted for.") % {"count": not_zero}
            )
        unapproved = Report.objects.filter(scheme=locked.scheme, grant_year=locked.grant_year).exclude(status=ReportStatus.APPROVED).count()
        if unapproved:
            raise UnableToAdvanceRound(_("%(count)s reports are not approved.") % {"count": unapproved})
        accounts.filter(settled_at__isnull=True).update(settled_at=now, settled_by=by)
        move(ROUND, locked, verb="settle", now=now)
        return locked
