"""Files of courses and dates that advisers send in: the file, its columns, and every row with what it would do."""

from django.db import models
from django.db.models import Q

from catalogue.models.courses import Course
from catalogue.models.runs import Run
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.constraints import both_or_neither
from lms_portal.common.models import TimeOrdered


class CourseImportQuerySet(models.QuerySet["CourseImport"]):
    """Imports that an editor may see."""

    def visible_to(self, user: object) -> "CourseImportQuerySet":
        """This will keep the imports of the centres whose courses a person edits."""
        return self.filter(units_with(user, Permission.EDIT_COURSE, prefix="centre"))


class CourseImport(TimeOrdered):
    """One file. `stage` says what it waits for; a worker that dies leaves it where a sweep finds it, never half saved."""

    class Stage(models.TextChoices):
        COLUMNS = "columns"
        READING = "reading"
        PREVIEW = "preview"
        APPLYING = "applying"
        APPLIED = "applied"
        DISCARDED = "discarded"

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="course_imports")
    created_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    extension = models.CharField(max_length=4)
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=33, blank=True, default="", help_text="name in the private files; empty once it is deleted")
    sheets = models.JSONField(default=list, help_text="name, head row, heads and what each column is read as")
    default_year = models.PositiveSmallIntegerField(null=True, blank=True)
    default_topic = models.CharField(max_length=30, blank=True, default="")
    stage = models.CharField(max_length=9, choices=Stage, default=Stage.COLUMNS)
    rows_read = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=20, blank=True, default="", help_text="code of why the file could not be read or saved")
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="whom the worker works for"
    )
    work_until = models.DateTimeField(null=True, blank=True, help_text="real time; a worker that is later than this is dead")
    attempts = models.PositiveSmallIntegerField(default=0)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = CourseImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=["columns", "reading", "preview", "applying", "applied", "discarded"]),
                name="courseimport_stage_known",
            ),
            models.CheckConstraint(condition=both_or_neither("applied_at", "applied_by"), name="courseimport_applied_by_somebody"),
            models.CheckConstraint(
                condition=Q(stage="applied", applied_at__isnull=False) | (~Q(stage="applied") & Q(applied_at__isnull=True)),
                name="courseimport_applied_at",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["reading", "applying"]) | Q(asked_by__isnull=False), name="courseimport_asked_for"
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "-created_at"], name="courseimport_of_centre"),
            models.Index(fields=["stage"], name="courseimport_at_work", condition=Q(stage__in=["reading", "applying"])),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def is_working(self) -> bool:
        """Whether a worker reads or saves it."""
        return self.stage in (self.Stage.READING, self.Stage.APPLYING)


class CourseImportRow(TimeOrdered):
    """One row of the file, as it was read, and what it would do or has done. Values are kept without a language, and put into words when shown."""

    class Verb(models.TextChoices):
        NEW = "new"
        CHANGE = "change"
        SAME = "same"
        ERROR = "error"
        OUT = "out"

    course_import = models.ForeignKey(CourseImport, on_delete=models.CASCADE, related_name="rows")
    sheet = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(help_text="counts as a spreadsheet does")
    cells = models.JSONField(default=dict, help_text="column to value; emptied with the file")
    left_out = models.BooleanField(default=False)
    verb = models.CharField(max_length=6, choices=Verb)
    course_verb = models.CharField(max_length=6, blank=True, default="")
    run_verb = models.CharField(max_length=6, blank=True, default="")
    course_code = models.CharField(max_length=16, blank=True, default="", db_collation="C")
    title = models.CharField(max_length=160, blank=True, default="")
    changes = models.JSONField(default=list, help_text="column, value before, value after")
    problems = models.JSONField(default=list, help_text="column, code, parameters")
    basis = models.CharField(max_length=120, blank=True, default="", help_text="the versions that the row was compared with")
    course = models.ForeignKey(Course, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sheet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["course_import", "sheet", "number"], name="courseimportrow_once"),
            models.CheckConstraint(condition=Q(verb__in=["new", "change", "same", "error", "out"]), name="courseimportrow_verb_known"),
        ]
        indexes = [models.Index(fields=["course_import", "verb", "sheet", "number"], name="courseimportrow_by_verb")]

    def __str__(self) -> str:
        return f"row {self.number}"


class RunKey(TimeOrdered):
    """What a file calls a run of a course, so that the same row finds it again."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="run_keys")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="import_keys")
    key = models.CharField(max_length=120, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "key"], name="runkey_once")]

    def __str__(self) -> str:
        return self.key


class ImportColumn(TimeOrdered):
    """What a centre's files mean by a column's head, remembered from last time. Empty: the column is not read."""

    centre = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="import_columns")
    head = models.CharField(max_length=120)
    column = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "head"], name="importcolumn_once")]

    def __str__(self) -> str:
        return f"{self.head}: {self.column}"
