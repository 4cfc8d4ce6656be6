"""What the search reads: narrow rows computed from the courses, the index's own vocabulary, and the words that editors tie together."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from catalogue.models.courses import Course
from lms_portal.accounts.models import LANGUAGES, Unit
from lms_portal.common.models import TimeOrdered


class BitString(models.Field):  # type: ignore[type-arg] # only SQL reads it
    """PostgreSQL's `bit varying`, which Django has no field for."""

    def db_type(self, connection: object) -> str:
        """This will name the column's type."""
        return "bit varying"


class SearchDocument(TimeOrdered):
    """One course in one language, as narrow as can be: the planner reads this table alone to filter and rank.

    `facets` are numbers from `catalogue.facets`; `brief` holds title and keywords, for the ranking. `ordinal` is the course's place
    in the bits of `FacetBits`. Computed by `actions.refresh_search`.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="search_documents")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    vector = SearchVectorField()
    brief = SearchVectorField()
    facets = ArrayField(models.SmallIntegerField(), default=list)
    ordinal = models.PositiveIntegerField()
    next_key = models.CharField(max_length=24, db_collation="C", help_text="sort key of the next run; courses without one come last")
    title_key = models.CharField(max_length=80, db_collation="C")
    stale_on = models.DateField(null=True, blank=True, help_text="the day when dates alone make this row wrong")
    generation = models.IntegerField(default=0, help_text="the generation of words and templates that it was made under")

    class Meta:
        db_table = "catalogue_search_document"
        constraints = [
            models.UniqueConstraint(fields=["course", "language"], name="searchdocument_once"),
            models.UniqueConstraint(fields=["ordinal", "language"], name="searchdocument_ordinal"),
        ]
        indexes = [
            *(
                GinIndex(fields=["vector"], condition=Q(language=language), name=f"searchdocument_{language}", fastupdate=False)
                for language in ("nb", "nn", "en")
            ),
            models.Index(fields=["language", "next_key", "title_key"], name="searchdocument_by_date"),
            models.Index(fields=["stale_on"], name="searchdocument_stale"),
            models.Index(fields=["generation"], name="searchdocument_generation"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.language}"


class FacetBits(models.Model):
    """One choice of a filter: the bits of the courses that have it. Counting a choice is an AND and a population count.

    Source: bench, five thousand courses: unnesting and grouping their facets takes twenty times as long.
    """

    number = models.SmallIntegerField(primary_key=True)
    bits = BitString()

    class Meta:
        db_table = "catalogue_facet_bits"

    def __str__(self) -> str:
        return f"{self.number}"


class CourseCard(TimeOrdered):
    """The ready HTML of a course in a list, one per language; right from `made_on` until before `stale_on`."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="cards")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    html = models.TextField()
    made_on = models.DateField()
    stale_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "language"], name="coursecard_once")]

    def __str__(self) -> str:
        return f"{self.course_id} {self.language}"


class CoursePage(TimeOrdered):
    """The ready text of a course's page, one per language: made at the first visit after a change, right while nothing has changed.

    It holds while `number` is not behind the course's last change (`CourseChange`) nor that of everything
    (`CatalogueState.all_number`), from `made_on` until before `stale_on`. `text_language`: set where the text is in another language.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="pages")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    title = models.CharField(max_length=160)
    summary = models.TextField()
    text_language = models.CharField(max_length=2, blank=True, default="")
    html = models.TextField()
    number = models.BigIntegerField(help_text="the catalogue's number before anything of the page was read")
    made_on = models.DateField()
    stale_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "language"], name="coursepage_once")]

    def __str__(self) -> str:
        return f"{self.course_id} {self.language}"


class CourseChange(models.Model):
    """The catalogue's number at a course's last public change: of its text, its runs or its places."""

    course = models.OneToOneField(Course, primary_key=True, on_delete=models.CASCADE, related_name="last_change")
    number = models.BigIntegerField()

    class Meta:
        db_table = "catalogue_course_change"

    def __str__(self) -> str:
        return f"{self.course_id} {self.number}"


class SearchTerm(models.Model):
    """One word of the index's vocabulary: as written, and as the normaliser makes it."""

    id = models.BigAutoField(primary_key=True)
    word = models.CharField(max_length=60, unique=True, db_collation="C")
    token = models.CharField(max_length=60, db_collation="C", db_index=True, help_text="the stem of the word's common form")
    uses = models.PositiveIntegerField(default=1)
    is_head = models.BooleanField(default=False, help_text="longer words that end in it are also found by it")

    class Meta:
        db_table = "catalogue_search_term"

    def __str__(self) -> str:
        return self.word


class WordsQuerySet(models.QuerySet[Any]):
    """Words that editors tie together."""

    def used(self) -> "WordsQuerySet":
        """This will keep those that the search reads; the others have been taken out by an editor."""
        return self.filter(is_used=True)


class FormPair(TimeOrdered):
    """One word in bokmål and nynorsk that mean the same, with the token that both become. `is_stem`: also as part of longer words."""

    nb = models.CharField(max_length=60, db_collation="C")
    nn = models.CharField(max_length=60, db_collation="C")
    is_stem = models.BooleanField(default=False)
    # taken out, the row stays: otherwise the files that are loaded with each release would bring it back
    is_used = models.BooleanField(default=True)

    objects = WordsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["nb", "nn"], name="formpair_once")]

    def __str__(self) -> str:
        return f"{self.nb} = {self.nn}"


class Synonym(TimeOrdered):
    """A word that people use, and the words that it also finds."""

    word = models.CharField(max_length=60, unique=True, db_collation="C")
    finds = ArrayField(models.CharField(max_length=60), default=list)
    is_used = models.BooleanField(default=True)

    objects = WordsQuerySet.as_manager()

    class Meta:
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word


class SearchPlace(models.Model):
    """The small number by which the search knows a hospital; never given to another."""

    number = models.SmallAutoField(primary_key=True)
    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="search_place")

    class Meta:
        db_table = "catalogue_search_place"

    def __str__(self) -> str:
        return f"{self.number}"


class CatalogueState(models.Model):
    """One number that rises whenever a public page may have changed: what the ETag of every list is made of."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    all_number = models.BigIntegerField(default=0, help_text="the number when something changed that every page may say")
    changed_at = models.DateTimeField(null=True, blank=True)
    words_changed_at = models.DateTimeField(
        null=True, blank=True, help_text="set while the index has not yet taken in what editors changed of the words"
    )
    release = models.CharField(max_length=20, blank=True, default="", help_text="the release whose templates made the cards")
    generation = models.IntegerField(default=0, help_text="rises with the search's words and with each release; older rows are made anew")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="cataloguestate_one_row")]

    def __str__(self) -> str:
        return str(self.number)
