import django.db.models.deletion
import lms_portal.common.fields
import lms_portal.common.ids
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0005_joining"),
        ("common", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "mark",
                    models.CharField(choices=[("present", "Came"), ("excused", "Sent word"), ("absent", "Did not come")], max_length=8),
                ),
                ("noted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "code",
                    models.CharField(
                        db_collation="C", help_text="stands in the address; given to participants alone", max_length=12, unique=True
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closes_on", models.DateField(help_text="the last day to answer")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EvaluationAnswer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("learnt", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("everyday", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("sharing", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("practical", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("recommend", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("good", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.evaluation_answer.good")),
                ("better", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.evaluation_answer.better")),
            ],
        ),
        migrations.AddField(
            model_name="course",
            name="completion_rule",
            field=models.CharField(
                choices=[
                    ("half", "Half of the meetings"),
                    ("two_thirds", "Two thirds of the meetings"),
                    ("four_fifths", "Four fifths of the meetings"),
                    ("every", "Every meeting"),
                ],
                default="two_thirds",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="copied_from",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="catalogue.run"
            ),
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.CheckConstraint(
                condition=models.Q(("completion_rule__in", ["every", "four_fifths", "half", "two_thirds"])),
                name="course_completion_rule_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("copied_from__isnull", False), models.Q(("status", "cancelled"), _negated=True)),
                fields=("copied_from", "sort_key"),
                name="run_copied_once_to_its_days",
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="enrolment",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="catalogue.enrolment"),
        ),
        migrations.AddField(
            model_name="attendance",
            name="noted_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="session",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="catalogue.runsession"),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="data_key",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey"),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="run",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="evaluation", to="catalogue.run"),
        ),
        migrations.AddField(
            model_name="evaluationanswer",
            name="data_key",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey"),
        ),
        migrations.AddField(
            model_name="evaluationanswer",
            name="evaluation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="catalogue.evaluation"),
        ),
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(fields=["session"], name="attendance_of_session"),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(fields=("enrolment", "session"), name="attendance_once"),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(("mark__in", ["absent", "excused", "present"])), name="attendance_mark_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("learnt__isnull", True), ("learnt__range", (1, 5)), _connector="OR"), name="evaluationanswer_learnt"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("everyday__isnull", True), ("everyday__range", (1, 5)), _connector="OR"),
                name="evaluationanswer_everyday",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("sharing__isnull", True), ("sharing__range", (1, 5)), _connector="OR"), name="evaluationanswer_sharing"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("practical__isnull", True), ("practical__range", (1, 5)), _connector="OR"),
                name="evaluationanswer_practical",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("recommend__isnull", True), ("recommend__range", (1, 5)), _connector="OR"),
                name="evaluationanswer_recommend",
            ),
        ),
    ]
