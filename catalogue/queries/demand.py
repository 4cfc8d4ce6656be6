"""What people look for and do not find, and which courses they wait for."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from catalogue.models import Course, CourseInterest, Enrolment, Run, SearchMiss
from catalogue.workflow import LIVE_RUN_STATES, PUBLIC_COURSE_STATES, WAITING_STATES
from lms_portal.accounts.models import User
from lms_portal.common.small_numbers import LEAST

DAYS_TO_SHOW, TIMES_TO_SHOW = 3, 5  # a name that somebody typed by accident comes up once or twice


def missed(*, since: date, language: str = "") -> QuerySet[Any, Any]:
    """This will list words that found nothing, on three days or five times since a Norwegian day, the most looked for first."""
    rows = SearchMiss.objects.filter(searched_on__gte=since)
    if language:
        rows = rows.filter(language=language)
    grouped = rows.values("words", "language").annotate(times=Sum("count"), days=Count("searched_on"), latest=Max("searched_on"))
    return grouped.filter(Q(days__gte=DAYS_TO_SHOW) | Q(times__gte=TIMES_TO_SHOW)).order_by("-times", "words", "language")


def since_day(today: date, months: int) -> date:
    """This will return the day so many months of thirty days ago."""
    return today - timedelta(days=30 * months)


def _counted(rows: QuerySet[Any]) -> Any:
    """How many rows of another table belong to each course, without a join that would multiply them."""
    counted = rows.filter(course=OuterRef("pk")).order_by().values("course").annotate(amount=Count("pk")).values("amount")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _told(name: str) -> Any:
    """What the order may say of a small number: nothing."""
    return Case(When(**{f"{name}__gte": LEAST}, then=F(name)), default=Value(0))


def wished_for(user: User, *, today: date, only_without_dates: bool = False) -> QuerySet[Course]:
    """This will list public courses without dates ahead that take referrals, and those that people wait or ask for.

    Annotated: `lacks_dates`, `waiting`, `interested`. Pages tell the counts by `small_numbers.alone` only.
    """
    ahead = Run.objects.filter(course=OuterRef("pk"), status__in=LIVE_RUN_STATES)
    ahead = ahead.filter(Q(last_possible_on__isnull=True) | Q(last_possible_on__gte=today))
    rows = Course.objects.visible_to(user).filter(status__in=PUBLIC_COURSE_STATES).select_related("owner", "public_version")
    rows = rows.annotate(
        lacks_dates=~Exists(ahead),
        waiting=_counted(Enrolment.objects.filter(status__in=WAITING_STATES)),
        interested=_counted(CourseInterest.objects.filter(confirmed_at__isnull=False)),
    )
    without_dates = Q(lacks_dates=True, public_version__sign_up="referral")
    found = rows.filter(without_dates if only_without_dates else without_dates | Q(waiting__gt=0) | Q(interested__gt=0))
    return found.annotate(told=_told("waiting") + _told("interested")).order_by("-told", "code")
