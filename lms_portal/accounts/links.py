"""Addresses: in full for messages, which are written where no request is at hand; and the same page in another language."""

import re

from django.conf import settings
from django.urls import reverse
from django.utils import translation

PREFIX = re.compile(r"^/(?:" + "|".join(code for code, _name in settings.LANGUAGES) + r")(?=/)")


def same_page_in(language: str, address: str) -> str:
    """This will put another language in front of an address of ours; addresses without a language stay as they are."""
    return PREFIX.sub(f"/{language}", address)


def absolute(url_name: str, *, language: str, **kwargs: str) -> str:
    """This will build the address of a page in a language, from the portal's own base address and never from a request's Host."""
    with translation.override(language):
        return settings.PORTAL_BASE_URL + reverse(url_name, kwargs=kwargs or None)
