"""After a course: the group of those who want to keep in touch, the leaders' evaluation, working together, steps around a course, news.

What concerns a person is sealed under a key of its own, so that whoever withdraws is forgotten with the key.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.enums import Topic
from catalogue.models.courses import Course
from catalogue.models.people import Enrolment
from catalogue.models.rosters import HIGHEST, LOWEST
from catalogue.models.runs import Run
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import LANGUAGES, HospitalArea, Unit, User, in_language
from lms_portal.accounts.permissions import units_with
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered

LEADER_SCORES = ("learnt", "everyday", "sharing", "practical", "together")
PHASE_ORDER = ("develop", "plan", "carry_out", "evaluate")


class LeaderSide(models.TextChoices):
    """The two who lead a course together."""

    PROFESSIONAL = "professional", _("Professional leader")
    REPRESENTATIVE = "representative", _("User representative")


class Phase(models.TextChoices):
    """The four phases in which professionals and user representatives work together. Source: the regional strategy for LMS."""

    DEVELOP = "develop", pgettext_lazy("phase of making a course", "Develop")
    PLAN = "plan", pgettext_lazy("phase of making a course", "Plan")
    CARRY_OUT = "carry_out", pgettext_lazy("phase of making a course", "Carry out")
    EVALUATE = "evaluate", pgettext_lazy("phase of making a course", "Evaluate")


class StepSide(models.TextChoices):
    """Whether a step comes before or after the course."""

    BEFORE = "before", _("Before the course")
    AFTER = "after", _("After the course")


class StepKind(models.TextChoices):
    """What a step on the way is."""

    COURSE = "course", _("Another course here")
    MUNICIPAL = "municipal", _("Offer of the municipality")
    PEER = "peer", _("Offer of people with the same experience")
    OTHER = "other", _("Something else, such as after discharge")


# Keeping in touch


class SelfHelpGroup(TimeOrdered):
    """Those of one run who want to keep in touch. The two days are set when the first says yes, and do not move: people consented to them."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="self_help_group")
    share_on = models.DateField(help_text="from this day each who said yes sees the others")
    forget_on = models.DateField(help_text="on this day everything is deleted")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(forget_on__gt=F("share_on")), name="selfhelpgroup_shared_before_forgotten")]
        indexes = [models.Index(fields=["forget_on"], name="selfhelpgroup_forget")]

    def __str__(self) -> str:
        return f"group {self.pk}"


class SelfHelpMemberQuerySet(models.QuerySet["SelfHelpMember"]):
    """Who has said yes, for those who take papers in."""

    def visible_to(self, user: object) -> "SelfHelpMemberQuerySet":
        """This will keep the rows of courses whose participants a person may see; pages for staff open no sealed value of them."""
        return self.filter(units_with(user, Permission.SEE_ENROLMENTS, prefix="enrolment__course__owner"))

    def public(self) -> "SelfHelpMemberQuerySet":
        """This will keep them all: whoever has the secret of one may open it."""
        return self.all()


class SelfHelpMember(TimeOrdered):
    """One who said yes, with what they want to share. Withdrawing deletes the row and its key.

    The link's secret is made as that of a sign-up (purpose `catalogue.self_help.link`).
    """

    group = models.ForeignKey(SelfHelpGroup, on_delete=models.PROTECT, related_name="members")
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="self_help")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    name = SealedTextField(seal_id="catalogue.self_help.name")
    email = SealedTextField(seal_id="catalogue.self_help.email", null=True, blank=True)
    phone = SealedTextField(seal_id="catalogue.self_help.phone", null=True, blank=True)
    link_hash = models.BinaryField()
    said_yes_at = models.DateTimeField()
    taken_in_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who took the paper in; empty: said by themselves",
    )

    objects = SelfHelpMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link_hash"], name="selfhelpmember_link_once"),
            models.CheckConstraint(condition=Q(email__isnull=False) | Q(phone__isnull=False), name="selfhelpmember_can_be_reached"),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"


# The leaders' evaluation


def _score() -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(null=True, blank=True)


class LeaderEvaluationQuerySet(models.QuerySet["LeaderEvaluation"]):
    """The leaders' evaluations that a person may see."""

    def visible_to(self, user: object) -> "LeaderEvaluationQuerySet":
        """This will keep those of courses whose participants a person may see, or that they edit."""
        may_see = units_with(user, Permission.SEE_ENROLMENTS, prefix="run__course__owner")
        return self.filter(may_see | units_with(user, Permission.EDIT_COURSE, prefix="run__course__owner"))

    def public(self) -> "LeaderEvaluationQuerySet":
        """This will keep them all: whoever has the secret of one may answer it while it is open."""
        return self.all()


