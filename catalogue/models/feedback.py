"""Whether somebody found what they looked for on a page. Nothing says who."""

from django.db import models
from django.db.models import Q

from lms_portal.accounts.models import LANGUAGES
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered

LONGEST_PATH = 200


class PageFeedback(TimeOrdered):
    """One answer. The text is sealed: whoever writes may tell more than they were asked for. Deleted after thirteen months."""

    page = models.CharField(max_length=LONGEST_PATH, db_collation="C", help_text="the path of a page of ours, without a query")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    is_found = models.BooleanField()
    sent_on = models.DateField()
    data_key = models.ForeignKey(DataKey, null=True, blank=True, on_delete=models.PROTECT, related_name="page_feedback")
    text = SealedTextField(seal_id="catalogue.pagefeedback.text", null=True, blank=True)

    class Meta:
        db_table = "catalogue_page_feedback"
        constraints = [
            models.CheckConstraint(condition=Q(page__regex=r"^/[^?#]*$"), name="pagefeedback_path_alone"),
            models.CheckConstraint(
                condition=Q(text__isnull=True, data_key__isnull=True) | Q(text__isnull=False, data_key__isnull=False),
                name="pagefeedback_text_with_key",
            ),
        ]
        indexes = [models.Index(fields=["page"], name="pagefeedback_page"), models.Index(fields=["sent_on"], name="pagefeedback_day")]

    def __str__(self) -> str:
        return f"{self.sent_on} {self.page}"
