import django.db.models.deletion
import lms_portal.common.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_search_bits"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseChange",
            fields=[
                (
                    "course",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_change",
                        serialize=False,
                        to="catalogue.course",
                    ),
                ),
                ("number", models.BigIntegerField()),
            ],
            options={
                "db_table": "catalogue_course_change",
            },
        ),
        migrations.AddField(
            model_name="cataloguestate",
            name="all_number",
            field=models.BigIntegerField(default=0, help_text="the number when something changed that every page may say"),
        ),
        migrations.AddField(
            model_name="cataloguestate",
            name="release",
            field=models.CharField(blank=True, default="", help_text="the release whose templates made the cards", max_length=20),
        ),
        migrations.CreateModel(
            name="CoursePage",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("language", models.CharField(choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")], max_length=2)),
                ("title", models.CharField(max_length=160)),
                ("summary", models.TextField()),
                ("text_language", models.CharField(blank=True, default="", max_length=2)),
                ("html", models.TextField()),
                ("number", models.BigIntegerField(help_text="the catalogue's number before anything of the page was read")),
                ("made_on", models.DateField()),
                ("stale_on", models.DateField()),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="pages", to="catalogue.course")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("course", "language"), name="coursepage_once")],
            },
        ),
    ]
