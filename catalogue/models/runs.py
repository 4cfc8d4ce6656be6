"""A run of a course: what is known of its dates, where it is given and received, and how many places there are."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from catalogue.enums import Frequency, ScheduleKind, SignUpRoute, SiteMode, SiteRole, TermSeason
from catalogue.models.courses import Course
from catalogue.workflow import PUBLIC_RUN_STATES, RUN
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, in_language
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import in_order
from lms_portal.common.models import TimeOrdered, Versioned


class RunQuerySet(models.QuerySet["Run"]):
    """Runs that the public, or an editor, may see."""

    def public(self) -> "RunQuerySet":
        """This will keep the runs that the public may see, over or not."""
        return self.filter(status__in=PUBLIC_RUN_STATES)

    def not_over(self, today: date) -> "RunQuerySet":
        """This will keep the runs whose last possible day has not passed; those without one never end."""
        return self.filter(Q(last_possible_on__isnull=True) | Q(last_possible_on__gte=today)).exclude(status="completed")

    def visible_to(self, user: object) -> "RunQuerySet":
        """This will keep the runs of courses that a person may edit."""
        return self.filter(units_with(user, Permission.EDIT_COURSE, prefix="course__owner"))

    def with_participants_for(self, user: object) -> "RunQuerySet":
        """This will keep the runs whose participants a person may see."""
        return self.filter(units_with(user, Permission.SEE_ENROLMENTS, prefix="course__owner"))


class Run(Versioned):
    """One time that a course is given. The three computed columns are written by `schedule.apply` alone."""

    class Status(models.TextChoices):
        PLANNED = "planned"
        OPEN = "open"
        CLOSED = "closed"
        POSTPONED = "postponed"
        CANCELLED = "cancelled"
        COMPLETED = "completed"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="runs")
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    kind = models.CharField(max_length=16, choices=ScheduleKind, default=ScheduleKind.TO_BE_ANNOUNCED)
    first_possible_on = models.DateField(null=True, blank=True)
    last_possible_on = models.DateField(null=True, blank=True, help_text="empty: never over")
    sort_key = models.CharField(max_length=24, db_collation="C", default="9")

    day_count = models.PositiveSmallIntegerField(null=True, blank=True, help_text="how many days, where the dates do not say")
    sign_up = models.CharField(max_length=12, choices=SignUpRoute, blank=True, default="", help_text="empty: as the course")
    refer_to = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: as the course")
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True, help_text="exclusive")
    minimum = models.PositiveIntegerField(null=True, blank=True, help_text="fewer than this, and it is not held")
    decide_on = models.DateField(null=True, blank=True)
    note_nb = models.CharField(max_length=300, blank=True, default="")
    note_nn = models.CharField(max_length=300, blank=True, default="")
    edit_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=sorted(RUN.labels)), name="run_status_known"),
            models.CheckConstraint(condition=Q(kind__in=sorted(ScheduleKind.values)), name="run_kind_known"),
            models.CheckConstraint(condition=in_order("first_possible_on", "last_possible_on"), name="run_days_in_order"),
            models.CheckConstraint(condition=in_order("opens_at", "closes_at"), name="run_window_in_order"),
            models.CheckConstraint(
                condition=~Q(kind__in=["sessions", "months", "term"]) | Q(first_possible_on__isnull=False, last_possible_on__isnull=False),
                name="run_dated_has_days",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["continuous", "to_be_announced"]) | Q(last_possible_on__isnull=True), name="run_undated_never_over"
            ),
            models.CheckConstraint(condition=Q(sign_up="") | Q(sign_up__in=sorted(SignUpRoute.values)), name="run_route_known"),
            # the target of the composite key that keeps an enrolment's run within its course
            models.UniqueConstraint(fields=["id", "course"], name="run_of_course"),
            # a season that is copied twice by mistake is copied once
            models.UniqueConstraint(
                fields=["copied_from", "sort_key"],
                condition=Q(copied_from__isnull=False) & ~Q(status="cancelled"),
                name="run_copied_once_to_its_days",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "sort_key"], name="run_of_course_sorted"),
            models.Index(fields=["last_possible_on"], name="run_last_day"),
            models.Index(fields=["first_possible_on"], name="run_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.sort_key}"

    @property
    def note(self) -> str:
        """The note in the language of the moment."""
        return in_language(nb=self.note_nb, nn=self.note_nn)

    @property
    def label(self) -> str:
        """The stored state's word in the language of the moment."""
        return str(RUN.labels[self.status])


