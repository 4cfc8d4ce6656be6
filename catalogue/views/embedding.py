"""The list in another site's page: its own small frame, the filters of the list in the address, and nothing that is anybody's own."""

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt

from catalogue.queries.finding import find_courses
from catalogue.views.filtering import address_with_filters, cards_of, understand
from catalogue.views.public import public_page
from lms_portal.common.http import PortalRequest


@xframe_options_exempt
@csp_replace({"frame-ancestors": settings.EMBEDDING_SITES})
@public_page
def embedded(request: PortalRequest) -> HttpResponse:
    """The first courses of a filtered list, for an iframe. Its links open the portal in the whole window."""
    asked = understand(request)
    found = find_courses(asked.wanted)
    response = render(
        request,
        "catalogue/embedded.html",
        {
            "cards": cards_of(found, request),
            "total": found.total,
            "further": found.total - len(found.hits),
            "list_url": address_with_filters("catalogue:list", request),
        },
    )
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
