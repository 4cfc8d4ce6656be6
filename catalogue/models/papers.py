"""Paper: the documents that are made for print, each made by a worker and kept until what it shows has changed; and hits on short addresses."""

from django.db import models
from django.db.models import Q

from catalogue.enums import PaperKind
from catalogue.models.courses import Course
from catalogue.models.seasons import Season
from lms_portal.accounts.models import LANGUAGES, HospitalArea, User
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.models import TimeOrdered


class Paper(TimeOrdered):
    """One document as it is, was, or is to be made: a kind, for an area, a term and a language, with a digest of all that it shows.

    Public, and computed from what the catalogue says, so the bytes lie in the row: row and file cannot come apart. A row without
    `made_at` waits for a worker; of these there is at most one a document, however many people ask. `checked_as` names the state of the
    catalogue in which the digest was last found right: as long as that stands still, the document is served without another look.
    """

    kind = models.CharField(max_length=10, choices=PaperKind)
    hospital_area = models.ForeignKey(HospitalArea, on_delete=models.PROTECT, related_name="papers")
    season = models.ForeignKey(Season, null=True, blank=True, on_delete=models.PROTECT, related_name="papers")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    digest = models.CharField(max_length=32, db_collation="C")
    checked_as = models.CharField(max_length=60, blank=True, default="", db_collation="C")
    wanted_at = models.DateTimeField(help_text="when somebody last asked for it, or the sweep did")
    taken_until = models.DateTimeField(null=True, blank=True, help_text="a worker has it until then; past, the worker is gone")
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="the last attempt that ended in an error")
    made_at = models.DateTimeField(null=True, blank=True)
    content = models.BinaryField(
        null=True, blank=True, help_text="empty where it is not made, or cleared away because another took its place"
    )
    size = models.PositiveIntegerField(default=0, help_text="bytes")
    page_count = models.PositiveSmallIntegerField(default=0)
    fetched_on = models.DateField(null=True, blank=True, help_text="the last day somebody fetched it, perhaps to hang it up")
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="when it was found to say something else than the catalogue")
    seen_to_at = models.DateTimeField(null=True, blank=True, help_text="when an adviser said that the print on the wall is a new one")
    seen_to_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=sorted(PaperKind.values)), name="paper_kind_known"),
            models.CheckConstraint(condition=Q(kind=PaperKind.GUIDE) ^ Q(season__isnull=False), name="paper_of_a_season_but_guides"),
            models.CheckConstraint(condition=Q(made_at__isnull=False) | Q(content__isnull=True), name="paper_content_when_made"),
            models.CheckConstraint(condition=both_or_neither("seen_to_at", "seen_to_by"), name="paper_seen_to_by_somebody"),
            models.UniqueConstraint(
                fields=["kind", "hospital_area", "season", "language", "digest"], name="paper_once", nulls_distinct=False
            ),
            # asking again and again gives a worker no more to do
            models.UniqueConstraint(
                fields=["kind", "hospital_area", "season", "language"],
                condition=Q(made_at__isnull=True),
                name="paper_waits_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["wanted_at"], condition=Q(made_at__isnull=True), name="paper_waiting"),
            models.Index(fields=["replaced_at"], name="paper_replaced"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hospital_area_id} {self.language}"


class CourseShortHit(TimeOrdered):
    """How often a course's short address was opened on a day. A count and nothing else: no cookie, no address, no moment."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="short_hits")
    opened_on = models.DateField(help_text="the Norwegian day")
    count = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "catalogue_course_short_hit"
        constraints = [models.UniqueConstraint(fields=["course", "opened_on"], name="courseshorthit_once")]

    def __str__(self) -> str:
        return f"{self.course_id} {self.opened_on}"
