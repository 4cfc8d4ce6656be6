"""Signing up without a referral, and being told when a course has new dates. Who it is, is sealed under the key of that matter."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalogue.enums import Relation
from catalogue.models.courses import Course
from catalogue.models.people import Enrolment
from catalogue.models.runs import DeliverySite, Run
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import LANGUAGES
from lms_portal.accounts.permissions import units_with
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered


class SignUpQuerySet(models.QuerySet["SignUp"]):
    """Sign-ups that a person may see, and those that wait."""

    def visible_to(self, user: object) -> "SignUpQuerySet":
        """This will keep the sign-ups of courses whose participants a person may see."""
        return self.filter(units_with(user, Permission.SEE_ENROLMENTS, prefix="enrolment__course__owner"))

    def with_case(self) -> "SignUpQuerySet":
        """This will load the place, the person and the keys in the same query."""
        return self.select_related("data_key", "enrolment__course__owner", "enrolment__participant__data_key", "wished_run")

    def waiting(self) -> "SignUpQuerySet":
        """This will keep those on a waiting list, in the order in which they are offered a place."""
        order = ("enrolment__priority", "enrolment__waiting_since", "enrolment__created_at", "enrolment__id")
        return self.filter(enrolment__status="waiting").order_by(*order)


class SignUp(TimeOrdered):
    """What somebody wrote who signed up without a referral, and the link by which they see and change it.

    The link's secret is made of the row's key, `link_number` and a key outside the database; only its keyed hash is kept (purpose
    `catalogue.joining.link`). `form_key` comes with the form: the same form sent twice is one sign-up.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="sign_up")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    form_key = models.UUIDField()
    relation = models.CharField(max_length=8, choices=Relation, default=Relation.SELF)
    contact_name = SealedTextField(seal_id="catalogue.signup.contact_name", null=True, blank=True)
    birth_year = SealedTextField(seal_id="catalogue.signup.birth_year", null=True, blank=True)
    needs = SealedTextField(seal_id="catalogue.signup.needs", null=True, blank=True)
    email_hash = models.BinaryField(null=True, blank=True, help_text="purpose `catalogue.joining.email`")
    wished_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="sign_ups")
    wished_site = models.ForeignKey(
        DeliverySite, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="empty: any place of the run"
    )
    passed_runs = ArrayField(models.UUIDField(), default=list, blank=True, help_text="dates that were offered and did not suit")
    link_number = models.PositiveSmallIntegerField(default=1)
    link_hash = models.BinaryField()
    link_expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    objects = SignUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form_key"], name="signup_form_once"),
            models.UniqueConstraint(fields=["link_hash"], name="signup_link_once"),
            models.CheckConstraint(condition=Q(relation__in=sorted(Relation.values)), name="signup_relation_known"),
            models.CheckConstraint(condition=Q(relation="self") | Q(contact_name__isnull=False), name="signup_for_another_names_who_signs"),
            models.CheckConstraint(condition=Q(link_expires_at__gt=F("created_at")), name="signup_link_holds_for_some_time"),
        ]
        indexes = [
            models.Index(fields=["email_hash"], condition=Q(email_hash__isnull=False), name="signup_by_email"),
            models.Index(fields=["wished_run"], name="signup_of_run"),
        ]

    def __str__(self) -> str:
        return f"sign-up {self.pk}"


class CourseInterest(TimeOrdered):
    """An address that wants to hear when a course has new dates: course and address alone, and deleted after use.

    `seen_runs` are the dates that stood there already. The links' secret is made as that of a sign-up (purpose `catalogue.interest.link`).
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="interests")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    email = SealedTextField(seal_id="catalogue.interest.email")
    email_hash = models.BinaryField(help_text="purpose `catalogue.interest.email`")
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nb")
    seen_runs = ArrayField(models.UUIDField(), default=list, blank=True)
    link_hash = models.BinaryField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(help_text="deleted then: unconfirmed after some days, confirmed after some years without new dates")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "email_hash"], name="courseinterest_once"),
            models.UniqueConstraint(fields=["link_hash"], name="courseinterest_link_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="courseinterest_holds_for_some_time"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="courseinterest_expires")]

    def __str__(self) -> str:
        return f"interest {self.pk}"
