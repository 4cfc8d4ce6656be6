"""Where allauth asks what is the portal's own decision: no sign-up, mail through the outbox, language, safe addresses, sealed secrets."""

import base64
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_login_redirect_url
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from lms_portal.accounts import notifications
from lms_portal.accounts.links import same_page_in
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import needs_second_factor
from lms_portal.common import sealing

WRONG = _("The e-mail address or the password is wrong. Check both, or ask for a new password.")
TOO_MANY = _("Too many attempts. Wait five minutes and try again.")
LINK_TOO_OLD = _("The link is used or too old. Ask for a new one.")
TOLD_WITH_THE_ROW = frozenset({"totp_activated", "webauthn_added", "recovery_codes_generated"})
FIRST_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in by e-mail and password."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": WRONG,
        "email_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": _("The password is wrong. Try again."),
        "enter_current_password": _("Your present password is wrong. Try again."),
        "incorrect_code": _("The code is wrong or has been used. Wait for the next one, and try again."),
        "invalid_password_reset": LINK_TOO_OLD,
        "invalid_or_expired_key": LINK_TOO_OLD,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people come by invitation."""
        return False

    # Mail

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Refuse what no kind of message is registered for, instead of sending it past the outbox."""
        raise LookupError(f"allauth wants to send {template_prefix}, which is no message of the outbox")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Plan the notice in the transaction of the change itself; those of new factors are planned with their rows (signals.py)."""
        change = template_prefix.rsplit("/", 1)[-1]
        if isinstance(user, User) and change in notifications.CHANGES and change not in TOLD_WITH_THE_ROW:
            notifications.plan_sign_in_changed(user=user, change=change, now=allauth_context.request.now)

    # After sign-in

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The person's own page, in the person's language."""
        with translation.override(getattr(request.user, "language", None) or translation.get_language()):
            return resolve_url(settings.LOGIN_REDIRECT_URL)

    def post_login(self, request: HttpRequest, user: User, *, redirect_url: str | None, **hooks: Any) -> HttpResponse:
        """Go on in the language that the person has chosen, and let the browser remember it for the pages without a prefix."""
        wanted = get_login_redirect_url(request, redirect_url, signup=hooks.get("signup", False))
        with translation.override(user.language):
            response: HttpResponse = super().post_login(request, user, redirect_url=same_page_in(user.language, wanted), **hooks)
        remember_language(response, user.language)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the profile."""
        return reverse("accounts:profile")

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of the host that the request came to."""
        request = allauth_context.request
        plain = bool(url) and not any(letter in url for letter in "\\\r\n\t\0")
        return plain and url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Ask for the password again, under the same limits as at sign-in."""
        again = self.authenticate(allauth_context.request, email=user.get_username(), password=password)
        return again is not None and again.pk == user.pk


def remember_language(response: HttpResponse, language: str) -> None:
    """This will set the language cookie as settings want it."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]  # Lax, in base.py
    )


class PortalMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """The second factor."""

    # what wrapped secrets are bound to; never changes
    KEY_ID = UUID("3f0c6e0a-6c41-4d0e-9c1b-6f2f6a6f7a11")
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": PortalAccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _("Your role needs a second factor. Add another one before you remove this."),
        "cannot_generate_recovery_codes": _("Add an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        """Wrap secrets of apps and recovery codes under the newest master key."""
        master, wrapped = sealing.wrap(text.encode(), key_id=self.KEY_ID)
        return f"{master}:{base64.b64encode(wrapped).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Unwrap. Raises: SealError where the master key is missing or wrong."""
        master, _colon, wrapped = encrypted_text.partition(":")
        return sealing.unwrap(base64.b64decode(wrapped), master=int(master), key_id=self.KEY_ID).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to remove the last factor of somebody who must have one."""
        if not (settings.REQUIRE_SECOND_FACTOR and needs_second_factor(authenticator.user)):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FIRST_FACTORS).exclude(pk=authenticator.pk)
        return bool(others.exists())
