"""Takes answers to whether a page helped, and forgets them again. Nothing of whoever answers is read: no address, no session."""

from datetime import date, datetime, timedelta

from django.db import transaction

from catalogue.models import PageFeedback
from lms_portal.common.models import DataKey

KEPT_DAYS = 396  # thirteen months: this month can be held against the same one last year
MOST_A_DAY = 2000  # rows: a machine must not fill the table
A_STEP = 1000


@transaction.atomic
def take_feedback(*, page: str, is_found: bool, text: str, language: str, today: date) -> bool:
    """This will keep an answer about a page of ours, by its Norwegian day alone. Returns whether it was kept."""
    if PageFeedback.objects.filter(sent_on=today).count() >= MOST_A_DAY:
        return False
    row = PageFeedback(page=page, is_found=is_found, language=language, sent_on=today)
    if text:
        row.data_key = DataKey.create()
        row.text = text
    row.save(force_insert=True)
    return True


@transaction.atomic
def forget_old_feedback(*, today: date, now: datetime) -> int:
    """This will delete answers that are older than thirteen months, and the keys of their texts. Returns how many."""
    rows = PageFeedback.objects.filter(sent_on__lt=today - timedelta(days=KEPT_DAYS)).order_by("sent_on")[:A_STEP]
    old = list(rows.values_list("pk", "data_key"))
    PageFeedback.objects.filter(pk__in=[pk for pk, _key in old]).delete()
    DataKey.objects.filter(pk__in=[key for _pk, key in old]).update(wrapped=None, erased_at=now)
    return len(old)
