"""What is counted so that the catalogue gets better: searches without an answer, and links that lead nowhere."""

from django.db import models
from django.db.models import Q

from catalogue.enums import LinkState
from catalogue.models.courses import Course
from lms_portal.accounts.models import LANGUAGES
from lms_portal.common.models import TimeOrdered

LONGEST_SEARCH = 60


class SearchMiss(TimeOrdered):
    """How often some words were looked for on one day, and nothing was found. Nothing says who: no address, no session, no time of day."""

    words = models.CharField(
        max_length=LONGEST_SEARCH, db_collation="C", help_text="normalised; what looks like a number or an address is never here"
    )
    language = models.CharField(max_length=2, choices=LANGUAGES)
    searched_on = models.DateField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "catalogue_search_miss"
        constraints = [
            models.UniqueConstraint(fields=["words", "language", "searched_on"], name="searchmiss_once_a_day"),
            # no identity or telephone number, no e-mail address, whoever writes the row
            models.CheckConstraint(condition=~Q(words__regex=r"[0-9]{4}|@"), name="searchmiss_nobodys_number"),
            models.CheckConstraint(condition=Q(count__gte=1), name="searchmiss_counted"),
        ]
        indexes = [models.Index(fields=["searched_on"], name="searchmiss_by_day")]

    def __str__(self) -> str:
        return f"{self.searched_on} {self.count}"


class CourseLink(TimeOrdered):
    """An address that a course's public text names, and whether it led anywhere when it was last tried."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="links")
    url = models.CharField(max_length=500, db_collation="C")
    state = models.CharField(max_length=8, choices=LinkState, default=LinkState.UNTRIED)
    answer = models.CharField(max_length=60, blank=True, default="", help_text="the status code, or what failed, in short")
    failures = models.PositiveSmallIntegerField(default=0, help_text="how many tries in a row")
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "catalogue_course_link"
        constraints = [
            models.UniqueConstraint(fields=["course", "url"], name="courselink_once"),
            models.CheckConstraint(condition=Q(state__in=sorted(LinkState.values)), name="courselink_state_known"),
            models.CheckConstraint(condition=Q(state="untried") | Q(checked_at__isnull=False), name="courselink_tried_at"),
        ]
        indexes = [
            models.Index(fields=["checked_at"], name="courselink_by_check"),
            models.Index(fields=["course"], condition=Q(state="broken"), name="courselink_broken"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.url}"
