"""What an adviser has written to those who take part in a run, or wait for its course."""

from django.db import models
from django.db.models import Q

from catalogue.enums import NoticeTo
from catalogue.models.runs import DeliverySite, Run
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered


class RunNoticeQuerySet(models.QuerySet["RunNotice"]):
    """Notices that a person may read."""

    def visible_to(self, user: object) -> "RunNoticeQuerySet":
        """This will keep the notices about courses whose participants a person may see."""
        return self.filter(units_with(user, Permission.SEE_ENROLMENTS, prefix="run__course__owner"))


class RunNotice(TimeOrdered):
    """One notice. `form_key` comes with the form: the same form sent twice is one notice. Each reads it in their own written form."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="notices")
    site = models.ForeignKey(
        DeliverySite, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="empty: every place of the run"
    )
    to = models.CharField(max_length=8, choices=NoticeTo)
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    text_nb = SealedTextField(seal_id="catalogue.runnotice.text_nb", null=True, blank=True)
    text_nn = SealedTextField(seal_id="catalogue.runnotice.text_nn", null=True, blank=True)
    form_key = models.UUIDField()
    mailed = models.PositiveIntegerField(help_text="how many it was planned to")
    unreached = models.PositiveIntegerField(help_text="how many had no e-mail address")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RunNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form_key"], name="runnotice_form_once"),
            models.CheckConstraint(condition=Q(to__in=sorted(NoticeTo.values)), name="runnotice_to_known"),
            models.CheckConstraint(condition=Q(text_nb__isnull=False) | Q(text_nn__isnull=False), name="runnotice_has_text"),
        ]
        indexes = [models.Index(fields=["run", "-created_at"], name="runnotice_of_run")]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    def text_in(self, language: str) -> str:
        """This will return the text in a written form, or in the one that it is written in."""
        texts = (self.text_nn, self.text_nb) if language == "nn" else (self.text_nb, self.text_nn)
        return str(texts[0] or texts[1])
