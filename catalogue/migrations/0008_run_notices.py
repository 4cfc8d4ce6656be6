"""What advisers write to those who take part in a run."""

import django.db.models.deletion
import lms_portal.common.fields
import lms_portal.common.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0007_wait_again"),
        ("common", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RunNotice",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("placed", "Those who have a place on these dates"),
                            ("waiting", "Those who wait for the course"),
                            ("both", "Both"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text_nb", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.runnotice.text_nb")),
                ("text_nn", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.runnotice.text_nn")),
                ("form_key", models.UUIDField()),
                ("mailed", models.PositiveIntegerField(help_text="how many it was planned to")),
                ("unreached", models.PositiveIntegerField(help_text="how many had no e-mail address")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="catalogue.run")),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: every place of the run",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="catalogue.deliverysite",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["run", "-created_at"], name="runnotice_of_run")],
                "constraints": [
                    models.UniqueConstraint(fields=("form_key",), name="runnotice_form_once"),
                    models.CheckConstraint(condition=models.Q(("to__in", ["both", "placed", "waiting"])), name="runnotice_to_known"),
                    models.CheckConstraint(
                        condition=models.Q(("text_nb__isnull", False), ("text_nn__isnull", False), _connector="OR"),
                        name="runnotice_has_text",
                    ),
                ],
            },
        ),
    ]