class LeaderEvaluation(TimeOrdered):
    """What one of the two leaders thought of a run. The statements are those that participants answer, and one about working together.

    The link's secret is made as that of a sign-up (purpose `catalogue.leader_evaluation.link`).
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="leader_evaluations")
    side = models.CharField(max_length=16, choices=LeaderSide)
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    learnt, everyday, sharing, practical, together = _score(), _score(), _score(), _score(), _score()
    good = SealedTextField(seal_id="catalogue.leader_evaluation.good", null=True, blank=True)
    better = SealedTextField(seal_id="catalogue.leader_evaluation.better", null=True, blank=True)
    link_hash = models.BinaryField()
    asked_at = models.DateTimeField()
    closes_on = models.DateField(help_text="the last day to answer")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: answered by the link"
    )

    objects = LeaderEvaluationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "side"], name="leaderevaluation_once"),
            models.UniqueConstraint(fields=["link_hash"], name="leaderevaluation_link_once"),
            models.CheckConstraint(condition=Q(side__in=sorted(LeaderSide.values)), name="leaderevaluation_side_known"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(answered_at__isnull=False), name="leaderevaluation_answered_by_at"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (LOWEST, HIGHEST)}), name=f"leaderevaluation_{name}"
                )
                for name in LEADER_SCORES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.side}"


# Working together


class UserRepresentativeQuerySet(models.QuerySet["UserRepresentative"]):
    """User representatives that a person may see."""

    def visible_to(self, user: object) -> "UserRepresentativeQuerySet":
        """This will keep those of courses that a person edits."""
        return self.filter(units_with(user, Permission.EDIT_COURSE, prefix="course__owner"))


class UserRepresentative(TimeOrdered):
    """A user representative of a course, or of one run of it.

    Not part of the reviewed text: who withdraws their consent is gone from the page at once, not after the next review.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="representatives")
    run = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.PROTECT, related_name="representatives", help_text="empty: the whole course"
    )
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="the user organisation")
    organisation = models.CharField(max_length=120, blank=True, default="", help_text="where it is no unit of the portal")
    contribution = models.CharField(max_length=300, help_text="what they do on the course, as agreed")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    name = SealedTextField(seal_id="catalogue.representative.name", null=True, blank=True)
    email = SealedTextField(seal_id="catalogue.representative.email", null=True, blank=True)
    consented_on = models.DateField(null=True, blank=True, help_text="when they agreed that the name is public; empty: it is not")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = UserRepresentativeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, organisation="") | (Q(unit__isnull=True) & ~Q(organisation="")),
                name="userrepresentative_one_organisation",
            ),
            models.CheckConstraint(
                condition=Q(consented_on__isnull=True) | Q(name__isnull=False), name="userrepresentative_public_name_is_there"
            ),
        ]

    def __str__(self) -> str:
        return f"representative {self.pk}"

    @property
    def organisation_name(self) -> str:
        """The organisation that they represent. Loaded before: the unit."""
        return self.unit.name if self.unit else self.organisation


