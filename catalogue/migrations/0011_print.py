import django.db.models.deletion
import lms_portal.common.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0010_following"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseShortHit",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("opened_on", models.DateField(help_text="the Norwegian day")),
                ("count", models.PositiveIntegerField(default=1)),
                (
                    "course",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="short_hits", to="catalogue.course"),
                ),
            ],
            options={
                "db_table": "catalogue_course_short_hit",
                "constraints": [models.UniqueConstraint(fields=("course", "opened_on"), name="courseshorthit_once")],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("a4", "Poster, A4"),
                            ("a3", "Poster, A3"),
                            ("booklet", "Booklet of all courses, A5"),
                            ("guide", "How to refer, one page, A4"),
                        ],
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")], max_length=2)),
                ("digest", models.CharField(db_collation="C", max_length=32)),
                ("checked_as", models.CharField(blank=True, db_collation="C", default="", max_length=60)),
                ("wanted_at", models.DateTimeField(help_text="when somebody last asked for it, or the sweep did")),
                (
                    "taken_until",
                    models.DateTimeField(blank=True, help_text="a worker has it until then; past, the worker is gone", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("failed_at", models.DateTimeField(blank=True, help_text="the last attempt that ended in an error", null=True)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                (
                    "content",
                    models.BinaryField(
                        blank=True, help_text="empty where it is not made, or cleared away because another took its place", null=True
                    ),
                ),
                ("size", models.PositiveIntegerField(default=0, help_text="bytes")),
                ("page_count", models.PositiveSmallIntegerField(default=0)),
                (
                    "fetched_on",
                    models.DateField(blank=True, help_text="the last day somebody fetched it, perhaps to hang it up", null=True),
                ),
                (
                    "replaced_at",
                    models.DateTimeField(blank=True, help_text="when it was found to say something else than the catalogue", null=True),
                ),
                (
                    "seen_to_at",
                    models.DateTimeField(blank=True, help_text="when an adviser said that the print on the wall is a new one", null=True),
                ),
                (
                    "hospital_area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="accounts.hospitalarea"),
                ),
                (
                    "season",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="catalogue.season"
                    ),
                ),
                (
                    "seen_to_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("made_at__isnull", True)), fields=["wanted_at"], name="paper_waiting"),
                    models.Index(fields=["replaced_at"], name="paper_replaced"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["a3", "a4", "booklet", "guide"])), name="paper_kind_known"),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "guide"), ("season__isnull", False), _connector="XOR"),
                        name="paper_of_a_season_but_guides",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("made_at__isnull", False), ("content__isnull", True), _connector="OR"),
                        name="paper_content_when_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_to_at__isnull", True), ("seen_to_by__isnull", True)),
                            models.Q(("seen_to_at__isnull", False), ("seen_to_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="paper_seen_to_by_somebody",
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "hospital_area", "season", "language", "digest"), name="paper_once", nulls_distinct=False
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("made_at__isnull", True)),
                        fields=("kind", "hospital_area", "season", "language"),
                        name="paper_waits_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
