"""One's own page: name, phone, language, and the way to password and second factor."""

from typing import cast

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lms_portal.accounts import actions
from lms_portal.accounts.adapters import remember_language
from lms_portal.accounts.forms import ProfileForm
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import grants_of, needs_second_factor
from lms_portal.accounts.roles import ROLES
from lms_portal.common.http import PortalRequest


def profile(request: PortalRequest) -> HttpResponse:
    """This will show and store what the person says about themselves."""
    user = cast("User", request.user)
    initial = {"name": user.name, "phone": user.phone, "language": user.language}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        actions.update_profile(user=user, name=form.cleaned_data["name"], phone=form.cleaned_data["phone"], language=language)
        with translation.override(language):
            messages.success(request, _("Your profile has been saved."))
            response = redirect(reverse("accounts:profile"))
        remember_language(response, language)
        return response
    context = {
        "form": form,
        "held": [{"role": str(ROLES[grant.role_code]), "unit": grant.unit_name} for grant in grants_of(user)],
        "has_second_factor": is_mfa_enabled(user, ["totp", "webauthn"]),
        "needs_second_factor": needs_second_factor(user),
        "breadcrumbs": [{"text": _("My page"), "url": reverse("home_signed_in")}, {"text": _("Profile")}],
    }
    return render(request, "accounts/profile.html", context)
