"""The pages for errors: without a database, without context processors, in the right language."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.utils.translation import override

from lms_portal.views import errors


def request_for(path: str = "/nb/kurs/") -> Any:
    request: Any = RequestFactory().get(path)
    request.request_id = "5eb63bbbe01eeed0"
    return request


def text(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("language", "title"), [("nb", "Siden finnes ikke her"), ("nn", "Sida finst ikkje her"), ("en", "The page is not here")]
)
def test_not_found_is_in_the_language_of_the_page(language: str, title: str) -> None:
    with override(language):
        response = errors.page_not_found(request_for(), Http404())
    assert response.status_code == 404
    assert f'<html lang="{language}"' in text(response)
    assert f'<h1 class="ds-heading" data-size="lg">{title}</h1>' in text(response)
    assert f'href="/{language}/"' in text(response)


def test_not_found_and_not_yours_are_the_same_bytes() -> None:
    missing, forbidden = request_for("/nb/henvisning/1/"), request_for("/nb/henvisning/2/")
    forbidden.request_id = "another"
    with override("nb"):
        assert (
            errors.page_not_found(missing, Http404("no row")).content
            == errors.page_not_found(forbidden, Http404("of another unit")).content
        )


@pytest.mark.parametrize("handler", [errors.bad_request, errors.permission_denied])
def test_request_id_is_shown(handler: object) -> None:
    assert callable(handler)
    with override("nb"):
        assert "5eb63bbbe01eeed0" in text(handler(request_for(), PermissionDenied()))


def test_denied_shows_the_reason_and_escapes_it() -> None:
    with override("en"):
        response = errors.permission_denied(request_for(), PermissionDenied("Only <assessors> may"))
    assert response.status_code == 403
    assert "Only &lt;assessors&gt; may" in text(response)


def test_denied_shows_no_text_of_other_exceptions() -> None:
    with override("en"):
        assert "secret" not in text(errors.permission_denied(request_for(), ValueError("secret")))


def test_csrf_failure_says_how_to_keep_the_text() -> None:
    with override("en"):
        response = errors.csrf_failure(request_for(), reason="CSRF cookie not set.")
    assert response.status_code == 403
    assert "copy what you have written" in text(response)
    assert "CSRF" not in text(response)


@pytest.mark.parametrize(("handler", "status"), [(errors.server_error, 500), (errors.service_unavailable, 503)])
def test_failures_speak_three_languages(handler: object, status: int) -> None:
    assert callable(handler)
    response = handler(request_for())
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    for mark in ('lang="nb"', '<section lang="nn">', '<section lang="en">', "5eb63bbbe01eeed0"):
        assert mark in text(response)


def test_service_unavailable_says_when_to_come_back() -> None:
    assert errors.service_unavailable(request_for()).headers["Retry-After"] == "60"


def test_server_error_needs_no_template(settings: object) -> None:
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]  # type: ignore[attr-defined]
    response = errors.server_error(request_for())
    assert response.status_code == 500
    assert "Prøv igjen om litt" in text(response)
