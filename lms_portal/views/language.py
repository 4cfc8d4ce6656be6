"""The languages: the front door without one, and the choice that is remembered."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from lms_portal.accounts import actions
from lms_portal.accounts.adapters import remember_language
from lms_portal.accounts.links import same_page_in
from lms_portal.accounts.middleware import signed_in
from lms_portal.common.http import PortalRequest


@login_not_required
@require_safe
def root(request: PortalRequest) -> HttpResponse:
    """This will go to the front page in the language that the cookie or the browser asks for."""
    response = redirect(f"/{request.LANGUAGE_CODE}/")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@login_not_required
@require_POST
def set_language(request: PortalRequest) -> HttpResponse:
    """This will remember a language in a cookie, and in the profile of whoever is signed in; then show the page in it."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = request.LANGUAGE_CODE
    user = signed_in(request)
    if user is not None:
        actions.choose_language(user=user, language=language)
    response = HttpResponseRedirect(same_page_in(language, _next(request)))
    remember_language(response, language)
    return response


def _next(request: PortalRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = not any(letter in wanted for letter in "\\\r\n\t\0") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and safe else f"/{request.LANGUAGE_CODE}/"
