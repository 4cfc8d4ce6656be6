"""The way in for somebody invited. The secret leaves the address at once, so that no log or next page sees it."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lms_portal.accounts import actions
from lms_portal.accounts.adapters import remember_language
from lms_portal.accounts.forms import AcceptInvitationForm
from lms_portal.common.http import PortalRequest

SECRET = "invitation"  # noqa: S105 - the name of a place in the session


@login_not_required
def open_invitation(request: PortalRequest, secret: str) -> HttpResponse:
    """This will take the secret out of the address and go on without it."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="reset_password_from_key")
    if limited:
        return limited
    request.session[SECRET] = secret
    return redirect("accounts:accept_invitation")


@login_not_required
def accept_invitation(request: PortalRequest) -> HttpResponse:
    """This will make the account."""
    secret = request.session.get(SECRET, "")
    invitation = actions.find_invitation(secret, now=request.now) if secret else None
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=404)
    form = AcceptInvitationForm(request.POST or None, initial={"name": invitation.name, "language": invitation.language})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.accept_invitation(
                secret=secret,
                name=values["name"],
                phone=values["phone"],
                language=values["language"],
                password=values["password"],
                now=request.now,
            )
        except actions.UnableToAcceptError as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error("password", error)
        else:
            del request.session[SECRET]
            with translation.override(values["language"]):
                messages.success(request, _("Your account is ready. Sign in with your e-mail and the password you just chose."))
                response = redirect(reverse("account_login"))
            remember_language(response, values["language"])
            return response
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/accept_invitation.html", context)
