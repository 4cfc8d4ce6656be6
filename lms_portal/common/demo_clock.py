"""Moving the demo's clock. Outside the demo nothing moves it."""

from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import transaction

from lms_portal.common.models import ClockOffset


class ClockStandsError(Exception):
    """Outside the demo the portal's clock is the real one."""


@transaction.atomic
def move_clock(*, to: datetime, real_now: datetime) -> timedelta:
    """This will make the portal's moment `to` (aware), and return how far that is from real time. Raises: ClockStandsError."""
    if not settings.DEMO:
        raise ClockStandsError
    seconds = ceil((to - real_now).total_seconds())  # never before `to`: the first moment of a day is that day
    ClockOffset.objects.update_or_create(pk=1, defaults={"seconds": seconds})
    return timedelta(seconds=seconds)
