"""What happens beside allauth's own steps."""

from typing import Any

from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from django.db.models.signals import post_save
from django.http import HttpRequest

from lms_portal.accounts import notifications
from lms_portal.accounts.middleware import SECOND_FACTOR
from lms_portal.common import clock

# allauth tells of these after the commit, where a crash would lose the notice; we plan it with the row itself.
TOLD_WITH_THE_ROW = {
    Authenticator.Type.TOTP: "totp_activated",
    Authenticator.Type.WEBAUTHN: "webauthn_added",
    Authenticator.Type.RECOVERY_CODES: "recovery_codes_generated",
}


def forget_second_factor(*, request: HttpRequest, **_signal: Any) -> None:
    """This will make the next request ask the database whether a second factor is left."""
    request.session.pop(SECOND_FACTOR, None)


def tell_of_new_factor(*, instance: Authenticator, created: bool, **_signal: Any) -> None:
    """This will plan the notice of a new factor, in the transaction that stores it."""
    if created:
        request = allauth_context.request
        now = request.now if request else clock.portal_now()
        notifications.plan_sign_in_changed(user=instance.user, change=TOLD_WITH_THE_ROW[instance.type], now=now)


def connect() -> None:
    """This will listen; called once, when the app is ready."""
    authenticator_removed.connect(forget_second_factor, dispatch_uid="accounts.second_factor")
    post_save.connect(tell_of_new_factor, sender=Authenticator, dispatch_uid="accounts.new_factor")
