"""The measure of everything: a Django view that returns a constant page of 30 kB, with no middleware and no database."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

PAGE = b"<!doctype html><title>bare</title>" + b"x" * 30_000

if not settings.configured:
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    settings.configure(ROOT_URLCONF="bench.bare", ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="bare", MIDDLEWARE=[], LOGGING_CONFIG=None)  # noqa: S106 - signs nothing


def bare(request: HttpRequest) -> HttpResponse:
    """This will return the constant page."""
    return HttpResponse(PAGE)


urlpatterns = [path("", bare)]
application = get_wsgi_application()
