"""What people answered: how many of each page, and the texts."""

from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from catalogue.models import PageFeedback


def pages_answered() -> "QuerySet[PageFeedback, Any]":
    """This will count the answers by the page's address, those that most did not find what they looked for on first."""
    counted = PageFeedback.objects.values("page").annotate(
        found=Count("pk", filter=Q(is_found=True)), missed=Count("pk", filter=Q(is_found=False)), last=Max("sent_on")
    )
    return counted.order_by("-missed", "-found", "page")


def texts_newest_first() -> QuerySet[PageFeedback]:
    """This will list the answers with a text, the newest first, ready to open."""
    return PageFeedback.objects.filter(data_key__isnull=False).select_related("data_key").order_by("-sent_on", "-pk")
