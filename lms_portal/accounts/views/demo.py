"""The demo's shortcut: sign in as one of the demo people with one button. Outside the demo the page does not exist."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from lms_portal.accounts import demo_people
from lms_portal.accounts.adapters import PortalAccountAdapter
from lms_portal.accounts.models import User


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """This will sign in as a demo person; a second factor, where one was set up, is still asked for."""
    email = request.POST.get("email", "")
    if not settings.DEMO or not demo_people.is_demo_address(email):
        raise Http404
    user = get_object_or_404(User, email=email, is_active=True)
    wanted = request.POST.get("next", "")
    adapter = PortalAccountAdapter(request)
    login = Login(user=user, email=email, redirect_url=wanted if adapter.is_safe_url(wanted) else None)
    if request.user.is_authenticated:
        adapter.logout(request)
    response: HttpResponse = perform_password_login(request, {"email": email}, login)
    request.session.set_expiry(0)
    return response
