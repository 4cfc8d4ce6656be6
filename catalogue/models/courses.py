"""A course is identity alone: address, code, owner, state. Every text and facet is on a version, which never changes once published."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalogue.enums import (
    AgeGroup,
    Audience,
    CompletionRule,
    CourseFormat,
    Delivery,
    Field,
    LanguageState,
    SignUpRoute,
    SpokenLanguage,
    Topic,
    Visibility,
)
from catalogue.workflow import COURSE, EDITABLE_COURSE_STATES, PUBLIC_COURSE_STATES
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.models import TimeOrdered, Versioned

TEXT_LANGUAGES = ("nb", "nn", "en")
# what else a reader takes, in order, where a language is missing: a whole block, never a mixture
FALLBACKS = {"nb": ("nb", "nn", "en"), "nn": ("nn", "nb", "en"), "en": ("en", "nb", "nn")}
TEXTS = (
    "title",
    "summary",
    "learn",
    "for_whom",
    "programme",
    "practical",
    "referral_note",
    "user_representative",
    "before",
    "after",
    "keywords",
)
# texts that hold one entry a line
LIST_TEXTS = frozenset({"learn", "programme"})
FACETS = (
    "topic",
    "field",
    "diagnosis_specific",
    "format",
    "delivery",
    "audiences",
    "age_groups",
    "spoken_language",
    "sign_up",
    "refer_to",
    "external_name",
    "external_url",
    "places",
    "diagnoses",
)


class CourseQuerySet(models.QuerySet["Course"]):
    """Courses that the public, or an editor, may see."""

    def public(self) -> "CourseQuerySet":
        """This will keep the courses whose public page is shown in lists and searches."""
        return self.filter(status__in=PUBLIC_COURSE_STATES, visibility=Visibility.LISTED)

    def visible_to(self, user: object) -> "CourseQuerySet":
        """This will keep the courses that a person may edit or publish."""
        return self.filter(
            units_with(user, Permission.EDIT_COURSE, prefix="owner") | units_with(user, Permission.PUBLISH_COURSE, prefix="owner")
        )

    def with_participants_for(self, user: object) -> "CourseQuerySet":
        """This will keep the courses whose participants a person may see."""
        return self.filter(units_with(user, Permission.SEE_ENROLMENTS, prefix="owner"))


class Course(Versioned):
    """The stable thing that an address, a QR code and a referral point to."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        PUBLISHED = "published"
        CHANGED = "changed"
        CHANGE_IN_REVIEW = "change_in_review"
        ARCHIVED = "archived"

    code = models.CharField(
        max_length=16, unique=True, db_collation="C", help_text=_("the short code in QR codes and on posters; never changes")
    )
    slug = models.SlugField(max_length=80, unique=True, db_collation="C")
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="courses")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    public_version = models.ForeignKey("CourseVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    draft_version = models.ForeignKey("CourseVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True, help_text="when the public text last changed")
    completion_rule = models.CharField(max_length=12, choices=CompletionRule, default=CompletionRule.TWO_THIRDS)
    visibility = models.CharField(
        max_length=8, choices=Visibility, default=Visibility.LISTED, help_text="where the course is found once it is published"
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=sorted(COURSE.labels)), name="course_status_known"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9-]{3,16}$"), name="course_code_form"),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(PUBLIC_COURSE_STATES | {"archived"})) | Q(public_version__isnull=False),
                name="course_public_has_version",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["published", "archived"], draft_version__isnull=True)
                | Q(status__in=["draft", "in_review", "changed", "change_in_review"], draft_version__isnull=False),
                name="course_draft_while_edited",
            ),
            models.CheckConstraint(condition=Q(successor__isnull=True) | ~Q(successor=models.F("id")), name="course_not_its_own_successor"),
            models.CheckConstraint(condition=both_or_neither("public_version", "published_at"), name="course_published_at_with_version"),
            models.CheckConstraint(condition=Q(completion_rule__in=sorted(CompletionRule.values)), name="course_completion_rule_known"),
            models.CheckConstraint(condition=Q(visibility__in=sorted(Visibility.values)), name="course_visibility_known"),
        ]
        indexes = [
            models.Index(fields=["owner", "status"], name="course_of_owner"),
            models.Index(fields=["status"], name="course_by_status"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_public(self) -> bool:
        """Whether visitors get the course's page: published, and not hidden."""
        return self.status in PUBLIC_COURSE_STATES and self.visibility != Visibility.HIDDEN

    @property
    def is_listed(self) -> bool:
        """Whether the course stands in lists and searches too."""
        return self.status in PUBLIC_COURSE_STATES and self.visibility == Visibility.LISTED

    @property
    def is_editable(self) -> bool:
        """Whether a draft can be written on now."""
        return self.status in EDITABLE_COURSE_STATES

    @property
    def label(self) -> str:
        """The state's word in the language of the moment."""
        return str(COURSE.labels[self.status])

    @property
    def shown_version(self) -> "CourseVersion":
        """The text that an editor means by this course: the public one, the draft where there is none."""
        version = self.public_version or self.draft_version
        if version is None:
            raise LookupError(f"{self.code} has no text")
        return version

    def get_absolute_url(self) -> str:
        """This will return the public page's address in the language of the moment."""
        return reverse("catalogue:course", args=[self.slug])


def _text(**options: Any) -> "models.TextField[str, str]":
    return models.TextField(blank=True, default="", **options)


def _title() -> "models.CharField[str, str]":
    return models.CharField(max_length=160, blank=True, default="")


def _state() -> "models.CharField[str, str]":
    return models.CharField(max_length=8, choices=LanguageState, default=LanguageState.MISSING)


class CourseVersion(TimeOrdered):
    """All the texts and facets of a course at one time. A trigger refuses every change once it is published.

    `learn` and `programme` hold one entry a line, `keywords` words with commas between them. `diagnoses` are code system and
    code, such as `ICD-10 E11`: a code stands for everything below it.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    edit_version = models.PositiveIntegerField(default=0, help_text="raised by each save: the second editor sees what changed")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    change_note = models.CharField(max_length=300, blank=True, default="")
    answers = models.JSONField(default=dict, blank=True, help_text="warning code: what the editor answered")

    state_nb, state_nn, state_en = _state(), _state(), _state()
    title_nb, title_nn, title_en = _title(), _title(), _title()
    summary_nb, summary_nn, summary_en = _text(), _text(), _text()
    learn_nb, learn_nn, learn_en = _text(), _text(), _text()
    for_whom_nb, for_whom_nn, for_whom_en = _text(), _text(), _text()
    programme_nb, programme_nn, programme_en = _text(), _text(), _text()
    practical_nb, practical_nn, practical_en = _text(), _text(), _text()
    referral_note_nb, referral_note_nn, referral_note_en = _text(), _text(), _text()
    user_representative_nb, user_representative_nn, user_representative_en = _text(), _text(), _text()
    before_nb, before_nn, before_en = _text(), _text(), _text()
    after_nb, after_nn, after_en = _text(), _text(), _text()
    keywords_nb, keywords_nn, keywords_en = _text(), _text(), _text()

    topic = models.CharField(max_length=30, choices=Topic)
    field = models.CharField(max_length=20, choices=Field, default=Field.SOMATIC)
    diagnosis_specific = models.BooleanField(default=True)
    format = models.CharField(max_length=12, choices=CourseFormat, default=CourseFormat.GROUP)
    delivery = models.CharField(max_length=12, choices=Delivery, default=Delivery.IN_PERSON)
    audiences = ArrayField(models.CharField(max_length=20, choices=Audience), default=list)
    age_groups = ArrayField(models.CharField(max_length=20, choices=AgeGroup), default=list, blank=True)
    spoken_language = models.CharField(max_length=3, choices=SpokenLanguage, default=SpokenLanguage.NORWEGIAN)
    sign_up = models.CharField(max_length=12, choices=SignUpRoute, default=SignUpRoute.REFERRAL)
    refer_to = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    external_name = models.CharField(max_length=80, blank=True, default="")
    external_url = models.URLField(blank=True, default="")
    places = models.PositiveIntegerField(null=True, blank=True, help_text="usual number of places; empty for no limit")
    diagnoses = ArrayField(models.CharField(max_length=24), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="courseversion_once"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | ~Q(title_nb="") | ~Q(title_nn=""), name="courseversion_published_has_title"
            ),
            # a system publishes without a person, never a person without a moment
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False), name="courseversion_published_by_at"
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | Q(submitted_at__isnull=False), name="courseversion_submitted_by_at"
            ),
            models.CheckConstraint(condition=Q(edited_by__isnull=True) | Q(edited_at__isnull=False), name="courseversion_edited_by_at"),
            models.CheckConstraint(condition=Q(topic__in=sorted(Topic.values)), name="courseversion_topic_known"),
            models.CheckConstraint(condition=Q(sign_up__in=sorted(SignUpRoute.values)), name="courseversion_route_known"),
            models.CheckConstraint(condition=Q(delivery__in=sorted(Delivery.values)), name="courseversion_delivery_known"),
            models.CheckConstraint(
                condition=Q(sign_up="referral") | Q(refer_to__isnull=True), name="courseversion_clinic_only_for_referral"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | ~Q(sign_up="referral") | Q(refer_to__isnull=False),
                name="courseversion_referral_has_clinic",
            ),
            *(
                models.CheckConstraint(
                    condition=(Q(**{f"state_{language}": "missing", f"title_{language}": ""}))
                    | (Q(**{f"state_{language}__in": ["draft", "checked"]}) & ~Q(**{f"title_{language}": ""})),
                    name=f"courseversion_state_{language}",
                )
                for language in TEXT_LANGUAGES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.number}"

    def language_shown(self, language: str | None = None) -> str:
        """This will choose the language that a reader gets: the wanted one, else the nearest that is written."""
        wanted = (language or get_language() or "nb")[:2]
        for candidate in FALLBACKS.get(wanted, FALLBACKS["nb"]):
            if getattr(self, f"state_{candidate}") != LanguageState.MISSING:
                return candidate
        return wanted

    def text(self, name: str, language: str) -> str:
        """This will return one text in one language, empty where it is not written."""
        value: str = getattr(self, f"{name}_{language}")
        return value

    def lines(self, name: str, language: str) -> list[str]:
        """This will return the entries of a text that holds one a line."""
        return [line.strip() for line in self.text(name, language).splitlines() if line.strip()]

    @property
    def title(self) -> str:
        """The title in the language of the moment, or the nearest one."""
        return self.text("title", self.language_shown())
