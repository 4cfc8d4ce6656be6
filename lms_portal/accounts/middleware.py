"""What a signed-in session has to keep: a second factor, a time limit, and pages that no shared computer remembers."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import needs_second_factor
from lms_portal.common.http import PortalRequest

GetResponse = Callable[[HttpRequest], HttpResponse]

SECOND_FACTOR = "second_factor_of"
SEEN_AT = "seen_at"
SIGNED_IN_AT = "signed_in_at"
NOTED_EVERY_SECONDS = 60
# What somebody without a second factor reaches: setting one up, and the way out.
WITHOUT_SECOND_FACTOR = frozenset({"account_logout", "account_reauthenticate", "set_language", "healthz", "readyz", "privacy", "cookies"})


def signed_in(request: HttpRequest) -> User | None:
    """This will return the person of the session, without touching the session where no session came with the request."""
    if not request.session.session_key:
        return None
    user = request.user
    return user if isinstance(user, User) else None


class SignInRequired(LoginRequiredMiddleware):
    """Every page needs a sign-in unless it says otherwise. Public pages never ask who is there, so that they stay cacheable."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """This will let public pages pass before the session is opened; Django's own opens it first."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class SecondFactor:
    """Sends whoever sees health data or decides money to set up a second factor, until it is done."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """This will redirect to the set-up page where the factor is missing."""
        if not settings.REQUIRE_SECOND_FACTOR:
            return None
        user = signed_in(request)
        name = request.resolver_match.url_name if request.resolver_match else ""
        if user is None or name in WITHOUT_SECOND_FACTOR or (name or "").startswith("mfa_"):
            return None
        if self._has_one(request, user) or not needs_second_factor(user):
            return None
        messages.info(request, _("Set up a second factor before you go on. Your role sees health data or decides about money."))
        return redirect("mfa_index")

    @staticmethod
    def _has_one(request: HttpRequest, user: User) -> bool:
        """Ask the database once a session; removing a factor forgets the answer (signals.py)."""
        if request.session.get(SECOND_FACTOR) == str(user.pk):
            return True
        if not is_mfa_enabled(user, ["totp", "webauthn"]):
            return False
        request.session[SECOND_FACTOR] = str(user.pk)
        return True


class PrivatePages:
    """Ends sessions that nobody uses, by real time, and keeps signed-in pages out of every cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        user = signed_in(request)
        if user is None:
            response = self.get_response(request)
            if request.session.session_key and signed_in(request):
                response.headers["Cache-Control"] = "no-store"  # the answer to a sign-in
            return response
        if self._has_run_out(request):
            return self._sign_out(request)
        response = self.get_response(request)
        response.headers["Cache-Control"] = "no-store"
        if not request.user.is_authenticated:
            # only what the browser keeps of the pages; the session's own cookie is already gone
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    @staticmethod
    def _has_run_out(request: PortalRequest) -> bool:
        moment = int(request.real_now.timestamp())
        seen_at = request.session.get(SEEN_AT, moment)
        signed_in_at = request.session.setdefault(SIGNED_IN_AT, moment)
        if moment - seen_at > settings.SESSION_IDLE_SECONDS or moment - signed_in_at > settings.SESSION_COOKIE_AGE:
            return True
        if SEEN_AT not in request.session or moment - seen_at >= NOTED_EVERY_SECONDS:
            request.session[SEEN_AT] = moment
        return False

    @staticmethod
    def _sign_out(request: HttpRequest) -> HttpResponse:
        logout(request)
        messages.info(request, _("You were signed out because the page had not been used for a while. Sign in to go on."))
        target = request.get_full_path() if request.method == "GET" else request.path
        response = redirect_to_login(target, settings.LOGIN_URL)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
