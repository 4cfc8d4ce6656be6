"""Units, people, memberships; and the municipalities and hospital areas that decide where somebody belongs."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.roles import ROLES, Role
from lms_portal.common.constraints import both_or_neither, in_order
from lms_portal.common.models import TimeOrdered

LANGUAGES = [("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("English"))]


def in_language(*, nb: str, nn: str, en: str = "") -> str:
    """This will choose the text of the moment's language; the other written form where it is missing."""
    language = (get_language() or "nb")[:2]
    if language == "nn":
        return nn or nb
    if language == "en":
        return en or nb or nn
    return nb or nn


class HospitalArea(models.Model):
    """The area that one hospital serves. A sensible default that advisers edit, not an official list."""

    code = models.CharField(max_length=30, primary_key=True, db_collation="C")
    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=200, db_collation="C")

    class Meta:
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """A municipality by its official number, with the hospital area it belongs to."""

    number = models.CharField(max_length=4, primary_key=True, db_collation="C")
    name = models.CharField(max_length=80)
    county = models.CharField(max_length=80)
    hospital_area = models.ForeignKey(HospitalArea, on_delete=models.PROTECT, related_name="municipalities")
    sort_key = models.CharField(max_length=200, db_collation="C")
    valid_from = models.DateField(default=date(2024, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.name


class Unit(TimeOrdered):
    """A health trust, hospital, clinic, learning centre, organisation or office: one tree, by parent.

    `path` is the codes from the root joined by `/`, so that everything below a unit is one index range.
    """

    code = models.CharField(max_length=60, unique=True, db_collation="C")
    kind = models.CharField(max_length=20, choices=UnitKind)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=400, unique=True, db_collation="C")
    name_nb = models.CharField(max_length=160)
    name_nn = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    sort_key = models.CharField(max_length=200, db_collation="C")
    place = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=200, blank=True)
    hospital_area = models.ForeignKey(HospitalArea, null=True, blank=True, on_delete=models.PROTECT, related_name="units")
    mailbox = models.EmailField(blank=True, help_text="role mailbox; never a person's address")
    phone = models.CharField(max_length=20, blank=True)
    default_language = models.CharField(max_length=2, choices=LANGUAGES, default="nb")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            models.CheckConstraint(condition=in_order("valid_from", "valid_to"), name="unit_valid_in_order"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in UnitKind]), name="unit_kind_known"),
        ]
        indexes = [models.Index(fields=["kind", "sort_key"], name="unit_kind_sorted")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The unit's name in the language of the moment."""
        return in_language(nb=self.name_nb, nn=self.name_nn, en=self.name_en)

    @property
    def path_prefix(self) -> str:
        """What the paths of everything below this unit begin with."""
        return f"{self.path}/"


class UserManager(BaseUserManager["User"]):
    """Makes people; there is no sign-up, people come by invitation."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """This will make a person who can sign in once a password is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, TimeOrdered):
    """Somebody who signs in. Patients do not: they have links of their own."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nb")
    is_active = models.BooleanField(default=True)
    phone = models.CharField(max_length=20, blank=True)
    profession = models.CharField(max_length=2, blank=True, help_text="code of Volven 9060")
    hpr_number = models.CharField(max_length=9, blank=True, help_text="number in the register of health personnel")
    joined_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships that count."""

    def in_force(self, today: date) -> "MembershipQuerySet":
        """This will keep those that are valid on a Norwegian day."""
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=today), Q(valid_to__isnull=True) | Q(valid_to__gte=today))


class Membership(TimeOrdered):
    """One person's role in one unit, for a time."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    role_code = models.CharField(max_length=40, choices=[(role.code, role.name.en) for role in ROLES.values()])
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role_code"], name="membership_once"),
            models.CheckConstraint(condition=Q(role_code__in=sorted(ROLES)), name="membership_role_known"),
            models.CheckConstraint(condition=in_order("valid_from", "valid_to"), name="membership_valid_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_code}"

    @property
    def role(self) -> Role:
        """The role, with its permissions and its name in the language of the moment."""
        return ROLES[self.role_code]


class Invitation(TimeOrdered):
    """An invitation to sign in, single use, at most 72 hours old. Only a hash of its secret is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="invitations")
    role_code = models.CharField(max_length=40)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nb")
    secret_hash = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=both_or_neither("used_at", "user"), name="invitation_used_by_somebody"),
            models.CheckConstraint(condition=Q(role_code__in=sorted(ROLES)), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
