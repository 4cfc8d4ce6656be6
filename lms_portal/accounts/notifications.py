"""The messages about accounts: reset of a password, invitation, a role given, and notice of a change in how somebody signs in.

Secret links are made here, at sending, and stand in no table.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from lms_portal.accounts import invitations
from lms_portal.accounts.links import absolute
from lms_portal.accounts.models import Invitation, Membership, Unit, User
from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

PASSWORD_RESET = "accounts.password_reset"  # noqa: S105 - the name of a kind of message
INVITATION = "accounts.invitation"
ROLE_GIVEN = "accounts.role_given"
SIGN_IN_CHANGED = "accounts.sign_in_changed"

RESET_IS_USELESS_AFTER = timedelta(hours=2)
CHANGES = {
    "password_changed": _("Your password was changed."),
    "password_reset": _("Your password was set anew with a link from an e-mail."),
    "totp_activated": _("An authenticator app was added to your account."),
    "totp_deactivated": _("The authenticator app was removed from your account."),
    "webauthn_added": _("A passkey was added to your account."),
    "webauthn_removed": _("A passkey was removed from your account."),
    "recovery_codes_generated": _("New recovery codes were made for your account. The old ones no longer work."),
}


def _rendered(event: str, context: dict[str, Any]) -> kinds.Rendered:
    prefix = f"emails/accounts/{event}"
    return kinds.Rendered(
        subject=" ".join(render_to_string(f"{prefix}.subject.txt", context).split()),
        text=render_to_string(f"{prefix}.txt", context).strip() + "\n",
    )


# Reset of a password: the row is the same whether the address has an account or not; that is found out at sending.


def plan_password_reset(*, email: str, language: str, now: datetime) -> None:
    """This will plan the mail with the link, for an address that may have no account; the answer and its time tell nothing."""
    recipient = Recipient(address=email.strip().lower(), data_key=DataKey.create(), language=language)
    draft = Draft(PASSWORD_RESET, "accounts.password_reset", new_id(), recipient, due_at=now, expires_at=now + RESET_IS_USELESS_AFTER)
    plan([draft], now=now)


def _person_of(message: Message) -> User | None:
    return User.objects.filter(email=message.recipient_address or "", is_active=True).first()


def _reset_skip_reason(message: Message, now: datetime) -> str:
    return "" if _person_of(message) else "no_such_account"


def _render_reset(message: Message) -> kinds.Rendered:
    person = User.objects.get(email=message.recipient_address or "", is_active=True)
    link = absolute(
        "account_reset_password_from_key",
        language=message.language,
        uidb36=user_pk_to_url_str(person),
        key=default_token_generator.make_token(person),
    )
    return _rendered("password_reset", {"link": link})


# Invitations and roles


def plan_invitation(*, invitation: Invitation, now: datetime) -> None:
    """This will plan the mail that invites somebody who has no account yet."""
    recipient = Recipient(address=invitation.email, data_key=DataKey.create(), language=invitation.language)
    draft = Draft(
        INVITATION,
        "accounts.invitation",
        invitation.pk,
        recipient,
        due_at=now,
        expires_at=invitation.expires_at,
        unit_id=invitation.unit_id,
    )
    plan([draft], now=now)


def _invitation_skip_reason(message: Message, now: datetime) -> str:
    waiting = Invitation.objects.filter(pk=message.object_id, used_at__isnull=True, expires_at__gt=now)
    return "" if waiting.exists() else "invitation_over"


def _render_invitation(message: Message) -> kinds.Rendered:
    invitation = Invitation.objects.select_related("unit", "invited_by").get(pk=message.object_id)
    link = absolute("accounts:open_invitation", language=message.language, secret=invitations.secret_of(invitation.pk))
    context = {"link": link, "unit": invitation.unit.name, "hours": invitations.VALID_HOURS, "invited_by": invitation.invited_by.name}
    return _rendered("invitation", context)


def plan_role_given(*, membership: Membership, user: User, now: datetime) -> None:
    """This will plan the mail that tells somebody of a new role."""
    recipient = Recipient(user_id=user.pk, language=user.language)
    draft = Draft(
        ROLE_GIVEN,
        "accounts.membership",
        membership.pk,
        recipient,
        due_at=now,
        revision=now.isoformat(timespec="seconds"),
        unit_id=membership.unit_id,
    )
    plan([draft], now=now)


def _role_skip_reason(message: Message, now: datetime) -> str:
    return "" if Membership.objects.filter(pk=message.object_id).exists() else "role_ended"


def _render_role_given(message: Message) -> kinds.Rendered:
    membership = Membership.objects.select_related("unit").get(pk=message.object_id)
    link = absolute("home_signed_in", language=message.language)
    return _rendered("role_given", {"unit": membership.unit.name, "role": str(membership.role), "link": link})


# A change in how somebody signs in


def plan_sign_in_changed(*, user: User, change: str, now: datetime) -> None:
    """This will plan the notice of a change, one of CHANGES, so that nobody's sign-in is changed behind their back."""
    recipient = Recipient(user_id=user.pk, language=user.language)
    draft = Draft(SIGN_IN_CHANGED, "accounts.user", user.pk, recipient, due_at=now, revision=new_id().hex, context={"change": change})
    plan([draft], now=now)


def _always(message: Message, now: datetime) -> str:
    return ""


def _render_sign_in_changed(message: Message) -> kinds.Rendered:
    link = absolute("account_reset_password", language=message.language)
    return _rendered("sign_in_changed", {"change": CHANGES[message.context["change"]], "link": link})


class PeopleAndUnits:
    """Where people and units get their mail."""

    def mail_of_user(self, user_id: UUID) -> str:
        """This will return an active person's address, empty for others."""
        return User.objects.filter(pk=user_id, is_active=True).values_list("email", flat=True).first() or ""

    def mail_of_unit(self, unit_id: UUID) -> str:
        """This will return a unit's role mailbox, empty where it has none."""
        return Unit.objects.filter(pk=unit_id).values_list("mailbox", flat=True).first() or ""


def register() -> None:
    """This will make the kinds known to the outbox; called once, when the app is ready."""
    resend = kinds.OnDoubt.RESEND
    kinds.set_address_book(PeopleAndUnits())
    kinds.register(
        kinds.Kind(PASSWORD_RESET, resend, _reset_skip_reason, _render_reset, _("New password"), ("emails/accounts/password_reset",))
    )
    kinds.register(
        kinds.Kind(
            INVITATION, resend, _invitation_skip_reason, _render_invitation, _("Invitation to the portal"), ("emails/accounts/invitation",)
        )
    )
    kinds.register(kinds.Kind(ROLE_GIVEN, resend, _role_skip_reason, _render_role_given, _("New role"), ("emails/accounts/role_given",)))
    kinds.register(
        kinds.Kind(
            SIGN_IN_CHANGED, resend, _always, _render_sign_in_changed, _("Change in how you sign in"), ("emails/accounts/sign_in_changed",)
        )
    )
    reasons.register(
        {
            "no_such_account": _("Nobody has an account with the address that was written."),
            "invitation_over": _("The invitation was used, withdrawn or too old."),
            "role_ended": _("The role had ended before the message could be sent."),
        }
    )