class CoproductionPhase(TimeOrdered):
    """One phase of making a course together: both sides by role, and the day on which it was done. Roles, no names."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="phases")
    phase = models.CharField(max_length=12, choices=Phase)
    professional = models.CharField(max_length=160, blank=True, default="")
    representative = models.CharField(max_length=160, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "phase"], name="coproductionphase_once"),
            models.CheckConstraint(condition=Q(phase__in=sorted(Phase.values)), name="coproductionphase_known"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | (~Q(professional="") & ~Q(representative="")), name="coproductionphase_done_by_both"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.phase}"


# The way before and after


class PathwayStep(TimeOrdered):
    """A step before or after a course: another course of the catalogue, or something else in words."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="pathway_steps")
    side = models.CharField(max_length=6, choices=StepSide)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind)
    target = models.ForeignKey(Course, null=True, blank=True, on_delete=models.PROTECT, related_name="steps_here")
    text_nb = models.CharField(max_length=200, blank=True, default="")
    text_nn = models.CharField(max_length=200, blank=True, default="")
    url = models.URLField(blank=True, default="")

    class Meta:
        ordering = ["side", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "side", "position"], name="pathwaystep_in_order", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(side__in=sorted(StepSide.values)), name="pathwaystep_side_known"),
            models.CheckConstraint(condition=Q(kind__in=sorted(StepKind.values)), name="pathwaystep_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="course", target__isnull=False)
                | (~Q(kind="course") & Q(target__isnull=True) & ~Q(text_nb="") & ~Q(text_nn="")),
                name="pathwaystep_course_or_words",
            ),
            models.CheckConstraint(condition=Q(target__isnull=True) | ~Q(target=F("course")), name="pathwaystep_leads_elsewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.side} {self.position}"

    @property
    def text(self) -> str:
        """What the step is, in the language of the moment. Loaded before: the target's public text."""
        version = self.target.public_version if self.target else None
        return version.title if version else in_language(nb=self.text_nb, nn=self.text_nn)


# News


class NewsItemQuerySet(models.QuerySet["NewsItem"]):
    """News that a person may write, and those that stand on the public page."""

    def visible_to(self, user: object) -> "NewsItemQuerySet":
        """This will keep the news of units whose courses a person publishes."""
        return self.filter(units_with(user, Permission.PUBLISH_COURSE))

    def public(self) -> "NewsItemQuerySet":
        """This will keep what has been sent."""
        return self.filter(sent_at__isnull=False)


class NewsItem(TimeOrdered):
    """A piece of news from a centre. A draft has no `send_at`; what is sent never changes, and stands on a public page."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="news_items")
    topic = models.CharField(max_length=30, choices=Topic, blank=True, default="", help_text="empty: for everybody")
    title_nb = models.CharField(max_length=120, blank=True, default="")
    title_nn = models.CharField(max_length=120, blank=True, default="")
    text_nb = models.TextField(blank=True, default="")
    text_nn = models.TextField(blank=True, default="")
    edit_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    send_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.PositiveIntegerField(null=True, blank=True, help_text="how many addresses")

    objects = NewsItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(topic="") | Q(topic__in=sorted(Topic.values)), name="newsitem_topic_known"),
            models.CheckConstraint(
                condition=Q(send_at__isnull=True) | (~Q(title_nb="") & ~Q(title_nn="") & ~Q(text_nb="") & ~Q(text_nn="")),
                name="newsitem_sent_in_both_forms",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_to__isnull=True)
                | Q(sent_at__isnull=False, sent_to__isnull=False, send_at__isnull=False),
                name="newsitem_sent_as_planned",
            ),
        ]
        indexes = [
            models.Index(fields=["send_at"], condition=Q(send_at__isnull=False, sent_at__isnull=True), name="newsitem_to_send"),
            models.Index(fields=["-sent_at"], condition=Q(sent_at__isnull=False), name="newsitem_sent"),
            models.Index(fields=["unit", "-created_at"], name="newsitem_of_unit"),
        ]

    def __str__(self) -> str:
        return f"news {self.pk}"

    @property
    def language_shown(self) -> str:
        """The written form that a reader gets."""
        return in_language(nb="nb", nn="nn", en="nb")

    @property
    def title(self) -> str:
        """The title in the reader's written form."""
        return str(getattr(self, f"title_{self.language_shown}")) or self.title_nb or self.title_nn

    @property
    def text(self) -> str:
        """The text in the reader's written form."""
        return str(getattr(self, f"text_{self.language_shown}")) or self.text_nb or self.text_nn


def _wish(**options: Any) -> "models.UniqueConstraint":
    return models.UniqueConstraint(fields=["email_hash"], **options)


class NewsSubscription(TimeOrdered):
    """An address that wants news: address, topics, place and language, and nothing else. The topics are sealed: they may tell of an illness.

    A new wish for an address that is on the list stands beside it until it is confirmed, and then replaces it: nobody changes
    what another has chosen. The links' secret is made as that of a sign-up (purpose `catalogue.news.link`).
    """

    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    email = SealedTextField(seal_id="catalogue.news.email")
    topics = SealedTextField(seal_id="catalogue.news.topics", help_text="codes with commas between them; empty: every topic")
    email_hash = models.BinaryField(help_text="purpose `catalogue.news.email`")
    area = models.ForeignKey(
        HospitalArea, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: the whole region"
    )
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nb")
    link_hash = models.BinaryField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="deleted then, unless it has been confirmed")

    class Meta:
        constraints = [
            _wish(condition=Q(confirmed_at__isnull=False), name="newssubscription_once"),
            _wish(condition=Q(confirmed_at__isnull=True), name="newssubscription_one_wish"),
            models.UniqueConstraint(fields=["link_hash"], name="newssubscription_link_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, expires_at__isnull=False) | Q(confirmed_at__isnull=False, expires_at__isnull=True),
                name="newssubscription_waits_or_stands",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="newssubscription_expires"),
            models.Index(fields=["area"], condition=Q(confirmed_at__isnull=False), name="newssubscription_in_area"),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"