class RunSession(TimeOrdered):
    """One meeting: a Norwegian calendar day, with the clock times on the wall where they are known."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sessions")
    held_on = models.DateField()
    starts_at_clock = models.TimeField(null=True, blank=True, help_text="Europe/Oslo")
    ends_at_clock = models.TimeField(null=True, blank=True, help_text="Europe/Oslo")

    class Meta:
        ordering = ["held_on", F("starts_at_clock").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(fields=["run", "held_on", "starts_at_clock"], name="runsession_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(ends_at_clock__isnull=True) | (Q(starts_at_clock__isnull=False) & Q(ends_at_clock__gt=F("starts_at_clock"))),
                name="runsession_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on}"


class RunMonth(TimeOrdered):
    """One month in which the run takes place, by its first day."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="months")
    month_on = models.DateField()

    class Meta:
        ordering = ["month_on"]
        constraints = [
            models.UniqueConstraint(fields=["run", "month_on"], name="runmonth_once"),
            models.CheckConstraint(condition=Q(month_on__day=1), name="runmonth_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month_on:%Y-%m}"


class RunTerm(TimeOrdered):
    """The term of a run whose days are not set."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="term")
    season = models.CharField(max_length=6, choices=TermSeason)
    year = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(season__in=sorted(TermSeason.values)), name="runterm_season_known")]

    def __str__(self) -> str:
        return f"{self.season} {self.year}"


class RunRecurrence(TimeOrdered):
    """How often a repeated offer is held, and within which days where that is known."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="recurrence")
    frequency = models.CharField(max_length=12, choices=Frequency)
    weekday = models.PositiveSmallIntegerField(null=True, blank=True, help_text="0 is Monday")
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(frequency__in=sorted(Frequency.values)), name="runrecurrence_frequency_known"),
            models.CheckConstraint(condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="runrecurrence_weekday_known"),
            models.CheckConstraint(condition=in_order("from_on", "until_on"), name="runrecurrence_in_order"),
        ]

    def __str__(self) -> str:
        return self.frequency


class TermEdge(TimeOrdered):
    """When a term begins and ends at a unit and below it; the region's row is the rule where a unit has none."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="term_edges")
    season = models.CharField(max_length=6, choices=TermSeason)
    first_month = models.PositiveSmallIntegerField()
    first_day = models.PositiveSmallIntegerField(default=1)
    last_month = models.PositiveSmallIntegerField()
    last_day = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "season"], name="termedge_once"),
            models.CheckConstraint(
                condition=Q(first_month__range=(1, 12), last_month__range=(1, 12), first_day__range=(1, 31), last_day__range=(1, 31))
                & Q(last_month__gte=F("first_month")),
                name="termedge_within_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.season} {self.first_month}–{self.last_month}"


class DeliverySite(TimeOrdered):
    """One place where a run is given or received, in person or digitally. Places are counted here."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sites")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=SiteRole)
    mode = models.CharField(max_length=10, choices=SiteMode)
    meeting_place = models.CharField(max_length=120, blank=True, default="", help_text="building and room, as people on the spot call it")
    wayfinding_nb = models.CharField(max_length=300, blank=True, default="")
    wayfinding_nn = models.CharField(max_length=300, blank=True, default="")
    contact = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    meeting_url = models.URLField(
        max_length=300,
        blank=True,
        default="",
        help_text="the video meeting: shown to people with a confirmed place, never public, never in a mail",
    )
    places = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no limit")
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["role", "id"]  # origin stands before receiver
        constraints = [
            models.CheckConstraint(condition=Q(role__in=sorted(SiteRole.values)), name="deliverysite_role_known"),
            models.CheckConstraint(condition=Q(mode__in=sorted(SiteMode.values)), name="deliverysite_mode_known"),
            models.CheckConstraint(condition=Q(places__isnull=True) | Q(taken__lte=F("places")), name="deliverysite_not_overbooked"),
            models.UniqueConstraint(fields=["run"], condition=Q(role="origin"), name="deliverysite_one_origin"),
            models.UniqueConstraint(fields=["run", "unit", "mode"], name="deliverysite_once"),
            # the target of the composite key that keeps an enrolment's site within its run
            models.UniqueConstraint(fields=["id", "run"], name="deliverysite_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.mode}"

    @property
    def free(self) -> int | None:
        """How many places are left; None where there is no limit."""
        return None if self.places is None else self.places - self.taken

    @property
    def wayfinding(self) -> str:
        """How to find the room, in the language of the moment."""
        return in_language(nb=self.wayfinding_nb, nn=self.wayfinding_nn)
