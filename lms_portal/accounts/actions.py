"""Writes about people: invitations, roles, memberships, profiles. Each is one transaction with its messages."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from lms_portal.accounts import invitations, notifications, policies
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Invitation, Membership, Unit, User
from lms_portal.accounts.permissions import has_permission
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import new_id


class UnableToManageError(Exception):
    """The person may not do this, or it does not fit; the text is for the screen."""


class UnableToAcceptError(Exception):
    """The invitation cannot be used; the text is for the screen."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of an invitation: an invitation for somebody new, a membership for somebody who already has an account."""

    invitation: Invitation | None = None
    membership: Membership | None = None


def _check_may_manage(by: User, unit: Unit) -> None:
    if not has_permission(by, Permission.MANAGE_PEOPLE, unit):
        raise UnableToManageError(_("You do not manage the people of this unit."))


def _check_fits(role_code: str, unit: Unit) -> None:
    if not policies.fits(role_code, unit):
        raise UnableToManageError(_("This role cannot be held in this unit."))


@transaction.atomic
def invite_person(*, email: str, name: str, unit: Unit, role_code: str, language: str, by: User, now: datetime) -> Invited:
    """This will invite somebody by e-mail, or give the role at once to somebody who already has an account.

    An earlier invitation to the same address, unit and role that still waits stops working. Raises: UnableToManageError.
    """
    _check_may_manage(by, unit)
    _check_fits(role_code, unit)
    address = email.strip().lower()
    known = User.objects.filter(email=address).first()
    if known is not None:
        return Invited(membership=give_role(user=known, unit=unit, role_code=role_code, by=by, now=now))
    waiting = Invitation.objects.select_for_update().filter(
        email=address, unit=unit, role_code=role_code, used_at__isnull=True, expires_at__gt=now
    )
    for earlier in waiting:
        withdraw_invitation(invitation=earlier, by=by, now=now)
    invitation_id = new_id()
    invitation = Invitation.objects.create(
        id=invitation_id,
        email=address,
        name=name,
        unit=unit,
        role_code=role_code,
        language=language,
        secret_hash=invitations.hash_of(invitations.secret_of(invitation_id)),
        invited_by=by,
        invited_at=now,
        expires_at=policies.invitation_ends(now),
    )
    notifications.plan_invitation(invitation=invitation, now=now)
    return Invited(invitation=invitation)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, now: datetime) -> None:
    """This will make the invitation's link stop working. Raises: UnableToManageError."""
    _check_may_manage(by, invitation.unit)
    changed = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    if not changed:
        raise UnableToManageError(_("The invitation has already been used or is too old."))


def find_invitation(secret: str, *, now: datetime) -> Invitation | None:
    """This will find the invitation that a link's secret opens, where it still waits."""
    waiting = Invitation.objects.select_related("unit").filter(used_at__isnull=True, expires_at__gt=now)
    return waiting.filter(secret_hash=invitations.hash_of(secret)).first()


@transaction.atomic
def accept_invitation(*, secret: str, name: str, phone: str, language: str, password: str, now: datetime) -> User:
    """This will make the account and its first membership, once. Raises: UnableToAcceptError; ValidationError for a weak password."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(secret_hash=invitations.hash_of(secret), used_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if invitation is None or User.objects.filter(email=invitation.email).exists():
        raise UnableToAcceptError(_("The invitation was used, withdrawn or too old. Ask whoever invited you for a new one."))
    user = User(email=invitation.email, name=name, phone=phone, language=language, joined_at=now)
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    Membership.objects.create(user=user, unit=invitation.unit, role_code=invitation.role_code, valid_from=oslo_date(now))
    invitation.used_at, invitation.user = now, user
    invitation.save(update_fields=["used_at", "user"])
    return user


@transaction.atomic
def give_role(*, user: User, unit: Unit, role_code: str, by: User, now: datetime) -> Membership:
    """This will give a person a role in a unit from today (Norwegian day), and tell them. Raises: UnableToManageError."""
    _check_may_manage(by, unit)
    _check_fits(role_code, unit)
    if user.pk == by.pk:
        raise UnableToManageError(_("You cannot give yourself a role. Ask another administrator."))
    if not user.is_active:
        raise UnableToManageError(_("This account is closed. Open it first."))
    today = oslo_date(now)
    membership, is_new = Membership.objects.select_for_update().get_or_create(
        user=user, unit=unit, role_code=role_code, defaults={"valid_from": today}
    )
    if not is_new:
        if membership.valid_to is None or membership.valid_to >= today:
            raise UnableToManageError(_("The person already has this role here."))
        membership.valid_from, membership.valid_to = today, None
        membership.save(update_fields=["valid_from", "valid_to"])
    notifications.plan_role_given(membership=membership, user=user, now=now)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> None:
    """This will end a role at once; the row stays, with the days it was valid. Raises: UnableToManageError."""
    _check_may_manage(by, membership.unit)
    if membership.user_id == by.pk:
        raise UnableToManageError(_("You cannot end your own role. Ask another administrator."))
    membership.valid_from, membership.valid_to = policies.last_day_of(membership.valid_from, oslo_date(now))
    membership.save(update_fields=["valid_from", "valid_to"])


def _check_manages_all_of(by: User, user: User, now: datetime) -> None:
    if user.pk == by.pk:
        raise UnableToManageError(_("You cannot close your own account. Ask another administrator."))
    for membership in Membership.objects.in_force(oslo_date(now)).filter(user=user).select_related("unit"):
        if not has_permission(by, Permission.MANAGE_PEOPLE, membership.unit):
            raise UnableToManageError(_("The person also has a role in a unit that you do not manage. End the role in your unit instead."))


@transaction.atomic
def close_account(*, user: User, by: User, now: datetime) -> None:
    """This will keep a person from signing in, and end every session at its next request. Raises: UnableToManageError."""
    _check_manages_all_of(by, user, now)
    user.is_active = False
    user.save(update_fields=["is_active"])


@transaction.atomic
def open_account(*, user: User, by: User, now: datetime) -> None:
    """This will let a person sign in again, with the roles that are still in force. Raises: UnableToManageError."""
    _check_manages_all_of(by, user, now)
    user.is_active = True
    user.save(update_fields=["is_active"])


@transaction.atomic
def update_profile(*, user: User, name: str, phone: str, language: str) -> None:
    """This will store what a person says about themselves."""
    user.name, user.phone, user.language = name, phone, language
    user.save(update_fields=["name", "phone", "language"])


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    """This will store the language that the person's pages and messages come in."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
