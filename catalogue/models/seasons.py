"""What stands on a season's poster, and in which order."""

from django.db import models
from django.db.models import Q

from catalogue.enums import TermSeason
from catalogue.models.runs import Run
from lms_portal.accounts.models import HospitalArea, in_language
from lms_portal.common.dates import format_term_in_text
from lms_portal.common.models import TimeOrdered


class Season(TimeOrdered):
    """One half-year of posters, such as `autumn-2023`."""

    code = models.CharField(max_length=12, unique=True, db_collation="C")
    season = models.CharField(max_length=6, choices=TermSeason)
    year = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "year"], name="season_once"),
            models.CheckConstraint(condition=Q(season__in=sorted(TermSeason.values)), name="season_known"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """“hausten 2023”, as it stands in a sentence, in the language of the moment."""
        return format_term_in_text("autumn" if self.season == TermSeason.AUTUMN else "spring", self.year)


class SeasonListing(TimeOrdered):
    """One row of a poster. Titles here are only set where the poster prints another than the course's own."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="listings")
    hospital_area = models.ForeignKey(HospitalArea, on_delete=models.PROTECT, related_name="listings")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="listings")
    position = models.PositiveSmallIntegerField()
    title_nb = models.CharField(max_length=200, blank=True, default="")
    title_nn = models.CharField(max_length=200, blank=True, default="")
    audience_nb = models.CharField(max_length=120, blank=True, default="")
    audience_nn = models.CharField(max_length=120, blank=True, default="")
    note_nb = models.CharField(max_length=300, blank=True, default="")
    note_nn = models.CharField(max_length=300, blank=True, default="")
    import_key = models.CharField(max_length=120, blank=True, default="", db_collation="C", help_text="the printed row that this came from")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["season", "hospital_area", "position"], name="seasonlisting_one_row_a_place", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["season", "hospital_area", "run"], name="seasonlisting_run_once"),
            models.UniqueConstraint(
                fields=["season", "hospital_area", "import_key"], condition=~Q(import_key=""), name="seasonlisting_imported_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.season_id} {self.position}"

    @property
    def title(self) -> str:
        """The printed title, or the course's own."""
        return in_language(nb=self.title_nb, nn=self.title_nn)

    @property
    def audience(self) -> str:
        """Who it is for, as printed, or empty where the course's own words serve."""
        return in_language(nb=self.audience_nb, nn=self.audience_nn)

    @property
    def note(self) -> str:
        """The note in the language of the moment."""
        return in_language(nb=self.note_nb, nn=self.note_nn)
