"""Middleware of the kernel: the request's moment and id, headers, the language, and a calm answer when the database is down."""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from lms_portal.common.clock import offset, real_now
from lms_portal.common.http import PortalRequest
from lms_portal.common.logs import begin_request

GetResponse = Callable[[PortalRequest], HttpResponse]

# What browsers in Norway send for a language that the portal has under another code. `se` and its kin are Sami.
SPOKEN_AS = {"no": "nb", "nb": "nb", "nn": "nn", "se": "nb", "smj": "nb", "sma": "nb", "da": "nb", "sv": "nb"}


class RequestMoment:
    """First of all: takes the time once, and gives the request an id. Rules use `request.now`, portal time in UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        request.real_now = real_now()
        request.request_id = begin_request()
        request.now = request.real_now
        if settings.DEMO:
            with suppress(OperationalError, InterfaceError):  # the error page itself needs no moved clock
                request.now = request.real_now + offset()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.request_id
        return response


class SecurityHeaders:
    """Headers that Django has no setting for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
        )
        if not getattr(response, "xframe_options_exempt", False):
            response.headers.setdefault("X-Frame-Options", "DENY")
        return response


class DatabaseDown:
    """Answers 503 in three languages when the database cannot be reached, instead of a bare error."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: PortalRequest, exception: Exception) -> HttpResponse | None:
        """This will turn a lost database into the 503 page; everything else goes on to the 500 page."""
        if isinstance(exception, OperationalError | InterfaceError):
            from lms_portal.views.errors import service_unavailable

            return service_unavailable(request)
        return None


class PreferredLanguage(LocaleMiddleware):
    """The URL's prefix decides; where there is none, the cookie, then the browser's wish, `no` meaning bokmål."""

    def process_request(self, request: HttpRequest) -> None:
        """This will activate the language of the path, or the one to redirect to."""
        language = translation.get_language_from_path(request.path_info) or self._wished(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language

    @staticmethod
    def _wished(request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if cookie in known:
            return cookie
        header = request.headers.get("Accept-Language", "")
        for code, _quality in parse_accept_lang_header(header.lower()):
            base = code.split("-")[0]
            chosen = SPOKEN_AS.get(base, base)
            if chosen in known:
                return chosen
        return str(settings.LANGUAGE_CODE)
