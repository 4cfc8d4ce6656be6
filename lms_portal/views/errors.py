"""The pages for what went wrong. None of them asks the database or the session, so that they also work when those are the trouble."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from lms_portal.common.logs import current_request_id
from lms_portal.common.portal_name import PORTAL_NAME

# What is sent when not even the page for errors can be made. No style sheet, no address, three languages.
LAST_RESORT = (
    '<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>Feil</title></head><body>'
    "<h1>Noe gikk galt</h1><p>Prøv igjen om litt.</p>"
    '<h2 lang="nn">Noko gjekk gale</h2><p lang="nn">Prøv igjen om litt.</p>'
    '<h2 lang="en">Something went wrong</h2><p lang="en">Try again in a little while.</p></body></html>'
)


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    """This will print a page for an error without context processors: those may ask the database who is signed in."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    frame = {
        "language": language,
        "portal_name": str(PORTAL_NAME),
        "home": f"/{language}/",
        "request_id": getattr(request, "request_id", "") or current_request_id(),
    }
    response = HttpResponse(render_to_string(f"errors/{template}.html", {**frame, **context}), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The browser sent what cannot be read."""
    return _page(request, "400", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The person may know of the page but not use it. A reason given with PermissionDenied is shown."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _page(request, "403", 403, reason=reason)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is here, or it is not for this person: the same bytes for both, so no request id in the body (the header has it)."""
    return _page(request, "404", 404, request_id="")


def server_error(request: HttpRequest) -> HttpResponse:
    """The portal failed."""
    return _in_three_languages(request, "500", 500)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """The database does not answer."""
    response = _in_three_languages(request, "503", 503)
    response.headers["Retry-After"] = "60"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came from elsewhere, from a page that was open too long, or without its cookie."""
    return _page(request, "403_csrf", 403)


def _in_three_languages(request: HttpRequest, template: str, status: int) -> HttpResponse:
    try:
        return _page(request, template, status)
    except Exception:  # noqa: BLE001 - whatever is broken, the visitor gets a page
        return HttpResponse(LAST_RESORT, status=status)
