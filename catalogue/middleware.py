"""Answers “nothing has changed” before anything is looked up: most of what visitors ask for, they have already."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseNotModified

from catalogue.views.public import etag_of, mark_as_public
from lms_portal.common.http import PortalRequest

SAFE = frozenset({"GET", "HEAD"})


class UnchangedPages:
    """Compares the ETag that a browser sends with the one that the address would get now.

    The address need not be looked up: a page that has never had such an ETag cannot be asked for with it, and who makes one up learns nothing.
    """

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        seen = request.META.get("HTTP_IF_NONE_MATCH")
        if seen and request.method in SAFE and (etag := self._etag_now(request)) and etag in seen:
            response = HttpResponseNotModified(headers={"ETag": etag})
            mark_as_public(response)
            return response
        return self.get_response(request)

    @staticmethod
    def _etag_now(request: PortalRequest) -> str | None:
        try:
            return etag_of(request)
        except (OperationalError, InterfaceError):
            return None  # further in stands who answers when the database is away
