import django.db.models.constraints
import django.db.models.deletion
import lms_portal.common.fields
import lms_portal.common.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0009_statistics"),
        ("common", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SelfHelpGroup",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("share_on", models.DateField(help_text="from this day each who said yes sees the others")),
                ("forget_on", models.DateField(help_text="on this day everything is deleted")),
                (
                    "run",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="self_help_group", to="catalogue.run"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SelfHelpMember",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", lms_portal.common.fields.SealedTextField(seal_id="catalogue.self_help.name")),
                ("email", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.self_help.email")),
                ("phone", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.self_help.phone")),
                ("link_hash", models.BinaryField()),
                ("said_yes_at", models.DateTimeField()),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
                (
                    "enrolment",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="self_help", to="catalogue.enrolment"),
                ),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="members", to="catalogue.selfhelpgroup"),
                ),
                (
                    "taken_in_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="who took the paper in; empty: said by themselves",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UserRepresentative",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("organisation", models.CharField(blank=True, default="", help_text="where it is no unit of the portal", max_length=120)),
                ("contribution", models.CharField(help_text="what they do on the course, as agreed", max_length=300)),
                ("name", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.representative.name")),
                ("email", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.representative.email")),
                (
                    "consented_on",
                    models.DateField(blank=True, help_text="when they agreed that the name is public; empty: it is not", null=True),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="representatives", to="catalogue.course"),
                ),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: the whole course",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representatives",
                        to="catalogue.run",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        help_text="the user organisation",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CoproductionPhase",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "phase",
                    models.CharField(
                        choices=[("develop", "Develop"), ("plan", "Plan"), ("carry_out", "Carry out"), ("evaluate", "Evaluate")],
                        max_length=12,
                    ),
                ),
                ("professional", models.CharField(blank=True, default="", max_length=160)),
                ("representative", models.CharField(blank=True, default="", max_length=160)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("done_on", models.DateField(blank=True, null=True)),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="phases", to="catalogue.course")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("course", "phase"), name="coproductionphase_once"),
                    models.CheckConstraint(
                        condition=models.Q(("phase__in", ["carry_out", "develop", "evaluate", "plan"])), name="coproductionphase_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_on__isnull", True),
                            models.Q(models.Q(("professional", ""), _negated=True), models.Q(("representative", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="coproductionphase_done_by_both",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaderEvaluation",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "side",
                    models.CharField(
                        choices=[("professional", "Professional leader"), ("representative", "User representative")], max_length=16
                    ),
                ),
                ("learnt", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("everyday", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("sharing", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("practical", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("together", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("good", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.leader_evaluation.good")),
                ("better", lms_portal.common.fields.SealedTextField(blank=True, null=True, seal_id="catalogue.leader_evaluation.better")),
                ("link_hash", models.BinaryField()),
                ("asked_at", models.DateTimeField()),
                ("closes_on", models.DateField(help_text="the last day to answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: answered by the link",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
                (
                    "run",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="leader_evaluations", to="catalogue.run"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "side"), name="leaderevaluation_once"),
                    models.UniqueConstraint(fields=("link_hash",), name="leaderevaluation_link_once"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["professional", "representative"])), name="leaderevaluation_side_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answered_by__isnull", True), ("answered_at__isnull", False), _connector="OR"),
                        name="leaderevaluation_answered_by_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("learnt__isnull", True), ("learnt__range", (1, 5)), _connector="OR"),
                        name="leaderevaluation_learnt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("everyday__isnull", True), ("everyday__range", (1, 5)), _connector="OR"),
                        name="leaderevaluation_everyday",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sharing__isnull", True), ("sharing__range", (1, 5)), _connector="OR"),
                        name="leaderevaluation_sharing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("practical__isnull", True), ("practical__range", (1, 5)), _connector="OR"),
                        name="leaderevaluation_practical",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("together__isnull", True), ("together__range", (1, 5)), _connector="OR"),
                        name="leaderevaluation_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NewsItem",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "topic",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("heart", "Heart and blood vessels"),
                            ("lung", "Lungs and airways"),
                            ("endocrine", "Diabetes and hormones"),
                            ("cancer", "Cancer"),
                            ("neurology", "Brain and nerves"),
                            ("musculoskeletal", "Muscles, joints and bones"),
                            ("digestive", "Stomach, bowel and liver"),
                            ("kidney_urology", "Kidneys and urinary tract"),
                            ("skin_allergy", "Skin and allergy"),
                            ("womens_health", "Women's health and pregnancy"),
                            ("nutrition_obesity", "Food and weight"),
                            ("mental_health", "Mental health"),
                            ("substance_use", "Alcohol, drugs and gambling"),
                            ("sensory", "Sight and hearing"),
                            ("pain_fatigue", "Pain and fatigue"),
                            ("living_with_illness", "Living with long-term illness"),
                            ("children_families", "Children and families"),
                        ],
                        default="",
                        help_text="empty: for everybody",
                        max_length=30,
                    ),
                ),
                ("title_nb", models.CharField(blank=True, default="", max_length=120)),
                ("title_nn", models.CharField(blank=True, default="", max_length=120)),
                ("text_nb", models.TextField(blank=True, default="")),
                ("text_nn", models.TextField(blank=True, default="")),
                ("edit_version", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("send_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("sent_to", models.PositiveIntegerField(blank=True, help_text="how many addresses", null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="news_items", to="accounts.unit")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("send_at__isnull", False), ("sent_at__isnull", True)),
                        fields=["send_at"],
                        name="newsitem_to_send",
                    ),
                    models.Index(condition=models.Q(("sent_at__isnull", False)), fields=["-sent_at"], name="newsitem_sent"),
                    models.Index(fields=["unit", "-created_at"], name="newsitem_of_unit"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("topic", ""),
                            (
                                "topic__in",
                                [
                                    "cancer",
                                    "children_families",
                                    "digestive",
                                    "endocrine",
                                    "heart",
                                    "kidney_urology",
                                    "living_with_illness",
                                    "lung",
                                    "mental_health",
                                    "musculoskeletal",
                                    "neurology",
                                    "nutrition_obesity",
                                    "pain_fatigue",
                                    "sensory",
                                    "skin_allergy",
                                    "substance_use",
                                    "womens_health",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="newsitem_topic_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("send_at__isnull", True),
                            models.Q(
                                models.Q(("title_nb", ""), _negated=True),
                                models.Q(("title_nn", ""), _negated=True),
                                models.Q(("text_nb", ""), _negated=True),
                                models.Q(("text_nn", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="newsitem_sent_in_both_forms",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", True), ("sent_to__isnull", True)),
                            models.Q(("send_at__isnull", False), ("sent_at__isnull", False), ("sent_to__isnull", False)),
                            _connector="OR",
                        ),
                        name="newsitem_sent_as_planned",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NewsSubscription",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("email", lms_portal.common.fields.SealedTextField(seal_id="catalogue.news.email")),
                (
                    "topics",
                    lms_portal.common.fields.SealedTextField(
                        help_text="codes with commas between them; empty: every topic", seal_id="catalogue.news.topics"
                    ),
                ),
                ("email_hash", models.BinaryField(help_text="purpose `catalogue.news.email`")),
                (
                    "language",
                    models.CharField(choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")], default="nb", max_length=2),
                ),
                ("link_hash", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, help_text="deleted then, unless it has been confirmed", null=True)),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: the whole region",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.hospitalarea",
                    ),
                ),
                ("data_key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="common.datakey")),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("expires_at__isnull", False)), fields=["expires_at"], name="newssubscription_expires"),
                    models.Index(condition=models.Q(("confirmed_at__isnull", False)), fields=["area"], name="newssubscription_in_area"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)), fields=("email_hash",), name="newssubscription_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True)), fields=("email_hash",), name="newssubscription_one_wish"
                    ),
                    models.UniqueConstraint(fields=("link_hash",), name="newssubscription_link_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("expires_at__isnull", False)),
                            models.Q(("confirmed_at__isnull", False), ("expires_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="newssubscription_waits_or_stands",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PathwayStep",
            fields=[
                ("id", models.UUIDField(default=lms_portal.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("side", models.CharField(choices=[("before", "Before the course"), ("after", "After the course")], max_length=6)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("course", "Another course here"),
                            ("municipal", "Offer of the municipality"),
                            ("peer", "Offer of people with the same experience"),
                            ("other", "Something else, such as after discharge"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text_nb", models.CharField(blank=True, default="", max_length=200)),
                ("text_nn", models.CharField(blank=True, default="", max_length=200)),
                ("url", models.URLField(blank=True, default="")),
                (
                    "course",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="pathway_steps", to="catalogue.course"),
                ),
                (
                    "target",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="steps_here", to="catalogue.course"
                    ),
                ),
            ],
            options={
                "ordering": ["side", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("course", "side", "position"),
                        name="pathwaystep_in_order",
                    ),
                    models.CheckConstraint(condition=models.Q(("side__in", ["after", "before"])), name="pathwaystep_side_known"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["course", "municipal", "other", "peer"])), name="pathwaystep_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "course"), ("target__isnull", False)),
                            models.Q(
                                models.Q(("kind", "course"), _negated=True),
                                ("target__isnull", True),
                                models.Q(("text_nb", ""), _negated=True),
                                models.Q(("text_nn", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="pathwaystep_course_or_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target__isnull", True), models.Q(("target", models.F("course")), _negated=True), _connector="OR"
                        ),
                        name="pathwaystep_leads_elsewhere",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="selfhelpgroup",
            index=models.Index(fields=["forget_on"], name="selfhelpgroup_forget"),
        ),
        migrations.AddConstraint(
            model_name="selfhelpgroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("forget_on__gt", models.F("share_on"))), name="selfhelpgroup_shared_before_forgotten"
            ),
        ),
        migrations.AddConstraint(
            model_name="selfhelpmember",
            constraint=models.UniqueConstraint(fields=("link_hash",), name="selfhelpmember_link_once"),
        ),
        migrations.AddConstraint(
            model_name="selfhelpmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("email__isnull", False), ("phone__isnull", False), _connector="OR"),
                name="selfhelpmember_can_be_reached",
            ),
        ),
        migrations.AddConstraint(
            model_name="userrepresentative",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organisation", ""), ("unit__isnull", False)),
                    models.Q(("unit__isnull", True), models.Q(("organisation", ""), _negated=True)),
                    _connector="OR",
                ),
                name="userrepresentative_one_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="userrepresentative",
            constraint=models.CheckConstraint(
                condition=models.Q(("consented_on__isnull", True), ("name__isnull", False), _connector="OR"),
                name="userrepresentative_public_name_is_there",
            ),
        ),
    ]
