"""What public pages share: no sign-in, and a quick “nothing has changed” for who asks again."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from catalogue.queries.kept import catalogue_number
from catalogue.release import release
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

View = Callable[..., HttpResponse]


def is_anonymous(request: HttpRequest) -> bool:
    """This will say whether no session stands behind the request, without opening one."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


def number_of(request: HttpRequest) -> int:
    """This will return the catalogue's number as the request found it: read once, before anything else that it tells the age of."""
    number: int | None = getattr(request, "catalogue_number", None)
    if number is None:
        number = catalogue_number()
        request.catalogue_number = number  # type: ignore[attr-defined] # the request's own notebook
    return number


def etag_of(request: PortalRequest, *_args: Any, **_kwargs: Any) -> str | None:
    """This will name the state of a public page as a visitor sees it; None where a session or a notice makes the page somebody's own."""
    if not is_anonymous(request) or "messages" in request.COOKIES:
        return None
    parts = [request.get_full_path(), str(number_of(request)), oslo_date(request.now).isoformat(), release()]
    return f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]}"'


def mark_as_public(response: HttpResponse) -> None:
    """This will let caches keep a page, if they ask each time whether it still holds."""
    patch_cache_control(response, public=True, no_cache=True)
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])


def public_page(view: View) -> Any:
    """This will open a page to everybody, and answer 304 where neither catalogue, day nor release has changed."""
    # nothing on a visitor's page is secret, so its length may tell of its content; a signed-in person's pages are left as they are
    squeezed = gzip_page(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_anonymous(request):
            return view(request, *args, **kwargs)
        response = squeezed(request, *args, **kwargs)
        mark_as_public(response)
        return response

    return login_not_required(require_safe(condition(etag_func=etag_of)(answer)))


def open_data(view: View) -> Any:
    """This will open an address to everybody's programs, on whatever site they run, in the language that stands in it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = kwargs.get("language") or settings.LANGUAGE_CODE
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response.headers.setdefault("Content-Language", language)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return public_page(answer)
