import django.contrib.postgres.fields
import django.db.models.deletion
import lms_portal.common.fields
import lms_portal.common.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0004_kept_pages"),
        ("common", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="deliverysite",
            name="meeting_url",
            field=models.URLField(
                blank=True,
                default="",
                help_text="the video meeting: shown to people with a confirmed place, never public, never in a mail",
                max_length=300,
            ),
        ),
        migrations.CreateModel(
            name="CourseInterest",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("email", lms_portal.common.fields.SealedTextField(seal_id="catalogue.interest.email")),
                ("email_hash", models.BinaryField(help_text="purpose `catalogue.interest.email`")),
                (
                    "language",
                    models.CharField(choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")], default="nb", max_length=2),
                ),
                (
                    "seen_runs",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None),
                ),
                ("link_hash", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "expires_at",
                    models.DateTimeField(
                        help_text="deleted then: unconfirmed after some days, confirmed after some years without new dates"
                    ),
                ),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="interests", to="catalogue.course")),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="courseinterest_expires")],
                "constraints": [
                    models.UniqueConstraint(fields=("course", "email_hash"), name="courseinterest_once"),
                    models.UniqueConstraint(fields=("link_hash",), name="courseinterest_link_once"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="courseinterest_holds_for_some_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignUp",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("form_key", models.UUIDField()),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("self", "Myself"),
                            ("child", "A child that I am responsible for"),
                            ("other", "Somebody else, who has asked me to"),
                        ],
                        default="self",
                        max_length=8,
                    ),
                ),
                ("contact_name", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.signup.contact_name")),
                ("birth_year", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.signup.birth_year")),
                ("needs", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.signup.needs")),
                ("email_hash", models.BinaryField(blank=True, help_text="purpose `catalogue.joining.email`", null=True)),
                (
                    "passed_runs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        help_text="dates that were offered and did not suit",
                        size=None,
                    ),
                ),
                ("link_number", models.PositiveSmallIntegerField(default=1)),
                ("link_hash", models.BinaryField()),
                ("link_expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
                (
                    "enrolment",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="sign_up", to="catalogue.enrolment"),
                ),
                ("wished_run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sign_ups", to="catalogue.run")),
                (
                    "wished_site",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: any place of the run",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="catalogue.deliverysite",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("email_hash__isnull", False)), fields=["email_hash"], name="signup_by_email"),
                    models.Index(fields=["wished_run"], name="signup_of_run"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("form_key",), name="signup_form_once"),
                    models.UniqueConstraint(fields=("link_hash",), name="signup_link_once"),
                    models.CheckConstraint(condition=models.Q(("relation__in", ["child", "other", "self"])), name="signup_relation_known"),
                    models.CheckConstraint(
                        condition=models.Q(("relation", "self"), ("contact_name__isnull", False), _connector="OR"),
                        name="signup_for_another_names_who_signs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("link_expires_at__gt", models.F("created_at"))), name="signup_link_holds_for_some_time"
                    ),
                ],
            },
        ),
    ]
