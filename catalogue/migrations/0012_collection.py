import django.db.models.deletion
import lms_portal.common.fields
import lms_portal.common.ids
from django.conf import settings
from django.db import migrations, models

from lms_portal.common.migration_operations import GuardStatus


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0011_print"),
        ("common", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerContact",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("email", lms_portal.common.fields.SealedTextField(seal_id="catalogue.answer_contact.email")),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "course",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="answer_contact", to="catalogue.course"),
                ),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CollectionRound",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("opened_on", models.DateField()),
                ("last_on", models.DateField(help_text="the last day to answer")),
                ("greeting", models.TextField(blank=True, default="", max_length=1000)),
                (
                    "hospital_area",
                    models.ForeignKey(
                        blank=True,
                        help_text="whose poster it fills",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collection_rounds",
                        to="accounts.hospitalarea",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: the portal",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "season",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: the yearly question to offers without an end",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collection_rounds",
                        to="catalogue.season",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="collection_rounds", to="accounts.unit"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CollectionRecipient",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("email", lms_portal.common.fields.SealedTextField(seal_id="catalogue.collection_recipient.email")),
                ("email_hash", models.BinaryField(help_text="purpose `catalogue.collection.email`")),
                (
                    "language",
                    models.CharField(choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")], default="nb", max_length=2),
                ),
                ("link_number", models.PositiveSmallIntegerField(default=1)),
                ("link_hash", models.BinaryField()),
                ("link_expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recipients", to="catalogue.collectionround"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CollectionRow",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("status_changed_at", models.DateTimeField(blank=True, null=True)),
                ("position", models.PositiveSmallIntegerField(help_text="in the order of last time's poster")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("answered", "Answered"),
                            ("checked", "Checked"),
                            ("in_catalogue", "In Catalogue"),
                        ],
                        default="invited",
                        max_length=14,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("same", "Same as last time"), ("changed", "Changed"), ("not_held", "Not this season")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("dates", models.JSONField(blank=True, null=True)),
                ("sites", models.JSONField(blank=True, default=list)),
                ("notes", models.TextField(blank=True, default="", max_length=1000)),
                ("why_not", models.CharField(blank=True, default="", max_length=300)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: whoever has the link",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: as last time",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="collection_rows", to="catalogue.course"),
                ),
                (
                    "last_run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collection_rows",
                        to="catalogue.run",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="catalogue.collectionrecipient"),
                ),
                (
                    "round",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="catalogue.collectionround"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        help_text="what it became in the catalogue",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collected",
                        to="catalogue.run",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="collectionround",
            index=models.Index(fields=["last_on"], name="collectionround_by_last_day"),
        ),
        migrations.AddConstraint(
            model_name="collectionround",
            constraint=models.UniqueConstraint(
                condition=models.Q(("season__isnull", False)), fields=("unit", "season"), name="collectionround_once_a_season"
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionround",
            constraint=models.UniqueConstraint(
                condition=models.Q(("season__isnull", True)), fields=("unit", "opened_on"), name="collectionround_yearly_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionround",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_on__gte", models.F("opened_on"))), name="collectionround_days_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionround",
            constraint=models.CheckConstraint(
                condition=models.Q(("season__isnull", True), ("hospital_area__isnull", False), _connector="OR"),
                name="collectionround_season_has_poster",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrecipient",
            constraint=models.UniqueConstraint(fields=("round", "email_hash"), name="collectionrecipient_once"),
        ),
        migrations.AddConstraint(
            model_name="collectionrecipient",
            constraint=models.UniqueConstraint(fields=("link_hash",), name="collectionrecipient_link_once"),
        ),
        migrations.AddConstraint(
            model_name="collectionrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(("link_expires_at__gt", models.F("created_at"))), name="collectionrecipient_link_holds_for_some_time"
            ),
        ),
        migrations.AddIndex(
            model_name="collectionrow",
            index=models.Index(fields=["round", "status"], name="collectionrow_of_round"),
        ),
        migrations.AddIndex(
            model_name="collectionrow",
            index=models.Index(fields=["course", "status"], name="collectionrow_of_course"),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.UniqueConstraint(fields=("round", "course", "last_run"), name="collectionrow_once", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["answered", "checked", "in_catalogue", "invited"])), name="collectionrow_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer", ""), ("answer__in", ["changed", "not_held", "same"]), _connector="OR"),
                name="collectionrow_answer_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True), ("status", "invited")),
                    models.Q(
                        models.Q(("status", "invited"), _negated=True),
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="collectionrow_answer_when_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_by__isnull", True), ("answered_at__isnull", False), _connector="OR"),
                name="collectionrow_answered_by_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at__isnull", True), ("checked_by__isnull", True)),
                    models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                    _connector="OR",
                ),
                name="collectionrow_checked_by_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at__isnull", True), ("status__in", ["invited", "answered"])),
                    models.Q(("checked_at__isnull", False), ("status__in", ["checked", "in_catalogue"])),
                    _connector="OR",
                ),
                name="collectionrow_checked_when_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "not_held"), _negated=True), models.Q(("why_not", ""), _negated=True), _connector="OR"
                ),
                name="collectionrow_says_why_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "in_catalogue"), ("run__isnull", False), models.Q(("answer", "not_held"), _negated=True)),
                    models.Q(models.Q(("status", "in_catalogue"), _negated=True), ("run__isnull", True)),
                    _connector="OR",
                ),
                name="collectionrow_run_when_in_catalogue",
            ),
        ),
        GuardStatus(
            "catalogue_collectionrow",
            ["invited"],
            [
                ("answered", "answered"),
                ("answered", "checked"),
                ("checked", "answered"),
                ("checked", "in_catalogue"),
                ("invited", "answered"),
            ],
        ),
    ]
