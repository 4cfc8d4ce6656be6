"""Collecting the season from those who own the courses: who is asked, by which link, and what they answer."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from catalogue.enums import SeasonAnswer
from catalogue.models.courses import Course
from catalogue.models.runs import Run
from catalogue.models.seasons import Season
from catalogue.workflow import COLLECTION
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import LANGUAGES, HospitalArea, Unit, User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered, Versioned


class AnswerContact(TimeOrdered):
    """Who answers for a course before each season, where that is not the unit's own mailbox. Sealed: it may be somebody's own address."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="answer_contact")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    email = SealedTextField(seal_id="catalogue.answer_contact.email")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"answer contact {self.pk}"


class CollectionRoundQuerySet(models.QuerySet["CollectionRound"]):
    """Rounds that a person may see."""

    def visible_to(self, user: object) -> "CollectionRoundQuerySet":
        """This will keep the rounds of units whose season a person collects."""
        return self.filter(units_with(user, Permission.MANAGE_SEASON, prefix="unit"))


class CollectionRound(TimeOrdered):
    """One question to all who own courses of a centre or hospital: about a season, or (without one) whether standing offers still hold."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="collection_rounds")
    hospital_area = models.ForeignKey(
        HospitalArea, null=True, blank=True, on_delete=models.PROTECT, related_name="collection_rounds", help_text="whose poster it fills"
    )
    season = models.ForeignKey(
        Season,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="collection_rounds",
        help_text="empty: the yearly question to offers without an end",
    )
    opened_on = models.DateField()
    last_on = models.DateField(help_text="the last day to answer")
    greeting = models.TextField(blank=True, default="", max_length=1000)
    opened_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: the portal")

    objects = CollectionRoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "season"], condition=Q(season__isnull=False), name="collectionround_once_a_season"),
            models.UniqueConstraint(
                fields=["unit", "opened_on"], condition=Q(season__isnull=True), name="collectionround_yearly_once_a_day"
            ),
            models.CheckConstraint(condition=Q(last_on__gte=F("opened_on")), name="collectionround_days_in_order"),
            models.CheckConstraint(
                condition=Q(season__isnull=True) | Q(hospital_area__isnull=False), name="collectionround_season_has_poster"
            ),
        ]
        indexes = [models.Index(fields=["last_on"], name="collectionround_by_last_day")]

    def __str__(self) -> str:
        return f"collection {self.pk}"

    @property
    def is_yearly(self) -> bool:
        """Whether it asks if offers without an end still hold."""
        return self.season_id is None


class CollectionRecipient(TimeOrdered):
    """One mailbox that is asked, and the link by which it answers.

    The link's secret is made of the row's key, `link_number` and a key outside the database; only its keyed hash is kept (purpose
    `catalogue.collection.link`).
    """

    round = models.ForeignKey(CollectionRound, on_delete=models.PROTECT, related_name="recipients")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    email = SealedTextField(seal_id="catalogue.collection_recipient.email")
    email_hash = models.BinaryField(help_text="purpose `catalogue.collection.email`")
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nb")
    link_number = models.PositiveSmallIntegerField(default=1)
    link_hash = models.BinaryField()
    link_expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "email_hash"], name="collectionrecipient_once"),
            models.UniqueConstraint(fields=["link_hash"], name="collectionrecipient_link_once"),
            models.CheckConstraint(condition=Q(link_expires_at__gt=F("created_at")), name="collectionrecipient_link_holds_for_some_time"),
        ]

    def __str__(self) -> str:
        return f"collection recipient {self.pk}"


class CollectionRow(Versioned):
    """One course in a round, with one of the runs it had last time, and the answer.

    `dates` are the new dates as `collected.dates_as_json` writes them; `sites` what differs at each place. An answer that has
    neither takes what the run had. Overdue is never stored: it is no answer after the round's last day.
    """

    class Status(models.TextChoices):
        INVITED = "invited"
        ANSWERED = "answered"
        CHECKED = "checked"
        IN_CATALOGUE = "in_catalogue"

    round = models.ForeignKey(CollectionRound, on_delete=models.PROTECT, related_name="rows")
    recipient = models.ForeignKey(CollectionRecipient, on_delete=models.PROTECT, related_name="rows")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="collection_rows")
    last_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="collection_rows")
    position = models.PositiveSmallIntegerField(help_text="in the order of last time's poster")
    status = models.CharField(max_length=14, choices=Status, default=Status.INVITED)
    answer = models.CharField(max_length=8, choices=SeasonAnswer, blank=True, default="")
    dates: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    sites: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    contact = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: as last time")
    notes = models.TextField(blank=True, default="", max_length=1000)
    why_not = models.CharField(max_length=300, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: whoever has the link"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.PROTECT, related_name="collected", help_text="what it became in the catalogue"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "course", "last_run"], name="collectionrow_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(status__in=sorted(COLLECTION.labels)), name="collectionrow_status_known"),
            models.CheckConstraint(condition=Q(answer="") | Q(answer__in=sorted(SeasonAnswer.values)), name="collectionrow_answer_known"),
            models.CheckConstraint(
                condition=Q(status="invited", answer="", answered_at__isnull=True)
                | (~Q(status="invited") & ~Q(answer="") & Q(answered_at__isnull=False)),
                name="collectionrow_answer_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(answered_at__isnull=False), name="collectionrow_answered_by_at"
            ),
            models.CheckConstraint(condition=both_or_neither("checked_at", "checked_by"), name="collectionrow_checked_by_at"),
            models.CheckConstraint(
                condition=Q(status__in=["invited", "answered"], checked_at__isnull=True)
                | Q(status__in=["checked", "in_catalogue"], checked_at__isnull=False),
                name="collectionrow_checked_when_checked",
            ),
            models.CheckConstraint(condition=~Q(answer="not_held") | ~Q(why_not=""), name="collectionrow_says_why_not"),
            models.CheckConstraint(
                condition=(Q(status="in_catalogue") & Q(run__isnull=False) & ~Q(answer="not_held"))
                | (~Q(status="in_catalogue") & Q(run__isnull=True)),
                name="collectionrow_run_when_in_catalogue",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "status"], name="collectionrow_of_round"),
            models.Index(fields=["course", "status"], name="collectionrow_of_course"),
        ]

    def __str__(self) -> str:
        return f"collection row {self.pk}"

    @property
    def label(self) -> str:
        """The state's word in the language of the moment."""
        return str(COLLECTION.labels[self.status])

    @property
    def answer_label(self) -> str:
        """The answer's word in the language of the moment; empty while there is none."""
        return str(SeasonAnswer(self.answer).label) if self.answer else ""
