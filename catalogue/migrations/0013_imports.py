import django.db.models.deletion
import lms_portal.common.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0012_collection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseImport",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("file_name", models.CharField(max_length=120)),
                ("extension", models.CharField(max_length=4)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "stored_as",
                    models.CharField(
                        blank=True, default="", help_text="name in the private files; empty once it is deleted", max_length=33
                    ),
                ),
                ("sheets", models.JSONField(default=list, help_text="name, head row, heads and what each column is read as")),
                ("default_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("default_topic", models.CharField(blank=True, default="", max_length=30)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("columns", "Columns"),
                            ("reading", "Reading"),
                            ("preview", "Preview"),
                            ("applying", "Applying"),
                            ("applied", "Applied"),
                            ("discarded", "Discarded"),
                        ],
                        default="columns",
                        max_length=9,
                    ),
                ),
                ("rows_read", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(blank=True, default=dict)),
                (
                    "problem",
                    models.CharField(blank=True, default="", help_text="code of why the file could not be read or saved", max_length=20),
                ),
                (
                    "work_until",
                    models.DateTimeField(blank=True, help_text="real time; a worker that is later than this is dead", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                (
                    "applied_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="whom the worker works for",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="course_imports", to="accounts.unit"),
                ),
                (
                    "started_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CourseImportRow",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("sheet", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField(help_text="counts as a spreadsheet does")),
                ("cells", models.JSONField(default=dict, help_text="column to value; emptied with the file")),
                ("left_out", models.BooleanField(default=False)),
                (
                    "verb",
                    models.CharField(
                        choices=[("new", "New"), ("change", "Change"), ("same", "Same"), ("error", "Error"), ("out", "Out")], max_length=6
                    ),
                ),
                ("course_verb", models.CharField(blank=True, default="", max_length=6)),
                ("run_verb", models.CharField(blank=True, default="", max_length=6)),
                ("course_code", models.CharField(blank=True, db_collation="C", default="", max_length=16)),
                ("title", models.CharField(blank=True, default="", max_length=160)),
                ("changes", models.JSONField(default=list, help_text="column, value before, value after")),
                ("problems", models.JSONField(default=list, help_text="column, code, parameters")),
                (
                    "basis",
                    models.CharField(blank=True, default="", help_text="the versions that the row was compared with", max_length=120),
                ),
                (
                    "course",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.course"
                    ),
                ),
                (
                    "course_import",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="catalogue.courseimport"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.run"
                    ),
                ),
            ],
            options={
                "ordering": ["sheet", "number"],
            },
        ),
        migrations.CreateModel(
            name="ImportColumn",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("head", models.CharField(max_length=120)),
                ("column", models.CharField(blank=True, default="", max_length=40)),
                (
                    "centre",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="import_columns", to="accounts.unit"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RunKey",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(db_collation="C", max_length=120)),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="run_keys", to="catalogue.course")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="import_keys", to="catalogue.run")),
            ],
        ),
        migrations.AddIndex(
            model_name="courseimport",
            index=models.Index(fields=["centre", "-created_at"], name="courseimport_of_centre"),
        ),
        migrations.AddIndex(
            model_name="courseimport",
            index=models.Index(condition=models.Q(("stage__in", ["reading", "applying"])), fields=["stage"], name="courseimport_at_work"),
        ),
        migrations.AddConstraint(
            model_name="courseimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["columns", "reading", "preview", "applying", "applied", "discarded"])),
                name="courseimport_stage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="courseimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("applied_at__isnull", True), ("applied_by__isnull", True)),
                    models.Q(("applied_at__isnull", False), ("applied_by__isnull", False)),
                    _connector="OR",
                ),
                name="courseimport_applied_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="courseimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("applied_at__isnull", False), ("stage", "applied")),
                    models.Q(models.Q(("stage", "applied"), _negated=True), ("applied_at__isnull", True)),
                    _connector="OR",
                ),
                name="courseimport_applied_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="courseimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["reading", "applying"]), _negated=True), ("asked_by__isnull", False), _connector="OR"
                ),
                name="courseimport_asked_for",
            ),
        ),
        migrations.AddIndex(
            model_name="courseimportrow",
            index=models.Index(fields=["course_import", "verb", "sheet", "number"], name="courseimportrow_by_verb"),
        ),
        migrations.AddConstraint(
            model_name="courseimportrow",
            constraint=models.UniqueConstraint(fields=("course_import", "sheet", "number"), name="courseimportrow_once"),
        ),
        migrations.AddConstraint(
            model_name="courseimportrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("verb__in", ["new", "change", "same", "error", "out"])), name="courseimportrow_verb_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="importcolumn",
            constraint=models.UniqueConstraint(fields=("centre", "head"), name="importcolumn_once"),
        ),
        migrations.AddConstraint(
            model_name="runkey",
            constraint=models.UniqueConstraint(fields=("course", "key"), name="runkey_once"),
        ),
    ]
