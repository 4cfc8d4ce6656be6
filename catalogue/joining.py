"""The rules of joining without a referral and of the waiting list, on rows that are already loaded."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from catalogue.enums import ScheduleKind, SignUpRoute, SiteRole
from catalogue.models import DeliverySite, Run, SignUp
from catalogue.schedule import is_over
from lms_portal.common.clock import oslo_date, start_of_day

GONE_RUN_STATES = frozenset({"closed", "cancelled", "completed"})
MAY_WAIT_AGAIN = frozenset({"declined", "expired", "cancelled_by_provider"})
LEAST_HOURS_TO_ANSWER = 6
LINK_DAYS_AFTER = 30
LINK_DAYS = 365
INTEREST_TO_CONFIRM = timedelta(days=7)
INTEREST_KEPT = timedelta(days=2 * 365)
REMINDER_DAYS = (14, 7, 1)


def route_of(run: Run) -> str:
    """This will say by which door people come to a run: its own, else the course's. Loaded before: the course and its public text."""
    version = run.course.public_version
    return run.sign_up or (version.sign_up if version else "")


def has_begun(run: Run, today: date) -> bool:
    """This will say whether a run has begun or is over by a Norwegian day; only exact days say that it has begun."""
    begun = run.kind == ScheduleKind.SESSIONS and run.first_possible_on is not None and run.first_possible_on <= today
    return begun or is_over(run.last_possible_on, today)


def is_gone(run: Run, today: date) -> bool:
    """This will say whether nobody gets a place on a run any more, so that whoever waits for it waits for the next."""
    return run.status in GONE_RUN_STATES or has_begun(run, today)


def offers_places(run: Run, *, now: datetime) -> bool:
    """This will say whether free places of a run go to those who wait: also after the sign-up has closed.

    Loaded before: the course and its public text.
    """
    opened = run.opens_at is None or run.opens_at <= now
    takes = run.status == Run.Status.OPEN and opened and not has_begun(run, oslo_date(now))
    return takes and route_of(run) == SignUpRoute.SELF and run.course.is_public


def answer_before(run: Run, *, now: datetime, hours: int) -> datetime | None:
    """This will say until when an offered place is kept; None where the course begins too soon for anybody to answer."""
    latest = now + timedelta(hours=hours)
    if run.kind == ScheduleKind.SESSIONS and run.first_possible_on:
        latest = min(latest, start_of_day(run.first_possible_on))
    return latest if latest >= now + timedelta(hours=min(hours, LEAST_HOURS_TO_ANSWER)) else None


def link_expires_at(run: Run | None, *, now: datetime) -> datetime:
    """This will say until when a link works: some weeks after the last day; a year where nobody knows the days."""
    if run is None or run.last_possible_on is None:
        return now + timedelta(days=LINK_DAYS)
    return max(start_of_day(run.last_possible_on) + timedelta(days=LINK_DAYS_AFTER), now + timedelta(days=LINK_DAYS_AFTER))


def would_take(sign_up: SignUp, run: Run, sites: Sequence[DeliverySite]) -> list[DeliverySite]:
    """This will list the places of a run that suit somebody who waits, the best first.

    On the dates they asked for, the place they chose; on later ones the same place and way to take part, then the same way, then any.
    """
    wish = sign_up.wished_site
    if wish is None:
        return sorted(sites, key=lambda site: (site.role != SiteRole.ORIGIN, site.pk))
    if sign_up.wished_run_id == run.pk:
        return [site for site in sites if site.pk == wish.pk]
    return sorted(sites, key=lambda site: (site.mode != wish.mode, site.unit_id != wish.unit_id, site.role != SiteRole.ORIGIN, site.pk))
