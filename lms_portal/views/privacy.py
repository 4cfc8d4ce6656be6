"""Privacy, cookies, accessibility: pages that say what the portal does, in three languages. The texts are in statements.py."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lms_portal.views import statements


def _statement(request: HttpRequest, statement: statements.Statement, **context: object) -> HttpResponse:
    return render(request, "portal/statement.html", {"statement": statement, "breadcrumbs": [{"text": str(statement.title)}], **context})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """This will say what is processed, why, for how long, and what one can ask for."""
    return _statement(request, statements.PRIVACY)


@login_not_required
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """This will list every cookie by the name that this deployment gives it."""
    names = {"session": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME, "language": settings.LANGUAGE_COOKIE_NAME}
    rows = [(names.get(cookie.key, cookie.key), str(cookie.purpose), str(cookie.lasts)) for cookie in statements.COOKIES]
    return _statement(request, statements.COOKIES_PAGE, cookie_rows=rows)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """This will say how accessible the portal is, and where to report a hindrance."""
    return _statement(
        request, statements.ACCESSIBILITY, formal_url=settings.ACCESSIBILITY_STATEMENT_URL, mailbox=statements.feedback_mailbox()
    )
