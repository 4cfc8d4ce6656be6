"""Where to report a weakness. Source: RFC 9116."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from lms_portal.common.http import PortalRequest


@login_not_required
@require_safe
def security_txt(request: PortalRequest) -> HttpResponse:
    """This will print the contact, with an end that is always ahead, at midnight UTC so that the file can be cached for a day."""
    expires = (request.real_now + timedelta(days=settings.SECURITY_POLICY_EXPIRES_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        "Preferred-Languages: no, nb, nn, en",
        f"Canonical: {settings.PORTAL_BASE_URL}/.well-known/security.txt",
    ]
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
