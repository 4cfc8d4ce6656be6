"""allauth's views with the portal's forms. What changes how somebody signs in runs in one transaction with its notice."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lms_portal.accounts import demo_constants, demo_people, forms, oidc
from lms_portal.accounts.adapters import PortalMFAAdapter


class SignIn(account_views.LoginView):  # type: ignore[misc]  # allauth has no types
    """E-mail and password; other providers as links; in the demo, a button for each demo person."""

    form_class = forms.SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        next_url = self.get_next_url() or ""
        return {
            **context,
            "providers": oidc.links(self.request, next_url),
            "next_url": next_url,
            "demo_people": demo_people.by_area() if settings.DEMO else [],
            "demo_password": demo_constants.PASSWORD if settings.DEMO else "",
        }


class PasswordReset(account_views.PasswordResetView):  # type: ignore[misc]  # allauth has no types
    """Asks for the link."""

    form_class = forms.PasswordResetForm


class PasswordResetFromKey(account_views.PasswordResetFromKeyView):  # type: ignore[misc]  # allauth has no types
    """Takes the new password."""

    form_class = forms.NewPasswordForm


class ChangePassword(account_views.PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """Takes the present and the new password."""

    form_class = forms.ChangePasswordForm


class Reauthenticate(account_views.ReauthenticateView):  # type: ignore[misc]  # allauth has no types
    """Asks for the password again."""

    form_class = forms.ReauthenticateForm


class Authenticate(mfa_views.AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """Asks for the second factor at sign-in."""

    form_class = forms.CodeForm


class ReauthenticateByCode(mfa_views.ReauthenticateView):  # type: ignore[misc]  # allauth has no types
    """Asks for a code again."""

    form_class = forms.CodeAgainForm


class ActivateApp(app_views.ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Adds an authenticator app."""

    form_class = forms.ActivateAppForm


class RemoveApp(app_views.DeactivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Removes the authenticator app."""

    form_class = forms.RemoveAppForm


class AddPasskey(passkey_views.AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Adds a passkey."""

    form_class = forms.AddPasskeyForm


class RenamePasskey(passkey_views.EditWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Renames a passkey."""

    form_class = forms.RenamePasskeyForm


class RemovePasskey(passkey_views.RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Removes a passkey; allauth itself asks nobody whether the last one may go."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not PortalMFAAdapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, str(PortalMFAAdapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_list_webauthn"))
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("The passkey has been removed."))
        return response


View = Callable[..., Any]


def _whole(view: View) -> View:
    return transaction.atomic(view)


sign_in = SignIn.as_view()
sign_out = account_views.logout
reauthenticate = Reauthenticate.as_view()
change_password = _whole(ChangePassword.as_view())
reset_password = _whole(PasswordReset.as_view())
reset_password_done = account_views.password_reset_done
reset_password_from_key = _whole(PasswordResetFromKey.as_view())
reset_password_from_key_done = account_views.password_reset_from_key_done
authenticate = Authenticate.as_view()
reauthenticate_by_code = ReauthenticateByCode.as_view()
second_factor = mfa_views.index
activate_app = _whole(ActivateApp.as_view())
remove_app = _whole(RemoveApp.as_view())
passkeys = passkey_views.list_webauthn
add_passkey = _whole(AddPasskey.as_view())
rename_passkey = RenamePasskey.as_view()
remove_passkey = _whole(RemovePasskey.as_view())
reauthenticate_by_passkey = passkey_views.reauthenticate_webauthn
recovery_codes = recovery_views.view_recovery_codes
make_recovery_codes = _whole(recovery_views.generate_recovery_codes)
