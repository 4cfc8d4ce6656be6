"""Sets who acts, for the whole request."""

from collections.abc import Callable

from django.http import HttpResponse

from lms_portal.audit.context import Acting, acting_as
from lms_portal.common.http import PortalRequest


class AuditContext:
    """Carries the signed-in person and the portal's moment to every write of the request."""

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        user = request.user
        # the person is looked up from the session only when a session cookie came with the request
        actor = str(user.pk) if request.session.session_key and user.is_authenticated else ""
        with acting_as(Acting(actor_id=actor, portal_at=request.now.isoformat(), purpose=f"{request.method} request")):
            return self.get_response(request)
