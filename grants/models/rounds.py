"""Schemes, guidelines and rounds: what is announced, when, and how much there is."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from grants.enums import Category, County, Phase, RoundStatus
from grants.models.organisations import OFFICE_PERMISSIONS, works_in_an_office
from lms_portal.accounts.models import Unit, User, in_language
from lms_portal.accounts.permissions import units_with
from lms_portal.common.models import TimeOrdered, Versioned


class Scheme(TimeOrdered):
    """A grant scheme of a region. What differs between regions is data, so that another region can run its own."""

    code = models.CharField(max_length=30, unique=True, db_collation="C")
    office = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grant_schemes")
    name_nb = models.CharField(max_length=160)
    name_nn = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    counties = ArrayField(models.CharField(max_length=2, choices=County), help_text="an applicant must work in one of these")
    categories = ArrayField(models.CharField(max_length=30, choices=Category))
    allows_carry_over = models.BooleanField(default=True, help_text="unused money may be kept on request; otherwise it is repaid")
    ceiling_nok = models.PositiveIntegerField(null=True, blank=True, help_text="the most that one organisation may apply for")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(categories__contained_by=Category.values), name="scheme_categories_known")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The scheme's name in the language of the moment."""
        return in_language(nb=self.name_nb, nn=self.name_nn, en=self.name_en)


class GuidelineVersion(TimeOrdered):
    """One version of a scheme's guidelines, with the checklist that the formal check is made from. Never changed once confirmed."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="guidelines")
    number = models.PositiveSmallIntegerField()
    text_nb = models.TextField()
    text_nn = models.TextField()
    text_en = models.TextField(blank=True)
    checklist = models.JSONField(default=list, help_text='[{"code": …, "nb": …, "nn": …, "en": …}]')
    adopted_on = models.DateField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["scheme", "number"], name="guideline_number_once")]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.number}"

    @property
    def text(self) -> str:
        """The guidelines in the language of the moment."""
        return in_language(nb=self.text_nb, nn=self.text_nn, en=self.text_en)

    def criteria(self) -> list[tuple[str, str]]:
        """The checklist as (code, words in the language of the moment)."""
        return [(item["code"], in_language(nb=item["nb"], nn=item["nn"], en=item.get("en", ""))) for item in self.checklist]


class RoundQuerySet(models.QuerySet["Round"]):
    """Rounds that a person may handle."""

    def visible_to(self, user: object) -> "RoundQuerySet":
        """This will keep the rounds of the offices where the person handles, advises on or decides grants."""
        condition = Q(pk__in=[])
        for permission in OFFICE_PERMISSIONS:
            condition |= units_with(user, permission, prefix="scheme__office")
        return self.filter(condition) if works_in_an_office(user) else self.none()


class Round(Versioned):
    """One year's money of a scheme. `closes_at` is exclusive; `deadline_revision` rises when it is moved, so that people are told anew."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="rounds")
    grant_year = models.PositiveSmallIntegerField(help_text="the year that the money is for; applied for in the autumn before")
    status = models.CharField(max_length=20, choices=RoundStatus, default=RoundStatus.PLANNED)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    deadline_revision = models.PositiveSmallIntegerField(default=1)
    guideline = models.ForeignKey(GuidelineVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="rounds")
    frame_amount_nok = models.PositiveIntegerField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    awarded_nok = models.PositiveIntegerField(default=0, help_text="sum of the awards; never above the frame")

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-grant_year"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "grant_year"], name="round_once_a_year"),
            models.CheckConstraint(condition=Q(status__in=RoundStatus.values), name="round_status_known"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="round_closes_after_opening"),
            models.CheckConstraint(condition=Q(grant_year__gte=2000, grant_year__lte=2200), name="round_grant_year_plausible"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, guideline__isnull=False, frame_amount_nok__gt=0),
                name="round_confirmed_with_guideline_and_frame",
            ),
            models.CheckConstraint(condition=Q(status="planned") | Q(confirmed_at__isnull=False), name="round_open_only_when_confirmed"),
            models.CheckConstraint(
                condition=Q(awarded_nok=0) | Q(frame_amount_nok__isnull=False, awarded_nok__lte=F("frame_amount_nok")),
                name="round_awards_within_frame",
            ),
        ]
        indexes = [models.Index(fields=["status", "opens_at"], name="round_by_status")]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.grant_year}"

    @property
    def reports_on_year(self) -> int:
        """The year whose money an applicant reports on in this round: the year in which the round is open."""
        return self.grant_year - 1

    def phase_at(self, now: datetime) -> Phase:
        """Where the calendar has the round, to the microsecond: from `opens_at`, inclusive, to `closes_at`, exclusive.

        The stored status follows within one sweep; pages and actions ask here, so that nobody waits for a sweep.
        """
        if now >= self.closes_at or self.status not in {RoundStatus.PLANNED, RoundStatus.OPEN}:
            return Phase.CLOSED
        if now < self.opens_at or self.confirmed_at is None:
            return Phase.PLANNED
        return Phase.OPEN


class Advice(TimeOrdered):
    """The advice of the regional user committee on a round, filed once."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="advice")
    text = models.TextField()
    given_on = models.DateField()
    conflicts_declared = models.BooleanField(help_text="members with a conflict of interest stepped aside, and the minutes say so")
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="advice_says_something"),
            models.CheckConstraint(condition=Q(conflicts_declared=True), name="advice_conflicts_declared"),
        ]

    def __str__(self) -> str:
        return f"advice {self.round_id}"
