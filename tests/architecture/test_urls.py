"""Every address is on the public list or behind sign-in, and those behind it send strangers away before anything is read."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, path, reverse
from django.urls.converters import IntConverter, PathConverter, UUIDConverter
from django.utils.translation import override

from lms_portal.urls import PUBLIC_VIEWS
from tests.architecture.tree import ROOT

# Addresses that exist in demo mode alone.
DEMO_VIEWS = {"components", "demo_clock", "accounts:demo_sign_in", "outbox:mailbox"}


@dataclass(frozen=True)
class Address:
    """One URL pattern: its name with namespaces, its view, and the parts that it takes."""

    name: str
    route: str
    view: Callable[..., HttpResponse]
    converters: tuple[tuple[str, Any], ...]

    @property
    def is_public(self) -> bool:
        """Whether LoginRequiredMiddleware lets strangers through."""
        return not getattr(self.view, "login_required", True)


def addresses(patterns: list[Any], namespace: str = "", route: str = "", converters: tuple[tuple[str, Any], ...] = ()) -> Iterator[Address]:
    """List the patterns with those included in them."""
    for entry in patterns:
        taken = converters + tuple(getattr(entry.pattern, "converters", {}).items())
        taken += tuple((name, None) for name in getattr(getattr(entry.pattern, "regex", None), "groupindex", {}) if name not in dict(taken))
        whole = f"{route}{entry.pattern}"
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, inner, whole, taken)
        elif isinstance(entry, URLPattern):
            yield Address(f"{namespace}{entry.name or ''}", whole, entry.callback, taken)


def every_address() -> list[Address]:
    return list(addresses(get_resolver().url_patterns))


def not_as_listed(found: list[Address], public: frozenset[str]) -> list[str]:
    """List what strangers may see without being on the list, and what has no name to be on it."""
    wrong = [f"{address.route} has no name" for address in found if address.name.endswith(":") or not address.name]
    return wrong + [
        f"{address.name} is public and not on the list" for address in found if address.is_public and address.name not in public
    ]


def _view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.path)


@login_not_required
def _public(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.path)


def test_rule() -> None:
    found = list(addresses([path("a/", _view, name="a"), path("b/<uuid:key>/", _public, name="b"), path("c/", _view)]))
    assert not_as_listed(found, frozenset()) == ["c/ has no name", "b is public and not on the list"]
    assert not_as_listed(found[:2], frozenset({"b"})) == []
    assert [name for name, _ in found[1].converters] == ["key"]


def test_every_public_view_is_on_the_list() -> None:
    assert not_as_listed(every_address(), PUBLIC_VIEWS) == []


def test_the_list_names_nothing_else() -> None:
    public = {address.name for address in every_address() if address.is_public}
    assert PUBLIC_VIEWS - public - DEMO_VIEWS == set()


def test_the_list_holds_in_demo_mode_too() -> None:
    code = (
        "import django, json; django.setup()\n"
        "from tests.architecture.test_urls import every_address\n"
        "print(json.dumps([[a.name, a.route, a.is_public] for a in every_address()]))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms_portal.settings.dev", "PYTHONPATH": str(ROOT)}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, env=environment)
    found = json.loads(answer.stdout)
    assert [name for name, _, public in found if public and name not in PUBLIC_VIEWS] == []
    assert PUBLIC_VIEWS - {name for name, _, public in found if public} == set()


SAMPLES: tuple[tuple[type[Any], object], ...] = (
    (UUIDConverter, uuid.UUID("01900000-0000-7000-8000-000000000001")),
    (IntConverter, 1),
    (PathConverter, "x/y"),
)


def sample_address(address: Address) -> str:
    """Make an address that matches the pattern; nothing need be there."""
    guesses: list[object] = ["x", "1", "nb", "H-7KM2-9FX", "2026", "ab12"]
    values = {name: next((value for kind, value in SAMPLES if isinstance(converter, kind)), None) for name, converter in address.converters}
    for guess in guesses:
        try:
            return reverse(address.name, kwargs={name: guess if value is None else value for name, value in values.items()})
        except NoReverseMatch:
            continue
    raise AssertionError(f"no sample fits {address.route}; add a guess")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "guarded" in metafunc.fixturenames:
        guarded = [address for address in every_address() if not address.is_public]
        metafunc.parametrize("guarded", guarded, ids=[address.name or address.route for address in guarded])


def test_strangers_are_sent_to_sign_in(guarded: Address) -> None:
    # no database mark: a query before the refusal would fail this test
    with override("nb"):
        address, sign_in = sample_address(guarded), reverse(str(settings.LOGIN_URL))
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, sign_in)
